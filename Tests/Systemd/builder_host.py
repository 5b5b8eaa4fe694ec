"""A builder host in a container: the shipped unit on real systemd, with builderd as it was built, a stand-in Terraform and `Activities`."""
import json
import os
import pathlib
import tempfile
import time

import packages
import rootfs
from activities import Activities
from container import Container
from network import LoopbackNetwork

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNIT = "builderd.service"
MOUNT = "var-lib-builderd\\x2dwork.mount"
ACTIVITY = "arn:aws:states:eu-central-1:000000000000:activity:builderd-"
SECRET = "correct-horse-battery"
EVIDENCE = "/var/cache/builderd/evidence"
STAND_IN = "/opt/stand-in/terraform"

CONFIGURATION = """\
aws: {region: eu-central-1, endpoints: {sfn: URL, ssm: URL}}
activities:
  provision: {arn: "%sprovision", slots: SLOTS}
  validation: {arn: "%svalidation"}
storage: {kmsKey: "arn:aws:kms:eu-central-1:000000000000:key/1", artifactsBucket: artifacts, stateBucket: state, inventoryTable: inventory}
tools:
  terraform: {path: %s, graceSeconds: 5}
  auditor: {path: /bin/true}
  environment: {AWS_EC2_METADATA_DISABLED: "true"}
log: {level: LEVEL}
""" % (ACTIVITY, ACTIVITY, STAND_IN)

# No instance here, so no instance profile: keys by the unit's credential. The server checks no signature.
ENVIRONMENT = "[Service]\nEnvironment=AWS_EC2_METADATA_DISABLED=true\n"
CREDENTIALS = "[default]\naws_access_key_id = test\naws_secret_access_key = test-secret-key\n"


class BuilderHost:
    """One builder host over its boots, from `__enter__` to `__exit__`. Its disk and its network outlive a power-off.

    `rounds`: how long the stand-in's apply takes, see `set_rounds`. `visible`: see Container. `prepared`: whether what a person puts on
    the host is there from the beginning.
    """

    def __init__(self, rounds, visible=None, prepared=True):
        self.rounds, self.visible, self.prepared = rounds, visible, prepared
        self.container = None

    def __enter__(self):
        self.directory = tempfile.TemporaryDirectory(prefix="builderd-host-")
        self.network = LoopbackNetwork()
        self.activities = Activities(self.network.listen()).__enter__()
        try:
            self.boot()
            if self.prepared:
                self.prepare()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.container is not None:
            self.container.destroy()
        self.activities.__exit__()
        self.network.close()
        self.directory.cleanup()

    def boot(self):
        """Boots the host; what it had on its disk is there again."""
        if self.container is not None:
            self.container.destroy()
        tree = rootfs.tree(str(ROOT / ".build"))
        self.container = Container(
            tree, str(ROOT / ".build/log"), disk=str(pathlib.Path(self.directory.name, "disk")), network=self.network.path,
            visible=self.visible,
        )
        self.container.__enter__()

    def run(self, *command, **options):
        return self.container.run(*command, **options)

    def prepare(self):
        """What a person puts on the host besides builderd itself."""
        host = self.container
        host.copy_in(str(ROOT / "Tests/Systemd/stand-in-terraform"), STAND_IN)
        host.copy_in(str(ROOT / "Tests/Systemd/ask-socket"), "/opt/ask-socket")
        self.set_rounds(self.rounds)
        self.configure()
        host.write("/etc/builderd/catalogue/terraform/slow/main.tf", 'variable "password" {}\n')
        host.write("/etc/builderd/environments/README", "")
        host.write("/etc/credstore/builderd.aws", CREDENTIALS, mode=0o600)
        host.write(f"/etc/systemd/system/{UNIT}.d/test.conf", ENVIRONMENT)

    def configure(self, slots=1, level="info", **more):
        """Writes the configuration file. `more`: text in it → what stands in its place."""
        text = CONFIGURATION.replace("URL", f'"{self.activities.url}"').replace("SLOTS", str(slots)).replace("LEVEL", level)
        for old, new in more.get("replacing", {}).items():
            assert old in text, old
            text = text.replace(old, new)
        self.container.write("/etc/builderd/builderd.yaml", text)

    def set_rounds(self, rounds):
        """How long the stand-in's next apply takes, in tenths of a second and more."""
        self.container.write(os.path.dirname(STAND_IN) + "/rounds", str(rounds))

    def install(self, program):
        """builderd and its unit as the package lays them out, without the package."""
        host = self.container
        host.install_program(program, "/usr/bin/builderd")
        host.copy_in(str(ROOT / "systemd/builderd.service"), f"/lib/systemd/system/{UNIT}")
        host.copy_in(str(ROOT / "systemd" / MOUNT), f"/lib/systemd/system/{MOUNT}")
        host.copy_in(str(ROOT / "systemd/builderd.sysusers"), "/usr/lib/sysusers.d/builderd.conf")
        host.copy_in(str(ROOT / "systemd/builderd.tmpfiles"), "/usr/lib/tmpfiles.d/builderd.conf")
        host.run("systemd-sysusers")
        host.run("systemctl", "daemon-reload")
        host.run("systemd-tmpfiles", "--create", "builderd.conf")
        host.run("systemctl", "enable", "--now", MOUNT)
        host.run("systemctl", "enable", "--now", UNIT)

    def use_archive(self):
        """Lets apt take packages from the archive that is visible at packages.PLACE, and from nowhere else."""
        self.container.write("/etc/apt/sources.list", f"deb [trusted=yes] file:{packages.PLACE} ./\n")

    def apt(self, *arguments):
        return self.run(
            "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet", "--yes", "--no-install-recommends", *arguments, seconds=180
        )

    def install_package(self):
        """builderd from the archive, as a person would install it; what apt said."""
        self.apt("update")
        return self.apt("install", "builderd")

    def release(self, name="one"):
        """Offers a Provision task with a secret; returns it."""
        head = {"applicationId": "hello", "environment": "demo", "version": "1.0.0", "accountId": "000000000000", "tags": {}}
        secret = {"name": "password", "parameter": "/secret", "stages": ["provision"]}
        section = {"head": head, "module": "slow", "variables": {}, "secrets": [secret]}
        self.activities.parameters["/secret"] = SECRET
        self.activities.parameters["/section"] = json.dumps(section)
        prepared = {
            "applicationId": "hello", "environment": "demo", "version": "1.0.0", "accountId": "000000000000", "manifestSHA256": "0" * 64,
            "parameters": {"provision": {"name": "/section", "version": 1}},
        }
        baked = {"imageId": "ami-1", "imageName": "hello", "region": "eu-central-1", "snapshotIds": [], "encrypted": True, "sharedWith": []}
        return self.activities.schedule(ACTIVITY + "provision", {
            "schema": 1, "action": "run", "stage": "provision", "attempt": 0, "heartbeatSeconds": 120, "timeoutSeconds": 3600,
            "execution": f"arn:aws:states:eu-central-1:000000000000:execution:release:{name}",
            "entered": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "release": {"applicationId": "hello", "environment": "demo", "version": "1.0.0", "manifest": "s3://builderd-manifests/hello.yaml"},
            "stages": {"preProvision": prepared, "bakery": baked},
        })

    # What is to be seen of it.

    def read(self, path):
        """The text of a file on the host's disk, whether it runs or not; nothing when it is not there."""
        base = f"/proc/{self.container.leader}/root" if self.container.is_running() else os.path.join(self.directory.name, "disk/upper")
        try:
            return pathlib.Path(base + path).read_text()
        except FileNotFoundError:
            return ""

    def applies(self):
        """What the stand-in's applies said of themselves: `start 123`, `end 123`."""
        return self.read(EVIDENCE + "/apply").splitlines()

    def round(self):
        """The last round of the apply."""
        return int(self.read(EVIDENCE + "/round").strip() or 0)

    def await_rounds(self, more=2, seconds=20):
        """Returns when the running apply has come some rounds further."""
        deadline, target = time.monotonic() + seconds, self.round() + more
        while self.round() < target:
            if time.monotonic() > deadline:
                raise TimeoutError(f"the apply stays in round {self.round()}: {self.applies()}\n{self.log()}")
            time.sleep(0.02)

    def property(self, name, unit=UNIT):
        return self.run("systemctl", "show", f"--property={name}", "--value", unit).strip()

    def main_pid(self):
        """The daemon's process id in the container."""
        return self.property("MainPID")

    def control_group(self):
        """This machine's numbers of the processes in the unit's own control group."""
        base = f"/proc/{self.container.leader}/root/sys/fs/cgroup/system.slice/{UNIT}/cgroup.procs"
        try:
            return [int(line) for line in pathlib.Path(base).read_text().split()]
        except OSError:
            return []

    def await_property(self, name, condition, seconds=60):
        """The property once `condition(value)` holds."""
        deadline = time.monotonic() + seconds
        while not condition(value := self.property(name)):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{name} stays {value!r}\n{self.log()}")
            time.sleep(0.05)
        return value

    def log(self, *arguments):
        """The unit's journal as plain messages."""
        return self.container.journal(f"--unit={UNIT}", "--output=cat", *arguments)

    def await_log(self, text, seconds=60):
        """Returns when the unit's journal has `text`."""
        deadline = time.monotonic() + seconds
        while text not in self.log():
            if time.monotonic() > deadline:
                raise TimeoutError(f"“{text}” is not in the journal:\n{self.log()}")
            time.sleep(0.1)

    def ask(self, path, user="root", socket="health", method="GET", check=True):
        """A socket's answer to a request by `user`: head and body."""
        return self.run("runuser", "-u", user, "--", "/opt/ask-socket", f"/run/builderd/{socket}.sock", path, method, check=check)

    def paused(self):
        """The stages that are paused."""
        return [stage["stage"] for stage in self.status()["stages"] if stage["paused"]]

    def status(self):
        """`/status`, read."""
        return json.loads(self.ask("/status").partition("\r\n\r\n")[2])
