"""What PayPal answers, as far as it is used. A status of a capture that nobody knows is another shape too.

Source: https://developer.paypal.com/docs/api/orders/v2/, /payments/v2/, /customer-disputes/v1/, /webhooks/v1/
"""

from typing import Any, Literal, NotRequired, TypedDict, TypeVar

import msgspec

from largesse.kit.paypal import Amount

T = TypeVar("T")
CaptureStatus = Literal["COMPLETED", "DECLINED", "PARTIALLY_REFUNDED", "PENDING", "REFUNDED", "FAILED"]


class Link(TypedDict):
    """Where to go on."""

    rel: str
    href: str


class StatusDetails(TypedDict):
    """Why a capture stands where it stands."""

    reason: NotRequired[str | None]


class Breakdown(TypedDict):
    """What PayPal kept of a capture."""

    paypal_fee: NotRequired[Amount | None]


class Capture(TypedDict):
    """Money that was taken, or not."""

    id: str
    status: CaptureStatus
    amount: Amount
    create_time: NotRequired[str | None]
    update_time: NotRequired[str | None]
    status_details: NotRequired[StatusDetails | None]
    seller_receivable_breakdown: NotRequired[Breakdown | None]


class Refund(TypedDict):
    """Money that was given back, or is on its way."""

    id: str
    status: str
    amount: Amount
    custom_id: NotRequired[str | None]
    note_to_payer: NotRequired[str | None]
    create_time: NotRequired[str | None]
    update_time: NotRequired[str | None]


class Payments(TypedDict):
    """What was paid of an order."""

    captures: NotRequired[list[Capture]]
    refunds: NotRequired[list[Refund]]


class Unit(TypedDict):
    """What is bought; we sell one thing an order."""

    custom_id: NotRequired[str | None]
    payments: NotRequired[Payments]


class Order(TypedDict):
    """An order."""

    id: str
    status: str
    links: NotRequired[list[Link]]
    purchase_units: NotRequired[list[Unit]]


class Related(TypedDict):
    """What a capture belongs to."""

    order_id: NotRequired[str | None]


class Supplementary(TypedDict):
    """The envelope around it."""

    related_ids: NotRequired[Related]


class CaptureFound(TypedDict):
    """A capture by its own name, with its order."""

    supplementary_data: NotRequired[Supplementary]


class Outcome(TypedDict):
    """How a dispute ended."""

    outcome_code: NotRequired[str | None]


class Movement(TypedDict):
    """Money that moved because of a dispute."""

    amount: Amount
    affected_party: NotRequired[str | None]
    type: NotRequired[str | None]
    reason: NotRequired[str | None]


class Dispute(TypedDict):
    """What a buyer, or their bank, asks about."""

    dispute_id: str
    status: str
    dispute_amount: Amount
    reason: NotRequired[str | None]
    dispute_outcome: NotRequired[Outcome | None]
    money_movements: NotRequired[list[Movement]]
    seller_response_due_date: NotRequired[str | None]
    create_time: NotRequired[str | None]
    update_time: NotRequired[str | None]


class DisputeNamed(TypedDict):
    """A dispute in a list."""

    dispute_id: str


class Disputes(TypedDict):
    """The disputes of a capture."""

    items: NotRequired[list[DisputeNamed]]


class Events(TypedDict):
    """A page of past events, each of which is read apart."""

    events: NotRequired[list[Any]]
    links: NotRequired[list[Link]]


def read(shape: type[T], answer: dict[str, Any]) -> T:
    """An answer as its shape; raises `msgspec.ValidationError`. What the shape does not name is left out."""
    return msgspec.convert(answer, shape)
