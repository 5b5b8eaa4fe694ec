"""What a SIGTERM means is read right from a real systemd: StopIntentReader in Tests/StopIntentProbe, as an unprivileged user."""
import os
import pathlib
import time
import unittest

import rootfs
from container import Container, obstacle

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNIT = "stop-intent-probe.service"


class StopIntentTests(unittest.TestCase):
    def setUp(self):
        why = obstacle()
        if why:
            self.skipTest(why)
        tree = rootfs.tree(str(ROOT / ".build"))
        self.container = self.enterContext(Container(tree, str(ROOT / ".build/log"), shared=["/probe"]))
        self.intents = pathlib.Path(self.container.shared_folder("/probe"), "intents")
        self.container.install_program(os.environ["BUILDERD_TEST_PROBE"], "/usr/local/bin/stop-intent-probe")
        self.container.copy_in(str(ROOT / "Tests/Systemd" / UNIT), f"/etc/systemd/system/{UNIT}")
        self.container.run("systemctl", "daemon-reload")
        self.container.run("systemctl", "start", UNIT)

    def read(self):
        return self.intents.read_text().splitlines()

    def await_lines(self, count):
        """The first `count` lines of what was read, once they are there."""
        deadline = time.monotonic() + 30
        while len(self.read()) < count:
            self.assertLess(time.monotonic(), deadline, f"only {self.read()} was read")
            time.sleep(0.01)
        return self.read()

    def make_gate(self):
        self.container.run("mkfifo", "--mode=666", "/probe/gate")

    def open_gate(self):
        self.container.run("sh", "-c", ": >/probe/gate", seconds=30)

    def test_restart_then_stop(self):
        """a restart reads as restart, a stop as stop, and a plain kill as neither"""
        self.container.run("systemctl", "restart", UNIT)
        self.assertEqual(self.read(), ["first restart", "second restart"])
        self.container.run("systemctl", "try-restart", UNIT)
        self.assertEqual(self.read()[2:], ["first restart", "second restart"])
        self.container.run("systemctl", "stop", UNIT)
        self.assertEqual(self.read()[4:], ["first stop", "second stop"])
        self.container.run("systemctl", "start", UNIT)
        self.container.run("systemctl", "kill", UNIT)
        self.assertEqual(self.await_lines(8)[6:], [f"{time} no job of the service manager's" for time in ("first", "second")])

    def test_overtaken(self):
        """a stop that overtakes a restart is seen by the second read, and nothing is started again"""
        self.make_gate()
        self.container.run("systemctl", "restart", "--no-block", UNIT)
        self.assertEqual(self.await_lines(1), ["first restart"])
        self.container.run("systemctl", "stop", "--no-block", UNIT)
        self.open_gate()
        self.assertEqual(self.await_lines(2), ["first restart", "second stop"])
        self.container.run("systemctl", "stop", UNIT)
        self.assertEqual(self.container.run("systemctl", "is-active", UNIT, check=False).strip(), "inactive")

    def test_power_off(self):
        """a power-off reads as shutdown, to the end"""
        self.container.power_off()
        self.assertEqual(self.read(), ["first shutdown", "second shutdown"])
        self.assertIn(f"Stopped {UNIT}", self.container.journal("--unit=" + UNIT, "--output=cat"))

    def test_power_off_overtakes_restart(self):
        """a power-off that overtakes a restart is seen by the second read"""
        self.make_gate()
        self.container.run("systemctl", "restart", "--no-block", UNIT)
        self.assertEqual(self.await_lines(1), ["first restart"])
        self.container.run("systemctl", "poweroff", "--no-block", check=False)
        self.open_gate()
        self.assertEqual(self.await_lines(2), ["first restart", "second shutdown"])

    def test_no_bus(self):
        """without a bus, and with one that hangs, it is unknown and the service still ends"""
        self.container.run("systemctl", "kill", "--signal=SIGSTOP", "dbus.service")
        self.container.run("systemctl", "stop", UNIT)
        hangs = "unknown (connect: timed out after 2.0 s waiting for the service manager)"
        self.assertEqual(self.read(), [f"first {hangs}", f"second {hangs}"])
        self.container.run("systemctl", "start", UNIT)
        self.container.run("systemctl", "kill", "--signal=SIGKILL", "dbus.service")
        self.container.run("systemctl", "stop", "dbus.socket", "dbus.service")
        self.container.run("systemctl", "kill", UNIT)
        self.assertIn(self.await_lines(4)[2], ("first unknown (connect: Connection refused (111))", "first unknown (connect: No such file or directory (2))"))


if __name__ == "__main__":
    unittest.main()
