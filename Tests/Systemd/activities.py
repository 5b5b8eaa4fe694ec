"""A Step Functions for containers: it hands out tasks and records what becomes of each token. And the little of SSM that Provision reads.

It checks no signature and enforces no deadline; Tests/TestSupport has a server for that.
"""
import itertools
import json
import threading
import time

import given_server


class Task:
    """One token, and everything that was said of it."""

    def __init__(self, token, activity, text):
        self.token, self.activity, self.text = token, activity, text
        self.deliveries, self.heartbeats, self.endings = 0, [], []

    @property
    def ending(self):
        """(`success` or the failure's name, output or cause) of the first answer; None while there is none."""
        return self.endings[0] if self.endings else None


class Activities:
    """The server, from `__enter__` to `__exit__`, on a listening socket that it is given.

    `hold` is how long a poll is held, in seconds: shorter than the service's 60, as no poll is ever aborted.
    """

    def __init__(self, listener, hold=1):
        self.hold = hold
        self.tasks, self.parameters = [], {}
        self.changed = threading.Condition()
        self.numbers = itertools.count(1)
        activities = self

        class Handler(given_server.Handler):
            def do_POST(self):
                status, answer = activities.answer(self.headers.get("X-Amz-Target", ""), json.loads(self.body()))
                self.answer(status, json.dumps(answer).encode(), "application/x-amz-json-1.0")

        self.server = given_server.GivenServer(listener, Handler)
        self.url = self.server.url

    def __enter__(self):
        self.server.begin()
        return self

    def __exit__(self, *_):
        self.server.end()

    def schedule(self, activity, document):
        """Offers a task to whoever polls `activity`."""
        with self.changed:
            task = Task(f"token-{next(self.numbers)}-" + "x" * 64, activity, json.dumps(document))
            self.tasks.append(task)
            self.changed.notify_all()
        return task

    def wait(self, what, condition, seconds=60):
        """Until `condition()` holds; asked anew whenever a call has come in. Raises TimeoutError that says what was waited for."""
        with self.changed:
            if not self.changed.wait_for(condition, seconds):
                told = [(task.token[:8], task.deliveries, len(task.heartbeats), task.endings) for task in self.tasks]
                raise TimeoutError(f"waited {seconds} s for {what}; tasks: {told}")

    def wait_for_end(self, task, seconds=60):
        """The task's first ending."""
        self.wait("the task to end", lambda: task.ending, seconds)
        return task.ending

    def answer(self, target, request):
        operation = target.partition(".")[2]
        if operation == "GetActivityTask":
            return 200, self.poll(request["activityArn"])
        if operation == "GetParameter":
            name, _, version = request["Name"].partition(":")
            if name not in self.parameters:
                return 400, {"__type": "ParameterNotFound"}
            value = self.parameters[name]
            return 200, {"Parameter": {"Name": name, "Value": value, "Version": int(version or 1), "Type": "SecureString"}}
        with self.changed:
            task = next((task for task in self.tasks if task.token == request.get("taskToken")), None)
            if task is None:
                return 400, {"__type": "InvalidToken", "message": operation}
            if task.ending:
                return 400, {"__type": "TaskTimedOut", "message": "the task has ended"}
            if operation == "SendTaskHeartbeat":
                task.heartbeats.append(time.monotonic())
            elif operation == "SendTaskSuccess":
                task.endings.append(("success", request["output"]))
            elif operation == "SendTaskFailure":
                task.endings.append((request.get("error"), request.get("cause")))
            else:
                return 400, {"__type": "UnknownOperationException"}
            self.changed.notify_all()
        return 200, {}

    def poll(self, activity):
        def waiting():
            return next((task for task in self.tasks if task.activity == activity and not task.deliveries), None)

        with self.changed:
            self.changed.wait_for(waiting, self.hold)
            task = waiting()
            if task is None:
                return {"taskToken": None, "input": None}
            task.deliveries += 1
            self.changed.notify_all()
            return {"taskToken": task.token, "input": task.text}
