"""Config/demo: the stand-in auditor and what the demo shows."""
import datetime
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Config/demo"))
from stand_in_application import StandInApplication  # noqa: E402
from view import STAGES, Progress, View, failure_lines, output_lines, roll_back_line  # noqa: E402

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


class StandInAuditorTests(unittest.TestCase):
    def audit(self, inputs, profile=ROOT / "Config/catalogue/inspec/builderd-baseline", waivers=""):
        with tempfile.TemporaryDirectory() as folder:
            paths = {name: pathlib.Path(folder, name) for name in ("report", "inputs", "waivers")}
            paths["inputs"].write_text(json.dumps(inputs))
            paths["waivers"].write_text(waivers)
            run = subprocess.run(
                [sys.executable, ROOT / "Config/demo/stand-in-auditor", "exec", profile, "--reporter", "cli", f"json:{paths['report']}",
                 "--input-file", paths["inputs"], "--waiver-file", paths["waivers"], "--no-create-lockfile", "--no-color"],
                capture_output=True, text=True, env={"PATH": os.environ["PATH"]},
            )
            report = json.loads(paths["report"].read_text())
        self.assertEqual(report["generator"]["name"], "builderd stand-in auditor")
        return run.returncode, {control["id"]: control for control in report["profiles"][0]["controls"]}

    def statuses(self, controls):
        return {name: control["results"][0]["status"] for name, control in controls.items()}

    def test_checks_the_endpoint(self):
        """the stand-in auditor asks the endpoint, and says what it skipped"""
        with StandInApplication() as application:
            code, controls = self.audit({"endpoint": application.url, "image_id": "ami-0123456789abcdef0", "allow_plain_http": True})
        found = self.statuses(controls)
        self.assertEqual(found["builderd-endpoint-answers"], "passed")
        self.assertEqual(found["builderd-no-banner"], "passed")
        self.assertEqual(found["builderd-no-login-ports"], "skipped")
        self.assertEqual((code, controls["builderd-endpoint-answers"]["impact"]), (101, 1.0))

    def test_fails(self):
        """the stand-in auditor fails an endpoint that is down, not https, and an image that is none"""
        code, controls = self.audit({"endpoint": "http://127.0.0.1:9", "image_id": "no"})
        found = self.statuses(controls)
        for name in ("builderd-endpoint-answers", "builderd-endpoint-encrypted", "builderd-image-known"):
            self.assertEqual(found[name], "failed", name)
        self.assertEqual(code, 100)

    def test_unknown_control(self):
        """a control that the stand-in auditor has no check for is skipped, not passed"""
        with tempfile.TemporaryDirectory() as folder:
            profile = pathlib.Path(folder)
            (profile / "inspec.yml").write_text("name: other\nversion: 2.0.0\n")
            (profile / "controls").mkdir()
            (profile / "controls/a.rb").write_text("control 'other-1' do\n  impact 0.9\n  title 'Other'\nend\n")
            code, controls = self.audit({}, profile, '"other-1":\n  run: true\n')
        self.assertEqual((code, self.statuses(controls)), (101, {"other-1": "skipped"}))
        self.assertTrue(controls["other-1"]["waiver_data"]["run"])

    def test_knows_the_baseline(self):
        """the stand-in auditor has a check for every control of the demo's profile"""
        _, controls = self.audit({"endpoint": "http://127.0.0.1:9", "image_id": "no"})
        self.assertTrue(controls)
        self.assertFalse([name for name, control in controls.items() if "no check" in control["results"][0].get("skip_message", "")])


class RunTests(unittest.TestCase):
    """Config/demo/run in a checkout of its own and with a PATH of its own: nothing is installed, built or started."""

    def run_demo(self, terraform=None):
        with tempfile.TemporaryDirectory() as folder:
            root, tools = pathlib.Path(folder, "checkout"), pathlib.Path(folder, "bin")
            for name in ("Config/demo/run", "Tests/lib/common.sh"):
                (root / name).parent.mkdir(parents=True)
                shutil.copy(ROOT / name, root / name)
            tools.mkdir()
            for name in ("bash", "dirname", "head", "mkdir", "realpath", "rm", "sed", "sort"):
                (tools / name).symlink_to(shutil.which(name))
            if terraform:
                (tools / "terraform").write_text(f"#!/bin/sh\necho '{terraform}'\n")
                (tools / "terraform").chmod(0o755)
            run = subprocess.run(
                ["bash", root / "Config/demo/run", "--builderd", "/bin/true"], capture_output=True, text=True, env={"PATH": str(tools)}
            )
            left = sorted(path.name for path in (root / ".build").rglob("*"))
        self.assertEqual((run.returncode, run.stdout, left), (1, "", ["demo"]), run.stderr)
        return run.stderr

    def test_no_terraform(self):
        """without Terraform the demo says which to get and where, and does nothing"""
        said = self.run_demo()
        self.assertRegex(said, r"\Arun: Terraform 1\.10 or later is needed on PATH, found none: .*developer\.hashicorp\.com/terraform/install.*\n\Z")

    def test_old_terraform(self):
        """an older Terraform is told by its version"""
        self.assertIn("found 1.9:", self.run_demo('{"terraform_version": "1.9.8"}'))


class ViewTests(unittest.TestCase):
    def events(self, *kinds):
        details = {
            "TaskStateEntered": {"stateEnteredEventDetails": {"name": "Bakery"}}, "ActivityStarted": {"activityStartedEventDetails": {"workerName": "w"}},
            "ActivityFailed": {"activityFailedEventDetails": {"error": "Bakery.BuildFailed"}}, "TaskStateExited": {"stateExitedEventDetails": {"name": "Bakery"}},
        }
        return [{"type": kind, "timestamp": NOW} | details.get(kind, {}) for kind in kinds]

    def test_progress(self):
        """the history becomes states: started, failed and tried again, done"""
        progress, seen = Progress(), []
        history = self.events("ExecutionStarted", "TaskStateEntered", "ActivityScheduled", "ActivityStarted", "ActivityFailed", "ActivityScheduled",
                              "ActivityStarted", "ActivitySucceeded", "TaskStateExited", "ExecutionSucceeded")
        for end in range(len(history) + 1):
            seen += [what for _, what in progress.read(history[:end])]
        self.assertEqual(seen, ["started by w", "failed: Bakery.BuildFailed", "started by w", "done"])
        self.assertEqual((progress.states["Bakery"].phase, progress.states["Bakery"].attempts), ("done", 2))
        self.assertEqual(list(progress.states), list(STAGES))

    def test_piped(self):
        """piped, the view writes plain lines and no escape sequences"""
        out = io.StringIO()
        view, progress = View(out), Progress()
        for state, what in progress.read(self.events("TaskStateEntered", "ActivityStarted")):
            view.event(state, what, 1.25)
        view.draw(progress, NOW, {})
        self.assertEqual(out.getvalue(), "   1.2 s  Bakery: started by w\n")

    def test_width(self):
        """on a terminal no line is wider than it"""
        for columns in (20, 60):
            out = io.StringIO()
            out.isatty = lambda: True
            view, progress = View(out), Progress()
            list(progress.read(self.events("TaskStateEntered", "ActivityStarted")))
            with unittest.mock.patch.dict(os.environ, COLUMNS=str(columns)):
                view.draw(progress, NOW, {"bakery": "x" * 200})
            lines = re.sub(r"\033\[[0-9]*[a-zA-Z]|\r", "", out.getvalue()).splitlines()
            self.assertEqual((len(lines), max(map(len, lines))), (len(STAGES), columns - 1))

    def test_failure(self):
        """a failure shows what to do, and one without JSON as it is"""
        lines = "\n".join(failure_lines("Provision.PlanDenied", '{"message":"port 22","next":"close it"}'))
        self.assertIn("next: close it", lines)
        self.assertIn("plain", "\n".join(failure_lines("X", "plain")))

    def test_roll_back(self):
        """a roll back says what it went back to"""
        entered = {"type": "TaskStateEntered", "timestamp": NOW, "stateEnteredEventDetails": {"name": "Roll Back"}}
        returned = {"action": "restore", "restored": {"execution": "arn:e:hello-1", "version": "1.0.0"}, "added": 1, "changed": 2, "removed": 3}
        exited = {"type": "TaskStateExited", "timestamp": NOW, "stateExitedEventDetails": {"output": json.dumps({"rollBack": returned})}}
        progress = Progress()
        list(progress.read([entered, exited]))
        self.assertIn("went back to the release 1.0.0 of hello-1; 1 added, 2 changed, 3 removed", roll_back_line(progress.rolled_back))
        self.assertIn("took the stack down", roll_back_line({"action": "destroy", "added": 0, "changed": 0, "removed": 3}))

    def test_outputs(self):
        """a stage that returned nothing has no line"""
        item = {"table": "t", "pk": "APP#hello", "sk": "EXEC#1"}
        lines = list(output_lines({"postProvision": {"smokeTests": [{"name": "health", "status": 200, "attempts": 1}], "inventory": item}}))
        self.assertEqual(len(lines), 1)
        self.assertIn("inventory item t APP#hello EXEC#1", lines[0])


if __name__ == "__main__":
    unittest.main()
