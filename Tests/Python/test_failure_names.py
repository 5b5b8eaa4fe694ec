"""The failure names are one list, Sources/Pipeline/FailureName.swift: what the sources, the state machine and the README name is in it."""
import json
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIST = ROOT / "Sources/Pipeline/FailureName.swift"
NAME = r"(?:Builder|AWS|PreProvision|Bakery|Provision|Validation|PostProvision)\.[A-Z][A-Za-z]+"
# What the state machine itself ends with when no builder could.
OF_THE_MACHINE = {"Provision.RollBackFailed"}


def listed():
    return {name: case for case, name in re.findall(r'^    case (\w+) = "([^"]+)"$', LIST.read_text(), re.MULTILINE)}


def sources():
    return {path: path.read_text() for path in (ROOT / "Sources").rglob("*.swift") if path != LIST}


def reported():
    """Names that some source uses, by their case or as text; the others are kept for versions to come."""
    text = "\n".join(sources().values())
    return {name for name, case in listed().items() if f'"{name}"' in text or re.search(rf"\.{case}\b", text)}


def machine():
    return json.loads((ROOT / "Config/platform/release.asl.json").read_text())["States"]


class FailureNameTests(unittest.TestCase):
    def test_list(self):
        """the list was read whole"""
        self.assertEqual(len(listed()), len(re.findall(r"^    case ", LIST.read_text(), re.MULTILINE)))
        self.assertGreater(len(reported()), 30)

    def test_sources(self):
        """every failure name that stands in the sources as text is in the list"""
        for path, text in sources().items():
            for name in re.findall(f'"({NAME})"', text):
                self.assertIn(name, listed(), path)

    def test_state_machine(self):
        """the state machine retries and catches names that builderd reports, and ends with names of its own or of the list"""
        for title, state in machine().items():
            for rule in state.get("Retry", []) + state.get("Catch", []):
                for name in rule["ErrorEquals"]:
                    if not name.startswith("States."):
                        self.assertIn(name, reported(), title)
            if state["Type"] == "Fail" and "Error" in state:
                self.assertIn(state["Error"], reported() | OF_THE_MACHINE, title)

    def test_readme(self):
        """the README explains every name that can be reported, and no other"""
        explained = set()
        for line in (ROOT / "README.md").read_text().splitlines():
            first = line.split("|")[1] if line.startswith("| `") else ""
            family = None
            for name in re.findall(r"`([A-Za-z.]+)`", first):
                if re.fullmatch(NAME, name):
                    family = name.split(".")[0]
                    explained.add(name)
                elif family:
                    explained.add(f"{family}.{name}")
        self.assertEqual(explained, reported() | OF_THE_MACHINE)


if __name__ == "__main__":
    unittest.main()
