#!/usr/bin/env python3
"""Drives `builderctl status --watch` on a pseudo terminal, against a health socket of its own.

    watch_terminal.py BUILDERCTL CASE

CASE is a method of `Cases`. Exits with 0 when it holds; else says why on standard error.
"""
import fcntl
import http.server
import json
import os
import re
import select
import signal
import socketserver
import struct
import sys
import tempfile
import termios
import threading
import time
import unicodedata

SECONDS = 30
ENTER, LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def document():
    """What a daemon in trouble with many tasks says; names are wide and hostile."""
    stages = [
        {"stage": name, "phase": "running", "slots": 8, "busy": 3, "openPolls": 1, "lastPollSeconds": 1, "paused": name == "bakery", "tasks": []}
        for name in ("preProvision", "bakery", "provision", "validation", "postProvision")
    ]
    stages[1] |= {"pausedBy": "user alice (uid 1000, process 7)", "pausedSince": "2026-11-25T15:00:00Z"}
    stages[4]["problem"] = "states.GetActivityTask: " + "a long story " * 20
    stages[2]["tasks"] = [
        {"task": f"task-{number}", "claim": f"{number:016}", "application": "日本語\x1b[2Jアプリ🚀", "action": "run", "attempt": 0,
         "step": "terraform-apply of a module", "ageSeconds": 9999, "leaseLeftSeconds": 9, "reporting": False, "cancelled": False}
        for number in range(40)
    ]
    return {
        "version": "9.8.7", "phase": "running", "uptimeSeconds": 7500, "stages": stages, "journal": {"open": 1, "history": 5, "quarantined": 0},
        "credentials": {"pastExpiration": False, "lastFailure": "no credentials: " + "漢字 " * 90}, "tools": {"containment": "cgroup", "landlock": True},
    }


class Daemon(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Answers every request with `body`."""

    daemon_threads = True
    body = json.dumps(document())

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = self.server.body.encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    def get_request(self):
        return super().get_request()[0], ("", 0)

    def __init__(self, path):
        super().__init__(path, self.Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Terminal:
    """A program on a pseudo terminal of its own."""

    def __init__(self, command, columns, rows, environment):
        self.master, terminal = os.openpty()
        self.size(columns, rows)
        self.text, self.before = "", termios.tcgetattr(self.master)
        self.pid = os.fork()
        if self.pid == 0:
            os.login_tty(terminal)
            os.execve(command[0], command, {"PATH": "/usr/bin:/bin", "TERM": "xterm-256color"} | environment)
        os.close(terminal)

    def size(self, columns, rows):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read_until(self, condition, what):
        """What it writes until `condition(text)` holds of that."""
        deadline, start = time.monotonic() + SECONDS, len(self.text)
        while not condition(self.text[start:]):
            left = deadline - time.monotonic()
            assert left > 0, f"{what} never came: {self.text[start:]!r}"
            if not select.select([self.master], [], [], left)[0]:
                continue
            try:
                read = os.read(self.master, 65536)
            except OSError:  # the other end is closed
                read = b""
            assert read, f"it ended before {what}: {self.text[start:]!r}"
            self.text += read.decode()
        return self.text[start:]

    def ended(self, flags=0):
        """How it ended or stopped, once everything that it wrote is read."""
        deadline = time.monotonic() + SECONDS
        while True:
            while select.select([self.master], [], [], 0.02)[0]:
                try:
                    read = os.read(self.master, 65536)
                except OSError:
                    break
                if not read:
                    break
                self.text += read.decode()
            pid, status = os.waitpid(self.pid, os.WNOHANG | flags)
            if pid:
                return status
            assert time.monotonic() < deadline, f"it does not end: {self.text!r}"

    def is_as_before(self):
        assert termios.tcgetattr(self.master)[3] == self.before[3], "echo and line editing are not as they were"


def frame(text, columns, rows):
    """The rows of the last whole frame in `text`; each has to fit. Widths by Python's own tables."""
    found = {}
    for row, line in re.findall(r"\x1b\[(\d+);1H\x1b\[2K([^\x1b]*(?:\x1b\[[0-9;]*m[^\x1b]*)*)", text):
        line = ESCAPE.sub("", line)
        width = sum(
            0 if unicodedata.category(c) in ("Mn", "Me", "Cf") else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line
        )
        assert width <= columns, f"{width} columns in {columns}: {line!r}"
        assert int(row) <= rows, f"row {row} of {rows}"
        if int(row) == 1:
            found = {}
        found[int(row)] = line
    assert "\n" not in text, "a line feed scrolls the screen"
    return [found[row] for row in sorted(found)]


class Cases:
    def __init__(self, program, folder):
        self.path = os.path.join(folder, "health.sock")
        self.daemon, self.program = Daemon(self.path), program

    def start(self, columns=60, rows=8, interval="3600", **environment):
        command = [self.program, "status", "--watch", "--interval", interval, "--health-socket", self.path]
        return Terminal(command, columns, rows, environment)

    def first(self, terminal, rows):
        return terminal.read_until(lambda text: f"\x1b[{rows};1H" in text and "more" in text.rpartition(f"[{rows};1H")[2], "the first frame")

    def fits(self):
        """Every size keeps the headline, the stages and the problems; a resize shows at once; Ctrl-C gives everything back."""
        terminal = self.start(120, 30)
        text = self.first(terminal, 30)
        assert ENTER in text and not (termios.tcgetattr(terminal.master)[3] & termios.ECHO)
        for columns, rows in ((120, 30), (60, 8), (35, 8), (20, 4), (80, 24)):
            if (columns, rows) != (120, 30):
                terminal.size(columns, rows)
                # The next look is an hour away.
                text = self.first(terminal, rows)
            lines = frame(text, columns, rows)
            assert len(lines) == rows, lines
            assert lines[0].startswith("builderd 9.8.7"), lines
            assert lines[-1].startswith("… "), lines
            if rows >= 8:
                for wanted in ("! credentials: no", "preProvision", "bakery", "validation"):
                    assert any(line.startswith(wanted) for line in lines), (wanted, lines)
        os.write(terminal.master, b"\x03")
        status = terminal.ended()
        assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGINT, status
        assert terminal.text.endswith(LEAVE), terminal.text[-80:]
        terminal.is_as_before()

    def terminate(self):
        """SIGTERM gives the terminal back too."""
        terminal = self.start()
        self.first(terminal, 8)
        os.kill(terminal.pid, signal.SIGTERM)
        status = terminal.ended()
        assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGTERM, status
        assert terminal.text.endswith(LEAVE), terminal.text[-80:]
        terminal.is_as_before()

    def stop(self):
        """Ctrl-Z gives the terminal back while it is stopped, and afterwards the view is there again."""
        terminal = self.start()
        self.first(terminal, 8)
        os.write(terminal.master, b"\x1a")
        status = terminal.ended(os.WUNTRACED)
        assert os.WIFSTOPPED(status), status
        assert terminal.text.endswith(LEAVE), terminal.text[-80:]
        terminal.is_as_before()
        os.kill(terminal.pid, signal.SIGCONT)
        assert ENTER in self.first(terminal, 8)
        os.write(terminal.master, b"\x03")
        terminal.ended()

    def error(self):
        """An answer that is none ends it, and what is wrong stands on the terminal that was given back."""
        terminal = self.start(interval="0.2")
        self.first(terminal, 8)
        self.daemon.body = "nonsense"
        status = terminal.ended()
        assert os.WEXITSTATUS(status) == 1, status
        assert LEAVE in terminal.text and "not what this builderctl expects" in terminal.text.rpartition(LEAVE)[2], terminal.text[-300:]
        terminal.is_as_before()

    def absent(self):
        """A daemon that is not there is an error at once, and the terminal is not touched."""
        self.path += ".none"
        terminal = self.start()
        status = terminal.ended()
        assert os.WEXITSTATUS(status) == 69 and "\x1b" not in terminal.text, (status, terminal.text)

    def colourless(self):
        """NO_COLOR is about colours: the view is in one place all the same."""
        terminal = self.start(NO_COLOR="1")
        text = self.first(terminal, 8)
        assert ENTER in text and not re.search(r"\x1b\[[0-9;]*m", text), text
        os.write(terminal.master, b"\x03")
        terminal.ended()

    def dumb(self):
        """On a dumb terminal, or one that has no name, one look follows the other, without any escape sequence."""
        for name in ("dumb", ""):
            terminal = self.start(interval="0.2", TERM=name)
            text = terminal.read_until(lambda text: text.count("builderd 9.8.7") > 1, "a second look")
            assert "\x1b" not in text, text
            os.write(terminal.master, b"\x03")
            terminal.ended()


def main():
    program, case = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        try:
            getattr(Cases(program, folder), case)()
        except AssertionError as error:
            sys.exit(f"{case}: {error}")


if __name__ == "__main__":
    main()
