"""PayPal Payouts: each payout is a batch of one item, whose `sender_batch_id` is the attempt's key.

PayPal pays a `sender_batch_id` once within 30 days: the same one again is refused with a link to the first, which is
how an answer that was lost is asked for. An address without a PayPal account leaves its item UNCLAIMED for 30 days,
after which the money comes back; what has arrived can be refunded or reversed much later.
Source: https://developer.paypal.com/docs/api/payments.payouts-batch/v1/, /payouts/use-payouts/track-payout-item-status
"""

from datetime import timedelta
from typing import Annotated, Any

import httpx
import msgspec

from largesse.kit.config import BadSettings, Settings
from largesse.kit.money import Money
from largesse.kit.paypal import CURRENCIES, WHOLE, PayPalClient, amount_of, money_of
from largesse.payouts.rails.port import Attempt, Away, Capabilities, Refused, Seen, State

_PATH = "/v1/payments/payouts"
_DUPLICATE, _GONE = "USER_BUSINESS_ERROR", "RESOURCE_NOT_FOUND"
# Not about this payout: an operator mends it, and the same attempt is handed over again.
_OURS = {"NOT_AUTHORIZED", "AUTHORIZATION_ERROR", "AUTHENTICATION_FAILURE", "PERMISSION_DENIED", "invalid_client"}
# All nine states of an item.
_STATES: dict[str, State] = {
    "PENDING": "submitted", "ONHOLD": "in_transit", "UNCLAIMED": "in_transit", "SUCCESS": "paid", "FAILED": "failed",
    "BLOCKED": "failed", "RETURNED": "returned", "REFUNDED": "returned", "REVERSED": "returned",
}  # fmt: skip
# States of a batch whose items were not touched.
_UNDONE = {"DENIED", "CANCELED"}


class _Sum(msgspec.Struct):
    currency: str
    value: str

    @property
    def money(self) -> Money:
        return money_of({"currency_code": self.currency, "value": self.value})


class _SenderHeader(msgspec.Struct):
    sender_batch_id: str


class _Header(msgspec.Struct):
    payout_batch_id: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9]{1,30}$")]
    batch_status: str
    sender_batch_header: _SenderHeader


class _Error(msgspec.Struct):
    name: str = ""


class _Sent(msgspec.Struct):
    amount: _Sum


class _Item(msgspec.Struct):
    payout_item: _Sent
    transaction_status: str = "PENDING"
    payout_item_fee: _Sum | None = None
    errors: _Error | None = None


class _Batch(msgspec.Struct):
    """What PayPal answers, as far as it is read."""

    batch_header: _Header
    items: list[_Item] = []


class PayPal:
    """To the PayPal account of an address."""

    name = "paypal"
    # Of HUF and TWD it takes whole units only, which a quote need not come to; BRL, CNY and MYR stay in their country.
    capabilities = Capabilities(
        currencies=CURRENCIES - (WHOLE - {"JPY"}) - {"BRL", "CNY", "MYR"},
        repeats=True,
        late=timedelta(0),
        window=timedelta(days=35),
        known_for=timedelta(days=29),
        watched=timedelta(days=180),
    )

    def __init__(self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        if not (settings.paypal_client_id and settings.paypal_client_secret):
            raise BadSettings(
                "largesse: LARGESSE_PAYPAL_PAYOUTS needs LARGESSE_PAYPAL_CLIENT_ID and LARGESSE_PAYPAL_CLIENT_SECRET"
            )
        self._client = PayPalClient(settings, transport)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def submit(self, attempt: Attempt) -> Seen:
        """Hand a batch of one item over; where it was handed over before, how that one stands."""
        try:
            made = await self._client.post(_PATH, _batch(attempt), key=attempt.key)
        except Refused as refused:
            first = _first(refused)
            if first is not None:
                return await self._get(attempt, first)
            if refused.reason in _OURS or refused.answer.get("name") in _OURS:
                raise Away(f"PayPal does not let us pay: {refused.reason}") from refused
            raise
        return _seen(attempt, made)

    async def look(self, attempt: Attempt) -> Seen:
        """How the batch stands. Without PayPal's number of it nothing is known: handing it over again tells."""
        return await self._get(attempt, attempt.ref) if attempt.ref else Seen(state="absent")

    async def _get(self, attempt: Attempt, batch: str) -> Seen:
        try:
            found = await self._client.get(f"{_PATH}/{batch}")
        except Refused as refused:
            if _GONE in {refused.reason, refused.answer.get("name")}:
                return Seen(state="absent")
            raise Away(f"PayPal does not show a batch: {refused.reason}") from refused
        return _seen(attempt, found)


def _batch(attempt: Attempt) -> dict[str, Any]:
    amount = amount_of(attempt.money)
    return {
        "sender_batch_header": {"sender_batch_id": attempt.key},
        "items": [
            {
                "recipient_type": "EMAIL",
                "receiver": attempt.account["email"],
                "amount": {"currency": amount["currency_code"], "value": amount["value"]},
                "sender_item_id": str(attempt.payout),
            }
        ],
    }


def _first(refused: Refused) -> str | None:
    """PayPal's number of the batch that had this `sender_batch_id` before; None for another refusal."""
    if refused.answer.get("name") != _DUPLICATE:
        return None
    for link in refused.answer.get("links") or []:
        above, _, batch = str(link.get("href", "")).rstrip("/").rpartition("/")
        if above.endswith(_PATH) and batch:
            return batch
    return None


def _seen(attempt: Attempt, answer: dict[str, Any]) -> Seen:
    """A batch as it stands. Raises `Away` for one that is not this attempt's, or none: in the end a person looks."""
    try:
        found = msgspec.convert(answer, _Batch)
    except msgspec.ValidationError as error:
        raise Away(f"PayPal's answer is no batch: {error}") from error
    header, batch = found.batch_header, found.batch_header.payout_batch_id
    if header.sender_batch_header.sender_batch_id != attempt.key or len(found.items) > 1:
        raise Away(f"PayPal's batch {batch} is of another attempt")
    is_undone = header.batch_status in _UNDONE
    if not found.items:
        return Seen(
            state="failed" if is_undone else "submitted", ref=batch, reason=header.batch_status if is_undone else ""
        )
    (item,) = found.items
    status, sent = item.transaction_status, item.payout_item.amount.money
    state = _STATES.get(status)
    if state is None or sent != attempt.money:
        raise Away(f"PayPal's batch {batch} is {status[:40]} of {sent}")
    if is_undone and state == "submitted":
        state = "failed"
    fee = item.payout_item_fee.money if item.payout_item_fee and state in {"paid", "returned"} else None
    reason = (item.errors.name if item.errors else "") or ("" if state in {"submitted", "paid"} else status)
    return Seen(state=state, ref=batch, cost=fee, back=sent if state == "returned" else None, reason=reason[:100])
