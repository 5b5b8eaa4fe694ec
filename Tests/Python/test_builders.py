"""Config/platform/builders.yaml: what its hosts are held to, as moto deploys it, and their first boot."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from builder_stack import PLATFORM, BuilderStack, exports, template

BUILDERD = os.environ.get("BUILDERD_TEST_BUILDERD")
# What a boot asks of the machine, stood in for by programs that write down how they were called.
STAND_IN = """#!/bin/bash
echo "${0##*/} $*" >>"$BOOT/calls"
for word in "$@"; do
  if [ -s "$BOOT/failing/$word" ]; then sed -i 1d "$BOOT/failing/$word"; exit 1; fi
done
case "${0##*/} $*" in
"aws s3 cp"*.deb*) printf package >"${@: -1}" ;;
"runuser "*" builderctl doctor") exit "$(head -n 1 "$BOOT/doctor" && sed -i 1d "$BOOT/doctor")" ;;
esac
"""


class TemplateTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.template = template("builders.yaml")
        cls.group = cls.template["Resources"]["Builders"]
        cls.launch = cls.template["Resources"]["BuilderTemplate"]["Properties"]["LaunchTemplateData"]

    def test_imports(self):
        """builders.yaml imports only what template.yaml exports, and all of it"""
        imported = set(re.findall(r'"Fn::ImportValue": !Sub "\${Platform}-(\w+)"', (PLATFORM / "builders.yaml").read_text()))
        self.assertEqual(imported, exports())

    def test_size(self):
        """builders.yaml can be uploaded without a bucket, and its user data fits into a launch template"""
        self.assertLessEqual((PLATFORM / "builders.yaml").stat().st_size, 51200)
        self.assertLess((PLATFORM / "user-data.sh").stat().st_size, 12000)

    def test_metadata(self):
        """instance metadata wants a token, one hop away"""
        options = self.launch["MetadataOptions"]
        self.assertEqual((options["HttpTokens"], options["HttpPutResponseHopLimit"]), ("required", 1))

    def test_no_way_in(self):
        """a host has no key pair, no public address, no ingress, and HTTPS as its only egress"""
        self.assertNotIn("KeyName", self.launch)
        interface, = self.launch["NetworkInterfaces"]
        self.assertIs(interface["AssociatePublicIpAddress"], False)
        network = self.template["Resources"]["BuilderNetwork"]["Properties"]
        self.assertNotIn("SecurityGroupIngress", network)
        self.assertEqual([(rule["FromPort"], rule["ToPort"]) for rule in network["SecurityGroupEgress"]], [(443, 443)])
        self.assertFalse([one for one in self.template["Resources"].values() if one["Type"] == "AWS::EC2::SecurityGroupIngress"])

    def test_hook(self):
        """the group is made with the hook that its hosts complete, which waits for more than one of their heartbeats"""
        hook, = self.group["Properties"]["LifecycleHookSpecificationList"]
        self.assertEqual(hook["LifecycleTransition"], "autoscaling:EC2_INSTANCE_TERMINATING")
        self.assertEqual(hook["DefaultResult"], "CONTINUE")
        lines = self.launch["UserData"]["Fn::Base64"]["Fn::Join"][1]
        self.assertIn(f"hook='{hook['LifecycleHookName']}'\n", lines)
        seconds = self.template["Parameters"]["DrainHeartbeatSeconds"]
        script = (PLATFORM / "user-data.sh").read_text()
        heartbeat = int(re.search(r"lifecycleHeartbeatSeconds: (\d+)", script)[1])
        self.assertGreaterEqual(seconds["MinValue"], 2 * heartbeat)
        self.assertGreaterEqual(seconds["Default"], seconds["MinValue"])
        # The longest stop budget of the shipped graces: Terraform's, the clean-up and the report.
        self.assertGreaterEqual(seconds["MinValue"], 300 + 10 + 15)

    def test_roll(self):
        """an update replaces one host after another, and waits for each to say that it has come up"""
        rolling = self.group["UpdatePolicy"]["AutoScalingRollingUpdate"]
        self.assertEqual((rolling["MaxBatchSize"], rolling["WaitOnResourceSignals"]), (1, True))
        self.assertEqual(rolling["MinInstancesInService"], {"Ref": "MinHosts"})
        self.assertNotIn("Terminate", rolling["SuspendProcesses"])

    def test_room(self):
        """a group without room for an update's new host is refused before anything is made"""
        assertion, = [one for rule in self.template["Rules"].values() for one in rule["Assertions"]]
        (equals,), = assertion["Assert"].values()
        self.assertEqual((list(assertion["Assert"]), list(equals)), (["Fn::Not"], ["Fn::Equals"]))
        self.assertCountEqual([one["Ref"] for one in equals["Fn::Equals"]], ["MinHosts", "MaxHosts"])
        defaults = {name: self.template["Parameters"][name]["Default"] for name in ("MinHosts", "MaxHosts")}
        self.assertLess(defaults["MinHosts"], defaults["MaxHosts"])

    def test_least_privilege(self):
        """the hosts' own policy names the one group, the one package and the one stack"""
        statements = self.template["Resources"]["BuilderHostPolicy"]["Properties"]["PolicyDocument"]["Statement"]
        statements = [one["Fn::If"][1] if "Fn::If" in one else one for one in statements]
        everywhere = {one["Sid"] for one in statements if one["Resource"] == "*"}
        self.assertEqual(everywhere, {"CheckTheHook"})
        leave, = [one for one in statements if one["Sid"] == "TakeLeave"]
        self.assertTrue(leave["Resource"]["Fn::Sub"].endswith(":autoScalingGroupName/${Name}"))
        called = set(re.findall(r"aws autoscaling ([a-z-]+)", (PLATFORM / "user-data.sh").read_text()))
        allowed = {re.sub(r"(?<!^)([A-Z])", r"-\1", action.removeprefix("autoscaling:")).lower() for action in leave["Action"]}
        # The rest is builderd's own.
        self.assertEqual(allowed, called | {"complete-lifecycle-action", "record-lifecycle-action-heartbeat"})

    @unittest.skipUnless(shutil.which("shellcheck"), "shellcheck is not here")
    def test_shellcheck(self):
        """shellcheck has nothing to say about the user data"""
        run = subprocess.run(["shellcheck", PLATFORM / "user-data.sh"], capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stdout)


@unittest.skipUnless(os.environ.get("BUILDERD_TEST_MOTO"), "BUILDERD_TEST_MOTO is not set: run Tests/run")
class StackTests(unittest.TestCase):
    """The template deployed to moto, which drops the hook and the metadata options; those are tested above."""

    @classmethod
    def setUpClass(cls):
        # What stands in for the package has the SHA-256 of its only word.
        digest = subprocess.run(["sha256sum"], input="package", capture_output=True, text=True, check=True).stdout[:64]
        cls.stack = BuilderStack(os.environ["BUILDERD_TEST_MOTO"], PackageSHA256=digest, DocumentsPrefix="hosts/")
        cls.script = cls.stack.user_data()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.boot = pathlib.Path(folder.name)

    def test_group(self):
        """the group starts hosts from the launch template, encrypted under the platform's key"""
        group, = self.stack.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[self.stack.name])["AutoScalingGroups"]
        self.assertEqual(group["LaunchTemplate"]["LaunchTemplateName"], self.stack.name)
        self.assertEqual((group["MinSize"], group["MaxSize"], len(group["Instances"])), (1, 3, 1))
        volume = self.stack.launch_template()["BlockDeviceMappings"][0]["Ebs"]
        self.assertEqual((volume["Encrypted"], volume["KmsKeyId"], volume["VolumeType"]), (True, self.stack.values["KmsKey"], "gp3"))

    def test_policy(self):
        """the policy is on the platform's role, for this group's ARN"""
        iam = self.stack.client("iam")
        resources = self.stack.client("cloudformation").describe_stack_resources(StackName=self.stack.platform)["StackResources"]
        role, = [one["PhysicalResourceId"] for one in resources if one["LogicalResourceId"] == "BuilderRole"]
        document = iam.get_role_policy(RoleName=role, PolicyName=f"{self.stack.name}-host")["PolicyDocument"]
        leave = next(one for one in document["Statement"] if one["Sid"] == "TakeLeave")
        group, = self.stack.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[self.stack.name])["AutoScalingGroups"]
        pattern = re.escape(leave["Resource"]).replace(r"\*", ".*")
        self.assertRegex(group["AutoScalingGroupARN"], f"^{pattern}$")

    def configuration(self):
        """The builderd.yaml that the user data writes."""
        script, replaced = re.subn(r"\nset_up_host\n*\Z", "\nwrite_configuration\n", self.script)
        self.assertEqual(replaced, 1)
        return subprocess.run(["bash"], input=script, capture_output=True, text=True, check=True).stdout

    @unittest.skipUnless(BUILDERD and os.access(BUILDERD, os.X_OK), "BUILDERD_TEST_BUILDERD is not set: run Tests/run")
    def test_configuration(self):
        """builderd takes the configuration that the user data writes, every value of it"""
        text = self.configuration()
        for name, value in self.stack.values.items():
            if name not in ("BuilderInstanceProfile", "BuilderRoleName"):
                self.assertIn(value, text, name)
        file = self.boot / "builderd.yaml"
        file.write_text(text)
        surroundings = {f"BUILDERD_TOOLS_{tool}_PATH": "/bin/true" for tool in ("PACKER", "TERRAFORM", "AUDITOR")}
        surroundings |= {f"BUILDERD_PATHS_{name}": str(self.boot) for name in ("CATALOGUE", "ENVIRONMENTS")}
        run = subprocess.run(
            [BUILDERD, "check-config", "--config", file], capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"} | surroundings
        )
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def boot_host(self, doctor, script=None, **failing):
        """Runs the whole user data with stand-ins, below a folder of the test's own. Returns the outcome and the calls.

        `failing`: how many calls with this word in them fail, `-` written as `_`. builderd is not active if that is not said.
        """
        script = (script or self.script).replace("/etc/builderd", f"{self.boot}/etc").replace("/var/lib/cloud", f"{self.boot}/cloud")
        programs = self.boot / "bin"
        for folder in (programs, self.boot / "etc", self.boot / "cloud/data", self.boot / "failing"):
            folder.mkdir(parents=True)
        for word, count in ({"is_active": 1000} | failing).items():
            (self.boot / "failing" / word.replace("_", "-")).write_text("once\n" * count)
        (self.boot / "cloud/data/instance-id").write_text("i-42\n")
        (self.boot / "doctor").write_text("".join(f"{status}\n" for status in doctor))
        (self.boot / "calls").touch()
        for name in ("aws", "apt-get", "runuser", "systemctl", "sleep"):
            (programs / name).write_text(STAND_IN)
            (programs / name).chmod(0o755)
        run = subprocess.run(
            ["bash"], input=script, capture_output=True, text=True, env={"PATH": f"{programs}:/usr/bin:/bin", "BOOT": str(self.boot)}
        )
        return run, (self.boot / "calls").read_text().splitlines()

    def test_boot(self):
        """the first boot installs the package, brings the documents, configures, starts, waits for health and says so"""
        run, calls = self.boot_host([2, 1])
        self.assertEqual(run.returncode, 0, run.stderr)
        place = "s3://packages"
        expected = [
            f"aws s3 cp --no-progress {place}/builderd/builderd_1.0.0_amd64.deb ",
            "apt-get -o DPkg::Lock::Timeout=60 install --yes --no-install-recommends ",
            f"aws s3 cp --no-progress --recursive {place}/hosts/ ",
            "runuser -u builderd -- builderd check-config",
            "systemctl start builderd.service",
            "runuser -u builderd -- builderctl doctor",
            "sleep 5",
            "runuser -u builderd -- builderctl doctor",
            f"aws cloudformation signal-resource --stack-name {self.stack.name} --logical-resource-id Builders --status SUCCESS --unique-id i-42",
        ]
        self.assertEqual(len(calls), len(expected), calls)
        for call, start in zip(calls, expected):
            self.assertTrue(call.startswith(start), f"{call}: not {start}")
        self.assertEqual((self.boot / "etc/builderd.yaml").read_text(), self.configuration())

    def test_wrong_package(self):
        """a package with another SHA-256 is not installed, and the stack is told that the host has failed"""
        script = re.sub(r"package_sha256='\w+'", f"package_sha256='{'0' * 64}'", self.script)
        run, calls = self.boot_host([0], script)
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("is not the package with the SHA-256", run.stderr)
        self.assertFalse([call for call in calls if call.startswith(("apt-get", "systemctl start"))])
        self.assertEqual([call.split("--status ")[1] for call in calls if "signal-resource" in call], ["FAILURE --unique-id i-42"])

    def test_unwell(self):
        """a host that does not become well says so to the stack, once"""
        run, calls = self.boot_host([2] * 12)
        self.assertNotEqual(run.returncode, 0)
        self.assertEqual(len([call for call in calls if call.endswith("doctor")]), 12)
        self.assertEqual([call.split("--status ")[1] for call in calls if "signal-resource" in call], ["FAILURE --unique-id i-42"])

    def leave(self, **failing):
        """What a host does whose first boot fails when nobody listens to its signal; without the pauses."""
        run, calls = self.boot_host([2] * 12, signal_resource=1, **failing)
        self.assertNotEqual(run.returncode, 0)
        begin = next(number for number, call in enumerate(calls) if "signal-resource" in call)
        return [call for call in calls[begin + 1:] if not call.startswith("sleep")]

    def test_replaced(self):
        """a host that fails outside an update stops builderd, calls itself unhealthy, and lets itself end once the group holds it"""
        calls = self.leave(complete_lifecycle_action=3)
        self.assertEqual(calls.pop(0), "systemctl stop builderd.service")
        active = "systemctl is-active --quiet builderd.service"
        complete = (
            f"aws autoscaling complete-lifecycle-action --auto-scaling-group-name {self.stack.name} --lifecycle-hook-name drain "
            "--instance-id i-42 --lifecycle-action-result CONTINUE"
        )
        unhealthy = "aws autoscaling set-instance-health --instance-id i-42 --health-status Unhealthy --no-should-respect-grace-period"
        self.assertEqual(calls, [active, complete, unhealthy] + [active, complete] * 3)

    def test_replaced_without_word(self):
        """a host that cannot say that it is unhealthy goes without power, which EC2 sees"""
        calls = self.leave(complete_lifecycle_action=1000, set_instance_health=1000)
        self.assertEqual(calls[-1], "systemctl poweroff")
        self.assertEqual(len([call for call in calls if "set-instance-health" in call]), 10)

    def test_mended(self):
        """a host on which somebody has started builderd meanwhile is not let go under its tasks"""
        calls = self.leave(complete_lifecycle_action=1000, is_active=2)
        self.assertEqual(calls[-1], "systemctl is-active --quiet builderd.service")
        self.assertEqual(len([call for call in calls if "complete-lifecycle-action" in call]), 2)

    def test_patience(self):
        """a refused download and a locked apt are tried again, and the host comes up"""
        run, calls = self.boot_host([0], cp=2, install=1)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(len([call for call in calls if ".deb " in call and call.startswith("aws s3 cp")]), 3)
        self.assertEqual(len([call for call in calls if call.startswith("apt-get")]), 2)
        self.assertEqual([call.split("--status ")[1] for call in calls if "signal-resource" in call], ["SUCCESS --unique-id i-42"])


if __name__ == "__main__":
    unittest.main()
