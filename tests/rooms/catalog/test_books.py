"""Prices are changed by two people, whole book by whole book, at their time."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest

from largesse import catalog as room
from largesse.catalog import CatalogService
from largesse.catalog.routes import routes
from largesse.kit import ids
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.news import News
from largesse.policy import PolicyService

EUROS = {
    "currency": "EUR", "tax_bps": 1900, "unit_usd_micros": 1_080_000,
    "bundles": [{"coins": 100, "price_minor": 119}, {"coins": 1000, "price_minor": 1099}],
}  # fmt: skip
BOOK = "/v1/office/price-books/DE/web/proposals"
PROPOSALS = "/v1/office/price-book-proposals"


@pytest.fixture
async def catalog(db: Database, news: News, settings: Settings) -> AsyncIterator[CatalogService]:
    """Of a service that is no sandbox."""
    async with db.write() as tx:
        assert await room.seed(tx)
    outside = msgspec.structs.replace(settings, sandbox=False)
    service = CatalogService(db, news, PolicyService(db, outside), outside)
    await service.open()
    yield service
    await service.close()


@pytest.fixture
async def client(
    app_client: Any, catalog: CatalogService, accounts_service: Any, db: Database, settings: Settings
) -> httpx.AsyncClient:
    policy = PolicyService(db, settings)
    made: httpx.AsyncClient = await app_client(routes, accounts=accounts_service, catalog=catalog, policy=policy)
    return made


@pytest.fixture
async def oscar(make_person: Any) -> Any:
    """The second pair of eyes."""
    return await make_person("oscar", roles=("finance",))


async def propose(client: httpx.AsyncClient, who: Any, path: str = BOOK, **changes: Any) -> httpx.Response:
    return await client.post(path, json=EUROS | {"reason": "r"} | changes, headers=who.headers)


async def decide(client: httpx.AsyncClient, proposal: str, verb: str, who: Any) -> httpx.Response:
    return await client.post(f"{PROPOSALS}/{proposal}/{verb}", headers=who.headers)


async def on_sale(client: httpx.AsyncClient, region: str = "DE") -> list[tuple[int, int, str]]:
    found = (await client.get(f"/v1/catalog/bundles?channel=web&region={region}")).json()["items"]
    return [(one["coins"], one["price"]["minor"], one["price"]["currency"]) for one in found]


async def test_a_price_book_holds_when_a_second_person_approves(
    client: httpx.AsyncClient, cast: Any, oscar: Any
) -> None:
    before = await on_sale(client)
    made = (await propose(client, cast.olga)).json()
    assert (made["status"], made["region"], made["channel"]) == ("proposed", "DE", "web")
    alone = await decide(client, made["id"], "approve", cast.olga)
    assert (alone.status_code, alone.json()["code"]) == (409, "four-eyes")
    assert await on_sale(client) == before
    approved = await decide(client, made["id"], "approve", oscar)
    assert (approved.status_code, approved.json()["status"]) == (200, "applied")
    assert await on_sale(client) == [(100, 119, "EUR"), (1000, 1099, "EUR")]
    again = await decide(client, made["id"], "approve", oscar)
    assert (again.status_code, again.json()["code"]) == (409, "already-decided")


async def test_nobody_changes_prices_alone_outside_a_sandbox(client: httpx.AsyncClient, cast: Any) -> None:
    before = await on_sale(client, "US")
    alone = await client.put("/v1/office/price-books/DE/web", json=EUROS, headers=cast.olga.headers)
    assert (alone.status_code, alone.json()["code"]) == (409, "four-eyes")
    assert await on_sale(client, "US") == before
    assert (await propose(client, cast.alice)).status_code == 403


async def test_a_dated_book_comes_at_its_time_by_itself(
    client: httpx.AsyncClient, catalog: CatalogService, db: Database, cast: Any, oscar: Any
) -> None:
    before = await on_sale(client)
    at = datetime.now(UTC) + timedelta(seconds=2)
    made = (await propose(client, cast.olga, effective_at=at.isoformat())).json()
    approved = (await decide(client, made["id"], "approve", oscar)).json()
    assert (approved["status"], datetime.fromisoformat(approved["effective_at"])) == ("coming", at)
    await catalog.books.apply_due()
    assert await on_sale(client) == before
    await asyncio.sleep(max(0.0, (at - datetime.now(UTC)).total_seconds()) + 0.1)
    await asyncio.gather(*(catalog.books.apply_due() for _ in range(3)))  # three workers at once
    assert await on_sale(client) == [(100, 119, "EUR"), (1000, 1099, "EUR")]
    async with db.read() as tx:
        assert await tx.scalar("SELECT count(*) FROM kit.trail WHERE verb = 'book.put'") == 1


async def test_a_book_can_be_taken_back_before_its_time_and_turned_down_before_that(
    client: httpx.AsyncClient, catalog: CatalogService, db: Database, cast: Any, oscar: Any
) -> None:
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    made = (await propose(client, cast.olga, effective_at=later)).json()["id"]
    early = await decide(client, made, "cancel", oscar)
    assert (early.status_code, early.json()["code"]) == (409, "conflict")
    await decide(client, made, "approve", oscar)
    assert (await decide(client, made, "cancel", cast.olga)).json()["status"] == "canceled"
    async with db.write() as tx:
        await tx.execute("UPDATE catalog.coming_book SET effective_at = now() - interval '1 minute'")
    await catalog.books.apply_due()
    assert all(currency == "USD" for _, _, currency in await on_sale(client))
    for who, status in ((oscar, "rejected"), (cast.olga, "withdrawn")):
        other = (await propose(client, cast.olga)).json()["id"]
        assert (await decide(client, other, "reject", who)).json()["status"] == status
    listed = (await client.get(f"{PROPOSALS}?limit=2", headers=oscar.headers)).json()
    rest = (await client.get(f"{PROPOSALS}?cursor={listed['next_cursor']}", headers=oscar.headers)).json()
    states = [one["status"] for one in listed["items"] + rest["items"]]
    assert (states, rest["next_cursor"]) == (["withdrawn", "rejected", "canceled"], None)


async def test_each_region_and_channel_has_its_own_book(client: httpx.AsyncClient, cast: Any, oscar: Any) -> None:
    for path, price in (("DE/apple", 199), ("DE/google", 179), ("AT/web", 129)):
        bundles = [{"coins": 100, "price_minor": price, "product_id": "coins_100"}]
        made = await propose(client, cast.olga, f"/v1/office/price-books/{path}/proposals", bundles=bundles)
        assert (await decide(client, made.json()["id"], "approve", oscar)).json()["status"] == "applied"
    books = (await client.get("/v1/office/price-books", headers=oscar.headers)).json()["items"]
    found = {(one["region"], one["channel"]): one["bundles"][0]["price_minor"] for one in books}
    assert (found["DE", "apple"], found["DE", "google"]) == (199, 179)
    assert (found["AT", "web"], ("DE", "web") in found) == (129, False)


async def test_a_bad_book_is_refused_when_it_is_proposed(client: httpx.AsyncClient, cast: Any) -> None:
    worse = [{"coins": 100, "price_minor": 119}, {"coins": 200, "price_minor": 400}]
    out_of_line = await propose(client, cast.olga, bundles=worse)
    assert (out_of_line.status_code, out_of_line.json()["code"]) == (409, "book-out-of-line")
    other_currency = await propose(client, cast.olga, BOOK.replace("DE", "US"))
    assert (other_currency.status_code, other_currency.json()["code"]) == (409, "conflict")
    for path in ("Germany/web", "DE/steam"):
        assert (await propose(client, cast.olga, f"/v1/office/price-books/{path}/proposals")).status_code == 404
    for field, bad in (("bundles", {"bundles": []}), ("currency", {"currency": "euro"}), ("reason", {"reason": ""})):
        answer = await propose(client, cast.olga, **bad)
        assert (answer.status_code, answer.json()["fields"][0]["name"]) == (400, field)


async def test_the_same_proposal_again_is_the_same_book(client: httpx.AsyncClient, cast: Any) -> None:
    same = ids.encode("proposal", ids.new())
    first, again = await propose(client, cast.olga, id=same), await propose(client, cast.olga, id=same)
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replay"] == "true"
    other = await propose(client, cast.olga, id=same, tax_bps=700)
    assert (other.status_code, other.json()["code"]) == (409, "id-reused")


async def test_two_who_approve_at_once_are_one_approval(
    client: httpx.AsyncClient, cast: Any, oscar: Any, make_person: Any
) -> None:
    olivia = await make_person("olivia", roles=("admin",))
    made = (await propose(client, cast.olga)).json()["id"]
    answers = await asyncio.gather(*(decide(client, made, "approve", who) for who in (oscar, olivia)))
    assert sorted(one.status_code for one in answers) == [200, 409]
