#!/usr/bin/env python3
"""Prints what botocore's own endpoint rule sets say, one JSON object:
{"botocore": version, "cases": [{service, region, fips, dualStack, url | error, signingRegion}]}.

Services are named by builderd's configuration keys. Nothing is sent anywhere.
"""
import json
import sys

import botocore
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import EndpointProviderError
from botocore.loaders import Loader

SERVICES = {
    "sfn": "stepfunctions", "ssm": "ssm", "s3": "s3", "kms": "kms", "ec2": "ec2", "dynamodb": "dynamodb", "logs": "logs",
    "elbv2": "elbv2", "autoscaling": "autoscaling", "sts": "sts", "cloudwatch": "cloudwatch",
}
# One or more real regions of each partition, its pseudo-region, regions nobody has heard of, and near misses of each form.
REGIONS = [
    "us-east-1", "us-west-2", "eu-central-1", "eu-west-1", "ap-southeast-7", "sa-east-1", "ca-west-1", "me-central-1",
    "af-south-1", "il-central-1", "mx-central-1", "aws-global", "us-newplace-17", "eu-somewhere-9",
    "cn-north-1", "cn-northwest-1", "cn-newplace-3", "aws-cn-global",
    "us-gov-west-1", "us-gov-east-1", "us-gov-north-5", "aws-us-gov-global",
    "us-iso-east-1", "us-iso-west-1", "aws-iso-global", "us-isob-east-1", "us-isob-south-4", "aws-iso-b-global",
    "eu-isoe-west-1", "aws-iso-e-global", "us-isof-south-1", "us-isof-east-1", "aws-iso-f-global",
    "eusc-de-east-1", "eusc-fr-east-1", "xx-nowhere-1", "mars", "us-east", "us--1", "us-gov-1", "us-iso-1", "us-east-1a",
]


def main():
    loader = Loader()
    partitions = loader.load_data("partitions")
    cases = []
    for key, name in SERVICES.items():
        rules = loader.load_service_model(name, "endpoint-rule-set-1")
        provider = EndpointProvider(rules, partitions)
        for region in REGIONS:
            for fips in (False, True):
                for dual in (False, True):
                    case = {"service": key, "region": region, "fips": fips, "dualStack": dual}
                    try:
                        found = provider.resolve_endpoint(Region=region, UseFIPS=fips, UseDualStack=dual)
                        schemes = (found.properties or {}).get("authSchemes") or [{}]
                        case["url"] = found.url
                        case["signingRegion"] = schemes[0].get("signingRegion", region)
                    except EndpointProviderError as error:
                        case["error"] = str(error)
                    cases.append(case)
    json.dump({"botocore": botocore.__version__, "cases": cases}, sys.stdout)


main()
