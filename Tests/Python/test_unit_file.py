"""What of the shipped unit a wrong word would undo in silence."""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class UnitFile(unittest.TestCase):
    def test_journald_does_not_suppress_the_log(self):
        """builderd.service has a rate limit that is none: journald's would drop tools' lines without builderd's knowing"""
        text = (ROOT / "systemd/builderd.service").read_text()
        settings = dict(re.findall(r"^(LogRateLimit\w+)=(.*)$", text.partition("[Service]")[2].partition("[Install]")[0], re.M))
        self.assertEqual(settings.keys(), {"LogRateLimitIntervalSec", "LogRateLimitBurst"})
        # systemd 252 takes a 0 for unset, and then journald's own limit holds.
        interval, burst = int(settings["LogRateLimitIntervalSec"]), int(settings["LogRateLimitBurst"])
        self.assertGreater(interval, 0)
        self.assertGreaterEqual(burst / interval, 1_000_000)
        # journald multiplies it by up to 6 in 32 bits.
        self.assertLess(burst * 12, 1 << 32)


if __name__ == "__main__":
    unittest.main()
