"""Reload on real systemd: live, transactional, and harmless whenever it comes."""
import os
import signal
import time
import unittest

from builder_host import UNIT, BuilderHost
from container import ContainerError, obstacle


class ReloadTests(unittest.TestCase):
    def setUp(self):
        why = obstacle()
        if why:
            self.skipTest(why)
        self.host = self.enterContext(BuilderHost(6000))

    def install(self):
        self.host.install(os.environ["BUILDERD_TEST_BUILDERD"])

    def reload(self):
        self.host.run("systemctl", "reload", UNIT)
        self.host.await_property("ActiveState", "active".__eq__)

    def slots(self):
        return {stage["stage"]: stage["slots"] for stage in self.host.status()["stages"]}

    def test_good_file(self):
        """slots and the log level change live, the running task goes on, and systemd sees a reload"""
        self.install()
        first = self.host.release("one")
        self.host.await_rounds()
        daemon = self.host.main_pid()
        second = self.host.release("two")
        self.assertEqual(self.slots()["provision"], 1)
        self.host.configure(slots=2, level="debug")
        self.reload()
        # The status is the reload's own, whether the new slot has found its task yet or not.
        self.assertRegex(self.host.property("StatusText"), "^running: provision [12]/2 ")
        self.host.activities.wait("the second task to be taken", lambda: second.deliveries, 30)
        self.assertEqual(self.slots()["provision"], 2)
        self.assertIn("activities.provision.slots is 2, was 1", self.host.log())
        self.assertIn("log.level is debug, was info", self.host.log())
        self.assertEqual((self.host.main_pid(), self.host.property("NRestarts")), (daemon, "0"))
        self.assertIn(f"Reloaded {UNIT}", self.host.container.journal("--unit=" + UNIT, "--output=cat"))
        self.host.set_rounds(0)
        for task in (first, second):
            self.assertEqual(self.host.activities.wait_for_end(task, 30)[0], "success")

    def test_bad_file(self):
        """a bad file fails the reload, changes nothing, and is told in the journal and the status until a good one comes"""
        self.install()
        self.host.configure(slots=5, replacing={"graceSeconds: 5": "graceSeconds: 0"})
        with self.assertRaises(ContainerError):
            self.host.run("systemctl", "reload", UNIT)
        self.assertRegex(self.host.property("StatusText"), "reload refused, nothing is changed: .*tools.terraform.graceSeconds")
        self.assertIn("configuration not reloaded", self.host.log())
        self.assertEqual((self.host.property("ActiveState"), self.slots()["provision"]), ("active", 1))
        self.host.configure(slots=5)
        self.reload()
        self.assertEqual(self.host.property("StatusText"), "running: provision 0/5; validation 0/1")

    def test_change_that_takes_a_restart(self):
        """a change that takes a restart fails the reload, is named, and nothing beside it is applied"""
        self.install()
        self.host.configure(slots=3, replacing={"builderd-validation": "builderd-other"})
        with self.assertRaises(ContainerError):
            self.host.run("systemctl", "reload", UNIT)
        self.assertIn("the configuration was not reloaded, nothing is changed: activities.validation.arn takes a restart", self.host.log())
        self.assertEqual((self.host.property("ActiveState"), self.slots()["provision"]), ("active", 1))
        # And again, as each reload is asked about and not the one before; back to what it was, it succeeds.
        with self.assertRaises(ContainerError):
            self.host.run("systemctl", "reload", UNIT)
        self.host.configure(slots=1)
        self.reload()
        self.host.configure(slots=3, replacing={"builderd-validation": "builderd-other"})
        self.host.run("systemctl", "restart", UNIT)
        self.assertEqual(self.slots()["provision"], 3)

    def test_early(self):
        """SIGHUP while the daemon starts is harmless"""
        self.install()
        self.host.run("systemctl", "stop", UNIT)
        # A server that is slow to answer does not hold READY up, so the start is short: many are tried.
        early = 0
        for _ in range(5):
            self.host.run("systemctl", "start", "--no-block", UNIT)
            early += self.hang_up_until_ready()
            self.assertEqual(self.host.property("NRestarts"), "0", self.host.log())
            self.host.run("systemctl", "stop", UNIT)
        self.assertGreater(early, 0, "no signal came before READY")

    def hang_up_until_ready(self):
        """Sends SIGHUP from the program's first instruction on until it is active; how often before that. (While systemd and the loader
        make a program of the process, it is nobody's to ignore.)"""
        sent, deadline = 0, time.monotonic() + 30
        while True:
            self.assertLess(time.monotonic(), deadline, self.host.log())
            process = self.starting()
            state = self.host.property("ActiveState") if sent % 20 == 19 else ""
            if state == "active":
                return sent
            if process:
                os.kill(process, signal.SIGHUP)
                sent += 1

    def starting(self):
        """This machine's number of the daemon that cares for SIGHUP, which it does from its first instruction on, if it runs."""
        group = self.host.control_group()
        for process in group:
            try:
                with open(f"/proc/{process}/status") as file:
                    fields = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
            except OSError:
                continue
            masks = int(fields["SigIgn"], 16) | int(fields["SigCgt"], 16)
            if fields["Name"] == "builderd" and masks & 1 << (signal.SIGHUP - 1):
                return process
        return None


if __name__ == "__main__":
    unittest.main()
