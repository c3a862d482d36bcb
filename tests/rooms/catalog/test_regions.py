"""Which features and providers exist where: dated, changed by two people, never rewritten; and how tax is shown."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import httpx
import msgspec
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from largesse import catalog as room
from largesse.catalog import CatalogService, PriceBook, asked
from largesse.catalog.regions import Region, by_country, coming, in_force
from largesse.catalog.routes import routes
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.news import News
from largesse.policy import PolicyService
from regional import OPEN, hold

NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)
BOOK = PriceBook(
    key=1, region="JP", channel="web", currency="JPY", tax_bps=1000, channel_fee_bps=0, channel_fee_minor=0,
    custom_coins_min=None, custom_coins_max=None, custom_micros_per_coin=None, unit_usd_micros=6_500,
)  # fmt: skip
EUROS = {
    "currency": "EUR", "tax_bps": 1900, "channel_fee_bps": 150, "channel_fee_minor": 25, "unit_usd_micros": 1_080_000,
    "bundles": [{"coins": 100, "price_minor": 119}, {"coins": 1000, "price_minor": 1099}],
    "custom_amount": {"coins_min": 10, "coins_max": 1000, "micros_per_coin": 12_000},
}  # fmt: skip


def version(country: str, at: datetime, **terms: Any) -> Region:
    return Region(
        key=1, country=country, effective_at=at, announced_at=at, proposed_by=None, approved_by=None, reason="",
        **{**OPEN, **terms},
    )  # fmt: skip


def test_the_newest_version_that_has_begun_holds_and_a_country_without_one_has_everybodys() -> None:
    day = timedelta(days=1)
    regions = by_country([
        version("DE", NEW_YEAR + day, withdraw_days=30), version("DE", NEW_YEAR, withdraw_days=14),
        version("", NEW_YEAR + day, withdraw_days=7), version("", NEW_YEAR - 9 * day),
    ])  # fmt: skip
    moment = timedelta(microseconds=1)
    for country, at, days in (
        ("DE", NEW_YEAR - moment, 0), ("DE", NEW_YEAR, 14), ("DE", NEW_YEAR + day - moment, 14),
        ("DE", NEW_YEAR + day, 30),
        ("FR", NEW_YEAR, 0), ("FR", NEW_YEAR + day, 7), ("", NEW_YEAR + day, 7),
    ):  # fmt: skip
        assert in_force(regions, country, at).withdraw_days == days, (country, at)
    assert [one.withdraw_days for one in coming(regions, "DE", NEW_YEAR)] == [30]
    assert [one.withdraw_days for one in coming(regions, "DE", NEW_YEAR - day)] == [14, 30]
    assert [one.withdraw_days for one in coming(regions, "FR", NEW_YEAR)] == [7]


@given(st.integers(1, 10**9), st.integers(0, 10_000), st.sampled_from(["JPY", "EUR", "KWD"]))
def test_a_price_has_its_tax_inside_or_on_top_exact_to_half_a_minor_unit(minor: int, rate: int, currency: str) -> None:
    book = msgspec.structs.replace(BOOK, currency=currency, tax_bps=rate)
    inside, tax = asked(book, minor, "included")
    net = inside.minor - tax.minor
    assert (inside.minor, inside.currency, tax.currency) == (minor, currency, currency)
    assert abs(Fraction(minor * 10_000, 10_000 + rate) - net) <= Fraction(1, 2)
    total, tax = asked(book, minor, "added")
    assert total.minor - tax.minor == minor
    assert abs(Fraction(minor * rate, 10_000) - tax.minor) <= Fraction(1, 2)
    store = msgspec.structs.replace(book, channel="apple")
    assert asked(store, minor, "added") == asked(store, minor, "included") == asked(book, minor, "included")


def test_a_tax_of_exactly_half_a_unit_goes_to_the_even_neighbour() -> None:
    half = msgspec.structs.replace(BOOK, tax_bps=1000)
    assert [asked(half, minor, "added")[1].minor for minor in (5, 15, 25, 35)] == [0, 2, 2, 4]


# The office


@pytest.fixture
async def catalog(db: Database, news: News, settings: Settings) -> AsyncIterator[CatalogService]:
    async with db.write() as tx:
        await room.seed(tx)
    service = CatalogService(db, news, PolicyService(db, settings), settings)
    await service.open()
    yield service
    await service.close()


@pytest.fixture
async def client(
    app_client: Any, catalog: CatalogService, db: Database, settings: Settings, accounts_service: Any
) -> httpx.AsyncClient:
    made: httpx.AsyncClient = await app_client(
        routes, accounts=accounts_service, catalog=catalog, policy=PolicyService(db, settings)
    )
    return made


@pytest.fixture
async def oscar(make_person: Any) -> Any:
    """The second pair of eyes."""
    return await make_person("oscar", roles=("finance",))


async def propose(client: httpx.AsyncClient, who: Any, **terms: Any) -> httpx.Response:
    body = {**OPEN, "countries": ["DE"], "reason": "the law says so", **terms}
    return await client.post("/v1/office/regions", json=body, headers=who.headers)


async def approve(client: httpx.AsyncClient, who: Any, proposal: str) -> httpx.Response:
    return await client.post(f"/v1/office/regions/{proposal}/approve", headers=who.headers)


async def test_one_person_proposes_and_another_announces_and_every_process_hears_it(
    client: httpx.AsyncClient, catalog: CatalogService, *, db: Database, settings: Settings, nats_url: str, cast: Any,
    oscar: Any,
) -> None:  # fmt: skip
    other = News(nats_url)
    await other.open()
    elsewhere = CatalogService(db, other, PolicyService(db, settings), settings)
    await elsewhere.open()
    made = await propose(client, cast.olga, giving=False, countries=["DE", "*"], withdraw_days=30)
    assert made.status_code == 201, made.text
    assert (made.json()["countries"], made.json()["terms"]["withdraw_days"]) == (["DE", "*"], 30)
    assert catalog.region("DE").giving
    alone = await approve(client, cast.olga, made.json()["id"])
    assert (alone.status_code, alone.json()["code"]) == (409, "four-eyes")
    done = await approve(client, oscar, made.json()["id"])
    assert (done.status_code, done.json()["state"]) == (200, "approved"), done.text
    assert not catalog.region("DE").giving
    for _ in range(100):
        if not elsewhere.region("DE").giving:
            break
        await asyncio.sleep(0.05)
    assert [elsewhere.region(country).giving for country in ("DE", "ZW", "FR")] == [False, False, True]
    again = await approve(client, oscar, made.json()["id"])
    assert (again.status_code, again.json()["code"]) == (409, "already-decided")
    await elsewhere.close()
    await other.close()


async def test_what_was_announced_is_kept_and_never_rewritten(
    client: httpx.AsyncClient, db: Database, cast: Any, oscar: Any
) -> None:
    for days, at in ((30, None), (60, "2199-01-01T00:00:00Z")):
        made = await propose(client, cast.olga, withdraw_days=days, effective_at=at)
        assert (await approve(client, oscar, made.json()["id"])).status_code == 200
    kept = (await client.get("/v1/office/region-versions?country=DE", headers=oscar.headers)).json()["items"]
    assert [one["terms"]["withdraw_days"] for one in kept] == [60, 30, 14]
    assert [(one["proposed_by"], one["approved_by"]) for one in kept] == [(cast.olga.key, oscar.key)] * 2 + [
        (None, None)
    ]
    for statement in ("UPDATE catalog.region SET giving = false", "DELETE FROM catalog.region"):
        with pytest.raises(psycopg.DatabaseError, match="for ever"):
            async with db.write() as tx:
                await tx.execute(statement)
    with pytest.raises(psycopg.errors.CheckViolation, match="region_four_eyes"):
        async with db.write() as tx:
            await tx.execute(
                "INSERT INTO catalog.region (country, effective_at, buying, giving, withdrawing, providers,"
                " withdraw_days, tax, proposed_by, approved_by, reason)"
                " VALUES ('DE', now(), true, true, true, '{}', 0, 'added', %(by)s, %(by)s, 'alone')",
                {"by": oscar.key},
            )


async def test_a_date_that_has_passed_or_is_taken_is_refused_and_the_proposal_stays_open(
    client: httpx.AsyncClient, cast: Any, oscar: Any
) -> None:
    later = await propose(client, cast.olga, effective_at="2199-01-01T00:00:00Z")
    assert (await approve(client, oscar, later.json()["id"])).status_code == 200
    for at in ("2026-06-01T00:00:00Z", "2199-01-01T00:00:00Z"):
        made = await propose(client, cast.olga, effective_at=at)
        refused = await approve(client, oscar, made.json()["id"])
        assert (refused.status_code, refused.json()["code"]) == (409, "conflict"), at
        listed = (await client.get("/v1/office/regions?limit=1", headers=oscar.headers)).json()
        assert (listed["items"][0]["state"], listed["next_cursor"]) == ("open", made.json()["id"])
        rejected = await client.post(f"/v1/office/regions/{made.json()['id']}/reject", headers=oscar.headers)
        assert rejected.json()["state"] == "rejected"


@pytest.mark.parametrize(
    "terms",
    [
        {"countries": []}, {"countries": ["XX"]}, {"countries": ["de"]}, {"countries": ["DE", "DE"]},
        {"providers": ["mail"]}, {"providers": ["stripe", "stripe"]}, {"withdraw_days": 366}, {"tax": "none"},
        {"effective_at": "1999-01-01T00:00:00Z"}, {"effective_at": "2027-01-01T00:00:00"}, {"more": 1},
    ],
    ids=str,
)  # fmt: skip
async def test_terms_that_mean_nothing_are_refused(client: httpx.AsyncClient, cast: Any, terms: dict[str, Any]) -> None:
    refused = await propose(client, cast.olga, **terms)
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid"), refused.text


async def test_only_finance_changes_regions(client: httpx.AsyncClient, cast: Any, make_person: Any) -> None:
    sam = await make_person("sam", roles=("support",))
    for who in (cast.alice, sam):
        assert (await propose(client, who)).status_code == 403
        for path in ("regions", "region-versions"):
            assert (await client.get(f"/v1/office/{path}", headers=who.headers)).status_code == 403
    assert (await client.get("/v1/office/regions")).status_code == 401


# Prices


async def test_where_tax_is_added_a_price_says_what_is_paid_and_the_tax_in_it(
    client: httpx.AsyncClient, catalog: CatalogService, db: Database, cast: Any
) -> None:
    assert (await client.put("/v1/office/price-books/DE/web", json=EUROS, headers=cast.olga.headers)).status_code == 200
    inside = (await client.get("/v1/catalog/bundles?region=DE")).json()
    tag = (await client.get("/v1/catalog/gifts?region=DE")).headers["ETag"]
    await hold(db, "DE", tax="added")
    await catalog.refresh()
    body = (await client.get("/v1/catalog/bundles?region=DE")).json()
    assert (inside["tax"], body["tax"]) == ({"included": True, "rate_bps": 1900}, {"included": False, "rate_bps": 1900})
    assert [(b["price"]["minor"], b["net"]["minor"], b["tax"]["minor"]) for b in inside["items"]] == [
        (119, 100, 19), (1099, 924, 175)]  # fmt: skip
    assert [(b["price"]["minor"], b["net"]["minor"], b["tax"]["minor"]) for b in body["items"]] == [
        (142, 119, 23), (1308, 1099, 209)]  # fmt: skip
    custom = (await client.get("/v1/catalog/bundles/quote?coins=500&region=DE")).json()
    assert [custom[part]["minor"] for part in ("price", "net", "tax")] == [708, 595, 113]
    assert custom["tax_included"] is False
    quote = (await client.get("/v1/catalog/gifts/lion/quote?region=DE")).json()
    lines = {line["kind"]: line["amount"]["minor"] for line in quote["lines"]}
    # 500 coins at 1.42 a hundred, 0.23 of them tax
    assert (quote["price"]["minor"], lines["tax"], quote["tax_included"]) == (710, 115, False)
    assert sum(lines.values()) == quote["price"]["minor"]
    gifts = await client.get("/v1/catalog/gifts?region=DE", headers={"If-None-Match": tag})
    assert next(g["price"]["minor"] for g in gifts.json()["items"] if g["id"] == "lion") == 710
    assert (await client.get("/v1/catalog/bundles?region=US")).json()["tax"]["included"] is True


async def test_a_stores_prices_have_their_tax_inside_wherever_they_are_sold(
    client: httpx.AsyncClient, catalog: CatalogService, db: Database
) -> None:
    await hold(db, "US", tax="added")
    await catalog.refresh()
    for channel, included in (("web", False), ("apple", True), ("google", True)):
        body = (await client.get(f"/v1/catalog/bundles?region=US&channel={channel}")).json()
        assert body["tax"]["included"] is included, channel
