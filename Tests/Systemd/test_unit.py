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
        """the service becomes active and says what it does; who may probe it cannot pause it, and a stranger can neither"""
        self.install()
        self.assertEqual(self.host.property("ActiveState"), "active")
        self.host.await_property("StatusText", lambda text: "provision 0/1; validation 0/1" in text)
        self.assertIn("Status: \"running: provision 0/1", self.host.run("systemctl", "status", UNIT))
        self.host.run("useradd", "--groups", "builderd-health", "watcher")
        self.host.run("useradd", "--groups", "builderd", "pilot")
        self.host.run("useradd", "stranger")
        modes = self.host.run("sh", "-c", "cd /run/builderd && stat -c '%n %U:%G %a' . health.sock control.sock").split("\n")
        self.assertEqual(modes[:3], [". builderd:builderd 755", "health.sock builderd:builderd-health 660", "control.sock builderd:builderd 660"])
        self.assert_may("watcher", probe=True, control=False)
        self.assert_may("pilot", probe=False, control=True)
        self.assert_may("stranger", probe=False, control=False)
        self.assert_may("builderd", probe=True, control=True)
        self.assertEqual(self.host.status()["tools"], {"containment": "cgroup", "landlock": True})

    def assert_may(self, user, probe, control):
        """What a user may ask: `/readyz` of the health socket, and to pause and resume on the control socket."""
        told = self.host.ask("/readyz", user=user, check=False)
        self.assertIn("HTTP/1.1 " if probe else "health.sock: Permission denied", told)
        told = self.host.ask("/stages/all/pause", user=user, socket="control", method="POST", check=False)
        self.assertIn("HTTP/1.1 200" if control else "control.sock: Permission denied", told)
        self.assertEqual(bool(self.host.paused()), control)
        if control:
            self.host.ask("/stages/all/resume", user=user, socket="control", method="POST")

    def test_group_of_its_own(self):
        """the health socket goes to a group of the configuration's once builderd is in it; before that check-config and reload refuse it"""
        self.install()
        self.host.run("groupadd", "monitors")
        self.host.run("useradd", "--groups", "monitors", "watcher")
        self.host.run("useradd", "--groups", "builderd-health", "former")
        self.host.configure(replacing={"log: {": "health: {group: monitors}\nlog: {"})
        check = ("runuser", "-u", "builderd", "--", "builderd", "check-config")
        told = self.host.run(*check, check=False)
        self.assertRegex(told, "health.group: found monitors, which user builderd is not in; allowed: .*usermod --append --groups monitors builderd")
        with self.assertRaises(ContainerError):
            self.host.run("systemctl", "reload", UNIT)
        self.assertEqual(self.host.property("ActiveState"), "active")
        self.host.container.write(f"/etc/systemd/system/{UNIT}.d/groups.conf", "[Service]\nSupplementaryGroups=monitors\n")
        self.host.run("systemctl", "daemon-reload")
        self.host.run("systemctl", "restart", UNIT)
        self.assert_may("watcher", probe=True, control=False)
        self.assert_may("former", probe=False, control=False)
        self.host.run("rm", f"/etc/systemd/system/{UNIT}.d/groups.conf")
        self.host.run("usermod", "--append", "--groups", "monitors", "builderd")
        self.assertIn("valid", self.host.run(*check))
        self.host.run("systemctl", "daemon-reload")
        self.host.run("systemctl", "restart", UNIT)
        self.assert_may("watcher", probe=True, control=False)

    def test_hostile_tool(self):
        """a tool cannot pause the stages: as it is, with and without Landlock, and out of its own cgroup; the journal names it"""
        for landlock in ("auto", "off"):
            with self.subTest(landlock=landlock):
                self.host.configure(replacing={"tools:\n": f'tools:\n  landlock: "{landlock}"\n'})
                self.host.run("rm", "-rf", "/var/cache/builderd/evidence")
                if landlock == "auto":
                    self.install()
                else:
                    self.host.run("systemctl", "restart", UNIT)
                task = self.host.release(landlock)
                self.host.await_rounds()
                self.assertIn("HTTP/1.1 403", self.host.read("/var/cache/builderd/evidence/control"))
                self.assertIn("no tool may use the control socket", self.host.read("/var/cache/builderd/evidence/control"))
                escaped = self.host.read("/var/cache/builderd/evidence/escaped")
                if landlock == "auto":
                    self.assertIn("Permission denied", escaped)
                else:
                    self.assertIn(f"0::/system.slice/{UNIT}\n", escaped)
                    self.assertIn("HTTP/1.1 403", escaped)
                self.assertEqual(self.host.paused(), [])
                refused = self.host.container.journal("--output=cat", "MESSAGE_ID=7a1c4f0a5a9b4a3f9f3d6f8e2b6d5c20")
                self.assertRegex(refused, rf"the tool \S*apply\S* of task \w+ \(cgroup /system.slice/{UNIT}/tool-")
                self.assertEqual(self.host.activities.wait_for_end(task, ROUNDS / 5 + 60)[0], "success")

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
