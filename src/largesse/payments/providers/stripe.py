"""Stripe: cards, Apple Pay and Google Pay, by the payment form on our own pages or on a page of Stripe's.

An order without a return address is a PaymentIntent, which our page pays with Stripe's own form; one with such an
address is a Checkout Session, a page of Stripe's. Whatever happens, the payment is read again, whole, by `look`.
Charges are captured and booked at once (`capture_method` automatic), so that the fee is known when coins are granted.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import httpx
import msgspec
import stripe
import structlog
from stripe import HTTPXClient, RequestOptions, StripeClient, WebhookSignature
from stripe.params import PaymentIntentCreateParams
from stripe.params.checkout import SessionCreateParams

from largesse.kit.config import BadSettings, Settings
from largesse.kit.money import Money
from largesse.payments.providers import stripe_objects as objects
from largesse.payments.providers.port import (
    NOTHING,
    Away,
    BadNotice,
    Begun,
    Next,
    Notice,
    Order,
    Refused,
    Seen,
    Via,
    ways_back,
)
from largesse.payments.providers.shape import or_away

log = structlog.get_logger(__name__)
T = TypeVar("T")
_LIVE_KEYS = ("sk_live_", "rk_live_", "pk_live_", "sk_org_live_")
_TIMEOUT_S, _CONNECT_S = 20.0, 5.0
_TRIES_MORE = 1
_ATTEMPTS_MAX = 20  # keys of one order; each but the last stands for a fault that Stripe repeats
_TOLERANCE_S = 300  # Stripe's own advice: https://docs.stripe.com/webhooks#replay-attacks
_PAGE = 100
_REFUNDS_MAX = 1000
_EVENT_PAGES_MAX = 500
_SESSION = "cs_"
_STRIPES_OWN = "https://api.stripe.com"
_OPEN_INTENT = {"requires_payment_method", "requires_confirmation", "requires_action"}
_CHARGE = ["latest_charge.balance_transaction", "latest_charge.refunds"]
_UNKNOWN_OUTCOME_STATUS = 500
_NOT_OURS = {401, 403}
_MISSING = 404
_CONFLICT = 409


class Stripe:
    """One account of Stripe's. `close` it."""

    name = "stripe"
    channels = frozenset({"web"})
    via: Via = "psp"

    def __init__(self, settings: Settings) -> None:
        """Raise `BadSettings` where a sandbox is given a key that takes real money."""
        for key in (settings.stripe_api_key, settings.stripe_publishable_key):
            if settings.sandbox and key.startswith(_LIVE_KEYS):
                raise BadSettings(
                    "largesse: a sandbox takes no real money: LARGESSE_STRIPE_API_KEY and"
                    " LARGESSE_STRIPE_PUBLISHABLE_KEY must be test keys (sk_test_…, rk_test_…, pk_test_…)"
                )
        self._secret = settings.stripe_webhook_secret
        self._publishable = settings.stripe_publishable_key or None
        # Only cards, which Apple Pay and Google Pay are too; what stands in for Stripe knows no such parameter.
        self._is_stripe = settings.stripe_api_base.rstrip("/") == _STRIPES_OWN
        self._http = HTTPXClient(timeout=httpx.Timeout(_TIMEOUT_S, connect=_CONNECT_S))
        self.api = StripeClient(
            settings.stripe_api_key,
            base_addresses={"api": settings.stripe_api_base.rstrip("/")},
            http_client=self._http,
            max_network_retries=_TRIES_MORE,
        ).v1

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close_async()  # type: ignore[no-untyped-call]

    # Selling

    @or_away
    async def begin(self, order: Order) -> Begun:
        """Take an order; its id is Stripe's idempotency key, with a number behind it after a fault of Stripe's own."""
        return await (self._begin_page(order) if order.return_url else self._begin_form(order))

    async def _begin_form(self, order: Order) -> Begun:
        params: PaymentIntentCreateParams = {
            "amount": objects.to_stripe(order.price),
            "currency": order.price.currency.lower(),
            "capture_method": "automatic",
            "metadata": _marks(order),
        }
        if self._is_stripe:
            params["allowed_payment_method_types"] = ["card"]
        made = await once(order.id, lambda options: self.api.payment_intents.create_async(params, options))
        intent = _read(made, objects.Intent)
        return Begun(ref=intent.id, next=self._form(intent))

    async def _begin_page(self, order: Order) -> Begun:
        marks = _marks(order)
        paid, left = ways_back(order.return_url, order.id)
        params: SessionCreateParams = {
            "mode": "payment",
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": order.price.currency.lower(),
                        "unit_amount": objects.to_stripe(order.price),
                        "product_data": {"name": f"{order.coins:,} coins"},
                    },
                }
            ],
            "adaptive_pricing": {"enabled": False},  # the price is the one that was shown
            "client_reference_id": str(order.id),
            "metadata": marks,
            "payment_intent_data": {"capture_method": "automatic", "metadata": marks | {objects.CHECKOUT: "1"}},
            "success_url": paid,
            "cancel_url": left,
        }
        if self._is_stripe:
            params["allowed_payment_method_types"] = ["card"]
        made = await once(order.id, lambda options: self.api.checkout.sessions.create_async(params, options))
        session = _read(made, objects.Session)
        return Begun(ref=session.id, next=_page(session))

    @or_away
    async def resume(self, ref: str, order: Order) -> Next:  # noqa: ARG002 - the port's
        """The form again, or the page, while it can be paid."""
        if ref.startswith(_SESSION):
            return _page(await self._session(ref))
        return self._form(await self._intent(ref))

    @or_away
    async def cancel(self, ref: str) -> None:
        """Close the payment; what is paid, or closed already, stays as it is."""
        with suppress(Refused):
            if ref.startswith(_SESSION):
                await asked(self.api.checkout.sessions.expire_async(ref))
            else:
                await asked(self.api.payment_intents.cancel_async(ref))

    @or_away
    async def refund(self, ref: str, refund: UUID, money: Money, reason: str) -> None:
        """Give money back, once: Stripe forgets idempotency keys after a day, so its refunds are read first."""
        amount = objects.to_stripe(money)
        intent = await self._intent_of(ref)
        if any((known.metadata or {}).get(objects.REFUND) == str(refund) for known in await self._refunds(intent)):
            return
        call = self.api.refunds.create_async(
            {
                "payment_intent": intent,
                "amount": amount,
                "metadata": {objects.REFUND: str(refund), "largesse_reason": reason[:500]},
            },
            {"idempotency_key": str(refund)},
        )
        await asked(call)

    def _form(self, intent: objects.Intent) -> Next:
        if intent.status not in _OPEN_INTENT:
            return NOTHING
        return Next(type="client_secret", client_secret=intent.client_secret, publishable_key=self._publishable)

    # Looking

    @or_away
    async def look(self, ref: str) -> Seen:
        """The payment with its charge, fee, refunds, disputes and warnings, as they stand now."""
        if ref.startswith(_SESSION):
            session = await self._session(ref)
            intent = session.payment_intent
            if not isinstance(intent, objects.Intent) or session.status == "expired":
                return objects.see_unpaid(session)
            return await self._see(session.id, intent)
        intent = await self._intent(ref)
        return await self._see(await self._ref_of(intent), intent)

    async def _see(self, ref: str, intent: objects.Intent) -> Seen:
        charge = intent.latest_charge
        if intent.status != "succeeded" or not isinstance(charge, objects.Charge):
            return objects.see(ref, intent, (), (), warned=False)
        refunds, disputes, warned = await asyncio.gather(
            self._refunds_of(intent.id, charge), self._disputes_of(intent.id, charge), self._is_warned(intent.id)
        )
        return objects.see(ref, intent, refunds, disputes, warned=warned)

    async def _intent(self, ref: str) -> objects.Intent:
        call = self.api.payment_intents.retrieve_async(ref, {"expand": _CHARGE})
        return _read(await asked(call), objects.Intent)

    async def _session(self, ref: str) -> objects.Session:
        expand = [f"payment_intent.{what}" for what in _CHARGE]
        call = self.api.checkout.sessions.retrieve_async(ref, {"expand": expand})
        return _read(await asked(call), objects.Session)

    async def _ref_of(self, intent: objects.Intent) -> str:
        """How we know a payment: by itself, or by the page on which it was made."""
        if objects.CHECKOUT not in (intent.metadata or {}):
            return intent.id
        found = await asked(self.api.checkout.sessions.list_async({"payment_intent": intent.id, "limit": 1}))
        return next((session.id for session in found.data), intent.id)

    async def _intent_of(self, ref: str) -> str:
        if not ref.startswith(_SESSION):
            return ref
        intent = (await self._session(ref)).payment_intent
        if not isinstance(intent, objects.Intent):
            raise Refused("not_paid", "nothing was paid on this page")
        return intent.id

    async def _refunds_of(self, intent: str, charge: objects.Charge) -> Sequence[objects.Refund]:
        listed = charge.refunds
        return listed.data if listed is not None and not listed.has_more else await self._refunds(intent)

    async def _refunds(self, intent: str) -> list[objects.Refund]:
        first = await asked(self.api.refunds.list_async({"payment_intent": intent, "limit": _PAGE}))
        found: list[objects.Refund] = []
        async for refund in _all(first.auto_paging_iter()):
            found.append(_read(refund, objects.Refund))
            if len(found) > _REFUNDS_MAX:
                raise Away("Stripe's list of refunds has no end")
        return found

    async def _disputes_of(self, intent: str, charge: objects.Charge) -> Sequence[objects.Dispute]:
        if not charge.disputed:
            return ()
        found = await asked(self.api.disputes.list_async({"payment_intent": intent, "limit": _PAGE}))
        return [_read(dispute, objects.Dispute) for dispute in found.data]

    async def _is_warned(self, intent: str) -> bool:
        """Whether the card's network has warned; not where the key may not read that, or the account has no Radar."""
        try:
            found = await self.api.radar.early_fraud_warnings.list_async({"payment_intent": intent, "limit": 1})
        except stripe.StripeError as error:
            if error.http_status in {*_NOT_OURS, _MISSING}:
                log.info("stripe.no_radar", status=error.http_status)
                return False
            raise _as_ours(error) from error
        return bool(found.data)

    # Hearing

    @or_away
    async def receive(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """Check Stripe's signature, not older than five minutes, and say which payment it is about."""
        try:
            WebhookSignature.verify_header(body, headers.get("stripe-signature"), self._secret, _TOLERANCE_S)
            event = msgspec.json.decode(body, type=objects.Event)
        except (stripe.SignatureVerificationError, UnicodeDecodeError, msgspec.DecodeError) as error:
            raise BadNotice(type(error).__name__) from error
        return Notice(event=event.id, kind=event.type, refs=objects.refs_of(event))

    @or_away
    async def catch_up(self, since: datetime) -> Sequence[str]:
        """The payments of all events since then, which Stripe keeps for thirty days."""
        call = self.api.events.list_async({"created": {"gte": int(since.timestamp())}, "limit": _PAGE})
        first = await asked(call)
        found: dict[str, int] = {}
        read = 0
        async for listed in _all(first.auto_paging_iter()):
            event = objects.find_event(listed.to_dict())
            if event is not None:
                found |= {ref: objects.seconds_of(event) for ref in objects.refs_of(event) if ref not in found}
            read += 1
            if read == _PAGE * _EVENT_PAGES_MAX:
                log.error("stripe.too_many_events", read=read, since=str(since))
                break
        return sorted(found, key=lambda ref: found[ref])


def _marks(order: Order) -> dict[str, str]:
    return {objects.PURCHASE: str(order.id), objects.BUYER: str(order.buyer)}


def _page(session: objects.Session) -> Next:
    return Next(type="redirect", url=session.url) if session.status == "open" and session.url else NOTHING


def _read(answer: Any, shape: type[T]) -> T:
    """An object of the library's as ours."""
    return msgspec.convert(answer.to_dict(), shape)


async def asked(call: Awaitable[T]) -> T:
    """What Stripe answers. Raises `Away`, `Refused`."""
    try:
        return await call
    except stripe.StripeError as error:
        raise _as_ours(error) from error


async def once(order: UUID, create: Callable[[RequestOptions], Awaitable[T]]) -> T:
    """What Stripe makes for an order: something to pay, which takes no money by itself. Raises `Away`, `Refused`.

    Stripe repeats for a day whatever it answered to a key, a fault of its own too, and says in a header that it does.
    Only then is the next key asked: nobody was ever told what was made under the one before, if anything was, so nobody
    can pay it. A fault that is no repetition is an unknown outcome like a lost answer, and the same key comes again.
    Source: https://docs.stripe.com/api/idempotent_requests, https://docs.stripe.com/error-low-level
    """
    attempt = again = 0
    while attempt < _ATTEMPTS_MAX:
        key = f"{order}:{attempt}" if attempt else str(order)
        try:
            return await create({"idempotency_key": key, "max_network_retries": 0})
        except stripe.StripeError as error:
            if _is_repeated_fault(error):
                attempt += 1
                log.warning("stripe.fault_repeated", order=str(order), attempt=attempt, request=error.request_id)
            elif again < _TRIES_MORE and (isinstance(error, stripe.APIConnectionError) or _is_fault(error)):
                again += 1
            else:
                raise _as_ours(error) from error
    raise Away("Stripe repeats faults of its own")


def _is_fault(error: stripe.StripeError) -> bool:
    return (error.http_status or 0) >= _UNKNOWN_OUTCOME_STATUS


def _is_repeated_fault(error: stripe.StripeError) -> bool:
    return _is_fault(error) and httpx.Headers(error.headers or {}).get("idempotent-replayed") == "true"


async def _all(pages: AsyncIterator[T]) -> AsyncIterator[T]:
    """Every one of a list, whose further pages are asked for on the way. Raises `Away`, `Refused`."""
    try:
        async for one in pages:
            yield one
    except stripe.StripeError as error:
        raise _as_ours(error) from error


def _as_ours(error: stripe.StripeError) -> Away | Refused:
    """What an error means. A key that is not taken is for the operator to mend, and the call comes again.

    Source: https://docs.stripe.com/error-handling, https://docs.stripe.com/error-low-level
    """
    status = error.http_status
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        log.error("stripe.key_refused", status=status, request=error.request_id)
        return Away("Stripe does not take our key")
    if isinstance(error, stripe.APIConnectionError | stripe.RateLimitError):
        return Away(type(error).__name__)
    # 409: the same key is being worked on. APIError: not in Stripe's words, whatever the status.
    is_odd = isinstance(error, stripe.APIError)
    if is_odd or status is None or status >= _UNKNOWN_OUTCOME_STATUS or status == _CONFLICT:
        return Away(f"Stripe answered {status}")
    if status == _MISSING:
        return Refused("not_found", error.user_message or "")
    if isinstance(error, stripe.IdempotencyError):
        return Refused("idempotency_error", error.user_message or "")
    decline = getattr(error.error, "decline_code", None) if error.error else None
    return Refused(decline or error.code or "invalid_request", error.user_message or "")
