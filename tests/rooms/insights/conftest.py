"""Books in which days can pass, and a fold over them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import clocked
from bookkeeping import Bookkeeper, Gift
from largesse import insights
from largesse.insights import FinanceService, Fold
from largesse.kit import ids
from largesse.kit.db import Database
from largesse.ledger import Finding, Period, closing, keys
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


@dataclass
class Desk:
    """Alice buys 1,000 coins for USD 13.99 (VAT 2.33) and gives Bob 600, this month; then it is over."""

    db: Database
    books: Bookkeeper
    finance: FinanceService
    alice: int
    bob: int
    olga: int
    oscar: int
    month: date

    async def wait(self, days: int) -> None:
        async with self.db.write() as tx:
            await tx.execute(clocked.PASS, [days])

    async def give(self, coins: int) -> None:
        await self.books.give([Gift(self.alice, self.bob, coins)])

    async def close_hours(self) -> None:
        while True:
            async with self.db.write() as tx:
                if await closing.close_next(tx) is None:
                    return

    async def close_month(self, month: date | None = None) -> Period:
        proposal = ids.new()
        await self.finance.propose_close(
            by=self.olga, proposal=proposal, month=month or self.month, reason="over", ticket="FIN-1"
        )
        return await self.finance.approve_close(by=self.oscar, proposal=proposal)

    async def trial(self, month: date) -> dict[tuple[str, str], tuple[int, int, int, int]]:
        lines = await self.finance.trial_balance(month)
        return {(line.book, line.currency): (line.opening, line.debit, line.credit, line.closing) for line in lines}


@pytest.fixture
async def desk(db: Database, books: Bookkeeper, cast: Any, make_person: Any) -> Any:
    oscar = await make_person("oscar", roles=("finance",))
    await books.buy(cast.alice.key, 1000)
    await books.give([Gift(cast.alice.key, cast.bob.key, 600)])
    async with db.read() as tx:
        month = (await tx.scalar("SELECT now()")).date().replace(day=1)
    yield Desk(db, books, FinanceService(db), cast.alice.key, cast.bob.key, cast.olga.key, oscar.key, month)
    report = await audit(db, books.keys)
    assert report.findings == []
