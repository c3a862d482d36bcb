"""Where big files lie: a port with a folder behind it. A name is one that we made, never one that somebody typed."""

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import unquote, urlsplit

from largesse.kit.config import BadSettings, Settings

READ_BYTES = 256 << 10
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,120}(?:/[a-z0-9][a-z0-9._-]{0,120}){0,4}")


class Stored(NamedTuple):
    """A file: its length, and what changes whenever it does."""

    length: int
    mark: str


class Storage(Protocol):
    """Files by name, such as `videos/0190…/360p.mp4`. What takes a name asserts that it is one."""

    async def put(self, name: str, source: Path) -> None:
        """Take a local file over, in place of what has the name; it is there whole or not at all. Raises OSError."""
        ...

    async def find(self, name: str) -> Stored | None:
        """A file; None where there is none."""
        ...

    def read(self, name: str, start: int, length: int) -> AsyncIterator[bytes]:
        """Bytes of a file in pieces; fewer where it ends before. Raises OSError."""
        ...

    async def remove(self, name: str) -> None:
        """Delete a file, if it is there. Raises OSError."""
        ...

    async def remove_all(self, folder: str) -> None:
        """Delete all files whose names begin with this and a slash. Raises OSError."""
        ...

    async def free_bytes(self) -> int | None:
        """How much room is left; None where there is no end of it."""
        ...


class FolderStorage:
    """Files in a folder of this machine, or of one that several share."""

    def __init__(self, root: Path) -> None:
        self.root = root

    async def put(self, name: str, source: Path) -> None:
        """Take a local file over."""
        await asyncio.to_thread(self._put, self._path(name), source)

    async def find(self, name: str) -> Stored | None:
        """A file; None where there is none."""
        return await asyncio.to_thread(_stat, self._path(name))

    async def read(self, name: str, start: int, length: int) -> AsyncIterator[bytes]:
        """Bytes of a file in pieces."""
        file = await asyncio.to_thread(self._path(name).open, "rb")
        try:
            await asyncio.to_thread(file.seek, start)
            while length > 0 and (piece := await asyncio.to_thread(file.read, min(length, READ_BYTES))):
                length -= len(piece)
                yield piece
        finally:
            file.close()

    async def remove(self, name: str) -> None:
        """Delete a file, if it is there."""
        await asyncio.to_thread(self._path(name).unlink, missing_ok=True)

    async def remove_all(self, folder: str) -> None:
        """Delete a folder."""
        path = self._path(folder)
        if await asyncio.to_thread(path.is_dir):
            await asyncio.to_thread(shutil.rmtree, path)

    async def free_bytes(self) -> int | None:
        """How much room is left."""
        return await asyncio.to_thread(free_bytes, self.root)

    def _path(self, name: str) -> Path:
        assert is_name(name), name
        return self.root / name

    @staticmethod
    def _put(path: Path, source: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f".{path.name}.new")
        try:
            source.replace(new)
        except OSError:  # of another file system
            shutil.copyfile(source, new)
            source.unlink()
        with new.open("rb") as file:
            os.fsync(file.fileno())
        new.replace(path)


def storage_of(settings: Settings) -> Storage:
    """The storage that `LARGESSE_STORAGE_URL` names: `file:` a folder of the data directory, or `file:///srv/x`.

    Raises `BadSettings`.
    """
    url = urlsplit(settings.storage_url)
    if url.scheme != "file" or url.netloc or url.query or url.fragment:
        wrong = f"neither file: nor file:///folder: {settings.storage_url}"
        raise BadSettings(f"largesse: LARGESSE_STORAGE_URL is {wrong}")
    return FolderStorage(Path(unquote(url.path)) if url.path else settings.data_path / "storage")


def is_name(name: str) -> bool:
    """Whether it is a name that a storage takes: no part is empty, begins with a dot, or leads elsewhere."""
    return _NAME.fullmatch(name) is not None


def free_bytes(folder: Path) -> int:
    """How much room is left where a folder lies, or will lie."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def _stat(path: Path) -> Stored | None:
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return Stored(found.st_size, f"{found.st_size:x}-{found.st_mtime_ns:x}")
