"""A statement shows every change of a wallet once, newest first, with the balance after it."""

from itertools import pairwise
from typing import Any

import pytest

from bookkeeping import ADULT, AT, Bookkeeper, Gift
from largesse import ledger
from largesse.kit.http import Invalid
from largesse.ledger.statement import WalletEntry


async def read_all(books: Bookkeeper, account: int, limit: int) -> list[WalletEntry]:
    entries: list[WalletEntry] = []
    cursor: str | None = None
    while True:
        async with books.db.read() as tx:
            page = await ledger.wallet_entries(tx, account, cursor, limit)
        entries += page.entries
        cursor = page.next_cursor
        if cursor is None:
            return entries


async def fill(books: Bookkeeper, cast: Any) -> None:
    alice, bob = cast.alice.key, cast.bob.key
    await books.buy(alice, 1000)
    await books.grant(alice, 10)
    await books.give([Gift(alice, bob, 4), Gift(alice, bob, 100), Gift(alice, bob, 1)])
    await books.give([Gift(alice, bob, 5)])
    async with books.db.write() as tx:
        await ledger.adjust_down(
            tx, account=alice, gives_from=ADULT, line="paid", coins=200, source="a", happened_at=AT
        )
    await books.buy(alice, 70)
    await books.give([Gift(alice, bob, 6)])


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 8, 50])
async def test_pages_of_any_length_make_one_statement(books: Bookkeeper, cast: Any, limit: int) -> None:
    await fill(books, cast)
    entries = await read_all(books, cast.alice.key, limit)
    assert [(e.kind, e.coins, e.balance) for e in entries[:4]] == [
        ("gift", -6, 764),
        ("purchase", 70, 770),
        ("adjustment", -200, 700),
        ("gift", -5, 900),
    ]
    assert sorted((e.coins for e in entries[4:7]), reverse=True) == [-1, -4, -100]
    assert [(e.kind, e.coins, e.balance) for e in entries[7:]] == [("grant", 10, 1010), ("purchase", 1000, 1000)]
    for newer, older in pairwise(entries):
        assert newer.balance == older.balance + newer.coins
        assert newer.at >= older.at
    assert all((e.gift is None) == (e.source is not None) for e in entries)


def test_a_page_can_begin_behind_the_last_gift_of_a_full_batch() -> None:
    assert ledger.parse_receipt("64.1000") == (64, 1000)


async def test_what_happens_between_two_pages_stays_out_of_the_later_one(books: Bookkeeper, cast: Any) -> None:
    alice, bob = cast.alice.key, cast.bob.key
    await books.buy(alice, 100)
    await books.buy(alice, 50)
    async with books.db.read() as tx:
        first = await ledger.wallet_entries(tx, alice, None, 1)
    await books.give([Gift(alice, bob, 9)])
    await books.buy(alice, 7)
    async with books.db.read() as tx:
        second = await ledger.wallet_entries(tx, alice, first.next_cursor, 5)
    assert [(e.coins, e.balance) for e in first.entries + second.entries] == [(50, 150), (100, 100)]


async def test_a_purchase_that_repaid_debt_is_on_the_statement(books: Bookkeeper, cast: Any) -> None:
    async with books.db.write() as tx:
        await ledger.open_wallet(tx, cast.alice.key, ADULT)
        await tx.execute("UPDATE ledger.wallet SET debt = 100 WHERE account = %s", [cast.alice.key])
    await books.buy(cast.alice.key, 100)
    (entry,) = await read_all(books, cast.alice.key, 10)
    assert (entry.kind, entry.coins, entry.balance) == ("purchase", 0, 0)


async def test_a_stranger_has_an_empty_statement(books: Bookkeeper, cast: Any) -> None:
    await fill(books, cast)
    assert await read_all(books, cast.charlie.key, 10) == []
    assert await read_all(books, cast.bob.key, 10) == []


@pytest.mark.parametrize("cursor", ["x", "é", "W10", "WzEsMiwzXQ", "bnVsbA"])
async def test_what_is_no_cursor_is_refused(books: Bookkeeper, cast: Any, cursor: str) -> None:
    async with books.db.read() as tx:
        with pytest.raises(Invalid):
            await ledger.wallet_entries(tx, cast.alice.key, cursor, 10)
