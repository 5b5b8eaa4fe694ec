"""Starts one execution of the release state machine for each release that is asked for.

As a Lambda behind the SNS topic, `handler` takes the topic's event. By hand:

    python index.py --state-machine ARN release.json

A release is {"applicationId", "environment", "version", "manifest"} and optionally {"commit", "build", "requestedBy"}; the
manifest is an S3 URI, {"uri", "versionId"}, or the document itself. The execution's name is made of all of it, so a notification
that arrives twice starts nothing twice; to release the same version again, give another `build`.
"""
import hashlib
import json
import os
import re
import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError, NoRegionError

# The same rules as Sources/Pipeline/Release/Release.swift, so that what is refused is refused here, before it is an execution.
APPLICATION, ENVIRONMENT = re.compile(r"[a-z][a-z0-9-]{1,30}"), re.compile(r"[a-z][a-z0-9-]{0,15}")
VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")
LINE_128, LINE_256 = re.compile(r"[^\x00-\x1f\x7f]{1,128}"), re.compile(r"[^\x00-\x1f\x7f]{1,256}")
URI = re.compile(r"s3://[a-z0-9][a-z0-9.-]{2,62}/[^\x00-\x1f\x7f]{1,1024}")
REQUIRED = {"applicationId": APPLICATION, "environment": ENVIRONMENT, "version": VERSION, "manifest": None}
OPTIONAL = {"commit": LINE_128, "build": LINE_256, "requestedBy": LINE_256}
DIGEST = 24  # hexadecimal digits of it in a name, which is then at most 73 of the 80 characters that there may be
INPUT_LIMIT = 262144  # bytes, StartExecution


class Refused(Exception):
    """A trigger document that cannot be a release; the message lists everything that is wrong with it."""


def problems(release):
    """Everything that is wrong with the document, a line each."""
    if not isinstance(release, dict):
        yield "a JSON object is expected"
        return
    rules = REQUIRED | OPTIONAL
    for key in release.keys() - rules.keys():
        yield f"{key}: unknown; allowed are {', '.join(rules)}"
    for key, rule in rules.items():
        value = release.get(key)
        if key not in release:
            if key in REQUIRED:
                yield f"{key}: missing"
        elif rule and not (isinstance(value, str) and rule.fullmatch(value)):
            yield f"{key}: text that matches {rule.pattern} is allowed"
    manifest = release.get("manifest", {})
    if isinstance(manifest, dict) and manifest.keys() & {"uri", "versionId"}:
        if manifest.keys() - {"uri", "versionId"} or not isinstance(manifest.get("versionId", ""), str):
            yield "manifest: uri and versionId are allowed, both text"
        manifest = manifest.get("uri")
    if not isinstance(manifest, dict) and not (isinstance(manifest, str) and URI.fullmatch(manifest)):
        yield "manifest: s3://bucket/key, {uri, versionId} or the manifest itself is allowed"


def canonical(value):
    """The one text of a JSON value: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def execution_name(release):
    """`<app>-<env>-<digest>`, the digest being the first characters of the SHA-256 of the canonical release."""
    digest = hashlib.sha256(canonical(release).encode()).hexdigest()[:DIGEST]
    return f"{release['applicationId']}-{release['environment']}-{digest}"


def start(release, state_machine, client):
    """Starts the release's execution, or says what became of the one that it started before."""
    wrong = list(problems(release))
    document = canonical({"release": release, "stages": {}}) if not wrong else ""
    if len(document.encode()) > INPUT_LIMIT:
        wrong.append(f"the release is over {INPUT_LIMIT} bytes: put the manifest into S3 and give its URI")
    if wrong:
        raise Refused("not a release: " + "; ".join(wrong))
    name = execution_name(release)
    try:
        execution = client.start_execution(stateMachineArn=state_machine, name=name, input=document)["executionArn"]
        return {"execution": execution, "started": True}
    except client.exceptions.ExecutionAlreadyExists:
        execution = f"{state_machine.replace(':stateMachine:', ':execution:')}:{name}"
        return {"execution": execution, "started": False, **earlier(execution, client)}


def earlier(execution, client):
    """Status of the execution that has the name already, and what to do."""
    try:
        found = client.describe_execution(executionArn=execution)
    except client.exceptions.ExecutionDoesNotExist:
        return {"status": "UNKNOWN", "next": "Its history is gone but its name is kept for 90 days: give another `build`."}
    status = found["status"]
    if status in ("RUNNING", "PENDING_REDRIVE"):
        advice = "Nothing: it is on its way."
    elif status == "SUCCEEDED":
        advice = "Nothing: this release is done. To release the version again, give another `build`."
    elif found.get("redriveStatus") == "NOT_REDRIVABLE" or in_fail_state(execution, client):
        advice = "It cannot go on where it ended: correct the cause, then release again with another `build`."
    else:
        advice = (
            "To go on where it ended: aws stepfunctions redrive-execution --execution-arn " + execution
            + " (within 14 days). To begin anew, give another `build`."
        )
    return {"status": status, "next": advice}


def in_fail_state(execution, client):
    """Whether it ended in a Fail state, which a redrive would only enter again; a Task that failed uncaught is done again."""
    last = client.get_execution_history(executionArn=execution, reverseOrder=True, maxResults=2, includeExecutionData=False)
    return any(event["type"] == "FailStateEntered" for event in last["events"])


def handler(event, context):
    """Lambda's entry: an SNS event, or a release itself."""
    client = boto3.client("stepfunctions")
    state_machine = os.environ["STATE_MACHINE_ARN"]
    if not (isinstance(event, dict) and "Records" in event):
        return [report(start(event, state_machine, client))]
    # One that is refused must not keep the others from starting; raising at the end sends the event to the dead-letter queue.
    answers, refused = [], []
    for record in event["Records"]:
        try:
            answers.append(report(start(json.loads(record["Sns"]["Message"]), state_machine, client)))
        except (Refused, ValueError) as error:
            refused.append(f"message {record['Sns'].get('MessageId')}: {error}")
    if refused:
        raise Refused("; ".join(refused))
    return answers


def report(answer):
    print(json.dumps(answer))
    return answer


def main(arguments):
    if len(arguments) != 3 or arguments[0] != "--state-machine":
        print(__doc__, file=sys.stderr)
        return 64
    try:
        with open(arguments[2], encoding="utf-8") as file:
            release = json.load(file)
        report(start(release, arguments[1], boto3.client("stepfunctions")))
    except NoRegionError:
        print("no region: set AWS_DEFAULT_REGION, or AWS_PROFILE to a profile that has one", file=sys.stderr)
        return 1
    except (OSError, ValueError, Refused, BotoCoreError, ClientError) as error:
        print(f"{arguments[2]}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
