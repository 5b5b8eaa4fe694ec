"""The log on a real journald: all bytes, all lines, and what becomes of both while journald is stopped or restarted."""
import json
import os
import pathlib
import re
import time
import unittest

import rootfs
from builder_host import UNIT, BuilderHost
from container import Container, obstacle

ROOT = pathlib.Path(__file__).resolve().parents[2]
DROPPED = "7a1c4f0a5a9b4a3f9f3d6f8e2b6d5c10"
# The shipped unit's own.
RATE = re.findall(r"^LogRateLimit\w+=.*", (ROOT / "systemd/builderd.service").read_text(), re.M)
# So low that without the unit's own setting most of a flood would be suppressed.
STRICT = "[Journal]\nRateLimitIntervalSec=30s\nRateLimitBurst=100\n"


def signal_journald(container, name):
    container.run("systemctl", "kill", "--kill-who=main", f"--signal={name}", "systemd-journald")


def journald_is(container, state):
    """Waits until journald's process is in `state` (`T`: stopped)."""
    pid = container.run("systemctl", "show", "--property=MainPID", "--value", "systemd-journald").strip()
    deadline = time.monotonic() + 20
    while f"State:\t{state}" not in container.run("cat", f"/proc/{pid}/status"):
        assert time.monotonic() < deadline, f"journald is not in the state {state}"
        time.sleep(0.02)


class JournalTests(unittest.TestCase):
    """The writer alone, in a program of the tests."""

    def setUp(self):
        why = obstacle()
        if why:
            self.skipTest(why)
        tree = rootfs.tree(str(ROOT / ".build"))
        self.container = self.enterContext(Container(tree, str(ROOT / ".build/log"), shared=["/probe"]))
        self.container.install_program(os.environ["BUILDERD_TEST_JOURNAL_PROBE"], "/usr/local/bin/journal-probe")

    def start(self, *arguments, **options):
        """The program as a service of an unprivileged user."""
        self.container.run(
            "systemd-run", "--quiet", "--unit=probe", "--property=User=nobody", *(f"--property={line}" for line in RATE),
            "--property=StandardOutput=append:/probe/said", *arguments,
        )

    def said(self, count, seconds=120):
        """The first lines of what the program said, once they are there."""
        path, deadline = pathlib.Path(self.container.shared_folder("/probe"), "said"), time.monotonic() + seconds
        while len(lines := path.read_text().splitlines() if path.exists() else []) < count:
            self.assertLess(time.monotonic(), deadline, f"it has only said {lines}")
            time.sleep(0.02)
        return lines

    def entries(self):
        text = self.container.journal("--identifier=journal-probe", "--output=json", "--all")
        return [json.loads(line) for line in text.splitlines()]

    def test_bytes(self):
        """an entry with line breaks, NUL, invalid UTF-8 and 700,000 bytes comes back from journald with all its bytes"""
        self.start("--wait", "/usr/local/bin/journal-probe", "bytes")
        entry, = self.entries()
        self.assertEqual(bytes(entry["MESSAGE"]), b"first\nsecond\0third\t\xff\xc3\x28\n")
        value = entry["BUILDERD_TASK"]
        self.assertEqual(value if isinstance(value, str) else bytes(value).decode(), "\n" * 700_000)
        self.assertEqual((entry["PRIORITY"], entry["BUILDERD_STEP"], entry["_UID"]), ("5", "a\nb", "65534"))

    def test_bound_exceeded(self):
        """200,000 lines for a journald that is stopped hold up nobody, and what came and what is reported as dropped are all of them"""
        self.container.run("mkfifo", "--mode=666", "/probe/gate")
        signal_journald(self.container, "SIGSTOP")
        journald_is(self.container, "T")
        self.start("/usr/local/bin/journal-probe", "flood", "200000", "/probe/gate")
        # While journald takes nothing.
        self.said(1)
        journald_is(self.container, "T")
        signal_journald(self.container, "SIGCONT")
        self.container.run("sh", "-c", ": >/probe/gate")
        sent, dropped = map(int, re.fullmatch(r"sent (\d+) dropped (\d+)", self.said(2)[1]).groups())
        entries = self.entries()
        lines = [int(entry["MESSAGE"].partition(" ")[2]) for entry in entries if "MESSAGE_ID" not in entry]
        reports = [entry for entry in entries if entry.get("MESSAGE_ID") == DROPPED]
        self.assertEqual(sent + dropped, 200_000)
        self.assertGreater(dropped, 100_000)
        self.assertEqual(len(lines), sent)
        self.assertEqual(lines, sorted(lines))
        self.assertEqual(sum(int(entry["BUILDERD_DROPPED"]) for entry in reports), dropped)
        self.assertEqual({entry["PRIORITY"] for entry in reports}, {"4"})


class DaemonLogTests(unittest.TestCase):
    """The shipped unit with a tool."""

    def begin(self, rounds, lines=None):
        why = obstacle()
        if why:
            self.skipTest(why)
        self.host = self.enterContext(BuilderHost(rounds))
        if lines:
            self.host.container.write("/opt/stand-in/lines", str(lines))
        self.host.container.write("/etc/systemd/journald.conf.d/test.conf", STRICT)
        self.host.run("systemctl", "restart", "systemd-journald")
        self.host.install(os.environ["BUILDERD_TEST_BUILDERD"])
        return self.host.release()

    def numbers(self, word):
        return [int(number) for number in re.findall(rf'"{word} (\d+)"', self.host.log())]

    def await_written(self, seconds=60):
        """Returns when nothing waits for the journal: a task's end does not wait for its lines."""
        deadline = time.monotonic() + seconds
        while waiting := self.host.status()["log"]["waiting"]:
            self.assertLess(time.monotonic(), deadline, f"{waiting} entries still wait for the journal")
            time.sleep(0.05)

    def assert_nothing_dropped(self):
        metrics = self.host.ask("/metrics")
        self.assertEqual(set(re.findall(r"builderd_log_entries_dropped_total\{.*\} (\S+)", metrics)), {"0"})
        self.assertEqual(self.host.status()["log"]["dropped"], 0)
        self.assertNotIn("Suppressed", self.host.container.journal())

    def test_flood(self):
        """20,000 lines that a tool prints at once are all in the journal, in order, whatever journald's limit for other services"""
        task = self.begin(2, lines=20_000)
        self.assertEqual(self.host.activities.wait_for_end(task, 90)[0], "success", task.ending)
        self.await_written()
        self.assertEqual(self.numbers("line"), list(range(1, 20_001)))
        self.assert_nothing_dropped()

    def test_stopped_journald(self):
        """while journald is stopped the tool runs on and heartbeats go out; afterwards, and over its restart, no line is missing"""
        task = self.begin(400, lines=20_000)
        self.host.await_rounds()
        signal_journald(self.host.container, "SIGSTOP")
        journald_is(self.host.container, "T")
        before, rounds = len(task.heartbeats), self.host.round()
        self.host.activities.wait("two heartbeats", lambda: len(task.heartbeats) >= before + 2, 90)
        self.assertIn("HTTP/1.1 200", self.host.ask("/livez"))
        self.assertGreater(self.host.round(), rounds)
        journald_is(self.host.container, "T")
        signal_journald(self.host.container, "SIGCONT")
        self.host.run("systemctl", "restart", "systemd-journald")
        self.assertEqual(self.host.activities.wait_for_end(task, 120)[0], "success", task.ending)
        self.await_written()
        self.assertEqual(self.numbers("round"), list(range(1, 401)))
        self.assertEqual(self.numbers("line"), list(range(1, 20_001)))
        self.assert_nothing_dropped()
        self.assertIn('"BUILDERD_WAITED_MSEC"', self.host.container.journal(f"--unit={UNIT}", "--output=json"))


if __name__ == "__main__":
    unittest.main()
