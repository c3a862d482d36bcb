"""What is bought, granted and adjusted: one cause, one entry, and lots that lie end to end."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest

from largesse import ledger
from largesse.kit import ids
from largesse.kit.db import Database
from largesse.kit.money import Money
from largesse.ledger import lots
from largesse.ledger.model import Line

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
ADULT = date(2008, 5, 17)


def usd(minor: int) -> Money:
    return Money(minor, "USD")


async def buy(db: Database, account: int, **changes: Any) -> int:
    """1,000 coins for USD 13.99 with VAT 2.33 inside, of which the provider keeps 0.71."""
    order = {"coins": 1000, "gross": usd(1399), "tax": usd(233), "provider_fee": usd(71), "source": "p1"} | changes
    async with db.write() as tx:
        return await ledger.sell_coins(tx, account=account, gives_from=ADULT, happened_at=AT, **order)


async def adjust_down(db: Database, account: int, coins: int, source: str = "a1", line: Line = "paid") -> int:
    async with db.write() as tx:
        return await ledger.adjust_down(
            tx, account=account, gives_from=ADULT, line=line, coins=coins, source=source, happened_at=AT
        )


async def adjust_up(db: Database, account: int, coins: int, worth: int, source: str = "up1") -> int:
    async with db.write() as tx:
        return await ledger.adjust_up(
            tx, account=account, gives_from=ADULT, line="paid", coins=coins, worth=usd(worth), source=source,
            happened_at=AT,
        )  # fmt: skip


async def grant(db: Database, account: int, coins: int, source: str = "g1") -> int:
    async with db.write() as tx:
        return await ledger.grant_promo(
            tx, account=account, gives_from=ADULT, coins=coins, source=source, happened_at=AT
        )


async def legs(db: Database, transfer: int) -> list[tuple[str, int, str, int]]:
    async with db.read() as tx:
        rows = await tx.rows(
            "SELECT k.name, l.holder, l.currency, l.amount FROM ledger.leg l JOIN ledger.book k ON k.key = l.book"
            " WHERE l.transfer = %s ORDER BY l.n",
            [transfer],
        )
    return [(r["name"], r["holder"], r["currency"], r["amount"]) for r in rows]


async def wallet(db: Database, account: int) -> ledger.Wallet:
    async with db.read() as tx:
        return await ledger.get_wallet(tx, account)


async def spend(db: Database, account: int, coins: int) -> None:
    async with db.write() as tx:
        await tx.execute("UPDATE ledger.wallet SET paid_out = paid_out + %s WHERE account = %s", [coins, account])


async def line_of(db: Database, account: int) -> list[tuple[int, int]]:
    async with db.read() as tx:
        return [(lot.start, lot.end) for lot in await lots.list_lots(tx, account, "paid")]


async def test_a_purchase_enters_money_tax_fee_and_coins(db: Database, cast: Any) -> None:
    alice = cast.alice.key
    transfer = await buy(db, alice)
    assert await legs(db, transfer) == [
        ("assets:psp", 0, "USD", 1399),
        ("liabilities:tax", 0, "USD", -233),
        ("liabilities:coins", 0, "USD", -1166),
        ("expenses:psp", 0, "USD", 71),
        ("assets:psp", 0, "USD", -71),
        ("coins:issued", 0, "", -1000),
        ("coins:wallet", alice, "", 1000),
    ]
    found = await wallet(db, alice)
    assert (found.paid, found.promo, found.coins, found.gives_from) == (1000, 0, 1000, ADULT)


async def test_a_purchase_told_twice_grants_once(db: Database, cast: Any) -> None:
    first = await buy(db, cast.alice.key)
    assert await asyncio.gather(*(buy(db, cast.alice.key) for _ in range(8))) == [first] * 8
    assert (await wallet(db, cast.alice.key)).coins == 1000


async def test_the_first_of_many_at_once_grants_and_the_others_get_its_transfer(db: Database, cast: Any) -> None:
    keys = await asyncio.gather(*(buy(db, cast.alice.key) for _ in range(8)))
    assert len(set(keys)) == 1
    assert (await wallet(db, cast.alice.key)).coins == 1000


@pytest.mark.parametrize(
    "changes", [{"coins": 1001}, {"gross": usd(1400)}, {"gross": Money(1399, "EUR"), "tax": Money(0, "EUR"),
                "provider_fee": Money(0, "EUR")}]
)  # fmt: skip
async def test_one_source_never_stands_for_two_contents(db: Database, cast: Any, changes: dict[str, Any]) -> None:
    await buy(db, cast.alice.key)
    with pytest.raises(ledger.SourceReused):
        await buy(db, cast.alice.key, **changes)
    with pytest.raises(ledger.SourceReused):
        await buy(db, cast.charlie.key)
    assert (await wallet(db, cast.charlie.key)).coins == 0


async def test_a_purchase_repays_debt_before_it_fills_the_wallet(db: Database, cast: Any) -> None:
    alice = cast.alice.key
    async with db.write() as tx:
        await ledger.open_wallet(tx, alice, ADULT)
        await tx.execute("UPDATE ledger.wallet SET debt = 1300 WHERE account = %s", [alice])
    entry = await legs(db, await buy(db, alice))
    assert ("revenue:recovered", 0, "USD", -1166) in entry
    assert ("coins:recovered", alice, "", 1000) in entry
    assert not [leg for leg in entry if leg[0] == "coins:wallet"]
    entry = await legs(db, await buy(db, alice, source="p2"))
    assert ("revenue:recovered", 0, "USD", -349) in entry
    assert ("coins:wallet", alice, "", 700) in entry
    found = await wallet(db, alice)
    assert (found.debt, found.coins) == (0, 700)
    assert await line_of(db, alice) == [(0, 0), (0, 700)]
    assert await buy(db, alice) == await buy(db, alice)


async def test_promotional_coins_have_a_line_of_their_own(db: Database, cast: Any) -> None:
    await buy(db, cast.alice.key)
    transfer = await grant(db, cast.alice.key, 50)
    assert await grant(db, cast.alice.key, 50) == transfer
    assert await legs(db, transfer) == [("promo:issued", 0, "", -50), ("promo:wallet", cast.alice.key, "", 50)]
    found = await wallet(db, cast.alice.key)
    assert (found.paid, found.promo) == (1000, 50)


async def test_an_adjustment_up_is_goodwill(db: Database, cast: Any) -> None:
    transfer = await adjust_up(db, cast.alice.key, 30, 35)
    assert await legs(db, transfer) == [
        ("expenses:goodwill", 0, "USD", 35),
        ("liabilities:coins", 0, "USD", -35),
        ("coins:adjusted", 0, "", -30),
        ("coins:wallet", cast.alice.key, "", 30),
    ]
    assert (await wallet(db, cast.alice.key)).paid == 30


async def test_an_adjustment_down_takes_unspent_coins_of_the_newest_lots(db: Database, cast: Any) -> None:
    alice = cast.alice.key
    for n in (1, 2, 3):
        await buy(db, alice, source=f"p{n}")
    await spend(db, alice, 1500)
    transfer = await adjust_down(db, alice, 1200)
    assert await adjust_down(db, alice, 1200) == transfer
    assert await legs(db, transfer) == [
        ("liabilities:coins", 0, "USD", 1166),
        ("liabilities:coins", 0, "USD", 233),
        ("revenue:adjustments", 0, "USD", -1166),
        ("revenue:adjustments", 0, "USD", -233),
        ("coins:adjusted", 0, "", 1200),
        ("coins:wallet", alice, "", -1200),
    ]
    assert await line_of(db, alice) == [(0, 1000), (1000, 1800), (1800, 1800)]
    found = await wallet(db, alice)
    assert (found.paid_in, found.paid_out, found.paid) == (1800, 1500, 300)


async def test_later_lots_move_down_and_new_ones_follow_them(db: Database, cast: Any) -> None:
    alice = cast.alice.key
    for n in (1, 2):
        await buy(db, alice, source=f"p{n}")
    await adjust_down(db, alice, 1100)
    await buy(db, alice, source="p3")
    assert await line_of(db, alice) == [(0, 900), (900, 900), (900, 1900)]


async def test_an_adjustment_never_takes_what_is_spent(db: Database, cast: Any) -> None:
    await buy(db, cast.alice.key)
    await spend(db, cast.alice.key, 400)
    with pytest.raises(ledger.NotEnoughUnspent) as refused:
        await adjust_down(db, cast.alice.key, 601)
    assert (refused.value.needed, refused.value.available) == (601, 600)
    assert (await wallet(db, cast.alice.key)).paid == 600


async def test_parts_removed_in_any_steps_give_back_the_whole_price(db: Database, cast: Any) -> None:
    await buy(db, cast.alice.key, coins=7, gross=usd(100), tax=usd(0), provider_fee=usd(0))
    for n, coins in enumerate((1, 2, 1, 3)):
        await adjust_down(db, cast.alice.key, coins, f"a{n}")
    async with db.read() as tx:
        given_back = await tx.scalar("SELECT sum(amount)::bigint FROM ledger.leg WHERE book = 44")
    assert given_back == -100


async def test_a_frozen_wallet_stays_frozen_through_a_purchase(db: Database, cast: Any) -> None:
    async with db.write() as tx:
        await ledger.freeze(tx, cast.alice.key, True)
        await ledger.freeze(tx, cast.charlie.key, False)
    await buy(db, cast.alice.key)
    found = await wallet(db, cast.alice.key)
    assert (found.frozen, found.coins, found.gives_from) == (True, 1000, ADULT)
    async with db.write() as tx:
        await ledger.freeze(tx, cast.alice.key, False)
    assert not (await wallet(db, cast.alice.key)).frozen
    assert (await wallet(db, cast.charlie.key)) == ledger.Wallet(account=cast.charlie.key)


async def test_purchases_and_adjustments_at_once_lose_nothing(db: Database, cast: Any) -> None:
    await buy(db, cast.alice.key, source="first")
    await asyncio.gather(
        *(buy(db, cast.alice.key, source=f"p{n}") for n in range(10)),
        *(adjust_down(db, cast.alice.key, 10, f"a{n}") for n in range(10)),
        *(grant(db, cast.alice.key, 5, f"g{n}") for n in range(10)),
    )
    found = await wallet(db, cast.alice.key)
    assert (found.paid, found.promo) == (10_900, 50)
    line = await line_of(db, cast.alice.key)
    assert [start for start, _ in line] == [0, *(end for _, end in line[:-1])]
    assert line[-1][1] == 10_900


async def enter(db: Database, rows: list[tuple[int, int, str, int]]) -> None:
    async with db.write() as tx:
        key = await tx.scalar(
            "INSERT INTO ledger.transfer (id, kind, source, happened_at) VALUES (%s, 'grant', '', now()) RETURNING key",
            [ids.new()],
        )
        for n, row in enumerate(rows):
            await tx.execute("INSERT INTO ledger.leg VALUES (%s, %s, %s, %s, %s, %s)", [key, n, *row])


@pytest.mark.parametrize(
    ("rows", "constraint"),
    [
        ([(1, 0, "", -5), (2, 1, "", 4)], "zero_sum"),
        ([(21, 0, "USD", 5), (31, 0, "EUR", -5)], "zero_sum"),
        ([(21, 0, "USD", 5), (1, 0, "", -5)], "zero_sum"),
        ([(1, 0, "", -5), (2, 0, "", 5)], "leg_fits_book"),
        ([(21, 0, "", 5), (31, 0, "", -5)], "leg_fits_book"),
    ],
)
async def test_the_database_itself_refuses_an_entry_that_does_not_balance(
    db: Database, rows: list[tuple[int, int, str, int]], constraint: str
) -> None:
    with pytest.raises(psycopg.Error) as refused:
        await enter(db, rows)
    assert (refused.value.sqlstate, refused.value.diag.constraint_name) == ("LG002", constraint)


@pytest.mark.parametrize(
    ("table", "column"), [("transfer", "source"), ("leg", "amount"), ("lot", "coins"), ("lot_cut", "coins")]
)
async def test_the_database_itself_refuses_to_forget(db: Database, cast: Any, table: str, column: str) -> None:
    await buy(db, cast.alice.key)
    await adjust_down(db, cast.alice.key, 10)
    for statement in (f"DELETE FROM ledger.{table}", f"UPDATE ledger.{table} SET {column} = {column}"):
        with pytest.raises(psycopg.Error, match="for ever"):
            async with db.write() as tx:
                await tx.execute(statement)
