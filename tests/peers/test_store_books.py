"""What a store's refund does to coins that were given on, to their creator and to the books."""

from typing import Any

from bookkeeping import Bookkeeper, Gift
from largesse import ledger
from largesse.kit import ids
from peers.app_store import AppStore
from peers.google_play import GooglePlay
from peers.till import Till

NUMBER = "2000000123"


async def balances(counter: Till) -> dict[str, int]:
    """The books of money, without those that are even."""
    rows = await counter.rows(
        "SELECT b.name, sum(l.amount)::bigint AS minor FROM ledger.leg l JOIN ledger.book b ON b.key = l.book"
        " WHERE b.name ~ '^(assets|expenses|liabilities|revenue|equity):' GROUP BY 1 HAVING sum(l.amount) <> 0"
    )
    return {row["name"]: row["minor"] for row in rows}


async def earned(counter: Till, creator: Any) -> tuple[int, int]:
    """Thousandths of diamonds that somebody earned, and how many of them were taken back."""
    async with counter.db.read() as tx:
        days = await ledger.list_earnings(tx, creator.key)
    return sum(day.milli_in for day in days), sum(day.milli_reversed for day in days)


async def is_proven(counter: Till, books: Bookkeeper) -> None:
    report = await ledger.audit(counter.db, books.keys)
    assert report.ok, report.findings


async def test_a_stores_purchase_and_its_refund_leave_no_trace_in_money(
    counter: Till, store: AppStore, books: Bookkeeper, cast: Any
) -> None:
    await counter.claim_apple(cast.alice, store.buy(cast.alice.id, "coins_740", price=9990))
    assert await balances(counter) == {"assets:store": 699, "expenses:storefee": 300, "liabilities:coins": -999}
    store.refund(NUMBER)
    await counter.hear("apple", store.notice("REFUND", NUMBER, str(ids.new())))
    assert await balances(counter) == {}
    assert await counter.coins(cast.alice) == (0, 0)
    await is_proven(counter, books)


async def test_a_refund_of_coins_that_were_given_takes_the_gift_back_too_and_its_reversal_restores_both(
    counter: Till, store: AppStore, books: Bookkeeper, cast: Any
) -> None:
    await counter.claim_apple(cast.alice, store.buy(cast.alice.id, "coins_740", price=9990))
    await books.give([Gift(sender=cast.alice.key, receiver=cast.bob.key, coins=500)])
    assert await earned(counter, cast.bob) == (350_000, 0)
    store.refund(NUMBER, milli_percent=40_000)
    await counter.hear("apple", store.notice("REFUND", NUMBER, str(ids.new())))
    # 4.00 of 9.99 are 297 coins: the 240 that are left, and 57 of those that Bob was given.
    assert await counter.coins(cast.alice) == (0, 0)
    assert await earned(counter, cast.bob) == (350_000, 57 * 700)
    await is_proven(counter, books)
    store.refund(NUMBER)
    await counter.hear("apple", store.notice("REFUND", NUMBER, str(ids.new())))
    assert await earned(counter, cast.bob) == (350_000, 350_000)
    assert await counter.coins(cast.alice) == (0, 0)
    await is_proven(counter, books)
    store.reverse(NUMBER)
    await counter.hear("apple", store.notice("REFUND_REVERSED", NUMBER, str(ids.new())))
    assert await earned(counter, cast.bob) == (350_000, 0)
    assert await counter.coins(cast.alice) == (240, 0)
    assert await counter.status(cast.alice) == ["granted"]
    await is_proven(counter, books)


async def test_pieces_of_a_quantity_that_was_given_away_go_back_one_by_one(
    kiosk: Till, play: GooglePlay, books: Bookkeeper, cast: Any
) -> None:
    token = play.buy(cast.alice.id, "coins_70", quantity=3)
    await kiosk.claim_google(cast.alice, "coins_70", token)
    await books.give([Gift(sender=cast.alice.key, receiver=cast.bob.key, coins=210)])
    for taken in (1, 2, 3):
        play.void(token, quantity=1)
        await kiosk.notices.catch_up()
        assert await earned(kiosk, cast.bob) == (147_000, taken * 70 * 700)
        await is_proven(kiosk, books)
    assert await kiosk.status(cast.alice) == ["refunded"]
