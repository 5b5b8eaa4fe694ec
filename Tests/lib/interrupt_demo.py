#!/usr/bin/env python3
"""interrupt_demo.py BUILDERD: Ctrl-C in the middle of Config/demo/run.

Interrupts it once as its servers start and once as its release runs: it has to end with 130 and to leave no process and no folder.
Exit code 0 when it does; else what is wrong is on standard error.
"""
import os
import pathlib
import select
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECONDS = 120


def folders():
    return set(pathlib.Path("/tmp").glob("builderd-demo.*"))


def processes():
    """Process id → (parent, start time), as the kernel sees them."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] != "Z":
                found[int(entry.name)] = (int(fields[1]), fields[19])
    return found


def descendants(root, found):
    """The process `root` and all below it, each with its start time: an id alone may be somebody else's later."""
    family = {root}
    while True:
        more = {pid for pid, (parent, _) in found.items() if parent in family} - family
        if not more:
            return {(pid, found[pid][1]) for pid in family if pid in found}
        family |= more


def lines_until(stream, text, limit):
    """Reads lines until one has `text` in it; all that were read, and whether it came."""
    said = ""
    while True:
        if not select.select([stream], [], [], max(0, limit - time.monotonic()))[0]:
            return said, False
        line = stream.readline().decode(errors="replace")
        said += line
        if not line or text in line:
            return said, bool(line)


def interrupt_at(text, builderd):
    """What is wrong with a run that is interrupted when it says `text`."""
    before = folders()
    demo = subprocess.Popen(
        [ROOT / "Config/demo/run", "--builderd", builderd], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True, bufsize=0,
    )  # fmt: skip
    try:
        said, came = lines_until(demo.stdout, text, time.monotonic() + SECONDS)
        if not came:
            return [f"it never said “{text}”:\n{said}"]
        family, made = descendants(demo.pid, processes()), folders() - before
        os.killpg(demo.pid, signal.SIGINT)
        rest = demo.communicate(timeout=SECONDS)[0].decode(errors="replace")
        wrong = []
        if demo.returncode != 130:
            wrong.append(f"it ended with {demo.returncode}, not 130:\n{said}{rest}")
        now = {(pid, start) for pid, (_, start) in processes().items()}
        if left := sorted(pid for pid, _ in family & now):
            wrong.append(f"of the {len(family)} processes these are left: {left}")
        if not made or made & folders():
            wrong.append(f"its folder was {sorted(map(str, made)) or 'not found'} and is left")
        return wrong
    except subprocess.TimeoutExpired:
        return [f"it did not end within {SECONDS} s of the interrupt"]
    finally:
        if demo.poll() is None:
            # Its servers and builderd die with it.
            demo.kill()
            demo.wait()


def main():
    failed = False
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    for text in ("starting LocalStack and moto", "execution:"):
        for problem in interrupt_at(text, sys.argv[1]):
            print(f"interrupted at “{text}”: {problem}", file=sys.stderr)
            failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
