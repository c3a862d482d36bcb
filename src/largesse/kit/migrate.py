"""Numbered migrations, forward only, run with traffic: `lock_timeout` 2 s, retried, one migrator at a time."""

import time
from importlib import resources
from pathlib import Path
from typing import Any

import psycopg
import structlog

from largesse.kit.db import linked

log = structlog.get_logger(__name__)
_ADVISORY_KEY = 7_316_501
_TRIES_MAX = 30
_RETRY_S = 1.0


def folder() -> Path:
    """Where the migrations are: in the wheel beside this module, in a checkout at its top."""
    packaged = Path(str(resources.files("largesse.kit").joinpath("migrations")))
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "migrations"


def newest() -> str:
    """The name of the newest migration of this release."""
    return max(path.name for path in folder().glob("[0-9]*.sql"))


def pending(connection: psycopg.Connection[Any]) -> list[Path]:
    """The migrations that this database has not had, in order."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS public.largesse_migration "
        "(name text PRIMARY KEY, ran_at timestamptz NOT NULL DEFAULT now())"
    )
    ran = {row[0] for row in connection.execute("SELECT name FROM public.largesse_migration")}
    return [path for path in sorted(folder().glob("[0-9]*.sql")) if path.name not in ran]


def migrate(url: str) -> list[str]:
    """Bring the database to this release's schema and return what ran; safe to call from many processes.

    Each file is one transaction. A lock that is not had within 2 s gives way to traffic, and the file is tried again.
    """
    ran: list[str] = []
    options = "-c client_min_messages=warning -c timezone=UTC"
    with psycopg.connect(linked(url), autocommit=True, options=options) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_ADVISORY_KEY])
        try:
            for path in pending(connection):
                _run(connection, path)
                ran.append(path.name)
            _settle(connection)
        finally:
            connection.execute("SELECT pg_advisory_unlock(%s)", [_ADVISORY_KEY])
    return ran


def _run(connection: psycopg.Connection[Any], path: Path) -> None:
    text = path.read_text("utf-8")
    for attempt in range(1, _TRIES_MAX + 1):
        try:
            with connection.transaction():
                connection.execute("SET LOCAL lock_timeout = '2s'")
                connection.execute(text.encode())
                connection.execute("INSERT INTO public.largesse_migration (name) VALUES (%s)", [path.name])
        except psycopg.errors.LockNotAvailable:
            if attempt == _TRIES_MAX:
                raise
            log.warning("migration.lock_busy", name=path.name, attempt=attempt)
            time.sleep(_RETRY_S)
        else:
            log.info("migration.ran", name=path.name)
            return


def _settle(connection: psycopg.Connection[Any]) -> None:
    """What must exist after the migrations whatever the date: the journal's partitions, three months ahead."""
    connection.execute("SELECT ledger.make_partitions(now() - interval '2 days', 4)")
