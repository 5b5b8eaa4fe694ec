"""A page on loopback that stands in for the application that a real Terraform module would put behind a load balancer."""
import http.server
import threading


class Page(http.server.BaseHTTPRequestHandler):
    server_version, sys_version = "hello", ""
    pages = {"/": ("text/html", b"<h1>hello from the stand-in</h1>\n"), "/healthz": ("application/json", b'{"status":"ok"}\n')}

    def do_GET(self):
        kind, body = self.pages.get(self.path.split("?")[0], ("text/plain", b""))
        self.send_response(200 if body else 404)
        for name, value in (
            ("Content-Type", kind), ("Content-Length", str(len(body))), ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"), ("Content-Security-Policy", "default-src 'none'"), ("Referrer-Policy", "no-referrer"),
            ("Strict-Transport-Security", "max-age=31536000"), ("Cache-Control", "no-store"),
        ):
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


class StandInApplication:
    """Serves from `__enter__` to `__exit__`; `url` has no slash at its end."""

    def __enter__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
