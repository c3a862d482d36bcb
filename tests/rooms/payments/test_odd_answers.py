"""Answers that nobody documents: whatever a provider says, a call ends in an answer of the port, or in its errors.

Each good answer is changed in one or two places, as a half-sent, renamed or retyped one would be: a key less, or
another type. What comes out is a whole answer, `Away` (asked again later), `Refused` or `BadNotice`; anything else
would be a 500.
"""

import copy
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import stripe_shapes as shapes
from largesse.kit import ids
from largesse.kit.config import Settings
from largesse.kit.money import Money
from largesse.payments.providers import stripe as stripe_module
from largesse.payments.providers.google import Google
from largesse.payments.providers.paypal import PayPal
from largesse.payments.providers.paypal_notices import refs_of
from largesse.payments.providers.port import Away, BadNotice, Begun, Evidence, Next, Order, Refused, Seen
from largesse.payments.providers.stripe import Stripe
from largesse.payments.providers.stripe_objects import Event
from largesse.payments.providers.stripe_objects import refs_of as stripe_refs_of
from recorded import Recorded, recorded

PURCHASE, BUYER, REFUND = UUID(shapes.PURCHASE), UUID(shapes.BUYER), ids.new()
PRICE = Money(1399, "USD")
ORDER = Order(id=PURCHASE, buyer=BUYER, price=PRICE, fee=Money(71, "USD"), coins=1600)
PAGE = Order(id=PURCHASE, buyer=BUYER, price=PRICE, fee=Money(71, "USD"), coins=1600, return_url="https://x.example/")
Path = tuple[str | int, ...]
OTHER = st.sampled_from([None, True, 7, -7, 10**30, 1.5, "", "odd", "\x00", [], [1], ["odd"], {}, {"odd": 1}])
MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def paths(of: Any, here: Path = ()) -> Iterator[Path]:
    """Where something stands in an answer, the answer itself first."""
    yield here
    if isinstance(of, dict | list):
        for key, value in of.items() if isinstance(of, dict) else enumerate(of):
            yield from paths(value, (*here, key))


def changed(of: Any, path: Path, value: Any, *, drop: bool) -> Any:
    """The answer with another value there, or without it."""
    if not path:
        return value
    made = copy.deepcopy(of)
    above = made
    for key in path[:-1]:
        above = above[key]
    if drop:
        del above[path[-1]]
    else:
        above[path[-1]] = value
    return made


@st.composite
def odd(draw: st.DrawFn, answers: dict[str, Any]) -> dict[str, Any]:
    """The answers of a provider by request, of which one or two places are not as they should be."""
    found = dict(answers)
    for _ in range(draw(st.integers(1, 2))):
        request = draw(st.sampled_from(sorted(found)))
        path = draw(st.sampled_from(list(paths(found[request]))))
        found[request] = changed(found[request], path, draw(OTHER), drop=bool(path) and draw(st.booleans()))
    return found


async def outcome(call: Awaitable[Any]) -> Any:
    """What comes of a call; a test fails by any other error."""
    try:
        return await call
    except (Away, Refused, BadNotice) as error:
        return error


def is_sound(said: Any) -> bool:
    """Whether the room can take this for an answer: what goes to the database is of its type, and of its size."""
    if isinstance(said, Begun):
        return is_name(said.ref) and is_sound(said.next)
    if isinstance(said, Next):
        return all(isinstance(one, str | None) for one in (said.client_secret, said.url))
    if isinstance(said, Seen):
        money = [said.paid, said.fee, *(r.money for r in said.refunds), *(d.money for d in said.disputes)]
        names = [said.ref, *(r.ref for r in said.refunds), *(d.ref for d in said.disputes)]
        reasons = [said.reason, *(r.reason for r in said.refunds), *(d.reason for d in said.disputes)]
        return (
            all(one is None or abs(one.minor) < 2**63 for one in money)
            and all(map(is_name, names))
            and all(is_name(reason or "none") for reason in reasons)
        )
    if isinstance(said, list):
        return all(map(is_name, said))
    return said is None or isinstance(said, Away | Refused | BadNotice)


def is_name(found: object) -> bool:
    """Whether the database takes it, and it is something."""
    return isinstance(found, str) and found.strip("\x00") == found != ""


# Stripe

RADAR, DISPUTES = "GET /v1/radar/early_fraud_warnings", "GET /v1/disputes"
DISPUTE = shapes.dispute("needs_response", shapes.TAKEN)
PAID = shapes.intent(latest=shapes.charge(shapes.refund("re_1", 100), disputed=True))
STRIPES: dict[str, Any] = {
    "POST /v1/payment_intents": shapes.intent("requires_payment_method"),
    "GET /v1/payment_intents/pi_1": PAID,
    "POST /v1/payment_intents/pi_1/cancel": shapes.intent("canceled"),
    "POST /v1/checkout/sessions": shapes.session(),
    "GET /v1/checkout/sessions/cs_live_1": shapes.session("complete", PAID),
    "POST /v1/refunds": shapes.refund("re_2", 100),
    "GET /v1/refunds": shapes.listed(shapes.refund("re_1", 100), url="/v1/refunds"),
    DISPUTES: shapes.listed(DISPUTE, url="/v1/disputes"),
    RADAR: shapes.listed(shapes.warning(), url="/v1/radar/early_fraud_warnings"),
    "GET /v1/events": shapes.listed(
        shapes.event("charge.refunded", shapes.charge()), shapes.event("charge.updated", shapes.charge(), "evt_2"),
        url="/v1/events",
    ),
}  # fmt: skip
STRIPE_CALLS: dict[str, Callable[[Stripe], Awaitable[Any]]] = {
    "begin": lambda stripe: stripe.begin(ORDER),
    "begin a page": lambda stripe: stripe.begin(PAGE),
    "resume": lambda stripe: stripe.resume("pi_1", ORDER),
    "resume a page": lambda stripe: stripe.resume("cs_live_1", PAGE),
    "cancel": lambda stripe: stripe.cancel("pi_1"),
    "refund": lambda stripe: stripe.refund("pi_1", REFUND, Money(100, "USD"), "asked"),
    "look": lambda stripe: stripe.look("pi_1"),
    "look at a page": lambda stripe: stripe.look("cs_live_1"),
    "catch up": lambda stripe: stripe.catch_up(ids.made_at(REFUND)),
}


@pytest.fixture
def api() -> Iterator[Recorded]:
    with recorded() as made:
        yield made


@pytest.fixture
async def stripe(api: Recorded, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stripe]:
    monkeypatch.setattr(stripe_module, "_REFUNDS_MAX", 5)
    monkeypatch.setattr(stripe_module, "_EVENT_PAGES_MAX", 0.05)
    made = Stripe(Settings(sandbox=True, stripe_api_key="sk_test_1", stripe_api_base=api.base))
    yield made
    await made.close()


@MANY
@given(answers=odd(STRIPES), call=st.sampled_from(sorted(STRIPE_CALLS)))
async def test_nothing_that_stripe_answers_is_a_fault_of_ours(
    stripe: Stripe, api: Recorded, answers: dict[str, Any], call: str
) -> None:
    for request, answer in answers.items():
        api.put(request, (200, answer))
    said = await outcome(STRIPE_CALLS[call](stripe))
    assert is_sound(said), said


@MANY
@given(event=odd({"": shapes.event("charge.refunded", shapes.charge())}))
def test_an_event_of_stripes_of_any_shape_names_payments_or_none(event: dict[str, Any]) -> None:
    told = event[""] if isinstance(event[""], dict) else {}
    refs = stripe_refs_of(Event(id="evt_1", type="charge.refunded", data=told.get("data"), created=told.get("created")))
    assert all(isinstance(ref, str) and ref for ref in refs)


# PayPal

AMOUNT = {"currency_code": "USD", "value": "13.99"}
LINKS = [{"rel": "payer-action", "href": "https://www.sandbox.paypal.com/checkoutnow?token=O"}]
UNIT = {"custom_id": f"{PURCHASE}.{BUYER}", "amount": AMOUNT}
REFUNDED = {"id": "REF", "status": "COMPLETED", "amount": AMOUNT, "custom_id": str(REFUND), "note_to_payer": "sorry"}
CAPTURED = {
    "id": "CAP", "status": "COMPLETED", "amount": AMOUNT, "create_time": "2026-11-25T10:00:00Z",
    "seller_receivable_breakdown": {"paypal_fee": {"currency_code": "USD", "value": "0.59"}},
    "status_details": {"reason": "OTHER"}, "supplementary_data": {"related_ids": {"order_id": "O"}},
}  # fmt: skip
COMPLETED = {
    "id": "O", "status": "COMPLETED", "links": LINKS,
    "purchase_units": [UNIT | {"payments": {"captures": [CAPTURED], "refunds": [REFUNDED]}}],
}  # fmt: skip


def odd_refund(name: str) -> dict[str, Any]:
    """The order with a refund of another name."""
    unit = UNIT | {"payments": {"captures": [CAPTURED], "refunds": [REFUNDED | {"id": name}]}}
    return COMPLETED | {"purchase_units": [unit]}


APPROVED = {"id": "P", "status": "APPROVED", "links": LINKS, "purchase_units": [UNIT]}
MOVED = {"amount": AMOUNT, "affected_party": "SELLER", "type": "DEBIT", "reason": "DISPUTE_FEE"}
DISPUTED = {
    "dispute_id": "D", "status": "RESOLVED", "dispute_amount": AMOUNT, "reason": "UNAUTHORISED",
    "dispute_outcome": {"outcome_code": "RESOLVED_WITH_PAYOUT"}, "money_movements": [MOVED],
    "seller_response_due_date": "2026-12-25T10:00:00.000Z",
}  # fmt: skip
EVENTS: dict[str, Any] = {
    "PAYMENT.CAPTURE.COMPLETED": CAPTURED,
    "PAYMENT.CAPTURE.REFUNDED": REFUNDED | {"links": [{"rel": "up", "href": "https://x/v2/payments/captures/CAP"}]},
    "CHECKOUT.ORDER.APPROVED": APPROVED,
    "CUSTOMER.DISPUTE.CREATED": {"disputed_transactions": [{"seller_transaction_id": "CAP"}]},
}
TOLD = [{"id": f"WH-{kind}", "event_type": kind, "resource": resource} for kind, resource in EVENTS.items()]
PAYPALS: dict[str, Any] = {
    "POST /v1/oauth2/token": {"access_token": "t", "expires_in": 32_400},
    "POST /v2/checkout/orders": {"id": "O", "status": "PAYER_ACTION_REQUIRED", "links": LINKS},
    "GET /v2/checkout/orders/O": COMPLETED,
    "GET /v2/checkout/orders/P": APPROVED,
    "POST /v2/checkout/orders/P/capture": COMPLETED | {"id": "P"},
    "POST /v2/payments/captures/CAP/refund": REFUNDED,
    "GET /v2/payments/captures/CAP": CAPTURED,
    "GET /v1/customer/disputes": {"items": [{"dispute_id": "D"}]},
    "GET /v1/customer/disputes/D": DISPUTED,
    "GET /v1/notifications/webhooks-events": {"events": TOLD, "links": [{"rel": "self", "href": "https://x/"}]},
}
PAYPAL_CALLS: dict[str, Callable[[PayPal], Awaitable[Any]]] = {
    "begin": lambda paypal: paypal.begin(ORDER),
    "resume": lambda paypal: paypal.resume("O", ORDER),
    "refund": lambda paypal: paypal.refund("O", REFUND, Money(100, "USD"), "asked"),
    "look": lambda paypal: paypal.look("O"),
    "look and capture": lambda paypal: paypal.look("P"),
    "look at a capture": lambda paypal: paypal.look("capture:CAP"),
    "catch up": lambda paypal: paypal.catch_up(ids.made_at(REFUND)),
}


def paypal_that(answer: Callable[[httpx.Request], httpx.Response]) -> PayPal:
    settings = Settings(
        sandbox=True, paypal_client_id="id", paypal_client_secret="secret", paypal_webhook_id="WH-1",
        paypal_api_base="https://api-m.sandbox.paypal.com", public_url="https://live.example",
    )  # fmt: skip
    return PayPal(settings, httpx.MockTransport(answer))


@MANY
@example(answers=PAYPALS | {"POST /v2/checkout/orders": PAYPALS["POST /v2/checkout/orders"] | {"id": ""}}, call="begin")
@example(answers=PAYPALS | {"GET /v2/checkout/orders/O": odd_refund("\x00")}, call="look")
@given(answers=odd(PAYPALS), call=st.sampled_from(sorted(PAYPAL_CALLS)))
async def test_nothing_that_paypal_answers_is_a_fault_of_ours(answers: dict[str, Any], call: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        found = answers.get(f"{request.method} {request.url.path}", {})
        return httpx.Response(200, content=json.dumps(found), headers={"content-type": "application/json"})

    paypal = paypal_that(answer)
    said = await outcome(PAYPAL_CALLS[call](paypal))
    await paypal.close()
    assert is_sound(said), said


@MANY
@given(event=odd({str(n): event for n, event in enumerate(TOLD)}), number=st.sampled_from(range(len(TOLD))))
def test_an_event_of_paypals_of_any_shape_names_payments_or_none(event: dict[str, Any], number: int) -> None:
    assert all(isinstance(ref, str) and ref for ref in refs_of(event[str(number)]))


# Google

BOUGHT = {
    "kind": "androidpublisher#productPurchase", "purchaseTimeMillis": "1790000000000", "purchaseState": 0,
    "consumptionState": 1, "acknowledgementState": 1, "quantity": 3, "refundableQuantity": 2, "productId": "coins_70",
    "obfuscatedExternalAccountId": str(BUYER),
}  # fmt: skip
VOIDED = {"purchaseToken": "t", "voidedQuantity": 1, "voidedReason": 1, "purchaseTimeMillis": "1790000000000"}
_APP = "/androidpublisher/v3/applications/org.example.gifts/purchases"
GOOGLES: dict[str, Any] = {
    f"GET {_APP}/products/coins_70/tokens/t": BOUGHT,
    f"POST {_APP}/products/coins_70/tokens/t:consume": {},
    f"GET {_APP}/voidedpurchases": {"voidedPurchases": [VOIDED], "tokenPagination": {"nextPageToken": None}},
}
GOOGLE_CALLS: dict[str, Callable[[Google], Awaitable[Any]]] = {
    "claim": lambda google: google.claim(Evidence(product_id="coins_70", purchase_token="t")),
    "look": lambda google: google.look("coins_70:t"),
    "look at what was voided": lambda google: google.look("coins_70:t:void"),
    "finish": lambda google: google.finish("coins_70:t"),
    "catch up": lambda google: google.catch_up(ids.made_at(REFUND)),
}


@pytest.fixture
async def google(api: Recorded, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Google]:
    monkeypatch.setattr("largesse.payments.providers.google._PAGES_MAX", 3)
    monkeypatch.setattr("largesse.payments.providers.google._VOIDED_FRESH_S", -1)
    made = Google(Settings(google_package_name="org.example.gifts", google_api_base=api.base))
    yield made
    await made.close()


@MANY
@given(answers=odd(GOOGLES), call=st.sampled_from(sorted(GOOGLE_CALLS)))
async def test_nothing_that_google_answers_is_a_fault_of_ours(
    google: Google, api: Recorded, answers: dict[str, Any], call: str
) -> None:
    for request, answer in answers.items():
        api.put(request, (200, answer))
    said = await outcome(GOOGLE_CALLS[call](google))
    assert is_sound(said), said
    assert not isinstance(said, Refused), "every address is one that was recorded"


# What is no JSON at all

BODIES = {
    "nothing": b"", "HTML": b"<html><body>Welcome</body></html>", "half": b'{"id": "pi_1", "amou', "null": b"null",
    "a list": b"[]", "a text": b'"id"', "no text": b"\xff\xfe\x00", "deep": b"[" * 100_000,
}  # fmt: skip
_GOOD = 200


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("status", [201, 404, 422])
@pytest.mark.parametrize("call", PAYPAL_CALLS)
async def test_paypal_answers_what_is_no_answer(body: str, status: int, call: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/oauth2/token":
            return httpx.Response(200, json=PAYPALS["POST /v1/oauth2/token"])
        return httpx.Response(status, content=BODIES[body])

    paypal = paypal_that(answer)
    said = await outcome(PAYPAL_CALLS[call](paypal))
    assert isinstance(said, Away) or (body == "nothing" and is_sound(said)), said


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("status", [200, 404])
@pytest.mark.parametrize("call", STRIPE_CALLS)
async def test_stripe_answers_what_is_no_answer(body: str, status: int, call: str) -> None:
    stripe = Stripe(Settings(sandbox=True, stripe_api_key="sk_test_1", stripe_api_base="http://stripe.example"))
    stripe._http._client_async = httpx.AsyncClient(  # the library's own, on other wires
        transport=httpx.MockTransport(lambda _: httpx.Response(status, content=BODIES[body]))
    )
    said = await outcome(STRIPE_CALLS[call](stripe))
    assert isinstance(said, Away) or (call == "cancel" and status == _GOOD and said is None), said
    await stripe.close()
