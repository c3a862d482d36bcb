"""Limits that people set themselves: tighter at once, looser tomorrow, and a break that nobody shortens."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from largesse import ledger
from largesse.kit.db import Database
from largesse.kit.money import Money
from largesse.safety import LimitsService
from largesse.safety.model import LOOSENING, OwnLimit, changed, in_force, is_tighter, months_later
from largesse.safety.routes_limits import limit_routes

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
AMOUNT = st.none() | st.integers(0, 100)


@pytest.fixture
def limits(db: Database) -> LimitsService:
    return LimitsService(db)


@pytest.fixture
async def client(app_client: Any, limits: LimitsService, accounts_service: Any) -> httpx.AsyncClient:
    made: httpx.AsyncClient = await app_client(limit_routes, accounts=accounts_service, limits=limits)
    return made


async def put(client: httpx.AsyncClient, who: Any, **body: Any) -> dict[str, Any]:
    answer = await client.put("/v1/me/limits", json=body, headers=who.headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


# The rule


@given(current=AMOUNT, wanted=AMOUNT)
def test_a_tighter_limit_holds_at_once_and_a_looser_one_in_a_day(current: int | None, wanted: int | None) -> None:
    after = changed(OwnLimit(name="give_day", amount=current), wanted, NOW)
    if wanted == current or is_tighter(wanted, current):
        assert after == OwnLimit(name="give_day", amount=wanted)
    else:
        assert (after.amount, after.next_amount, after.next_at) == (current, wanted, NOW + LOOSENING)
        assert in_force(after, NOW + LOOSENING - timedelta(seconds=1)).amount == current
        assert in_force(after, NOW + LOOSENING) == OwnLimit(name="give_day", amount=wanted)


@given(asked=st.lists(st.tuples(AMOUNT, st.integers(0, 30)), max_size=12))
def test_whatever_loosens_was_asked_for_a_day_before(asked: list[tuple[int | None, int]]) -> None:
    limit, now, before = OwnLimit(name="give_day", amount=50), NOW, OwnLimit(name="give_day", amount=50).amount
    wishes: list[tuple[datetime, int | None]] = []
    for wanted, hours in asked:
        now += timedelta(hours=hours)
        limit = changed(limit, wanted, now)
        wishes.append((now, wanted))
        allowed = in_force(limit, now).amount
        if allowed != before and not is_tighter(allowed, before):
            assert any(now - at >= LOOSENING and not is_tighter(wish, allowed) for at, wish in wishes)
        before = allowed


def test_asking_again_for_the_same_does_not_wait_longer_and_for_less_forgets_it() -> None:
    waiting = changed(OwnLimit(name="give_day", amount=10), 20, NOW)
    later = NOW + timedelta(hours=5)
    assert changed(waiting, 20, later) == waiting
    assert changed(waiting, 30, later).next_at == later + LOOSENING
    assert changed(waiting, 5, later) == OwnLimit(name="give_day", amount=5)
    assert changed(waiting, 10, later) == OwnLimit(name="give_day", amount=10)


def test_money_in_another_currency_cannot_be_called_tighter() -> None:
    assert not is_tighter(Money(1, "JPY"), Money(1000, "USD"))
    assert changed(OwnLimit(name="buy_day", amount=Money(1000, "USD")), Money(1, "JPY"), NOW).next_at is not None


@pytest.mark.parametrize(
    ("at", "months", "expected"),
    [((2026, 8, 31), 6, (2027, 2, 28)), ((2026, 11, 25), 12, (2027, 11, 25)), ((2026, 1, 31), 13, (2027, 2, 28))],
)
def test_months_end_on_the_same_day_or_the_last(at: Any, months: int, expected: Any) -> None:
    assert months_later(datetime(*at, tzinfo=UTC), months) == datetime(*expected, tzinfo=UTC)


# Over HTTP


async def test_limits_are_set_shown_and_reach_the_wallet(client: httpx.AsyncClient, db: Database, cast: Any) -> None:
    give = {"day": 500, "week": None, "per_gift": 100}
    body = await put(client, cast.alice, give=give, buy={"month": {"minor": 5000, "currency": "USD"}})
    assert body["give"]["day"] == {"coins": 500, "next_coins": None, "next_at": None}
    assert body["give"]["week"]["coins"] is None
    assert body["buy"]["month"]["money"] == {"minor": 5000, "currency": "USD"}
    async with db.read() as tx:
        wallet = await ledger.get_wallet(tx, cast.alice.key)
    assert (wallet.own_day_max, wallet.own_week_max, wallet.own_month_max, wallet.own_gift_max) == (
        500,
        None,
        None,
        100,
    )
    body = await put(client, cast.alice, give={"day": 800})
    assert (body["give"]["day"]["coins"], body["give"]["day"]["next_coins"]) == (500, 800)
    assert body["give"]["per_gift"]["coins"] == 100, "what is not named stays"
    assert (await client.get("/v1/me/limits", headers=cast.alice.headers)).json() == body
    assert (await client.get("/v1/me/limits", headers=cast.charlie.headers)).json()["give"]["day"]["coins"] is None


async def test_a_loosened_limit_reaches_the_wallet_when_its_day_has_come(
    client: httpx.AsyncClient, db: Database, cast: Any, limits: LimitsService
) -> None:
    await put(client, cast.alice, give={"day": 10, "month": 50})
    await put(client, cast.alice, give={"day": None, "month": 90})
    await limits.apply_due()

    async def own() -> tuple[int | None, int | None]:
        async with db.read() as tx:
            wallet = await ledger.get_wallet(tx, cast.alice.key)
        return wallet.own_day_max, wallet.own_month_max

    assert await own() == (10, 50)
    async with db.write() as tx:
        await tx.execute("UPDATE safety.own_limit SET next_at = now() WHERE next_at IS NOT NULL")
    await limits.apply_due()
    assert await own() == (None, 90)


async def test_what_was_asked_for_is_kept_for_ever(client: httpx.AsyncClient, db: Database, cast: Any) -> None:
    await put(client, cast.alice, give={"day": 10})
    await put(client, cast.alice, give={"day": 20})
    async with db.read() as tx:
        rows = await tx.rows(
            "SELECT amount, effective_at > asked_at AS later FROM safety.own_limit_change ORDER BY key"
        )
    assert rows == [{"amount": 10, "later": False}, {"amount": 20, "later": True}]


async def test_a_break_begins_at_once_and_is_never_shortened(
    client: httpx.AsyncClient, db: Database, cast: Any
) -> None:
    long = await client.post("/v1/me/cool-off", json={"months": 6}, headers=cast.alice.headers)
    short = await client.post("/v1/me/cool-off", json={"days": 1}, headers=cast.alice.headers)
    assert short.json() == long.json()
    assert long.json()["kind"] == "exclusion"
    async with db.read() as tx:
        wallet = await ledger.get_wallet(tx, cast.alice.key)
    assert wallet.rests_until is not None
    assert wallet.rests_until > datetime.now(UTC) + timedelta(days=150)
    assert (await client.get("/v1/me/limits", headers=cast.alice.headers)).json()["rest"] == long.json()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("limits", {"give": {"day": -1}}), ("limits", {"give": {"day": "10"}}), ("limits", {"give": {"year": 1}}),
        ("limits", {"buy": {"day": 10}}), ("limits", {"buy": {"day": {"minor": 1, "currency": "usd"}}}),
        ("cool-off", {}), ("cool-off", {"days": 0}), ("cool-off", {"days": 91}), ("cool-off", {"months": 5}),
        ("cool-off", {"days": 1, "months": 6}),
    ],
)  # fmt: skip
async def test_what_makes_no_sense_is_refused(client: httpx.AsyncClient, cast: Any, path: str, body: Any) -> None:
    method = "PUT" if path == "limits" else "POST"
    answer = await client.request(method, f"/v1/me/{path}", json=body, headers=cast.alice.headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), answer.text
