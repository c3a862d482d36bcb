"""Loopback ports that stay bindable: below 32768, because outgoing connections take the others."""

import errno
import secrets
import socket
from collections.abc import Collection

from largesse.kit.embedded.errors import CannotServe

LOOPBACK = "127.0.0.1"
LOWEST = 20_000
HIGHEST = 32_767
_TRIES = 200


def is_free(port: int) -> bool:
    """Whether a server could listen on it now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as both servers do
        try:
            probe.bind((LOOPBACK, port))
            probe.listen(1)
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def choose(remembered: int | None, taken: Collection[int] = ()) -> int:
    """The remembered port where it is free, else a free one picked at random (so that two starts seldom meet).

    `taken` are ports of ours that nobody listens on yet.
    """
    if remembered is not None and LOWEST <= remembered <= HIGHEST and is_free(remembered):
        return remembered
    for _ in range(_TRIES):
        port = LOWEST + secrets.randbelow(HIGHEST - LOWEST + 1)
        if port not in taken and is_free(port):
            return port
    raise CannotServe(f"no free port on {LOOPBACK} between {LOWEST} and {HIGHEST}")
