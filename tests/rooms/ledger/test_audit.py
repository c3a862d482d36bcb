"""The audit is clean on honest books, and names whatever was changed behind their back."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bookkeeping import ADULT, AT, Bookkeeper, Gift, people
from largesse import ledger
from largesse.kit import trail
from largesse.kit.db import Database, ReadTx
from largesse.kit.money import Money
from largesse.ledger import chain, checkpoints, keys
from largesse.ledger.audit import Check, Report, audit
from largesse.ledger.model import Finding

TABLES = (
    "transfer",
    "leg",
    "lot",
    "lot_cut",
    "wallet",
    "stripe",
    "batch",
    "gift",
    "sent",
    "staged",
    "earning",
    "checkpoint",
    "taking",
    "dispute",
    "gift_part",
    "held",
    "freeze",
    "unallocated",
    "payee",
    "payout",
    "payout_part",
)
USD, NOTHING = Money(1000, "USD"), Money(0, "USD")
ALICE, BOB, CHARLIE, OLGA, DORA = 1, 2, 3, 4, 5


@pytest.fixture(scope="module")
async def shared(clones: Any, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bookkeeper]:
    """Books of one database for all of these tests, with a copy of every table to put them right again."""
    url = clones.take()
    db = Database(url, connections_max=3)
    await db.open()
    books = Bookkeeper(db, keys.load_keys(tmp_path_factory.mktemp("secrets")))
    await people(books, DORA)
    await fill(books)
    async with db.write() as tx:
        await tx.execute("CREATE SCHEMA copy")
        for name in ("kit.trail", *(f"ledger.{table}" for table in TABLES)):
            await tx.execute(f"CREATE TABLE copy.{name.split('.')[1]} AS TABLE {name}")
    yield books
    await db.close()
    clones.give_back(url)


async def fill(books: Bookkeeper) -> None:
    """Purchases, grants, adjustments, gifts in four batches on two stripes, a staff deed, two checkpoints; money that
    goes back."""
    await books.buy(ALICE, 1000)
    await books.buy(ALICE, 70, 99)
    await books.buy(CHARLIE, 500, 1500, "JPY")
    await books.grant(CHARLIE, 30)
    async with books.db.write() as tx:
        await ledger.adjust_down(
            tx, account=ALICE, gives_from=ADULT, line="paid", coins=100, source="a", happened_at=AT
        )
        await trail.write(tx, OLGA, "wallet.adjusted", "acct:1", {"coins": -100})
    to_bob = [Gift(ALICE, BOB, n + 1) for n in range(5)]
    await books.give([*to_bob, Gift(CHARLIE, BOB, 20), Gift(CHARLIE, ALICE, 20, 2)])
    async with books.db.write() as tx:
        await checkpoints.sign_next(tx, books.keys, "http://x")
    first = await ledger.Journal.open(books.db, books.keys.salt_secret)
    second = await ledger.Journal.open(books.db, books.keys.salt_secret)
    await books.give([Gift(ALICE, BOB, 7), Gift(CHARLIE, BOB, 8)], journal=second)
    await books.give([Gift(ALICE, BOB, 9), Gift(CHARLIE, BOB, 10)], journal=first)
    await first.close()
    await second.close()
    async with books.db.write() as tx:
        await checkpoints.sign_next(tx, books.keys, "http://x")

    await take_back(books)


async def take_back(books: Bookkeeper) -> None:
    """Dora's refund out of a gift, one that was taken back, her open dispute, and money that is nobody's order."""
    for coins, source in ((100, "x"), (50, "y"), (30, "z")):
        async with books.db.write() as tx:
            await ledger.sell_coins(
                tx, account=DORA, gives_from=ADULT, coins=coins, gross=USD, tax=NOTHING, provider_fee=NOTHING,
                source=source, happened_at=AT,
            )  # fmt: skip
    await books.give([Gift(DORA, BOB, 100), Gift(DORA, ALICE, 60)])
    async with books.db.write() as tx:
        await ledger.refund_coins(tx, purchase="x", coins=20, via="psp", source="r", happened_at=AT, reason="asked")
    async with books.db.write() as tx:
        await ledger.refund_coins(tx, purchase="z", coins=5, via="psp", source="s", happened_at=AT, reason="asked")
    async with books.db.write() as tx:
        await ledger.restore_refund(tx, source="s", happened_at=AT)
    async with books.db.write() as tx:
        await ledger.open_dispute(tx, purchase="y", disputed=USD, fee=NOTHING, source="d", happened_at=AT)
    async with books.db.write() as tx:
        await ledger.hold_unallocated(tx, paid=USD, provider_fee=NOTHING, via="psp", source="kept", happened_at=AT)


@pytest.fixture
async def world(shared: Bookkeeper) -> AsyncIterator[Bookkeeper]:
    """The shared books, put right again afterwards."""
    yield shared
    async with shared.db.write() as tx:
        await tx.execute("SET LOCAL session_replication_role = replica")
        for name in ("kit.trail", *(f"ledger.{table}" for table in TABLES)):
            await tx.execute(f"DELETE FROM {name}")
            await tx.execute(f"INSERT INTO {name} OVERRIDING SYSTEM VALUE TABLE copy.{name.split('.')[1]}")


async def check(books: Bookkeeper) -> Report:
    return await audit(books.db, books.keys)


async def tamper(db: Database, *statements: str) -> None:
    """What somebody with the database's password can do: guards off, change, guards on."""
    async with db.write() as tx:
        await tx.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            assert (await tx.execute(statement)).rowcount != 0, statement


async def test_honest_books_are_clean(world: Bookkeeper) -> None:
    seen: list[tuple[str, int, int]] = []
    report = await audit(world.db, world.keys, progress=lambda *step: seen.append(step))
    assert report.findings == []
    assert (report.ok, report.gifts, report.batches, report.checkpoints) == (True, 13, 4, 2)
    assert {c.promise for c in report.checks} == {1, 2, 4, 5, 6, 7, 8, 9}
    assert ("leaves, trees and chains", 13, 13) in seen
    assert ("entries sum to zero", 1, 1) in seen


async def test_empty_books_are_clean(books: Bookkeeper) -> None:
    report = await check(books)
    assert (report.ok, report.findings, report.gifts) == (True, [], 0)


@pytest.mark.parametrize(
    ("statement", "promise", "about"),
    [
        ("UPDATE ledger.leg SET amount = amount + 1 WHERE book = 2 AND n = 6", 1, "transfer "),
        ("DELETE FROM ledger.leg WHERE transfer = 1", 1, "transfer "),
        ("UPDATE ledger.leg SET holder = 0 WHERE transfer = 1 AND book = 2", 1, "transfer "),
        ("UPDATE ledger.wallet SET paid_in = paid_in + 1 WHERE account = 1", 2, "wallet of account 1"),
        ("UPDATE ledger.wallet SET paid_out = paid_out - 1 WHERE account = 1", 2, "wallet of account 1"),
        ("UPDATE ledger.wallet SET promo_out = 29 WHERE account = 3", 2, "wallet of account 3"),
        ("DELETE FROM ledger.wallet WHERE account = 1", 2, "wallet of account 1"),
        ("UPDATE ledger.gift SET paid_before = paid_before + 1 WHERE coins_paid = 7", 2, "gift "),
        ("UPDATE ledger.gift SET coins_paid = 8, diamonds_milli = 5600 WHERE coins_paid = 7", 2, "wallet of account 1"),
        ("DELETE FROM ledger.sent WHERE sender = 3 AND batch & 63 = 1", 2, "batch "),
        ("UPDATE ledger.sent SET hour = hour + 1 WHERE sender = 3 AND batch & 63 = 1", 2, "posting "),
        ("UPDATE ledger.staged SET stage = 5 WHERE stage = 2", 2, "batch "),
        ("UPDATE ledger.gift SET diamonds_milli = diamonds_milli + 700 WHERE coins_paid = 7", 4, "gift "),
        ("UPDATE ledger.gift SET receiver = 4 WHERE coins_paid = 7", 6, "creator 4 "),
        ("UPDATE ledger.lot SET start = start + 1 WHERE key = 2", 5, "lot 2 of account 1"),
        ("UPDATE ledger.lot SET removed = removed + 1 WHERE key = 1", 5, "lot 1 of account 1"),
        ("UPDATE ledger.lot SET coins = coins + 1 WHERE key = 3", 5, "lot 3 of account 3"),
        ("UPDATE ledger.earning SET milli_in = milli_in + 1 WHERE stripe = 0 AND creator = 2", 6, "creator 2 "),
        ("DELETE FROM ledger.earning WHERE stripe = 1", 6, "creator 2 "),
        ("UPDATE ledger.stripe SET gifts = gifts + 1 WHERE stripe = 1", 6, "stripe 1"),
        ("UPDATE ledger.wallet SET debt = 1 WHERE account = 5", 2, "wallet of account 5"),
        ("UPDATE ledger.wallet SET frozen = false WHERE account = 5", 2, "wallet of account 5"),
        ("UPDATE ledger.wallet SET frozen = true WHERE account = 1", 2, "wallet of account 1"),
        ("DELETE FROM ledger.freeze", 2, "dispute "),
        ("UPDATE ledger.dispute SET state = 'won', decided = transfer, rounds = 1", 2, "dispute "),
        ("UPDATE ledger.unallocated SET left_minor = 0", 2, "money kept apart"),
        ("UPDATE ledger.lot SET clawed = 19 WHERE clawed = 20", 5, "lot "),
        ("UPDATE ledger.lot SET clawed_at = '{[170,190)}' WHERE clawed = 20", 5, "lot "),
        ("UPDATE ledger.lot SET origin = 1 WHERE origin IS NOT NULL", 5, "lot "),
        ("UPDATE ledger.lot SET coins = coins + 1 WHERE origin IS NOT NULL", 5, "lot "),
        ("UPDATE ledger.lot_cut SET coins = 4 WHERE coins = 5", 5, "lot "),
        ("UPDATE ledger.gift_part SET milli = milli + 700", 6, "gift "),
        ("UPDATE ledger.gift_part SET coins = coins + 1, milli = milli + 700", 6, "transfer "),
        ("UPDATE ledger.gift_part SET receiver = 4", 6, "gift "),
        ("UPDATE ledger.gift_part SET low = low + 1", 6, "gift "),
        ("UPDATE ledger.gift_part SET day = day - 1", 6, "creator 2 "),
        ("UPDATE ledger.gift_part SET leaf = 9", 6, "gift "),
        ("DELETE FROM ledger.gift_part", 6, "creator 2 "),
        ("UPDATE ledger.earning SET milli_reversed = 0 WHERE milli_reversed > 0", 8, "diamonds"),
        ("UPDATE ledger.earning SET milli_held = milli_held - 700 WHERE milli_held > 0", 6, "creator 1 "),
        ("UPDATE ledger.held SET milli = milli - 700", 6, "dispute "),
        ("UPDATE ledger.taking SET reversed_milli = 0 WHERE reversed_milli > 0", 6, "transfer "),
        ("UPDATE ledger.leg SET amount = amount + 7 WHERE book IN (12, 15)", 1, "transfer "),
        ("UPDATE ledger.stripe SET coins_paid = coins_paid - 1 WHERE stripe = 0", 8, "coins"),
        ("UPDATE ledger.stripe SET n = n + 1 WHERE stripe = 0", 9, "stripe 0"),
        ("UPDATE ledger.stripe SET chain = sha256('x') WHERE stripe = 0", 9, "stripe 0"),
        ("UPDATE ledger.batch SET chain = sha256('x') WHERE n = 2", 9, "batch "),
        ("UPDATE ledger.batch SET root = sha256('x') WHERE n = 2", 9, "batch "),
        ("UPDATE ledger.batch SET recorded_at = recorded_at - interval '1 day' WHERE n = 2", 9, "batch "),
        ("UPDATE ledger.batch SET recorded_at = recorded_at + interval '1 microsecond' WHERE n = 1", 9, "batch "),
        ("UPDATE ledger.batch SET recorded_at = 'infinity' WHERE n = 2", 9, "batch "),
        ("UPDATE ledger.batch SET gifts = gifts + 1 WHERE n = 2", 9, "batch "),
        ("UPDATE ledger.gift SET flags = 4 WHERE coins_paid = 7", 9, "batch "),
        ("UPDATE ledger.gift SET sender = 2, receiver = 1 WHERE coins_paid = 7", 9, "batch "),
        ("UPDATE ledger.gift SET leaf = 1 - leaf WHERE batch & 63 = 1", 9, "batch "),
        ("UPDATE ledger.gift SET leaf = 5 WHERE coins_paid = 7", 10, "batch "),
        ("DELETE FROM ledger.gift WHERE coins_paid = 7", 10, "batch "),
        ("DELETE FROM ledger.gift WHERE batch & 63 = 1", 10, "batch "),
        ("DELETE FROM ledger.batch WHERE n = 2", 10, "batch "),
        ("UPDATE ledger.checkpoint SET signature = decode(repeat('11', 64), 'hex') WHERE n = 1", 9, "checkpoint 1"),
        ("UPDATE ledger.checkpoint SET body = body || 'x' WHERE n = 2", 9, "checkpoint 2"),
        ("UPDATE ledger.checkpoint SET key_id = 'another' WHERE n = 2", 9, "checkpoint 2"),
        ("DELETE FROM ledger.checkpoint WHERE n = 1", 9, "checkpoint 2"),
        ("UPDATE kit.trail SET body = '{}'", 9, "staff trail row 1"),
    ],
)
async def test_what_was_changed_behind_their_back_is_named(
    world: Bookkeeper, statement: str, promise: int, about: str
) -> None:
    await tamper(world.db, statement)
    report = await check(world)
    assert not report.ok
    named = [f for f in report.findings if f.promise == promise and f.about.startswith(about)]
    assert named, report.findings


@pytest.mark.parametrize(
    ("off", "on", "about"),
    [
        (
            "ALTER TABLE ledger.gift DISABLE TRIGGER gift_for_ever",
            "ALTER TABLE ledger.gift ENABLE TRIGGER gift_for_ever",
            "trigger gift_for_ever on ledger.gift",
        ),
        (
            "ALTER TRIGGER leg_zero_sum ON ledger.leg RENAME TO another",
            "ALTER TRIGGER another ON ledger.leg RENAME TO leg_zero_sum",
            "table ledger.leg",
        ),
    ],
)
async def test_a_guard_that_is_off_is_named(world: Bookkeeper, off: str, on: str, about: str) -> None:
    await tamper(world.db, off)
    report = await check(world)
    await tamper(world.db, on)
    assert (4, about) in [(f.promise, f.about) for f in report.findings]


@pytest.mark.parametrize(
    ("announced", "effective", "wrong"),
    [("2026-01-02", "2026-01-09", True), ("now() - interval '9 s'", "now() - interval '9 s'", False),
     ("2026-01-02", "2126-01-09", False)],
)  # fmt: skip
async def test_a_batch_under_a_policy_that_was_over_is_named(
    world: Bookkeeper, announced: str, effective: str, *, wrong: bool
) -> None:
    moment = [word if "(" in word else f"'{word}'" for word in (announced, effective)]
    await tamper(
        world.db,
        "INSERT INTO policy.version (id, share_bps, promo_share_bps, diamond_value_micros, hold_days, payout_minor_min,"
        " payout_week_minor_max, payout_fee_bps, payout_fee_minor, give_day_coins_max, buy_day_minor_max, announced_at,"
        " effective_at, reason) SELECT gen_random_uuid(), 6000, 0, 7000, 14, 1, 1, 0, 0, 1, 1,"
        f" {moment[0]}, {moment[1]}, 'x'",
    )
    report = await check(world)
    await tamper(world.db, "DELETE FROM policy.version WHERE key > 1")
    assert any("was not in force" in f.detail for f in report.findings) is wrong


async def test_a_rewritten_and_rechained_history_is_caught_by_the_signed_heads(world: Bookkeeper) -> None:
    async with world.db.read() as tx:
        row = await tx.row(
            "SELECT b.batch, b.gifts, b.recorded_at, p.chain FROM ledger.batch b JOIN ledger.batch p ON p.n = 1"
            " AND p.batch & 63 = 0 WHERE b.n = 2 AND b.batch & 63 = 0"
        )
    assert row is not None
    hashed = chain.batch_hash(bytes(32), row["gifts"], chain.micros(row["recorded_at"]))
    forged = chain.chain_next(row["chain"], hashed, 2, 0)
    await tamper(
        world.db,
        f"UPDATE ledger.batch SET root = decode('{bytes(32).hex()}', 'hex'), chain = decode('{forged.hex()}', 'hex')"
        f" WHERE batch = {row['batch']}",
        f"UPDATE ledger.stripe SET chain = decode('{forged.hex()}', 'hex') WHERE stripe = 0",
    )
    report = await check(world)
    assert [f.about for f in report.findings if "signed another chain" in f.detail] == ["checkpoint 2"]


async def test_an_audit_needs_the_secrets_of_these_books(world: Bookkeeper, tmp_path: Path) -> None:
    async with world.db.write() as tx:
        await keys.check_seal(tx, world.keys)
    with pytest.raises(keys.WrongKeys):
        await audit(world.db, keys.load_keys(tmp_path / "other"))


async def test_other_rooms_add_their_checks(world: Bookkeeper) -> None:
    async def find(tx: ReadTx) -> list[Finding]:
        return [Finding(7, "payout 1", f"was paid {await tx.scalar('SELECT 2')} times")]

    report = await audit(world.db, world.keys, checks=[Check(7, "no payout is paid twice", find)])
    assert report.findings == [Finding(7, "payout 1", "was paid 2 times")]
    assert not report.ok
