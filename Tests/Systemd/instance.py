"""The EC2 instance that a container stands for: its metadata, and an Auto Scaling that holds its end at a lifecycle hook.

It checks no signature; Tests/IntegrationTests has a server for that.
"""
import http.server
import threading
import urllib.parse

ANSWER = "<{0}Response><{0}Result/></{0}Response>"
NOTHING_HELD = "<ErrorResponse><Error><Code>ValidationError</Code><Message>No active Lifecycle Action found</Message></Error></ErrorResponse>"


class Instance:
    """The server, from `__enter__` to `__exit__`, on a listening socket that it is given.

    `target` is the state that Auto Scaling brings the instance to; `heartbeats` counts those that it took, and `completed` has what
    `witness` answered at each completion that it took.
    """

    def __init__(self, listener, witness):
        self.listener = listener
        self.url = "http://127.0.0.1:%d" % listener.getsockname()[1]
        self.witness = witness
        self.target, self.heartbeats, self.completed = "InService", 0, []

    def __enter__(self):
        instance = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_PUT(self):
                self.answer(200, "token")

            def do_GET(self):
                documents = {
                    "/latest/meta-data/instance-id": "i-0123456789abcdef0",
                    "/latest/meta-data/autoscaling/target-lifecycle-state": instance.target,
                }
                self.answer(200 if self.path in documents else 404, documents.get(self.path, ""))

            def do_POST(self):
                form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
                self.answer(*instance.act(form))

            def answer(self, status, text):
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                # A daemon that went away while it was answered.
                pass

        self.server = Server(self.listener.getsockname(), Handler, bind_and_activate=False)
        self.server.socket.close()
        self.server.socket = self.listener
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def act(self, form):
        """Auto Scaling's answer, status and text: it holds the instance from when it is to end until that is completed."""
        if self.target != "Terminated" or self.completed:
            return 400, NOTHING_HELD
        if form["Action"] == "CompleteLifecycleAction":
            self.completed.append(self.witness())
        else:
            self.heartbeats += 1
        return 200, ANSWER.format(form["Action"])
