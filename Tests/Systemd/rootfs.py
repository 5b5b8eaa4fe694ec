"""The tree that the containers of Tests/Systemd boot: a minimal Debian 12, made once by debootstrap and kept under .build."""
import fcntl
import hashlib
import os
import shutil
import subprocess

SUITE = "bookworm"
PACKAGES = ("systemd-sysv", "dbus")


class RootfsError(Exception):
    """The tree could not be made."""


def tree(build_folder):
    """The path of the tree, made now when it is not there; one maker at a time. Nobody writes to it afterwards."""
    digest = hashlib.sha256(repr((SUITE, PACKAGES)).encode()).hexdigest()[:12]
    folder = os.path.join(build_folder, "systemd")
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, f"{SUITE}-{digest}")
    with open(os.path.join(folder, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.isdir(path):
            make(path + ".new", os.path.join(folder, "debootstrap.log"))
            os.rename(path + ".new", path)
    return path


def make(path, log):
    shutil.rmtree(path, ignore_errors=True)
    print("making a minimal Debian 12 for containers (about 2 minutes, once)", flush=True)
    # In a mount namespace of its own: what debootstrap mounts in the tree goes with it, however it ends.
    command = ["unshare", "--mount", "debootstrap", "--variant=minbase", "--include=" + ",".join(PACKAGES), SUITE, path, *mirror()]
    with open(log, "w") as output:
        code = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output).returncode
    if code:
        with open(log) as output:
            raise RootfsError(f"debootstrap ended with {code}:\n" + "".join(output.readlines()[-10:]))
    shutil.rmtree(os.path.join(path, "var/cache/apt/archives"))


def mirror():
    """Where this machine gets Debian from, or nothing for debootstrap's own choice."""
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages", f"Codename: {SUITE}", "Label: Debian"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ).stdout.split()
    return listed[:1]
