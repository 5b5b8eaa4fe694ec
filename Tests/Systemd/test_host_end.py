"""The shipped unit on a host that Auto Scaling ends: it stays up for its tool, is not started again, and goes with the shutdown."""
import os
import time
import unittest

from builder_host import ACTIVITY, UNIT, BuilderHost
from container import obstacle
from instance import Instance

HOST = "host: {autoScalingGroup: builders, lifecycleHook: drain, lifecycleHeartbeatSeconds: 5}\nlog:"


class HostEndTests(unittest.TestCase):
    def setUp(self):
        why = obstacle()
        if why:
            self.skipTest(why)
        # The tool runs until the test ends it.
        self.host = self.enterContext(BuilderHost(1_000_000))
        self.instance = self.enterContext(Instance(self.host.network.listen(), self.endings))
        self.host.configure(replacing={"log:": HOST})
        settings = ["[Service]", f"Environment=AWS_EC2_METADATA_DISABLED= AWS_EC2_METADATA_SERVICE_ENDPOINT={self.instance.url}"]
        settings.append(f"Environment=AWS_ENDPOINT_URL_AUTO_SCALING={self.instance.url}")
        self.host.container.write(f"/etc/systemd/system/{UNIT}.d/zz-instance.conf", "\n".join(settings) + "\n")
        self.host.install(os.environ["BUILDERD_TEST_BUILDERD"])

    def endings(self):
        """How each task has ended so far."""
        return [task.ending and task.ending[0] for task in self.host.activities.tasks]

    def offer(self):
        """A task that a host that is going is not to take."""
        return self.host.activities.schedule(ACTIVITY + "validation", {"schema": 1, "action": "ping", "stage": "validation"})

    def restart(self):
        """Restarts the service as a person would, and returns when that is over."""
        before = self.host.main_pid()
        self.host.run("systemctl", "restart", UNIT)
        self.assertNotEqual(self.host.main_pid(), before)

    def await_more(self, what, count, above, seconds=60):
        """Returns when `count()` is above a number."""
        deadline = time.monotonic() + seconds
        while count() <= above:
            self.assertLess(time.monotonic(), deadline, f"{what} stays {above}\n{self.host.log()}")
            time.sleep(0.1)

    def test_scale_in(self):
        """at scale-in the service works to its task's end, restarted or not, completes the hook, takes nothing more, and goes at the power-off"""
        task = self.host.release()
        self.host.await_rounds()
        first = self.host.main_pid()
        self.instance.target = "Terminated"
        self.host.await_log("Auto Scaling brings this instance to Terminated: draining")
        # systemd would send no SIGTERM to a service that it takes for one that is stopping.
        self.assertEqual((self.host.property("ActiveState"), self.host.property("SubState")), ("active", "running"))
        self.await_more("heartbeats", lambda: self.instance.heartbeats, 0)
        # In the middle of the tool, which never ends by itself: a restart that waited for it would not be over.
        self.restart()
        self.host.await_log("tool adopted from an earlier process of builderd")
        self.await_more("heartbeats of the next start", lambda: self.instance.heartbeats, self.instance.heartbeats)
        self.host.await_rounds()
        self.assertEqual((self.instance.completed, self.endings(), len(self.host.applies())), ([], [None], 1))
        self.assertEqual(self.host.property("NRestarts"), "0")
        self.assertNotEqual(self.host.main_pid(), first)
        late = self.offer()
        self.host.set_rounds(1)
        ending, cause = self.host.activities.wait_for_end(task, 60)
        self.assertEqual(ending, "success", cause)
        self.host.await_log("builderd waits for the host's end")
        # By the time of the completion the task was reported, and the other one not taken.
        self.assertEqual(self.instance.completed, [["success", None]])
        self.assertEqual([line.split()[0] for line in self.host.applies()], ["start", "end"])
        self.host.await_property("StatusText", lambda text: text.startswith("draining"))
        self.restart()
        self.await_more("ends waited for", lambda: self.host.log().count("builderd waits for the host's end"), 1)
        self.assertEqual((late.deliveries, len(self.instance.completed)), (0, 1))
        # It raises where the shutdown waits for builderd.
        self.host.container.power_off()
        log = self.host.log()
        self.assertEqual(log.count("builderd stops"), 3, log)
        self.assertNotIn("stop-sigterm' timed out", log)


if __name__ == "__main__":
    unittest.main()
