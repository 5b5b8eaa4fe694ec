"""Real systemd to test against: a minimal Debian 12 booted by systemd-nspawn, without a network and without a trace afterwards.

    with Container(rootfs.tree(build_folder), log_folder) as container:
        container.install_program("path/of/program", "/usr/local/bin/program")
        container.write("/etc/systemd/system/a.service", "[Service]…")
        container.run("systemctl", "start", "a")
        container.power_off()
        container.journal("--unit=a")

What the container changes is in memory and gone with it, unless it has a `disk`; the journal and the `shared` folders can be read until
`destroy`. Everything ends with this process, even when it is killed.
"""
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from cgroups import ControlGroup, mounts

ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}


class ContainerError(Exception):
    """The container did not do what it was told, with what it said."""


def obstacle():
    """Why this machine runs no containers, or None."""
    if os.geteuid() != 0:
        return "containers need root"
    missing = [name for name in ("systemd-nspawn", "debootstrap", "nsenter", "unshare") if shutil.which(name) is None]
    if missing:
        return "not installed: " + ", ".join(missing)
    probe = subprocess.run(
        ["unshare", "--mount", "--pid", "--uts", "--ipc", "--net", "--cgroup", "--fork", "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )
    if probe.returncode:
        return "the kernel forbids namespaces or mounts: " + probe.stderr.strip().replace("\n", "; ")
    if not any(os.access(os.path.join(point, path.lstrip("/")), os.W_OK) for point, path in mounts()):
        return "no control group hierarchy can be written to"
    return None


class Container:
    """One boot of the tree at `root`, from `__enter__` to `__exit__`. Its console's output goes to a file in `log_folder`.

    `shared` are paths in the container, each a new folder of this machine, writable by all: see `shared_folder`. `disk` is a folder of
    this machine that keeps what the container writes, for its next boot. `network` is the path of a network namespace to be in, in place
    of an empty one. `visible` maps paths in the container to files and folders of this machine, which it can only read.
    """

    def __init__(self, root, log_folder, shared=(), disk=None, network=None, visible=None, seconds=60):
        self.root, self.seconds = root, seconds
        self.disk, self.network, self.visible = disk, network, dict(visible or {})
        self.name = f"builderd-test-{os.getpid()}-{id(self):x}"
        self.console = os.path.join(log_folder, f"{self.name}.console.log")
        self.shared = list(shared)
        self.process = self.leader = self.guard = self.folder = None

    def __enter__(self):
        try:
            self.boot()
        except BaseException:
            self.destroy()
            raise
        return self

    def __exit__(self, *_):
        self.destroy()

    def boot(self):
        """Starts the container and returns when its systemd has started everything."""
        self.folder = tempfile.mkdtemp(prefix="builderd-systemd-")
        # Before there is anything to remove. Its own session: a Ctrl-C or an end of the test's session does not reach it.
        guard = os.path.join(os.path.dirname(os.path.abspath(__file__)), "guard.py")
        self.guard = subprocess.Popen([sys.executable, guard, self.name, self.folder], stdin=subprocess.PIPE, start_new_session=True)
        group = ControlGroup(self.name)
        group.make()
        command = ["systemd-nspawn", "--boot", "--quiet", f"--machine={self.name}"]
        # No machined to register with, no unit of systemd's to make; no network but loopback.
        command += ["--register=no", "--keep-unit", "--link-journal=no", "--console=pipe", "--notify-ready=yes"]
        # As on a host: nspawn itself would refuse Landlock.
        command.append("--system-call-filter=landlock_create_ruleset landlock_add_rule landlock_restrict_self")
        command.append(f"--network-namespace-path={self.network}" if self.network else "--private-network")
        command += [f"--bind-ro={path}:{target}" for target, path in self.visible.items()]
        for path in ["/var/log/journal", *self.shared]:
            folder = self.shared_folder(path)
            os.makedirs(folder)
            os.chmod(folder, 0o755 if path == "/var/log/journal" else 0o777)
            command.append(f"--bind={folder}:{path}")
        command = self.on_disk(command) if self.disk else [*command, f"--directory={self.root}", "--volatile=overlay"]
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify, open(self.console, "wb") as console:
            address = os.path.join(self.folder, "notify")
            notify.bind(address)
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=console, stderr=console, start_new_session=True, preexec_fn=group.enter,
                # The tree is only read, so that boots at the same time do not disturb each other.
                env=ENVIRONMENT | {"NOTIFY_SOCKET": address, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1", "SYSTEMD_NSPAWN_LOCK": "0"},
            )
            self.await_ready(notify)

    def on_disk(self, command):
        """The command with the tree under an overlay that `disk` keeps: in a mount namespace that ends with the container."""
        layers = {name: os.path.join(self.disk, name) for name in ("upper", "work", "merged")}
        for folder in layers.values():
            os.makedirs(folder, exist_ok=True)
        options = f"lowerdir={self.root},upperdir={layers['upper']},workdir={layers['work']}"
        script = 'mount -t overlay overlay -o "$1" "$2" && shift 2 && exec "$@"'
        mounted = ["unshare", "--mount", "sh", "-c", script, "sh", options, layers["merged"]]
        return [*mounted, *command, f"--directory={layers['merged']}"]

    def shared_folder(self, path):
        """Where on this machine the shared folder at `path` of the container is."""
        return os.path.join(self.folder, "shared", path.lstrip("/"))

    def await_ready(self, notify):
        """Takes nspawn's notifications until READY=1, which comes when the container's own systemd is ready."""
        deadline = time.monotonic() + self.seconds
        ended = os.pidfd_open(self.process.pid)
        try:
            poll = select.poll()
            poll.register(notify, select.POLLIN)
            poll.register(ended, select.POLLIN)
            while True:
                events = dict(poll.poll(max(0, deadline - time.monotonic()) * 1000))
                if notify.fileno() not in events:
                    raise ContainerError(f"the container {'ended' if events else 'was not ready in time'}:\n{self.console_text()}")
                for line in notify.recv(4096).decode().split("\n"):
                    if line.startswith("X_NSPAWN_LEADER_PID="):
                        self.leader = int(line.partition("=")[2])
                    if line == "READY=1":
                        return
        finally:
            os.close(ended)

    def run(self, *command, check=True, seconds=60, stdin=b""):
        """Runs a command as root in the container; what it printed, standard error included.

        Raises ContainerError when it fails, unless `check` is false, and when it takes longer than `seconds`.
        """
        try:
            ended = subprocess.run(
                ["nsenter", f"--target={self.leader}", "--all", "--", *command],
                input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=ENVIRONMENT, timeout=seconds,
            )
        except subprocess.TimeoutExpired as error:
            raise ContainerError(f"{' '.join(command)} did not end in {seconds} s: {(error.stdout or b'').decode(errors='replace')}") from None
        text = ended.stdout.decode(errors="replace")
        if check and ended.returncode:
            raise ContainerError(f"{' '.join(command)} ended with {ended.returncode}: {text}")
        return text

    def write(self, path, content, mode=0o644):
        """Writes a file in the container; folders on the way are made."""
        data = content.encode() if isinstance(content, str) else content
        script = 'mkdir -p "$(dirname "$1")" && cat >"$1" && chmod "$2" "$1"'
        self.run("sh", "-c", script, "sh", path, f"{mode:o}", stdin=data)

    def copy_in(self, source, target):
        """Copies a file of this machine into the container, with its mode."""
        with open(source, "rb") as file:
            self.write(target, file.read(), os.stat(source).st_mode & 0o7777)

    def install_program(self, source, target):
        """Copies a program in, and those shared libraries of its that the container does not have, to where it looks for them."""
        self.copy_in(source, target)
        for line in subprocess.run(["ldd", source], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines():
            library = line.partition("=> ")[2].partition(" (")[0]
            if library and not os.path.exists(self.root + library):
                self.copy_in(library, library)

    def journal(self, *arguments):
        """What journalctl prints with these arguments, while the container runs and afterwards."""
        if self.is_running():
            self.run("journalctl", "--sync")
        return subprocess.run(
            ["journalctl", f"--directory={self.shared_folder('/var/log/journal')}", "--no-pager", "--quiet", *arguments],
            check=True, stdout=subprocess.PIPE, text=True,
        ).stdout

    def is_running(self):
        """Whether the container has not ended."""
        return self.process is not None and self.process.poll() is None

    def power_off(self, seconds=60):
        """Shuts the container down in order, and returns when it has ended."""
        # It can cut the caller off before it has answered.
        self.run("systemctl", "poweroff", check=False)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise ContainerError(f"the container did not power off in {seconds} s:\n{self.console_text()}") from None

    def destroy(self):
        """Ends the container at once, wherever it is, and removes what it left. May be called again."""
        if self.guard is not None:
            self.guard.stdin.close()
            self.guard.wait()
            self.guard = None
        if self.process is not None:
            self.process.wait()
            self.process = None

    def console_text(self):
        """The end of what the container printed to its console."""
        with open(self.console, errors="replace") as file:
            return "".join(file.readlines()[-25:])
