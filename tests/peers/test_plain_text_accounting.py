"""hledger and beancount, which nobody here wrote, say that the exported books balance, and come to our balances."""

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import clocked
from bookkeeping import ADULT, AT, Bookkeeper, Gift
from campaigning import Campaigning
from largesse import ledger
from largesse.kit.db import Database
from largesse.kit.money import Money
from largesse.ledger import closing

ENTRIES = 13 + 18  # of `taken`
ODD = 'odd "; | \\\n source'


@pytest.fixture
def database_url(clones: Any) -> Iterator[str]:
    """A database in which days can pass."""
    url = clones.take()
    clocked.install(url)
    yield url
    clones.give_back(url)


@pytest.fixture
async def world(books: Bookkeeper, cast: Any) -> Bookkeeper:
    """Money of three exponents, tax, fees, debt, adjustments, grants, both classes of coins, fractions of diamonds."""
    alice, bob, charlie = cast.alice.key, cast.bob.key, cast.charlie.key
    await books.buy(alice, 1000)
    await books.buy(alice, 70, 99, "EUR")
    await books.buy(charlie, 500, 1500, "JPY")
    await books.buy(charlie, 350, 1234, "KWD")
    await books.grant(charlie, 33)
    async with books.db.write() as tx:
        await ledger.adjust_down(
            tx, account=alice, gives_from=ADULT, line="paid", coins=100, source=ODD, happened_at=AT
        )
        await ledger.adjust_up(
            tx, account=bob, gives_from=ADULT, line="paid", coins=5, worth=Money(6, "USD"), source="up", happened_at=AT
        )
    await books.give([Gift(alice, bob, 3), Gift(alice, bob, 50), Gift(charlie, bob, 40), Gift(charlie, alice, 1)])
    await books.give([Gift(bob, alice, 5)])
    async with books.db.write() as tx:
        await ledger.grant_diamonds(
            tx, creator=bob, policy=1, micros=7000, milli=1_500, source="grant:g", happened_at=AT
        )
    return books


@pytest.fixture
async def taken(world: Bookkeeper, cast: Any) -> Bookkeeper:
    """Money that went back, and came again: refunds of a store and in euros, disputes lost, won and both, debt, what
    repaid it, and money that is nobody's order."""
    alice, bob = cast.alice.key, cast.bob.key
    eur, usd = (lambda minor: Money(minor, "EUR")), (lambda minor: Money(minor, "USD"))

    async def write(verb: Any, **named: Any) -> None:
        async with world.db.write() as tx:
            await verb(tx, happened_at=AT, **named)

    async def sell(source: str, coins: int, gross: Money, via: str = "psp") -> None:
        parts = {
            "tax": Money(gross.minor // 6, gross.currency),
            "provider_fee": Money(gross.minor // 9, gross.currency),
        }
        await write(
            ledger.sell_coins,
            account=alice,
            gives_from=ADULT,
            coins=coins,
            gross=gross,
            source=source,
            via=via,
            **parts,
        )

    await sell("s", 77, eur(501), "store")
    await sell("e", 300, eur(999))
    await sell("u", 100, usd(333))
    await world.give([Gift(alice, bob, 900), Gift(alice, bob, 400)])
    asked = {"via": "psp", "reason": "asked"}
    await write(ledger.refund_coins, purchase="s", refunded=eur(100), source="r1", via="store", reason="asked")
    await write(ledger.refund_coins, purchase="e", refunded=eur(500), source="r2", **asked)
    await write(ledger.restore_refund, source="r2")
    await write(ledger.open_dispute, purchase="e", disputed=eur(999), fee=usd(1500), source="d1")
    await write(ledger.lose_dispute, source="d1")
    await write(ledger.win_dispute, source="d1", fee_back=usd(1500))
    await write(ledger.lose_dispute, source="d1")
    await write(ledger.open_dispute, purchase="u", disputed=usd(333), fee=usd(1500), source="d2")
    await write(ledger.win_dispute, source="d2", fee_back=usd(0))
    async with world.db.write() as tx:  # what was given long ago is past its hold
        await tx.execute(clocked.PASS, [20])
    await write(ledger.refund_coins, purchase="u", refunded=usd(333), source="r3", **asked)
    await sell("again", 60, usd(99))
    await write(ledger.hold_unallocated, paid=usd(77), provider_fee=usd(7), via="psp", source="kept")
    await write(ledger.send_back, purchase="kept", money=usd(70), via="psp", source="sent")
    return world


def exported(database_url: str, form: str, folder: Path, entries: int = 13) -> Path:
    path = folder / f"books.{form}"
    with path.open("wb") as out:
        assert ledger.export_books(database_url, form, out) == entries
    return path


def hledger(*arguments: str) -> subprocess.CompletedProcess[str]:
    assert shutil.which("hledger"), "hledger is not installed: apt-get install hledger"
    return subprocess.run(["hledger", *arguments], capture_output=True, text=True, timeout=60, check=False)


def balances(path: Path, *arguments: str) -> dict[tuple[str, str], Decimal]:
    """What hledger says that each account has of each commodity."""
    shown = hledger("-f", str(path), "bal", *arguments, "-O", "json", "--flat", "--no-total").stdout
    return {
        (name, amount["acommodity"]): Decimal(amount["aquantity"]["decimalMantissa"]).scaleb(
            -amount["aquantity"]["decimalPlaces"]
        )
        for name, _, _, amounts in json.loads(shown)[0]
        for amount in amounts
    }


async def our_balances(db: Database) -> dict[tuple[str, str], Decimal]:
    """Ours, from counters and legs, not from the export."""
    found: dict[tuple[str, str], Decimal] = {}
    async with db.read() as tx:
        for row in await tx.rows("SELECT * FROM ledger.wallet"):
            found["coins:wallet:" + str(row["account"]), "COIN"] = Decimal(row["paid_in"] - row["paid_out"])
            found["promo:wallet:" + str(row["account"]), "PROMO"] = Decimal(row["promo_in"] - row["promo_out"])
        for row in await tx.rows(
            "SELECT creator, sum(milli_in - milli_reversed)::bigint AS milli FROM ledger.earning GROUP BY 1"
        ):
            found["diamonds:creator:" + str(row["creator"]), "DIAMOND"] = Decimal(row["milli"]) / 1000
        for row in await tx.rows("SELECT account, sum(to_debt)::bigint AS coins FROM ledger.lot GROUP BY account"):
            found["coins:recovered:" + str(row["account"]), "COIN"] = Decimal(row["coins"])
        money = await tx.rows(
            "SELECT b.name, l.currency, sum(l.amount)::bigint AS amount FROM ledger.leg l JOIN ledger.book b"
            " ON b.key = l.book WHERE b.asset = 'money' GROUP BY 1, 2"
        )
        for row in money:
            decimals = {"JPY": 0, "KWD": 3}.get(row["currency"], 2)
            found[row["name"], row["currency"]] = Decimal(row["amount"]).scaleb(-decimals)
    return {key: amount for key, amount in found.items() if amount}


async def test_hledger_says_that_the_books_balance(world: Bookkeeper, database_url: str, tmp_path: Path) -> None:
    path = exported(database_url, "hledger", tmp_path)
    check = hledger("-f", str(path), "check", "--strict")
    assert (check.returncode, check.stderr) == (0, "")
    theirs = balances(path)
    ours = await our_balances(world.db)
    assert {key: theirs.get(key) for key in ours} == ours
    assert theirs["coins:spent", "COIN"] == 3 + 50 + 7 + 1 + 5
    assert theirs["diamonds:issued", "DIAMOND"] == Decimal("-47.7")
    per_asset: dict[str, Decimal] = {}
    for (_, commodity), amount in theirs.items():
        per_asset[commodity] = per_asset.get(commodity, Decimal(0)) + amount
    assert set(per_asset.values()) == {0}


async def test_both_say_that_the_books_balance_when_money_went_back(
    taken: Bookkeeper, database_url: str, tmp_path: Path
) -> None:
    path = exported(database_url, "hledger", tmp_path, ENTRIES)
    check = hledger("-f", str(path), "check", "--strict")
    assert (check.returncode, check.stderr) == (0, "")
    theirs = balances(path)
    ours = await our_balances(taken.db)
    assert {key: theirs.get(key) for key in ours} == ours
    assert theirs["diamonds:reversed", "DIAMOND"] > 0
    assert theirs["coins:recovered:1", "COIN"] > 0
    assert theirs["liabilities:unallocated", "USD"] == Decimal("-0.07")
    path = exported(database_url, "beancount", tmp_path, ENTRIES)
    check = bean("bean-check", "--no-cache", str(path))
    assert (check.returncode, check.stdout, check.stderr) == (0, "", "")


async def test_both_say_that_the_books_balance_when_creators_were_paid(
    taken: Bookkeeper, cast: Any, database_url: str, tmp_path: Path
) -> None:
    """Bob is paid in euros, it comes back short, and he asks again; Alice is paid in dollars."""

    async def reserve(creator: int, source: str) -> Money:
        async with taken.db.write() as tx:
            days = [
                ledger.DayPart(d.day, d.policy, d.milli_in - d.milli_reversed - d.milli_redeemed)
                for d in await ledger.list_earnings(tx, creator)
            ]
            gross = Money(sum(d.milli for d in days) * 7000 // 10_000_000, "USD")
            await ledger.reserve_payout(tx, creator=creator, days=days, gross=gross, source=source, happened_at=AT)
        return gross

    async def write(verb: Any, **named: Any) -> None:
        async with taken.db.write() as tx:
            await verb(tx, happened_at=AT, **named)

    nothing, fee = Money(0, "USD"), Money(25, "USD")
    await reserve(cast.bob.key, "w1")
    await write(ledger.pay_payout, payout="w1", fee=fee, sent=Money(123, "EUR"), cost=Money(2, "USD"))
    await write(ledger.return_payout, payout="w1", back=Money(120, "EUR"))
    await reserve(cast.bob.key, "w2")
    gross = await reserve(cast.alice.key, "w3")
    await write(ledger.pay_payout, payout="w3", fee=nothing, sent=gross, cost=nothing)
    path = exported(database_url, "hledger", tmp_path, ENTRIES + 6)
    check = hledger("-f", str(path), "check", "--strict")
    assert (check.returncode, check.stderr) == (0, "")
    shown = hledger(
        "-f", str(path), "bal", "diamonds:redeem", "liabilities:payouts", "expenses:fx", "--no-total"
    ).stdout
    assert all(name in shown for name in ("diamonds:redeeming:2", "diamonds:redeemed", "0.03 EUR")), shown
    path = exported(database_url, "beancount", tmp_path, ENTRIES + 6)
    check = bean("bean-check", "--no-cache", str(path))
    assert (check.returncode, check.stdout, check.stderr) == (0, "", "")


async def test_both_say_that_the_books_balance_when_a_creator_owes(
    world: Bookkeeper, cast: Any, database_url: str, tmp_path: Path
) -> None:
    """Bob owes for a gift that is refunded late, part of it is set off, and part of that comes back."""
    alice, bob = cast.alice.key, cast.bob.key

    async def write(verb: Any, **named: Any) -> Any:
        async with world.db.write() as tx:
            return await verb(tx, happened_at=AT, **named)

    async with world.db.write() as tx:
        await tx.execute("SET LOCAL session_replication_role = replica")
        await tx.execute("UPDATE policy.version SET receivable = true")
    await world.give([Gift(alice, bob, 700)])
    async with world.db.write() as tx:
        await tx.execute(clocked.PASS, [20])
    asked = {"purchase": "purchase:1", "via": "psp", "reason": "asked"}
    await write(ledger.refund_coins, coins=753, source="r1", **asked)
    entries = 13 + 2
    for form in ("hledger", "beancount"):
        exported(database_url, form, tmp_path, entries)
    shown = hledger("-f", str(tmp_path / "books.hledger"), "bal", "assets:creators", "--no-total").stdout
    assert shown.split()[:3] == ["2.63", "USD", "assets:creators:2"]  # 217 coins were unspent, 536 were given
    assert await write(ledger.set_off, creator=bob) > 0
    await write(ledger.restore_refund, source="r1")
    entries += 3  # the set-off, what undid the refund, and what gave the set-off back
    path = exported(database_url, "hledger", tmp_path, entries)
    check = hledger("-f", str(path), "check", "--strict")
    assert (check.returncode, check.stderr) == (0, "")
    theirs = balances(path)
    ours = await our_balances(world.db)
    assert {key: theirs.get(key) for key in ours} == ours
    assert not [name for name, _ in theirs if name.startswith("assets:creators")]
    path = exported(database_url, "beancount", tmp_path, entries)
    check = bean("bean-check", "--no-cache", str(path))
    assert (check.returncode, check.stdout, check.stderr) == (0, "", "")


async def test_both_agree_with_a_closed_month_to_the_unit(
    taken: Bookkeeper, cast: Any, database_url: str, tmp_path: Path
) -> None:
    """Hours are closed after the month's end, the month is frozen, and what comes late is dated in the next one."""

    async def close_hours() -> int:
        async with taken.db.write() as tx:
            return await closing.close_next(tx) or 0

    async with taken.db.write() as tx:
        first = (await tx.scalar("SELECT now()")).date().replace(day=1)
        await tx.execute(clocked.PASS, [31])
    while await close_hours():
        pass
    async with taken.db.write() as tx:
        await ledger.freeze_month(tx, month=first, proposed_by=cast.alice.key, approved_by=cast.olga.key)
    async with taken.db.write() as tx:
        await tx.execute(
            "INSERT INTO ledger.transfer (id, kind, source, happened_at, recorded_at)"
            " VALUES (gen_random_uuid(), 'adjustment', 'late', %(at)s, %(at)s)",
            {"at": first},
        )
        await tx.execute(
            "INSERT INTO ledger.leg (transfer, n, book, currency, amount)"
            " SELECT max(key), 1, 31, 'USD', 5 FROM ledger.transfer UNION ALL SELECT max(key), 2, 44, 'USD', -5"
            " FROM ledger.transfer"
        )
        frozen = await ledger.trial_balance(tx, first)
        entries = await tx.scalar("SELECT count(DISTINCT transfer) FROM ledger.leg")
        entries += await tx.scalar("SELECT count(*) FROM ledger.gift")
    path = exported(database_url, "hledger", tmp_path, entries)
    check = hledger("-f", str(path), "check", "--strict")
    assert (check.returncode, check.stderr) == (0, "")
    end = (first + timedelta(days=31)).replace(day=1)
    theirs = balances(path, "-e", str(end), "-E")
    decimals = {"JPY": 0, "KWD": 3}
    money = [line for line in frozen if line.asset == "money"]
    assert {line.book for line in money} >= {"revenue:gifts", "expenses:creators", "liabilities:creators"}
    for line in money:
        due = Decimal(line.closing).scaleb(-decimals.get(line.currency, 2))
        assert theirs.get((line.book, line.currency), Decimal(0)) == due, line
    path = exported(database_url, "beancount", tmp_path, entries)
    check = bean("bean-check", "--no-cache", str(path))
    assert (check.returncode, check.stdout, check.stderr) == (0, "", "")


async def test_what_was_reversed_is_in_jsonl_part_by_part(taken: Bookkeeper, database_url: str, tmp_path: Path) -> None:
    lines = [json.loads(line) for line in exported(database_url, "jsonl", tmp_path, ENTRIES).read_text().splitlines()]
    parts = [line for line in lines if line["type"] == "part"]
    transfers = {line["id"]: line for line in lines if line["type"] == "transfer"}
    for line in transfers.values():
        reversed_milli = sum(leg["amount"] for leg in line["legs"] if leg["book"] == "diamonds:reversed")
        assert reversed_milli == sum(p["diamonds_milli"] for p in parts if p["transfer"] == line["id"])
    assert {transfers[p["transfer"]]["kind"] for p in parts} == {"refund", "restored", "chargeback", "won"}


async def test_what_campaigns_grant_balances_in_both_programs(
    db: Database, database_url: str, *, settings: Any, app_client: Any, accounts_service: Any, cast: Any,
    make_person: Any, tmp_path: Path,
) -> None:  # fmt: skip
    people = (cast.olga, await make_person("oscar", roles=("finance",)))
    office = await Campaigning.opened(db, settings, app_client, accounts_service, people=people)
    await office.running(code="WELCOME", coins=50)
    await office.running(trigger="first_purchase", coins=20)
    await office.enter(cast.alice, "WELCOME")
    await office.buy(cast.alice)
    await office.until(cast.alice, (350, 70))
    for form in ("hledger", "beancount"):
        with (tmp_path / form).open("wb") as out:
            ledger.export_books(database_url, form, out)
    check = hledger("-f", str(tmp_path / "hledger"), "check", "--strict")
    assert (check.returncode, check.stderr) == (0, "")
    granted = hledger("-f", str(tmp_path / "hledger"), "bal", "promo:wallet", "--no-total").stdout
    assert "70 PROMO" in granted
    assert bean("bean-check", "--no-cache", str(tmp_path / "beancount")).returncode == 0


async def test_hledger_notices_a_changed_coin(world: Bookkeeper, database_url: str, tmp_path: Path) -> None:
    path = exported(database_url, "hledger", tmp_path)
    text = path.read_text()
    path.write_text(text.replace("coins:wallet:1  1000 COIN", "coins:wallet:1  1001 COIN"))
    assert hledger("-f", str(path), "check").returncode != 0
    path.write_text(
        text.replace("coins:wallet:1  1000 COIN", "coins:wallet:1  1001 COIN").replace(
            "coins:issued  -1000 COIN", "coins:issued  -1001 COIN"
        )
    )
    assert "balance assertion" in hledger("-f", str(path), "check").stderr.lower()


def bean(tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / tool
    return subprocess.run([str(program), *arguments], capture_output=True, text=True, timeout=120, check=False)


async def test_beancount_says_that_the_books_balance(world: Bookkeeper, database_url: str, tmp_path: Path) -> None:
    path = exported(database_url, "beancount", tmp_path)
    check = bean("bean-check", "--no-cache", str(path))
    assert (check.returncode, check.stdout, check.stderr) == (0, "", "")


async def test_beancount_notices_a_changed_diamond(world: Bookkeeper, database_url: str, tmp_path: Path) -> None:
    path = exported(database_url, "beancount", tmp_path)
    text = path.read_text()
    assert "Equity:Diamonds:Creator:2  2.100 DIAMOND" in text
    path.write_text(
        text.replace("Equity:Diamonds:Creator:2  2.100 DIAMOND", "Equity:Diamonds:Creator:2  2.101 DIAMOND")
    )
    assert "does not balance" in bean("bean-check", "--no-cache", str(path)).stderr


async def test_every_line_of_jsonl_is_an_entry_that_sums_to_zero(
    world: Bookkeeper, database_url: str, tmp_path: Path
) -> None:
    lines = [json.loads(line) for line in exported(database_url, "jsonl", tmp_path).read_text().splitlines()]
    assert lines[0]["type"] == "books"
    assert [line["type"] for line in lines[1:]] == ["transfer"] * 8 + ["gift"] * 5
    assert sum(line["coins_paid"] + line["coins_promo"] for line in lines if line["type"] == "gift") == 99
    adjustment = next(line for line in lines if line.get("kind") == "adjustment")
    assert adjustment["source"] == ODD
    for line in lines:
        for currency in {leg.get("currency") for leg in line.get("legs", [])} - {None}:
            assert sum(leg["amount"] for leg in line["legs"] if leg.get("currency") == currency) == 0


async def test_empty_books_are_exported_too(db: Database, database_url: str, tmp_path: Path) -> None:
    for form in ("hledger", "beancount", "jsonl"):
        out = io.BytesIO()
        assert ledger.export_books(database_url, form, out) == 0
        (tmp_path / form).write_bytes(out.getvalue())
    assert hledger("-f", str(tmp_path / "hledger"), "check", "--strict").returncode == 0
    assert bean("bean-check", "--no-cache", str(tmp_path / "beancount")).returncode == 0
