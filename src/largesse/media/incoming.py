"""A file that grows as its bytes come: its length is the offset of its upload, whatever was killed meanwhile.

A file is `UPLOAD` in hexadecimal, in one folder. While bytes come that a checksum covers, `UPLOAD.checked` says where
they begin: if their end never comes, nothing behind it is kept. One request writes to a file at a time, which a lock
of the kernel tells every process of the machine. Methods wait for the disk and raise OSError.
"""

import fcntl
import hashlib
import os
from pathlib import Path
from typing import Any
from uuid import UUID

from largesse.media.errors import UploadBusy
from largesse.media.film import HEAD_BYTES

ALGORITHMS = ("sha1", "sha256", "md5")


class Incoming:
    """An upload's file, open for one request. Raises `UploadBusy` where another one has it."""

    def __init__(self, folder: Path, upload: UUID, algorithm: str | None = None) -> None:
        self.path = folder / upload.hex
        self._checked = folder / f"{upload.hex}.checked"
        self._file = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise UploadBusy from None
        if self._checked.exists():
            self._forget()
        self.offset = os.lseek(self._file, 0, os.SEEK_END)
        self.hash: Any = None
        if algorithm is not None:
            self.hash = hashlib.new(algorithm, usedforsecurity=False)
            self._checked.write_text(str(self.offset), "ascii")

    def write(self, body: bytes) -> None:
        """Append bytes."""
        if self.hash is not None:
            self.hash.update(body)
        rest = memoryview(body)
        while rest:
            wrote = os.write(self._file, rest)
            self.offset += wrote
            rest = rest[wrote:]

    def agree(self) -> None:
        """The checksum is that of the bytes."""
        self._checked.unlink(missing_ok=True)

    def head(self) -> bytes:
        """The first bytes."""
        return os.pread(self._file, HEAD_BYTES, 0)

    def sync(self) -> None:
        """Have the disk keep it."""
        os.fsync(self._file)

    def close(self) -> None:
        """Let another request have it; bytes whose checksum was not agreed to are gone."""
        if self._checked.exists():
            self._forget()
        os.close(self._file)

    def _forget(self) -> None:
        said = self._checked.read_text("ascii")
        if said.isdigit():
            os.ftruncate(self._file, min(int(said), os.fstat(self._file).st_size))
        self._checked.unlink()


def make(folder: Path, upload: UUID) -> None:
    """Make an empty file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / upload.hex).touch(exist_ok=False)


def offset_of(folder: Path, upload: UUID) -> int | None:
    """How many bytes have come and are kept; None where there is no file."""
    try:
        size = (folder / upload.hex).stat().st_size
        said = (folder / f"{upload.hex}.checked").read_text("ascii")
    except FileNotFoundError:
        return size if (folder / upload.hex).exists() else None
    return min(size, int(said)) if said.isdigit() else size


def discard(folder: Path, upload: UUID) -> None:
    """Delete a file."""
    (folder / upload.hex).unlink(missing_ok=True)
    (folder / f"{upload.hex}.checked").unlink(missing_ok=True)
