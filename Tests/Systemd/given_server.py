"""An HTTP server on a listening socket that it is given, as sockets that a container can reach are made elsewhere."""
import http.server
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    """What the handlers of such servers have in common."""

    protocol_version = "HTTP/1.1"

    def body(self):
        return self.rfile.read(int(self.headers["Content-Length"]))

    def answer(self, status, body, kind="text/plain"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class GivenServer(http.server.ThreadingHTTPServer):
    """Serves from `begin` to `end`."""

    daemon_threads = True

    def __init__(self, listener, handler):
        super().__init__(listener.getsockname(), handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.url = "http://127.0.0.1:%d" % listener.getsockname()[1]

    def begin(self):
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    def end(self):
        self.shutdown()
        self.thread.join()
        self.server_close()

    def handle_error(self, *_):
        # Clients that went away while they were answered: some tests kill them.
        pass
