"""What exists in which country: shown to everybody, asked by orders; and the tax of what is bought there."""

from typing import Any

import httpx
import pytest

from largesse import catalog
from largesse.catalog.model import BookContent, BundleContent
from largesse.kit import ids
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.payments import PaymentsService
from payments_shop import Shop
from regional import hold

ORDER = {"bundle_id": "web-us-350", "channel": "web", "provider": "sandbox"}
STANDARD = {"buying": True, "giving": True, "withdrawing": False}


@pytest.fixture
def shop(payments: PaymentsService) -> Shop:
    made = Shop("stripe")
    payments.settler.providers["stripe"] = made
    return made


async def book(db: Database, country: str, currency: str, tax_bps: int, minor: int) -> str:
    """A price book of one bundle of 100 coins; its id."""
    content = BookContent(
        currency=currency, tax_bps=tax_bps, unit_usd_micros=6_500, bundles=[BundleContent(coins=100, price_minor=minor)]
    )
    async with db.write() as tx:
        await catalog.store.put_book(tx, country, "web", content)
        return str(await tx.scalar("SELECT id FROM catalog.bundle ORDER BY key DESC LIMIT 1"))


async def legs(db: Database, purchase: str) -> dict[str, int]:
    """The money of a purchase's entry, by account."""
    async with db.read() as tx:
        rows = await tx.rows(
            "SELECT b.name, sum(l.amount)::bigint AS amount FROM ledger.leg l JOIN ledger.book b ON b.key = l.book"
            " JOIN ledger.transfer t ON t.key = l.transfer"
            " WHERE t.kind = 'purchase' AND t.source = %s AND l.currency <> '' GROUP BY b.name",
            [f"purchase:{ids.decode(purchase, 'purchase')}"],
        )
    return {row["name"]: row["amount"] for row in rows}


async def test_everybody_sees_what_exists_in_a_country_with_the_providers_that_are_set_up(
    client: httpx.AsyncClient, db: Database
) -> None:
    answer = await client.get("/v1/regions/DE")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "public, max-age=60")
    body = answer.json()
    assert body.pop("since") == "2026-01-01T00:00:00Z"
    assert body == {
        "country": "DE", "features": STANDARD, "providers": ["sandbox"], "minimum_age": 18, "coming": [],
        "withdrawal_right": {"days": 14, "unspent_only": True},
        "prices": [{"channel": "web", "currency": "USD", "tax": {"included": True, "rate_bps": 0}}],
    }  # fmt: skip
    await book(db, "DE", "EUR", 1900, 119)
    await hold(db, "DE", tax="added", withdraw_days=30)
    body = (await client.get("/v1/regions/DE")).json()
    assert body["withdrawal_right"]["days"] == 30
    assert body["prices"] == [{"channel": "web", "currency": "EUR", "tax": {"included": False, "rate_bps": 1900}}]
    for nowhere in ("XX", "de", "DEU"):
        missing = await client.get(f"/v1/regions/{nowhere}")
        assert (missing.status_code, missing.json()["code"]) == (404, "not-found"), nowhere


async def test_the_page_of_all_countries_names_those_with_something_of_their_own_and_what_holds_elsewhere(
    client: httpx.AsyncClient, db: Database
) -> None:
    await hold(db, "BR", giving=False)
    body = (await client.get("/v1/regions")).json()
    assert (body["default"]["country"], body["default"]["withdrawal_right"]["days"]) == (None, 0)
    own = {one["country"]: one for one in body["items"]}
    assert [own[country]["minimum_age"] for country in ("KR", "DE", "US")] == [19, 18, 18]
    assert (own["BR"]["features"]["giving"], own["KR"]["features"]["giving"]) == (False, True)
    assert "JP" not in own


async def test_what_is_announced_is_told_before_it_holds(client: httpx.AsyncClient, db: Database) -> None:
    await hold(db, "FR", days=3, buying=False, providers=["paypal"], withdraw_days=21, tax="added")
    body = (await client.get("/v1/regions/FR")).json()
    assert (body["features"]["buying"], body["withdrawal_right"]["days"]) == (True, 14)
    (coming,) = body["coming"]
    assert coming.pop("effective_at") > body["since"]
    assert coming == {
        "features": {**STANDARD, "buying": False}, "providers": ["paypal"], "tax_included": False,
        "withdrawal_right": {"days": 21, "unspent_only": True},
    }  # fmt: skip


async def test_coins_are_not_sold_where_buying_does_not_exist_and_nothing_is_kept(
    client: httpx.AsyncClient, db: Database, cast: Any
) -> None:
    await hold(db, "US", buying=False)
    refused = await client.post("/v1/purchases", json=ORDER, headers=cast.alice.headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "not-in-region"), refused.text
    assert (refused.json()["feature"], refused.json()["country"]) == ("buying", "US")
    shown = (await client.get("/v1/regions/US")).json()
    assert (shown["features"]["buying"], shown["providers"], shown["prices"]) == (False, [], [])
    assert (await client.get("/v1/purchases", headers=cast.alice.headers)).json()["items"] == []
    assert (await client.get("/v1/catalog/providers", headers=cast.alice.headers)).json()["items"] == []


async def test_a_provider_takes_orders_only_where_it_exists(
    client: httpx.AsyncClient, db: Database, *, cast: Any, shop: Shop, make_person: Any
) -> None:
    await hold(db, "US", providers=["stripe", "paypal"])
    greta = await make_person("greta", country="DE")
    assert (await client.get("/v1/regions/US")).json()["providers"] == ["stripe"]
    assert (await client.get("/v1/regions/DE")).json()["providers"] == ["stripe", "sandbox"]
    for who, query, names in (
        (cast.alice, "", ["stripe"]), (greta, "", ["stripe", "sandbox"]), (greta, "?region=US", ["stripe"]),
    ):  # fmt: skip
        found = (await client.get(f"/v1/catalog/providers{query}", headers=who.headers)).json()["items"]
        assert [one["name"] for one in found] == names
    refused = await client.post("/v1/purchases", json=ORDER, headers=cast.alice.headers)
    assert (refused.status_code, refused.json()["feature"]) == (403, "sandbox")
    assert (await client.post("/v1/purchases", json=ORDER, headers=greta.headers)).json()["status"] == "granted"
    assert shop.payments == {}


async def test_an_order_that_was_made_goes_on_where_its_country_closes(
    client: httpx.AsyncClient, db: Database, *, cast: Any, shop: Shop, payments: PaymentsService
) -> None:
    order = ORDER | {"provider": "stripe", "id": str(ids.new())}
    assert (await client.post("/v1/purchases", json=order, headers=cast.alice.headers)).status_code == 201
    await hold(db, "US", buying=False)
    again = await client.post("/v1/purchases", json=order, headers=cast.alice.headers)
    assert (again.status_code, again.headers["Idempotent-Replay"]) == (201, "true")
    ref = f"shop_{order['id']}"
    shop.pay(ref)
    await payments.settler.look(shop, ref)
    shown = (await client.get(f"/v1/purchases/{order['id']}", headers=cast.alice.headers)).json()
    assert shown["status"] == "granted"


@pytest.mark.parametrize(
    ("currency", "rate", "listed", "inside", "total", "added"),
    [("JPY", 1000, 185, 17, 203, 18), ("EUR", 1900, 1399, 223, 1665, 266), ("KWD", 500, 4555, 217, 4783, 228)],
    ids=["JPY", "EUR", "KWD"],
)
async def test_tax_is_inside_or_added_and_the_provider_the_books_and_the_receipt_say_the_same(
    client: httpx.AsyncClient, db: Database, *, make_person: Any, shop: Shop, payments: PaymentsService, currency: str,
    rate: int, listed: int, inside: int, total: int, added: int,
) -> None:  # fmt: skip
    bundle = await book(db, "JP", currency, rate, listed)
    aiko = await make_person("aiko", country="JP")
    for shown, price, tax in (("included", listed, inside), ("added", total, added)):
        await hold(db, "JP", tax=shown)
        order = {"bundle_id": bundle, "channel": "web", "provider": "stripe", "id": str(ids.new())}
        wrong = order | {"expected_price": {"minor": price + 1, "currency": currency}}
        changed = await client.post("/v1/purchases", json=wrong, headers=aiko.headers)
        assert (changed.status_code, changed.json()["price"]["minor"]) == (409, price)
        order |= {"expected_price": {"minor": price, "currency": currency}}
        made = (await client.post("/v1/purchases", json=order, headers=aiko.headers)).json()
        assert [made[part]["minor"] for part in ("price", "tax")] == [price, tax]
        ref = f"shop_{order['id']}"
        assert shop.payments[ref]["order"].price.minor == price
        shop.pay(ref)
        await payments.settler.look(shop, ref)
        body = (await client.get(f"/v1/purchases/{made['id']}", headers=aiko.headers)).json()
        receipt = body["receipt"]
        assert [receipt[part]["minor"] for part in ("net", "tax", "total")] == [price - tax, tax, price]
        assert body["tax_included"] is receipt["tax_included"] is (shown == "included")
        found = await legs(db, made["id"])
        assert (found["liabilities:tax"], found["liabilities:coins"]) == (-tax, tax - price)
        assert (found["assets:psp"], sum(found.values())) == (price - 59, 0)


async def test_a_limit_on_buying_counts_what_is_paid_with_its_tax(
    client: httpx.AsyncClient, db: Database, make_person: Any
) -> None:
    bundle = await book(db, "JP", "JPY", 1000, 1_000_000)
    aiko = await make_person("aiko", country="JP")
    await hold(db, "JP", tax="added")
    order = {"bundle_id": bundle, "channel": "web", "provider": "sandbox"}
    assert (await client.post("/v1/purchases", json=order, headers=aiko.headers)).json()["status"] == "granted"
    async with db.read() as tx:
        assert await tx.scalar("SELECT limit_minor FROM payments.purchase") == 1_100_000 * 6_500 // 10_000


async def test_a_service_without_a_provider_says_that_nothing_is_sold(
    client_of: Any, db: Database, settings: Settings, payments: PaymentsService
) -> None:
    del payments
    bare = Settings(database_url=settings.database_url, nats_url=settings.nats_url)
    client = await client_of(PaymentsService(db, bare))
    body = (await client.get("/v1/regions/US")).json()
    assert (body["features"]["buying"], body["providers"]) == (False, [])
