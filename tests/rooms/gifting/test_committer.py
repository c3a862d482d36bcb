"""What a batch promises: committed, exactly once, everyone answered, nobody failing anybody else."""

import asyncio
from typing import Any

import psycopg
import pytest

from largesse import ledger
from largesse.gifting import Committer, Receipt, Request
from largesse.gifting.errors import IdReused, NotEnoughCoins
from largesse.kit import ids
from largesse.kit.batch import Batcher
from largesse.kit.db import Database
from largesse.ledger import chain


async def _gifts(db: Database) -> list[dict[str, Any]]:
    async with db.read() as tx:
        return await tx.rows("SELECT * FROM ledger.gift ORDER BY batch, leaf")


async def test_a_batch_settles_together_and_the_counters_move(
    db: Database, cast: Any, room: Any, fill: Any, committer: Committer
) -> None:
    await fill(cast.alice.key, 1000)
    await fill(cast.charlie.key, 3)
    asked = [
        room.ask(cast.alice.key, count=5),
        room.ask(cast.charlie.key, count=4),
        room.ask(cast.charlie.key),
        room.ask(cast.alice.key, kind=room.lion, anonymous=True),
    ]
    outcomes = await committer.settle(asked)
    assert [isinstance(o, Receipt) for o in outcomes] == [True, False, True, True]
    assert isinstance(outcomes[1], NotEnoughCoins)
    async with db.read() as tx:
        wallets = {r["account"]: r for r in await tx.rows("SELECT * FROM ledger.wallet")}
        earnings = await ledger.list_earnings(tx, cast.bob.key)
        stripe = await tx.row("SELECT * FROM ledger.stripe WHERE n > 0")
        sent = await ledger.list_sent(tx, cast.alice.key, None, 10)
    assert wallets[cast.alice.key]["paid_out"] == 505
    assert wallets[cast.alice.key]["given_day"] == 505
    assert wallets[cast.charlie.key]["paid_out"] == 1
    assert [(e.gifts, e.coins, e.milli_in) for e in earnings] == [(3, 506, 506 * 700)]
    assert stripe is not None
    assert (stripe["gifts"], stripe["coins_paid"], stripe["diamonds_milli"]) == (3, 506, 506 * 700)
    assert {g.coins for g in sent} == {5, 500}


async def test_the_root_follows_from_the_rows_as_an_auditor_reads_them(
    db: Database, cast: Any, room: Any, fill: Any, committer: Committer
) -> None:
    await fill(cast.alice.key, 1000)
    await committer.settle([room.ask(cast.alice.key) for _ in range(37)])
    async with db.pool.connection() as connection:
        rows = b""
        query = f"COPY (SELECT {chain.COLUMNS} FROM ledger.gift ORDER BY id, sender) TO STDOUT (FORMAT binary)"
        async with connection.cursor().copy(query.encode()) as copy:
            async for part in copy:
                rows += part
        batch = await (
            await connection.execute("SELECT batch, root, chain, n, gifts, recorded_at FROM ledger.batch")
        ).fetchone()
    assert batch is not None
    body = rows[len(chain.COPY_HEAD) : -len(chain.COPY_TAIL)]
    split = [body[i : i + chain.ROW_BYTES] for i in range(0, len(body), chain.ROW_BYTES)]
    salts = chain.salts(room.secret, batch[0], len(split))
    leaves = [chain.leaf_hash(salt, row) for salt, row in zip(salts, split, strict=True)]
    assert chain.merkle_root(leaves) == bytes(batch[1])
    hashed = chain.batch_hash(bytes(batch[1]), batch[4], chain.micros(batch[5]))
    assert batch[4] == len(split)
    assert chain.chain_next(chain.ZERO, hashed, batch[3], batch[0] & 63) == bytes(batch[2])


async def test_a_retried_gift_is_charged_once_and_answers_with_its_first_receipt(
    db: Database, cast: Any, room: Any, fill: Any, committer: Committer
) -> None:
    await fill(cast.alice.key, 1000)
    first = room.ask(cast.alice.key, count=3)
    (one,) = await committer.settle([first])
    (two,) = await committer.settle([Request(first.id, first.sender, first.stage, first.kind, 3)])
    (other,) = await committer.settle([Request(first.id, first.sender, first.stage, first.kind, 4)])
    assert isinstance(one, Receipt)
    assert isinstance(two, Receipt)
    assert two.duplicate
    assert (two.entry.batch, two.entry.leaf, two.coins_left) == (one.entry.batch, one.entry.leaf, 997)
    assert isinstance(other, IdReused)
    assert len(await _gifts(db)) == 1


async def test_gifts_of_a_wallet_that_another_committer_holds_ride_in_the_next_batch_in_their_order(
    db: Database, cast: Any, room: Any, fill: Any, committer: Committer
) -> None:
    for member in (cast.alice, cast.charlie, cast.olga):
        await fill(member.key, 1000)
    async with await psycopg.AsyncConnection.connect(db.url) as other:
        await other.execute("SELECT 1 FROM ledger.wallet WHERE account = %s FOR UPDATE", [cast.alice.key])
        asked = [
            room.ask(cast.alice.key), room.ask(cast.charlie.key), room.ask(cast.alice.key), room.ask(cast.olga.key),
        ]  # fmt: skip
        outcomes = await committer.settle(asked)
        await other.rollback()
    assert [o is None for o in outcomes] == [True, False, True, False]
    assert [r.deferrals for r in asked] == [1, 0, 1, 0]


async def test_a_batcher_answers_every_caller_across_deferrals(db: Database, cast: Any, room: Any, fill: Any) -> None:
    await fill(cast.alice.key, 150)
    await fill(cast.charlie.key, 150)
    committers = [Committer(db, None, room.secret) for _ in range(2)]
    batchers: list[Batcher[Request, Any]] = [Batcher(size_max=20, linger_us=500, waiting_max=1000) for _ in range(2)]
    lanes = [asyncio.create_task(b.run(c.settle)) for b, c in zip(batchers, committers, strict=True)]
    senders = [cast.alice.key, cast.charlie.key]
    outcomes = await asyncio.gather(*[batchers[i % 2].ask(room.ask(senders[i // 2 % 2])) for i in range(400)])
    for batcher in batchers:
        batcher.close()
    await asyncio.gather(*lanes)
    for committer in committers:
        await committer.close()
    assert sum(isinstance(o, Receipt) for o in outcomes) == 300
    async with db.read() as tx:
        assert await tx.scalar("SELECT array_agg(paid_out) FROM ledger.wallet") == [150, 150]


async def test_a_reader_meets_every_gift_exactly_once_whatever_commits_late(
    db: Database, cast: Any, room: Any, fill: Any
) -> None:
    """Two stripes; the batch with the lower number commits after the one with the higher number was read."""
    await fill(cast.alice.key, 100)
    await fill(cast.charlie.key, 100)
    slow, fast = Committer(db, None, room.secret), Committer(db, None, room.secret)
    await slow.settle([room.ask(cast.alice.key)])
    await fast.settle([room.ask(cast.charlie.key)])
    cursor, seen = ledger.start(), []
    for _ in range(3):
        for committer, member in ((fast, cast.charlie), (slow, cast.alice)):
            await committer.settle([room.ask(member.key) for _ in range(4)])
            async with db.read() as tx:
                feed = await ledger.read_feed(tx, cursor)
                cursor = feed.cursor
                seen += [g.receipt for g in feed.gifts]
    async with db.read() as tx:
        staged = await ledger.list_staged(tx, room.stage, ledger.start())
        assert await ledger.heads(tx) == cursor
    assert len(seen) == len(set(seen)) == 26
    assert sorted(seen) == sorted(g.receipt for g in staged.gifts)
    assert ledger.decode_cursor(ledger.encode_cursor(cursor)) == cursor
    await slow.close()
    await fast.close()


async def test_a_lost_connection_is_retried_with_the_same_ids(
    db: Database, cast: Any, room: Any, fill: Any, committer: Committer
) -> None:
    await fill(cast.alice.key, 100)
    await committer.settle([room.ask(cast.alice.key)])
    async with db.pool.connection() as connection:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'committer' AND datname = current_database()"
        )
    outcomes = await committer.settle([room.ask(cast.alice.key)])
    assert isinstance(outcomes[0], Receipt)
    assert len(await _gifts(db)) == 2


async def test_what_is_said_with_a_gift_is_kept_outside_the_books(
    db: Database, cast: Any, room: Any, fill: Any, committer: Committer
) -> None:
    await fill(cast.alice.key, 100)
    await committer.settle([room.ask(cast.alice.key, message="For you ❤️", combo="c1")])
    async with db.read() as tx:
        note = await tx.row("SELECT message, combo FROM stage.note")
    assert note == {"message": "For you ❤️", "combo": "c1"}


@pytest.mark.parametrize(
    "statement", ["UPDATE ledger.gift SET coins_paid = 0", "DELETE FROM ledger.gift", "DELETE FROM ledger.batch"]
)
async def test_the_journal_refuses_to_be_rewritten(  # noqa: PLR0917 - fixtures
    db: Database, cast: Any, room: Any, fill: Any, committer: Committer, statement: str
) -> None:
    await fill(cast.alice.key, 100)
    await committer.settle([room.ask(cast.alice.key)])
    with pytest.raises(psycopg.DatabaseError, match="for ever"):
        async with db.write() as tx:
            await tx.execute(statement.encode())  # type: ignore[arg-type]


async def test_two_senders_with_the_same_ids_in_opposite_order_do_not_wait_for_each_other(
    db: Database, cast: Any, room: Any, fill: Any
) -> None:
    await fill(cast.alice.key, 1000)
    await fill(cast.charlie.key, 1000)
    shared = [ids.new().bytes for _ in range(50)]
    one, two = Committer(db, None, room.secret), Committer(db, None, room.secret)
    first, second = await asyncio.wait_for(
        asyncio.gather(
            one.settle([room.ask(cast.alice.key, id=i) for i in shared]),
            two.settle([room.ask(cast.charlie.key, id=i) for i in reversed(shared)]),
        ),
        10,
    )
    assert all(isinstance(o, Receipt) for o in [*first, *second])
    await one.close()
    await two.close()
