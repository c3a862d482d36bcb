"""What several processes do to the same wallets at once: no overdraft, no double, no deadlock, nobody left waiting."""

import asyncio
import random
from collections import defaultdict
from typing import Any

import pytest

from largesse.gifting import Committer, Receipt, Request
from largesse.kit import ids
from largesse.kit.db import Database

pytestmark = [pytest.mark.crash, pytest.mark.timeout(120)]
SECRET = b"a secret of the tests, 32 bytes!"


async def _deadlocks(db: Database) -> int:
    async with db.write() as tx:
        await tx.execute("SELECT pg_stat_force_next_flush()")
        found = await tx.scalar("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(found)


async def test_eight_processes_on_twenty_tiny_wallets_neither_overdraw_nor_double_nor_deadlock(
    db: Database, make_room: Any, settle_all: Any
) -> None:
    """5 % of the ids are sent by every process, some of them with other content."""
    coins, each, rng = 60, 250, random.Random(8)
    room = await make_room(20, coins)
    shared = [(ids.new().hex, rng.choice(room.viewers), 1) for _ in range(each // 20)]
    work = []
    for _ in range(8):
        own = [(ids.new().hex, rng.choice(room.viewers), rng.randint(1, 3)) for _ in range(each - 2 * len(shared))]
        other = [(gift, sender, count + 1) for gift, sender, count in shared]
        gifts = own + shared + other
        rng.shuffle(gifts)
        work.append(gifts)
    told = await settle_all(room, work)

    receipts, contents = defaultdict(set), defaultdict(set)
    for gifts, outcomes in zip(work, told, strict=True):
        for (gift, sender, count), (outcome, batch, leaf, _) in zip(gifts, outcomes, strict=True):
            assert outcome in {"settled", "not-enough-coins", "id-reused"}, outcome
            if outcome == "settled":
                receipts[gift, sender].add((batch, leaf))
                contents[gift, sender].add(count)
    assert all(len(found) == 1 for found in receipts.values()), "an id has one receipt, whoever sends it"
    assert all(len(found) == 1 for found in contents.values()), "an id with other content is refused"
    async with db.read() as tx:
        stored = await tx.rows("SELECT id, sender, batch, leaf, count FROM ledger.gift")
        wallets = await tx.rows("SELECT account, paid_in, paid_out FROM ledger.wallet")
    assert {(row["id"].hex, row["sender"]): {(row["batch"], row["leaf"])} for row in stored} == receipts
    spent: dict[int, int] = defaultdict(int)
    for row in stored:
        spent[row["sender"]] += row["count"]
    assert all(w["paid_out"] == spent[w["account"]] <= w["paid_in"] for w in wallets)
    assert sum(w["paid_out"] for w in wallets) > 0.9 * 20 * coins, "small gifts are not refused behind big ones"
    assert await _deadlocks(db) == 0


async def test_two_senders_with_the_same_ids_in_opposite_order_never_deadlock(
    db: Database, make_room: Any, settle_all: Any
) -> None:
    room = await make_room(2, 100_000)
    shared = [ids.new().hex for _ in range(2_000)]
    alice, charlie = room.viewers
    work = [
        [(gift, sender, 1) for gift in shared for sender in (alice, charlie)],
        [(gift, sender, 1) for gift in reversed(shared) for sender in (charlie, alice)],
    ]
    told = await settle_all(room, work, callers=300, size_max=100)
    assert all(outcome == "settled" for outcomes in told for outcome, *_ in outcomes)
    receipts = defaultdict(set)
    for gifts, outcomes in zip(work, told, strict=True):
        for (gift, sender, _), (_, batch, leaf, _) in zip(gifts, outcomes, strict=True):
            receipts[gift, sender].add((batch, leaf))
    assert len(receipts) == 2 * len(shared)
    assert all(len(found) == 1 for found in receipts.values())
    assert await _deadlocks(db) == 0


async def test_in_a_flood_on_two_processes_nobody_waits_for_more_than_five_batches(
    make_room: Any, settle_all: Any
) -> None:
    """Batches of one's own process that begin while one waits, one's own among them."""
    room = await make_room(300, 1_000_000)
    rng = random.Random(5)
    work = [[(ids.new().hex, rng.choice(room.viewers), 1) for _ in range(8_000)] for _ in range(2)]
    told = await settle_all(room, work, callers=400)
    waited = [batches for outcomes in told for *_, batches in outcomes]
    assert max(waited) <= 5, f"at most {max(waited)}"


async def test_a_wallet_that_is_always_held_is_waited_for_by_the_fourth_batch(db: Database, make_room: Any) -> None:
    """The worst case: whenever it is tried, another committer has it, and few others are held."""
    room = await make_room(10, 1_000)
    alice, *others = room.viewers
    one = Committer(db, None, SECRET)
    hers = Request(ids.new().bytes, alice, room.stage, room.rose)
    async with db.write() as tx:
        await tx.execute("SELECT 1 FROM ledger.wallet WHERE account = %s FOR UPDATE", [alice])
        for _ in range(3):
            batch = [hers, *[Request(ids.new().bytes, other, room.stage, room.rose) for other in others]]
            outcomes = await one.settle(batch)
            assert outcomes[0] is None, "it rides in the next batch"
            assert all(isinstance(outcome, Receipt) for outcome in outcomes[1:]), "nobody waits for her"
        async with asyncio.TaskGroup() as group:
            settled = group.create_task(one.settle([hers]))
            await _until_somebody_waits(db)
            assert not settled.done()
            await tx.connection.execute("COMMIT")
        await tx.connection.execute("BEGIN")
    assert isinstance(settled.result()[0], Receipt)
    await one.close()


async def _until_somebody_waits(db: Database) -> None:
    async with asyncio.timeout(30), db.read() as tx:
        while not await tx.scalar(  # noqa: ASYNC110 - nobody tells it
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        ):
            await asyncio.sleep(0.02)


async def test_committers_that_hold_each_others_wallets_go_on_with_their_prepared_statements(
    db: Database, make_room: Any
) -> None:
    """A batch most of whose wallets are held rolls back and waits; what it had prepared must be prepared again."""
    room = await make_room(3, 1_000)
    one = Committer(db, None, SECRET)
    ask = lambda viewer: Request(ids.new().bytes, viewer, room.stage, room.rose)  # noqa: E731
    for viewers in (room.viewers[:1], room.viewers):
        assert all(isinstance(o, Receipt) for o in await one.settle([ask(v) for v in viewers]))
    journal = one._journal
    for _ in range(3):
        async with db.write() as tx:
            await tx.execute("SELECT 1 FROM ledger.wallet WHERE account = ANY (%s) FOR UPDATE", [room.viewers[:2]])
            waiting = one.settle([ask(v) for v in room.viewers])
            async with asyncio.TaskGroup() as group:
                settled = group.create_task(waiting)
                await asyncio.sleep(0.1)
                await tx.connection.execute("COMMIT")
            await tx.connection.execute("BEGIN")
        assert all(isinstance(o, Receipt) for o in settled.result())
        assert all(isinstance(o, Receipt) for o in await one.settle([ask(v) for v in room.viewers]))
    assert one._journal is journal, "the connection was never given up"
    await one.close()
