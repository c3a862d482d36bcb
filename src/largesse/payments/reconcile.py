"""What follows from what a provider says: one pure function from our record and its word to acts.

It knows no order of events. Whatever was missed, repeated or came late, the record ends where the provider stands:
acts are only what the record does not say yet.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from largesse.kit.money import Money
from largesse.payments.model import Purchase
from largesse.payments.providers.port import Seen, SeenDispute, SeenRefund

# A store's purchase enters at paid, and stays there only while its grant is not committed.
_UNPAID = {"created", "awaiting_payment", "pending", "canceled", "expired", "failed", "paid"}
_ENDED = {"canceled", "expired", "failed"}


class RefundRow(msgspec.Struct, frozen=True, kw_only=True):
    """A refund as we have it; `ref` is the provider's, None until it is known. `taken`: its coins have left already."""

    id: UUID
    ref: str | None
    minor: int
    currency: str
    status: str
    taken: bool = False


class DisputeRow(msgspec.Struct, frozen=True, kw_only=True):
    """A dispute as we have it."""

    id: UUID
    ref: str
    minor: int
    currency: str
    status: str


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A purchase with all that we know of its money. `buyer` is the account's public id."""

    purchase: Purchase
    buyer: UUID
    product_id: str | None
    refunds: Sequence[RefundRow]
    disputes: Sequence[DisputeRow]
    sandbox: bool
    # Whether the provider's test money may give this buyer promotional coins outside a sandbox.
    tester: bool
    now: datetime

    def with_dispute(self, dispute: UUID, seen: SeenDispute) -> "Record":
        """The same record, which knows of one dispute more."""
        row = DisputeRow(id=dispute, ref=seen.ref, minor=seen.money.minor, currency=seen.money.currency, status="open")
        return msgspec.structs.replace(self, disputes=[*self.disputes, row])

    def with_decision(self, dispute: UUID, status: str) -> "Record":
        """The same record, after a decision."""
        rows = [msgspec.structs.replace(row, status=status) if row.id == dispute else row for row in self.disputes]
        return msgspec.structs.replace(self, disputes=rows)

    @property
    def lost_minor(self) -> int:
        """What banks took, in minor units of the money that arrived."""
        return sum(row.minor for row in self.disputes if row.status == "lost")


class Move(msgspec.Struct, frozen=True):
    """The payment is somewhere else on its way; no money moved."""

    status: Literal["awaiting_payment", "pending", "canceled", "expired", "failed"]
    reason: str = ""


class Grant(msgspec.Struct, frozen=True):
    """The money is there, and is the order's: grant the coins. `line` is promo for test money outside a sandbox."""

    paid: Money
    fee: Money
    line: Literal["paid", "promo"]


class Keep(msgspec.Struct, frozen=True):
    """Money arrived that is not the order's: keep it apart for a person to decide. `why` is a short word."""

    paid: Money
    fee: Money
    why: str


class TakeBack(msgspec.Struct, frozen=True):
    """The provider gave money back: take the coins back. `known` is our row of it, where there is one."""

    seen: SeenRefund
    money: Money
    known: UUID | None


class SendBack(msgspec.Struct, frozen=True):
    """The provider gave back money that was kept apart."""

    seen: SeenRefund
    money: Money
    known: UUID | None


class NoteRefund(msgspec.Struct, frozen=True):
    """A refund is on its way, or failed: nothing moved yet."""

    seen: SeenRefund
    money: Money
    known: UUID | None


class GiveAgain(msgspec.Struct, frozen=True):
    """The provider took a refund back: undo it."""

    known: UUID


class OpenDispute(msgspec.Struct, frozen=True):
    """The buyer's bank asks: freeze, and hold what was earned with it. Money kept apart only leaves."""

    seen: SeenDispute


class DecideDispute(msgspec.Struct, frozen=True):
    """The bank has decided, or decided otherwise than before."""

    seen: SeenDispute


class Flag(msgspec.Struct, frozen=True):
    """A person should look."""

    word: str


Act = Move | Grant | Keep | TakeBack | SendBack | NoteRefund | GiveAgain | OpenDispute | DecideDispute | Flag


def reconcile(record: Record, seen: Seen) -> list[Act]:
    """What brings the record to where the provider stands, in the order in which it is to be done; empty: it is there.

    Money is compared with our order first (amount, currency, product, buyer, test or not); what differs is kept apart.
    Source: economy.md section 5.
    """
    acts: list[Act] = [*_arrived(record, seen)]
    kept = record.purchase.is_kept or any(isinstance(act, Keep) for act in acts)
    paid = record.purchase.status not in _UNPAID or any(isinstance(act, Grant | Keep) for act in acts)
    if paid:
        acts += _disputes(record, seen)
        acts += _refunds(record, seen, kept=kept)
    acts += [Flag(word) for word in seen.flags if word not in record.purchase.flags]
    return acts


def refund_money(price: Money, seen: SeenRefund) -> Money:
    """What a refund gave back: its amount, or its part of the price rounded up to a minor unit."""
    if seen.money is not None:
        return seen.money
    assert seen.part is not None, seen
    part = price.minor * seen.part
    return Money(-(-part.numerator // part.denominator), price.currency)


def mismatch(record: Record, seen: Seen) -> str:
    """How the money differs from the order, as a short word; empty where it is the order's."""
    purchase = record.purchase
    paid = seen.paid or purchase.price
    differs = {
        "live-money": seen.live and record.sandbox,
        "order": seen.purchase not in {None, purchase.id},
        "buyer": seen.buyer not in {None, record.buyer},
        "product": seen.product_id not in {None, record.product_id},
        "quantity": seen.quantity != purchase.quantity,
        "currency": paid.currency != purchase.currency,
        "amount": paid != purchase.price,
        "test-money": not (seen.live or record.sandbox or record.tester),
    }
    return next((why for why, is_so in differs.items() if is_so), "")


def _arrived(record: Record, seen: Seen) -> Iterator[Act]:
    purchase = record.purchase
    if purchase.status not in _UNPAID:
        return
    if seen.state == "paid":
        paid = seen.paid or purchase.price
        fee = seen.fee or Money(purchase.fee_minor if paid.currency == purchase.currency else 0, paid.currency)
        why = mismatch(record, seen)
        if why:
            yield Keep(paid, fee, why)
        else:
            yield Grant(paid, fee, "paid" if seen.live or record.sandbox else "promo")
    elif purchase.status == "paid":
        if seen.state == "canceled":
            yield Move("canceled", seen.reason)  # a store's purchase that was taken back before its grant
    elif seen.state == "open":
        if purchase.status in {"created", "failed", "pending"}:
            yield Move("awaiting_payment", seen.reason)
    elif seen.state != purchase.status and purchase.status not in _ENDED - {"failed"}:
        yield Move(seen.state, seen.reason)


def _refunds(record: Record, seen: Seen, *, kept: bool) -> Iterator[Act]:
    standing = {refund.ref for refund in seen.refunds}
    for row in record.refunds:
        if seen.refunds_are_all and row.status == "done" and row.ref not in standing:
            yield GiveAgain(row.id)  # first, for another one may stand in its place
    for refund in seen.refunds:
        known = _known(record, refund)
        money = refund_money(record.purchase.price, refund)
        before = known.status if known else ""
        if refund.status == "done" and before not in {"done", "undone"}:
            name = known.id if known else None
            yield SendBack(refund, money, name) if kept else TakeBack(refund, money, name)
        elif refund.status in {"undone", "failed"} and known is not None and before == "done":
            yield GiveAgain(known.id)  # a bank can turn a refund away after it was made
        elif refund.status in {"pending", "failed"} and before not in {refund.status, "done", "undone"}:
            yield NoteRefund(refund, money, known.id if known else None)


def _known(record: Record, seen: SeenRefund) -> RefundRow | None:
    by_ref = next((row for row in record.refunds if row.ref == seen.ref), None)
    if by_ref is not None or seen.id is None:
        return by_ref
    return next((row for row in record.refunds if row.id == seen.id), None)


def _disputes(record: Record, seen: Seen) -> Iterator[Act]:
    known = {row.ref: row.status for row in record.disputes}
    for dispute in seen.disputes:
        before = known.get(dispute.ref)
        if before is None:
            yield OpenDispute(dispute)
        if dispute.status not in {"open", before}:
            yield DecideDispute(dispute)
