"""Tests/lib: each rule of the tree finds what it is for, and the results of swift test are counted right."""
import json
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests/lib"))
import checks  # noqa: E402
import swift_results  # noqa: E402

# rule → (a file that breaks it, a file that does not)
CASES = {
    checks.foundation: (("Sources/A/A.swift", "@preconcurrency import Foundation\n"), ("Sources/A/A.swift", "import FoundationEssentials\n// import Foundation\n")),
    checks.wrappers: (("Sources/A/A.swift", "package import CCurl\n"), ("Sources/CurlTransport/A.swift", "import CCurl\n")),
    checks.resolved: (("Package.resolved", "{}"), ("Package.swift", "")),
    checks.sizes: (("Sources/A/A.swift", "\n" * 401), ("Sources/A/A.swift", "\n" * 400)),
    checks.crashes: (("Sources/A/A.swift", "let a = try! b()\n"), ("Sources/A/A.swift", "let a = try b()\n")),
    checks.environment: (("Tests/A/A.swift", 'setenv("A", "b", 1)\n'), ("Sources/A/A.swift", "setenv()\n")),
    checks.json_files: (("a.json", "{,}"), ("a.json", "{}")),
    checks.yaml_files: (("a.yaml", "a: [1"), ("a.yaml", "a: !Sub b\n")),
    checks.shell_files: (("run", "#!/usr/bin/env bash\nif\n"), ("run", "#!/usr/bin/env bash\ntrue\n")),
    checks.python_files: (("a.py", "def\n"), ("a.py", "a = 1\n")),
}


def event(kind, test=None, **more):
    return json.dumps({"kind": "event", "payload": {"kind": kind, "testID": test, "messages": [{"text": f"{kind} text"}]} | more, "version": 0})


def function(name, kind="function"):
    return json.dumps({"kind": "test", "payload": {"id": name, "kind": kind, "name": name}, "version": 0})


class RuleTests(unittest.TestCase):
    def test_every_rule(self):
        """every rule finds what breaks it and nothing else"""
        self.assertEqual(set(CASES), set(checks.RULES))
        for rule, (bad, good) in CASES.items():
            with self.subTest(rule.__name__):
                self.assertEqual(len(list(rule(checks.Tree(dict([bad]))))), 1)
                self.assertEqual(list(rule(checks.Tree(dict([good])))), [])


class SwiftResultTests(unittest.TestCase):
    def test_counts(self):
        """functions are counted, not suites; a known issue passes, a cancelled test is skipped"""
        lines = [function(name) for name in ("a", "b", "c", "d", "e")] + [function("s", "suite")]
        lines += [event("testStarted", name) for name in ("s", "a", "b", "d", "e")]
        lines += [
            event("issueRecorded", "b", issue={"isKnown": False}), event("issueRecorded", "d", issue={"isKnown": True}),
            event("testSkipped", "c", _comments=["no server"]), event("testCancelled", "e"),
        ]
        lines += [event("testEnded", name) for name in ("a", "b", "d", "e", "s")] + [event("runEnded")]
        found, ended = swift_results.read(lines)
        self.assertTrue(ended)
        self.assertEqual(
            {test[-1]: outcome for outcome, test, _ in found}, {"a": "passed", "b": "failed", "c": "skipped", "d": "passed", "e": "skipped"}
        )
        self.assertIn(("skipped", "c: c", "no server"), found)

    def test_crash(self):
        """a test that was running when the process went down is a failure"""
        found, ended = swift_results.read([function("a"), function("b"), event("testStarted", "a"), event("testStarted", "b"), event("testEnded", "a"), '{"ki'])
        self.assertFalse(ended)
        self.assertEqual([(outcome, test) for outcome, test, _ in found], [("passed", "a: a"), ("failed", "b: b")])


if __name__ == "__main__":
    unittest.main()
