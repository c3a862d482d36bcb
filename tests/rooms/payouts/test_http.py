"""Withdrawing over HTTP: as api.md says, for its creator, with the office's part."""

from typing import Any

import httpx
import pytest

from largesse.payouts import PayoutsService
from largesse.payouts.routes import routes
from largesse.policy import Rates


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


async def test_a_creator_withdraws_and_the_office_approves(client: httpx.AsyncClient, desk: Any, cast: Any) -> None:
    await desk.earn()
    bob, olga = cast.bob.headers, cast.olga.headers

    async def post(path: str, body: Any, headers: dict[str, str], status: int = 201) -> httpx.Response:
        answer = await client.post(path, json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer

    method = (await post("/v1/me/payout-methods", {"rail": "sandbox", "currency": "USD"}, bob)).json()
    terms = (await client.get("/v1/me/payouts/terms", headers=bob)).json()
    assert (terms["available_milli"], terms["available"]["minor"], terms["left"]["minor"]) == (
        21_000_000,
        14_700,
        100_000,
    )
    assert terms["rails"] == [{"rail": "sandbox", "currencies": []}]
    ask = {"method_id": method["id"], "diamonds_milli": 14_286_000}
    quote = (await post("/v1/me/payouts/quote", ask, bob)).json()
    assert (quote["gross"]["minor"], quote["fee"]["minor"], quote["net"]["minor"]) == (10_000, 175, 9825)
    assert quote["rate"]["per_dollar"] == "1"
    keyed = bob | {"Idempotency-Key": "once"}
    made = await post("/v1/me/payouts", {"quote_id": quote["quote_id"]}, keyed)
    again = await post("/v1/me/payouts", {"quote_id": quote["quote_id"]}, keyed)
    assert (again.json(), again.headers["Idempotent-Replay"]) == (made.json(), "true")
    payout = made.json()["id"]
    assert payout.startswith("payout_")
    await post(f"/v1/me/payouts/{payout}/cancel", {}, cast.alice.headers, 403)
    await post(f"/v1/office/payouts/{payout}/approve", {}, bob, 403)
    queue = (await client.get("/v1/office/payouts?status=review", headers=olga)).json()
    assert [one["payout"]["id"] for one in queue["items"]] == [payout]
    await post(f"/v1/office/payouts/{payout}/approve", {}, olga, 200)
    await desk.carrying.work()
    seen = (await client.get(f"/v1/me/payouts/{payout}", headers=bob)).json()
    assert (seen["status"], seen["history"][2]["actor"]) == ("paid", "staff")
    terms = (await client.get("/v1/me/payouts/terms", headers=bob)).json()
    assert (terms["available"]["minor"], terms["left"]["minor"]) == (4_699, 90_000)
    late = await post(f"/v1/me/payouts/{payout}/cancel", {}, bob, 409)
    assert late.json()["code"] == "payout-not-now"
    diamonds = (await client.get("/v1/me/diamonds", headers=bob)).json()
    assert diamonds["paid_milli"] == 14_285_715


async def test_finance_sees_what_a_policy_would_change(client: httpx.AsyncClient, desk: Any, cast: Any) -> None:
    await desk.earn()
    current = await desk.policy.current()
    rates = {name: getattr(current, name) for name in Rates.__struct_fields__} | {"share_bps": 8000}
    path = "/v1/office/policies/effect"
    assert (await client.post(path, json=rates, headers=cast.bob.headers)).status_code == 403
    found = (await client.post(path, json=rates, headers=cast.olga.headers)).json()
    assert (found["coins"], found["now_milli"], found["next_milli"]) == (30_000, 21_000_000, 24_000_000)
    assert (found["now_value"]["minor"], found["next_value"]["minor"]) == (14_700, 16_800)
    unwhole = await client.post(path, json=rates | {"share_bps": 8001}, headers=cast.olga.headers)
    assert unwhole.status_code == 400
