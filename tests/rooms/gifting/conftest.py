"""A room of Bob's, coins for Alice and Charlie, and a committer on real PostgreSQL."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from largesse import catalog
from largesse.gifting import Committer, Request
from largesse.kit import ids
from largesse.kit.db import Database

SECRET = b"a secret of the tests, 32 bytes!"


@dataclass(frozen=True)
class Room:
    """The books' keys of a LIVE of Bob's, and of some gifts."""

    stage: int
    rose: int
    lion: int
    galaxy: int
    secret: bytes = SECRET

    def ask(self, sender: int, **more: Any) -> Request:
        """A rose, unless `kind` says otherwise, under a fresh id."""
        return Request(more.pop("id", None) or ids.new().bytes, sender, self.stage, more.pop("kind", self.rose), **more)


@pytest.fixture
async def room(db: Database, cast: Any) -> Room:
    async with db.write() as tx:
        await catalog.seed(tx)
        stage = await tx.scalar(
            "INSERT INTO stage.stage (id, kind, creator, title, status, started_at)"
            " VALUES (%s, 'live', %s, 'Evening songs', 'live', now()) RETURNING key",
            [ids.new(), cast.bob.key],
        )
        kinds = {row["id"]: row["key"] for row in await tx.rows("SELECT id, key FROM catalog.gift")}
    return Room(stage, kinds["rose"], kinds["lion"], kinds["galaxy"])


FillWallet = Callable[..., Awaitable[None]]


@pytest.fixture
async def fill(db: Database) -> FillWallet:
    """Puts coins into a wallet's counters; the books' own verbs have their own tests."""

    async def put(account: int, paid: int, promo: int = 0, gives_from: str = "2008-01-01") -> None:
        async with db.write() as tx:
            await tx.execute(
                "INSERT INTO ledger.wallet (account, paid_in, promo_in, gives_from) VALUES (%s, %s, %s, %s)",
                [account, paid, promo, gives_from],
            )

    return put


@pytest.fixture
async def committer(db: Database) -> AsyncIterator[Committer]:
    made = Committer(db, None, SECRET)
    yield made
    await made.close()
