#!/usr/bin/env python3
"""The demo behind Config/demo/run, which installs and builds what this needs."""
import argparse
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timezone

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Config/demo"), str(ROOT / "Tests/lib")]
sys.dont_write_bytecode = True

from daemon import Builderd  # noqa: E402
from emulators import EmulatorError, Emulators, die_with_parent  # noqa: E402
from stack import REGION, DemoError, Stack  # noqa: E402
from stand_in_application import StandInApplication  # noqa: E402
from view import Progress, View, failure_lines, output_lines, roll_back_line  # noqa: E402

EXECUTION_SECONDS = 420


def say(text):
    print(text, flush=True)


def find_auditor():
    """The auditor on PATH, or the stand-in that comes with the demo, and how to name it."""
    for name in ("inspec", "cinc-auditor"):
        found = shutil.which(name)
        if found:
            return found, name
    return str(ROOT / "Config/demo/stand-in-auditor"), "a STAND-IN, as neither inspec nor cinc-auditor is on PATH: it makes the profile's HTTP checks only"


class Demo:
    """One release from an empty emulated account to its end."""

    def __init__(self, executable, directory):
        self.executable, self.directory = executable, pathlib.Path(directory)
        self.emulators = Emulators(self.directory / "servers")
        self.application = StandInApplication()
        self.builderd, self.ended_well = None, False

    def __enter__(self):
        try:
            say("starting LocalStack and moto")
            self.emulators.__enter__()
            self.application.__enter__()
        except BaseException:
            ignore_interrupts()
            self.emulators.__exit__()
            raise
        return self

    def __exit__(self, *_):
        ignore_interrupts()
        builderd = self.builderd
        if builderd and builderd.process:
            builderd.drain(interrupt=not self.ended_well)
            if not self.ended_well:
                builderd.ended(8)
        # Its open polls, which it never abandons, end with the server that holds them.
        self.emulators.__exit__()
        if builderd and builderd.process and not builderd.ended(15):
            say("builderd did not end by itself within 15 s and was killed")
        if builderd:
            builderd.kill()
        self.application.__exit__()

    def prepare(self):
        """Deploys the stack, starts builderd, and returns the release's file."""
        self.stack = Stack(self.emulators.localstack, self.emulators.moto)
        say("deploying Config/platform/template.yaml")
        self.stack.deploy()
        image = self.stack.source_image()
        auditor, auditor_name = find_auditor()
        say(f"source image: {image['ImageId']} ({image['Name']}) of the emulated EC2")
        say(f"application:  {self.application.url}, a STAND-IN for what would run behind the load balancer")
        say(f"auditor:      {auditor_name}")
        manifest = self.stack.put_manifest()
        release = self.directory / "release.json"
        release.write_text(json.dumps({
            "applicationId": "hello", "environment": "demo", "version": "1.0.0", "manifest": manifest,
            "build": datetime.now(timezone.utc).strftime("demo-%Y%m%d-%H%M%S"), "requestedBy": "Config/demo/run",
        }, indent=2))
        self.builderd = Builderd(self.executable, self.directory, self.stack, self.application, auditor)
        self.builderd.write_configuration()
        say(f"starting {self.executable}")
        self.builderd.start()
        return release

    def trigger(self, release):
        """Starts the execution with the code that is the SNS topic's Lambda in an account; returns its ARN."""
        environment = os.environ | {
            "AWS_ENDPOINT_URL_SFN": self.stack.localstack, "AWS_CONFIG_FILE": str(self.directory / "aws-config"), "AWS_PROFILE": "demo",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_REGION": REGION, "PYTHONDONTWRITEBYTECODE": "1",
        }
        run = subprocess.run(
            [sys.executable, ROOT / "Config/platform/trigger/index.py", "--state-machine", self.stack.outputs["StateMachine"], release],
            env=environment, capture_output=True, text=True,
        )
        if run.returncode:
            raise DemoError(f"the trigger refused the release: {run.stderr.strip()}")
        return json.loads(run.stdout)["execution"]

    def follow(self, execution):
        """Shows the execution until it ends; returns what DescribeExecution says."""
        client = self.stack.client("stepfunctions")
        self.progress = progress = Progress()
        view, begun = View(), time.monotonic()
        while True:
            described = client.describe_execution(executionArn=execution)
            pages = client.get_paginator("get_execution_history").paginate(executionArn=execution)
            for state, what in progress.read([event for page in pages for event in page["events"]]):
                view.event(state, what, time.monotonic() - begun)
            view.draw(progress, datetime.now(timezone.utc), self.builderd.steps() if view.live else {})
            if described["status"] != "RUNNING":
                return described
            self.builderd.require_running()
            gone = self.emulators.ended()
            if gone:
                raise DemoError(f"{gone.name} ended; the end of its log:\n{gone.tail()}")
            if time.monotonic() - begun > EXECUTION_SECONDS:
                raise DemoError(f"the execution was still running after {EXECUTION_SECONDS} s:\n{self.builderd.tail()}")
            time.sleep(0.25)

    def report(self, described):
        say(f"\n{described['status']}  {described['executionArn']}")
        if described["status"] == "SUCCEEDED":
            for line in output_lines(json.loads(described["output"])["stages"]):
                say(line)
            self.ended_well = True
        else:
            for line in failure_lines(described.get("error"), described.get("cause")):
                say(line)
            if self.progress.rolled_back:
                say(roll_back_line(self.progress.rolled_back))
        for name, path in (("status.json", "/status"), ("metrics.txt", "/metrics")):
            (self.directory / name).write_text(self.builderd.ask(path) or "")


def keep(directory):
    """Copies what is worth reading to .build/demo, which Config/demo/run has emptied."""
    target = ROOT / ".build/demo"
    target.mkdir(parents=True, exist_ok=True)
    for name in ("builderd.log", "builderd.yaml", "release.json", "status.json", "metrics.txt", "servers/localstack.log", "servers/moto.log"):
        if (pathlib.Path(directory) / name).exists():
            shutil.copyfile(pathlib.Path(directory) / name, target / pathlib.Path(name).name)


def directions(demo, kept):
    if kept:
        curl = f"curl --unix-socket {demo.builderd.socket} http://localhost"
        say("\nEverything keeps running until Ctrl-C. To look further:")
        say(f"  {curl}/status      (also /livez, /readyz, /metrics)")
        say(f"  tail -f {demo.builderd.log}")
        say(f"  aws --endpoint-url {demo.stack.localstack} stepfunctions list-executions --state-machine-arn {demo.stack.outputs['StateMachine']}")
    else:
        say("\nTo look further:")
        say("  .build/demo/builderd.log     what builderd logged (on a builder host: journalctl -u builderd)")
        say("  .build/demo/status.json      what its health socket said at the end; also metrics.txt, builderd.yaml and the servers' logs")
        say("  Config/demo/run --keep       keeps it all running, to ask the health socket: curl --unix-socket <socket> http://localhost/status")


INTERRUPTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def interrupt(*_):
    # Python drops what is raised inside a callback, such as those around a fork: it is raised again until it was heeded.
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    raise KeyboardInterrupt


def ignore_interrupts():
    """From here on things are stopped; a second Ctrl-C must not leave something behind."""
    for number in (*INTERRUPTS, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--builderd", required=True)
    arguments.add_argument("--keep", action="store_true")
    given = arguments.parse_args()
    for number in (*INTERRUPTS, signal.SIGALRM):
        signal.signal(number, interrupt)
    die_with_parent(signal.SIGTERM, os.getppid())
    # Under /tmp and not TMPDIR: a Unix socket's path has at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="builderd-demo.", dir="/tmp", ignore_cleanup_errors=True) as directory:
        try:
            with Demo(given.builderd, directory) as demo:
                release = demo.prepare()
                execution = demo.trigger(release)
                say(f"execution:    {execution.rsplit(':', 1)[1]}\n")
                described = demo.follow(execution)
                demo.report(described)
                directions(demo, given.keep)
                if given.keep:
                    signal.pause()
                return 0 if demo.ended_well else 1
        except KeyboardInterrupt:
            ignore_interrupts()
            say("\ninterrupted: everything that was started is stopped")
            return 130
        except (DemoError, EmulatorError) as error:
            print(f"\ndemo: {error}\nLogs: .build/demo", file=sys.stderr)
            return 1
        finally:
            keep(directory)


if __name__ == "__main__":
    sys.exit(main())
