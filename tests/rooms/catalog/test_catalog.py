import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from largesse import catalog as room
from largesse import ledger
from largesse.catalog import CatalogService
from largesse.catalog.routes import routes
from largesse.kit import trail
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.money import Money
from largesse.kit.news import News
from largesse.policy import PolicyService

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
ADULT = date(2008, 5, 17)
EURO_BOOK = {
    "currency": "EUR",
    "tax_bps": 2000,
    "channel_fee_bps": 150,
    "channel_fee_minor": 25,
    "unit_usd_micros": 1_080_000,
    "custom_amount": {"coins_min": 10, "coins_max": 1000, "micros_per_coin": 12_000},
    "bundles": [{"coins": 100, "price_minor": 119}, {"coins": 1000, "price_minor": 1099}],
}


@pytest.fixture
async def policy(db: Database, settings: Settings) -> PolicyService:
    return PolicyService(db, settings)


@pytest.fixture
async def catalog(db: Database, policy: PolicyService, news: News, settings: Settings) -> AsyncIterator[CatalogService]:
    async with db.write() as tx:
        assert await room.seed(tx)
    service = CatalogService(db, news, policy, settings)
    await service.open()
    yield service
    await service.close()


@pytest.fixture
async def elsewhere(
    catalog: CatalogService, db: Database, policy: PolicyService, nats_url: str, settings: Settings
) -> AsyncIterator[CatalogService]:
    """The catalogue of another process."""
    news = News(nats_url)
    await news.open()
    service = CatalogService(db, news, policy, settings)
    await service.open()
    yield service
    await service.close()
    await news.close()


@pytest.fixture
async def client(
    app_client: Any, catalog: CatalogService, policy: PolicyService, accounts_service: Any
) -> httpx.AsyncClient:
    made: httpx.AsyncClient = await app_client(routes, accounts=accounts_service, catalog=catalog, policy=policy)
    return made


async def sell(db: Database, account: int, coins: int, minor: int, *, fee: int = 0, source: str = "p1") -> None:
    async with db.write() as tx:
        await ledger.sell_coins(
            tx, account=account, gives_from=ADULT, coins=coins, gross=Money(minor, "USD"), tax=Money(0, "USD"),
            provider_fee=Money(fee, "USD"), source=source, happened_at=MONDAY,
        )  # fmt: skip


async def quote(client: httpx.AsyncClient, path: str, **kwargs: Any) -> dict[str, Any]:
    answer = await client.get(f"/v1/catalog/gifts/{path}", **kwargs)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    assert sum(line["amount"]["minor"] for line in body["lines"]) == body["price"]["minor"]
    return body


def lines(body: dict[str, Any]) -> dict[str, int]:
    return {line["kind"]: line["amount"]["minor"] for line in body["lines"]}


async def test_a_new_database_has_the_forty_gifts_and_the_reference_prices_once(
    catalog: CatalogService, db: Database
) -> None:
    async with db.write() as tx:
        assert not await room.seed(tx)
    assert len(catalog.gifts()) == 40
    rose, dragon = catalog.gift("rose"), catalog.gift("dragon")
    assert rose is not None
    assert dragon is not None
    assert (rose.coins, rose.streakable, rose.still) == (1, True, "/static/gifts/rose.webp")
    assert (dragon.coins, dragon.tier, dragon.art.recipe) == (26_999, "big", "build")
    assert catalog.gift_by_key(rose.key) == rose
    assert [len(catalog.bundles(c, "US")[1]) for c in ("web", "apple", "google")] == [7, 7, 7]


async def test_two_processes_that_seed_at_once_install_once(db: Database) -> None:
    async def seed() -> bool:
        async with db.write() as tx:
            return await room.seed(tx)

    assert sorted(await asyncio.gather(seed(), seed(), seed())) == [False, False, True]


async def test_settling_asks_for_kinds_inside_its_pipeline(catalog: CatalogService, db: Database) -> None:
    rose = catalog.gift("rose")
    assert rose is not None
    async with db.write() as tx, tx.connection.pipeline():
        cursor = await room.ask_kinds(tx, [rose.key, 9999])
        assert await cursor.fetchall() == [(rose.key, 1, True, False)]


async def test_the_panel_shows_coins_money_and_diamonds(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/catalog/gifts")
    assert answer.status_code == 200, answer.text
    assert answer.json()["items"][0] == {
        "id": "rose", "name": "Rose", "coins": 1, "diamonds_milli": 700, "price": {"minor": 1, "currency": "USD"},
        "tier": "small", "streakable": True,
        "art": {"still": "/static/gifts/rose.webp", "recipe": "bloom", "accent": "#e2375b"},
    }  # fmt: skip
    lion = next(g for g in answer.json()["items"] if g["id"] == "lion")
    assert (lion["diamonds_milli"], lion["price"]["minor"]) == (350_000, 472)


async def test_an_unchanged_panel_is_not_sent_again(client: httpx.AsyncClient, cast: Any) -> None:
    first = await client.get("/v1/catalog/gifts")
    tag = first.headers["ETag"]
    again = await client.get("/v1/catalog/gifts", headers={"If-None-Match": f'"x", {tag}'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    priced = await client.patch("/v1/office/gifts/rose", json={"coins": 2}, headers=cast.olga.headers)
    assert priced.status_code == 200, priced.text
    changed = await client.get("/v1/catalog/gifts", headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.json()["items"][0]["coins"] == 2
    assert changed.json()["version"] > first.json()["version"]


async def test_bundles_show_their_saving_and_an_unknown_region_has_the_default_prices(
    client: httpx.AsyncClient,
) -> None:
    body = (await client.get("/v1/catalog/bundles?channel=web&region=FR")).json()
    assert (body["region"], body["currency"], body["tax"]) == ("US", "USD", {"included": True, "rate_bps": 0})
    assert body["items"][3] == {
        "id": "web-us-1750", "coins": 1750, "price": {"minor": 1500, "currency": "USD"}, "saving_bps": 909,
        "net": {"minor": 1500, "currency": "USD"}, "tax": {"minor": 0, "currency": "USD"}}  # fmt: skip
    assert body["items"][0]["saving_bps"] == 0
    assert body["custom_amount"] == {"coins_min": 20, "coins_max": 250_000}
    store = (await client.get("/v1/catalog/bundles?channel=apple")).json()
    assert (store["items"][0]["product_id"], store["custom_amount"]) == ("coins_70", None)


async def test_a_custom_amount_has_its_price_and_its_bounds(client: httpx.AsyncClient) -> None:
    body = (await client.get("/v1/catalog/bundles/quote?coins=460&channel=web")).json()
    assert body == {
        "coins": 460, "price": {"minor": 421, "currency": "USD"}, "saving_bps": 293, "tax_included": True,
        "net": {"minor": 421, "currency": "USD"}, "tax": {"minor": 0, "currency": "USD"}}  # fmt: skip
    for query in (
        "coins=19",
        "coins=250001",
        "coins=0",
        "coins=100&channel=apple",
        "coins=x",
        "coins=20&region=us",
    ):
        refused = await client.get(f"/v1/catalog/bundles/quote?{query}")
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid"), query
        assert refused.json()["fields"]
    assert (await client.get("/v1/catalog/bundles?channel=fax")).status_code == 400


async def test_a_guest_sees_where_the_money_goes_at_the_smallest_bundle(client: httpx.AsyncClient) -> None:
    body = await quote(client, "lion/quote")
    # 500/175 of 1.65: 4.7143; of its fee of 0.35: 1.00; 350 diamonds of 0.007
    assert (body["price"], lines(body)) == (
        {"minor": 472, "currency": "USD"}, {"tax": 0, "channel_fee": 100, "platform": 127, "creator": 245})  # fmt: skip
    assert (body["coins"], body["diamonds_milli"], body["share_bps"], body["diamond_value_micros"]) == (
        500, 350_000, 7000, 7000)  # fmt: skip
    assert body["policy_id"].startswith("policy_")
    assert body["promo"] == {"coins": 0, "diamonds_milli": 0}
    assert lines(await quote(client, "rose/quote?count=999"))["creator"] == 489


async def test_someone_signed_in_sees_what_their_own_next_coins_cost(
    client: httpx.AsyncClient, db: Database, cast: Any
) -> None:
    alice = cast.alice.headers
    await sell(db, cast.alice.key, 100, 50, fee=10, source="p1")
    await sell(db, cast.alice.key, 1000, 1000, fee=60, source="p2")
    async with db.write() as tx:
        await ledger.grant_promo(
            tx, account=cast.alice.key, gives_from=ADULT, coins=30, source="g1", happened_at=MONDAY
        )
    # 30 promotional coins, 100 of the first lot, 370 of the second
    body = await quote(client, "lion/quote", headers=alice)
    assert body["promo"] == {"coins": 30, "diamonds_milli": 0}
    assert body["diamonds_milli"] == 470 * 700
    assert body["price"]["minor"] == 50 + 370
    assert lines(body) == {"tax": 0, "channel_fee": 32, "platform": 158, "creator": 230}
    # the stranger with an empty wallet pays what a guest would
    assert lines(await quote(client, "lion/quote", headers=cast.charlie.headers)) == lines(
        await quote(client, "lion/quote")
    )
    # short of coins: the rest at the smallest bundle's rate
    whale = await quote(client, "whale/quote", headers=alice)
    assert whale["price"]["minor"] == 50 + 1000 + -(-(2988 - 1130) * 165 // 175)


async def test_a_quote_knows_what_cannot_be_sent(client: httpx.AsyncClient, cast: Any) -> None:
    for path, status, code in (
        ("nothing/quote", 404, "not-found"), ("galaxy/quote?count=2", 400, "invalid"),
        ("rose/quote?count=0", 400, "invalid"), ("rose/quote?count=1000", 400, "invalid"),
    ):  # fmt: skip
        answer = await client.get(f"/v1/catalog/gifts/{path}")
        assert (answer.status_code, answer.json()["code"]) == (status, code), path
    assert (await client.post("/v1/office/gifts/rose/retire", headers=cast.olga.headers)).status_code == 200
    gone = await client.get("/v1/catalog/gifts/rose/quote")
    assert (gone.status_code, gone.json()["code"]) == (410, "gift-retired")


async def test_a_country_with_a_book_of_its_own_sees_its_money_and_tax(
    client: httpx.AsyncClient, make_person: Any, cast: Any
) -> None:
    answer = await client.put("/v1/office/price-books/DE/web", json=EURO_BOOK, headers=cast.olga.headers)
    assert answer.status_code == 200, answer.text
    greta = await make_person("greta", country="DE")
    body = (await client.get("/v1/catalog/bundles", headers=greta.headers)).json()
    assert (body["region"], body["currency"], body["tax"]["rate_bps"]) == ("DE", "EUR", 2000)
    assert [b["saving_bps"] for b in body["items"]] == [0, 764]
    asked = await quote(client, "lion/quote?region=DE")
    own = await quote(client, "lion/quote", headers=greta.headers)
    # 5.95 with 0.99 tax; fee 5 x 0.27; 350 diamonds of 0.007 dollars are 2.268 euros
    assert lines(asked) == lines(own) == {"tax": 100, "channel_fee": 135, "platform": 134, "creator": 226}
    assert (await client.get("/v1/catalog/gifts", headers=greta.headers)).json()["items"][0]["price"] == {
        "minor": 2, "currency": "EUR"}  # fmt: skip


async def test_coins_bought_in_another_country_are_quoted_in_todays_currency(
    client: httpx.AsyncClient, make_person: Any, cast: Any, db: Database
) -> None:
    await client.put("/v1/office/price-books/DE/web", json=EURO_BOOK, headers=cast.olga.headers)
    greta = await make_person("greta", country="DE")
    await sell(db, greta.key, 500, 540)
    assert (await quote(client, "lion/quote", headers=greta.headers))["price"] == {"minor": 500, "currency": "EUR"}


# The office

NEW = {"id": "moon", "name": "Moon", "coins": 42, "tier": "small", "streakable": True, "position": 3,
       "art": {"recipe": "rise", "accent": "#aabbcc", "still": "/static/gifts/star.webp"}}  # fmt: skip


async def test_a_gift_is_added_priced_and_retired_but_never_deleted(
    client: httpx.AsyncClient, cast: Any, db: Database
) -> None:
    olga = cast.olga.headers
    first = await client.post("/v1/office/gifts", json=NEW, headers=olga)
    assert first.status_code == 201, first.text
    again = await client.post("/v1/office/gifts", json=NEW, headers=olga)
    assert (again.json(), again.headers["Idempotent-Replay"]) == (first.json(), "true")
    other = await client.post("/v1/office/gifts", json=NEW | {"coins": 43}, headers=olga)
    assert (other.status_code, other.json()["code"]) == (409, "id-reused")
    assert (await client.patch("/v1/office/gifts/moon", json={"coins": 50}, headers=olga)).json()["coins"] == 50
    shown = (await client.get("/v1/catalog/gifts")).json()["items"]
    assert {g["id"]: g["coins"] for g in shown}["moon"] == 50
    for _ in range(2):
        assert (await client.post("/v1/office/gifts/moon/retire", headers=olga)).json()["retired_at"]
    assert "moon" not in {g["id"] for g in (await client.get("/v1/catalog/gifts")).json()["items"]}
    assert "moon" in {g["id"] for g in (await client.get("/v1/office/gifts", headers=olga)).json()["items"]}
    async with db.read() as tx:
        verbs = [r["verb"] for r in await tx.rows("SELECT verb FROM kit.trail ORDER BY n")]
        assert verbs == ["gift.added", "gift.changed", "gift.retired"]
        assert (await trail.verify(tx)).broken_at is None


@pytest.mark.parametrize(
    "change",
    [{"id": "Moon!"}, {"coins": 0}, {"coins": 10**7}, {"name": "a\u0000b"}, {"name": "\u202e"}, {"tier": "huge"},
     {"art": {"recipe": "explode", "accent": "#000000"}}, {"art": {"recipe": "spin", "accent": "red"}},
     {"art": {"recipe": "spin", "accent": "#000000", "still": "https://evil.example/x.webp"}}, {"position": -1},
     {"extra": True}],
)  # fmt: skip
async def test_a_bad_gift_is_refused_by_name(client: httpx.AsyncClient, cast: Any, change: dict[str, Any]) -> None:
    answer = await client.post("/v1/office/gifts", json=NEW | change, headers=cast.olga.headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), answer.text
    assert len((await client.get("/v1/catalog/gifts")).json()["items"]) == 40


async def test_a_price_book_is_said_whole_and_stays_in_line(client: httpx.AsyncClient, cast: Any) -> None:
    olga, url = cast.olga.headers, "/v1/office/price-books/DE/web"
    made = await client.put(url, json=EURO_BOOK, headers=olga)
    assert made.status_code == 200, made.text
    assert made.json() == EURO_BOOK | {
        "region": "DE", "channel": "web",
        "bundles": [b | {"product_id": None} for b in EURO_BOOK["bundles"]]}  # fmt: skip
    repriced = EURO_BOOK | {"bundles": [{"coins": 100, "price_minor": 125}, {"coins": 2000, "price_minor": 2000}]}
    body = (await client.put(url, json=repriced, headers=olga)).json()
    assert [(b["coins"], b["price_minor"]) for b in body["bundles"]] == [(100, 125), (2000, 2000)]
    for change, status, code in (
        ({"bundles": [{"coins": 9, "price_minor": 100}, {"coins": 18, "price_minor": 201}]}, 409, "book-out-of-line"),
        ({"bundles": [{"coins": 100, "price_minor": 100}, {"coins": 100, "price_minor": 90}]}, 400, "invalid"),
        ({"bundles": []}, 400, "invalid"),
        ({"currency": "USD", "unit_usd_micros": 1_000_000}, 409, "conflict"),
        ({"currency": "USD"}, 400, "invalid"),
        ({"custom_amount": {"coins_min": 5, "coins_max": 4, "micros_per_coin": 1}}, 400, "invalid"),
        ({"tax_bps": 10_001}, 400, "invalid"),
    ):  # fmt: skip
        refused = await client.put(url, json=EURO_BOOK | change, headers=olga)
        assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
    for path in ("de/web", "DE/fax", "DEU/web", "D1/web"):
        assert (await client.put(f"/v1/office/price-books/{path}", json=EURO_BOOK, headers=olga)).status_code == 404
    books = (await client.get("/v1/office/price-books", headers=olga)).json()["items"]
    assert [(b["region"], b["channel"]) for b in books] == [
        ("US", "web"), ("US", "apple"), ("US", "google"), ("DE", "web")]  # fmt: skip


async def test_the_office_is_for_staff(client: httpx.AsyncClient, cast: Any) -> None:
    for headers, status in ((cast.bob.headers, 403), ({}, 401)):
        answers = [
            await client.get("/v1/office/gifts", headers=headers),
            await client.post("/v1/office/gifts", json=NEW, headers=headers),
            await client.patch("/v1/office/gifts/rose", json={"coins": 5}, headers=headers),
            await client.post("/v1/office/gifts/rose/retire", headers=headers),
            await client.get("/v1/office/price-books", headers=headers),
            await client.put("/v1/office/price-books/US/web", json=EURO_BOOK, headers=headers),
        ]
        assert {a.status_code for a in answers} == {status}


async def test_another_process_learns_of_a_change_by_news(
    catalog: CatalogService, elsewhere: CatalogService, cast: Any
) -> None:
    await catalog.change_gift(cast.olga.key, "rose", {"coins": 3})
    for _ in range(100):
        rose = elsewhere.gift("rose")
        if rose is not None and rose.coins == 3:
            return
        await asyncio.sleep(0.02)
    pytest.fail("the change did not arrive")


async def test_a_change_is_found_without_news(catalog: CatalogService, elsewhere: CatalogService, cast: Any) -> None:
    await elsewhere._news.close()
    await catalog.change_gift(cast.olga.key, "rose", {"coins": 3})
    await elsewhere._look()
    rose = elsewhere.gift("rose")
    assert rose is not None
    assert rose.coins == 3
