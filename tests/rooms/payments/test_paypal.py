"""PayPal by contract: what we send, and what follows from its answers; their shapes are those of its API's pages.

No sandbox of PayPal's is reached by a test, and no program that keeps its orders exists to run here:
docs/howto/paypal.md says what is not verified.
"""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from largesse.kit import ids
from largesse.kit.config import BadSettings, Settings
from largesse.kit.db import Database
from largesse.kit.money import Money
from largesse.kit.paypal import amount_of, money_of
from largesse.payments import PaymentsService
from largesse.payments.providers.paypal import PayPal
from largesse.payments.providers.port import Away, BadNotice, Order, Refused
from paypal_peer import BASE, Theirs, certificate, settings_of, signed

BUYER = UUID("0195d2a0-0000-7000-8000-000000000001")


@pytest.fixture
def theirs() -> Theirs:
    return Theirs()


@pytest.fixture
def paypal(theirs: Theirs) -> PayPal:
    return PayPal(settings_of(), httpx.MockTransport(theirs))


def order(**changes: Any) -> Order:
    price, fee = Money(320, "USD"), Money(39, "USD")
    return Order(id=ids.new(), buyer=BUYER, price=price, fee=fee, coins=350, **changes)


async def test_an_order_is_made_once_under_its_id_and_the_buyer_is_sent_to_paypal(
    paypal: PayPal, theirs: Theirs
) -> None:
    wanted = order(return_url="https://live.example/live/1?x=1")
    begun, again = await paypal.begin(wanted), await paypal.begin(wanted)
    assert begun == again
    assert (begun.next.type, begun.next.url) == ("redirect", "https://www.sandbox.paypal.com/checkoutnow?token=ORDER0")
    sent = [r for r in theirs.requests if r.url.path == "/v2/checkout/orders"]
    assert {r.headers["PayPal-Request-Id"] for r in sent} == {str(wanted.id)}
    body = json.loads(sent[0].content)
    assert body["purchase_units"][0]["amount"] == {"currency_code": "USD", "value": "3.20"}
    context = body["payment_source"]["paypal"]["experience_context"]
    back = f"https://live.example/live/1?x=1&purchase={wanted.id}"
    assert (context["return_url"], context["cancel_url"]) == (back, f"{back}&canceled=1")
    assert sum(r.url.path == "/v1/oauth2/token" for r in theirs.requests) == 1, "the token is kept"


async def test_an_order_is_captured_when_we_look_after_the_approval(paypal: PayPal, theirs: Theirs) -> None:
    wanted = order()
    ref = (await paypal.begin(wanted)).ref
    assert (await paypal.look(ref)).state == "open"
    next(iter(theirs.orders.values()))["status"] = "APPROVED"
    seen = await paypal.look(ref)
    assert (seen.state, seen.paid, seen.fee) == ("paid", Money(320, "USD"), Money(59, "USD"))
    assert (seen.purchase, seen.buyer, seen.live) == (wanted.id, BUYER, False)
    captures = [r for r in theirs.requests if r.url.path.endswith("/capture")]
    assert [r.headers["PayPal-Request-Id"] for r in captures] == [f"{ref}:capture"]
    assert (await paypal.look("capture:CAP")).ref == ref
    assert (await paypal.resume(ref, wanted)).type == "none"


@pytest.mark.parametrize(
    ("status", "state"), [("PENDING", "pending"), ("DECLINED", "failed"), ("FAILED", "failed"), ("REFUNDED", "paid"),
                          ("PARTIALLY_REFUNDED", "paid")]
)  # fmt: skip
async def test_a_capture_says_where_the_payment_stands(paypal: PayPal, theirs: Theirs, status: str, state: str) -> None:
    ref = (await paypal.begin(order())).ref
    made = next(iter(theirs.orders.values()))
    theirs.capture(made)
    capture = made["purchase_units"][0]["payments"]["captures"][0]
    capture |= {"status": status, "status_details": {"reason": "PENDING_REVIEW"}}
    seen = await paypal.look(ref)
    assert (seen.state, seen.reason) == (state, "pending_review")
    assert (seen.paid is None) == (state != "paid")


async def test_a_refund_is_made_once_under_its_id_and_seen_by_it(paypal: PayPal, theirs: Theirs) -> None:
    ref = (await paypal.begin(order())).ref
    theirs.capture(next(iter(theirs.orders.values())))
    refund = ids.new()
    await paypal.refund(ref, refund, Money(100, "USD"), "asked")
    sent = theirs.requests[-1]
    assert (sent.url.path, sent.headers["PayPal-Request-Id"]) == ("/v2/payments/captures/CAP/refund", str(refund))
    (seen,) = (await paypal.look(ref)).refunds
    assert (seen.ref, seen.status, seen.money, seen.id) == ("REF", "done", Money(100, "USD"), refund)
    assert seen.at == datetime(2026, 11, 26, 8, tzinfo=UTC)  # and not when it was paid


@pytest.mark.parametrize(
    ("status", "outcome", "expected"),
    [("WAITING_FOR_SELLER_RESPONSE", None, "open"), ("UNDER_REVIEW", None, "open"),
     ("RESOLVED", "RESOLVED_BUYER_FAVOUR", "lost"), ("RESOLVED", "ACCEPTED", "lost"),
     ("RESOLVED", "RESOLVED_WITH_PAYOUT", "won"), ("RESOLVED", "RESOLVED_SELLER_FAVOUR", "won"),
     ("RESOLVED", "CANCELED_BY_BUYER", "won"), ("RESOLVED", "DENIED", "won"), ("RESOLVED", "NONE", "won")],
)  # fmt: skip
async def test_a_dispute_is_open_until_paypal_says_who_has_won(
    paypal: PayPal, theirs: Theirs, status: str, outcome: str | None, expected: str
) -> None:
    ref = (await paypal.begin(order())).ref
    theirs.capture(next(iter(theirs.orders.values())))
    theirs.disputes = [{
        "dispute_id": "PP-D-1", "status": status, "reason": "UNAUTHORISED",
        "dispute_amount": {"currency_code": "USD", "value": "3.20"},
        "dispute_outcome": {"outcome_code": outcome} if outcome else None,
        "seller_response_due_date": "2026-12-01T00:00:00.000Z", "create_time": "2026-11-27T09:00:00.000Z",
        "update_time": "2026-12-03T10:00:00.000Z",
    }]  # fmt: skip
    (seen,) = (await paypal.look(ref)).disputes
    assert (seen.ref, seen.status, seen.money, seen.reason) == (
        "PP-D-1", expected, Money(320, "USD"), "unauthorised")  # fmt: skip
    assert seen.evidence_due_at == datetime(2026, 12, 1, tzinfo=UTC)
    assert seen.at == datetime(2026, 11, 27, 9, tzinfo=UTC)
    assert seen.decided_at == (None if expected == "open" else datetime(2026, 12, 3, 10, tzinfo=UTC))


async def test_what_was_taken_from_us_for_a_dispute_stands_among_its_movements(paypal: PayPal, theirs: Theirs) -> None:
    ref = (await paypal.begin(order())).ref
    theirs.capture(next(iter(theirs.orders.values())))
    taken = {"affected_party": "SELLER", "type": "DEBIT"}
    theirs.disputes = [{
        "dispute_id": "PP-D-1", "status": "RESOLVED", "dispute_amount": {"currency_code": "USD", "value": "3.20"},
        "dispute_outcome": {"outcome_code": "RESOLVED_WITH_PAYOUT"},
        "money_movements": [
            taken | {"reason": "DISPUTE_SETTLEMENT", "amount": {"currency_code": "USD", "value": "3.20"}},
            taken | {"reason": "CHARGEBACK_FEE", "amount": {"currency_code": "USD", "value": "20.00"}},
            {"affected_party": "BUYER", "type": "CREDIT", "reason": "DISPUTE_FEE",
             "amount": {"currency_code": "USD", "value": "9.00"}},
        ],
    }]  # fmt: skip
    (seen,) = (await paypal.look(ref)).disputes
    assert (seen.status, seen.fee) == ("lost", Money(2000, "USD"))


async def test_what_paypal_does_not_answer_is_unknown_and_what_it_refuses_has_a_reason(
    paypal: PayPal, theirs: Theirs
) -> None:
    for status in (429, 409, 500, 503):
        theirs.answers = [200, status]
        paypal._client._token_until = 0
        with pytest.raises(Away):
            await paypal.begin(order())
    theirs.answers = [422]
    with pytest.raises(Refused, match="SOME_ISSUE"):
        await paypal.begin(order())
    theirs.expire_token = True
    assert (await paypal.begin(order())).ref, "a revoked token is renewed once"


@pytest.mark.parametrize(
    ("money", "value"),
    [(Money(1399, "USD"), "13.99"), (Money(5, "EUR"), "0.05"), (Money(1500, "JPY"), "1500"),
     (Money(150_000, "HUF"), "1500"), (Money(3000, "TWD"), "30")],
)  # fmt: skip
def test_amounts_have_the_decimals_that_paypal_takes(money: Money, value: str) -> None:
    amount = amount_of(money)
    assert amount == {"currency_code": money.currency, "value": value}
    assert money_of(amount) == money


def test_what_paypal_does_not_take_is_refused() -> None:
    for money in (Money(150_050, "HUF"), Money(1000, "KWD"), Money(1000, "XAU")):
        with pytest.raises(Refused):
            amount_of(money)
    for amount in ({}, {"currency_code": "USD", "value": "1.005"}, {"currency_code": "usd", "value": "1"},
                   {"currency_code": "USD", "value": "one"}):  # fmt: skip
        with pytest.raises(Away):
            money_of(amount)


# Notices

CAPTURE_LINK = {"rel": "up", "href": f"{BASE}/v2/payments/captures/CAP"}
EVENTS = [
    ("CHECKOUT.ORDER.APPROVED", {"id": "ORDER0"}, ["ORDER0"]),
    ("PAYMENT.CAPTURE.COMPLETED", {"id": "CAP", "supplementary_data": {"related_ids": {"order_id": "O"}}}, ["O"]),
    ("PAYMENT.CAPTURE.DENIED", {"id": "CAP"}, ["capture:CAP"]),
    ("PAYMENT.CAPTURE.REFUNDED", {"id": "REF", "links": [CAPTURE_LINK]}, ["capture:CAP"]),
    ("CUSTOMER.DISPUTE.CREATED", {"disputed_transactions": [{"seller_transaction_id": "CAP"}]}, ["capture:CAP"]),
    ("BILLING.PLAN.CREATED", {"id": "P"}, []),
]


@pytest.mark.parametrize(("kind", "resource", "refs"), EVENTS)
async def test_a_signed_notice_says_where_to_look(
    paypal: PayPal, theirs: Theirs, kind: str, resource: dict[str, Any], refs: list[str]
) -> None:
    theirs.certificate = certificate()
    body = json.dumps({"id": "WH-E", "event_type": kind, "resource": resource}).encode()
    for _ in range(2):
        notice = await paypal.receive(signed(body), body)
        assert (notice.event, notice.kind, list(notice.refs)) == ("WH-E", kind, refs)
    assert len(theirs.requests) == 1, "the certificate is kept"


async def test_a_notice_that_paypal_did_not_sign_for_us_is_refused(paypal: PayPal, theirs: Theirs) -> None:
    theirs.certificate = certificate()
    body = json.dumps({"id": "WH-E", "event_type": "CHECKOUT.ORDER.APPROVED", "resource": {"id": "O"}}).encode()
    good = signed(body)
    cases = [
        (good, body + b" "), ({}, body), (signed(body, "WH-OTHER"), body), (signed(b"[]"), b"[]"), (signed(b"{"), b"{"),
        (good | {"paypal-transmission-sig": "!"}, body), (good | {"paypal-auth-algo": "none"}, body),
        (good | {"paypal-transmission-time": "2026-11-25T10:00:01Z"}, body),
    ]  # fmt: skip
    cases += [
        (signed(body, url=url), body)
        for url in ("https://evil.example/cert", "http://api.paypal.com/cert", "https://paypal.com.evil.example/c",
                    "https://api.paypal.com:8443/c", "https://evilpaypal.com/c")
    ]  # fmt: skip
    for headers, sent in cases:
        with pytest.raises(BadNotice):
            await paypal.receive(headers, sent)
    theirs.certificate = certificate(days=-1)
    paypal._certificates._kept.clear()
    with pytest.raises(BadNotice, match="expired"):
        await paypal.receive(good, body)


async def test_missed_events_are_listed_oldest_first(paypal: PayPal, theirs: Theirs) -> None:
    theirs.events = [{"event_type": kind, "resource": resource} for kind, resource, _ in reversed(EVENTS)]
    refs = await paypal.catch_up(datetime(2026, 1, 1, tzinfo=UTC))
    assert refs == ["ORDER0", "O", "capture:CAP"]


def test_a_sandbox_takes_no_live_money() -> None:
    live = Settings(sandbox=True, paypal_client_id="id", paypal_client_secret="s")
    with pytest.raises(BadSettings, match="live"):
        PayPal(live)
    with pytest.raises(BadSettings, match="SECRET"):
        PayPal(msgspec.structs.replace(live, sandbox=False, paypal_client_secret=""))
    assert PayPal(msgspec.structs.replace(live, sandbox=False)).live


# The inbox

TELLING = json.dumps({"id": "WH-E", "event_type": "CHECKOUT.ORDER.APPROVED", "resource": {"id": "O"}}).encode()


async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
    """Without a length that could be refused before it is read."""
    for at in range(0, len(body), 65_536):
        yield body[at : at + 65_536]


async def test_only_what_paypal_signed_for_us_comes_into_the_inbox_and_once(
    client: httpx.AsyncClient, payments: PaymentsService, db: Database, paypal: PayPal, theirs: Theirs
) -> None:
    payments.settler.providers["paypal"] = paypal
    theirs.certificate = certificate()
    json_of = {"content-type": "application/json"}
    refused: list[tuple[Any, dict[str, str], int]] = [
        (TELLING.replace(b"O", b"P"), signed(TELLING) | json_of, 400), (TELLING, json_of, 400),
        (TELLING, signed(TELLING, "WH-OTHER") | json_of, 400), (b"{", signed(b"{") | json_of, 400),
        (b"[]", signed(b"[]") | json_of, 400), (TELLING, signed(TELLING) | {"content-type": "text/plain"}, 415),
        (TELLING, signed(TELLING), 415), (b" " * 10_000_000, signed(TELLING) | json_of, 413),
        (in_pieces(b" " * 10_000_000), signed(TELLING) | json_of, 413),
    ]  # fmt: skip
    for body, headers, status in refused:
        answer = await client.post("/v1/webhooks/paypal", content=body, headers=headers)
        assert answer.status_code == status, answer.text
    async with db.read() as tx:
        assert await tx.scalar("SELECT count(*) FROM payments.notice") == 0
    for _ in range(2):  # sent again by PayPal, or by whoever has seen it
        answer = await client.post("/v1/webhooks/paypal", content=TELLING, headers=signed(TELLING) | json_of)
        assert answer.status_code == 200
    async with db.read() as tx:
        assert await tx.rows("SELECT event, body FROM payments.notice") == [{"event": "WH-E", "body": TELLING}]
        assert await tx.scalar("SELECT count(*) FROM ledger.transfer") == 0
