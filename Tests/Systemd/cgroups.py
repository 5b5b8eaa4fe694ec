"""A control group of a test's own, in every hierarchy that systemd uses."""
import os
import time


def mounts():
    """(mount point, this process's path in it) of the cgroup2 hierarchy and of systemd's named one, where they are."""
    paths = {}
    with open("/proc/self/cgroup") as file:
        for line in file:
            number, controllers, path = line.rstrip("\n").split(":", 2)
            paths["cgroup2" if number == "0" else controllers] = path
    with open("/proc/self/mountinfo") as file:
        for line in file:
            before, after = line.rstrip("\n").split(" - ")
            kind, _, options = after.split(" ")
            name = "cgroup2" if kind == "cgroup2" else "name=systemd" if "name=systemd" in options.split(",") else None
            if name in paths:
                yield before.split(" ")[4], paths.pop(name)


class ControlGroup:
    """`name` below this process's own group. Without one for each, the containers of a machine would share their groups."""

    def __init__(self, name):
        self.folders = [os.path.join(point, path.lstrip("/"), name) for point, path in mounts()]

    def make(self):
        for folder in self.folders:
            os.mkdir(folder)

    def enter(self):
        """Moves the calling process into it; what it starts is in it, too."""
        for folder in self.folders:
            with open(os.path.join(folder, "cgroup.procs"), "w") as file:
                file.write("0")

    def remove(self, seconds=10):
        """Kills whatever is still in it, and removes it; nothing when it is not there."""
        for folder in self.folders:
            kill = os.path.join(folder, "cgroup.kill")
            if os.path.exists(kill):
                with open(kill, "w") as file:
                    file.write("1")
        deadline = time.monotonic() + seconds
        for folder in self.folders:
            while os.path.isdir(folder):
                try:
                    for inner, _, _ in os.walk(folder, topdown=False):
                        os.rmdir(inner)
                except OSError:
                    # A killed process leaves its group a moment later.
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.02)
