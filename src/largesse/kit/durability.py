"""Refuse a database that could lose an acknowledged gift, or whose clock is not ours."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import tuple_row

from largesse.kit.clock import Clock

VERSION_MIN = 16
CLOCK_APART_MAX = timedelta(seconds=2)
_MUST_BE_ON = ("fsync", "full_page_writes", "synchronous_commit")
_FACTS = """
SELECT current_setting('server_version_num')::int / 10000,
       clock_timestamp(),
       current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit')
"""


class UnsafeDatabase(SystemExit):
    """The database must not keep money; the program ends with every reason."""


async def check_durability(connection: AsyncConnection[Any], clock: Clock) -> None:
    """Raise `UnsafeDatabase` with every reason why this database must not be used.

    The settings are those of this connection (a role or a database may have its own). The answer's way counts in favour
    of the database's clock: it is refused only where it lies over 2 s outside the time between question and answer.
    """
    asked = clock.now()
    async with connection.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(_FACTS)
        row = await cursor.fetchone()
    answered = clock.now()
    assert row is not None
    major, at, *settings = row
    reasons = [
        *unsafe_settings(major, dict(zip(_MUST_BE_ON, settings, strict=True))),
        *clocks_apart(at, asked, answered),
    ]
    if reasons:
        raise UnsafeDatabase("largesse: this database is refused:\n" + "\n".join(f"  - {reason}" for reason in reasons))


def unsafe_settings(major: int, settings: Mapping[str, str]) -> list[str]:
    """Why the version or the settings are refused; empty where they are fine."""
    old = [f"PostgreSQL {major} is older than {VERSION_MIN}"] if major < VERSION_MIN else []
    return old + [
        f"{name} is off: a crash could lose acknowledged gifts" for name in _MUST_BE_ON if settings[name] == "off"
    ]


def clocks_apart(database: datetime, asked: datetime, answered: datetime) -> list[str]:
    """Why the database's clock is refused; empty where it is fine."""
    apart = max(asked - database, database - answered)
    if apart <= CLOCK_APART_MAX:
        return []
    return [f"its clock is {apart.total_seconds():.1f} s away from this machine's; at most {CLOCK_APART_MAX.seconds} s"]
