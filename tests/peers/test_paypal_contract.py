"""Prism judges every call of our PayPal client: by PayPal's own documents where somebody brought them, and by ours.

No package carries PayPal's documents, so a test cannot install them; paypal_prism.py says which are used, and how.
Prism judges the stand-in's answers by the same document, so what is parsed here has the documented shape.
"""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from largesse.kit import ids
from largesse.kit.config import Settings
from largesse.kit.money import Money
from largesse.payments.providers.paypal import PayPal
from largesse.payments.providers.port import Away, Order, Refused
from peers import paypal_prism
from peers.paypal_prism import CAPTURE, DISPUTE, ORDER, REFUND, Judged, PayPalStandIn

BUYER = UUID("0195d2a0-0000-7000-8000-000000000001")
Bench = tuple[PayPalStandIn, dict[str, int]]


@pytest.fixture(scope="module", params=["our contract", "PayPal's documents"])
def bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    documents: dict[str, Path] | None = dict.fromkeys(paypal_prism.THEIRS, paypal_prism.OURS)
    if request.param != "our contract":
        documents = paypal_prism.documents_of_theirs(tmp_path_factory.mktemp("documents"))
    if documents is None:
        pytest.skip(f"{paypal_prism.SETTING} names no folder of PayPal's documents (docs/howto/paypal.md)")
    with paypal_prism.judging(documents) as made:
        yield made


@pytest.fixture
def standing(bench: Bench) -> PayPalStandIn:
    bench[0].__init__()  # type: ignore[misc]
    return bench[0]


@pytest.fixture
async def judged(bench: Bench) -> AsyncIterator[Judged]:
    made = Judged(bench[1])
    yield made
    await made.aclose()


@pytest.fixture
def paypal(judged: Judged) -> PayPal:
    settings = Settings(
        sandbox=True, paypal_client_id="id", paypal_client_secret="secret", paypal_webhook_id="WH-1",
        paypal_api_base="https://api-m.sandbox.paypal.com", public_url="https://live.example",
    )  # fmt: skip
    return PayPal(settings, judged)


def order(**changes: Any) -> Order:
    facts = {
        "price": Money(320, "USD"),
        "fee": Money(39, "USD"),
        "coins": 350,
        "return_url": "https://live.example/x?y=1",
    }
    return Order(id=ids.new(), buyer=BUYER, **{**facts, **changes})


async def test_every_call_and_every_answer_is_as_documented(
    paypal: PayPal, judged: Judged, standing: PayPalStandIn
) -> None:
    wanted, refund = order(), ids.new()
    begun = await paypal.begin(wanted)
    assert (begun.ref, begun.next.type) == (ORDER, "redirect")
    assert (await paypal.resume(ORDER, wanted)).url == begun.next.url
    standing.approve()
    seen = await paypal.look(ORDER)
    assert (seen.state, seen.paid, seen.fee) == ("paid", Money(320, "USD"), Money(59, "USD"))
    assert (seen.purchase, seen.buyer, seen.at) == (wanted.id, BUYER, datetime(2026, 11, 25, 10, tzinfo=UTC))
    await paypal.refund(ORDER, refund, Money(100, "USD"), "asked")
    standing.dispute()
    seen = await paypal.look(f"capture:{CAPTURE}")
    ((back,), (asked,)) = (seen.refunds, seen.disputes)
    assert (back.ref, back.status, back.money, back.id) == (REFUND, "done", Money(100, "USD"), refund)
    assert (asked.ref, asked.status, asked.money) == (DISPUTE, "open", Money(320, "USD"))
    standing.events = [
        event("PAYMENT.CAPTURE.COMPLETED", {"id": CAPTURE}),
        event("CHECKOUT.ORDER.APPROVED", {"id": ORDER}),
    ]
    assert await paypal.catch_up(datetime.now(UTC)) == [ORDER, f"capture:{CAPTURE}"]
    assert {(method, path) for method, path, _, _ in judged.calls} == {
        ("POST", "/v1/oauth2/token"), ("POST", "/v2/checkout/orders"), ("GET", f"/v2/checkout/orders/{ORDER}"),
        ("POST", f"/v2/checkout/orders/{ORDER}/capture"), ("GET", f"/v2/payments/captures/{CAPTURE}"),
        ("POST", f"/v2/payments/captures/{CAPTURE}/refund"), ("GET", "/v1/customer/disputes"),
        ("GET", f"/v1/customer/disputes/{DISPUTE}"), ("GET", "/v1/notifications/webhooks-events"),
    }  # fmt: skip
    assert [call for call in judged.calls if call[2] not in {200, 201}] == []


@pytest.mark.parametrize(
    ("status", "fields", "expected", "fee"),
    [
        ("UNDER_REVIEW", {}, "open", 0),
        ("RESOLVED", {"dispute_outcome": {"outcome_code": "RESOLVED_SELLER_FAVOUR"}}, "won", 0),
        ("RESOLVED", {
            "dispute_outcome": {"outcome_code": "RESOLVED_BUYER_FAVOUR"},
            "money_movements": [{
                "affected_party": "SELLER", "type": "DEBIT", "reason": "DISPUTE_FEE", "initiated_time": paypal_prism.AT,
                "amount": {"currency_code": "USD", "value": "15.00"},
            }],
        }, "lost", 1500),
    ],
)  # fmt: skip
async def test_a_decided_dispute_is_read_as_documented(  # noqa: PLR0917 - three of them are the case
    paypal: PayPal, standing: PayPalStandIn, status: str, fields: dict[str, Any], expected: str, fee: int
) -> None:
    await paypal.begin(order())
    standing.approve()
    await paypal.look(ORDER)
    standing.dispute(status=status, **fields)
    (seen,) = (await paypal.look(ORDER)).disputes
    assert (seen.status, seen.fee) == (expected, Money(fee, "USD"))


@pytest.mark.parametrize(
    "price", [Money(1500, "JPY"), Money(150_000, "HUF"), Money(1, "EUR"), Money(123_456_789, "GBP")]
)
async def test_amounts_of_every_kind_are_taken(
    paypal: PayPal, judged: Judged, standing: PayPalStandIn, price: Money
) -> None:
    await paypal.begin(order(price=price))
    assert judged.calls[-1][2] == 201
    assert standing.order["purchase_units"][0]["amount"]["currency_code"] == price.currency


# The judge has teeth


async def test_a_request_that_is_not_as_documented_is_refused(paypal: PayPal, standing: PayPalStandIn) -> None:
    unit = {"amount": {"currency_code": "USD", "value": "3.20"}}
    for body in ({"intent": "CAPTURE"}, {"intent": "TAKE", "purchase_units": [unit]}, {"purchase_units": [unit]},
                 {"intent": "CAPTURE", "purchase_units": [{"amount": {"currency_code": "USD", "value": 3.2}}]},
                 {"intent": "CAPTURE", "purchase_units": [{**unit, "custom_id": "x" * 300}]}):  # fmt: skip
        with pytest.raises(Refused):
            await paypal._client.post("/v2/checkout/orders", body, key="k")
    assert standing.order == {}, "it reached PayPal"


async def test_an_answer_that_is_not_as_documented_is_a_fault(paypal: PayPal, standing: PayPalStandIn) -> None:
    await paypal.begin(order())
    standing.order["status"] = 7
    with pytest.raises(Away):
        await paypal.resume(ORDER, order())


@pytest.mark.parametrize("bench", ["our contract"], indirect=True)
async def test_our_contract_knows_every_field_that_we_send(paypal: PayPal, standing: PayPalStandIn) -> None:
    unit = {"amount": {"currency_code": "USD", "value": "3.20"}, "surprise": 1}
    with pytest.raises(Refused):
        await paypal._client.post("/v2/checkout/orders", {"intent": "CAPTURE", "purchase_units": [unit]}, key="k")
    with pytest.raises(Refused):
        await paypal._client.get("/v1/customer/disputes", {"disputed_transaction_id": "no spaces"})
    assert standing.order == {}


async def test_a_call_without_a_token_is_refused(bench: Bench) -> None:
    async with httpx.AsyncClient(transport=Judged(bench[1]), base_url="https://api-m.sandbox.paypal.com") as bare:
        assert (await bare.get(f"/v2/checkout/orders/{ORDER}")).status_code == 401


def event(kind: str, resource: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"WH-{resource['id']}-{kind}", "event_type": kind, "resource": resource, "create_time": paypal_prism.AT,
        "resource_type": "capture", "event_version": "1.0", "summary": kind, "links": [],
    }  # fmt: skip
