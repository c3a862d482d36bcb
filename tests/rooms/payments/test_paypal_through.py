"""PayPal through the product: from the order over its page to coins, and back by refunds and disputes.

PayPal's side is paypal_peer.py; everything else is ours, with its database, books and audit.
"""

from itertools import permutations
from pathlib import Path
from typing import Any

import httpx
import pytest

from bookkeeping import Bookkeeper
from largesse.kit import ids
from largesse.kit.db import Database
from largesse.ledger.keys import load_keys
from largesse.payments import NoticesService, OfficeService, PaymentsService
from largesse.payments.errors import NotRefundable
from largesse.payments.providers.paypal import PayPal
from largesse.payments.service_office import KIND_DECISION, KIND_REFUND, DecisionBody, RefundBody
from payments_through import Through
from paypal_peer import Theirs, capture_of, certificate, settings_of

CREATED, CAPTURES = "/v2/checkout/orders", "/v2/checkout/orders/ORDER0/capture"
SOLD = {"assets:psp": 261, "expenses:psp": 59, "liabilities:coins": -320}


class Paying(Through):
    """The same, with PayPal in place; `last` is the order that it made last."""

    theirs: Theirs

    @property
    def last(self) -> dict[str, Any]:
        return list(self.theirs.orders.values())[-1]

    async def tell(self, kind: str, resource: dict[str, Any], times: int = 1) -> None:
        await self.hear("paypal", self.theirs.told(kind, resource), times)

    async def buy(self) -> str:
        """An order that the buyer approves: its coins come by PayPal's notice."""
        made = (await self.order("paypal")).json()
        self.theirs.approve(self.last)
        await self.tell("CHECKOUT.ORDER.APPROVED", {"id": self.last["id"]})
        assert await self.status(made["id"]) == "granted"
        return str(made["id"])

    async def refunded(self, value: str) -> None:
        """PayPal gives money back, and says so."""
        body = {"amount": {"currency_code": "USD", "value": value}}
        made = self.theirs.refund(self.last, str(ids.new()), body)
        await self.tell("PAYMENT.CAPTURE.REFUNDED", made | {"links": [self.up()]})

    def up(self) -> dict[str, str]:
        return {"rel": "up", "href": f"https://api-m.sandbox.paypal.com/v2/payments/captures/{capture_of(self.last)}"}

    async def disputed(self, dispute: dict[str, Any], kind: str = "CREATED") -> None:
        about = {"disputed_transactions": [{"seller_transaction_id": dispute["of"]}]}
        await self.tell(f"CUSTOMER.DISPUTE.{kind}", about)

    async def decided(self, dispute: dict[str, Any], outcome: str) -> None:
        dispute |= {"status": "RESOLVED", "dispute_outcome": {"outcome_code": outcome}}
        await self.disputed(dispute, "RESOLVED")


@pytest.fixture
def paying(client: httpx.AsyncClient, db: Database, payments: PaymentsService, *, cast: Any, tmp_path: Path) -> Paying:
    books = Bookkeeper(db, load_keys(tmp_path))
    made = Paying(client, db, NoticesService(payments), books, cast)
    made.theirs = Theirs()
    made.theirs.certificate = certificate()
    payments.settler.providers["paypal"] = PayPal(settings_of(), httpx.MockTransport(made.theirs))
    return made


async def test_an_order_is_approved_at_paypal_captured_once_and_its_coins_are_there(paying: Paying) -> None:
    answer = await paying.order("paypal", return_url="http://127.0.0.1:8700/live/1")
    made = answer.json()
    assert (answer.status_code, made["status"], made["next"]["type"]) == (201, "awaiting_payment", "redirect")
    assert await paying.wallet() == (0, 0, [])
    paying.theirs.approve(paying.last)
    await paying.tell("CHECKOUT.ORDER.APPROVED", {"id": "ORDER0"}, times=3)
    assert await paying.status(made["id"]) == "granted"
    assert await paying.wallet() == (350, 0, [])
    assert await paying.balances() == SOLD
    completed = {"id": "CAP", "supplementary_data": {"related_ids": {"order_id": "ORDER0"}}}
    await paying.tell("PAYMENT.CAPTURE.COMPLETED", completed, times=2)
    assert await paying.wallet() == (350, 0, [])
    assert [r.url.path for r in paying.theirs.requests].count(CAPTURES) == 1
    history = (await paying.client.get(f"/v1/purchases/{made['id']}", headers=paying.cast.alice.headers)).json()
    assert [step["status"] for step in history["history"]] == ["created", "awaiting_payment", "paid", "granted"]
    await paying.is_sound()


async def test_an_order_whose_answer_was_lost_is_sent_again_and_is_one_order(paying: Paying) -> None:
    body = {"id": str(ids.new())}
    paying.theirs.lost = {CREATED}
    lost = await paying.order("paypal", **body)
    assert (lost.status_code, lost.json()["code"]) == (503, "provider-away")
    again = await paying.order("paypal", **body)
    assert (again.status_code, again.json()["status"]) == (201, "awaiting_payment"), again.text
    assert [order["id"] for order in paying.theirs.orders.values()] == ["ORDER0"]


async def test_a_capture_whose_answer_was_lost_is_captured_once_and_granted_once(paying: Paying) -> None:
    made = (await paying.order("paypal")).json()
    paying.theirs.approve(paying.last)
    paying.theirs.lost = {CAPTURES}
    await paying.tell("CHECKOUT.ORDER.APPROVED", {"id": "ORDER0"})
    assert await paying.wallet() == (0, 0, []), "nobody knows yet"
    await paying.hear_later()
    assert await paying.status(made["id"]) == "granted"
    assert await paying.wallet() == (350, 0, [])
    assert await paying.balances() == SOLD
    await paying.is_sound()


async def test_money_that_goes_back_in_parts_takes_unspent_coins_first_and_then_parts_of_gifts(paying: Paying) -> None:
    purchase = await paying.buy()
    await paying.give(300)
    assert await paying.earned() == (210_000, 0, 0)
    await paying.refunded("1.00")
    # 1.00 of 3.20 are 110 coins, rounded up: the 50 that are left, and 60 of those that Bob was given.
    assert await paying.status(purchase) == "partially_refunded"
    assert await paying.wallet() == (0, 0, [])
    assert await paying.earned() == (210_000, 60 * 700, 0)
    await paying.is_sound()
    await paying.refunded("2.20")
    assert await paying.status(purchase) == "refunded"
    assert await paying.wallet() == (0, 0, [])
    assert await paying.earned() == (210_000, 210_000, 0)
    assert await paying.balances() == {"assets:psp": -59, "expenses:psp": 59}, "the fee that PayPal kept"
    await paying.is_sound()


async def test_a_refund_of_ours_whose_answer_was_lost_is_made_once(paying: Paying, payments: PaymentsService) -> None:
    purchase = await paying.buy()
    office, refund = OfficeService(payments), ids.new()
    named = ids.decode(purchase, "purchase")
    assert named
    body = RefundBody(purchase=named, coins=None, unspent_only=False)
    olga, bob = paying.cast.olga.key, paying.cast.bob.key
    await office.propose(by=olga, proposal=refund, kind=KIND_REFUND, body=body, reason="asked", ticket="T")
    paying.theirs.lost = {"/v2/payments/captures/CAP/refund"}
    await office.approve(by=bob, proposal=refund)
    assert await paying.wallet() == (0, 0, []), "the coins have left, whether or not PayPal answered"
    async with paying.db.write() as tx:
        await tx.execute("UPDATE payments.refund SET moved_at = now() - interval '1 hour'")
    await payments.refunds.ask_all()
    assert await paying.status(purchase) == "refunded"
    assert len(paying.theirs.refunds) == 1
    assert await paying.balances() == {"assets:psp": -59, "expenses:psp": 59}
    await paying.is_sound()


async def test_a_dispute_freezes_and_holds_and_won_everything_is_as_before(paying: Paying) -> None:
    purchase = await paying.buy()
    await paying.give(300)
    dispute = paying.theirs.dispute(paying.last)
    await paying.disputed(dispute)
    assert await paying.status(purchase) == "disputed"
    assert await paying.wallet() == (50, 0, ["dispute"])
    assert await paying.earned() == (210_000, 0, 210_000)
    assert (await paying.balances())["assets:disputed"] == 320
    await paying.is_sound()
    await paying.decided(dispute, "RESOLVED_SELLER_FAVOUR")
    assert await paying.status(purchase) == "dispute_won"
    assert await paying.wallet() == (50, 0, [])
    assert await paying.earned() == (210_000, 0, 0)
    assert await paying.balances() == SOLD
    await paying.is_sound()


async def test_what_became_of_a_payment_happened_when_paypal_says(paying: Paying) -> None:
    await paying.buy()
    dispute = paying.theirs.dispute(paying.last)
    await paying.disputed(dispute)
    dispute["update_time"] = "2026-12-03T10:00:00.000Z"
    await paying.decided(dispute, "RESOLVED_SELLER_FAVOUR")
    await paying.refunded("3.20")
    async with paying.db.read() as tx:
        rows = await tx.rows("SELECT kind, to_char(happened_at AT TIME ZONE 'UTC', 'MM-DD HH24') AS at"
                             " FROM ledger.transfer ORDER BY key")  # fmt: skip
    assert [(row["kind"], row["at"]) for row in rows] == [
        ("purchase", "11-25 10"), ("dispute", "11-27 09"), ("won", "12-03 10"), ("refund", "11-26 08")]  # fmt: skip


async def test_a_dispute_that_is_lost_takes_the_coins_and_the_parts_of_gifts(paying: Paying) -> None:
    purchase = await paying.buy()
    await paying.give(300)
    dispute = paying.theirs.dispute(paying.last)
    await paying.disputed(dispute)
    await paying.decided(dispute, "RESOLVED_BUYER_FAVOUR")
    assert await paying.status(purchase) == "charged_back"
    assert await paying.wallet() == (0, 0, [])
    assert await paying.earned() == (210_000, 210_000, 0)
    assert await paying.balances() == {"assets:psp": -59, "expenses:psp": 59}
    await paying.is_sound()


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_notices_in_any_order_and_twice_end_where_paypal_stands(paying: Paying, order: tuple[int, ...]) -> None:
    made = (await paying.order("paypal")).json()
    paying.theirs.capture(paying.last)
    refund = paying.theirs.refund(paying.last, "theirs", {"amount": {"currency_code": "USD", "value": "1.00"}})
    dispute = paying.theirs.dispute(paying.last, value="2.20")
    notices = [
        paying.theirs.told("PAYMENT.CAPTURE.COMPLETED", {"id": "CAP"}),
        paying.theirs.told("PAYMENT.CAPTURE.REFUNDED", refund | {"links": [paying.up()]}),
        paying.theirs.told("CUSTOMER.DISPUTE.CREATED", {"disputed_transactions": [{"seller_transaction_id": "CAP"}]}),
    ]
    for nth in order:
        await paying.hear("paypal", notices[nth])
    dispute |= {"status": "RESOLVED", "dispute_outcome": {"outcome_code": "CANCELED_BY_BUYER"}}
    for nth in reversed(order):
        await paying.hear("paypal", notices[nth], times=2)
    assert await paying.status(made["id"]) == "disputed", "a notice that was worked on is not looked at again"
    await paying.disputed(dispute, "RESOLVED")
    assert await paying.status(made["id"]) == "dispute_won"
    assert await paying.wallet() == (240, 0, [])
    await paying.is_sound()


# Two disputes about one purchase; disputes about money that bought no coins


async def test_of_two_disputes_the_one_that_is_open_says_most_and_a_lost_one_more_than_a_won_one(
    paying: Paying,
) -> None:
    purchase = await paying.buy()
    await paying.give(300)
    first = paying.theirs.dispute(paying.last, "PP-D-1", "2.00")
    second = paying.theirs.dispute(paying.last, "PP-D-2", "1.20")
    await paying.disputed(second)
    assert (await paying.balances())["assets:disputed"] == 320
    assert await paying.earned() == (210_000, 0, 210_000)
    await paying.decided(first, "RESOLVED_SELLER_FAVOUR")
    assert await paying.status(purchase) == "disputed", "the other one is open"
    assert (await paying.wallet())[2] == ["dispute"]
    await paying.is_sound()
    await paying.decided(second, "RESOLVED_BUYER_FAVOUR")
    assert await paying.status(purchase) == "charged_back"
    # 1.20 of 3.20 are 132 coins, rounded up: the 50 that are left, and 82 of those that Bob was given.
    assert await paying.wallet() == (0, 0, [])
    assert await paying.earned() == (210_000, 82 * 700, 0)
    await paying.is_sound()
    first["dispute_outcome"] = {"outcome_code": "RESOLVED_BUYER_FAVOUR"}
    await paying.disputed(first, "UPDATED")
    assert await paying.status(purchase) == "charged_back"
    assert await paying.earned() == (210_000, 210_000, 0)
    second["dispute_outcome"] = {"outcome_code": "RESOLVED_SELLER_FAVOUR"}
    await paying.disputed(second, "UPDATED")
    assert await paying.status(purchase) == "charged_back", "one of them is lost"
    first["dispute_outcome"] = {"outcome_code": "RESOLVED_SELLER_FAVOUR"}
    await paying.disputed(first, "UPDATED")
    assert await paying.status(purchase) == "dispute_won"
    assert await paying.wallet() == (50, 0, [])
    assert await paying.earned() == (210_000, 0, 0)
    assert await paying.balances() == SOLD
    await paying.is_sound()


KEPT = {"assets:psp": 241, "expenses:psp": 59, "liabilities:unallocated": -300}


async def kept(paying: Paying) -> str:
    """Another amount than the order's arrives."""
    made = (await paying.order("paypal")).json()
    paying.last["purchase_units"][0]["amount"] = {"currency_code": "USD", "value": "3.00"}
    paying.theirs.capture(paying.last)
    await paying.tell("PAYMENT.CAPTURE.COMPLETED", {"id": "CAP"})
    assert await paying.status(made["id"]) == "mismatch"
    assert await paying.balances() == KEPT
    return str(made["id"])


async def decide(paying: Paying, payments: PaymentsService, purchase: str, decision: Any) -> None:
    office, proposal, named = OfficeService(payments), ids.new(), ids.decode(purchase, "purchase")
    assert named
    body = DecisionBody(purchase=named, decision=decision)
    olga, bob = paying.cast.olga.key, paying.cast.bob.key
    await office.propose(by=olga, proposal=proposal, kind=KIND_DECISION, body=body, reason="r", ticket="T")
    await office.approve(by=bob, proposal=proposal)


async def test_a_dispute_about_money_kept_apart_moves_it_and_waits_for_the_bank(
    paying: Paying, payments: PaymentsService
) -> None:
    purchase = await kept(paying)
    dispute = paying.theirs.dispute(paying.last, value="3.00")
    await paying.disputed(dispute)
    assert await paying.status(purchase) == "mismatch"
    assert await paying.wallet() == (0, 0, []), "nobody is frozen: no coins were given for it"
    assert await paying.balances() == KEPT | {"assets:psp": -59, "assets:disputed": 300}
    for decision in ("grant", "send_back"):
        with pytest.raises(NotRefundable, match="bank asks about it"):
            await decide(paying, payments, purchase, decision)
    await paying.is_sound()
    await paying.decided(dispute, "RESOLVED_BUYER_FAVOUR")
    assert await paying.status(purchase) == "charged_back"
    assert await paying.balances() == {"assets:psp": -59, "expenses:psp": 59}
    with pytest.raises(NotRefundable):
        await decide(paying, payments, purchase, "grant")
    await paying.is_sound()
    dispute["dispute_outcome"] = {"outcome_code": "RESOLVED_SELLER_FAVOUR"}
    await paying.disputed(dispute, "UPDATED")
    assert await paying.status(purchase) == "mismatch"
    assert await paying.balances() == KEPT
    await paying.is_sound()


async def test_money_kept_apart_whose_dispute_was_won_buys_coins_and_is_lost_like_any_other(
    paying: Paying, payments: PaymentsService
) -> None:
    purchase = await kept(paying)
    dispute = paying.theirs.dispute(paying.last, value="3.00")
    await paying.decided(dispute, "RESOLVED_SELLER_FAVOUR")
    assert await paying.balances() == KEPT
    await decide(paying, payments, purchase, "grant")
    assert await paying.wallet() == (350, 0, [])
    dispute["dispute_outcome"] = {"outcome_code": "RESOLVED_BUYER_FAVOUR"}
    await paying.disputed(dispute, "UPDATED")
    assert await paying.status(purchase) == "charged_back"
    assert await paying.wallet() == (0, 0, [])
    assert await paying.balances() == {"assets:psp": -59, "expenses:psp": 59}
    await paying.is_sound()


async def test_money_kept_apart_that_went_back_and_is_taken_by_the_bank_too_is_a_loss(paying: Paying) -> None:
    purchase = await kept(paying)
    await paying.refunded("3.00")
    assert await paying.status(purchase) == "refunded"
    dispute = paying.theirs.dispute(paying.last, value="3.00")
    await paying.decided(dispute, "RESOLVED_BUYER_FAVOUR")
    assert await paying.status(purchase) == "charged_back"
    assert await paying.balances() == {"assets:psp": -359, "expenses:psp": 59, "expenses:chargebacks": 300}
    dispute["dispute_outcome"] = {"outcome_code": "RESOLVED_SELLER_FAVOUR"}
    await paying.disputed(dispute, "UPDATED")
    assert await paying.status(purchase) == "refunded"
    assert await paying.balances() == {"assets:psp": -59, "expenses:psp": 59}
    await paying.is_sound()


# A buyer who goes back without paying


async def leave(paying: Paying, purchase: str, who: Any = None) -> httpx.Response:
    headers = (who or paying.cast.alice).headers
    return await paying.client.post(f"/v1/purchases/{purchase}/cancel", headers=headers)


async def test_an_order_that_was_left_is_canceled_at_once_and_its_money_is_granted_if_it_comes_all_the_same(
    paying: Paying,
) -> None:
    purchase = (await paying.order("paypal")).json()["id"]
    assert (await leave(paying, purchase, paying.cast.charlie)).status_code == 404
    for _ in range(2):
        answer = await leave(paying, purchase)
        assert (answer.status_code, answer.json()["status"]) == (200, "canceled")
    assert answer.json()["history"][-1]["reason"] == "left"
    paying.theirs.approve(paying.last)  # in another window
    await paying.tell("CHECKOUT.ORDER.APPROVED", {"id": "ORDER0"})
    assert await paying.status(purchase) == "granted"
    assert await paying.balances() == SOLD
    await paying.is_sound()


@pytest.mark.parametrize("how", ["approved", "captured"])
async def test_an_order_that_is_approved_or_captured_is_never_canceled(paying: Paying, how: str) -> None:
    purchase = (await paying.order("paypal")).json()["id"]
    (paying.theirs.approve if how == "approved" else paying.theirs.capture)(paying.last)
    answer = await leave(paying, purchase)
    assert answer.json()["status"] == "granted"
    assert (await leave(paying, purchase)).json()["status"] == "granted"
    assert await paying.wallet() == (350, 0, [])
    await paying.is_sound()


async def test_an_order_of_which_paypal_says_nothing_is_left_as_it_is(paying: Paying) -> None:
    purchase = (await paying.order("paypal")).json()["id"]
    paying.theirs.lost = {"/v2/checkout/orders/ORDER0"}
    answer = await leave(paying, purchase)
    assert (answer.status_code, answer.json()["code"]) == (503, "provider-away")
    paying.theirs.answers = [200, 503]
    assert await paying.status(purchase) == "awaiting_payment"
