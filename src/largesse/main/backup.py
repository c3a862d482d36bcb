"""`largesse backup`, `restore` and `upgrade-database`.

A backup is the database of one moment and the secrets that belong to it, in one folder:

manifest.json        what it is, and the SHA-256 of each file
database.dump        PostgreSQL's custom format: `pg_restore --list` reads it
ledger-…             the secrets of the books
personal-secret      the secret under which personal facts are sealed, where the service has one yet
"""

import asyncio
import hashlib
import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from largesse import __version__, ledger, realtime
from largesse.accounts import PERSONAL_FILE
from largesse.kit import dump, embedded, migrate, outbox
from largesse.kit.config import Settings
from largesse.kit.db import Database, linked
from largesse.kit.embedded.datadir import sync_folder
from largesse.kit.embedded.upgrade import upgrade
from largesse.main.books import run_audit
from largesse.main.serve import with_servers

MANIFEST, DUMP = "manifest.json", "database.dump"
_FORMAT = "largesse-backup-1"
_LATER_SECRETS = (PERSONAL_FILE,)  # an earlier release made none: its backups have none
_CHUNK = 1 << 20
_FACTS = """
SELECT w.id, w.sandbox, w.epoch, (SELECT max(name) FROM public.largesse_migration),
    (SELECT coalesce(sum(gifts), 0)::bigint FROM ledger.stripe)
FROM kit.world w
"""


class BackupRefused(SystemExit):
    """It cannot be made, or not be used here; the command ends with a sentence that says why."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup is. `migration` is the newest one that ran; `files` are SHA-256 by name."""

    format: str
    release: str
    made_at: datetime
    world: UUID
    sandbox: bool
    epoch: int
    migration: str
    gifts: int
    files: dict[str, str]


async def run_backup(settings: Settings, folder: Path) -> Manifest:
    """Back up into a new folder, which appears under its name when it is whole and on disk. The service may run."""
    new = _new_folder(folder)
    async with embedded.found_or_running(settings) as servers:
        facts = await asyncio.to_thread(_facts, servers.database_url)
        await dump.dump(servers.database_url, new / DUMP)
    return await asyncio.to_thread(_complete, settings.data_path, new, folder, facts)


async def run_restore(settings: Settings, folder: Path) -> Manifest:
    """Restore into an empty data directory (or the empty database of the settings), and audit what came.

    Its cursors, receipt numbers and rooms go on beyond whatever was told after the backup. Where it fails, an embedded
    database is removed again.
    """
    manifest = read_manifest(folder)
    if settings.database_url:
        await _restore(settings, folder)
        return manifest
    files = _files_to_come(settings.data_path)
    try:
        await _restore(settings, folder)
    except BaseException:
        await asyncio.to_thread(shutil.rmtree, files, ignore_errors=True)
        raise
    return manifest


async def _restore(settings: Settings, folder: Path) -> None:
    async with embedded.running(settings) as servers:
        found = with_servers(settings, servers)
        await asyncio.to_thread(_refuse_used, found.database_url)
        await asyncio.to_thread(_put_secrets, folder, settings.data_path)
        await dump.restore(found.database_url, folder / DUMP)
        await _settle(found)


async def _settle(settings: Settings) -> None:
    """After a database came to another server: numbers go on beyond what was told, this release's schema, an audit."""
    db = Database(settings.database_url, connections_max=2)
    await db.open()
    try:
        async with db.write() as tx:
            await outbox.begin_anew(tx)
            await ledger.skip_batches(tx)
            await realtime.skip_epochs(tx)
    finally:
        await db.close()
    await asyncio.to_thread(migrate.migrate, settings.database_url)
    if not await run_audit(settings, as_json=False):
        raise BackupRefused("largesse: these books do not hold: nothing was changed")


async def run_upgrade(settings: Settings, programs: Path | None) -> str | None:
    """Bring the embedded database to this release's PostgreSQL; returns the major version it came from, or None."""
    if settings.database_url:
        raise BackupRefused("largesse: the database of LARGESSE_DATABASE_URL is upgraded by its own means")

    async def move(old_url: str, new_url: str) -> None:
        with tempfile.TemporaryDirectory(prefix="upgrade-", dir=settings.data_path) as folder:
            await dump.dump(old_url, Path(folder, DUMP))
            await dump.restore(new_url, Path(folder, DUMP))
        await _settle(msgspec.structs.replace(settings, database_url=new_url))

    return await upgrade(settings, programs, move)


def read_manifest(folder: Path) -> Manifest:
    """What a backup says it is; raises `BackupRefused` where it is not whole, or of a newer release."""
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except FileNotFoundError as error:
        raise BackupRefused(f"largesse: {folder} is no backup: it has no {MANIFEST}") from error
    except msgspec.DecodeError as error:
        raise BackupRefused(f"largesse: {folder / MANIFEST} cannot be read: {error}") from error
    if manifest.format != _FORMAT:
        raise BackupRefused(f"largesse: {folder} is of the form {manifest.format}, and this release reads {_FORMAT}")
    later = [name for name in _LATER_SECRETS if name in manifest.files]
    for name in (DUMP, *ledger.SECRET_FILES, *later):
        path = folder / name
        if not path.is_file() or _digest(path) != manifest.files.get(name):
            raise BackupRefused(f"largesse: {path} is missing or was changed since the backup")
    if manifest.migration > migrate.newest():
        raise BackupRefused(
            f"largesse: the backup was made by release {manifest.release}, which knows {manifest.migration}; this one "
            f"({__version__}) does not: restore it with that release or a newer one"
        )
    return manifest


def _new_folder(folder: Path) -> Path:
    if folder.exists():
        raise BackupRefused(f"largesse: {folder} exists: name a new folder")
    new = folder.with_name(folder.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700, parents=True)
    return new


def _complete(data: Path, new: Path, folder: Path, facts: dict[str, Any]) -> Manifest:
    later = [name for name in _LATER_SECRETS if (data / name).exists()]
    for name in (*ledger.SECRET_FILES, *later):
        _write(new / name, (data / name).read_bytes())
    made = Manifest(
        **facts,
        format=_FORMAT,
        release=__version__,
        made_at=datetime.now(UTC),
        files={path.name: _digest(path) for path in sorted(new.iterdir())},
    )
    _write(new / MANIFEST, msgspec.json.format(msgspec.json.encode(made)))
    with (new / DUMP).open("rb") as file:
        os.fsync(file.fileno())
    sync_folder(new)
    new.rename(folder)
    sync_folder(folder.absolute().parent)
    return made


def _facts(url: str) -> dict[str, Any]:
    with psycopg.connect(linked(url)) as connection:
        found = connection.execute("SELECT to_regclass('kit.world') IS NOT NULL").fetchone()
        row = connection.execute(_FACTS.encode()).fetchone() if found and found[0] else None
    if row is None:
        raise BackupRefused("largesse: there is nothing to back up: the database was never served")
    return dict(zip(("world", "sandbox", "epoch", "migration", "gifts"), row, strict=True))


def _files_to_come(data: Path) -> Path:
    files = data / "postgres"
    if files.exists():
        raise BackupRefused(f"largesse: {data} holds a database: name an empty folder in LARGESSE_DATA_DIR")
    return files


def _refuse_used(url: str) -> None:
    with psycopg.connect(linked(url)) as connection:
        row = connection.execute("SELECT to_regclass('kit.world') IS NULL").fetchone()
    if not row or not row[0]:
        raise BackupRefused("largesse: the database of LARGESSE_DATABASE_URL is in use: name an empty one")


def _put_secrets(folder: Path, data: Path) -> None:
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    later = [name for name in _LATER_SECRETS if (folder / name).exists()]
    for name in (*ledger.SECRET_FILES, *later):
        secret, path = (folder / name).read_bytes(), data / name
        if path.exists() and path.read_bytes() != secret:
            raise BackupRefused(f"largesse: {path} is of other books: name an empty folder in LARGESSE_DATA_DIR")
        if not path.exists():
            _write(path, secret)
    sync_folder(data)


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
