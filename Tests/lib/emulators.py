#!/usr/bin/env python3
"""Starts LocalStack and moto on free loopback ports and stops them again.

    emulators.py --directory DIR --parent PID

writes DIR/servers.json ({"localstack": URL, "moto": URL}) once both answer, then waits. It ends, and takes the servers along,
on SIGTERM, SIGINT or SIGHUP and when PID dies. The servers die with it even if it is killed with SIGKILL. Everything the
servers write is under DIR; nothing they do leaves this machine.

The class below does the same for a Python caller: `with Emulators(directory) as servers: servers.localstack`.
"""
import argparse
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

PR_SET_PDEATHSIG = 1
ACCOUNT = "000000000000"  # LocalStack's account; moto is told to use the same one


def die_with_parent(with_signal, parent):
    """Has the kernel send `with_signal` to this process when its parent ends; ends at once if it has ended already."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, with_signal, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), with_signal)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class EmulatorError(Exception):
    """A server that did not come up, with the end of its log."""


class Server:
    """One server process, leader of its own session, which the kernel kills when this process ends."""

    def __init__(self, name, directory, health, command, environment):
        self.name, self.health = name, health
        self.home = os.path.join(directory, name)
        self.log = os.path.join(directory, name + ".log")
        self.command, self.environment = command, environment
        self.process = None

    def start(self):
        """Starts it on a free port; its URL is valid once `ready()` returned."""
        os.makedirs(self.home, exist_ok=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        # A small environment of its own: no credentials, no proxy of ours; a proxy that nobody serves stops any call outside.
        environment = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LANG": "C.UTF-8", "HOME": self.home, "TMPDIR": self.home,
            "XDG_CACHE_HOME": self.home, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1",
            "HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1,localhost",
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true",
        } | self.environment(self.port, self.home)
        parent = os.getpid()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [part.replace("{port}", str(self.port)) for part in self.command],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, cwd=self.home, start_new_session=True,
                preexec_fn=lambda: die_with_parent(signal.SIGKILL, parent),
            )

    def ready(self, deadline):
        """Whether it answers its health check before `deadline`; false when it ended instead, for example because of its port."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                return False
            try:
                with opener.open(self.url + self.health, timeout=5) as answer:
                    if answer.status == 200 and self.process.poll() is None:
                        return True
            except (urllib.error.URLError, OSError):
                pass
            time.sleep(0.1)
        raise EmulatorError(f"{self.name} did not answer in time; the end of {self.log}:\n{self.tail()}")

    def tail(self):
        try:
            with open(self.log, errors="replace") as log:
                return "".join(log.readlines()[-25:])
        except OSError:
            return "(no log)"

    def stop(self):
        """Kills its session. What it holds is in a temporary folder, so there is nothing for it to save."""
        if self.process is None:
            return
        if self.process.poll() is None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()


def localstack_environment(port, home):
    return {
        "GATEWAY_LISTEN": f"127.0.0.1:{port}", "LOCALSTACK_HOST": f"127.0.0.1:{port}", "DNS_ADDRESS": "0",
        "OVERRIDE_IN_DOCKER": "0", "EAGER_SERVICE_LOADING": "0", "SKIP_SSL_CERT_DOWNLOAD": "1", "DISABLE_EVENTS": "1",
        # The newer engine of 4.9.2 resolves Fn::GetAtt in resources whose condition is false, and refuses the template.
        "PROVIDER_OVERRIDE_CLOUDFORMATION": "engine-legacy",
        "FILESYSTEM_ROOT": home, "LOCALSTACK_VOLUME_DIR": os.path.join(home, "volume"),
    }


def moto_environment(port, home):
    return {"MOTO_ACCOUNT_ID": ACCOUNT}


class Emulators:
    """LocalStack and moto, from `__enter__` to `__exit__`. `localstack` and `moto` are their URLs."""

    def __init__(self, directory, seconds=120):
        python, here = sys.executable, os.path.dirname(os.path.abspath(__file__))
        os.makedirs(directory, exist_ok=True)
        self.seconds = seconds
        self.servers = [
            Server("localstack", directory, "/_localstack/health", [python, os.path.join(here, "localstack_main.py")], localstack_environment),
            Server(
                "moto", directory, "/moto-api/",
                [python, os.path.join(here, "moto_main.py"), "-H", "127.0.0.1", "-p", "{port}"],
                moto_environment,
            ),
        ]

    def __enter__(self):
        try:
            deadline = time.monotonic() + self.seconds
            for server in self.servers:
                server.start()
            for server in self.servers:
                # A port that was free can be taken before the server binds it: then it ends, and another is tried.
                for _ in range(3):
                    if server.ready(deadline):
                        break
                    server.stop()
                    server.start()
                else:
                    raise EmulatorError(f"{server.name} ended at start-up; the end of {server.log}:\n{server.tail()}")
        except BaseException:
            self.__exit__()
            raise
        self.localstack, self.moto = (server.url for server in self.servers)
        return self

    def __exit__(self, *_):
        for server in self.servers:
            server.stop()

    def ended(self):
        """The first server that is no longer running, or nothing."""
        return next((server for server in self.servers if server.process.poll() is not None), None)


def main():
    arguments = argparse.ArgumentParser(description="Start LocalStack and moto on loopback until this process is told to end.")
    arguments.add_argument("--directory", required=True, help="where servers.json, logs and data go")
    arguments.add_argument("--parent", type=int, default=os.getppid(), help="process whose end ends the servers")
    given = arguments.parse_args()
    stopping = threading.Event()

    def stop(*_):
        stopping.set()
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    try:
        die_with_parent(signal.SIGTERM, given.parent)
        with Emulators(given.directory) as servers:
            path = os.path.join(given.directory, "servers.json")
            with open(path + ".new", "w") as file:
                json.dump({"localstack": servers.localstack, "moto": servers.moto}, file)
            os.replace(path + ".new", path)
            while not stopping.wait(1):
                ended = servers.ended()
                if ended:
                    raise EmulatorError(f"{ended.name} ended; the end of {ended.log}:\n{ended.tail()}")
    except KeyboardInterrupt:
        return 0
    except EmulatorError as error:
        print(f"emulators: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
