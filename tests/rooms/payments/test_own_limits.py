"""A buyer's own limits and breaks, as an order meets them."""

from typing import Any

import httpx
import pytest

from largesse.kit.db import Database
from largesse.kit.money import Money
from largesse.safety import LimitsService

BUY = {"bundle_id": "web-us-350", "provider": "sandbox"}  # 3.20 dollars


@pytest.mark.parametrize("name", ["buy_day", "buy_week", "buy_month"])
async def test_an_order_over_ones_own_limit_is_refused_by_name(
    client: httpx.AsyncClient, db: Database, cast: Any, name: str
) -> None:
    await LimitsService(db).set_limits(cast.alice.key, {name: Money(700, "USD")})
    answers = [await client.post("/v1/purchases", json=BUY, headers=cast.alice.headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 403]
    refused = answers[-1].json()
    assert (refused["code"], refused["limit"]) == ("limit-reached", f"own-{name.replace('_', '-')}")
    assert refused["resets_at"]
    assert (await client.post("/v1/purchases", json=BUY, headers=cast.charlie.headers)).status_code == 201


async def test_nobody_buys_in_a_break(client: httpx.AsyncClient, db: Database, cast: Any) -> None:
    rest = await LimitsService(db).rest(cast.alice.key, "cool_off", days=7)
    answer = await client.post("/v1/purchases", json=BUY, headers=cast.alice.headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "resting")
    assert answer.json()["until"].startswith(f"{rest.until:%Y-%m-%d}")


async def test_what_was_spent_and_what_is_left_are_told_as_orders_are_judged(
    client: httpx.AsyncClient, db: Database, cast: Any
) -> None:
    await LimitsService(db).set_limits(cast.alice.key, {"buy_day": Money(700, "USD"), "buy_week": Money(1000, "EUR")})
    before = (await client.get("/v1/me/buying", headers=cast.alice.headers)).json()
    assert before["day"]["spent"] == {"minor": 0, "currency": "USD"}
    assert before["month"]["left"] is None
    await client.post("/v1/purchases", json=BUY, headers=cast.alice.headers)
    found = (await client.get("/v1/me/buying", headers=cast.alice.headers)).json()
    assert (found["day"]["spent"]["minor"], found["day"]["left"]["minor"]) == (320, 380)
    assert found["week"]["spent"]["currency"] == found["week"]["left"]["currency"] == "EUR"
    assert 990 <= found["week"]["spent"]["minor"] + found["week"]["left"]["minor"] <= 1001
    assert found["month"]["spent"] == {"minor": 320, "currency": "USD"}
    for status in (201, 403):  # 3.80 are left: one more, and no other
        answer = await client.post("/v1/purchases", json=BUY, headers=cast.alice.headers)
        assert answer.status_code == status
    found = (await client.get("/v1/me/buying", headers=cast.alice.headers)).json()
    assert found["day"]["left"] == {"minor": 60, "currency": "USD"}
    await LimitsService(db).set_limits(cast.alice.key, {"buy_day": Money(100, "USD")})
    found = (await client.get("/v1/me/buying", headers=cast.alice.headers)).json()
    assert found["day"]["left"] == {"minor": 0, "currency": "USD"}
    assert (await client.get("/v1/me/buying")).status_code == 401
