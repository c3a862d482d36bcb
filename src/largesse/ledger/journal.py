"""The gifts' journal, write path: a committer's own stripe, and the statements that settle one batch.

A committer is one connection that holds one stripe by a session advisory lock. It alone credits that stripe of hot
accounts and adds to that stripe's chain, so no two committers ever wait for each other except for a viewer's wallet.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncConnection, AsyncCursor
from psycopg.rows import tuple_row

from largesse.kit.db import Database, WriteTx, int_array, sql
from largesse.ledger import chain
from largesse.ledger.chain import ZERO
from largesse.ledger.entry import GUEST, Entry

STRIPES = 64
LOCK_CLASS = 0x4C47  # the advisory locks of stripes: (class, stripe)
_SECONDS_AN_HOUR = 3600
_BATCHES_GAP = 1 << 30  # more than a hundred days of a hundred batches a second

# A committer's server settings: statements are planned once for any array size, and never scan a table.
COMMITTER_OPTIONS = {"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off", "application_name": "committer"}


class NoFreeStripe(RuntimeError):  # noqa: N818 - a state of the world, not a bug
    """All 64 stripes are held by running committers."""


@dataclass(slots=True)
class Head:
    """The head of a stripe's chain, as this committer left it."""

    stripe: int
    n: int
    batch: int
    chain: bytes
    recorded_at: datetime
    root: bytes = ZERO


FROZEN, IN_DEBT, UNDER_AGE, RESTING, TEST_MONEY = 1, 2, 4, 8, 16


class WalletState(msgspec.Struct, gc=False):
    """A locked wallet while a batch is decided: spendable coins, `…_out` counters, coins given today.

    `barred` is 0, or the sum of FROZEN, IN_DEBT, UNDER_AGE and RESTING, and for the last one 32 times the microseconds
    since 1970 at which the break ends. TEST_MONEY among them bars nobody, and says that promotional coins earn nothing:
    it rides here so that a batch reads nothing more for it. `own` is None where the person has set no limits, else what
    they leave: of the tightest of day, week and month in coins, times 4, plus which one it is (0, 1, 2); and what one
    gift may cost. 2^62 for one that is not set.
    """

    account: int
    paid: int
    paid_out: int
    promo: int
    promo_out: int
    given: int
    barred: int
    own: list[int] | None = None


class Journal:
    """One committer's connection and stripe. Not for concurrent use: one batch at a time."""

    def __init__(self, connection: AsyncConnection[Any], head: Head, secret: bytes) -> None:
        self.connection = connection
        self.head = head
        self.secret = secret
        self._cursor = connection.cursor(binary=True, row_factory=tuple_row)

    @classmethod
    async def open(cls, db: Database, secret: bytes) -> "Journal":
        """Connect and take the lowest free stripe; raises `NoFreeStripe`, `psycopg.OperationalError`."""
        connection = await db.connect(**COMMITTER_OPTIONS)
        try:
            for stripe in range(STRIPES):
                cursor = await connection.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, stripe])
                taken = await cursor.fetchone()
                if taken and taken[0]:
                    found = await (
                        await connection.cursor(binary=True).execute(sql("ledger", "take_stripe"), {"stripe": stripe})
                    ).fetchone()
                    assert found is not None
                    head = Head(found[0], found[1], found[2], bytes(found[3]), found[4])
                    return cls(connection, head, secret)
            raise NoFreeStripe  # noqa: TRY301 - closed below, with every other failure
        except BaseException:
            await connection.close()
            raise

    async def close(self) -> None:
        """Give the stripe back."""
        await self.connection.close()

    async def send(self, statement: bytes | Any, params: Any) -> AsyncCursor[Any]:
        """Send a statement; inside a pipeline it does not wait for the answer."""
        return await self.connection.cursor(binary=True, row_factory=tuple_row).execute(statement, params, prepare=True)

    async def lock_wallets(self, accounts: list[int], *, wait: bool) -> tuple[dict[int, WalletState], set[int]]:
        """Lock the wallets of `accounts` (ascending), and say which exist but are held by another committer.

        With `wait` it blocks for them instead; the set is then empty.
        """
        name = "lock_wallets_waiting" if wait else "lock_wallets"
        cursor = await self.send(sql("ledger", name), {"accounts": int_array(accounts)})
        locked = {row[0]: WalletState(*row) for row in await cursor.fetchall()}
        if len(locked) == len(accounts) or wait:
            return locked, set()
        missing = [account for account in accounts if account not in locked]
        cursor = await self.send(sql("ledger", "existing_wallets"), {"accounts": int_array(missing)})
        return locked, {row[0] for row in await cursor.fetchall()}

    async def ask_known(self, ids: list[bytes], senders: list[int]) -> AsyncCursor[Any]:
        """Ask which (id, sender) pairs are in the books; rows as in sql/known_gifts.sql, not fetched yet."""
        return await self.send(
            sql("ledger", "known_gifts"),
            {
                "ids": "{" + ",".join([i.hex() for i in ids]) + "}",
                "senders": int_array(senders),
                "low": str(UUID(bytes=min(ids))),
                "high": str(UUID(bytes=max(ids))),
            },
        )

    async def ask_batch(self) -> AsyncCursor[Any]:
        """Ask for a batch number and the transaction's time; one row, not fetched yet."""
        return await self.send(sql("ledger", "next_batch"), {"stripe": self.head.stripe})

    async def copy(self, entries: list[Entry], batch: int, recorded_at: datetime) -> Head:
        """Copy the batch's gifts into the journal and return the head that stands once it is committed.

        `entries` are reordered by (id, sender) and given their leaves and the batch. Not inside a pipeline.
        """
        assert entries
        recorded_at = max(recorded_at, self.head.recorded_at)
        root = chain.merkle_root(await self._copy(entries, batch))
        hashed = chain.batch_hash(root, len(entries), chain.micros(recorded_at))
        n, stripe = self.head.n + 1, self.head.stripe
        return Head(stripe, n, batch, chain.chain_next(self.head.chain, hashed, n, stripe), recorded_at, root)

    async def send_writes(self, entries: list[Entry], wallets: dict[int, WalletState], head: Head) -> AsyncCursor[Any]:
        """Send all that goes with the copied gifts; inside a pipeline. The cursor is of the stripe's move: one row."""
        await self._debit(entries, wallets, head.recorded_at.date())
        await self._post(entries, head)
        await self._credit(entries, head)
        written = {
            "stripe": head.stripe, "n": head.n, "batch": head.batch, "recorded_at": head.recorded_at, "root": head.root,
            "chain": head.chain, "policy": entries[0].policy, "gifts": len(entries),
            "coins_paid": sum([e.coins_paid for e in entries]), "coins_promo": sum([e.coins_promo for e in entries]),
            "milli": sum([e.diamonds_milli for e in entries]),
        }  # fmt: skip
        await self.send(sql("ledger", "put_batch"), written)
        return await self.send(sql("ledger", "move_stripe"), written)

    def moved(self, head: Head) -> None:
        """The batch is committed: its head is where the next one goes on."""
        self.head = head

    async def _copy(self, entries: list[Entry], batch: int) -> list[bytes]:
        entries.sort(key=_order)
        salts = chain.salts(self.secret, batch, len(entries))
        pack = chain.pack_row
        rows: list[bytes] = []
        for leaf, e in enumerate(entries):
            e.batch = batch
            e.leaf = leaf
            rows.append(
                pack(
                    16, 16, e.id, 8, batch, 8, e.paid_before, 8, e.promo_before, 8, e.diamonds_milli, 4, e.sender,
                    4, e.receiver, 4, e.stage, 4, e.coins_paid, 4, e.coins_promo, 4, e.api_key, 2, e.kind, 2, e.count,
                    2, e.policy, 2, leaf, 2, e.flags,
                )
            )  # fmt: skip
        async with self._cursor.copy(_COPY) as copy:
            await copy.write(b"".join([chain.COPY_HEAD, *rows, chain.COPY_TAIL]))
        return [sha256(b"\0" + salt + row).digest() for salt, row in zip(salts, rows, strict=True)]

    async def _debit(self, entries: Iterable[Entry], wallets: dict[int, WalletState], today: date) -> None:
        accounts = sorted({e.sender for e in entries})
        states = [wallets[account] for account in accounts]
        await self.send(
            sql("ledger", "debit_wallets"),
            {
                "accounts": int_array(accounts),
                "paid_out": int_array([w.paid_out for w in states]),
                "promo_out": int_array([w.promo_out for w in states]),
                "given": int_array([w.given for w in states]),
                "today": today,
                "week": today - timedelta(days=today.weekday()),
                "month": today.replace(day=1),
            },
        )

    async def _post(self, entries: Iterable[Entry], head: Head) -> None:
        hour = int(head.recorded_at.timestamp()) // _SECONDS_AN_HOUR
        senders = int_array(sorted({e.sender for e in entries}))
        await self.send(sql("ledger", "post_sent"), {"senders": senders, "hour": hour, "batch": head.batch})
        stages = int_array(sorted({e.stage for e in entries}))
        await self.send(sql("ledger", "post_staged"), {"stages": stages, "hour": hour, "batch": head.batch})
        hosted = sorted({(e.receiver, e.stage) for e in entries if e.flags & GUEST})
        if hosted:
            own = {e.stage for e in entries if not e.flags & GUEST}
            await self.send(
                sql("ledger", "post_hosted"),
                {
                    "receivers": int_array([receiver for receiver, _ in hosted]),
                    "stages": int_array([stage for _, stage in hosted]),
                    "alone": [stage not in own for _, stage in hosted],
                    "hour": hour,
                    "batch": head.batch,
                },
            )

    async def _credit(self, entries: Iterable[Entry], head: Head) -> None:
        sums: dict[int, list[int]] = {}
        policy = 0
        for e in entries:
            policy = e.policy
            found = sums.get(e.receiver)
            if found is None:
                sums[e.receiver] = [1, e.coins_paid + e.coins_promo, e.diamonds_milli]
            else:
                found[0] += 1
                found[1] += e.coins_paid + e.coins_promo
                found[2] += e.diamonds_milli
        creators = sorted(sums)
        rows = [sums[creator] for creator in creators]
        await self.send(
            sql("ledger", "credit_earnings"),
            {
                "creators": int_array(creators),
                "gifts": int_array([r[0] for r in rows]),
                "coins": int_array([r[1] for r in rows]),
                "milli": int_array([r[2] for r in rows]),
                "day": head.recorded_at.date(),
                "policy": policy,
                "stripe": head.stripe,
            },
        )


_COPY = f"COPY ledger.gift ({chain.COLUMNS}) FROM STDIN (FORMAT binary)".encode()


async def skip_batches(tx: WriteTx) -> None:
    """After a restore: no receipt number that may have been told after the backup is given out again."""
    await tx.execute(sql("ledger", "batches_skip"), {"gap": _BATCHES_GAP})


def _order(entry: Entry) -> tuple[bytes, int]:
    return entry.id, entry.sender
