#!/usr/bin/env python3
"""A real message bus with a service manager on it that answers by a script.

    fake_service_manager.py FOLDER SCRIPT

starts dbus-daemon with its socket at FOLDER/bus, takes the name org.freedesktop.systemd1 there, prints `ready`, and answers the
questions that builderd asks about itself, until standard input ends. SCRIPT is JSON:

    jobs     [{"id": 7, "type": "restart"}, …]: the unit's job each time it is asked for; the last one stays. Without `type` the
             job is gone by the time its type is asked for. Id 0 is no job. (none)
    state    the manager's SystemState (running)
    stops    a member; once it has been asked the state is `stopping`
    silent   a member that is never answered
    errors   {member: name of the D-Bus error that it is answered with}
    delay    seconds before each answer (0)

GetUnitByPID knows the parent process only.
"""
import json
import os
import signal
import subprocess
import sys
import threading
import time

from jeepney import HeaderFields, MessageType, new_error, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

from emulators import die_with_parent

UNIT = "/org/freedesktop/systemd1/unit/builderd_2eservice"
JOB = "/org/freedesktop/systemd1/job/"
CONFIGURATION = """<busconfig><type>custom</type><listen>unix:path={folder}/bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/><allow user="*"/></policy></busconfig>"""


class Answers:
    """What each question is answered with: a D-Bus signature and body."""

    def __init__(self, script):
        self.jobs = script.get("jobs", [{"id": 0}])
        self.state = script.get("state", "running")
        self.stops = script.get("stops")
        self.types = {JOB + str(job["id"]): job["type"] for job in self.jobs if "type" in job}

    def of(self, path, member, body):
        """The answer to `member`, where a property's name is the member; LookupError with a D-Bus error's name where it has none."""
        if member == self.stops:
            self.state = "stopping"
        if member == "GetUnitByPID":
            if body != (os.getppid(),):
                raise LookupError("org.freedesktop.systemd1.NoUnitForPID")
            return "o", (UNIT,)
        if member == "Job" and path == UNIT:
            job = self.jobs.pop(0) if len(self.jobs) > 1 else self.jobs[0]
            return "v", (("(uo)", (job["id"], JOB + str(job["id"]) if job["id"] else "/")),)
        if member == "JobType" and path in self.types:
            return "v", (("s", self.types[path]),)
        if member == "SystemState" and path == "/org/freedesktop/systemd1":
            return "v", (("s", self.state),)
        raise LookupError("org.freedesktop.DBus.Error.UnknownObject")


def serve(connection, script):
    answers = Answers(script)
    while True:
        try:
            message = connection.receive()
        except OSError:
            return  # the bus has been stopped
        if message.header.message_type is not MessageType.method_call:
            continue
        fields = message.header.fields
        member = fields[HeaderFields.member]
        if member == "Get":
            member = message.body[1]
        if member == script.get("silent"):
            continue
        time.sleep(script.get("delay", 0))
        try:
            if member in script.get("errors", {}):
                raise LookupError(script["errors"][member])
            signature, body = answers.of(fields[HeaderFields.path], member, message.body)
            connection.send(new_method_return(message, signature, body))
        except LookupError as error:
            connection.send(new_error(message, error.args[0], "s", ("as the script says",)))


def main():
    folder, script = sys.argv[1], json.loads(sys.argv[2])
    with open(os.path.join(folder, "bus.conf"), "w") as file:
        file.write(CONFIGURATION.format(folder=folder))
    own = os.getpid()
    log = os.path.join(folder, "bus.log")
    with open(log, "w") as errors:
        bus = subprocess.Popen(
            ["dbus-daemon", "--nofork", "--config-file", os.path.join(folder, "bus.conf"), "--print-address"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, preexec_fn=lambda: die_with_parent(signal.SIGKILL, own),
        )
    if not bus.stdout.readline():
        with open(log) as errors:
            sys.exit("dbus-daemon did not start: " + errors.read())
    connection = open_dbus_connection(bus=f"unix:path={folder}/bus")
    connection.send_and_get_reply(message_bus.RequestName("org.freedesktop.systemd1"))
    threading.Thread(target=serve, args=(connection, script), daemon=True).start()
    print("ready", end="", flush=True)
    sys.stdin.read()
    bus.kill()
    bus.wait()


if __name__ == "__main__":
    main()
