#!/usr/bin/env python3
"""profiles.py CASES.json: what botocore makes of profiles.

CASES.json is [{"config": path, "credentials": path, "profile": name}]. Prints a JSON list, one entry per case:
{"region": …, "steps": [...]} or {"error": class name}. Steps: first where the first keys come from (`keys AKID TOKEN`,
`named Ec2InstanceMetadata`), then each role in the order it is assumed (`role ARN session external duration`), or
`web ARN FILE session`. STS is not called: the client is replaced by one that takes notes.
"""
import json
import os
import sys

import botocore.credentials
import botocore.session

STEPS = []


class NotingSTS:
    def __init__(self, keys):
        self.keys = keys

    def _answer(self):
        return {"Credentials": {"AccessKeyId": "ASSUMED", "SecretAccessKey": "s", "SessionToken": "t",
                                "Expiration": "2099-01-01T00:00:00Z"}, "AssumedRoleUser": {"Arn": "arn:aws:sts::1:x/y/z"}}

    def assume_role(self, **args):
        if self.keys and self.keys["aws_access_key_id"] not in ("ASSUMED", "NAMED"):
            STEPS.append(f"keys {self.keys['aws_access_key_id']} {self.keys['aws_session_token']}")
        session = args["RoleSessionName"]
        session = "default" if session.startswith("botocore-session-") else session
        STEPS.append(f"role {args['RoleArn']} {session} {args.get('ExternalId')} {args.get('DurationSeconds')}")
        return self._answer()

    def assume_role_with_web_identity(self, **args):
        session = args["RoleSessionName"]
        session = "default" if session.startswith("botocore-session-") else session
        STEPS.append(f"web {args['RoleArn']} {args['WebIdentityToken'].strip()} {session}")
        return self._answer()


def named(self, source_name):
    STEPS.append(f"named {source_name}")
    return botocore.credentials.Credentials("NAMED", "s")


botocore.credentials._get_client_creator = lambda session, region: (lambda service, **args: NotingSTS(args if "aws_access_key_id" in args else None))
botocore.credentials.CanonicalNameCredentialSourcer.source_credentials = named


def resolve(case):
    STEPS.clear()
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(AWS_CONFIG_FILE=case["config"], AWS_SHARED_CREDENTIALS_FILE=case["credentials"],
                      AWS_PROFILE=case["profile"], AWS_EC2_METADATA_DISABLED="true")
    try:
        session = botocore.session.Session()
        credentials = session.get_credentials()
        if credentials is not None:
            frozen = credentials.get_frozen_credentials()
            if not STEPS:
                STEPS.append(f"keys {frozen.access_key} {frozen.token}")
        return {"region": session.get_config_variable("region"), "steps": list(STEPS)}
    except Exception as error:
        return {"error": type(error).__name__}


with open(sys.argv[1]) as file:
    json.dump([resolve(case) for case in json.load(file)], sys.stdout)
