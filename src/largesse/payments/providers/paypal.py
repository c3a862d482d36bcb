"""PayPal: Orders v2, captured as soon as the buyer has approved; refunds, disputes, signed notices.

A payment's reference is its PayPal order; notices that name only a capture are looked up as `capture:<id>`. Every call
that creates carries `PayPal-Request-Id`, so that the same call again is the same thing.
Source: https://developer.paypal.com/docs/api/orders/v2/, /payments/v2/, /customer-disputes/v1/, /webhooks/v1/
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import msgspec

from largesse.kit.config import BadSettings, Settings
from largesse.kit.money import Money
from largesse.kit.paypal import PayPalClient, amount_of, money_of
from largesse.payments.providers import paypal_shapes as shapes
from largesse.payments.providers.paypal_notices import Certificates, refs_of
from largesse.payments.providers.port import (
    Away,
    Begun,
    Next,
    Notice,
    Order,
    Refused,
    Seen,
    SeenDispute,
    SeenRefund,
    State,
    Via,
    ways_back,
)
from largesse.payments.providers.shape import or_away

_CAPTURED = {"COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"}
_REFUNDS: dict[str, Any] = {"COMPLETED": "done", "PENDING": "pending", "FAILED": "failed", "CANCELLED": "failed"}
_LOST = {"RESOLVED_BUYER_FAVOUR", "ACCEPTED"}
_FEES = {"DISPUTE_FEE", "CHARGEBACK_FEE"}
_EVENTS_A_PAGE, _EVENT_PAGES_MAX = 300, 500
_KEPT = timedelta(days=29)  # PayPal lists the events of 30 days


class PayPal:
    """Orders on the web, by redirect. The price book's channel fee is replaced by the fee that PayPal kept."""

    name = "paypal"
    channels = frozenset({"web"})
    via: Via = "psp"

    def __init__(self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        host = urlsplit(settings.paypal_api_base).hostname or ""
        self.live = host.endswith(".paypal.com") and ".sandbox." not in host
        if settings.sandbox and self.live:
            raise BadSettings("largesse: a sandbox refuses PayPal's live address: set LARGESSE_PAYPAL_API_BASE")
        if not settings.paypal_client_secret:
            raise BadSettings("largesse: LARGESSE_PAYPAL_CLIENT_ID needs LARGESSE_PAYPAL_CLIENT_SECRET")
        self._origin = settings.origin
        self._client = PayPalClient(settings, transport)
        self._certificates = Certificates(self._client, settings.paypal_webhook_id)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    @or_away
    async def begin(self, order: Order) -> Begun:
        """Make a PayPal order that the buyer approves on PayPal's page."""
        paid, left = ways_back(order.return_url or f"{self._origin}/recharge", order.id)
        answer = await self._client.post(
            "/v2/checkout/orders",
            {
                "intent": "CAPTURE",
                "purchase_units": [
                    {
                        "reference_id": str(order.id),
                        "custom_id": f"{order.id}.{order.buyer}",
                        "invoice_id": str(order.id),
                        "description": f"{order.coins} coins",
                        "amount": amount_of(order.price),
                    }
                ],
                "payment_source": {
                    "paypal": {
                        "experience_context": {
                            "user_action": "PAY_NOW",
                            "shipping_preference": "NO_SHIPPING",
                            "return_url": paid,
                            "cancel_url": left,
                        }
                    }
                },
            },
            key=str(order.id),
        )
        made = shapes.read(shapes.Order, answer)
        return Begun(ref=made["id"], next=_next(made))

    @or_away
    async def resume(self, ref: str, order: Order) -> Next:  # noqa: ARG002 - the port's
        """Where the buyer approves, again; nothing once that has happened."""
        return _next(await self._order(ref))

    async def cancel(self, ref: str) -> None:
        """PayPal forgets an order that nobody approves by itself; there is no call for it."""

    @or_away
    async def refund(self, ref: str, refund: UUID, money: Money, reason: str) -> None:  # noqa: ARG002 - kept by us
        """Give back a part of the capture, or all of it."""
        captures = _captures(await self._order(ref))
        if not captures:
            raise Refused("not_captured")
        body = {"amount": amount_of(money), "custom_id": str(refund), "invoice_id": str(refund)}
        await self._client.post(f"/v2/payments/captures/{captures[0]['id']}/refund", body, key=str(refund))

    @or_away
    async def look(self, ref: str) -> Seen:
        """The order with its capture, refunds and disputes; an order that the buyer has approved is captured first."""
        if ref.startswith("capture:"):
            ref = await self._order_of(ref.removeprefix("capture:"))
        order = await self._order(ref)
        if order["status"] == "APPROVED":
            order = await self._capture(ref, order)
        captures = _captures(order)
        capture = next((c for c in captures if c["status"] in _CAPTURED), captures[-1] if captures else None)
        purchase, buyer = _marks(order)
        return Seen(
            ref=ref,
            state=_state(order, capture),
            live=self.live,
            paid=money_of(capture["amount"]) if capture and capture["status"] in _CAPTURED else None,
            fee=_fee(capture) if capture else None,
            purchase=purchase,
            buyer=buyer,
            reason=_reason(capture),
            at=_time(capture.get("create_time")) if capture else None,
            refunds=[
                _refund(r)
                for unit in order.get("purchase_units", [])
                for r in unit.get("payments", {}).get("refunds", [])
            ],
            disputes=await self._disputes(capture) if capture and capture["status"] in _CAPTURED else [],
        )

    @or_away
    async def receive(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """Check the signature by PayPal's certificate, which is fetched once and kept."""
        event = await self._certificates.check(headers, body)
        return Notice(event=event["id"], kind=event["event_type"], refs=refs_of(event))

    @or_away
    async def catch_up(self, since: datetime) -> Sequence[str]:
        """What PayPal's list of events names since then; it goes 30 days back."""
        begin = max(since, datetime.now(UTC) - _KEPT)
        found = await self._client.get(
            "/v1/notifications/webhooks-events",
            {"start_time": f"{begin:%Y-%m-%dT%H:%M:%SZ}", "page_size": str(_EVENTS_A_PAGE)},
        )
        refs: list[str] = []
        for _ in range(_EVENT_PAGES_MAX):
            page = shapes.read(shapes.Events, found)
            refs += [ref for event in page.get("events", []) for ref in refs_of(event)]
            more = next((link["href"] for link in page.get("links", []) if link["rel"] == "next"), None)
            if more is None or not page.get("events"):
                return list(dict.fromkeys(reversed(refs)))
            found = await self._client.get(more)
        raise Away("PayPal's list of events has no end")

    async def _order(self, ref: str) -> shapes.Order:
        return shapes.read(shapes.Order, await self._client.get(f"/v2/checkout/orders/{ref}"))

    async def _order_of(self, capture: str) -> str:
        found = shapes.read(shapes.CaptureFound, await self._client.get(f"/v2/payments/captures/{capture}"))
        order = found.get("supplementary_data", {}).get("related_ids", {}).get("order_id")
        if order is None:
            raise Refused("capture_without_order")
        return order

    async def _capture(self, ref: str, order: shapes.Order) -> shapes.Order:
        try:
            answer = await self._client.post(f"/v2/checkout/orders/{ref}/capture", {}, key=f"{ref}:capture")
            return shapes.read(shapes.Order, answer)
        except Refused as refused:
            if refused.reason == "ORDER_ALREADY_CAPTURED":
                return await self._order(ref)
            # The buyer's means of payment were refused: they may choose another one, and the order stays open.
            return {**order, "status": "PAYER_ACTION_REQUIRED"}

    async def _disputes(self, capture: shapes.Capture) -> list[SeenDispute]:
        answer = await self._client.get("/v1/customer/disputes", {"disputed_transaction_id": capture["id"]})
        currency = capture["amount"]["currency_code"]
        names = [one["dispute_id"] for one in shapes.read(shapes.Disputes, answer).get("items", [])]
        found = [await self._client.get(f"/v1/customer/disputes/{name}") for name in names]
        return [_dispute(shapes.read(shapes.Dispute, one), currency) for one in found]


def _next(order: shapes.Order) -> Next:
    for link in order.get("links", []):
        if link["rel"] in {"payer-action", "approve"} and order["status"] in {"CREATED", "PAYER_ACTION_REQUIRED"}:
            return Next(type="redirect", url=link["href"])
    return Next(type="none")


def _captures(order: shapes.Order) -> list[shapes.Capture]:
    return [c for unit in order.get("purchase_units", []) for c in unit.get("payments", {}).get("captures", [])]


def _marks(order: shapes.Order) -> tuple[UUID | None, UUID | None]:
    """Our purchase and buyer, as the order carries them."""
    for unit in order.get("purchase_units", []):
        purchase, _, buyer = str(unit.get("custom_id", "")).partition(".")
        try:
            return UUID(purchase), UUID(buyer)
        except ValueError:
            continue
    return None, None


def _state(order: shapes.Order, capture: shapes.Capture | None) -> State:
    if capture is not None:
        if capture["status"] in _CAPTURED:
            return "paid"
        return "pending" if capture["status"] == "PENDING" else "failed"
    return "canceled" if order["status"] == "VOIDED" else "open"


def _reason(capture: shapes.Capture | None) -> str:
    details = capture.get("status_details") if capture else None
    return ((details or {}).get("reason") or "").lower()


def _fee(capture: shapes.Capture) -> Money | None:
    fee = (capture.get("seller_receivable_breakdown") or {}).get("paypal_fee")
    return money_of(fee) if fee else None


def _refund(refund: shapes.Refund) -> SeenRefund:
    try:
        ours = UUID(str(refund.get("custom_id", "")))
    except ValueError:
        ours = None
    return SeenRefund(
        ref=refund["id"], status=_REFUNDS.get(refund["status"], "pending"), money=money_of(refund["amount"]),
        reason=(refund.get("note_to_payer") or "")[:200], id=ours, at=_time(refund.get("create_time")),
    )  # fmt: skip


def _dispute(dispute: shapes.Dispute, currency: str) -> SeenDispute:
    outcome = (dispute.get("dispute_outcome") or {}).get("outcome_code")
    status: Any = "open"
    if dispute["status"] == "RESOLVED":
        # With a payout PayPal may have paid the buyer itself: whether we did stands among the movements of money.
        paid = any(moved.get("reason") == "DISPUTE_SETTLEMENT" for moved in _debits(dispute))
        status = "lost" if outcome in _LOST or (outcome == "RESOLVED_WITH_PAYOUT" and paid) else "won"
    fees = [money_of(moved["amount"]) for moved in _debits(dispute) if moved.get("reason") in _FEES]
    fee = fees[0] if fees and fees[0].currency == currency else Money(0, currency)
    return SeenDispute(
        ref=dispute["dispute_id"], status=status, money=money_of(dispute["dispute_amount"]), fee=fee,
        reason=(dispute.get("reason") or "").lower(), evidence_due_at=_time(dispute.get("seller_response_due_date")),
        at=_time(dispute.get("create_time")),
        # A dispute that is resolved changes no more, so its last change is the decision.
        decided_at=_time(dispute.get("update_time")) if status != "open" else None,
    )  # fmt: skip


def _debits(dispute: shapes.Dispute) -> list[shapes.Movement]:
    """What was taken from us."""
    moved = dispute.get("money_movements", [])
    return [one for one in moved if one.get("affected_party") == "SELLER" and one.get("type") == "DEBIT"]


def _time(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        return msgspec.convert(text, datetime)
    except msgspec.ValidationError as error:
        raise Away(f"a time that is none: {text[:40]}") from error
