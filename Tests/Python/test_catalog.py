"""The message catalogue explains every message that has an id, and no other."""
import pathlib
import re
import shutil
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CATALOG = ROOT / "systemd" / "builderd.catalog"


class Catalog(unittest.TestCase):
    def test_every_message_id_is_explained_and_no_other(self):
        source = "".join(path.read_text() for path in sorted((ROOT / "Sources").rglob("*.swift")))
        ids = re.findall(r'static let \w+ = "([0-9a-f]{32})"', source)
        explained = re.findall(r"^-- ([0-9a-f]{32})$", CATALOG.read_text(), re.M)
        self.assertEqual(sorted(ids), sorted(explained))
        self.assertEqual(len(set(ids)), len(ids))

    @unittest.skipUnless(shutil.which("journalctl"), "journalctl is not here")
    def test_journalctl_reads_it(self):
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            place = pathlib.Path(folder) / "usr/lib/systemd/catalog"
            place.mkdir(parents=True)
            (pathlib.Path(folder) / "var/lib/systemd/catalog").mkdir(parents=True)
            shutil.copy(CATALOG, place)
            subprocess.run(["journalctl", f"--root={folder}", "--update-catalog"], check=True, capture_output=True)
            listed = subprocess.run(
                ["journalctl", f"--root={folder}", "--list-catalog"], check=True, capture_output=True, text=True
            ).stdout
        self.assertEqual(listed.count("builderd: "), CATALOG.read_text().count("\n-- "))


if __name__ == "__main__":
    unittest.main()
