"""What stands at Stripe, read into the port's words: pure.

Amounts of Stripe's are integers in *its* minor units, which are the currency's own except where it says otherwise
(`to_stripe`). Fees are booked in the currency that Stripe pays us in; they are told in the payment's, at the rate of
that very booking.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
import structlog

from largesse.kit.money import Money, exponent
from largesse.payments.providers.port import Refused, Seen, SeenDispute, SeenRefund, State, is_ref

log = structlog.get_logger(__name__)
PURCHASE, BUYER, REFUND, CHECKOUT = "largesse_purchase", "largesse_buyer", "largesse_refund", "largesse_checkout"
FRAUD_WARNING, INQUIRY = "early-fraud-warning", "inquiry"

# Decimals of an amount of Stripe's where they are not those of ISO 4217: the ariary has none, and the two that the
# króna and the Ugandan shilling once had are still written, always as zeros.
# Source: https://docs.stripe.com/currencies, "zero-decimal currencies" and "special cases"
_DECIMALS = {"MGA": 0, "ISK": 2, "UGX": 2}
# The last digit of a three-decimal amount is 0. Source: the same page, "three-decimal currencies"
_THREE, _TEN = 3, 10

Metadata = dict[str, str] | None
Id = Annotated[str, msgspec.Meta(min_length=1)]
Amount = Annotated[int, msgspec.Meta(ge=-(10**15), le=10**15)]
Seconds = Annotated[int, msgspec.Meta(ge=0, le=10**11)]


class Transaction(msgspec.Struct, frozen=True):
    """A booking on Stripe's balance: minor units of the currency that Stripe pays us in; negative where it left."""

    amount: Amount
    currency: str
    fee: Amount = 0


class Refund(msgspec.Struct, frozen=True, kw_only=True):
    """A refund of a charge."""

    id: Id
    amount: Amount
    currency: str
    created: Seconds
    status: str | None = None
    failure_reason: str | None = None
    reason: str | None = None
    metadata: Metadata = None


class RefundList(msgspec.Struct, frozen=True):
    """The latest refunds of a charge, and whether there are more."""

    data: list[Refund] = []
    has_more: bool = False


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt to take money."""

    id: Id
    amount: Amount
    currency: str
    created: Seconds
    status: str
    captured: bool = True
    amount_captured: Amount | None = None
    disputed: bool = False
    balance_transaction: Transaction | str | None = None
    refunds: RefundList | None = None


class PaymentError(msgspec.Struct, frozen=True):
    """Why the last attempt failed."""

    code: str | None = None
    decline_code: str | None = None


class Intent(msgspec.Struct, frozen=True, kw_only=True):
    """A payment."""

    id: Id
    amount: Amount
    currency: str
    status: str
    livemode: bool
    client_secret: str | None = None
    latest_charge: Charge | str | None = None
    last_payment_error: PaymentError | None = None
    metadata: Metadata = None


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A page of Stripe's on which a payment is made."""

    id: Id
    livemode: bool
    status: str | None = None
    url: str | None = None
    payment_intent: Intent | str | None = None
    metadata: Metadata = None


class EvidenceDetails(msgspec.Struct, frozen=True):
    """Until when the bank takes an answer: seconds since 1970."""

    due_by: Seconds | None = None


class Dispute(msgspec.Struct, frozen=True, kw_only=True):
    """What the buyer's bank asks about."""

    id: Id
    amount: Amount
    currency: str
    created: Seconds
    status: str
    reason: str = ""
    balance_transactions: list[Transaction] = []
    evidence_details: EvidenceDetails | None = None


class About(msgspec.Struct, frozen=True):
    """The object that an event is about."""

    object: str
    id: str = ""
    payment_intent: str | dict[str, Any] | None = None


class EventAbout(msgspec.Struct, frozen=True):
    """The envelope around it."""

    object: About


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened at Stripe.

    `data` is read apart: a destination of events of version 2 gets thin ones, with another `data` or none, and a
    `created` in words.
    Source: https://docs.stripe.com/event-destinations#thin-events
    """

    id: Id
    type: Id
    data: Any = None
    created: Any = 0


# Kinds of objects that belong to a payment; a session is looked at itself.
_OF_A_PAYMENT = {"charge", "dispute", "refund", "radar.early_fraud_warning", "review"}


def find_event(answer: Any) -> Event | None:
    """An event of a list; None for one of another shape, which stops no others."""
    try:
        return msgspec.convert(answer, Event)
    except msgspec.ValidationError as error:
        log.warning("stripe.odd_event", error=str(error))
        return None


def seconds_of(event: Event) -> int:
    """When it happened; 0 where it says so in other words."""
    return event.created if isinstance(event.created, int) else 0


def refs_of(event: Event) -> list[str]:
    """Where to look after an event; nowhere for a kind that says nothing of a payment, or not in the known shape."""
    try:
        about = msgspec.convert(event.data, EventAbout).object
    except msgspec.ValidationError:
        return []
    if about.object in {"payment_intent", "checkout.session"}:
        return [about.id] if is_ref(about.id) else []
    if about.object not in _OF_A_PAYMENT:
        return []
    intent = about.payment_intent
    ref = intent.get("id") if isinstance(intent, dict) else intent
    return [ref] if is_ref(ref) else []


def to_stripe(money: Money) -> int:
    """An amount as Stripe takes it. Raises `Refused` where it cannot be charged there to its last digit."""
    ours, theirs = exponent(money.currency), _decimals(money.currency)
    amount = money.minor * Fraction(_TEN) ** (theirs - ours)
    if amount.denominator != 1 or (theirs == _THREE and amount.numerator % _TEN):
        raise Refused("amount_not_chargeable", f"Stripe has no such amount of {money.currency}")
    return amount.numerator


def from_stripe(amount: int | Fraction, currency: str) -> Money:
    """An amount of Stripe's as ours, half-even where it has more digits than the currency."""
    code = currency.upper()
    return Money(round(amount * Fraction(_TEN) ** (exponent(code) - _decimals(code))), code)


def see(ref: str, intent: Intent, refunds: Sequence[Refund], disputes: Sequence[Dispute], *, warned: bool) -> Seen:
    """A payment with all that became of it. `warned`: the card's network says that it is stolen."""
    charge = intent.latest_charge if isinstance(intent.latest_charge, Charge) else None
    state, reason = _state(intent)
    marks = intent.metadata or {}
    asked = any(_is_asked(dispute) for dispute in disputes)
    paid = charge if state == "paid" else None
    return Seen(
        ref=ref,
        state=state,
        live=intent.livemode,
        paid=from_stripe(_captured(paid), paid.currency) if paid else None,
        fee=_charge_fee(paid) if paid else None,
        purchase=_uuid(marks.get(PURCHASE)),
        buyer=_uuid(marks.get(BUYER)),
        reason=reason,
        at=_at(paid.created) if paid else None,
        refunds=[_refund(refund) for refund in sorted(refunds, key=lambda r: (r.created, r.id))],
        disputes=[
            _dispute(dispute)
            for dispute in sorted(disputes, key=lambda d: (d.created, d.id))
            if dispute.balance_transactions
        ],
        flags=[*([FRAUD_WARNING] if warned else []), *([INQUIRY] if asked else [])],
    )


def see_unpaid(session: Session) -> Seen:
    """A payment page on which nobody has begun to pay."""
    marks = session.metadata or {}
    return Seen(
        ref=session.id,
        state="expired" if session.status == "expired" else "open",
        live=session.livemode,
        purchase=_uuid(marks.get(PURCHASE)),
        buyer=_uuid(marks.get(BUYER)),
    )


def _state(intent: Intent) -> tuple[State, str]:
    """A declined card leaves a payment open, with the reason: the buyer may try another one."""
    match intent.status:
        case "succeeded":
            return "paid", ""
        case "processing":
            return "pending", ""
        case "canceled":
            return "canceled", ""
        case _:
            error = intent.last_payment_error
            return "open", (error.decline_code or error.code or "") if error else ""


def _refund(refund: Refund) -> SeenRefund:
    status: Literal["pending", "done", "failed"] = "pending"  # and `requires_action`
    if refund.status == "succeeded":
        status = "done"
    elif refund.status in {"failed", "canceled"}:
        status = "failed"
    return SeenRefund(
        ref=refund.id,
        status=status,
        money=from_stripe(refund.amount, refund.currency),
        reason=refund.failure_reason or refund.reason or "",
        id=_uuid((refund.metadata or {}).get(REFUND)),
        at=_at(refund.created),
    )


def _is_asked(dispute: Dispute) -> bool:
    """Whether the bank waits for an answer without having taken the money: an inquiry, or the charge was refunded."""
    return not dispute.balance_transactions and dispute.status.endswith(("needs_response", "under_review"))


def _dispute(dispute: Dispute) -> SeenDispute:
    """A dispute for which money was taken. One that was prevented gave it to the buyer at once, so it is lost.

    An appeal changes nothing until it is decided: it is told as open, which leaves what was decided before.
    """
    status: Literal["open", "won", "lost"] = "open"
    if dispute.status == "won":
        status = "won"
    elif dispute.status in {"lost", "prevented"}:
        status = "lost"
    taken = [_fee(dispute, booked) for booked in dispute.balance_transactions if booked.amount < 0]
    back = [_fee(dispute, booked) for booked in dispute.balance_transactions if booked.amount > 0]
    due = dispute.evidence_details.due_by if dispute.evidence_details else None
    return SeenDispute(
        ref=dispute.id,
        status=status,
        money=from_stripe(dispute.amount, dispute.currency),
        fee=from_stripe(sum(taken), dispute.currency),
        fee_back=from_stripe(-sum(back), dispute.currency) if sum(back) < 0 else None,
        reason=dispute.reason,
        evidence_due_at=_at(due) if due else None,
        at=_at(dispute.created),
    )


def _charge_fee(charge: Charge) -> Money | None:
    """What Stripe kept; None where it has not booked the charge yet."""
    booked = charge.balance_transaction
    return from_stripe(_fee(charge, booked), charge.currency) if isinstance(booked, Transaction) else None


def _fee(paid: Charge | Dispute, booked: Transaction) -> Fraction:
    """A booking's fee in the payment's currency, in Stripe's minor units: at the rate of the booking itself."""
    if booked.currency == paid.currency or not booked.amount:
        return Fraction(booked.fee if booked.currency == paid.currency else 0)
    return Fraction(booked.fee * paid.amount, abs(booked.amount))


def _captured(charge: Charge) -> int:
    return charge.amount if charge.amount_captured is None else charge.amount_captured


def _decimals(currency: str) -> int:
    return _DECIMALS.get(currency, exponent(currency))


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
