import asyncio
from datetime import date
from typing import Any

import httpx
import msgspec
import psycopg
import pytest

from largesse import ledger
from largesse.kit import ids
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.money import Money
from largesse.payments import PaymentsService, store

BODY = {"bundle_id": "web-us-350", "provider": "sandbox", "channel": "web"}


async def wallet(db: Database, account: int) -> ledger.Wallet:
    async with db.read() as tx:
        return await ledger.get_wallet(tx, account)


async def count(db: Database, table: str) -> int:
    async with db.read() as tx:
        n: int = await tx.scalar(f"SELECT count(*) FROM {table}")  # type: ignore[arg-type]
    return n


async def limit_of_a_day(db: Database, minor: int) -> None:
    async with db.write() as tx:
        columns: str = await tx.scalar(
            "SELECT string_agg(column_name, ', ') FROM information_schema.columns WHERE table_schema = 'policy'"
            " AND table_name = 'version' AND column_name NOT IN ('key', 'id', 'buy_day_minor_max', 'effective_at')"
        )
        await tx.execute(
            f"INSERT INTO policy.version (id, buy_day_minor_max, effective_at, {columns})"  # type: ignore[arg-type]
            f" SELECT %s, %s, now(), {columns} FROM policy.version",
            [ids.new(), minor],
        )


async def test_coins_arrive_at_once_with_history_receipt_books_and_news(
    client: httpx.AsyncClient, db: Database, cast: Any
) -> None:
    alice, id_ = cast.alice, ids.new()
    answer = await client.post("/v1/purchases", json=BODY | {"id": str(id_)}, headers=alice.headers)
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert "Idempotent-Replay" not in answer.headers
    assert [step["status"] for step in body.pop("history")] == ["created", "paid", "granted"]
    receipt = body.pop("receipt")
    assert (receipt["number"], receipt["total"]["minor"], receipt["tax"]["minor"], receipt["net"]["minor"]) == (
        body["id"], 320, 0, 320)  # fmt: skip
    assert body.pop("created_at") <= receipt["issued_at"]
    assert body == {
        "id": ids.encode("purchase", id_), "status": "granted", "coins": 350, "bundle_id": "web-us-350",
        "price": {"minor": 320, "currency": "USD"}, "provider": "sandbox", "channel": "web", "next": {"type": "none"},
        "granted_class": "paid", "refunded": {"minor": 0, "currency": "USD"}, "tax": {"minor": 0, "currency": "USD"},
        "tax_included": True, "withdrawable_until": None, "withdrawable_coins": 0,
        "withdrawable": {"minor": 0, "currency": "USD"},
    }  # fmt: skip
    assert (await wallet(db, alice.key)).paid == 350
    async with db.read() as tx:
        news = await tx.rows("SELECT subject, body FROM kit.outbox WHERE topic = 'purchase.granted'")
        (entry,) = await tx.rows("SELECT source FROM ledger.transfer WHERE kind = 'purchase'")
        legs = await tx.rows(
            "SELECT b.name, l.amount FROM ledger.leg l JOIN ledger.book b ON b.key = l.book"
            " WHERE l.amount > 0 ORDER BY b.name"
        )
    assert news == [{
        "subject": alice.key,
        "body": {"purchase": str(id_), "account": alice.key, "coins": 350},
    }]  # fmt: skip
    assert entry["source"] == f"purchase:{id_}"
    assert [(leg["name"], leg["amount"]) for leg in legs] == [
        ("assets:psp", 320), ("coins:wallet", 350), ("expenses:psp", 39)]  # fmt: skip


async def test_a_retried_purchase_is_charged_once(client: httpx.AsyncClient, db: Database, cast: Any) -> None:
    alice, body = cast.alice, BODY | {"id": ids.encode("purchase", ids.new())}
    answers = await asyncio.gather(*(client.post("/v1/purchases", json=body, headers=alice.headers) for _ in range(6)))
    assert {a.status_code for a in answers} == {201}
    assert len({a.text for a in answers}) == 1
    assert sum("Idempotent-Replay" in a.headers for a in answers) == 5
    assert (await wallet(db, alice.key)).paid == 350
    assert await count(db, "payments.purchase") == await count(db, "ledger.transfer") == 1


async def test_an_idempotency_key_names_one_purchase_of_one_person(
    client: httpx.AsyncClient, db: Database, cast: Any
) -> None:
    async def buy(who: Any, body: dict[str, Any]) -> httpx.Response:
        return await client.post("/v1/purchases", json=body, headers=who.headers | {"Idempotency-Key": "k"})

    first, again, other = await buy(cast.alice, BODY), await buy(cast.alice, BODY), await buy(cast.charlie, BODY)
    assert (first.json(), again.headers.get("Idempotent-Replay")) == (again.json(), "true")
    assert (other.status_code, other.headers.get("Idempotent-Replay")) == (201, None)
    changed = await buy(cast.alice, BODY | {"bundle_id": "web-us-175"})
    assert (changed.status_code, changed.json()["code"]) == (409, "id-reused")
    assert (await wallet(db, cast.alice.key)).paid == 350


async def test_an_id_with_other_content_or_of_somebody_else_is_refused(
    client: httpx.AsyncClient, db: Database, cast: Any
) -> None:
    body = {"id": str(ids.new()), "coins": 350, "provider": "sandbox", "channel": "web"}
    assert (await client.post("/v1/purchases", json=body, headers=cast.alice.headers)).status_code == 201
    bundle = {k: v for k, v in body.items() if k != "coins"} | {"bundle_id": "web-us-350"}
    for who, other in ((cast.alice, body | {"coins": 351}), (cast.alice, bundle), (cast.charlie, body)):
        answer = await client.post("/v1/purchases", json=other, headers=who.headers)
        assert (answer.status_code, answer.json()["code"]) == (409, "id-reused")
    assert (await wallet(db, cast.charlie.key)).paid == 0


async def test_a_custom_amount_costs_what_its_quote_says(client: httpx.AsyncClient, cast: Any) -> None:
    body = {"coins": 460, "provider": "sandbox"}
    answer = await client.post("/v1/purchases", json=body, headers=cast.alice.headers)
    assert (answer.json()["price"]["minor"], answer.json()["bundle_id"], answer.json()["coins"]) == (421, None, 460)


async def test_a_price_that_changed_under_the_buyer_is_not_charged(
    client: httpx.AsyncClient, db: Database, cast: Any
) -> None:
    shown = BODY | {"expected_price": {"minor": 310, "currency": "USD"}}
    answer = await client.post("/v1/purchases", json=shown, headers=cast.alice.headers)
    assert (answer.status_code, answer.json()["code"], answer.json()["price"]) == (
        409, "price-changed", {"minor": 320, "currency": "USD"})  # fmt: skip
    assert await count(db, "payments.purchase") == 0


async def test_who_may_not_buy_is_told_why_and_nothing_is_kept(
    client: httpx.AsyncClient, db: Database, cast: Any, make_person: Any
) -> None:
    mia = await make_person("mia", born=date(2010, 5, 17))
    noah = await make_person("noah")
    async with db.write() as tx:
        await tx.execute("DELETE FROM accounts.acceptance WHERE account = %s", [noah.key])
        await ledger.freeze(tx, cast.charlie.key, True)
    for who, code in ((mia, "under-age"), (noah, "terms-not-accepted"), (cast.charlie, "account-frozen")):
        answer = await client.post("/v1/purchases", json=BODY, headers=who.headers)
        assert (answer.status_code, answer.json()["code"]) == (403, code)
    assert (await client.post("/v1/purchases", json=BODY)).status_code == 401
    assert await count(db, "payments.purchase") == await count(db, "ledger.transfer") == 0


async def test_parallel_purchases_cannot_pass_the_days_limit(
    client: httpx.AsyncClient, db: Database, cast: Any
) -> None:
    await limit_of_a_day(db, 1000)
    answers = await asyncio.gather(
        *(client.post("/v1/purchases", json=BODY, headers=cast.alice.headers) for _ in range(6))
    )
    refused = [a for a in answers if a.status_code != 201]
    assert len(refused) == 3
    assert {(a.status_code, a.json()["code"], a.json()["limit"]) for a in refused} == {
        (403, "limit-reached", "buy-day")
    }
    assert refused[0].json()["resets_at"].endswith("T00:00:00Z")
    assert (await wallet(db, cast.alice.key)).paid == 3 * 350
    assert (await client.post("/v1/purchases", json=BODY, headers=cast.charlie.headers)).status_code == 201


async def test_coins_repay_debt_first(client: httpx.AsyncClient, db: Database, cast: Any) -> None:
    await client.post("/v1/purchases", json=BODY, headers=cast.alice.headers)
    async with db.write() as tx:
        await tx.execute("UPDATE ledger.wallet SET debt = 100 WHERE account = %s", [cast.alice.key])
    answer = await client.post("/v1/purchases", json=BODY, headers=cast.alice.headers)
    assert answer.json()["coins"] == 350
    own = await wallet(db, cast.alice.key)
    assert (own.paid, own.debt) == (600, 0)


async def test_outside_a_sandbox_nothing_is_free(client_of: Any, db: Database, settings: Settings, cast: Any) -> None:
    strict = PaymentsService(db, msgspec.structs.replace(settings, sandbox=False))
    client = await client_of(strict)
    for provider in ("sandbox", "stripe", "paypal"):
        answer = await client.post("/v1/purchases", json=BODY | {"provider": provider}, headers=cast.alice.headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "not-configured")


@pytest.mark.parametrize(
    "change",
    [{"coins": 350}, {"bundle_id": None}, {"bundle_id": "web-us-1"}, {"bundle_id": "apple-us-70"},
     {"bundle_id": None, "coins": 19}, {"bundle_id": None, "coins": 250_001}, {"bundle_id": None, "coins": 0},
     {"bundle_id": None, "coins": -5}, {"bundle_id": None, "coins": 10**40}, {"bundle_id": None, "coins": 20.5},
     {"bundle_id": None, "coins": "many"}, {"channel": "apple"}, {"channel": "fax"}, {"provider": "cash"}, {"id": "1"},
     {"id": "0195d2a0-0000-4000-8000-000000000000"}, {"expected_price": {"minor": 1, "currency": "usd"}}, {"x": 1}],
)  # fmt: skip
async def test_what_cannot_be_bought_is_refused_by_name(
    client: httpx.AsyncClient, db: Database, cast: Any, change: dict[str, Any]
) -> None:
    answer = await client.post("/v1/purchases", json=BODY | change, headers=cast.alice.headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), answer.text
    assert await count(db, "payments.purchase") == 0


async def test_purchases_are_listed_newest_first_and_only_ones_own(client: httpx.AsyncClient, cast: Any) -> None:
    alice = cast.alice.headers
    made = [
        (await client.post("/v1/purchases", json={"coins": n, "provider": "sandbox"}, headers=alice)).json()
        for n in (20, 30, 40)
    ]
    first = (await client.get("/v1/purchases?limit=2", headers=alice)).json()
    rest = (await client.get(f"/v1/purchases?limit=2&cursor={first['next_cursor']}", headers=alice)).json()
    assert [*first["items"], *rest["items"]] == made[::-1]
    assert rest["next_cursor"] is None
    one = f"/v1/purchases/{made[0]['id']}"
    assert (await client.get(one, headers=alice)).json() == made[0]
    assert (await client.get(one, headers=cast.charlie.headers)).status_code == 404
    assert (await client.get("/v1/purchases", headers=cast.charlie.headers)).json() == {
        "items": [],
        "next_cursor": None,
    }
    for cursor in ("x", "1.x", f"{'9' * 30}.{ids.new()}", f"-1.{ids.new()}", f"².{ids.new()}"):
        assert (await client.get("/v1/purchases", params={"cursor": cursor}, headers=alice)).status_code == 400


async def test_the_database_allows_only_legal_moves_and_keeps_history_for_ever(
    payments: PaymentsService, db: Database, cast: Any, client: httpx.AsyncClient
) -> None:
    made = await client.post("/v1/purchases", json=BODY, headers=cast.alice.headers)
    id_ = ids.decode(made.json()["id"], "purchase")
    assert id_ is not None
    for status in ("created", "paid", "canceled", "nonsense"):
        with pytest.raises(psycopg.Error, match="not a legal move"):
            async with db.write() as tx:
                await store.move(tx, id_, status, "test")
    with pytest.raises(psycopg.Error, match="for ever"):
        async with db.write() as tx:
            await tx.execute("UPDATE payments.purchase_event SET status = 'paid'")
    with pytest.raises(psycopg.Error, match="not where a purchase begins"):
        async with db.write() as tx:
            await tx.execute(
                "INSERT INTO payments.purchase (id, account, coins, price_minor, currency, region, channel, provider,"
                " status) SELECT gen_random_uuid(), account, coins, price_minor, currency, region, channel, provider,"
                " 'granted' FROM payments.purchase"
            )


async def test_a_grant_that_fails_leaves_no_coins_and_an_order_that_waits(
    payments: PaymentsService, db: Database, cast: Any, client: httpx.AsyncClient
) -> None:
    id_ = ids.new()
    async with db.write() as tx:  # the books already hold this source, for somebody else
        await ledger.sell_coins(
            tx, account=cast.charlie.key, gives_from=date(2000, 1, 1), coins=1, gross=Money(1, "USD"),
            tax=Money(0, "USD"), provider_fee=Money(0, "USD"), source=f"purchase:{id_}",
            happened_at=(await store.get_now(tx)),
        )  # fmt: skip
    answer = await client.post("/v1/purchases", json=BODY | {"id": str(id_)}, headers=cast.alice.headers)
    assert answer.status_code >= 409
    async with db.read() as tx:
        found = await store.find(tx, id_)
    assert found is not None
    assert [step.status for step in found.history] == ["created"]
    assert (await wallet(db, cast.alice.key)).paid == 0
