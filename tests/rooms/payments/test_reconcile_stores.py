"""What follows from a store's word where it differs from others': refunds by absence, a fee of the price book."""

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest

from largesse.kit.money import Money
from largesse.payments.model import Purchase
from largesse.payments.providers.port import Seen, SeenRefund
from largesse.payments.reconcile import GiveAgain, Grant, Keep, Move, Record, RefundRow, TakeBack, reconcile

ORDER, BUYER, FIRST, SECOND = (UUID(int=n) for n in (1, 2, 3, 4))
NOW = datetime(2026, 11, 25, tzinfo=UTC)
PRICE = Money(999, "USD")


def record(status: str, *refunds: RefundRow) -> Record:
    purchase = Purchase(
        id=ORDER, account=1, bundle_id="apple-us-740", coins=740, price_minor=999, tax_minor=0, fee_minor=300,
        currency="USD", region="US", channel="apple", provider="apple", status=status, created_at=NOW, granted_at=None,
        history=[],
    )  # fmt: skip
    return Record(
        purchase=purchase, buyer=BUYER, product_id="coins_740", refunds=refunds, disputes=[], sandbox=False,
        tester=False, now=NOW,
    )  # fmt: skip


def seen(*refunds: SeenRefund, **changes: Any) -> Seen:
    facts: dict[str, Any] = {"state": "paid", "paid": PRICE, "buyer": BUYER, "product_id": "coins_740"}
    return Seen(ref="2000000123", live=True, refunds=refunds, **facts | changes)


def row(refund: UUID, ref: str, status: str = "done") -> RefundRow:
    return RefundRow(id=refund, ref=ref, minor=400, currency="USD", status=status)


def part(ref: str, percent: int) -> SeenRefund:
    return SeenRefund(ref=ref, status="done", part=Fraction(percent, 100))


def test_where_a_store_names_no_fee_the_price_books_counts() -> None:
    assert reconcile(record("paid"), seen()) == [Grant(PRICE, Money(300, "USD"), "paid")]
    assert reconcile(record("paid"), seen(fee=Money(150, "USD"))) == [Grant(PRICE, Money(150, "USD"), "paid")]
    other = Money(900, "EUR")
    assert reconcile(record("paid"), seen(paid=other)) == [Keep(other, Money(0, "EUR"), "currency")]


def test_a_refund_that_stands_no_more_is_undone_only_where_the_word_is_whole() -> None:
    granted = record("refunded", row(FIRST, "a"))
    assert reconcile(granted, seen()) == []
    assert reconcile(granted, seen(refunds_are_all=True)) == [GiveAgain(FIRST)]
    assert reconcile(record("granted", row(FIRST, "a", "undone")), seen(refunds_are_all=True)) == []
    assert reconcile(record("granted", row(FIRST, "a", "wanted")), seen(refunds_are_all=True)) == []


def test_a_refund_in_the_place_of_another_is_taken_after_that_one_was_undone() -> None:
    bigger = part("b", 100)
    acts = reconcile(record("partially_refunded", row(FIRST, "a")), seen(bigger, refunds_are_all=True))
    assert acts == [GiveAgain(FIRST), TakeBack(bigger, PRICE, None)]
    settled = record("refunded", row(FIRST, "a", "undone"), row(SECOND, "b"))
    assert reconcile(settled, seen(bigger, refunds_are_all=True)) == []


@pytest.mark.parametrize("status", ["paid", "created", "pending"])
def test_what_a_store_took_back_before_its_grant_is_canceled(status: str) -> None:
    assert reconcile(record(status), seen(state="canceled", paid=None)) == [Move("canceled")]


@pytest.mark.parametrize("state", ["open", "pending", "failed", "expired"])
def test_a_stores_purchase_that_is_paid_waits_for_its_grant(state: str) -> None:
    assert reconcile(record("paid"), seen(state=state, paid=None)) == []
