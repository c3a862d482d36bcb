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
        await ledger.allocate(tx, purchase="purchase:x", money=usd(1399), via="psp", source="a1", happened_at=at)
        await ledger.sell_coins(
            tx, account=till.alice, gives_from=at.date(), coins=1000, gross=usd(1399), tax=usd(233),
            provider_fee=usd(0), source="purchase:x", happened_at=at,
        )  # fmt: skip
    assert await till.balances() == {
        ("assets:psp", "USD"): 1328, ("liabilities:coins", "USD"): -1166, ("liabilities:tax", "USD"): -233,
        ("expenses:psp", "USD"): 71,
    }  # fmt: skip
    with pytest.raises(ledger.NotEnoughUnallocated) as refused:
        await send_back(till, 1)
    assert (refused.value.needed_minor, refused.value.available_minor) == (1, 0)
    assert (await till.refund(1399, purchase="purchase:x")).removed == 1000


async def test_it_goes_out_once_whoever_asks_at_the_same_time(till: Any) -> None:
    await keep(till)
    outcomes = await asyncio.gather(*(send_back(till, 1000, f"s{n}") for n in range(6)), return_exceptions=True)
    assert [type(o) for o in outcomes].count(int) == 1
    assert all(isinstance(o, int | ledger.NotEnoughUnallocated) for o in outcomes)


async def test_what_was_never_kept_cannot_go_out(till: Any) -> None:
    with pytest.raises(ledger.UnknownPurchase):
        await send_back(till)
