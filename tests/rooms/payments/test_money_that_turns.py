"""Refunds that the bank makes slowly or turns away, disputes that are decided otherwise: found by the state machine."""

from typing import Any

import httpx
import pytest

from largesse import ledger
from largesse.kit import ids
from largesse.kit.db import Database
from largesse.kit.money import Money
from largesse.payments import OfficeService, PaymentsService
from largesse.payments.service_office import KIND_DECISION, DecisionBody
from payments_bank import Bank

BODY = {"bundle_id": "web-us-350", "provider": "stripe", "channel": "web"}


class Desk:
    """Alice's order at a bank that does what it is told to."""

    def __init__(self, client: httpx.AsyncClient, db: Database, payments: PaymentsService, cast: Any) -> None:
        self.client, self.db, self.payments, self.cast = client, db, payments, cast
        self.bank = Bank()
        self.office = OfficeService(payments)
        payments.settler.providers["stripe"] = self.bank

    async def order(self, paid: Money | None = None) -> None:
        answer = await self.client.post("/v1/purchases", json=BODY, headers=self.cast.alice.headers)
        self.purchase = ids.decode(answer.json()["id"], "purchase")
        self.ref = f"shop_{self.purchase}"
        self.bank.pay(self.ref, paid)
        await self.look()

    async def look(self) -> str:
        """What came of it."""
        return await self.payments.settler.look(self.bank, self.ref)

    async def stands(self) -> tuple[str, int, int]:
        """The purchase's state, Alice's coins, and the money kept apart."""
        async with self.db.read() as tx:
            status = await tx.scalar("SELECT status FROM payments.purchase")
            kept = await tx.scalar("SELECT coalesce(sum(left_minor), 0)::bigint FROM ledger.unallocated")
            return status, (await ledger.get_wallet(tx, self.cast.alice.key)).paid, kept

    async def decide(self, decision: Any) -> None:
        assert self.purchase
        name, body = ids.new(), DecisionBody(purchase=self.purchase, decision=decision)
        await self.office.propose(
            by=self.cast.olga.key, proposal=name, kind=KIND_DECISION, body=body, reason="r", ticket="T"
        )
        await self.office.approve(by=self.cast.bob.key, proposal=name)


@pytest.fixture
def desk(client: httpx.AsyncClient, db: Database, payments: PaymentsService, cast: Any) -> Desk:
    return Desk(client, db, payments, cast)


def usd(minor: int) -> Money:
    return Money(minor, "USD")


async def test_a_refund_that_the_bank_makes_itself_is_never_asked_for_a_second_time(desk: Desk) -> None:
    await desk.order()
    desk.bank.give_back(desk.ref, "theirs", usd(100), "pending", None)
    await desk.look()
    async with desk.db.write() as tx:
        await tx.execute("UPDATE payments.refund SET moved_at = now() - interval '1 hour'")
    await desk.payments.refunds.ask_all()
    assert list(desk.bank.payments[desk.ref]["refunds"]) == ["theirs"]
    assert "refund" not in desk.bank.calls


async def test_a_dispute_that_was_won_is_lost_after_all_though_money_was_given_back_in_between(desk: Desk) -> None:
    await desk.order()
    desk.bank.dispute(desk.ref, "won")
    await desk.look()
    desk.bank.give_back(desk.ref, "theirs", usd(320), "done", None)
    await desk.look()
    assert (await desk.stands())[0] == "refunded"
    desk.bank.dispute(desk.ref, "lost")
    assert await desk.look() == "settled"
    assert (await desk.stands())[:2] == ("charged_back", 0)


async def test_money_kept_apart_whose_way_back_failed_is_decided_on_anew(desk: Desk) -> None:
    await desk.order(usd(300))
    assert await desk.stands() == ("mismatch", 0, 300)
    await desk.decide("send_back")
    assert await desk.stands() == ("refunded", 0, 0)
    (refund,) = desk.bank.payments[desk.ref]["refunds"].values()
    refund.status = "failed"
    await desk.look()
    assert await desk.stands() == ("mismatch", 0, 300)
    await desk.decide("grant")
    assert await desk.stands() == ("granted", 350, 0)


async def test_a_part_of_money_kept_apart_that_went_back_leaves_the_rest_to_be_decided_on(desk: Desk) -> None:
    await desk.order(usd(300))
    desk.bank.give_back(desk.ref, "theirs", usd(100), "done", None)
    await desk.look()
    assert await desk.stands() == ("mismatch", 0, 200)
    await desk.decide("send_back")
    assert await desk.stands() == ("refunded", 0, 0)
    assert [one.money.minor for one in desk.bank.payments[desk.ref]["refunds"].values()] == [100, 200]
