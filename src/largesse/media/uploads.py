"""The verbs of uploads: begin, go on, end. Bytes go to disk as they come; the file itself is the offset."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

import structlog

from largesse.kit import ids
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.http import NotFound
from largesse.kit.principal import Principal
from largesse.kit.storage import free_bytes
from largesse.media import incoming, store_films
from largesse.media.errors import (
    FileTooLarge,
    NotAVideo,
    NotAwaited,
    StorageFull,
    UploadGone,
    UploadLimit,
    WrongChecksum,
    WrongOffset,
)
from largesse.media.film import HEAD_BYTES, Unfit, Upload, UploadLimits, container
from largesse.media.incoming import Incoming

log = structlog.get_logger(__name__)
WRITE_BYTES = 1 << 20  # gathered before they are written: of one upload no more lies in memory
SILENT_S_MAX = 30.0
_LOOK_BYTES = 64 << 20  # so often it is looked at how much room the disk has
_LATER = datetime(9999, 1, 1, tzinfo=UTC)  # the database says when it expires


class Checksum(NamedTuple):
    """What the bytes of a request must add up to."""

    algorithm: str
    digest: bytes


class UploadsService:
    """Files that are on their way. Build it once, in `main`."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self._db = db
        self.limits = UploadLimits.of(settings)
        self.folder = settings.data_path / "media" / "uploads"

    async def begin(self, who: Principal, video: UUID, length: int, name: str, kind: str) -> Upload:
        """Begin to upload a video's film, in place of an upload that was begun before.

        Raises `NotFound` (of videos of others too), `NotAwaited`, `FileTooLarge`, `UploadLimit`, `StorageFull`.
        """
        if length > self.limits.bytes_max:
            raise FileTooLarge(bytes_max=self.limits.bytes_max)
        if await asyncio.to_thread(free_bytes, self.folder) - length < self.limits.free_bytes_min:
            raise StorageFull
        async with self._db.write() as tx:
            await store_films.lock_uploads(tx, who.account)
            film = await store_films.lock_film(tx, video)
            if film is None or film.creator != who.account or film.state == "removed":
                raise NotFound
            if film.recording is not None or film.state not in {"uploading", "failed"}:
                raise NotAwaited
            on_way, day_bytes = await store_films.sum_uploads(tx, who.account)
            before = await store_films.list_uploads(tx, [film.stage])
            if on_way - len(before) >= self.limits.open_max:
                raise UploadLimit("open", self.limits.open_max)
            if day_bytes + length > self.limits.day_bytes_max:
                raise UploadLimit("day", self.limits.day_bytes_max)
            row = Upload(
                id=ids.new(), film=film.stage, creator=who.account, length=length, name=name, kind=kind,
                expires_at=_LATER, ended_at=None, completed=False,
            )  # fmt: skip
            begun = await store_films.begin_upload(tx, row, self.limits.hours)
        try:
            await asyncio.to_thread(incoming.make, self.folder, begun.id)
        except OSError as error:
            log.warning("upload.no_room", error=str(error))
            raise StorageFull from error
        log.info("upload.begun", stage=begun.film, length=length)
        return begun

    async def find(self, who: Principal, upload: UUID) -> tuple[Upload, int]:
        """An upload of one's own and how many of its bytes have come. Raises `NotFound`, `UploadGone`."""
        found = await self._own(who, upload)
        if found.completed:
            return found, found.length
        offset = await asyncio.to_thread(incoming.offset_of, self.folder, upload)
        if offset is None:
            raise UploadGone
        if offset == found.length:  # its last byte came, and then this process or its database was gone
            await self._complete(found)
        return found, offset

    async def write(
        self, who: Principal, upload: UUID, offset: int, pieces: AsyncIterator[bytes], checksum: Checksum | None
    ) -> tuple[int, datetime]:
        """Take bytes from `offset` on until they end; the offset then, and when the upload expires.

        What came before a connection was lost is kept, unless a checksum covers it. Raises `NotFound`, `UploadGone`,
        `UploadBusy`, `WrongOffset`, `FileTooLarge`, `StorageFull`, `NotAVideo`, `WrongChecksum`.
        """
        found = await self._own(who, upload)
        if found.completed:
            raise WrongOffset(found.length)
        try:
            file = await asyncio.to_thread(Incoming, self.folder, upload, checksum and checksum.algorithm)
        except FileNotFoundError:
            raise UploadGone from None
        try:
            if offset != file.offset:
                raise WrongOffset(file.offset)
            await self._take(found, file, pieces)
            if checksum is not None:
                if file.hash.digest() != checksum.digest:
                    raise WrongChecksum
                await asyncio.to_thread(file.agree)
            if file.offset == found.length:
                await asyncio.to_thread(file.sync)
        finally:
            await asyncio.shield(asyncio.to_thread(file.close))
        if file.offset == found.length:
            await self._complete(found)
            return file.offset, found.expires_at
        async with self._db.write() as tx:
            expires_at = await store_films.prolong(tx, upload, self.limits.hours)
        if expires_at is None:
            raise UploadGone
        return file.offset, expires_at

    async def offset(self, upload: Upload) -> int:
        """How many bytes of an upload on its way have come."""
        return await asyncio.to_thread(incoming.offset_of, self.folder, upload.id) or 0

    async def end(self, who: Principal, upload: UUID) -> None:
        """End an upload; its video awaits another one. Raises `NotFound`, `UploadGone`."""
        found = await self._own(who, upload)
        async with self._db.write() as tx:
            if not await store_films.end_upload(tx, found.id):
                raise UploadGone
        await asyncio.to_thread(incoming.discard, self.folder, upload)

    async def _own(self, who: Principal, upload: UUID) -> Upload:
        async with self._db.read() as tx:
            found = await store_films.find_upload(tx, upload)
        if found is None or found.creator != who.account:
            raise NotFound
        if found.gone:
            raise UploadGone
        return found

    async def _complete(self, upload: Upload) -> None:
        async with self._db.write() as tx:
            first = await store_films.complete_upload(tx, upload.id)
        if first:
            log.info("upload.complete", stage=upload.film, length=upload.length)

    async def _take(self, upload: Upload, file: Incoming, pieces: AsyncIterator[bytes]) -> None:
        """Write what comes, in portions."""
        portion = bytearray()
        looked_at, unknown = -_LOOK_BYTES, file.offset < HEAD_BYTES
        try:
            async for piece in _within(pieces, SILENT_S_MAX):
                portion += piece
                if file.offset + len(portion) > upload.length:
                    portion.clear()
                    raise FileTooLarge(bytes_max=upload.length)
                if len(portion) < WRITE_BYTES:
                    continue
                if file.offset - looked_at >= _LOOK_BYTES:
                    looked_at = file.offset
                    if await asyncio.to_thread(free_bytes, self.folder) < self.limits.free_bytes_min:
                        raise StorageFull
                await self._append(file, portion)
                if unknown:
                    await self._look_at(upload, file)
                    unknown = False
        finally:
            if portion:
                await asyncio.shield(self._append(file, portion))
        if unknown and file.offset >= min(HEAD_BYTES, upload.length):
            await self._look_at(upload, file)

    @staticmethod
    async def _append(file: Incoming, portion: bytearray) -> None:
        body = bytes(portion)
        portion.clear()
        try:
            await asyncio.to_thread(file.write, body)
        except OSError as error:
            log.warning("upload.no_room", error=str(error))
            raise StorageFull from error

    async def _look_at(self, upload: Upload, file: Incoming) -> None:
        """Refuse at once what no container of a video begins with."""
        try:
            container(await asyncio.to_thread(file.head))
        except Unfit as unfit:
            async with self._db.write() as tx:
                await store_films.end_upload(tx, upload.id)
                await store_films.fail(tx, upload.film, None, unfit.code, unfit.detail)
            await asyncio.to_thread(incoming.discard, self.folder, upload.id)
            raise NotAVideo(unfit.detail) from None


async def _within(pieces: AsyncIterator[bytes], seconds: float) -> AsyncIterator[bytes]:
    """Pieces as they come, until none has come for so long."""
    with suppress(StopAsyncIteration, TimeoutError):
        while True:
            async with asyncio.timeout(seconds):
                piece = await anext(pieces)
            yield piece
