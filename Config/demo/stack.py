"""What stands before a release: the platform's stack, the inventory table, the example's manifest."""
import pathlib

import boto3
import botocore.config

ROOT = pathlib.Path(__file__).resolve().parents[2]
REGION = "eu-central-1"


class DemoError(Exception):
    """What went wrong, in words for a person."""


class Stack:
    """Config/platform/template.yaml in the emulators; `outputs` are the stack's."""

    def __init__(self, localstack, moto):
        self.localstack, self.moto = localstack, moto

    def client(self, service):
        return boto3.client(
            service, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test",
            endpoint_url=self.moto if service in ("ec2", "dynamodb") else self.localstack,
            config=botocore.config.Config(retries={"mode": "standard"}, proxies={}),
        )

    def deploy(self):
        """Without the trigger (LocalStack runs no Lambda without Docker) and the table (its DynamoDB is a download)."""
        formation = self.client("cloudformation")
        name = "builderd"
        formation.create_stack(
            StackName=name, TemplateBody=(ROOT / "Config/platform/template.yaml").read_text(), Capabilities=["CAPABILITY_IAM"],
            Parameters=[{"ParameterKey": key, "ParameterValue": "off"} for key in ("Trigger", "Inventory")],
        )
        formation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 90})
        stack, = formation.describe_stacks(StackName=name)["Stacks"]
        self.outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        key = [("pk", "HASH"), ("sk", "RANGE")]
        self.client("dynamodb").create_table(
            TableName=self.outputs["InventoryTable"], BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in key],
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in key],
        )

    def source_image(self):
        """The emulated EC2's image that the example's template starts from."""
        found = self.client("ec2").describe_images(
            Owners=["amazon"], Filters=[{"Name": "name", "Values": ["amzn2-ami-hvm-*-x86_64-gp2"]}]
        )["Images"]
        if not found:
            raise DemoError("moto offers no amzn2-ami-hvm-*-x86_64-gp2 image to start from: are its versions those of Tests/lib/constraints.txt?")
        return max(found, key=lambda image: image.get("CreationDate", ""))

    def put_manifest(self):
        """Puts the example's manifest into the bucket and returns the release's reference to it."""
        bucket, key = self.outputs["ManifestsBucket"], "hello/manifest.yaml"
        put = self.client("s3").put_object(Bucket=bucket, Key=key, Body=(ROOT / "Config/examples/hello/manifest.yaml").read_bytes())
        return {"uri": f"s3://{bucket}/{key}", "versionId": put["VersionId"]}
