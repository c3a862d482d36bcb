"""What Stripe's objects mean for a purchase: amounts, fees, states, disputes, and where an event tells us to look."""

from fractions import Fraction
from typing import Any, get_args
from uuid import UUID

import msgspec
import pytest
import stripe
import stripe.checkout
import stripe.radar
from hypothesis import given
from hypothesis import strategies as st

import stripe_shapes as shapes
from largesse.kit.money import Money
from largesse.payments.providers import stripe_objects as objects
from largesse.payments.providers.port import Refused, Seen


def look(intent: dict[str, Any], *disputes: dict[str, Any], warned: bool = False) -> Seen:
    read = msgspec.convert(intent, objects.Intent)
    held = read.latest_charge
    refunds = held.refunds.data if isinstance(held, objects.Charge) and held.refunds else []
    asked = [msgspec.convert(one, objects.Dispute) for one in disputes]
    return objects.see(read.id, read, refunds, asked, warned=warned)


# Amounts


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (Money(1399, "USD"), 1399),
        (Money(1399, "JPY"), 1399),
        (Money(1399, "KRW"), 1399),
        (Money(5120, "KWD"), 5120),
        (Money(990, "TND"), 990),
        (Money(500, "ISK"), 50000),
        (Money(3000, "UGX"), 300000),
        (Money(450000, "MGA"), 4500),
        (Money(99950, "HUF"), 99950),
        (Money(8000, "TWD"), 8000),
    ],
)
def test_an_amount_is_in_stripes_minor_units_there_and_in_ours_here(ours: Money, theirs: int) -> None:
    assert objects.to_stripe(ours) == theirs
    assert objects.from_stripe(theirs, ours.currency.lower()) == ours


@pytest.mark.parametrize("money", [Money(5124, "KWD"), Money(1, "BHD"), Money(450050, "MGA")])
def test_an_amount_that_stripe_cannot_charge_is_refused_and_never_rounded(money: Money) -> None:
    with pytest.raises(Refused, match="amount_not_chargeable"):
        objects.to_stripe(money)


@given(st.integers(1, 10**9), st.sampled_from(["USD", "EUR", "JPY", "ISK", "UGX", "CLP", "HUF", "TWD", "XOF"]))
def test_an_amount_comes_back_as_it_went(minor: int, currency: str) -> None:
    assert objects.from_stripe(objects.to_stripe(Money(minor, currency)), currency.lower()) == Money(minor, currency)


# Payments


def test_a_paid_payment_says_what_arrived_what_it_cost_and_whose_it_is() -> None:
    seen = look(shapes.intent(latest=shapes.charge()))
    assert (seen.state, seen.live, seen.paid, seen.fee) == ("paid", True, Money(1399, "USD"), Money(71, "USD"))
    assert (seen.purchase, seen.buyer) == (UUID(shapes.PURCHASE), UUID(shapes.BUYER))
    assert seen.at is not None
    assert seen.at.timestamp() == shapes.AT


def test_a_fee_in_another_currency_is_told_at_the_rate_of_its_own_booking() -> None:
    paid = shapes.charge(amount=2000, amount_captured=2000, currency="jpy")
    paid["balance_transaction"] = shapes.transaction(1340, 69)  # USD 13.40 for JPY 2,000
    assert look(shapes.intent(latest=paid, currency="jpy", amount=2000)).fee == Money(103, "JPY")
    paid["balance_transaction"] = "txn_1"
    assert look(shapes.intent(latest=paid, currency="jpy", amount=2000)).fee is None


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("requires_payment_method", "open"),
        ("requires_confirmation", "open"),
        ("requires_action", "open"),
        ("processing", "pending"),
        ("canceled", "canceled"),
    ],
)
def test_an_unpaid_payment_is_open_pending_or_canceled(status: str, state: str) -> None:
    seen = look(shapes.intent(status))
    assert (seen.state, seen.paid, seen.fee, seen.reason) == (state, None, None, "")


def test_a_declined_card_leaves_the_payment_open_and_says_why() -> None:
    failed = shapes.charge(status="failed", balance_transaction=None, amount_captured=0)
    error = {"code": "card_declined", "decline_code": "insufficient_funds", "type": "card_error"}
    seen = look(shapes.intent("requires_payment_method", failed, last_payment_error=error))
    assert (seen.state, seen.reason, seen.paid) == ("open", "insufficient_funds", None)


def test_marks_that_are_not_ours_are_nobodys() -> None:
    for marks in ({}, None, {objects.PURCHASE: "12", objects.BUYER: ""}):
        seen = look(shapes.intent(latest=shapes.charge(), metadata=marks))
        assert (seen.purchase, seen.buyer) == (None, None)


def test_test_money_is_told() -> None:
    assert not look(shapes.intent(livemode=False)).live


# Refunds


@pytest.mark.parametrize(
    ("theirs", "status"),
    [
        ("succeeded", "done"),
        ("pending", "pending"),
        ("requires_action", "pending"),
        ("failed", "failed"),
        ("canceled", "failed"),
    ],
)
def test_a_refund_is_done_when_stripe_says_so(theirs: str, status: str) -> None:
    ours = {objects.REFUND: shapes.PURCHASE}
    seen = look(shapes.intent(latest=shapes.charge(shapes.refund("re_1", 400, theirs, metadata=ours))))
    (one,) = seen.refunds
    assert (one.ref, one.status, one.money, one.id) == ("re_1", status, Money(400, "USD"), UUID(shapes.PURCHASE))


# Disputes


@pytest.mark.parametrize(
    ("status", "booked", "told"),
    [
        ("needs_response", [shapes.TAKEN], "open"),
        ("under_review", [shapes.TAKEN], "open"),
        ("lost", [shapes.TAKEN], "lost"),
        ("prevented", [shapes.TAKEN], "lost"),
        ("won", [shapes.TAKEN, shapes.GIVEN_BACK], "won"),
        ("appeal_needs_response", [shapes.TAKEN], "open"),
        ("appeal_under_review", [shapes.TAKEN, shapes.GIVEN_BACK], "open"),
    ],
)
def test_a_dispute_for_which_money_was_taken_is_open_won_or_lost(status: str, booked: list[Any], told: str) -> None:
    seen = look(shapes.intent(latest=shapes.charge(disputed=True)), shapes.dispute(status, *booked))
    (one,) = seen.disputes
    assert (one.ref, one.status, one.money, one.fee) == ("dp_1", told, Money(1399, "USD"), Money(1500, "USD"))
    assert (one.reason, one.fee_back, seen.flags) == ("fraudulent", None, [])


@pytest.mark.parametrize(
    ("status", "flags"),
    [
        ("warning_needs_response", ["inquiry"]),
        ("warning_under_review", ["inquiry"]),
        ("needs_response", ["inquiry"]),  # of a charge that was refunded before
        ("warning_closed", []),
        ("lost", []),
    ],
)
def test_a_question_for_which_no_money_was_taken_is_put_before_a_person_while_it_waits(
    status: str, flags: list[str]
) -> None:
    seen = look(shapes.intent(latest=shapes.charge(disputed=True)), shapes.dispute(status))
    assert (seen.disputes, seen.flags) == ([], flags)


def test_every_state_of_a_dispute_that_the_library_knows_is_one_that_we_judged() -> None:
    annotation = stripe.Dispute.__annotations__["status"]
    known = {word for part in get_args(annotation) for word in get_args(part)} or set(get_args(annotation))
    judged = {"lost", "needs_response", "prevented", "under_review", "won", "warning_closed", "warning_needs_response",
              "warning_under_review", "appeal_needs_response", "appeal_under_review"}  # fmt: skip
    assert known == judged


def test_a_fee_that_comes_back_with_a_win_is_told() -> None:
    won = shapes.dispute("won", shapes.TAKEN, shapes.transaction(1399, -1500))
    (one,) = look(shapes.intent(latest=shapes.charge(disputed=True)), won).disputes
    assert (one.fee, one.fee_back) == (Money(1500, "USD"), Money(1500, "USD"))


def test_a_disputes_fee_in_another_currency_is_told_at_the_rate_of_its_booking() -> None:
    taken = shapes.transaction(-1340, 1500)
    (one,) = look(
        shapes.intent(latest=shapes.charge(disputed=True)), shapes.dispute("lost", taken, amount=2000, currency="jpy")
    ).disputes
    assert (one.money, one.fee) == (Money(2000, "JPY"), Money(round(Fraction(1500 * 2000, 1340)), "JPY"))


def test_a_warning_of_the_cards_network_is_a_flag() -> None:
    assert look(shapes.intent(latest=shapes.charge()), warned=True).flags == ["early-fraud-warning"]


# Events


def of(kind: str, about: dict[str, Any]) -> list[str]:
    return objects.refs_of(msgspec.json.decode(msgspec.json.encode(shapes.event(kind, about)), type=objects.Event))


@pytest.mark.parametrize(
    ("kind", "about", "refs"),
    [
        ("payment_intent.succeeded", shapes.intent(), ["pi_1"]),
        ("payment_intent.payment_failed", shapes.intent("requires_payment_method"), ["pi_1"]),
        ("payment_intent.processing", shapes.intent("processing"), ["pi_1"]),
        ("payment_intent.canceled", shapes.intent("canceled"), ["pi_1"]),
        ("checkout.session.completed", shapes.session("complete"), ["cs_live_1"]),
        ("checkout.session.expired", shapes.session("expired"), ["cs_live_1"]),
        ("checkout.session.async_payment_failed", shapes.session("complete"), ["cs_live_1"]),
        ("charge.succeeded", shapes.charge(), ["pi_1"]),
        ("charge.refunded", shapes.charge(), ["pi_1"]),
        ("charge.updated", shapes.charge(payment_intent={"id": "pi_9", "object": "payment_intent"}), ["pi_9"]),
        ("charge.dispute.created", shapes.dispute("needs_response"), ["pi_1"]),
        ("charge.dispute.updated", shapes.dispute("under_review"), ["pi_1"]),
        ("charge.dispute.funds_withdrawn", shapes.dispute("needs_response"), ["pi_1"]),
        ("charge.dispute.funds_reinstated", shapes.dispute("won"), ["pi_1"]),
        ("charge.dispute.closed", shapes.dispute("lost"), ["pi_1"]),
        ("refund.created", shapes.refund("re_1", 1), ["pi_1"]),
        ("refund.failed", shapes.refund("re_1", 1, "failed"), ["pi_1"]),
        ("charge.refund.updated", shapes.refund("re_1", 1), ["pi_1"]),
        ("radar.early_fraud_warning.created",
         shapes.warning(), ["pi_1"]),
        ("review.opened", {"id": "prv_1", "object": "review", "payment_intent": "pi_1"}, ["pi_1"]),
        ("charge.succeeded", shapes.charge(payment_intent=None), []),
        ("customer.created", {"id": "cus_1", "object": "customer"}, []),
        ("balance.available", {"object": "balance"}, []),
    ],
)  # fmt: skip
def test_an_event_tells_which_payment_it_is_about(kind: str, about: dict[str, Any], refs: list[str]) -> None:
    assert of(kind, about) == refs


# The library's own types


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (objects.Intent, stripe.PaymentIntent),
        (objects.Charge, stripe.Charge),
        (objects.Refund, stripe.Refund),
        (objects.Dispute, stripe.Dispute),
        (objects.Transaction, stripe.BalanceTransaction),
        (objects.Session, stripe.checkout.Session),
        (objects.PaymentError, stripe.PaymentIntent.LastPaymentError),
        (objects.EvidenceDetails, stripe.Dispute.EvidenceDetails),
        (objects.RefundList, stripe.ListObject),
        (objects.Event, stripe.Event),
    ],
)
def test_every_field_that_we_read_is_one_of_the_official_librarys(ours: Any, theirs: Any) -> None:
    known = {name for base in theirs.__mro__ for name in getattr(base, "__annotations__", {})}
    assert set(ours.__struct_fields__) <= known


@pytest.mark.parametrize(
    ("made", "theirs"),
    [
        (shapes.intent(), stripe.PaymentIntent),
        (shapes.charge(), stripe.Charge),
        (shapes.refund("re_1", 1), stripe.Refund),
        (shapes.dispute("lost"), stripe.Dispute),
        (shapes.transaction(1, 0), stripe.BalanceTransaction),
        (shapes.session(), stripe.checkout.Session),
        (shapes.warning(), stripe.radar.EarlyFraudWarning),
        (shapes.event("x.y", {}), stripe.Event),
    ],
)
def test_every_field_of_the_recorded_shapes_is_one_of_the_official_librarys(made: dict[str, Any], theirs: Any) -> None:
    known = {name for base in theirs.__mro__ for name in getattr(base, "__annotations__", {})}
    assert set(made) <= known
    assert made["object"] == theirs.OBJECT_NAME
