"""Secrets of the data directory: files of 32-byte secrets, mode 0600, made at the first start and never changed by us.

Each line is one secret as 64 hexadecimal digits.
"""

import contextlib
import os
import secrets
from pathlib import Path

from largesse.kit.embedded.datadir import sync_folder

SECRET_BYTES = 32


def keep(path: Path) -> list[bytes]:
    """The secrets in a file, which is made with one where it is missing; none where it is not as we wrote it.

    Many processes may call this at once: the file is made whole or not at all, by one of those who come.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        _make(path)
    try:
        lines = [bytes.fromhex(line) for line in path.read_text("ascii").split()]
    except ValueError:
        return []
    return lines if all(len(line) == SECRET_BYTES for line in lines) else []


def _make(path: Path) -> None:
    new = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(SECRET_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(new, path)
    finally:
        new.unlink(missing_ok=True)
    sync_folder(path.parent)
