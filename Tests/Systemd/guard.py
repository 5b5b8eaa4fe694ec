#!/usr/bin/env python3
"""Ends a container and removes what it leaves.

    guard.py NAME FOLDER

waits for the end of standard input, which comes when the test closes it, and also when the test ends, in whatever way: nothing in
the container's control group NAME outlives that, and FOLDER does not either.
"""
import os
import shutil
import sys

from cgroups import ControlGroup


def main():
    name, folder = sys.argv[1:]
    sys.stdin.read()
    ControlGroup(name).remove()
    # Where nspawn would hand mounts on to the container; it removes that itself only if /run is a file system of its own.
    propagated = os.path.join("/run/systemd/nspawn/propagate", name)
    if os.path.isdir(propagated):
        os.rmdir(propagated)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
