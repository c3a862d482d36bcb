"""Become another program that ends when its starter does: run as a script, never imported.

`python launch.py PARENT SIGNAL UID GID PROGRAM ARGUMENT…`: drops to the account (an empty UID: stays), asks the kernel
for SIGNAL at the parent's death (Linux), and executes PROGRAM, which keeps the pid. `@PROGRAM` is one file that needs
no neighbours: it is opened before the drop, so that the account need not reach its folder.

The order matters: a change of credentials clears the parent-death signal (man PR_SET_PDEATHSIG).
"""

import contextlib
import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
PARENT_IS_GONE = 125


def main(parent: str, end: str, uid: str, gid: str, program: str, *arguments: str) -> None:
    """Never returns: the process is the program, or has ended."""
    path = program.removeprefix("@")
    name = os.path.basename(path)  # noqa: PTH119 - pathlib would double the start-up time
    target: str | int = os.open(path, os.O_RDONLY) if path != program and sys.platform == "linux" else path
    if uid:
        with contextlib.suppress(PermissionError):  # a user namespace may deny it; then there is nothing to clear
            os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    os.umask(0o077)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.Signals(int(end)), 0, 0, 0)
        if os.getppid() != int(parent):
            sys.exit(PARENT_IS_GONE)
    os.execve(target, [name if target != path else path, *arguments], os.environ)  # noqa: S606 - no shell


main(*sys.argv[1:])
