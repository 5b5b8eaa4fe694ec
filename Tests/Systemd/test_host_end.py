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
        # The tool runs for 6 s and more, longer than it takes builderd to see that the host ends.
        self.host = self.enterContext(BuilderHost(100))
        self.instance = self.enterContext(Instance(self.host.network.listen()))
        self.host.configure(replacing={"log:": HOST})
        settings = ["[Service]", f"Environment=AWS_EC2_METADATA_DISABLED= AWS_EC2_METADATA_SERVICE_ENDPOINT={self.instance.url}"]
        settings.append(f"Environment=AWS_ENDPOINT_URL_AUTO_SCALING={self.instance.url}")
        self.host.container.write(f"/etc/systemd/system/{UNIT}.d/zz-instance.conf", "\n".join(settings) + "\n")
        self.host.install(os.environ["BUILDERD_TEST_BUILDERD"])

    def offer(self):
        """A task that a host that is going is not to take."""
        return self.host.activities.schedule(ACTIVITY + "validation", {"schema": 1, "action": "ping", "stage": "validation"})

    def test_scale_in(self):
        """at scale-in the service works to its task's end, completes the hook, takes nothing more, also restarted, and goes at the power-off"""
        task = self.host.release()
        self.host.await_rounds()
        first = self.host.main_pid()
        self.instance.target = "Terminated"
        self.host.await_log("Auto Scaling brings this instance to Terminated: draining")
        # systemd would send no SIGTERM to a service that it takes for one that is stopping.
        self.assertEqual((self.host.property("ActiveState"), self.host.property("SubState")), ("active", "running"))
        self.assertEqual(self.instance.completed, [])
        ending, cause = self.host.activities.wait_for_end(task, 60)
        reported = time.monotonic()
        self.assertEqual(ending, "success", cause)
        self.host.await_log("builderd waits for the host's end")
        self.assertEqual(len(self.instance.completed), 1)
        self.assertGreater(self.instance.completed[0], reported - 1)
        self.assertGreaterEqual(len(self.instance.heartbeats), 1)
        self.assertLess(self.instance.heartbeats[-1], self.instance.completed[0])
        late = self.offer()
        self.host.await_property("StatusText", lambda text: text.startswith("draining"))
        self.assertEqual((self.host.main_pid(), self.host.property("NRestarts")), (first, "0"))
        self.host.run("systemctl", "restart", UNIT)
        self.assertNotEqual(self.host.main_pid(), first)
        deadline = time.monotonic() + 60
        while self.host.log().count("builderd waits for the host's end") < 2:
            self.assertLess(time.monotonic(), deadline, self.host.log())
            time.sleep(0.2)
        self.assertEqual((late.deliveries, len(self.instance.completed)), (0, 1))
        begun = time.monotonic()
        self.host.container.power_off()
        self.assertLess(time.monotonic() - begun, 30, "the shutdown waited for builderd")


if __name__ == "__main__":
    unittest.main()
