"""Stripe as we ask it, on recorded shapes: what its stand-ins do not know (idempotency keys, Checkout, disputes)."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

import stripe_shapes as shapes
from largesse.kit.config import Settings
from largesse.kit.money import Money
from largesse.payments.providers import stripe_objects as objects
from largesse.payments.providers.port import (
    NOTHING,
    Away,
    NewsKeeper,
    Next,
    Order,
    Refused,
    Seller,
)
from largesse.payments.providers.stripe import Stripe
from recorded import Recorded, recorded

SECRET = "whsec_of_a_test"
ID, BUYER = UUID(shapes.PURCHASE), UUID(shapes.BUYER)
ORDER = Order(id=ID, buyer=BUYER, price=Money(1399, "USD"), fee=Money(71, "USD"), coins=1600)
INTENT, LOOK = "POST /v1/payment_intents", "GET /v1/payment_intents/pi_1"
WARNINGS, DISPUTES, REFUNDS = "GET /v1/radar/early_fraud_warnings", "GET /v1/disputes", "GET /v1/refunds"
PAGES, PAGE = "POST /v1/checkout/sessions", "GET /v1/checkout/sessions/cs_live_1"


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


def test_it_is_a_seller_whose_news_can_be_read_again(stripe: Stripe) -> None:
    assert isinstance(stripe, Seller)
    assert isinstance(stripe, NewsKeeper)


# Selling


async def test_an_order_becomes_one_payment_under_its_own_id(stripe: Stripe, api: Recorded) -> None:
    api.put(INTENT, shapes.intent("requires_payment_method"))
    begun = await stripe.begin(ORDER)
    assert begun.ref == "pi_1"
    assert begun.next == Next(type="client_secret", client_secret="pi_1_secret_of_one", publishable_key="pk_test_1")
    (asked,) = api.of(INTENT)
    assert asked.headers["idempotency-key"] == str(ID)
    assert asked.headers["authorization"] == "Bearer sk_test_1"
    assert asked.form == {
        "amount": "1399", "currency": "usd", "capture_method": "automatic",
        f"metadata[{objects.PURCHASE}]": str(ID), f"metadata[{objects.BUYER}]": str(BUYER),
    }  # fmt: skip


async def test_an_order_with_a_return_address_is_paid_on_a_page_of_stripes(stripe: Stripe, api: Recorded) -> None:
    api.put(PAGES, shapes.session())
    back = "https://live.example.org/recharge?x=1"
    begun = await stripe.begin(Order(id=ID, buyer=BUYER, price=Money(1399, "USD"), fee=Money(71, "USD"), coins=1600,
                                     return_url=back))  # fmt: skip
    assert (begun.ref, begun.next) == ("cs_live_1", Next(type="redirect", url=shapes.session()["url"]))
    (asked,) = api.of(PAGES)
    assert asked.headers["idempotency-key"] == str(ID)
    form = asked.form
    named = f"{back}&purchase={ID}"
    assert (form["success_url"], form["cancel_url"], form["mode"]) == (named, f"{named}&canceled=1", "payment")
    assert form["line_items[0][price_data][unit_amount]"] == "1399"
    assert form["line_items[0][price_data][currency]"] == "usd"
    assert form["adaptive_pricing[enabled]"] == "False" or form["adaptive_pricing[enabled]"] == "false"
    assert form[f"payment_intent_data[metadata][{objects.PURCHASE}]"] == str(ID)
    assert form[f"metadata[{objects.PURCHASE}]"] == str(ID)


async def test_stripe_itself_is_asked_for_cards_only() -> None:
    own = Stripe(Settings(**keys()))
    assert own._is_stripe
    await own.close()


async def test_going_on_gives_the_form_or_the_page_again_until_it_is_paid(stripe: Stripe, api: Recorded) -> None:
    api.put(
        LOOK, shapes.intent("requires_action"), shapes.intent("processing"), shapes.intent(), shapes.intent("canceled")
    )
    assert (await stripe.resume("pi_1", ORDER)).client_secret == "pi_1_secret_of_one"
    assert [await stripe.resume("pi_1", ORDER) for _ in range(3)] == [NOTHING] * 3
    api.put(PAGE, shapes.session(), shapes.session("complete"), shapes.session("expired"))
    assert (await stripe.resume("cs_live_1", ORDER)).url == shapes.session()["url"]
    assert [await stripe.resume("cs_live_1", ORDER) for _ in range(2)] == [NOTHING] * 2


async def test_what_is_paid_cannot_be_canceled_and_stays(stripe: Stripe, api: Recorded) -> None:
    unexpected = {"error": {"type": "invalid_request_error", "code": "payment_intent_unexpected_state"}}
    api.put("POST /v1/payment_intents/pi_1/cancel", unexpected, status=400)
    api.put("POST /v1/checkout/sessions/cs_live_1/expire", unexpected, status=400)
    await stripe.cancel("pi_1")
    await stripe.cancel("cs_live_1")
    assert len(api.asked) == 2
    api.put("POST /v1/payment_intents/pi_1/cancel", {"error": {}}, status=503)
    with pytest.raises(Away):
        await stripe.cancel("pi_1")


async def test_a_refund_is_asked_for_once_however_often_we_ask(stripe: Stripe, api: Recorded) -> None:
    name = UUID(int=7)
    made = shapes.refund("re_1", 400, metadata={objects.REFUND: str(name)})
    api.put(REFUNDS, shapes.listed(shapes.refund("re_0", 1)), shapes.listed(made))
    api.put("POST /v1/refunds", made)
    for _ in range(3):
        await stripe.refund("pi_1", name, Money(400, "USD"), "asked")
    (asked,) = api.of("POST /v1/refunds")
    assert asked.headers["idempotency-key"] == str(name)
    assert asked.form == {
        "payment_intent": "pi_1", "amount": "400", f"metadata[{objects.REFUND}]": str(name),
        "metadata[largesse_reason]": "asked",
    }  # fmt: skip


async def test_what_was_paid_on_a_page_is_refunded_there_and_an_unpaid_page_is_not(
    stripe: Stripe, api: Recorded
) -> None:
    api.put(REFUNDS, shapes.listed())
    api.put("POST /v1/refunds", shapes.refund("re_1", 400))
    api.put(PAGE, shapes.session(), shapes.session("complete", shapes.intent(latest=shapes.charge())))
    with pytest.raises(Refused, match="not_paid"):
        await stripe.refund("cs_live_1", UUID(int=7), Money(400, "USD"), "asked")
    await stripe.refund("cs_live_1", UUID(int=7), Money(400, "USD"), "asked")
    assert api.of("POST /v1/refunds")[0].form["payment_intent"] == "pi_1"


# What goes wrong


def error(**of: Any) -> dict[str, Any]:
    return {"error": {"message": "Something.", **of}}


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (429, error(type="invalid_request_error", code="lock_timeout")),
        (409, error(type="idempotency_error", code="idempotency_key_in_use")),
        (500, error(type="api_error")),
        (502, error(type="api_error")),
        (503, error(type="api_error")),
        (401, error(type="invalid_request_error")),
        (403, error(type="invalid_request_error", code="permission")),
    ],
)
async def test_an_unknown_outcome_and_a_key_that_is_not_taken_are_tried_again_later(
    stripe: Stripe, api: Recorded, status: int, body: Any
) -> None:
    api.put(INTENT, body, status=status)
    with pytest.raises(Away):
        await stripe.begin(ORDER)
    assert {one.headers["idempotency-key"] for one in api.of(INTENT)} == {str(ID)}


@pytest.mark.parametrize("page", ["", "https://live.example.org/recharge"])
async def test_a_fault_that_stripe_repeats_makes_an_order_ask_under_its_next_key(
    stripe: Stripe, api: Recorded, page: str
) -> None:
    """Stripe's own 500 would be repeated under the same key for a day."""
    order = Order(id=ID, buyer=BUYER, price=ORDER.price, fee=ORDER.fee, coins=1600, return_url=page)
    path, made = (PAGES, shapes.session()) if page else (INTENT, shapes.intent("requires_payment_method"))
    api.headers = {"Idempotent-Replayed": "true"}
    api.put(path, (500, error(type="api_error")), (503, error(type="api_error")), (200, made))
    assert (await stripe.begin(order)).ref == made["id"]
    assert [one.headers["idempotency-key"] for one in api.of(path)] == [str(ID), f"{ID}:1", f"{ID}:2"]


async def test_a_refusal_that_stripe_repeats_stands(stripe: Stripe, api: Recorded) -> None:
    api.headers = {"Idempotent-Replayed": "true"}
    api.put(INTENT, error(type="card_error", code="card_declined"), status=402)
    with pytest.raises(Refused):
        await stripe.begin(ORDER)
    assert len(api.of(INTENT)) == 1


async def test_faults_without_end_are_given_up_on(stripe: Stripe, api: Recorded) -> None:
    api.headers = {"Idempotent-Replayed": "true"}
    api.put(INTENT, error(type="api_error"), status=500)
    with pytest.raises(Away):
        await stripe.begin(ORDER)
    assert len(api.of(INTENT)) == 20


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (402, error(type="card_error", code="card_declined", decline_code="insufficient_funds"), "insufficient_funds"),
        (402, error(type="card_error", code="expired_card"), "expired_card"),
        (400, error(type="invalid_request_error", code="amount_too_small"), "amount_too_small"),
        (400, error(type="invalid_request_error"), "invalid_request"),
        (400, error(type="idempotency_error"), "idempotency_error"),
        (404, error(type="invalid_request_error", code="resource_missing"), "not_found"),
    ],
)
async def test_a_no_is_told_in_stripes_own_word(
    stripe: Stripe, api: Recorded, status: int, body: Any, reason: str
) -> None:
    api.put(INTENT, body, status=status)
    with pytest.raises(Refused) as refused:
        await stripe.begin(ORDER)
    assert (refused.value.reason, refused.value.detail) == (reason, "Something.")
    assert len(api.of(INTENT)) == 1


async def test_nobody_at_the_other_end_is_an_unknown_outcome() -> None:
    lonely = Stripe(Settings(sandbox=True, **keys(stripe_api_base="http://127.0.0.1:9")))
    with pytest.raises(Away):
        await lonely.look("pi_1")
    await lonely.close()


@pytest.mark.parametrize("key", ["sk_live_1", "rk_live_1", "sk_org_live_1"])
def test_a_sandbox_refuses_a_live_key_with_a_sentence(key: str) -> None:
    with pytest.raises(SystemExit, match="takes no real money"):
        Stripe(Settings(sandbox=True, stripe_api_key=key))
    with pytest.raises(SystemExit, match="takes no real money"):
        Stripe(Settings(sandbox=True, stripe_api_key="sk_test_1", stripe_publishable_key="pk_live_1"))


@pytest.mark.parametrize("key", ["sk_live_1", "rk_live_1", "sk_test_1"])
async def test_in_earnest_any_key_is_taken(key: str) -> None:
    await Stripe(Settings(stripe_api_key=key)).close()


# Looking


async def test_a_look_sees_fee_refunds_disputes_and_warnings(stripe: Stripe, api: Recorded) -> None:
    paid = shapes.charge(shapes.refund("re_1", 400), disputed=True)
    api.put(LOOK, shapes.intent(latest=paid))
    api.put(DISPUTES, shapes.listed(shapes.dispute("needs_response", shapes.TAKEN)))
    api.put(WARNINGS, shapes.listed(shapes.warning()))
    seen = await stripe.look("pi_1")
    assert (seen.ref, seen.state, seen.fee) == ("pi_1", "paid", Money(71, "USD"))
    assert [one.ref for one in seen.refunds] == ["re_1"]
    assert [(one.ref, one.status) for one in seen.disputes] == [("dp_1", "open")]
    assert seen.flags == ["early-fraud-warning"]
    (asked,) = api.of(LOOK)
    assert sorted(value for name, value in asked.form.items() if name.startswith("expand")) == [
        "latest_charge.balance_transaction", "latest_charge.refunds"]  # fmt: skip
    assert api.of(DISPUTES)[0].form["payment_intent"] == "pi_1"


async def test_more_refunds_than_a_charge_lists_are_all_read(stripe: Stripe, api: Recorded) -> None:
    many = [shapes.refund(f"re_{n}", 10) for n in range(12)]
    held = shapes.charge(*many[:10])
    held["refunds"]["has_more"] = True
    api.put(LOOK, shapes.intent(latest=held))
    api.put(REFUNDS, shapes.listed(*many[:10], url="/v1/refunds") | {"has_more": True}, shapes.listed(*many[10:]))
    assert len((await stripe.look("pi_1")).refunds) == 12


@pytest.mark.parametrize("status", [403, 404])
async def test_without_radar_a_payment_is_seen_all_the_same(stripe: Stripe, api: Recorded, status: int) -> None:
    api.put(LOOK, shapes.intent(latest=shapes.charge()))
    api.put(WARNINGS, error(type="invalid_request_error"), status=status)
    seen = await stripe.look("pi_1")
    assert (seen.state, seen.flags) == ("paid", [])


async def test_a_look_is_whole_or_it_is_none(stripe: Stripe, api: Recorded) -> None:
    api.put(LOOK, shapes.intent(latest=shapes.charge(disputed=True)))
    api.put(DISPUTES, error(type="api_error"), status=500)
    with pytest.raises(Away):
        await stripe.look("pi_1")


async def test_a_page_is_seen_by_its_own_name_whichever_way_we_came(stripe: Stripe, api: Recorded) -> None:
    marks = shapes.MARKS | {objects.CHECKOUT: "1"}
    paid = shapes.intent(latest=shapes.charge(), metadata=marks)
    api.put(PAGE, shapes.session(), shapes.session("expired"), shapes.session("complete", paid))
    api.put(LOOK, paid)
    api.put("GET /v1/checkout/sessions", shapes.listed(shapes.session("complete")))
    opened, expired, by_page, by_payment = [
        await stripe.look(ref) for ref in ("cs_live_1", "cs_live_1", "cs_live_1", "pi_1")]  # fmt: skip
    assert (opened.ref, opened.state, opened.purchase) == ("cs_live_1", "open", ID)
    assert (expired.ref, expired.state) == ("cs_live_1", "expired")
    assert by_page == by_payment
    assert (by_page.ref, by_page.state, by_page.paid) == ("cs_live_1", "paid", Money(1399, "USD"))


async def test_what_stripe_does_not_know_is_refused(stripe: Stripe) -> None:
    with pytest.raises(Refused, match="not_found"):
        await stripe.look("pi_none")


async def test_past_news_are_read_page_by_page_and_told_oldest_first(stripe: Stripe, api: Recorded) -> None:
    def one(n: int, ref: str) -> dict[str, Any]:
        return shapes.event("payment_intent.succeeded", shapes.intent(id=ref), f"evt_{n}") | {"created": shapes.AT + n}

    other = shapes.event("customer.created", {"id": "cus_1", "object": "customer"}, "evt_3")
    newest_first = [one(5, "pi_b"), one(4, "pi_a"), other, one(2, "pi_b")]
    api.put(
        "GET /v1/events",
        shapes.listed(*newest_first[:2], url="/v1/events") | {"has_more": True},
        shapes.listed(*newest_first[2:]),
    )
    since = datetime.now(UTC) - timedelta(hours=2)
    assert await stripe.catch_up(since) == ["pi_a", "pi_b"]
    first, second = api.of("GET /v1/events")
    assert first.form["created[gte]"] == str(int(since.timestamp()))
    assert second.form["starting_after"] == "evt_4"
