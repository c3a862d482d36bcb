"""Money that is nobody's order is kept apart, and goes out once: granted or sent back."""

import asyncio
from typing import Any

import pytest

from largesse import ledger
from largesse.kit.money import Money


def usd(minor: int) -> Money:
    return Money(minor, "USD")


async def keep(till: Any, minor: int = 1399, source: str = "purchase:x") -> int:
    async with till.db.write() as tx:
        at = await tx.scalar("SELECT now()")
        return await ledger.hold_unallocated(
            tx, paid=usd(minor), provider_fee=usd(71), via="psp", source=source, happened_at=at
        )


async def send_back(till: Any, minor: int = 1399, source: str = "s1") -> int:
    async with till.db.write() as tx:
        at = await tx.scalar("SELECT now()")
        return await ledger.send_back(
            tx, purchase="purchase:x", money=usd(minor), via="psp", source=source, happened_at=at
        )


async def allocate(till: Any, minor: int, source: str) -> int:
    async with till.db.write() as tx:
        at = await tx.scalar("SELECT now()")
        return await ledger.allocate(
            tx, purchase="purchase:x", money=usd(minor), via="psp", source=source, happened_at=at
        )


async def test_money_kept_apart_is_owed_until_it_is_sent_back(till: Any) -> None:
    kept = await keep(till)
    assert await till.balances() == {
        ("assets:psp", "USD"): 1328, ("liabilities:unallocated", "USD"): -1399, ("expenses:psp", "USD"): 71,
    }  # fmt: skip
    assert await keep(till) == kept
    with pytest.raises(ledger.SourceReused):
        await keep(till, 1400)
    sent = await send_back(till)
    assert await till.money(sent) == {"liabilities:unallocated": 1399, "assets:psp": -1399}
    assert await send_back(till) == sent
    with pytest.raises(ledger.SourceReused):
        await send_back(till, 1)
    assert await till.balances() == {("assets:psp", "USD"): -71, ("expenses:psp", "USD"): 71}


async def test_an_allocated_sale_is_an_ordinary_purchase(till: Any) -> None:
    await keep(till)
    async with till.db.write() as tx:
        at = await tx.scalar("SELECT now()")
        named = await ledger.allocate(
            tx, purchase="purchase:x", money=usd(1399), via="psp", source="a1", happened_at=at
        )
        assert named == await ledger.allocate(
            tx, purchase="purchase:x", money=usd(1399), via="psp", source="a1", happened_at=at)  # fmt: skip
        await ledger.sell_coins(
            tx, account=till.alice, gives_from=at.date(), coins=1000, gross=usd(1399), tax=usd(233),
            provider_fee=usd(0), source="purchase:x", happened_at=at,
        )  # fmt: skip
    assert await till.balances() == {
        ("assets:psp", "USD"): 1328, ("liabilities:coins", "USD"): -1166, ("liabilities:tax", "USD"): -233,
        ("expenses:psp", "USD"): 71,
    }  # fmt: skip
    with pytest.raises(ledger.NotEnoughUnallocated) as refused:
        await allocate(till, 1, "a2")
    assert (refused.value.needed_minor, refused.value.available_minor) == (1, 0)
    assert (await till.refund(1399, purchase="purchase:x")).removed == 1000


async def test_it_goes_out_once_whoever_asks_at_the_same_time(till: Any) -> None:
    await keep(till)
    outcomes = await asyncio.gather(*(allocate(till, 1000, f"a{n}") for n in range(6)), return_exceptions=True)
    assert [type(o) for o in outcomes].count(int) == 1
    assert all(isinstance(o, int | ledger.NotEnoughUnallocated) for o in outcomes)


async def test_what_was_never_kept_cannot_go_out(till: Any) -> None:
    with pytest.raises(ledger.UnknownPurchase):
        await send_back(till)


# A bank that takes it back

DISPUTED = {("assets:psp", "USD"): -71 - 1500, ("assets:disputed", "USD"): 1399, ("expenses:psp", "USD"): 71,
            ("liabilities:unallocated", "USD"): -1399, ("expenses:disputefee", "USD"): 1500}  # fmt: skip
LOST = {("assets:psp", "USD"): -71 - 1500, ("expenses:psp", "USD"): 71, ("expenses:disputefee", "USD"): 1500}
WON = {("assets:psp", "USD"): 1328, ("expenses:psp", "USD"): 71, ("liabilities:unallocated", "USD"): -1399}


async def disputed(till: Any) -> None:
    async with till.db.write() as tx:
        at = await tx.scalar("SELECT now()")
        await ledger.ask_for_kept(
            tx, purchase="purchase:x", disputed=usd(1399), fee=usd(1500), source="d", happened_at=at
        )


async def lost(till: Any, before: str) -> None:
    async with till.db.write() as tx:
        at = await tx.scalar("SELECT now()")
        await ledger.lose_kept(tx, purchase="purchase:x", disputed=usd(1399), before=before, source="d", happened_at=at)


async def won(till: Any, before: str, fee_back: int = 0) -> None:
    async with till.db.write() as tx:
        at = await tx.scalar("SELECT now()")
        await ledger.win_kept(
            tx, purchase="purchase:x", disputed=usd(1399), fee_back=usd(fee_back), before=before, source="d",
            happened_at=at,
        )  # fmt: skip


async def test_a_bank_takes_it_back_and_may_decide_again_and_again(till: Any) -> None:
    await keep(till)
    await disputed(till)
    assert await till.balances() == DISPUTED
    await lost(till, "open")
    for _ in range(2):
        assert await till.balances() == LOST
        await won(till, "lost")
        await lost(till, "won")
    await won(till, "lost", fee_back=1500)
    assert await till.balances() == WON


async def test_a_dispute_that_is_won_leaves_it_where_it_was(till: Any) -> None:
    await keep(till)
    await disputed(till)
    await won(till, "open", fee_back=1500)
    assert await till.balances() == WON


async def test_money_that_goes_back_twice_is_a_loss_until_it_comes_again(till: Any) -> None:
    await keep(till)
    await send_back(till, 1000)
    await disputed(till)
    await lost(till, "open")
    assert await till.balances() == LOST | {
        ("assets:psp", "USD"): -71 - 1500 - 1000, ("expenses:chargebacks", "USD"): 1000}  # fmt: skip
    await won(till, "lost", fee_back=1500)
    assert await till.balances() == WON | {
        ("assets:psp", "USD"): 328, ("liabilities:unallocated", "USD"): -399}  # fmt: skip
    await lost(till, "won")
    sent = await send_back(till, 100, "s2")
    assert await till.money(sent) == {"expenses:chargebacks": 100, "assets:psp": -100}
