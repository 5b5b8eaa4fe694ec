"""Config/platform: what the design holds the shipped state machine to, and the stack as LocalStack deploys it."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import uuid

import boto3
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLATFORM = ROOT / "Config/platform"
sys.path.insert(0, str(PLATFORM / "trigger"))
import index  # noqa: E402

STAGES = {
    "Pre Provision": ("preProvision", "PreProvisionActivity", 120),
    "Bakery": ("bakery", "BakeryActivity", 300),
    "Provision": ("provision", "ProvisionActivity", 600),
    "Validation": ("validation", "ValidationActivity", 120),
    "Post Provision": ("postProvision", "PostProvisionActivity", 120),
}
RETRIED = {"Builder.Draining", "Builder.Interrupted", "Builder.ToolLost", "AWS.Throttled", "AWS.Unavailable"}
RELEASE = {"applicationId": "hello", "environment": "demo", "version": "1.0.0", "manifest": "s3://manifests/hello.yaml"}


def machine():
    return json.loads((PLATFORM / "release.asl.json").read_text())


def tasks():
    return {name: state for name, state in machine()["States"].items() if state["Type"] == "Task"}


class Intrinsics(yaml.SafeLoader):
    """CloudFormation's short forms as their plain values."""


def intrinsic(loader, suffix, node):
    return {yaml.ScalarNode: loader.construct_scalar, yaml.SequenceNode: lambda found: loader.construct_sequence(found, deep=True)}[type(node)](node)


Intrinsics.add_multi_constructor("!", intrinsic)


def resources():
    return yaml.load((PLATFORM / "template.yaml").read_text(), Loader=Intrinsics)["Resources"]


def stack_parameters(**values):
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]


class DefinitionTests(unittest.TestCase):
    def test_template_is_rendered(self):
        """template.yaml is what its parts say"""
        run = subprocess.run([sys.executable, PLATFORM / "render", "--check"], capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stderr)

    def test_template_size(self):
        """template.yaml can be uploaded without a bucket"""
        self.assertLessEqual((PLATFORM / "template.yaml").stat().st_size, 51200)

    def test_encrypted(self):
        """every bucket is versioned, encrypted with the customer's key, private and kept when the stack goes"""
        buckets = {name: found for name, found in resources().items() if found["Type"] == "AWS::S3::Bucket"}
        self.assertEqual(len(buckets), 3)
        for name, bucket in buckets.items():
            with self.subTest(name):
                properties = bucket["Properties"]
                rule, = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
                self.assertEqual(rule["ServerSideEncryptionByDefault"], {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "Key.Arn"})
                self.assertEqual(properties["VersioningConfiguration"], {"Status": "Enabled"})
                self.assertEqual(set(properties["PublicAccessBlockConfiguration"].values()), {True})
                self.assertEqual(bucket["DeletionPolicy"], "Retain")

    def test_least_privilege(self):
        """no role may do everything, and what may be done to every resource knows no resources or is bounded by a condition"""
        unbounded = {"ReportTasks", "FindLogGroups", "Look", "SessionManager", None}
        for name, role in resources().items():
            if role["Type"] != "AWS::IAM::Role":
                continue
            for statement in (one for policy in role["Properties"].get("Policies", []) for one in policy["PolicyDocument"]["Statement"]):
                if isinstance(statement, list):  # Fn::If: condition, statement, nothing
                    statement = statement[1]
                with self.subTest(f"{name} {statement.get('Sid')}"):
                    actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
                    self.assertFalse([action for action in actions if action.endswith(":*") or action == "*"])
                    if statement["Resource"] == "*" and "Condition" not in statement:
                        self.assertIn(statement.get("Sid"), unbounded)

    def test_order(self):
        """the five stages follow each other and the last one ends the execution"""
        states, order, name = machine()["States"], [], machine()["StartAt"]
        while name:
            order.append(name)
            name = states[name].get("Next")
        self.assertEqual(order, list(STAGES))
        self.assertTrue(states[order[-1]]["End"])

    def test_ping(self):
        """the ping state machine asks each stage's own activity, by an envelope of its state's own limits, and retries nothing"""
        states = json.loads((PLATFORM / "ping.asl.json").read_text())["States"]
        choices = {choice["StringEquals"]: choice["Next"] for choice in states["Which Stage"]["Choices"]}
        self.assertEqual(choices, {stage: name for name, (stage, _, _) in STAGES.items()})
        for name, (stage, activity, _) in STAGES.items():
            with self.subTest(name):
                state = states[name]
                envelope = state["Parameters"]
                self.assertEqual(state["Resource"], "${%s}" % activity)
                self.assertEqual((envelope["action"], envelope["stage"], envelope["schema"]), ("ping", stage, 1))
                self.assertEqual(envelope["heartbeatSeconds"], state["HeartbeatSeconds"])
                self.assertEqual(envelope["timeoutSeconds"], state["TimeoutSeconds"])
                self.assertLess(state["HeartbeatSeconds"], state["TimeoutSeconds"])
                self.assertNotIn("Retry", state)

    def test_envelope(self):
        """every task's envelope has the contract's members and its state's own heartbeat and time-out"""
        for name, state in tasks().items():
            with self.subTest(name):
                envelope = state["Parameters"]
                self.assertEqual(
                    {key.removesuffix(".$") for key in envelope},
                    {"schema", "action", "stage", "execution", "entered", "attempt", "heartbeatSeconds", "timeoutSeconds", "release", "stages"},
                )
                self.assertEqual(envelope["schema"], 1)
                self.assertEqual(envelope["heartbeatSeconds"], state["HeartbeatSeconds"])
                self.assertEqual(envelope["timeoutSeconds"], state["TimeoutSeconds"])
                self.assertLess(state["HeartbeatSeconds"], state["TimeoutSeconds"])
                self.assertEqual(envelope["execution.$"], "$$.Execution.Id")
                self.assertEqual(envelope["entered.$"], "$$.State.EnteredTime")
                self.assertEqual(envelope["attempt.$"], "$$.State.RetryCount")
                self.assertEqual((envelope["release.$"], envelope["stages.$"]), ("$.release", "$.stages"))

    def test_stages(self):
        """every stage has its activity, its heartbeat, its place in the state, and runs"""
        for name, (stage, activity, heartbeat) in STAGES.items():
            with self.subTest(name):
                state = tasks()[name]
                self.assertEqual(state["Resource"], f"${{{activity}}}")
                self.assertEqual(state["HeartbeatSeconds"], heartbeat)
                self.assertEqual(state["ResultPath"], f"$.stages.{stage}")
                self.assertEqual((state["Parameters"]["stage"], state["Parameters"]["action"]), (stage, "run"))

    def test_roll_back(self):
        """Roll Back destroys by Provision's activity and keeps the failure that led to it"""
        state = tasks()["Roll Back"]
        self.assertEqual(state["Resource"], "${ProvisionActivity}")
        self.assertEqual((state["Parameters"]["stage"], state["Parameters"]["action"]), ("provision", "destroy"))
        self.assertNotIn(state["ResultPath"], ("$", "$.failure", "$.stages.provision"))
        self.assertEqual(state["Next"], "Failure")

    def test_retries(self):
        """what a builder's restart or AWS's trouble causes is retried many times, a lost heartbeat a few, the rest never"""
        for name, state in tasks().items():
            with self.subTest(name):
                attempts = {error: retry["MaxAttempts"] for retry in state["Retry"] for error in retry["ErrorEquals"]}
                self.assertEqual(set(attempts), RETRIED | {"States.HeartbeatTimeout"})
                self.assertTrue(all(attempts[error] >= 20 for error in RETRIED))
                self.assertIn(attempts["States.HeartbeatTimeout"], range(1, 6))

    def test_catches(self):
        """from Provision on every failure is caught with a ResultPath and leads to Roll Back; before it none is, for a redrive to go on there"""
        for name, state in tasks().items():
            with self.subTest(name):
                if name in ("Pre Provision", "Bakery"):
                    self.assertNotIn("Catch", state)
                    continue
                last = state["Catch"][-1]
                self.assertEqual(last["ErrorEquals"], ["States.ALL"])
                self.assertTrue(all(catch["ResultPath"].startswith("$.") for catch in state["Catch"]))
                self.assertEqual(last["Next"], "Roll Back Failed" if name == "Roll Back" else "Roll Back")

    def test_no_redrive_of_fail_states(self):
        """what a Fail state says does not advise a redrive, which would only enter it again"""
        causes = [state["Cause"] for state in machine()["States"].values() if state["Type"] == "Fail" and "Cause" in state]
        self.assertEqual(len(causes), 2)
        for cause in causes:
            self.assertNotIn("redrive", cause)
            self.assertIn("another `build`", json.loads(cause)["next"])

    def test_nothing_applied(self):
        """a failure before Terraform applies takes nothing down: an earlier release may be what runs there"""
        first = tasks()["Provision"]["Catch"][0]
        self.assertEqual(first["Next"], "Failure")
        self.assertTrue({"Provision.PlanDenied", "Provision.PlanFailed", "Provision.StateLocked"} <= set(first["ErrorEquals"]))
        self.assertFalse({"Provision.ApplyFailed", "States.ALL", "Builder.Internal"} & set(first["ErrorEquals"]))


class TriggerTests(unittest.TestCase):
    def test_name(self):
        """the execution's name is the application, the environment and a digest of the whole release"""
        name = index.execution_name(RELEASE)
        self.assertRegex(name, r"^hello-demo-[0-9a-f]{24}$")
        self.assertEqual(name, index.execution_name(dict(reversed(RELEASE.items()))))
        self.assertNotEqual(name, index.execution_name(RELEASE | {"build": "2"}))
        longest = RELEASE | {"applicationId": "a" * 31, "environment": "e" * 16}
        self.assertEqual(list(index.problems(longest)), [])
        self.assertLessEqual(len(index.execution_name(longest)), 80)

    def test_canonical(self):
        """the canonical text is sorted, dense and UTF-8"""
        self.assertEqual(index.canonical({"b": [1, {"ü": None}], "a": "\u2028\n"}), '{"a":"\u2028\\n","b":[1,{"ü":null}]}')

    def test_refused(self):
        """everything that is wrong with a release is said at once"""
        found = "\n".join(index.problems({"applicationId": "Hello", "environment": 3, "manifest": "http://x/y", "colour": "red"}))
        for word in ("applicationId", "environment", "version: missing", "manifest", "colour: unknown"):
            self.assertIn(word, found)
        for release in ([], "x", None, {}):
            self.assertTrue(list(index.problems(release)))
        for manifest in ("s3://b", "s3://bucket/", {"uri": "s3://bucket/key", "other": 1}, {"versionId": "x"}, 3, []):
            with self.subTest(manifest):
                self.assertTrue(list(index.problems(RELEASE | {"manifest": manifest})))
        for manifest in ("s3://bucket/key", {"uri": "s3://bucket/key", "versionId": "v"}, {"apiVersion": "builderd/v1"}):
            with self.subTest(manifest):
                self.assertEqual(list(index.problems(RELEASE | {"manifest": manifest})), [])

    def test_too_large(self):
        """a release over the service's limit is refused with what to do"""
        with self.assertRaisesRegex(index.Refused, "S3"):
            index.start(RELEASE | {"manifest": {"spec": "x" * 300000}}, "arn", None)

    def test_no_region(self):
        """without a region there is one line that says so"""
        with tempfile.TemporaryDirectory() as home:
            environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
            run = subprocess.run(
                [sys.executable, PLATFORM / "trigger/index.py", "--state-machine", "arn:x", "/dev/stdin"], input=json.dumps(RELEASE),
                capture_output=True, text=True, env=environment | {"HOME": home, "AWS_EC2_METADATA_DISABLED": "true"},
            )
        self.assertEqual(run.returncode, 1)
        self.assertRegex(run.stderr, r"\Ano region: .*AWS_DEFAULT_REGION.*\n\Z")

    def test_hand(self):
        """a file that is no release is one line and exit code 1, not a traceback"""
        for text in ("{", "[1]", '{"applicationId": "x"}'):
            with self.subTest(text):
                run = subprocess.run(
                    [sys.executable, PLATFORM / "trigger/index.py", "--state-machine", "arn:x", "/dev/stdin"], input=text, capture_output=True,
                    text=True, env=os.environ | {"AWS_DEFAULT_REGION": "eu-central-1"},
                )
                self.assertEqual(run.returncode, 1)
                self.assertNotIn("Traceback", run.stderr)


@unittest.skipUnless(os.environ.get("BUILDERD_TEST_LOCALSTACK"), "BUILDERD_TEST_LOCALSTACK is not set: run Tests/run")
class StackTests(unittest.TestCase):
    """The template deployed to LocalStack, once for all of these tests."""

    @classmethod
    def setUpClass(cls):
        cls.settings = {
            "endpoint_url": os.environ["BUILDERD_TEST_LOCALSTACK"], "region_name": "eu-central-1",
            "aws_access_key_id": "test", "aws_secret_access_key": "test",
        }
        cls.prefix = "t" + uuid.uuid4().hex[:10]
        formation = boto3.client("cloudformation", **cls.settings)
        formation.create_stack(
            StackName=cls.prefix, TemplateBody=(PLATFORM / "template.yaml").read_text(), Capabilities=["CAPABILITY_IAM"],
            Parameters=stack_parameters(Prefix=cls.prefix, Trigger="off", Inventory="off"),
        )
        formation.get_waiter("stack_create_complete").wait(StackName=cls.prefix, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
        stack = formation.describe_stacks(StackName=cls.prefix)["Stacks"][0]
        cls.outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        cls.functions = boto3.client("stepfunctions", **cls.settings)

    def execution(self, **changes):
        """Starts one execution as the trigger does."""
        release = RELEASE | {"build": uuid.uuid4().hex} | changes
        return release, index.start(release, self.outputs["StateMachine"], self.functions)["execution"]

    def work(self, activity, answer):
        """Takes one task of an activity and answers it: a dictionary is its output, (error, cause) its failure."""
        task = {}
        while not task.get("taskToken"):
            task = self.functions.get_activity_task(activityArn=self.outputs[activity], workerName="test")
        if isinstance(answer, dict):
            self.functions.send_task_success(taskToken=task["taskToken"], output=json.dumps(answer))
        else:
            self.functions.send_task_failure(taskToken=task["taskToken"], error=answer[0], cause=answer[1])
        return json.loads(task["input"])

    def ended(self, execution):
        limit = time.monotonic() + 30
        while (found := self.functions.describe_execution(executionArn=execution))["status"] == "RUNNING":
            self.assertLess(time.monotonic(), limit, "the execution did not end")
            threading.Event().wait(0.1)
        return found

    def test_outputs(self):
        """the stack's outputs name everything that builderd.yaml needs"""
        for name, (_, activity, _) in STAGES.items():
            self.assertRegex(self.outputs[activity], r"^arn:aws:states:eu-central-1:000000000000:activity:", name)
        self.assertTrue({"KmsKey", "ArtifactsBucket", "StateBucket", "ManifestsBucket", "InventoryTable"} <= self.outputs.keys())

    def test_buckets(self):
        """the buckets are versioned and private; their encryption, which LocalStack's CloudFormation drops, is tested above"""
        s3 = boto3.client("s3", **self.settings)
        for name in ("ManifestsBucket", "ArtifactsBucket", "StateBucket"):
            with self.subTest(name):
                bucket = self.outputs[name]
                self.assertEqual(s3.get_bucket_versioning(Bucket=bucket)["Status"], "Enabled")
                self.assertTrue(all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values()))

    def test_succeeds(self):
        """a release goes through the five activities, and each one's output reaches the next in $.stages"""
        release, execution = self.execution()
        expected = {}
        for name, (stage, activity, heartbeat) in STAGES.items():
            envelope = self.work(activity, {"from": stage})
            self.assertEqual(envelope["stages"], expected, name)
            self.assertEqual(envelope["release"], release)
            self.assertEqual((envelope["execution"], envelope["attempt"], envelope["heartbeatSeconds"]), (execution, 0, heartbeat))
            expected[stage] = {"from": stage}
        found = self.ended(execution)
        self.assertEqual(found["status"], "SUCCEEDED")
        self.assertEqual(json.loads(found["output"])["stages"], expected)

    def test_fails_early(self):
        """a failure before Provision ends the execution in the Task itself, with its own name and cause"""
        _, execution = self.execution()
        self.work("PreProvisionActivity", ("PreProvision.ManifestInvalid", '{"message":"no owner"}'))
        found = self.ended(execution)
        self.assertEqual((found["status"], found["error"], found["cause"]), ("FAILED", "PreProvision.ManifestInvalid", '{"message":"no owner"}'))
        history = self.functions.get_execution_history(executionArn=execution)["events"]
        self.assertEqual([event["stateEnteredEventDetails"]["name"] for event in history if "stateEnteredEventDetails" in event], ["Pre Provision"])

    def test_rolls_back(self):
        """a failure in Validation is rolled back by Provision's activity and then ends the execution"""
        _, execution = self.execution()
        for activity in ("PreProvisionActivity", "BakeryActivity", "ProvisionActivity"):
            self.work(activity, {"from": activity})
        self.work("ValidationActivity", ("Validation.ControlsFailed", "ssh-1"))
        envelope = self.work("ProvisionActivity", {"action": "destroy"})
        self.assertEqual((envelope["action"], envelope["stage"], envelope["heartbeatSeconds"]), ("destroy", "provision", 600))
        self.assertIn("bakery", envelope["stages"])
        found = self.ended(execution)
        self.assertEqual((found["status"], found["error"], found["cause"]), ("FAILED", "Validation.ControlsFailed", "ssh-1"))

    def test_roll_back_fails(self):
        """a roll back that fails is what the execution ends with"""
        _, execution = self.execution()
        for activity in ("PreProvisionActivity", "BakeryActivity"):
            self.work(activity, {})
        self.work("ProvisionActivity", ("Provision.ApplyFailed", "first"))
        self.work("ProvisionActivity", ("Provision.ApplyFailed", "second"))
        self.assertEqual(self.ended(execution)["error"], "Provision.RollBackFailed")

    def test_plan_denied(self):
        """a refused plan ends the execution without a roll back"""
        _, execution = self.execution()
        for activity in ("PreProvisionActivity", "BakeryActivity"):
            self.work(activity, {})
        self.work("ProvisionActivity", ("Provision.PlanDenied", "port 22"))
        self.assertEqual(self.ended(execution)["error"], "Provision.PlanDenied")

    def test_timed_out(self):
        """a lost heartbeat, which has no cause of its own, is rolled back and ends the execution with what to do"""
        definition = machine() | {"StartAt": "Provision"}
        state = definition["States"]["Provision"]
        state |= {"Retry": [], "HeartbeatSeconds": 1, "Resource": self.outputs["ProvisionActivity"]}
        for other in definition["States"].values():
            if other["Type"] == "Task":
                other["Resource"] = state["Resource"]
        created = self.functions.create_state_machine(
            name=self.prefix + "-impatient", definition=json.dumps(definition), roleArn="arn:aws:iam::000000000000:role/none"
        )["stateMachineArn"]
        execution = index.start(RELEASE, created, self.functions)["execution"]
        self.functions.get_activity_task(activityArn=state["Resource"], workerName="test")
        self.assertEqual(self.work("ProvisionActivity", {})["action"], "destroy")
        found = self.ended(execution)
        self.assertEqual(found["error"], "Builder.TimedOut")
        self.assertIn("next", json.loads(found["cause"]))

    def test_retried(self):
        """an interrupted task is tried again and counts its attempts"""
        _, execution = self.execution()
        first = self.work("PreProvisionActivity", ("Builder.Interrupted", "{}"))
        second = self.work("PreProvisionActivity", ("PreProvision.ManifestInvalid", "{}"))
        self.assertEqual((first["attempt"], second["attempt"]), (0, 1))
        self.assertEqual(self.ended(execution)["error"], "PreProvision.ManifestInvalid")

    def test_duplicates(self):
        """a repeated notification starts nothing; a closed one is reported with its status and what to do"""
        release, execution = self.execution()
        again = index.start(release, self.outputs["StateMachine"], self.functions)
        self.assertEqual(again["execution"], execution)
        self.work("PreProvisionActivity", ("PreProvision.ManifestInvalid", "{}"))
        self.ended(execution)
        closed = index.start(release, self.outputs["StateMachine"], self.functions)
        self.assertEqual((closed["execution"], closed["started"], closed["status"]), (execution, False, "FAILED"))
        self.assertIn("redrive-execution --execution-arn " + execution, closed["next"])

    def test_duplicate_of_a_fail_state(self):
        """a closed execution that a redrive would not help is to be released again"""
        release, execution = self.execution()
        for activity in ("PreProvisionActivity", "BakeryActivity"):
            self.work(activity, {})
        self.work("ProvisionActivity", ("Provision.PlanDenied", "port 22"))
        self.ended(execution)
        closed = index.start(release, self.outputs["StateMachine"], self.functions)
        self.assertEqual((closed["execution"], closed["started"], closed["status"]), (execution, False, "FAILED"))
        self.assertNotIn("redrive", closed["next"])
        self.assertIn("another `build`", closed["next"])


if __name__ == "__main__":
    unittest.main()
