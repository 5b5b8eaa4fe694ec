#!/usr/bin/env python3
"""Runs the unittest files of a folder.

    python_tests.py FOLDER RESULTS

appends `passed<TAB>test`, `failed<TAB>test<TAB>why` or `skipped<TAB>test<TAB>why` for each and prints tracebacks of failures.
"""
import sys
import unittest


class Recorder(unittest.TestResult):
    def __init__(self, out):
        super().__init__()
        self.out = out

    def record(self, outcome, test, why=""):
        name = f"Python: {test.shortDescription() or test.id()}"
        print(outcome, name, why.replace("\n", " ").replace("\t", " "), sep="\t", file=self.out)

    def broke(self, test, error):
        print(self._exc_info_to_string(error, test) if isinstance(test, unittest.TestCase) else "".join(map(str, error)), file=sys.stderr)
        self.record("failed", test, f"{error[0].__name__}: {error[1]}"[:300])

    def addSuccess(self, test):
        self.record("passed", test)

    def addFailure(self, test, error):
        self.broke(test, error)

    def addError(self, test, error):
        self.broke(test, error)

    def addSubTest(self, test, subtest, error):
        if error is not None:
            self.broke(subtest, error)

    def addSkip(self, test, reason):
        self.record("skipped", test, reason)


def main():
    folder, results = sys.argv[1:]
    with open(results, "a") as out:
        unittest.defaultTestLoader.discover(folder, pattern="test_*.py").run(Recorder(out))


if __name__ == "__main__":
    main()
