"""What is behind a creator's figures: their days, the gifts of a day, and statements that add up month by month."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import httpx
import pypdf
import pytest

from bookkeeping import AT, Gift
from largesse import ledger
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.ledger import EarningDay, Move
from largesse.payouts import PayoutsService, monthly
from largesse.payouts.routes import routes
from largesse.policy import PolicyService

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def database_url(clock_url: str) -> str:
    return clock_url


@pytest.fixture
async def client(app_client: Any, desk: Any, accounts_service: Any) -> httpx.AsyncClient:
    made: httpx.AsyncClient = await app_client(
        routes, accounts=accounts_service, payouts=PayoutsService(desk.db, desk.policy), payout_methods=desk.methods,
        withdrawals=desk.requests, payouts_office=desk.office, payout_batches=desk.batches,
        bank_files=desk.bank_files,
    )  # fmt: skip
    return made


async def stage_of(db: Database, creator: int) -> int:
    """A LIVE of a creator's; its key."""
    async with db.write() as tx:
        key: int = await tx.scalar(
            "INSERT INTO stage.stage (id, kind, creator, title, status, started_at, ended_at)"
            " VALUES (gen_random_uuid(), 'live', %s, 'A LIVE', 'ended', now(), now()) RETURNING key",
            [creator],
        )
    return key


async def get(client: httpx.AsyncClient, path: str, member: Any, status: int = 200) -> Any:
    answer = await client.get(path, headers=member.headers)
    assert answer.status_code == status, answer.text
    return answer.json()


async def refund(desk: Any, purchase: str, coins: int) -> None:
    async with desk.db.write() as tx:
        await ledger.refund_coins(
            tx, purchase=purchase, coins=coins, via="psp", source="refund:1", happened_at=AT, reason="asked"
        )


async def test_every_figure_is_the_sum_of_the_days_behind_it(client: httpx.AsyncClient, desk: Any, cast: Any) -> None:
    await desk.earn()
    await desk.asked()
    live = await stage_of(desk.db, cast.bob.key)
    await desk.books.buy(cast.alice.key, 1_000)
    await desk.books.give(
        [Gift(cast.alice.key, cast.bob.key, 600, live), Gift(cast.alice.key, cast.bob.key, 400, live)]
    )
    await refund(desk, "purchase:2", 100)
    figures = await get(client, "/v1/me/diamonds", cast.bob)
    days = (await get(client, "/v1/me/diamonds/days", cast.bob))["items"]
    assert len(days) == 2
    for name in ("pending", "available", "held", "reserved", "paid"):
        assert figures[f"{name}_milli"] == sum(day[f"{name}_milli"] for day in days), name
    assert figures["lifetime_milli"] == sum(day["earned_milli"] - day["reversed_milli"] for day in days)
    assert (figures["pending_milli"], figures["reserved_milli"]) == (630_000, 14_285_715)
    for day in days:
        parts = ("reversed", "held", "pending", "available", "reserved", "paid")
        assert day["earned_milli"] == sum(day[f"{part}_milli"] for part in parts)
    pending = (await get(client, "/v1/me/diamonds/days?in=pending", cast.bob))["items"]
    assert [day["clears_on"] for day in pending] == [release["date"] for release in figures["releases"]]
    assert pending == days[:1]
    assert pending[0]["policy"]["id"] == figures["policy"]["id"]


async def test_days_come_page_by_page_and_in_a_span(client: httpx.AsyncClient, desk: Any, cast: Any) -> None:
    for _ in range(3):
        await desk.earn(70)
    whole = (await get(client, "/v1/me/diamonds/days", cast.bob))["items"]
    assert len(whole) == 3
    assert whole == sorted(whole, key=lambda day: str(day["date"]), reverse=True)
    paged, cursor = [], ""
    while cursor is not None:
        page = await get(client, f"/v1/me/diamonds/days?limit=1{cursor and '&cursor=' + cursor}", cast.bob)
        paged, cursor = paged + page["items"], page["next_cursor"]
    assert paged == whole
    middle = whole[1]["date"]
    assert (await get(client, f"/v1/me/diamonds/days?from={middle}&to={middle}", cast.bob))["items"] == whole[1:2]
    for cursor in ("x", "2026-01-01.x", "2026-13-01.1"):
        await get(client, f"/v1/me/diamonds/days?cursor={cursor}", cast.bob, 400)


async def test_the_gifts_of_a_day_are_what_that_day_earned(desk: Any, cast: Any) -> None:
    lives = [await stage_of(desk.db, cast.bob.key) for _ in range(2)]
    other = await stage_of(desk.db, cast.charlie.key)
    await desk.books.buy(cast.alice.key, 10_000, 10_000)
    given = [
        Gift(cast.alice.key, cast.charlie.key if live == other else cast.bob.key, 10 + n, live)
        for n, live in enumerate([*lives, other] * 4)
    ]
    for some in (given[:5], given[5:]):
        await desk.books.give(some)
    await desk.wait(1)
    await desk.books.give([Gift(cast.alice.key, cast.bob.key, 500, lives[0])])
    async with desk.db.read() as tx:
        earnings = await ledger.list_earnings(tx, cast.bob.key)
        for earning in earnings:
            gifts: list[ledger.GiftRow] = []
            while more := await ledger.list_received_on(
                tx, cast.bob.key, lives, day=earning.day, before=gifts[-1].receipt if gifts else None, limit=3
            ):
                gifts += more
            assert len({gift.receipt for gift in gifts}) == len(gifts) == earning.gifts
            assert sum(gift.diamonds_milli for gift in gifts) == earning.milli_in
            assert {gift.recorded_at.date() for gift in gifts} == {earning.day}
    assert [earning.gifts for earning in earnings] == [8, 1]


async def test_a_statement_adds_up_to_what_the_creator_has(client: httpx.AsyncClient, desk: Any, cast: Any) -> None:
    await desk.earn()
    live = await stage_of(desk.db, cast.bob.key)
    payout = await desk.asked()
    await desk.office.approve(cast.olga.key, payout.id)
    await desk.carrying.work()
    await desk.books.buy(cast.alice.key, 1_000)
    await desk.books.give([Gift(cast.alice.key, cast.bob.key, 1_000, live)])
    await refund(desk, "purchase:2", 100)
    figures = await get(client, "/v1/me/diamonds", cast.bob)
    months = (await get(client, "/v1/me/statements", cast.bob))["items"]
    newest = months[0]
    has = sum(figures[f"{name}_milli"] for name in ("pending", "available", "held"))
    assert newest["closing_milli"] == has
    assert not newest["over"]
    for later, earlier in pairwise(months):
        assert later["opening_milli"] == earlier["closing_milli"]
    assert sum(month["reversed_milli"] for month in months) == 70_000
    assert sum(month["withdrawn_milli"] for month in months) == 14_285_715
    moves: list[Any] = []
    for month in months:
        whole = await get(client, f"/v1/me/statements/{month['month']}", cast.bob)
        moves += whole.pop("moves")
        assert sum(day["earned_milli"] for day in whole.pop("days")) == month["earned_milli"]
        assert whole == month
        answer = await client.get(f"/v1/me/statements/{month['month']}/csv", headers=cast.bob.headers)
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        change = sum(int(row["diamonds_milli"]) for row in rows)
        assert change == month["closing_milli"] - month["opening_milli"]
        paper = await client.get(f"/v1/me/statements/{month['month']}/pdf", headers=cast.bob.headers)
        assert paper.headers["content-type"] == "application/pdf"
        text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(paper.content)).pages)
        for milli in (month["opening_milli"], month["earned_milli"], month["closing_milli"]):
            assert f"{milli / 1_000:,.3f}" in text, text
        assert f"@{cast.bob.username}" in text
    assert {move["kind"] for move in moves} == {"withdrawn", "arrived", "reversed"}
    arrived = next(move for move in moves if move["kind"] == "arrived")
    assert (arrived["gross"]["minor"], arrived["fee"]["minor"], arrived["sent"]["minor"]) == (10_000, 175, 9_825)
    assert arrived["payout_id"].startswith("payout_")


async def test_only_creators_have_statements_and_only_of_their_months(
    client: httpx.AsyncClient, desk: Any, cast: Any
) -> None:
    assert (await get(client, "/v1/me/statements", cast.bob))["items"] == []
    await desk.earn(70)
    for month in ("2020-01", "2099-01", "2026-13", "x", "2026-1"):
        await get(client, f"/v1/me/statements/{month}", cast.bob, 404)
        await get(client, f"/v1/me/statements/{month}/csv", cast.bob, 404)
        await get(client, f"/v1/me/statements/{month}/pdf", cast.bob, 404)
    for path in ("/v1/me/statements", "/v1/me/statements/2026-11", "/v1/me/diamonds/days"):
        await get(client, path, cast.alice, 403)
        assert (await client.get(path)).status_code == 401


async def test_the_estimate_is_in_the_currency_of_the_newest_method(
    client: httpx.AsyncClient, desk: Any, cast: Any
) -> None:
    await desk.earn()
    await desk.method(currency="USD")
    assert (await get(client, "/v1/me/diamonds", cast.bob))["estimated_local"] is None
    async with desk.db.write() as tx:
        await tx.execute(
            "INSERT INTO payouts.rate (currency, per_dollar, as_of, made_by) VALUES ('EUR', 0.8, %s, %s)",
            [datetime.now(UTC).date() + timedelta(days=40), cast.olga.key],
        )
    await desk.method(currency="EUR")
    local = (await get(client, "/v1/me/diamonds", cast.bob))["estimated_local"]
    assert local["value"] == {"minor": 11_760, "currency": "EUR"}
    assert (local["rate"]["per_dollar"], local["rate"]["source"]) == ("0.8", "operator")


async def test_months_open_with_what_the_one_before_closed_with(db: Database, settings: Settings) -> None:
    policy = await PolicyService(db, settings).current()

    def earned(day: date, milli: int) -> EarningDay:
        return EarningDay(
            day=day, policy=1, gifts=1, coins=1, milli_in=milli, milli_reversed=0, milli_held=0, milli_reserved=0,
            milli_redeemed=0,
        )  # fmt: skip

    def move(at: datetime, milli: int, source: str | None) -> Move:
        return Move(
            at=at, kind="x", source=source, milli=milli, gross_minor=None, fee_minor=None, sent_minor=None,
            sent_currency=None,
        )  # fmt: skip

    days = monthly.lines([earned(date(2025, 12, 31), 100), earned(date(2026, 3, 1), 7)], lambda _: policy, NOW)
    edge = datetime(2026, 2, 1, tzinfo=UTC)
    moves = [
        move(edge - timedelta(microseconds=1), -30, "payout:x"),
        move(edge, 30, "payout:x"),
        move(edge, -5, None),
        move(edge, 2, None),
    ]
    found = [
        (str(m.first), m.opening_milli, m.earned_milli, m.reversed_milli, m.withdrawn_milli, m.given_back_milli,
         m.closing_milli, m.is_over)
        for m in monthly.months(days, moves, NOW)
    ]  # fmt: skip
    assert found == [
        ("2026-03-01", 97, 7, 0, 0, 0, 104, False),
        ("2026-02-01", 70, 0, 3, 0, 30, 97, True),
        ("2026-01-01", 100, 0, 0, 30, 0, 70, True),
        ("2025-12-01", 0, 100, 0, 0, 0, 100, True),
    ]
