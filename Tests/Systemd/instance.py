"""The EC2 instance that a container stands for: its metadata, and an Auto Scaling that holds its end at a lifecycle hook.

It checks no signature; Tests/IntegrationTests has a server for that.
"""
import urllib.parse

import given_server

ANSWER = "<{0}Response><{0}Result/></{0}Response>"
NOTHING_HELD = "<ErrorResponse><Error><Code>ValidationError</Code><Message>No active Lifecycle Action found</Message></Error></ErrorResponse>"


class Instance:
    """The server, from `__enter__` to `__exit__`, on a listening socket that it is given.

    `target` is the state that Auto Scaling brings the instance to; `heartbeats` counts those that it took, and `completed` has what
    `witness` answered at each completion that it took.
    """

    def __init__(self, listener, witness):
        self.witness = witness
        self.target, self.heartbeats, self.completed = "InService", 0, []
        instance = self

        class Handler(given_server.Handler):
            def do_PUT(self):
                self.answer(200, b"token")

            def do_GET(self):
                documents = {
                    "/latest/meta-data/instance-id": "i-0123456789abcdef0",
                    "/latest/meta-data/autoscaling/target-lifecycle-state": instance.target,
                }
                self.answer(200 if self.path in documents else 404, documents.get(self.path, "").encode())

            def do_POST(self):
                status, text = instance.act(dict(urllib.parse.parse_qsl(self.body().decode())))
                self.answer(status, text.encode())

        self.server = given_server.GivenServer(listener, Handler)
        self.url = self.server.url

    def __enter__(self):
        self.server.begin()
        return self

    def __exit__(self, *_):
        self.server.end()

    def act(self, form):
        """Auto Scaling's answer, status and text: it holds the instance from when it is to end until that is completed."""
        if self.target != "Terminated" or self.completed:
            return 400, NOTHING_HELD
        if form["Action"] == "CompleteLifecycleAction":
            self.completed.append(self.witness())
        else:
            self.heartbeats += 1
        return 200, ANSWER.format(form["Action"])
