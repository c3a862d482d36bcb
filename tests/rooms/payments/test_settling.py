"""Orders that are paid later, at a provider that answers late, twice, wrongly or not at all."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from largesse import ledger
from largesse.kit import ids
from largesse.kit.db import Database
from largesse.kit.money import Money
from largesse.payments import NoticesService, PaymentsService
from largesse.payments.providers.port import Begun, Order
from payments_shop import HEADER, Shop

BODY = {"bundle_id": "web-us-350", "provider": "stripe", "channel": "web"}


@pytest.fixture
def shop(payments: PaymentsService) -> Shop:
    made = Shop("stripe")
    payments.settler.providers["stripe"] = made
    return made


@pytest.fixture
def notices(payments: PaymentsService) -> NoticesService:
    return NoticesService(payments)


async def coins(db: Database, account: int) -> int:
    async with db.read() as tx:
        return (await ledger.get_wallet(tx, account)).paid


async def state(client: httpx.AsyncClient, who: Any, purchase: str) -> str:
    found: str = (await client.get(f"/v1/purchases/{purchase}", headers=who.headers)).json()["status"]
    return found


async def ordered(client: httpx.AsyncClient, who: Any) -> tuple[str, str]:
    answer = await client.post("/v1/purchases", json=BODY, headers=who.headers)
    assert answer.status_code == 201, answer.text
    body = answer.json()
    ref = "shop_" + str(ids.decode(body["id"], "purchase"))
    assert body["status"] == "awaiting_payment"
    assert body["next"] == {"type": "client_secret", "client_secret": f"{ref}_secret", "publishable_key": "pk"}
    return body["id"], ref


async def test_an_order_waits_for_its_money_and_is_granted_when_the_buyer_comes_back(
    client: httpx.AsyncClient, db: Database, cast: Any, shop: Shop
) -> None:
    purchase, ref = await ordered(client, cast.alice)
    assert await coins(db, cast.alice.key) == 0
    shop.pay(ref)
    await asyncio.sleep(2.1)  # a provider is not asked twice within two seconds
    assert await state(client, cast.alice, purchase) == "granted"
    assert await coins(db, cast.alice.key) == 350


async def test_an_order_sent_again_goes_on_with_the_same_payment(
    client: httpx.AsyncClient, cast: Any, shop: Shop
) -> None:
    body = BODY | {"id": str(ids.new())}
    first = await client.post("/v1/purchases", json=body, headers=cast.alice.headers)
    again = await client.post("/v1/purchases", json=body, headers=cast.alice.headers)
    assert first.json()["next"] == again.json()["next"]
    assert len(shop.payments) == 1
    assert shop.calls == ["begin", "resume"]


async def test_a_lost_answer_is_an_unknown_outcome_and_the_same_id_is_one_payment(
    client: httpx.AsyncClient, db: Database, cast: Any, shop: Shop
) -> None:
    body = BODY | {"id": str(ids.new())}
    shop.away = {"begin"}
    lost = await client.post("/v1/purchases", json=body, headers=cast.alice.headers)
    assert (lost.status_code, lost.json()["code"], lost.headers["Retry-After"]) == (503, "provider-away", "3")
    shop.away = set()
    again = await client.post("/v1/purchases", json=body, headers=cast.alice.headers)
    assert again.json()["status"] == "awaiting_payment"
    assert len(shop.payments) == 1


async def test_a_buyer_is_never_given_two_objects_to_pay(
    client: httpx.AsyncClient, db: Database, cast: Any, shop: Shop, payments: PaymentsService
) -> None:
    """A notice of an object that the provider made under a key of which we heard nothing, while the next one begins."""
    begin = shop.begin

    async def begun_twice(order: Order) -> Begun:
        begun = await begin(order)
        shop.payments["unheard of"] = {**shop.payments[begun.ref]}
        await payments.settler.look(shop, "unheard of")
        return begun

    shop.begin = begun_twice  # type: ignore[method-assign]
    answer = await client.post("/v1/purchases", json=BODY, headers=cast.alice.headers)
    assert answer.json()["next"]["client_secret"] == "unheard of_secret"
    (begun,) = set(shop.payments) - {"unheard of"}
    assert shop.payments[begun]["state"] == "canceled"
    shop.pay("unheard of")
    await payments.settler.look(shop, "unheard of")
    assert await coins(db, cast.alice.key) == 350


async def test_a_refused_order_says_why_and_can_be_tried_anew(client: httpx.AsyncClient, cast: Any, shop: Shop) -> None:
    shop.refuses = {"begin"}
    answer = await client.post("/v1/purchases", json=BODY, headers=cast.alice.headers)
    assert (answer.status_code, answer.json()["code"], answer.json()["reason"]) == (
        402, "payment-refused", "begin_refused")  # fmt: skip
    (one,) = (await client.get("/v1/purchases", headers=cast.alice.headers)).json()["items"]
    assert (one["status"], one["history"][-1]["reason"]) == ("failed", "begin_refused")


async def test_a_notice_makes_us_look_and_a_repeat_harms_nothing(
    client: httpx.AsyncClient, db: Database, cast: Any, shop: Shop, notices: NoticesService
) -> None:
    purchase, ref = await ordered(client, cast.alice)
    shop.pay(ref)
    told = {"event": "evt_1", "refs": [ref]}
    for _ in range(3):
        answer = await client.post("/v1/webhooks/stripe", content=json.dumps(told), headers=HEADER)
        assert (answer.status_code, answer.json()) == (200, {"status": "kept"})
    await notices.work()
    assert await coins(db, cast.alice.key) == 350
    async with db.read() as tx:
        (row,) = await tx.rows("SELECT event, refs, outcome, done_at IS NOT NULL AS done FROM payments.notice")
    assert row == {"event": "evt_1", "refs": [ref], "outcome": "settled", "done": True}
    assert await state(client, cast.alice, purchase) == "granted"


async def test_what_is_not_a_notice_is_refused_and_not_kept(
    client: httpx.AsyncClient, db: Database, shop: Shop
) -> None:
    cases = [
        (b"{}", HEADER, 400),
        (b"{", HEADER, 400),
        (b'{"event": "e"}', {"content-type": "application/json"}, 400),
        (b'{"event": "e"}', HEADER | {"content-type": "text/plain"}, 415),
        (b"x" * 10_000_000, HEADER, 413),
    ]
    for body, headers, status in cases:
        answer = await client.post("/v1/webhooks/stripe", content=body, headers=headers)
        assert answer.status_code == status, answer.text
    assert (await client.post("/v1/webhooks/paypal", content=b"{}", headers=HEADER)).status_code == 404
    async with db.read() as tx:
        assert await tx.scalar("SELECT count(*) FROM payments.notice") == 0


async def test_a_notice_of_an_unknown_kind_is_kept(
    client: httpx.AsyncClient, db: Database, shop: Shop, notices: NoticesService
) -> None:
    told = {"event": "evt_2", "kind": "weather.changed"}
    assert (await client.post("/v1/webhooks/stripe", content=json.dumps(told), headers=HEADER)).status_code == 200
    await notices.work()
    async with db.read() as tx:
        row = await tx.row("SELECT kind, outcome, convert_from(body, 'UTF8') AS body FROM payments.notice")
    assert row == {"kind": "weather.changed", "outcome": "unknown kind", "body": json.dumps(told)}


async def test_a_notice_whose_provider_does_not_answer_is_worked_on_later(
    client: httpx.AsyncClient, db: Database, cast: Any, shop: Shop, notices: NoticesService
) -> None:
    _, ref = await ordered(client, cast.alice)
    shop.pay(ref)
    shop.away = {"look"}
    await client.post("/v1/webhooks/stripe", content=json.dumps({"event": "e", "refs": [ref]}), headers=HEADER)
    await notices.work()
    assert await coins(db, cast.alice.key) == 0
    shop.away = set()
    await notices.work()
    assert await coins(db, cast.alice.key) == 0, "it pauses first"
    async with db.write() as tx:
        await tx.execute("UPDATE payments.notice SET due_at = now()")
    await notices.work()
    assert await coins(db, cast.alice.key) == 350


async def test_without_any_notice_orders_are_looked_at_and_old_ones_expire(
    client: httpx.AsyncClient, db: Database, cast: Any, shop: Shop, notices: NoticesService
) -> None:
    paid, ref = await ordered(client, cast.alice)
    unpaid, _ = await ordered(client, cast.charlie)
    shop.pay(ref)
    async with db.write() as tx:
        await tx.execute("UPDATE payments.purchase SET looked_at = now() - interval '1 hour'")
        await tx.execute(
            "UPDATE payments.purchase SET created_at = now() - interval '25 hours' WHERE account = %s",
            [cast.charlie.key],
        )
    await notices.look_at_waiting()
    assert await state(client, cast.alice, paid) == "granted"
    assert await state(client, cast.charlie, unpaid) == "canceled"
    assert "cancel" in shop.calls


async def test_old_orders_of_a_provider_that_is_no_more_expire_and_money_that_came_is_granted_when_it_is_back(
    client: httpx.AsyncClient,
    db: Database,
    payments: PaymentsService,
    notices: NoticesService,
    *,
    cast: Any,
    shop: Shop,
) -> None:
    old, ref = await ordered(client, cast.alice)
    young, _ = await ordered(client, cast.charlie)
    async with db.write() as tx:
        await tx.execute("UPDATE payments.purchase SET looked_at = now() - interval '1 hour'")
        await tx.execute(
            "UPDATE payments.purchase SET created_at = now() - interval '25 hours' WHERE account = %s", [cast.alice.key]
        )
    del payments.settler.providers["stripe"]
    await notices.look_at_waiting()
    assert await state(client, cast.alice, old) == "expired"
    assert await state(client, cast.charlie, young) == "awaiting_payment"
    assert "cancel" not in shop.calls
    payments.settler.providers["stripe"] = shop
    shop.pay(ref)
    await payments.settler.look(shop, ref)
    assert await state(client, cast.alice, old) == "granted"


async def test_money_that_comes_late_is_granted_all_the_same(
    client: httpx.AsyncClient, db: Database, cast: Any, shop: Shop, payments: PaymentsService
) -> None:
    purchase, ref = await ordered(client, cast.alice)
    shop.payments[ref]["state"] = "canceled"
    await payments.settler.look(shop, ref)
    assert await state(client, cast.alice, purchase) == "canceled"
    shop.pay(ref)
    await payments.settler.look(shop, ref)
    assert await coins(db, cast.alice.key) == 350


async def test_missed_news_are_read_again_from_the_providers_own_list(
    client: httpx.AsyncClient, db: Database, cast: Any, shop: Shop, notices: NoticesService
) -> None:
    _, ref = await ordered(client, cast.alice)
    shop.pay(ref)
    shop.news = ["of somebody else", ref, ref]
    await notices.catch_up()
    assert await coins(db, cast.alice.key) == 350
    async with db.read() as tx:
        assert await tx.scalar("SELECT until > now() - interval '1 minute' FROM payments.caught_up")


async def test_many_looks_at_once_grant_once(
    client: httpx.AsyncClient, db: Database, cast: Any, shop: Shop, payments: PaymentsService
) -> None:
    _, ref = await ordered(client, cast.alice)
    shop.pay(ref)
    said = await asyncio.gather(*(payments.settler.look(shop, ref) for _ in range(8)))
    assert sorted(said) == ["nothing to do"] * 7 + ["settled"]
    assert await coins(db, cast.alice.key) == 350


async def test_a_payment_that_names_another_object_pays_nothing(
    client: httpx.AsyncClient, db: Database, cast: Any, shop: Shop, payments: PaymentsService
) -> None:
    _, ref = await ordered(client, cast.alice)
    shop.payments["copy"] = shop.payments[ref] | {"state": "paid"}
    assert await payments.settler.look(shop, "copy") == "another object pays this purchase"
    assert await coins(db, cast.alice.key) == 0


async def test_money_that_is_not_the_orders_is_kept_apart(
    client: httpx.AsyncClient, db: Database, cast: Any, shop: Shop, payments: PaymentsService
) -> None:
    purchase, ref = await ordered(client, cast.alice)
    shop.pay(ref, Money(300, "USD"))
    await payments.settler.look(shop, ref)
    assert await coins(db, cast.alice.key) == 0
    assert await state(client, cast.alice, purchase) == "mismatch"
    async with db.read() as tx:
        kept = await tx.scalar(
            "SELECT -sum(l.amount) FROM ledger.leg l JOIN ledger.book b ON b.key = l.book"
            " WHERE b.name = 'liabilities:unallocated'"
        )
    assert kept == 300
