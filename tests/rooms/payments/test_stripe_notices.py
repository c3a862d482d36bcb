"""What Stripe sends us: believed by its signature alone, kept once and raw, worked on until Stripe has answered."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import httpx
import msgspec
import pytest
from stripe import WebhookSignature

import stripe_shapes as shapes
from largesse import catalog
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.payments import NoticesService, OfficeService, PaymentsService
from largesse.payments.providers.port import BadNotice
from largesse.payments.providers.stripe import Stripe
from largesse.payments.routes import routes
from recorded import Recorded, recorded

SECRET = "whsec_of_a_test"
LOOK, WARNINGS = "GET /v1/payment_intents/pi_1", "GET /v1/radar/early_fraud_warnings"
FAULT = {"error": {"message": "Something.", "type": "api_error"}}


@pytest.fixture
def api() -> Iterator[Recorded]:
    with recorded() as made:
        made.put(WARNINGS, shapes.listed())
        yield made


def keys(**more: Any) -> dict[str, Any]:
    return {
        "stripe_api_key": "sk_test_1", "stripe_publishable_key": "pk_test_1", "stripe_webhook_secret": SECRET, **more,
    }  # fmt: skip


@pytest.fixture
async def stripe(api: Recorded) -> AsyncIterator[Stripe]:
    made = Stripe(Settings(sandbox=True, **keys(stripe_api_base=api.base)))
    yield made
    await made.close()


def signed(body: bytes, *, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    """The headers that Stripe sends with a notice, made by the official library."""
    stamp = int(time.time() if at is None else at)
    header = WebhookSignature.generate_signature_header(body.decode(), secret, stamp)  # type: ignore[no-untyped-call]
    return {"stripe-signature": header, "content-type": "application/json; charset=utf-8"}


BODY = msgspec.json.encode(shapes.event("payment_intent.succeeded", shapes.intent()))
NOT_JSON = b'{"id": "evt_1", '
NO_EVENT = b'{"object": "event", "data": {}}'


async def test_a_signed_notice_says_where_to_look(stripe: Stripe) -> None:
    notice = await stripe.receive(signed(BODY), BODY)
    assert (notice.event, notice.kind, notice.refs) == ("evt_1", "payment_intent.succeeded", ["pi_1"])
    unknown = msgspec.json.encode(shapes.event("future.thing", {"id": "x", "object": "future"}))
    assert (await stripe.receive(signed(unknown), unknown)).refs == []


TAMPERED = {
    "another body": (signed(BODY), BODY.replace(b"1399", b"9999")),
    "another secret": (signed(BODY, secret="whsec_other"), BODY),
    "too old": (signed(BODY, at=time.time() - 3600), BODY),
    "no signature": ({"content-type": "application/json"}, BODY),
    "an empty signature": (signed(BODY) | {"stripe-signature": ""}, BODY),
    "no timestamp": (signed(BODY) | {"stripe-signature": "v1=00"}, BODY),
    "an old scheme": (
        signed(BODY) | {"stripe-signature": signed(BODY)["stripe-signature"].replace("v1=", "v0=")},
        BODY,
    ),
    "no JSON": (signed(NOT_JSON), NOT_JSON),
    "no event": (signed(NO_EVENT), NO_EVENT),
    "no text": (signed(BODY), b"\xff\xfe" + BODY),
}


@pytest.mark.parametrize("what", TAMPERED)
async def test_a_notice_that_stripe_did_not_send_is_refused(stripe: Stripe, what: str) -> None:
    headers, body = TAMPERED[what]
    with pytest.raises(BadNotice):
        await stripe.receive(headers, body)


async def test_without_a_signing_secret_no_notice_is_believed(api: Recorded) -> None:
    mute = Stripe(Settings(sandbox=True, **keys(stripe_api_base=api.base, stripe_webhook_secret="")))
    with pytest.raises(BadNotice):
        await mute.receive(signed(BODY, secret=""), BODY)
    await mute.close()


# The inbox


Inbox = Callable[[], Awaitable[list[dict[str, Any]]]]


@pytest.fixture
async def inbox(db: Database) -> Inbox:
    async def read() -> list[dict[str, Any]]:
        async with db.read() as tx:
            return await tx.rows("SELECT event, kind, refs, body, outcome, done_at FROM payments.notice ORDER BY key")

    return read


@pytest.fixture
async def notices(db: Database, settings: Settings, api: Recorded) -> AsyncIterator[NoticesService]:
    async with db.write() as tx:
        await catalog.seed(tx)
    payments = PaymentsService(db, msgspec.structs.replace(settings, **keys(stripe_api_base=api.base)))
    made = NoticesService(payments)
    await made.open()
    yield made
    await made.close()
    await payments.close()


@pytest.fixture
async def door(app_client: Any, notices: NoticesService) -> httpx.AsyncClient:
    made: httpx.AsyncClient = await app_client(
        routes, payments=notices._payments, notices=notices, office=OfficeService(notices._payments)
    )
    return made


ADDRESS = "/v1/webhooks/stripe"


async def test_a_notice_is_kept_raw_once_however_often_it_comes(
    door: httpx.AsyncClient, inbox: Inbox, notices: NoticesService, api: Recorded
) -> None:
    api.put(LOOK, shapes.intent(latest=shapes.charge()))
    for _ in range(3):
        answer = await door.post(ADDRESS, content=BODY, headers=signed(BODY))
        assert answer.status_code == 200, answer.text
    (kept,) = await inbox()
    assert (kept["event"], kept["refs"], bytes(kept["body"])) == ("evt_1", ["pi_1"], BODY)
    await notices.work()
    await notices.work()
    (worked,) = await inbox()
    assert (worked["outcome"], worked["done_at"] is not None) == ("no purchase of ours", True)
    assert len(api.of(LOOK)) == 1


async def test_an_unknown_kind_is_kept_and_nothing_is_asked(
    door: httpx.AsyncClient, inbox: Inbox, notices: NoticesService, api: Recorded
) -> None:
    body = msgspec.json.encode(shapes.event("future.thing", {"id": "x", "object": "future"}))
    assert (await door.post(ADDRESS, content=body, headers=signed(body))).status_code == 200
    await notices.work()
    (kept,) = await inbox()
    assert (kept["kind"], kept["refs"]) == ("future.thing", [])
    assert api.asked == []


@pytest.mark.parametrize(
    "event",
    [
        {"id": "evt_thin", "object": "v2.core.event", "type": "v1.billing.meter.error_report_triggered",
         "created": "2026-09-17T06:20:52.246Z", "livemode": False, "context": None,
         "related_object": {"id": "mtr_1", "type": "billing.meter", "url": "/v1/billing/meters/mtr_1"}},
        {"id": "evt_thin", "object": "v2.core.event", "type": "v2.core.account.updated", "data": {"changed": []}},
        {"id": "evt_odd", "object": "event", "type": "charge.refunded", "data": {"object": {"object": 7}}},
    ],
)  # fmt: skip
async def test_a_thin_event_is_kept_as_one_of_a_kind_that_nobody_knows(
    stripe: Stripe, door: httpx.AsyncClient, inbox: Inbox, event: dict[str, Any]
) -> None:
    body = msgspec.json.encode(event)
    notice = await stripe.receive(signed(body), body)
    assert (notice.event, notice.kind, notice.refs) == (event["id"], event["type"], [])
    answer = await door.post(ADDRESS, content=body, headers=signed(body))
    assert (answer.status_code, answer.json()) == (200, {"status": "kept"})
    (kept,) = await inbox()
    assert (kept["kind"], kept["outcome"]) == (event["type"], "unknown kind")


async def test_a_notice_is_worked_on_again_when_stripe_was_away(
    door: httpx.AsyncClient, inbox: Inbox, notices: NoticesService, api: Recorded, db: Database
) -> None:
    api.put(LOOK, FAULT, status=500)
    assert (await door.post(ADDRESS, content=BODY, headers=signed(BODY))).status_code == 200
    await notices.work()
    assert [(kept["outcome"], kept["done_at"]) for kept in await inbox()] == [("Stripe answered 500", None)]
    api.put(LOOK, shapes.intent(latest=shapes.charge()))
    async with db.write() as tx:
        await tx.execute("UPDATE payments.notice SET due_at = now()")
    await notices.work()
    assert [kept["done_at"] is not None for kept in await inbox()] == [True]


@pytest.mark.parametrize("what", TAMPERED)
async def test_a_tampered_replayed_or_expired_notice_is_answered_400_and_not_kept(
    door: httpx.AsyncClient, inbox: Inbox, what: str
) -> None:
    headers, body = TAMPERED[what]
    answer = await door.post(ADDRESS, content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-notice")
    assert await inbox() == []


@pytest.mark.parametrize(
    ("kind", "size", "status"),
    [
        ("text/plain", 0, 415),
        ("application/x-www-form-urlencoded", 0, 415),
        ("", 0, 415),
        ("application/json", 10_000_000, 413),
        ("application/json", 300_000, 413),
    ],
)
async def test_what_is_no_json_or_too_large_is_kept_out(
    door: httpx.AsyncClient, inbox: Inbox, kind: str, size: int, status: int
) -> None:
    body = BODY + b" " * size
    answer = await door.post(ADDRESS, content=body, headers=signed(body) | {"content-type": kind})
    assert answer.status_code == status
    assert await inbox() == []


# What pages need


async def test_pages_are_told_which_providers_there_are_and_what_their_forms_need(
    door: httpx.AsyncClient,
) -> None:
    answer = await door.get("/v1/catalog/providers")
    assert answer.status_code == 200
    assert answer.json() == {
        "items": [
            {"name": "stripe", "next": "client_secret", "publishable_key": "pk_test_1",
             "js_url": "https://js.stripe.com/v3/"},
            {"name": "sandbox", "next": "none"},
        ]
    }  # fmt: skip
    assert "sk_test" not in answer.text
    assert SECRET not in answer.text
    assert (await door.get("/v1/catalog/providers?channel=apple")).json() == {"items": []}
    assert (await door.get("/v1/catalog/providers?channel=mail")).status_code == 400
