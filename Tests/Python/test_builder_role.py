"""The builder's role: every AWS operation that the sources call, and nothing that nobody is known to need."""
import fnmatch
import re
import unittest

from botocore.loaders import Loader
from builder_stack import ROOT, template

CLIENTS = ROOT / "Sources/AWSClient"
# Each client's folder: botocore's name of the service, and IAM's.
SERVICES = {
    "AutoScaling": ("autoscaling", "autoscaling"), "CloudWatchLogs": ("logs", "logs"), "DynamoDB": ("dynamodb", "dynamodb"),
    "EC2": ("ec2", "ec2"), "KMS": ("kms", "kms"), "S3": ("s3", "s3"), "SSM": ("ssm", "ssm"), "STS": ("sts", "sts"),
    "StepFunctions": ("stepfunctions", "states"),
}
# Operations whose permission has another name, or more than one.
PERMISSIONS = {
    "s3:GetBucketEncryption": {"s3:GetEncryptionConfiguration"},
    "s3:GetObject": {"s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket"},  # by version; NoSuchKey and not AccessDenied
    "ssm:PutParameter": {"ssm:PutParameter", "ssm:AddTagsToResource"},
    "logs:CreateLogGroup": {"logs:CreateLogGroup", "logs:TagResource"},
    "sts:AssumeRole": {"sts:AssumeRole", "sts:TagSession"},
    "sts:GetCallerIdentity": set(),  # everybody may
    "sts:AssumeRoleWithWebIdentity": set(),  # the token is the permission
}
# What the role has for others than builderd itself, and whom.
OTHERS = {
    "services that builderd has encrypt under the key": {"kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:CreateGrant"},
    "Packer's amazon-ebs builder": {
        "ec2:RunInstances", "ec2:CreateKeyPair", "ec2:CreateSecurityGroup", "ec2:CreateImage", "ec2:RegisterImage", "ec2:CreateSnapshot",
        "ec2:CreateVolume", "ec2:StopInstances", "ec2:ModifyInstanceAttribute", "ec2:AttachVolume", "ec2:DetachVolume", "ec2:DeleteVolume",
        "ec2:AuthorizeSecurityGroupIngress", "iam:PassRole", "iam:GetInstanceProfile",
    },
    "CopyImage, in whose name snapshots are copied": {"ec2:CopySnapshot"},
    "Packer's session-manager-plugin": {"ssm:StartSession", "ssm:TerminateSession", "ssm:ResumeSession"},
    "the first boot": {"cloudformation:SignalResource", "autoscaling:SetInstanceHealth"},
}


def called():
    """Every operation that a client names, as IAM would call it."""
    loader = Loader()
    found = set()
    for folder, (name, prefix) in SERVICES.items():
        operations = set(loader.load_service_model(name, "service-2")["operations"])
        text = "".join(file.read_text() for file in sorted((CLIENTS / folder).glob("*Client*.swift")))
        found |= {f"{prefix}:{word}" for word in re.findall(r'"([A-Z][A-Za-z0-9]+)"', text) if word in operations}
    return found


def allowed():
    """Every action that the two templates allow the builder's role."""
    roles = template("template.yaml")["Resources"]["BuilderRole"]["Properties"]["Policies"]
    documents = [policy["PolicyDocument"] for policy in roles]
    documents.append(template("builders.yaml")["Resources"]["BuilderHostPolicy"]["Properties"]["PolicyDocument"])
    actions = set()
    for statement in (one for document in documents for one in document["Statement"]):
        statement = statement["Fn::If"][1] if "Fn::If" in statement else statement
        if statement["Effect"] == "Allow":
            actions |= {statement["Action"]} if isinstance(statement["Action"], str) else set(statement["Action"])
    return actions


class RoleTests(unittest.TestCase):
    def test_every_client_is_known(self):
        """every folder of a client is compared"""
        self.assertEqual({file.parent.name for file in CLIENTS.glob("*/*Client.swift")}, set(SERVICES))

    def test_nothing_is_missing(self):
        """the role may do every operation that the sources call"""
        operations = called()
        self.assertGreater(len(operations), 35)
        actions = allowed()
        for operation in sorted(operations):
            for permission in PERMISSIONS.get(operation, {operation}):
                with self.subTest(permission):
                    self.assertTrue(any(fnmatch.fnmatchcase(permission, action) for action in actions), f"{operation} needs {permission}")

    def test_nothing_is_superfluous(self):
        """everything that the role may do is called by the sources, or by somebody who is named here"""
        needed = set().union(*(PERMISSIONS.get(operation, {operation}) for operation in called()))
        others = set().union(*OTHERS.values())
        for action in sorted(allowed() - others):
            with self.subTest(action):
                self.assertTrue(fnmatch.filter(needed, action), f"nobody is known to need {action}")
        self.assertEqual(others - allowed(), set(), "these are not allowed any more")


if __name__ == "__main__":
    unittest.main()
