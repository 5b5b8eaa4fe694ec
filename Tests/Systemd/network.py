"""A network of a test's own: loopback and nothing else, which containers share with servers of the test's process."""
import ctypes
import fcntl
import os
import socket
import struct
import threading

CLONE_NEWNET = 0x40000000
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


class LoopbackNetwork:
    """A network namespace that lasts until `close`: what listens in it outlives the containers that boot in it.

    `path` is what a container is given; `listen` opens a socket there, whatever thread uses it.
    """

    def __init__(self):
        self.namespace = None
        self.within(self.enter)
        self.path = f"/proc/{os.getpid()}/fd/{self.namespace}"

    def enter(self):
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "unshare")
        self.namespace = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        with socket.socket() as control:
            name = struct.pack("16sh", b"lo", 0)
            flags, = struct.unpack_from("h", fcntl.ioctl(control, SIOCGIFFLAGS, name), 16)
            fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh", b"lo", flags | IFF_UP))

    def listen(self, port=0):
        """A socket that listens on 127.0.0.1 in there."""
        def make():
            if ctypes.CDLL(None, use_errno=True).setns(self.namespace, CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
            return socket.create_server(("127.0.0.1", port), backlog=128)

        return self.within(make)

    @staticmethod
    def within(body):
        """`body()` in a thread of its own, whose namespaces are nobody else's."""
        result = []

        def run():
            try:
                result.append((body(), None))
            except BaseException as error:
                result.append((None, error))

        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        value, error = result[0]
        if error is not None:
            raise error
        return value

    def close(self):
        if self.namespace is not None:
            os.close(self.namespace)
            self.namespace = None
