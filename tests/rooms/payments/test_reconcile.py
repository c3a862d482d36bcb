"""What follows from a provider's word: every history, however much of it was missed or repeated, ends the same."""

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from largesse.kit.money import Money
from largesse.payments.model import Purchase, refund_status
from largesse.payments.providers.port import Seen, SeenDispute, SeenRefund
from largesse.payments.reconcile import (
    Act,
    DecideDispute,
    DisputeRow,
    Flag,
    GiveAgain,
    Grant,
    Keep,
    Move,
    NoteRefund,
    OpenDispute,
    Record,
    RefundRow,
    SendBack,
    TakeBack,
    reconcile,
    refund_money,
)

ORDER, BUYER, OTHER = (UUID(int=n) for n in (1, 2, 3))
NOW = datetime(2026, 11, 25, tzinfo=UTC)
PRICE, FEE, NONE = Money(1399, "USD"), Money(71, "USD"), Money(0, "USD")


def record(status: str = "created", **changes: Any) -> Record:
    purchase = Purchase(
        id=ORDER, account=1, bundle_id=None, coins=1000, price_minor=1399, tax_minor=233, currency="USD", region="US",
        channel="web", provider="stripe", status=status, created_at=NOW, granted_at=None, history=[],
        **changes.pop("purchase", {}),
    )  # fmt: skip
    facts: dict[str, Any] = {"product_id": None, "refunds": [], "disputes": [], "sandbox": False, "tester": False}
    return Record(purchase=purchase, buyer=BUYER, now=NOW, **facts | changes)


def seen(state: str = "paid", **changes: Any) -> Seen:
    facts = {"ref": "pi_1", "live": True, "paid": PRICE, "fee": FEE, "purchase": ORDER, "buyer": BUYER}
    return Seen(**{"state": state, **facts, **changes})


def back(ref: str, minor: int, status: Any = "done", **changes: Any) -> SeenRefund:
    return SeenRefund(ref=ref, status=status, money=Money(minor, "USD"), **changes)


def dispute(ref: str, status: Any) -> SeenDispute:
    return SeenDispute(ref=ref, status=status, money=PRICE, fee=Money(1500, "USD"))


@pytest.mark.parametrize("status", ["created", "awaiting_payment", "pending", "canceled", "expired", "failed", "paid"])
def test_money_that_is_the_orders_grants_it_whatever_we_believed(status: str) -> None:
    assert reconcile(record(status), seen()) == [Grant(PRICE, FEE, "paid")]


def test_what_is_granted_is_not_granted_again() -> None:
    assert reconcile(record("granted"), seen()) == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"paid": Money(1398, "USD")}, "amount"),
        ({"paid": Money(1400, "USD")}, "amount"),
        ({"paid": Money(1399, "EUR")}, "currency"),
        ({"buyer": OTHER}, "buyer"),
        ({"purchase": OTHER}, "order"),
        ({"product_id": "coins_70"}, "product"),
        ({"quantity": 2}, "quantity"),
        ({"live": False}, "test-money"),
    ],
)
def test_money_that_is_not_the_orders_is_kept_apart(change: dict[str, Any], why: str) -> None:
    (act,) = reconcile(record(), seen(**change))
    assert isinstance(act, Keep)
    assert act.why == why


def test_a_sandbox_takes_no_live_money_whatever_else_it_is() -> None:
    for change in ({}, {"quantity": 2}):
        (act,) = reconcile(record(sandbox=True, tester=True), seen(live=True, **change))
        assert isinstance(act, Keep)
        assert act.why == "live-money"


def test_test_money_gives_listed_people_promotional_coins_and_in_a_sandbox_everybody_paid_ones() -> None:
    test_money = seen(live=False)
    assert reconcile(record(tester=True), test_money) == [Grant(PRICE, FEE, "promo")]
    assert reconcile(record(sandbox=True), test_money) == [Grant(PRICE, FEE, "paid")]


@pytest.mark.parametrize(
    ("status", "state", "to"),
    [
        ("created", "open", "awaiting_payment"),
        ("created", "pending", "pending"),
        ("awaiting_payment", "open", None),
        ("awaiting_payment", "pending", "pending"),
        ("awaiting_payment", "failed", "failed"),
        ("failed", "open", "awaiting_payment"),
        ("pending", "canceled", "canceled"),
        ("expired", "canceled", None),
        ("canceled", "expired", None),
        ("paid", "pending", None),
        ("granted", "canceled", None),
    ],
)
def test_an_order_goes_where_its_payment_is(status: str, state: str, to: str | None) -> None:
    acts = reconcile(record(status), seen(state, paid=None, fee=None))
    assert acts == ([Move(to)] if to else [])  # type: ignore[arg-type]


def test_a_refund_seen_with_the_first_payment_is_taken_back_after_the_grant() -> None:
    one = back("re_1", 500)
    assert reconcile(record(), seen(refunds=[one])) == [
        Grant(PRICE, FEE, "paid"), TakeBack(one, Money(500, "USD"), None)]  # fmt: skip


def test_a_refund_is_taken_back_once_and_undone_once() -> None:
    row = RefundRow(id=OTHER, ref="re_1", minor=500, currency="USD", status="done")
    known = record("partially_refunded", refunds=[row])
    assert reconcile(known, seen(refunds=[back("re_1", 500)])) == []
    for status in ("undone", "failed"):
        assert reconcile(known, seen(refunds=[back("re_1", 500, status)])) == [GiveAgain(OTHER)]
    undone = record("granted", refunds=[msgspec.structs.replace(row, status="undone")])
    for status in ("done", "undone", "failed", "pending"):
        assert reconcile(undone, seen(refunds=[back("re_1", 500, status)])) == []


def test_a_refund_that_we_asked_for_is_known_by_our_id() -> None:
    wanted = RefundRow(id=OTHER, ref=None, minor=500, currency="USD", status="wanted")
    one = back("re_9", 500, id=OTHER)
    assert reconcile(record("granted", refunds=[wanted]), seen(refunds=[one])) == [
        TakeBack(one, Money(500, "USD"), OTHER)]  # fmt: skip
    slow = back("re_9", 500, "pending", id=OTHER)
    assert reconcile(record("granted", refunds=[wanted]), seen(refunds=[slow])) == [
        NoteRefund(slow, Money(500, "USD"), OTHER)]  # fmt: skip


def test_money_that_was_kept_apart_is_sent_back_without_coins() -> None:
    one = back("re_1", 1399)
    asked = dispute("dp", "open")
    assert reconcile(record("mismatch"), seen(refunds=[one], disputes=[asked])) == [
        OpenDispute(asked), SendBack(one, PRICE, None)]  # fmt: skip


def test_a_part_of_a_purchase_is_rounded_up_to_a_minor_unit() -> None:
    third = SeenRefund(ref="r", status="done", part=Fraction(1, 3))
    assert refund_money(PRICE, third) == Money(467, "USD")
    assert refund_money(PRICE, SeenRefund(ref="r", status="done", part=Fraction(1))) == PRICE


def test_a_dispute_opens_once_is_decided_once_and_can_be_turned() -> None:
    lost = dispute("dp", "lost")
    assert reconcile(record("granted"), seen(disputes=[lost])) == [OpenDispute(lost), DecideDispute(lost)]
    row = DisputeRow(id=OTHER, ref="dp", minor=1399, currency="USD", status="lost")
    known = record("charged_back", disputes=[row])
    assert reconcile(known, seen(disputes=[lost])) == []
    won = dispute("dp", "won")
    assert reconcile(known, seen(disputes=[won])) == [DecideDispute(won)]
    assert reconcile(known, seen(disputes=[dispute("dp", "open")])) == []


def test_a_flag_is_raised_once() -> None:
    warned = seen(flags=["early-fraud-warning"])
    assert reconcile(record("granted"), warned) == [Flag("early-fraud-warning")]
    assert reconcile(record("granted", purchase={"flags": ["early-fraud-warning"]}), warned) == []


# Any order of looks

STAGES = [
    seen("open", paid=None, fee=None),
    seen("pending", paid=None, fee=None),
    seen(),
    seen(refunds=[back("re_1", 400)]),
    seen(refunds=[back("re_1", 400)], disputes=[dispute("dp", "open")]),
    seen(refunds=[back("re_1", 400)], disputes=[dispute("dp", "won")]),
    seen(refunds=[back("re_1", 400), back("re_2", 999)], disputes=[dispute("dp", "won")]),
]


def applied(before: Record, act: Act) -> Record:
    """What service_settle does of it to the record, without the books."""
    purchase, refunds, disputes = before.purchase, list(before.refunds), list(before.disputes)
    status: str | None = purchase.status
    match act:
        case Move():
            status = act.status
        case Grant():
            status = "granted"
        case TakeBack():
            minor = purchase.refunded_minor + act.money.minor
            status = refund_status(purchase, minor) or status
            purchase = msgspec.structs.replace(purchase, refunded_minor=minor)
            refunds.append(RefundRow(id=OTHER, ref=act.seen.ref, minor=act.money.minor, currency="USD", status="done"))
        case OpenDispute():
            status = "disputed"
            disputes.append(DisputeRow(id=OTHER, ref=act.seen.ref, minor=1399, currency="USD", status="open"))
        case DecideDispute():
            status = "dispute_won" if act.seen.status == "won" else "charged_back"
            disputes = [msgspec.structs.replace(d, status=act.seen.status) for d in disputes]
        case _:
            raise AssertionError(act)
    moved = msgspec.structs.replace(purchase, status=status)
    return msgspec.structs.replace(before, purchase=moved, refunds=refunds, disputes=disputes)


@given(looks=st.lists(st.integers(0, len(STAGES) - 1), max_size=8).map(sorted))
def test_whatever_was_missed_or_repeated_the_record_ends_where_the_provider_stands(looks: list[int]) -> None:
    """A look always shows the present, so looks come in order; any of them may be missing, or come again."""
    found, granted, taken = record(), 0, 0
    for stage in [*looks, len(STAGES) - 1, len(STAGES) - 1]:
        for act in reconcile(found, STAGES[stage]):
            granted += isinstance(act, Grant)
            taken += act.money.minor if isinstance(act, TakeBack) else 0
            found = applied(found, act)
    assert (granted, taken) == (1, 1399)
    assert found.purchase.status == "refunded"
    assert [d.status for d in found.disputes] == ["won"]
