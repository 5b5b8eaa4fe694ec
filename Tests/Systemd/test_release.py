"""A release through all five stages by the installed package, with the real Packer and Terraform against LocalStack and moto."""
import json
import os
import pathlib
import shutil
import sys
import tempfile
import time
import unittest

import packages
from builder_host import ROOT, UNIT, BuilderHost
from container import obstacle
from relay import Relay

sys.path[:0] = [str(ROOT / "Config/demo"), str(ROOT / "Tests/lib")]

STAGES = ("preProvision", "bakery", "provision", "validation", "postProvision")
SECONDS = 300


class ReleaseTests(unittest.TestCase):
    def setUp(self):
        tools = {name: shutil.which(name) for name in ("packer", "terraform")}
        why = obstacle() or "; ".join(f"no {name} on PATH" for name, path in tools.items() if not path)
        if why:
            self.skipTest(why)
        try:
            from emulators import Emulators
            from stack import Stack
            from stand_in_application import StandInApplication
        except ImportError as error:
            self.skipTest(f"the environment of Tests/run is needed: {error}")
        directory = self.enterContext(tempfile.TemporaryDirectory(prefix="builderd-release-", ignore_cleanup_errors=True))
        servers = self.enterContext(Emulators(pathlib.Path(directory, "servers")))
        self.application = self.enterContext(StandInApplication())
        self.stack = Stack(servers.localstack, servers.moto)
        self.stack.deploy()
        visible = {f"/usr/local/bin/{name}": os.path.realpath(path) for name, path in tools.items()}
        # Without the package, as where only this phase is run: builderd as it was built, under the package's unit.
        self.package = os.environ.get("BUILDERD_TEST_PACKAGES")
        if self.package:
            visible[packages.PLACE] = os.path.join(directory, "archive")
            packages.archive(visible[packages.PLACE], str(ROOT / ".build"), packages.built(self.package)[0])
        self.host = self.enterContext(BuilderHost(1, visible=visible))
        for url in (servers.localstack, servers.moto, self.application.url):
            self.enterContext(Relay(self.host.network, url))

    def configuration(self):
        """As the demo's, in the places of a builder host."""
        stack, outputs = self.stack, self.stack.outputs
        services = dict.fromkeys(("sfn", "ssm", "s3", "kms", "logs", "sts"), stack.localstack) | dict.fromkeys(("ec2", "dynamodb"), stack.moto)
        return {
            "aws": {"region": "eu-central-1", "endpoints": services},
            "activities": {stage: {"arn": outputs[stage[0].upper() + stage[1:] + "Activity"]} for stage in STAGES},
            "storage": {
                "kmsKey": outputs["KmsKey"], "artifactsBucket": outputs["ArtifactsBucket"], "stateBucket": outputs["StateBucket"],
                "inventoryTable": outputs["InventoryTable"], "parameterPrefix": outputs["ParameterPrefix"],
            },
            "tools": {
                "packer": {"graceSeconds": 5}, "terraform": {"graceSeconds": 5},
                "auditor": {"path": "/opt/stand-in/auditor", "graceSeconds": 5},
                "credentials": {"source": "profile", "profile": "default", "file": "/run/credentials/builderd.service/builderd.aws"},
                "environment": {
                    "AWS_EC2_METADATA_DISABLED": "true", "AWS_ENDPOINT_URL_S3": stack.localstack, "AWS_ENDPOINT_URL_EC2": stack.moto,
                    "AWS_ENDPOINT_URL_STS": stack.localstack, "PKR_VAR_ec2_endpoint": stack.moto, "TF_VAR_endpoint": self.application.url,
                },
            },
        }

    def install(self):
        container = self.host.container
        container.copy_in(str(ROOT / "Tests/Systemd/stand-in-auditor"), "/opt/stand-in/auditor")
        for folder in ("catalogue", "environments", "rules"):
            for file in sorted((ROOT / "Config" / folder).rglob("*")):
                if file.is_file():
                    container.copy_in(str(file), f"/etc/builderd/{file.relative_to(ROOT / 'Config')}")
        # JSON is YAML.
        container.write("/etc/builderd/builderd.yaml", json.dumps(self.configuration()))
        if self.package:
            self.host.use_archive()
            self.host.install_package()
        else:
            self.host.install(os.environ["BUILDERD_TEST_BUILDERD"])

    def release(self, build):
        """Starts an execution of the example's release, as the platform's trigger would."""
        document = {
            "applicationId": "hello", "environment": "demo", "version": "1.0.0", "manifest": self.stack.put_manifest(), "build": build,
        }
        started = self.stack.client("stepfunctions").start_execution(
            stateMachineArn=self.stack.outputs["StateMachine"], name=f"hello-demo-{build}",
            input=json.dumps({"release": document, "stages": {}}),
        )
        return started["executionArn"]

    def await_end(self, execution):
        client, deadline = self.stack.client("stepfunctions"), time.monotonic() + SECONDS
        while (described := client.describe_execution(executionArn=execution))["status"] == "RUNNING":
            self.assertLess(time.monotonic(), deadline, self.host.log())
            time.sleep(0.2)
        return described

    def test_release(self):
        """a release runs through under the unit's sandbox, and the journal by field is its story and no other's"""
        self.install()
        executions = [self.release(build) for build in ("one", "two")]
        for execution in executions:
            described = self.await_end(execution)
            self.assertEqual(described["status"], "SUCCEEDED", f"{described.get('error')}: {described.get('cause')}\n{self.host.log()}")
        for execution in executions:
            story = [json.loads(line) for line in self.host.container.journal(f"BUILDERD_EXECUTION={execution}", "--output=json").splitlines()]
            self.assertEqual({line["BUILDERD_EXECUTION"] for line in story}, {execution})
            self.assertEqual({line["BUILDERD_STAGE"] for line in story}, set(STAGES))
            self.assertEqual({line["BUILDERD_APPLICATION"] for line in story}, {"hello"})
            tools = {line["BUILDERD_TOOL"] for line in story if "BUILDERD_TOOL" in line}
            self.assertTrue({"packer-build", "terraform-apply"} <= tools, tools)
        # A sandbox that is too tight shows itself by what it forbids.
        self.assertNotIn("Operation not permitted", self.host.log())
        self.assertEqual(self.host.property("NRestarts"), "0")


if __name__ == "__main__":
    unittest.main()
