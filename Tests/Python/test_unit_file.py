"""What of the shipped unit a wrong word would undo in silence."""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class UnitFile(unittest.TestCase):
    def test_journald_does_not_suppress_the_log(self):
        """builderd.service has no rate limit of journald's, which would drop tools' lines without builderd's knowing"""
        text = (ROOT / "systemd/builderd.service").read_text()
        settings = re.findall(r"^(LogRateLimit\w+)=(.*)$", text.partition("[Service]")[2].partition("[Install]")[0], re.M)
        self.assertEqual(settings, [("LogRateLimitIntervalSec", "0")])


if __name__ == "__main__":
    unittest.main()
