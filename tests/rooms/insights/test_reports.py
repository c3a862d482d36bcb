"""Finance's reports sum to the books, as JSON and as CSV."""

import csv
import io
from typing import Any

import httpx
import pytest

from largesse.insights.routes_office import office_routes
from largesse.kit import ids
from largesse.ledger import Cohort, Liability, RollForward

REPORTS = ("trial-balance", "deferred-revenue", "liabilities", "breakage")


@pytest.fixture
async def client(desk: Any, app_client: Any, accounts_service: Any, cast: Any) -> httpx.AsyncClient:
    client: httpx.AsyncClient = await app_client(
        office_routes, as_=cast.olga, accounts=accounts_service, finance=desk.finance
    )
    return client


async def test_deferred_revenue_rolls_from_month_to_month(desk: Any) -> None:
    await desk.books.buy(desk.alice, 10, 501, "EUR")
    await desk.wait(31)
    await desk.close_hours()
    first = await desk.finance.deferred_revenue(desk.month)
    assert first == [
        RollForward(currency="EUR", opening=0, sold=418, given=0, recognised=0, removed=0, closing=418),
        RollForward(currency="USD", opening=0, sold=1166, given=0, recognised=700, removed=0, closing=466),
    ]
    async with desk.db.read() as tx:
        now = await tx.scalar("SELECT now()")
    await desk.give(400)
    await desk.wait(31)
    await desk.close_hours()
    second = await desk.finance.deferred_revenue(now.date().replace(day=1))
    assert [line.opening for line in second] == [line.closing for line in first]
    for line in second:
        assert line.opening + line.sold + line.given - line.recognised - line.removed == line.closing
    assert second[1].closing == 0


async def test_what_is_owed_is_what_is_unspent_and_what_is_held(desk: Any) -> None:
    await desk.books.grant(desk.alice, 25)
    await desk.wait(1)
    await desk.close_hours()
    assert await desk.finance.liabilities() == [
        Liability(what="coins:paid", currency="USD", units=400, minor=466),
        Liability(what="coins:promo", currency="", units=25, minor=0),
        Liability(what="diamonds:pending", currency="USD", units=420_000, minor=294),
        Liability(what="liabilities:coins", currency="USD", units=None, minor=466),
        Liability(what="liabilities:creators", currency="USD", units=None, minor=294),
        Liability(what="liabilities:tax", currency="USD", units=None, minor=233),
    ]
    await desk.wait(20)
    assert "diamonds:available" in [line.what for line in await desk.finance.liabilities()]


async def test_breakage_says_what_is_unspent_of_each_month(desk: Any) -> None:
    found = await desk.finance.breakage()
    (month,) = {cohort.month for cohort in found}
    assert found == [
        Cohort(
            month=month, line="paid", currency="USD", laid=1000, spent=600, removed=0, unspent=400, unspent_minor=466
        )
    ]


@pytest.mark.parametrize("name", REPORTS)
async def test_a_report_is_the_same_as_json_and_as_csv(client: httpx.AsyncClient, desk: Any, name: str) -> None:
    asked = {"month": f"{desk.month:%Y-%m}"} if name in {"trial-balance", "deferred-revenue"} else {}
    as_json = await client.get(f"/v1/office/reports/{name}", params=asked)
    as_csv = await client.get(f"/v1/office/reports/{name}.csv", params=asked)
    assert (as_json.status_code, as_csv.status_code) == (200, 200)
    assert as_csv.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(as_csv.text)))
    items = as_json.json()["items"]
    assert rows
    assert rows == [{k: "" if v is None else str(v) for k, v in item.items()} for item in items]


async def test_reports_and_closes_are_finances(client: httpx.AsyncClient, desk: Any, cast: Any) -> None:
    month = {"month": f"{desk.month:%Y-%m}"}
    for name in REPORTS:
        answer = await client.get(f"/v1/office/reports/{name}", params=month, headers=cast.alice.headers)
        assert answer.status_code == 403
    answer = await client.post("/v1/office/period-closes", json={**month, "reason": "r"}, headers=cast.alice.headers)
    assert answer.status_code == 403
    assert (await client.get("/v1/office/reports/trial-balance", params={"month": "2026-13"})).status_code == 400


async def test_a_close_is_proposed_listed_and_withdrawn_over_http(client: httpx.AsyncClient, desk: Any) -> None:
    month = f"{desk.month:%Y-%m}"
    answer = await client.post("/v1/office/period-closes", json={"month": month, "reason": "r"})
    assert (answer.status_code, answer.json()["code"]) == (409, "month-not-over")
    await desk.wait(31)
    await desk.close_hours()
    answer = await client.post("/v1/office/period-closes", json={"month": month, "reason": "r"})
    assert answer.status_code == 201, answer.text
    proposal = answer.json()["id"]
    answer = await client.post(f"/v1/office/period-closes/{proposal}/approve")
    assert (answer.status_code, answer.json()["code"]) == (409, "four-eyes")
    answer = await client.post(f"/v1/office/period-closes/{proposal}/reject")
    assert answer.json()["state"] == "withdrawn"
    listed = await client.get("/v1/office/period-closes")
    assert [one["month"] for one in listed.json()["items"]] == [month]
    assert (await client.get("/v1/office/periods")).json() == {"items": []}


async def test_a_month_says_how_it_stands_and_who_the_two_people_were(
    client: httpx.AsyncClient, desk: Any, cast: Any
) -> None:
    month = f"{desk.month:%Y-%m}"

    async def months() -> list[dict[str, Any]]:
        answer = await client.get("/v1/office/months")
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    assert [(one["month"], one["state"]) for one in await months()] == [(month, "open")]
    await desk.wait(62)
    running, between, first = await months()
    assert (running["state"], between["state"], first["state"]) == ("open", "open", "open")  # an hour is not closed
    await desk.close_hours()
    assert [one["state"] for one in await months()] == ["open", "closable", "closable"]
    proposal = (await client.post("/v1/office/period-closes", json={"month": between["month"], "reason": "r"})).json()
    _, between, first = await months()
    assert (between["state"], first["state"]) == ("proposed", "closable")
    assert (between["proposal"], between["reason"]) == (proposal["id"], "r")
    assert (between["proposed_by"]["username"], between["approved_by"]) == ("olga", None)
    await desk.finance.approve_close(by=desk.oscar, proposal=ids.decode(proposal["id"], "proposal"))
    running, between, first = await months()
    assert running["state"] == "open"
    for one in (between, first):
        assert (one["state"], one["frozen_with"]) == ("frozen", between["month"])
        assert (one["proposed_by"]["username"], one["approved_by"]["username"]) == ("olga", "oscar")
    answer = await client.get("/v1/office/months", headers=cast.alice.headers)
    assert answer.status_code == 403


async def test_a_month_whose_proposal_was_withdrawn_can_be_closed_again(client: httpx.AsyncClient, desk: Any) -> None:
    await desk.wait(31)
    await desk.close_hours()
    asked = {"month": f"{desk.month:%Y-%m}", "reason": "r"}
    proposal = (await client.post("/v1/office/period-closes", json=asked)).json()["id"]
    await client.post(f"/v1/office/period-closes/{proposal}/reject")
    seen = (await client.get("/v1/office/months")).json()["items"][1]
    assert (seen["state"], seen["proposal"]) == ("closable", None)
