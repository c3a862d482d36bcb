"""Books in which days can pass, and a fold over them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import clocked
from bookkeeping import Bookkeeper
from largesse import insights
from largesse.insights import Fold
from largesse.kit.db import Database
from largesse.ledger import Finding, keys
from largesse.ledger.audit import audit
from servers import Clones


@pytest.fixture
def database_url(clones: Clones) -> Iterator[str]:
    """A database of this test's own, in which days can pass."""
    url = clones.take()
    clocked.install(url)
    yield url
    clones.give_back(url)


@pytest.fixture
def books(db: Database, tmp_path: Path) -> Bookkeeper:
    return Bookkeeper(db, keys.load_keys(tmp_path / "data"))


@pytest.fixture
def fold(db: Database) -> Fold:
    return Fold(db)


@pytest.fixture
def wait(db: Database) -> Any:
    async def days(count: int) -> None:
        """Let the books be written later."""
        async with db.write() as tx:
            await tx.execute(clocked.PASS, [count])

    return days


@pytest.fixture
def proved(db: Database, books: Bookkeeper) -> Any:
    async def found() -> list[Finding]:
        """What `largesse audit` finds of the books and of insights."""
        return (await audit(db, books.keys, checks=insights.audit_checks())).findings

    return found
