"""A gift to a guest: the diamonds are the guest's, exactly, and the creator's are not touched by it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from largesse import ledger, stage
from largesse.gifting import Committer, Receipt
from largesse.gifting.errors import IdReused, NotAGuest, SelfGift
from largesse.kit import ids
from largesse.kit.db import Database, sql
from largesse.kit.money import Money
from largesse.stage.summary import summarise, summarise_own


@pytest.fixture
async def on(db: Database, cast: Any, room: Any) -> Any:
    """Gives somebody a place in Bob's LIVE; Charlie has one."""

    async def place(account: int, status: str = "on") -> None:
        async with db.write() as tx:
            await tx.execute(
                "INSERT INTO stage.guest (stage, account, status, joined_at) VALUES (%s, %s, %s, now())"
                " ON CONFLICT (stage, account) DO UPDATE SET status = excluded.status", [room.stage, account, status],
            )  # fmt: skip

    await place(cast.charlie.key)
    return place


async def _earned(db: Database, *accounts: int) -> list[int]:
    async with db.read() as tx:
        days = [await ledger.list_earnings(tx, account) for account in accounts]
    return [sum(d.milli_in - d.milli_reversed for d in found) for found in days]


async def _findings(db: Database) -> list[Any]:
    async with db.read() as tx:
        rows = []
        for name in ("audit_postings", "audit_earnings", "audit_parts", "audit_gifts"):
            rows += await tx.rows(sql("ledger", name))
        return rows


async def test_a_gift_to_a_guest_is_the_guests_and_counts_in_the_live(  # noqa: PLR0917 - fixtures
    db: Database, cast: Any, room: Any, fill: Any, committer: Committer, on: Any
) -> None:
    await fill(cast.alice.key, 1000)
    alice, bob, charlie = cast.alice.key, cast.bob.key, cast.charlie.key
    outcomes = await committer.settle([room.ask(alice, count=3), room.ask(alice, count=7, receiver=charlie)])
    to_bob, to_charlie = (o.entry for o in outcomes if isinstance(o, Receipt))
    assert (to_bob.receiver, to_charlie.receiver, to_charlie.diamonds_milli) == (bob, charlie, 4900)
    assert await _earned(db, bob, charlie) == [2100, 4900]
    async with db.read() as tx:
        (place,) = await stage.list_by_key(tx, [room.stage])
        summary, tallies = await summarise(tx, place, datetime.now(UTC))
        own = await summarise_own(tx, place, datetime.now(UTC), tallies, set())
    assert (summary.gifts, summary.coins, own.diamonds_milli) == (2, 10, 2100)
    assert [(g.receiver, g.gifts, g.coins, g.diamonds_milli) for g in own.guests] == [(charlie, 1, 7, 4900)]
    assert await _findings(db) == []


async def test_only_who_is_on_can_be_given_to(  # noqa: PLR0917 - fixtures
    db: Database, cast: Any, room: Any, fill: Any, committer: Committer, on: Any
) -> None:
    await fill(cast.alice.key, 1000)
    alice, olga, charlie = cast.alice.key, cast.olga.key, cast.charlie.key
    assert [type(o) for o in await committer.settle([room.ask(alice, receiver=olga)])] == [NotAGuest]
    for status in ("asked", "off"):
        await on(charlie, status)
        assert [type(o) for o in await committer.settle([room.ask(alice, receiver=charlie)])] == [NotAGuest]
    await on(charlie)
    async with db.write() as tx:
        await tx.execute("INSERT INTO ledger.wallet (account, gives_from, frozen) VALUES (%s, '2008-01-01', true)",
                         [charlie])  # fmt: skip
    assert [type(o) for o in await committer.settle([room.ask(alice, receiver=charlie)])] == [NotAGuest]
    async with db.read() as tx:
        assert (await ledger.get_wallet(tx, alice)).coins == 1000, "a refusal takes nothing"


async def test_whom_a_guest_blocked_gives_them_nothing_and_to_others_as_before(  # noqa: PLR0917 - fixtures
    db: Database, cast: Any, room: Any, fill: Any, committer: Committer, on: Any
) -> None:
    alice, charlie, olga = cast.alice.key, cast.charlie.key, cast.olga.key
    for giver in (alice, olga):
        await fill(giver, 100)
    async with db.write() as tx:
        await tx.execute(
            "INSERT INTO safety.block (id, account, blocked, receipt) VALUES (%s, %s, %s, '')",
            [ids.new(), charlie, alice],
        )
    asked = [room.ask(alice, receiver=charlie), room.ask(alice), room.ask(olga, receiver=charlie)]
    assert [type(o) for o in await committer.settle(asked)] == [NotAGuest, Receipt, Receipt]
    async with db.read() as tx:
        assert (await ledger.get_wallet(tx, alice)).coins == 99, "a refusal takes nothing"


async def test_nobody_gives_to_themselves_and_a_guest_and_the_creator_give_to_each_other(  # noqa: PLR0917 - fixtures
    db: Database, cast: Any, room: Any, fill: Any, committer: Committer, on: Any
) -> None:
    await fill(cast.bob.key, 100)
    await fill(cast.charlie.key, 100)
    bob, charlie = cast.bob.key, cast.charlie.key
    asked = [room.ask(charlie, receiver=charlie), room.ask(charlie), room.ask(bob, receiver=charlie), room.ask(bob)]
    outcomes = await committer.settle(asked)
    assert [type(o) for o in outcomes] == [SelfGift, Receipt, Receipt, SelfGift]
    assert await _earned(db, bob, charlie) == [700, 700]


async def test_the_same_id_is_one_gift_and_another_receiver_is_another_content(  # noqa: PLR0917 - fixtures
    db: Database, cast: Any, room: Any, fill: Any, committer: Committer, on: Any
) -> None:
    await fill(cast.alice.key, 1000)
    alice, charlie = cast.alice.key, cast.charlie.key
    gift = ids.new().bytes
    (first,) = await committer.settle([room.ask(alice, id=gift, receiver=charlie)])
    await on(charlie, "off")
    (again, other) = await committer.settle([room.ask(alice, id=gift, receiver=charlie), room.ask(alice, id=gift)])
    assert isinstance(first, Receipt)
    assert isinstance(again, Receipt)
    assert again.duplicate, "who has left keeps what was given, and its receipt is told again"
    assert (again.entry.batch, again.entry.leaf) == (first.entry.batch, first.entry.leaf)
    assert isinstance(other, IdReused)
    assert await _earned(db, charlie) == [700]


async def test_a_refund_takes_the_guests_diamonds_back_and_none_of_the_creators(
    db: Database, cast: Any, room: Any, committer: Committer, on: Any
) -> None:
    alice, bob, charlie = cast.alice.key, cast.bob.key, cast.charlie.key
    now = datetime.now(UTC)
    async with db.write() as tx:
        await ledger.sell_coins(
            tx, account=alice, gives_from=date(2000, 1, 1), coins=100, gross=Money(1000, "USD"), tax=Money(0, "USD"),
            provider_fee=Money(0, "USD"), source="p", happened_at=now,
        )  # fmt: skip
    await committer.settle([room.ask(alice, count=40)])
    await committer.settle([room.ask(alice, count=60, receiver=charlie)])
    assert await _earned(db, bob, charlie) == [28_000, 42_000]
    async with db.write() as tx:
        await ledger.refund_coins(
            tx, purchase="p", refunded=Money(500, "USD"), via="psp", source="r", happened_at=now, reason="asked"
        )
    assert sum(await _earned(db, bob, charlie)) == 35_000
    async with db.read() as tx:
        received = {r.receiver: r.diamonds_milli for r in await ledger.tally_received(tx, room.stage)}
        keys = await stage.list_keys_received(tx, charlie)
        moves = await ledger.list_moves(tx, charlie, keys)
    assert [received[bob], received[charlie]] == await _earned(db, bob, charlie)
    assert keys == [room.stage]
    assert sum(m.milli for m in moves) == received[charlie] - 42_000
    assert await _findings(db) == []


async def test_both_histories_show_their_own_gifts_page_by_page(  # noqa: PLR0917 - fixtures
    db: Database, cast: Any, room: Any, fill: Any, committer: Committer, on: Any
) -> None:
    await fill(cast.alice.key, 1000)
    alice, bob, charlie = cast.alice.key, cast.bob.key, cast.charlie.key
    for n in range(12):  # most batches are of one receiver alone, every fifth of both
        asked = [room.ask(alice, receiver=0 if n == 3 else charlie)]
        await committer.settle(asked if n % 5 else [*asked, room.ask(alice, count=2)])
    async with db.read() as tx:
        own = {account: await stage.list_keys_of(tx, account) for account in (bob, charlie)}
        day = (await tx.scalar("SELECT now()")).astimezone(UTC).date()
        for account, count in ((bob, 1 + 3), (charlie, 11)):
            for of_day in (False, True):
                found: list[ledger.GiftRow] = []
                while True:
                    before = found[-1].receipt if found else None
                    page = (
                        await ledger.list_received_on(tx, account, own[account], day=day, before=before, limit=3)
                        if of_day
                        else await ledger.list_received(tx, account, own[account], before, 3)
                    )
                    found += page
                    if len(page) < 3:
                        break
                assert {g.receiver for g in found} == {account}
                assert len({g.receipt for g in found}) == len(found) == count, "no page ends before the last"


async def test_the_audit_finds_a_gift_to_somebody_who_never_was_a_guest(  # noqa: PLR0917 - fixtures
    db: Database, cast: Any, room: Any, fill: Any, committer: Committer, on: Any
) -> None:
    await fill(cast.alice.key, 1000)
    await committer.settle([room.ask(cast.alice.key, receiver=cast.charlie.key)])
    assert await _findings(db) == []
    async with db.write() as tx:
        await tx.execute("UPDATE stage.guest SET status = 'off', joined_at = NULL")
    assert [row["detail"].split(" on ")[0] for row in await _findings(db)] == [f"is for {cast.charlie.key}"]
    async with db.write() as tx:
        await tx.execute("UPDATE stage.guest SET joined_at = now()")
        await tx.execute("DELETE FROM ledger.hosted")
    assert [row["detail"] for row in await _findings(db)] == ["is missing"]
