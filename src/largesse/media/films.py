"""The verbs of films: made of uploads and recordings, read, captioned, deleted."""

import asyncio
import os
import secrets
import shutil
import socket
from contextlib import suppress
from pathlib import Path

import psycopg
import structlog
from psycopg_pool import PoolTimeout

from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.storage import Storage, free_bytes
from largesse.media import incoming, probing, store_films
from largesse.media.captions import write_captions
from largesse.media.film import Caption, Film, Unfit
from largesse.media.transcoding import Given, Made, transcode

log = structlog.get_logger(__name__)
_TROUBLE = (psycopg.Error, PoolTimeout, OSError)
_AT_ONCE = 50


class FilmsService:
    """Films of videos. Build it once, in `main`."""

    def __init__(self, db: Database, settings: Settings, storage: Storage) -> None:
        self._db = db
        self._settings = settings
        self.storage = storage
        self._folder = settings.data_path / "media"
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"

    async def make_wanted(self) -> None:
        """Make the films that are wanted, one after the other; none while the disk is nearly full.

        Not a job of the queue: a film takes longer than a job may. Its row is claimed and beats instead, so that a
        killed process is noticed, and another one begins again; after three attempts it has failed.
        """
        while await asyncio.to_thread(free_bytes, self._folder) >= self._settings.storage_free_bytes_min:
            async with self._db.write() as tx:
                film = await store_films.claim(tx, self._holder)
                if film is not None and film.attempt > store_films.ATTEMPTS_MAX:
                    said = "The service could not finish this film: each attempt was cut off."
                    await store_films.fail(tx, film.stage, self._holder, "gave-up", said)
                    log.warning("film.gave_up", stage=film.stage)
                    continue
            if film is None:
                return
            await self._make(film)

    async def sweep(self) -> None:
        """Delete files of uploads that are over and of videos that were removed; end uploads that expired."""
        async with self._db.write() as tx:
            for film in await store_films.expire_uploads(tx, _AT_ONCE):
                said = "Its upload was not finished in time."
                await store_films.fail(tx, film, None, "upload-expired", said)
            over = await store_films.list_unswept_uploads(tx, _AT_ONCE)
            removed = await store_films.list_unswept_films(tx, _AT_ONCE)
            await store_films.forget_uploads(tx, _AT_ONCE)
        for upload in over:
            await asyncio.to_thread(incoming.discard, self._folder / "uploads", upload)
        for gone in removed:
            await self.storage.remove_all(gone.folder)
        if over or removed:
            async with self._db.write() as tx:
                await store_films.note_swept(tx, over, [film.stage for film in removed])

    async def write_caption(self, film: Film, lang: str, label: str, text: str) -> Caption:
        """Captions as a file, which nobody is told of yet. Raises `BadCaptions`, OSError."""
        body = write_captions(text)
        caption = Caption(stage=film.stage, lang=lang, label=label, name=f"captions-{secrets.token_hex(8)}.vtt")
        await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
        path = self._folder / caption.name
        await asyncio.to_thread(path.write_text, body, "utf-8")
        await self.storage.put(f"{film.folder}/{caption.name}", path)
        return caption

    async def drop_file(self, film: Film, name: str) -> None:
        """Delete a file of a film. Raises OSError."""
        await self.storage.remove(f"{film.folder}/{name}")

    async def _make(self, film: Film) -> None:
        work = self._folder / "work" / f"{film.id.hex}-{film.attempt}"
        log.info("film.begun", stage=film.stage, attempt=film.attempt)
        beating = asyncio.create_task(self._beat(film))
        try:
            for older in await asyncio.to_thread(list, work.parent.glob(f"{film.id.hex}-*")):
                await asyncio.to_thread(shutil.rmtree, older, ignore_errors=True)
            await asyncio.to_thread(work.mkdir, parents=True)
            made = await self._transcode(film, work)
            for file in made.files:
                await self.storage.put(f"{film.folder}/{file.name}", file)
            await self._finish(film, made)
        except Unfit as unfit:
            async with self._db.write() as tx:
                await store_films.fail(tx, film.stage, self._holder, unfit.code, unfit.detail)
            log.info("film.failed", stage=film.stage, code=unfit.code)
        except Given:
            log.info("film.given_up", stage=film.stage)
        except asyncio.CancelledError:
            with suppress(*_TROUBLE):
                async with self._db.write() as tx:
                    await store_films.release(tx, film.stage, self._holder)
            raise
        finally:
            beating.cancel()
            await asyncio.to_thread(shutil.rmtree, work, ignore_errors=True)

    async def _transcode(self, film: Film, work: Path) -> Made:
        length_s_max = self._settings.video_minutes_max * 60.0
        if film.recording is not None:
            recorded = self._folder / "recorded" / film.recording.hex
            source = await asyncio.to_thread(probing.of_recording, recorded, work)
        else:
            assert film.upload is not None, film.stage
            try:
                source = await asyncio.to_thread(probing.of_file, self._folder / "uploads" / film.upload.hex)
            except FileNotFoundError:
                raise Unfit("unreadable", "The uploaded file is not there any more.") from None

        async def tell(percent: int) -> bool:
            return await self._tell(film, percent)

        return await transcode(
            source,
            await probing.probe(source, work, length_s_max),
            work,
            tell,
            lines_max=self._settings.video_lines_max,
            fps_max=self._settings.video_fps_max,
            length_s_max=length_s_max,
            file_bytes_max=self._settings.video_bytes_max,
        )

    async def _finish(self, film: Film, made: Made) -> None:
        sizes = [await self.storage.find(f"{film.folder}/{file.name}") for file in made.files]
        async with self._db.write() as tx:
            row = {
                "stage": film.stage, "holder": self._holder, "duration_ms": made.duration_ms, "width": made.width,
                "height": made.height, "file_bytes": sum(found.length for found in sizes if found),
            }  # fmt: skip
            kept = await store_films.finish(tx, row)
            now = (await store_films.list_films(tx, [film.stage]))[film.stage]
        if not kept and now.state == "removed":
            await self.storage.remove_all(film.folder)
        log.info("film.ready" if kept else "film.given_up", stage=film.stage, duration_ms=made.duration_ms)

    async def _beat(self, film: Film) -> None:
        """Say that this process makes it, while it is looked at and put away, when there is no progress to tell."""
        while True:
            await asyncio.sleep(store_films.BEAT_S)
            with suppress(*_TROUBLE):
                await self._tell(film, None)

    async def _tell(self, film: Film, percent: int | None) -> bool:
        """Say how far it is; whether it is still this process's to make. What cannot be said now is said later."""
        try:
            async with self._db.write() as tx:
                return await store_films.beat(tx, film.stage, self._holder, percent)
        except _TROUBLE as error:
            log.warning("film.beat", error=type(error).__name__)
            return True
