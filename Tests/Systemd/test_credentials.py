"""The unit's credentials on real systemd: encrypted ones, and none."""
import os
import unittest

from builder_host import CREDENTIALS, UNIT, BuilderHost
from container import obstacle

GIVEN = "/run/credentials/builderd.service/builderd.aws"


class CredentialTests(unittest.TestCase):
    def setUp(self):
        program = os.environ.get("BUILDERD_TEST_BUILDERD")
        why = obstacle() or (None if program else "BUILDERD_TEST_BUILDERD is not set: run Tests/run")
        if why:
            self.skipTest(why)
        self.host = self.enterContext(BuilderHost(5))
        self.host.run("rm", "/etc/credstore/builderd.aws")
        self.host.install(program)

    def test_encrypted(self):
        """keys that lie encrypted on the disk work, and nobody but the service can read them"""
        self.host.run("useradd", "stranger")
        self.host.run(
            "sh", "-c", "mkdir -p /etc/credstore.encrypted && systemd-creds encrypt --with-key=host --name=builderd.aws - /etc/credstore.encrypted/builderd.aws",
            stdin=CREDENTIALS.encode(),
        )
        self.assertNotIn("test-secret-key", self.host.run("cat", "/etc/credstore.encrypted/builderd.aws"))
        self.host.container.write(f"/etc/systemd/system/{UNIT}.d/encrypted.conf", "[Service]\nLoadCredentialEncrypted=builderd.aws\n")
        self.host.run("systemctl", "daemon-reload")
        self.host.run("systemctl", "restart", UNIT)
        task = self.host.release()
        self.assertEqual(self.host.activities.wait_for_end(task, 60)[0], "success")
        self.assertIn("HTTP/1.1 200", self.host.ask("/readyz"))
        self.assertIn("Permission denied", self.host.run("runuser", "-u", "stranger", "--", "cat", GIVEN, check=False))
        self.assertNotIn("test-secret-key", self.host.container.journal("--output=export"))

    def test_none(self):
        """without keys the service runs, and says on readyz and in the journal what it misses and what to do"""
        self.assertEqual(self.host.property("ActiveState"), "active")
        self.assertIn("HTTP/1.1 200", self.host.ask("/livez"))
        answer = self.host.ask("/readyz")
        self.assertIn("HTTP/1.1 503", answer)
        self.assertIn("no AWS credentials found", answer)
        self.host.await_log("no AWS credentials found")
        # Once they are there a restart is all.
        self.host.container.write("/etc/credstore/builderd.aws", CREDENTIALS, mode=0o600)
        self.host.run("systemctl", "restart", UNIT)
        task = self.host.release()
        self.assertEqual(self.host.activities.wait_for_end(task, 60)[0], "success")


if __name__ == "__main__":
    unittest.main()
