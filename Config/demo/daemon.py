"""The real builderd, configured for the emulators."""
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

import yaml
from emulators import die_with_parent
from stack import REGION, ROOT, DemoError

STAGES = ("preProvision", "bakery", "provision", "validation", "postProvision")


class Builderd:
    """builderd as a process of this one; everything it writes is under `directory`."""

    def __init__(self, executable, directory, stack, application, auditor):
        self.executable, self.directory = executable, pathlib.Path(directory)
        self.stack, self.application, self.auditor = stack, application, auditor
        self.log, self.socket = self.directory / "builderd.log", self.directory / "health.sock"
        self.process = None

    def write_configuration(self):
        profile = self.directory / "aws-config"
        profile.write_text(f"[profile demo]\nregion = {REGION}\naws_access_key_id = test\naws_secret_access_key = test\n")
        profile.chmod(0o600)
        stack, outputs = self.stack, self.stack.outputs
        services = dict.fromkeys(("sfn", "ssm", "s3", "kms", "logs", "sts"), stack.localstack) | dict.fromkeys(("ec2", "dynamodb"), stack.moto)
        configuration = {
            "aws": {"region": REGION, "profile": "demo", "endpoints": services},
            "activities": {stage: {"arn": outputs[stage[0].upper() + stage[1:] + "Activity"]} for stage in STAGES},
            "worker": {"name": "builderd-demo"},
            "paths": {
                "state": str(self.directory / "state"), "work": str(self.directory / "work"),
                "catalogue": str(ROOT / "Config/catalogue"), "environments": str(ROOT / "Config/environments"),
                "rules": str(ROOT / "Config/rules"),
            },
            "storage": {
                "kmsKey": outputs["KmsKey"], "artifactsBucket": outputs["ArtifactsBucket"], "stateBucket": outputs["StateBucket"],
                "inventoryTable": outputs["InventoryTable"], "parameterPrefix": outputs["ParameterPrefix"],
            },
            "tools": {
                "packer": {"graceSeconds": 5}, "terraform": {"graceSeconds": 5}, "auditor": {"path": self.auditor, "graceSeconds": 5},
                "credentials": {"source": "profile", "profile": "demo", "file": str(profile)},
                "environment": {
                    # The venv first, for the stand-in auditor's python3.
                    "PATH": f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}", "AWS_EC2_METADATA_DISABLED": "true",
                    "AWS_ENDPOINT_URL_S3": stack.localstack, "AWS_ENDPOINT_URL_EC2": stack.moto, "AWS_ENDPOINT_URL_STS": stack.localstack,
                    # What the platform team's templates ask for here in place of a real endpoint.
                    "PKR_VAR_ec2_endpoint": stack.moto, "TF_VAR_endpoint": self.application.url,
                },
            },
            "stateMachines": {"release": outputs["StateMachine"], "ping": outputs["PingStateMachine"]},
            "health": {"socket": str(self.socket)}, "control": {"socket": str(self.directory / "control.sock")},
            "log": {"level": "info", "format": "console"},
        }
        for folder in ("state", "work"):
            (self.directory / folder).mkdir(mode=0o700)
        self.configuration = self.directory / "builderd.yaml"
        self.configuration.write_text(yaml.safe_dump(configuration, sort_keys=False))

    def start(self):
        """Starts it and waits until its health socket answers."""
        parent = os.getpid()
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.directory), "LANG": "C.UTF-8", "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": str(self.directory / "aws-config"), "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        }
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.executable, "run", "--config", str(self.configuration)], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=environment, cwd=self.directory, start_new_session=True,
                preexec_fn=lambda: die_with_parent(signal.SIGKILL, parent),
            )
        limit = time.monotonic() + 30
        while self.ask("/livez") is None:
            self.require_running()
            if time.monotonic() > limit:
                raise DemoError(f"builderd's health socket did not answer in 30 s:\n{self.tail()}")
            time.sleep(0.05)

    def require_running(self):
        if self.process.poll() is not None:
            raise DemoError(f"builderd ended with exit code {self.process.returncode}:\n{self.tail()}")

    def ask(self, path):
        """The health socket's answer; nothing when there is none or it is not 200."""
        connection = http.client.HTTPConnection("localhost", timeout=5)
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.sock.settimeout(5)
            connection.sock.connect(str(self.socket))
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read().decode()
            return body if answer.status == 200 else None
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def steps(self):
        """Stage → its task's current step, as /status says."""
        try:
            stages = json.loads(self.ask("/status") or "{}").get("stages", [])
            return {stage["stage"]: task.get("step") or "" for stage in stages for task in stage["tasks"]}
        except (ValueError, KeyError, AttributeError):
            return {}

    def tail(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-25:])

    def drain(self, interrupt):
        """Asks it to end; with `interrupt`, without waiting for its tasks."""
        for _ in range(2 if interrupt else 1):
            if self.process and self.process.poll() is None:
                self.process.send_signal(signal.SIGTERM)
                time.sleep(0.2)

    def ended(self, seconds):
        try:
            self.process.wait(seconds)
            return True
        except subprocess.TimeoutExpired:
            return False

    def kill(self):
        """Kills what is left of it: itself, and tools, which have sessions of their own but lie in its folder."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        marker = str(self.directory).encode()
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                if marker in (entry / "environ").read_bytes() or os.readlink(entry / "cwd").encode().startswith(marker):
                    os.kill(int(entry.name), signal.SIGKILL)
            except (OSError, ProcessLookupError):
                continue
