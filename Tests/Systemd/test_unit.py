"""The shipped unit on real systemd: a Provision task whose tool outlives restarts, kills and hangs of the daemon, and ends at a power-off."""
import os
import re
import unittest

from builder_host import SECRET, UNIT, BuilderHost
from container import ContainerError, obstacle

FULL = bool(os.environ.get("BUILDERD_TEST_FULL"))
# Tenths of a second that the tool takes: a minute in the long form.
ROUNDS = 600 if FULL else 60


class UnitTests(unittest.TestCase):
    def setUp(self):
        why = obstacle()
        if why:
            self.skipTest(why)
        self.host = self.enterContext(BuilderHost(ROUNDS))

    def install(self, *settings):
        """Installs and starts builderd, with `settings` of the unit's changed."""
        if settings:
            self.host.container.write(f"/etc/systemd/system/{UNIT}.d/settings.conf", "\n".join(["[Service]", *settings]) + "\n")
        self.host.install(os.environ["BUILDERD_TEST_BUILDERD"])

    def begin(self):
        """A release whose tool is at work."""
        task = self.host.release()
        self.host.await_rounds()
        return task

    def assert_one_run(self, task, ending="success", seconds=60):
        """The task ended with its first token, and its one tool was never started again nor disturbed."""
        result = self.host.activities.wait_for_end(task, ROUNDS / 5 + seconds)
        self.assertEqual(result[0], ending, result[1])
        self.assertEqual((task.deliveries, len(task.endings)), (1, 1))
        (begun, pid), (ended, again) = (line.split() for line in self.host.applies())
        self.assertEqual((begun, ended, pid), ("start", "end" if ending == "success" else "terminated", again))

    def assert_story(self, repeats=False):
        """The tool's whole output is in the journal in order, and the secret that it printed is not. With `repeats`, for a daemon that
        had no chance to hand over, what it logged last may stand there twice."""
        rounds = [int(number) for number in re.findall(r'"round (\d+)"', self.host.log())]
        if repeats:
            self.assertEqual(set(rounds), set(range(1, ROUNDS + 1)))
            # At most one step back.
            self.assertLessEqual(sum(later <= earlier for earlier, later in zip(rounds, rounds[1:])), 1)
        else:
            self.assertEqual(rounds, list(range(1, ROUNDS + 1)))
        self.assertNotIn(SECRET, self.host.container.journal("--output=export"))
        self.assertIn("[redacted]", self.host.log())

    def test_active(self):
        """the service becomes active, says what it does, and its socket answers the group and nobody else"""
        self.install()
        self.assertEqual(self.host.property("ActiveState"), "active")
        self.host.await_property("StatusText", lambda text: "provision 0/1; validation 0/1" in text)
        self.assertIn("Status: \"running: provision 0/1", self.host.run("systemctl", "status", UNIT))
        self.host.run("useradd", "--groups", "builderd", "watcher")
        self.host.run("useradd", "stranger")
        self.assertIn("HTTP/1.1 200", self.host.ask("/livez", user="watcher"))
        self.assertIn("Permission denied", self.host.ask("/livez", user="stranger", check=False))
        self.assertEqual(self.host.status()["tools"], {"containment": "cgroup", "landlock": True})

    def test_restart(self):
        """the tool survives a restart in the middle: adopted, able to do all that it could, its output whole, the task's first token"""
        self.install()
        task = self.begin()
        first = self.host.main_pid()
        group, = [line for line in self.host.read("/var/cache/builderd/evidence/cgroup").splitlines() if line.startswith("0::")]
        self.assertRegex(group, rf"^0::/system.slice/{UNIT}/tool-[0-9a-f]+$")
        self.host.run("systemctl", "restart", UNIT)
        self.assertNotEqual(self.host.main_pid(), first)
        self.assertIsNone(task.ending)
        self.host.await_rounds()
        self.assert_one_run(task)
        self.assert_story()
        self.host.await_property("StatusText", lambda text: "provision 0/1" in text)
        self.assertNotIn("tool-", self.host.run("ls", f"/sys/fs/cgroup/system.slice/{UNIT}"))

    def test_stop(self):
        """a stop waits for the tool beyond TimeoutStopSec, and the task succeeds"""
        self.install("TimeoutStopSec=2")
        task = self.begin()
        self.host.run("systemctl", "stop", UNIT, seconds=ROUNDS / 5 + 90)
        self.assertIsNotNone(task.ending)
        self.assert_one_run(task)
        self.assertEqual((self.host.property("ActiveState"), self.host.property("Result")), ("inactive", "success"))

    def test_hang(self):
        """a daemon that hangs is restarted by the watchdog, and the tool is adopted"""
        self.install("WatchdogSec=2")
        task = self.begin()
        first = self.host.main_pid()
        self.host.run("systemctl", "kill", "--kill-who=main", "--signal=SIGSTOP", UNIT)
        self.host.await_property("MainPID", lambda pid: pid not in ("0", first))
        self.assertIn("Watchdog timeout", self.host.container.journal("--unit=" + UNIT))
        self.assert_one_run(task)
        self.assert_story(repeats=True)

    def test_kill(self):
        """a daemon that is killed is started again, and the tool is adopted"""
        self.install()
        task = self.begin()
        first = self.host.main_pid()
        self.host.run("systemctl", "kill", "--kill-who=main", "--signal=SIGKILL", UNIT)
        self.host.await_property("MainPID", lambda pid: pid not in ("0", first))
        self.assert_one_run(task)
        self.assert_story(repeats=True)

    def test_power_off(self):
        """a power-off in the middle stops the tool and reports Builder.Interrupted, and the next boot finds nothing left to do"""
        self.install()
        self.host.set_rounds(6000)
        task = self.begin()
        self.host.container.power_off()
        self.assert_one_run(task, "Builder.Interrupted", seconds=0)
        self.host.boot()
        self.host.await_property("ActiveState", "active".__eq__)
        self.assertEqual(self.host.status()["journal"]["open"], 0)

    def test_power_failure(self):
        """after a power failure in the middle the next boot reports Builder.Interrupted at once"""
        self.install()
        self.host.set_rounds(6000)
        task = self.begin()
        self.host.container.destroy()
        self.assertIsNone(task.ending)
        self.host.boot()
        ending, cause = self.host.activities.wait_for_end(task, 20)
        self.assertEqual(ending, "Builder.Interrupted", cause)
        self.assertEqual(len(self.host.applies()), 1)

    def test_restart_overtaken_by_stop(self):
        """a stop that overtakes a restart waits for the tool, and the service stays stopped"""
        self.host.activities.hold = 4
        self.install()
        task = self.begin()
        self.host.run("systemctl", "restart", "--no-block", UNIT)
        self.host.await_log("handing over to the next start")
        self.host.run("systemctl", "stop", UNIT, seconds=ROUNDS / 5 + 90)
        self.assertIn("a stop has overtaken the restart", self.host.log())
        self.assert_one_run(task)
        self.assertEqual(self.host.property("ActiveState"), "inactive")

    def test_broken_configuration(self):
        """a configuration that only a person can correct fails the start once, and is not tried again"""
        self.host.configure(replacing={"slots: 1": "slots: 0"})
        with self.assertRaises(ContainerError):
            self.install()
        self.assertEqual((self.host.property("ExecMainStatus"), self.host.property("NRestarts")), ("78", "0"))
        self.assertIn("activities.provision.slots", self.host.log())


if __name__ == "__main__":
    unittest.main()
