"""builders.yaml deployed to moto behind a stack that exports what template.yaml does."""
import base64
import json
import pathlib
import uuid

import boto3
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLATFORM = ROOT / "Config/platform"
REGION = "eu-central-1"
ACCOUNT = "123456789012"


class Intrinsics(yaml.SafeLoader):
    """CloudFormation's short forms as their long ones."""


def intrinsic(loader, suffix, node):
    value = {
        yaml.ScalarNode: loader.construct_scalar,
        yaml.SequenceNode: lambda found: loader.construct_sequence(found, deep=True),
        yaml.MappingNode: lambda found: loader.construct_mapping(found, deep=True),
    }[type(node)](node)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


Intrinsics.add_multi_constructor("!", intrinsic)


def template(name):
    """One of Config/platform's templates."""
    return yaml.load((PLATFORM / name).read_text(), Loader=Intrinsics)


def exports():
    """What template.yaml exports, by the name behind the stack's."""
    return {output["Export"]["Name"]["Fn::Sub"].removeprefix("${AWS::StackName}-") for output in template("template.yaml")["Outputs"].values() if "Export" in output}


class BuilderStack:
    """The stack in moto, and what it made."""

    def __init__(self, endpoint, **parameters):
        self.settings = {"endpoint_url": endpoint, "region_name": REGION, "aws_access_key_id": "test", "aws_secret_access_key": "test"}
        self.platform = "p" + uuid.uuid4().hex[:10]
        self.name = "h" + uuid.uuid4().hex[:10]
        ec2, ssm = self.client("ec2"), self.client("ssm")
        image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
        ssm.put_parameter(Name=f"/{self.name}/image", Value=image, Type="String")
        vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
        self.values = {name: f"value-of-{name}" for name in exports()}
        self.values |= {
            name: f"arn:aws:states:{REGION}:{ACCOUNT}:activity:{name}" for name in self.values if name.endswith("Activity")
        } | {name: f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{name}" for name in ("StateMachine", "PingStateMachine")}
        self.values["KmsKey"] = self.client("kms").create_key()["KeyMetadata"]["Arn"]
        self.values["ParameterPrefix"] = "/builderd"
        self.deploy(self.platform, json.dumps(self.stand_in()))
        self.deploy(
            self.name, (PLATFORM / "builders.yaml").read_text(), Platform=self.platform, Name=self.name, Vpc=vpc,
            Subnets=",".join(subnet["SubnetId"] for subnet in subnets), Image=f"/{self.name}/image", PackageBucket="packages",
            PackageKey="builderd/builderd_1.0.0_amd64.deb", **({"PackageSHA256": "0" * 64} | parameters),
        )

    def client(self, service):
        return boto3.client(service, **self.settings)

    def stand_in(self):
        """A template that exports what template.yaml does, over a role and a profile of the same kind."""
        role = {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
                }
            },
        }
        profile = {"Type": "AWS::IAM::InstanceProfile", "Properties": {"Roles": [{"Ref": "BuilderRole"}]}}
        made = {"BuilderRoleName": {"Ref": "BuilderRole"}, "BuilderInstanceProfile": {"Ref": "BuilderInstanceProfile"}}
        return {
            "Resources": {"BuilderRole": role, "BuilderInstanceProfile": profile},
            "Outputs": {
                name: {"Value": made.get(name, value), "Export": {"Name": f"{self.platform}-{name}"}} for name, value in self.values.items()
            },
        }

    def deploy(self, name, body, **parameters):
        formation = self.client("cloudformation")
        formation.create_stack(
            StackName=name, TemplateBody=body, Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
            Parameters=[{"ParameterKey": key, "ParameterValue": str(value)} for key, value in parameters.items()],
        )
        stack, = formation.describe_stacks(StackName=name)["Stacks"]
        if stack["StackStatus"] != "CREATE_COMPLETE":
            raise AssertionError(f"{name}: {stack['StackStatus']}: {stack.get('StackStatusReason')}")

    def launch_template(self):
        """What the group starts its hosts from."""
        versions = self.client("ec2").describe_launch_template_versions(LaunchTemplateName=self.name, Versions=["$Latest"])
        return versions["LaunchTemplateVersions"][0]["LaunchTemplateData"]

    def user_data(self):
        """The script of a host's first boot."""
        return base64.b64decode(self.launch_template()["UserData"]).decode()
