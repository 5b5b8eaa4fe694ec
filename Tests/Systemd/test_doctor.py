"""`builderctl doctor` beside the shipped unit: it sees what the service sees, whoever may see it, and shows nobody a secret."""
import json
import os
import pathlib
import unittest

from builder_host import UNIT, BuilderHost
from container import obstacle


# Gives the health socket to a group of Debian's own that builderd is not in.
GROUP = {"log:": "health: {group: games}\nlog:"}


class DoctorTests(unittest.TestCase):
    def setUp(self):
        why = obstacle()
        if why:
            self.skipTest(why)
        self.host = self.enterContext(BuilderHost(1))

    def install(self):
        program = os.environ["BUILDERD_TEST_BUILDERD"]
        self.host.install(program)
        self.host.container.install_program(str(pathlib.Path(program).with_name("builderctl")), "/usr/bin/builderctl")

    def doctor(self, user):
        """What doctor finds as `user`, by check; there is no AWS here, so most of it is bad."""
        text = self.host.run("runuser", "-u", user, "--", "builderctl", "doctor", "--json", "--no-write", check=False, seconds=120)
        self.assertNotIn("test-secret-key", text)
        return {finding["check"]: finding for finding in json.loads(text)}

    def test_environment(self):
        """root and builderd's user check with the unit's credential and overrides, and another user is told what to run"""
        self.install()
        self.host.container.write(f"/etc/systemd/system/{UNIT}.d/more.conf", "[Service]\nEnvironment=BUILDERD_WORKER_NAME=of-the-unit\n")
        self.host.run("systemctl", "daemon-reload")
        self.host.run("systemctl", "restart", UNIT)
        # What the process holds is no word for root to go by: tools run as the same user.
        for user, source in (("root", "as its unit sets it"), ("builderd", f"of process {self.host.main_pid()}")):
            with self.subTest(user):
                found = self.doctor(user)
                told = found["environment"]["message"]
                self.assertIn(f"{UNIT}'s, {source}", told)
                self.assertIn("AWS_SHARED_CREDENTIALS_FILE, BUILDERD_WORKER_NAME", told)
                self.assertEqual(found["credentials"]["level"], "ok", found["credentials"])
                # The fake server is no STS: that says nothing of the credentials.
                self.assertNotIn("renew", found["identity"]["fix"])
                self.assertIn("is a tmpfs", found["disk secrets"]["message"])
                self.assertEqual(found["control socket"]["level"], "ok", found["control socket"])
        self.host.run("useradd", "stranger")
        found = self.doctor("stranger")
        self.assertEqual(found["environment"]["level"], "warning", found["environment"])
        self.assertIn("sudo builderctl doctor", found["environment"]["fix"])
        self.assertEqual(found["credentials"]["level"], "failure", found["credentials"])

    def test_groups(self):
        """whoever checks, a socket's group has to be one that the unit's user is in"""
        self.install()
        for groups, status in (("", "78"), ("SupplementaryGroups=games", "0")):
            self.host.container.write(f"/etc/systemd/system/{UNIT}.d/groups.conf", f"[Service]\n{groups}\n")
            self.host.run("systemctl", "daemon-reload")
            self.host.configure(replacing=GROUP)
            for user in ("root", "nobody", "builderd"):
                with self.subTest(user=user, groups=groups):
                    told = self.host.run("runuser", "-u", user, "--", "sh", "-c", "builderd check-config 2>&1; echo status=$?")
                    self.assertTrue(told.rstrip().endswith(f"status={status}"), told)
                    if status == "78":
                        self.assertIn("games, which user builderd is not in", told)
                        self.assertIn("usermod --append --groups games builderd", told)
            found = self.doctor("root")["configuration"]
            self.assertEqual(found["level"], "failure" if status == "78" else "ok", found)
        # And the service itself starts with what was found valid.
        self.host.run("systemctl", "restart", UNIT, seconds=120)
        self.assertEqual(self.host.run("stat", "-c", "%G", "/run/builderd/health.sock").strip(), "games")
        self.assertIn("health socket at /run/builderd/health.sock for root, this user and the group games", self.host.log())

    def test_stopped(self):
        """a service that does not run yet is checked with what it would start with"""
        self.install()
        self.host.run("systemctl", "stop", UNIT, seconds=120)
        found = self.doctor("root")
        self.assertIn("as it does not run", found["environment"]["message"])
        self.assertEqual(found["credentials"]["level"], "ok", found["credentials"])
        self.assertEqual(found["health socket"]["level"], "failure", found["health socket"])


if __name__ == "__main__":
    unittest.main()
