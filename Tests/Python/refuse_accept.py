#!/usr/bin/env python3
"""refuse_accept.py COMMAND...: runs a command whose every accept4 fails with EPERM, in this very process.

A server in it binds and listens as ever, and meets an error that no server expects with the first client that comes.
"""
import ctypes
import errno
import os
import platform
import struct
import sys

PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2
LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, FAIL = 0x7FFF0000, 0x00050000
ACCEPT4 = {"x86_64": 288, "aarch64": 242}


def main():
    program = b"".join(
        struct.pack("HBBI", *instruction)
        for instruction in [
            (LOAD_WORD, 0, 0, 0),  # the system call's number
            (JUMP_IF_EQUAL, 0, 1, ACCEPT4[platform.machine()]),
            (RETURN, 0, 0, FAIL | errno.EPERM),
            (RETURN, 0, 0, ALLOW),
        ]
    )
    buffer = ctypes.create_string_buffer(program, len(program))
    head = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(buffer)))
    libc = ctypes.CDLL(None, use_errno=True)
    for arguments in [(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(head), 0, 0)]:
        if libc.prctl(*arguments):
            sys.exit(f"prctl {arguments[0]}: {os.strerror(ctypes.get_errno())}")
    os.execv(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    main()
