"""Brings a server of this machine's loopback into a network of a test's own, at the same port."""
import socket
import threading
import urllib.parse


class Relay:
    """Connections to the port of `url` in `network` are carried to `url`, from `__enter__` to `__exit__`."""

    def __init__(self, network, url):
        parts = urllib.parse.urlsplit(url)
        self.target = (parts.hostname, parts.port)
        self.listener = network.listen(parts.port)

    def __enter__(self):
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        # Wakes the thread that accepts, which a plain close would not.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.carry, args=(near,), daemon=True).start()

    def carry(self, near):
        """One connection, until both sides have ended."""
        with near:
            try:
                far = socket.create_connection(self.target)
            except OSError:
                return
            with far:
                back = threading.Thread(target=self.pump, args=(far, near), daemon=True)
                back.start()
                self.pump(near, far)
                back.join()

    @staticmethod
    def pump(source, sink):
        """Until `source` ends; `sink` is told. A broken connection ends both ways."""
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            for side in (source, sink):
                try:
                    side.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
