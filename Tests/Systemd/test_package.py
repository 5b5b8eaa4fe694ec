"""The package on a minimal Debian 12: install, upgrade in the middle of a task, remove, purge."""
import json
import os
import tempfile
import unittest

import packages
from builder_host import MOUNT, ROOT, SECRET, UNIT, BuilderHost
from container import obstacle

FULL = bool(os.environ.get("BUILDERD_TEST_FULL"))
# Tenths of a second that the tool takes: a minute in the long form.
ROUNDS = 600 if FULL else 100


class PackageTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # BUILDERD_TEST_PACKAGES: the folder that Tests/run has made the packages in, two versions of one build.
        folder = os.environ.get("BUILDERD_TEST_PACKAGES")
        cls.why = obstacle() or (None if folder else "BUILDERD_TEST_PACKAGES is not set: run Tests/run --phase package")
        if not cls.why:
            cls.versions = packages.built(folder)

    def setUp(self):
        if self.why:
            self.skipTest(self.why)
        self.archive = self.enterContext(tempfile.TemporaryDirectory(prefix="builderd-archive-"))
        packages.archive(self.archive, str(ROOT / ".build"), self.versions[0])
        self.host = self.enterContext(BuilderHost(ROUNDS, visible={packages.PLACE: self.archive}, prepared=False))
        self.host.use_archive()

    def install(self):
        return self.host.install_package()

    def upgrade(self):
        """Puts the next version into the archive and installs it."""
        self.assertNotIn("+next", self.host.run("dpkg-query", "--show", "builderd"))
        packages.archive(self.archive, str(ROOT / ".build"), *self.versions)
        self.host.apt("update")
        told = self.host.apt("--option=Dpkg::Options::=--force-confold", "install", "builderd")
        self.assertIn("+next", self.host.run("dpkg-query", "--show", "builderd"))
        return told

    def assert_configured(self):
        """dpkg has nothing left to do."""
        self.assertEqual(self.host.run("dpkg-query", "--show", "--showformat=${db:Status-Status}", "builderd"), "installed")
        self.assertEqual(self.host.run("dpkg", "--audit").strip(), "")

    def test_install(self):
        """a fresh install is enabled and not started, a boot of it fails nothing, and with a configuration it becomes active"""
        told = self.install()
        self.assertIn("it has no /etc/builderd/builderd.yaml yet", told)
        self.assertEqual(self.host.run("systemctl", "is-enabled", UNIT).strip(), "enabled")
        self.assertEqual(self.host.property("ActiveState"), "inactive")
        self.host.run("systemctl", "start", UNIT)
        self.assertEqual((self.host.property("ActiveState"), self.host.property("ConditionResult")), ("inactive", "no"))
        self.assertEqual(self.host.run("systemctl", "--failed", "--plain", "--no-legend").strip(), "")
        self.assertEqual(self.host.run("stat", "-c", "%U:%G %a", "/var/lib/builderd-work").strip(), "builderd:builderd 700")
        self.assertEqual(self.host.property("ActiveState", MOUNT), "active")
        self.host.prepare()
        self.host.run("systemctl", "daemon-reload")
        self.host.run("systemctl", "start", UNIT)
        self.assertEqual(self.host.property("ActiveState"), "active")
        self.assertEqual(self.host.status()["tools"], {"containment": "cgroup", "landlock": True})
        self.assertIn("builderd-health", self.host.run("id", "--name", "--groups", "builderd").split())
        for name in ("status.schema.json", "grafana-dashboard.json"):
            json.loads(self.host.read("/usr/share/builderd/" + name))
        shipped = self.host.run("sh", "-c", "dpkg-query --listfiles builderd | grep -c demo || true").strip()
        self.assertEqual(shipped, "0")
        # As after a power-off: everything is enabled.
        self.host.container.power_off()
        self.host.boot()
        self.host.await_property("ActiveState", "active".__eq__)

    def test_upgrade(self):
        """an upgrade in the middle of a tool: the task succeeds with its first token, and the tool is not started again"""
        self.host.prepare()
        self.install()
        self.assertEqual(self.host.property("ActiveState"), "active")
        task = self.host.release()
        self.host.await_rounds()
        daemon, version = self.host.main_pid(), self.host.status()["version"]
        self.host.container.write("/etc/builderd/rules/limits.yaml", "# changed by the administrator\nrules: []\n")
        self.upgrade()
        self.assertNotEqual(self.host.main_pid(), daemon)
        self.assertEqual(self.host.status()["version"], version)
        self.assertIsNone(task.ending)
        self.host.await_rounds()
        self.assertEqual(self.host.activities.wait_for_end(task, ROUNDS / 5 + 60)[0], "success")
        self.assertEqual((task.deliveries, len(task.endings)), (1, 1))
        (begun, first), (ended, last) = (line.split() for line in self.host.applies())
        self.assertEqual((begun, ended, first), ("start", "end", last))
        self.assertIn("tool adopted from an earlier process", self.host.log())
        # The package's message catalogue explains it where a person reads it.
        explained = self.host.run("journalctl", "--no-pager", "--catalog", "MESSAGE_ID=7a1c4f0a5a9b4a3f9f3d6f8e2b6d5c04")
        self.assertIn("Subject: A tool that was at work was adopted", explained)
        self.assertIn("changed by the administrator", self.host.read("/etc/builderd/rules/limits.yaml"))
        self.assertNotIn(SECRET, self.host.container.journal("--output=export"))

    def test_upgrade_of_stopped_service(self):
        """an upgrade starts nothing that was stopped or disabled"""
        self.host.prepare()
        self.install()
        self.host.run("systemctl", "disable", "--now", UNIT)
        self.upgrade()
        self.assertEqual(self.host.property("ActiveState"), "inactive")
        self.assertEqual(self.host.run("systemctl", "is-enabled", UNIT, check=False).strip(), "disabled")

    def test_broken_configuration(self):
        """a service that does not start is told with how to look, at an installation and at an upgrade, and the package is configured"""
        self.host.prepare()
        self.host.configure(replacing={"slots: 1": "slots: 0"})
        told = self.install()
        self.assertIn("DID NOT START", told)
        self.assertIn("journalctl -u builderd", told)
        self.assert_configured()
        self.host.configure()
        self.host.run("systemctl", "restart", UNIT)
        self.host.configure(replacing={"slots: 1": "slots: 0"})
        self.assertIn("DID NOT START", self.upgrade())
        self.assert_configured()
        self.assertEqual(self.host.property("ActiveState"), "failed")

    def test_install_after_removal(self):
        """installed again after a removal, it starts as at first, unless it was disabled"""
        self.host.prepare()
        self.install()
        self.host.apt("remove", "builderd")
        self.assertNotIn("DID NOT START", self.install())
        self.assertEqual(self.host.property("ActiveState"), "active")
        self.host.run("systemctl", "disable", "--now", UNIT)
        # Nothing runs that it would have to wait for.
        self.assertNotIn("is being stopped", self.host.apt("remove", "builderd"))
        self.install()
        self.assertEqual(self.host.property("ActiveState"), "inactive")
        self.assertNotIn("builderd.", self.host.run("ls", "/run", "/var/lib/misc"))

    def test_removal_called_off(self):
        """a removal that fails starts again what it has stopped, and nothing that was stopped before"""
        self.host.prepare()
        self.install()
        # What makes dpkg call it off: the script fails after it has done its work.
        self.host.run("sh", "-c", "echo 'exit 1' >>/var/lib/dpkg/info/builderd.prerm")
        for state in ("active", "inactive"):
            with self.subTest(state):
                process = self.host.main_pid() if state == "active" else None
                self.host.run("dpkg", "--remove", "builderd", check=False, seconds=180)
                self.assert_configured()
                self.assertEqual(self.host.property("ActiveState"), state)
                if process:
                    self.assertNotEqual(self.host.main_pid(), process)
                    self.host.run("systemctl", "stop", UNIT)
        self.assertNotIn("builderd.", self.host.run("ls", "/run", "/var/lib/misc"))

    def test_boot_before_configuration(self):
        """an installation after a removal starts the service also when the machine is started anew before it is finished"""
        self.host.prepare()
        self.install()
        self.host.apt("remove", "builderd")
        # As dpkg leaves it when the machine goes down in between.
        self.host.run("sh", "-c", f"dpkg --unpack {packages.PLACE}/builderd_*.deb")
        self.host.container.power_off()
        self.host.boot()
        self.host.run("systemctl", "stop", UNIT)
        self.host.run("dpkg", "--configure", "builderd", seconds=120)
        self.assert_configured()
        self.assertEqual(self.host.property("ActiveState"), "active")

    def test_remove_and_purge(self):
        """a removal waits for the running task and keeps what builderd wrote, a purge takes it away"""
        self.host.prepare()
        self.install()
        task = self.host.release()
        self.host.await_rounds()
        self.assertIn("builderd is being stopped", self.host.apt("remove", "builderd"))
        self.assertEqual(task.ending[0], "success", task.ending)
        self.assertEqual(self.host.property("LoadState"), "not-found")
        state = "test -d /var/lib/builderd/history && test -e /etc/builderd/builderd.yaml && test -e /etc/builderd/rules/limits.yaml"
        self.host.run("sh", "-c", state)
        self.assertNotIn("builderd-work", self.host.run("cat", "/proc/mounts"))
        self.host.apt("purge", "builderd")
        left = self.host.run("find", "/etc", "/var/lib", "/var/cache", "/lib/systemd", "/usr/lib", "-path", "*builderd*", "!", "-path", "*.d/test.conf*")
        # What a person put there stays.
        kept = ("/etc/builderd", "/etc/systemd/system/builderd.service.d", "/etc/credstore/builderd.aws")
        self.assertEqual([path for path in left.split() if not path.startswith(kept)], [])
        self.assertFalse(self.host.read("/etc/builderd/builderd.yaml"))
        self.assertEqual(self.host.run("systemctl", "--failed", "--plain", "--no-legend").strip(), "")


if __name__ == "__main__":
    unittest.main()
