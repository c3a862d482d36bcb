"""Books to prove and to read: secrets of their own, a keeper who writes entries, a till where money comes and goes."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import clocked
from bookkeeping import ADULT, AT, Bookkeeper, Gift
from largesse import ledger
from largesse.kit.db import Database
from largesse.kit.money import Money
from largesse.kit.outbox import Row
from largesse.ledger import keys, lots
from largesse.ledger.audit import audit
from largesse.ledger.keys import Keys
from servers import Clones


@pytest.fixture
def database_url(clones: Clones) -> Iterator[str]:
    """A database of this test's own, in which days can pass."""
    url = clones.take()
    clocked.install(url)
    yield url
    clones.give_back(url)


@pytest.fixture
def secrets(tmp_path: Path) -> Keys:
    return keys.load_keys(tmp_path / "data")


@pytest.fixture
def books(db: Database, secrets: Keys) -> Bookkeeper:
    return Bookkeeper(db, secrets)


@dataclass
class Till:
    """Alice's purchases of 1,000 coins for USD 13.99 (VAT 2.33, fee 0.71), her gifts to Bob, what became of both."""

    db: Database
    books: Bookkeeper
    alice: int
    bob: int

    async def buy(self, source: str = "p1", **changes: Any) -> int:
        order = {"account": self.alice, "coins": 1000, "gross": usd(1399), "tax": usd(233), "provider_fee": usd(71)}
        async with self.db.write() as tx:
            return await ledger.sell_coins(tx, gives_from=ADULT, source=source, happened_at=AT, **{**order, **changes})

    async def give(self, coins: int, **changes: Any) -> str:
        (receipt,) = await self.books.give(
            [Gift(**{"sender": self.alice, "receiver": self.bob, "coins": coins} | changes)]
        )
        return receipt

    async def refund(self, money: int | Money | None = None, *, source: str = "r1", **changes: Any) -> ledger.Taken:
        refunded = usd(money) if isinstance(money, int) else money
        asked = {"purchase": "p1", "via": "psp", "reason": "asked", "refunded": refunded} | changes
        async with self.db.write() as tx:
            return await ledger.refund_coins(tx, source=source, happened_at=AT, **asked)

    async def restore(self, source: str = "r1") -> ledger.Taken:
        async with self.db.write() as tx:
            return await ledger.restore_refund(tx, source=source, happened_at=AT)

    async def dispute(
        self, money: int = 1399, *, source: str = "d1", purchase: str = "p1", fee: int = 1500
    ) -> ledger.Taken:
        async with self.db.write() as tx:
            return await ledger.open_dispute(
                tx, purchase=purchase, disputed=usd(money), fee=usd(fee), source=source, happened_at=AT
            )

    async def lose(self, source: str = "d1") -> ledger.Taken:
        async with self.db.write() as tx:
            return await ledger.lose_dispute(tx, source=source, happened_at=AT)

    async def win(self, source: str = "d1", fee_back: int = 0) -> ledger.Taken:
        async with self.db.write() as tx:
            return await ledger.win_dispute(tx, source=source, fee_back=usd(fee_back), happened_at=AT)

    async def wait(self, days: int) -> None:
        """Let everything be older, as the database's clock says."""
        async with self.db.write() as tx:
            await tx.execute(clocked.PASS, [days])

    async def wallet(self, account: int = 0) -> ledger.Wallet:
        async with self.db.read() as tx:
            return await ledger.get_wallet(tx, account or self.alice)

    async def line(self) -> list[tuple[int, int]]:
        async with self.db.read() as tx:
            return [(lot.start, lot.end) for lot in await lots.list_lots(tx, self.alice, "paid")]

    async def earned(self, creator: int = 0) -> tuple[int, int, int]:
        """In, reversed and held, of all days, in milli-diamonds."""
        async with self.db.read() as tx:
            days = await ledger.list_earnings(tx, creator or self.bob)
        return sum(d.milli_in for d in days), sum(d.milli_reversed for d in days), sum(d.milli_held for d in days)

    async def legs(self, transfer: int) -> dict[tuple[str, int, str], int]:
        async with self.db.read() as tx:
            rows = await tx.rows(
                "SELECT k.name, l.holder, l.currency, l.amount FROM ledger.leg l JOIN ledger.book k ON k.key = l.book"
                " WHERE l.transfer = %s",
                [transfer],
            )
        found = {(r["name"], r["holder"], r["currency"]): r["amount"] for r in rows}
        assert len(found) == len(rows), "one leg an account"
        return found

    async def money(self, transfer: int) -> dict[str, int]:
        return {name: amount for (name, _, currency), amount in (await self.legs(transfer)).items() if currency}

    async def units(self, transfer: int) -> dict[str, int]:
        return {name: amount for (name, _, currency), amount in (await self.legs(transfer)).items() if not currency}

    async def balances(self) -> dict[tuple[str, str], int]:
        """Every account that holds money."""
        async with self.db.read() as tx:
            rows = await tx.rows(
                "SELECT k.name, l.currency, sum(l.amount)::bigint AS amount FROM ledger.leg l JOIN ledger.book k"
                " ON k.key = l.book WHERE l.currency <> '' GROUP BY 1, 2 HAVING sum(l.amount) <> 0"
            )
        return {(r["name"], r["currency"]): r["amount"] for r in rows}

    async def news(self, topic: str) -> list[dict[str, Any]]:
        async with self.db.read() as tx:
            rows = await tx.all(Row, "SELECT * FROM kit.outbox WHERE topic = %s ORDER BY id", [topic])
        told = [part for row in rows for part in (ledger.each_part(row) if topic == ledger.GIFT_REVERSED else [row])]
        return [{"subject": row.subject, **row.body} for row in told]

    async def freezes(self) -> list[str]:
        async with self.db.read() as tx:
            return await ledger.list_freezes(tx, self.alice)


def usd(minor: int) -> Money:
    return Money(minor, "USD")


@pytest.fixture
async def till(db: Database, books: Bookkeeper, cast: Any) -> AsyncIterator[Till]:
    """A till; whatever a test did with it, the books hold afterwards."""
    yield Till(db, books, cast.alice.key, cast.bob.key)
    report = await audit(db, books.keys)
    assert report.findings == []
