"""Withdrawing over HTTP: as api.md says, for its creator, with the office's part."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from authenticating import PASSWORD, Authenticator
from largesse import safety
from largesse.accounts.routes import routes as account_routes
from largesse.kit import ids
from largesse.kit.clock import SetClock
from largesse.payouts import PayoutsService
from largesse.payouts.routes import routes
from largesse.policy import Rates


@pytest.fixture
def database_url(clock_url: str) -> str:
    return clock_url


@pytest.fixture
async def client(app_client: Any, desk: Any, accounts_service: Any) -> httpx.AsyncClient:
    made: httpx.AsyncClient = await app_client(
        [*routes, *account_routes], accounts=accounts_service, payouts=PayoutsService(desk.db, desk.policy),
        payout_methods=desk.methods,
        withdrawals=desk.requests, payouts_office=desk.office, payout_batches=desk.batches,
        bank_files=desk.bank_files,
    )  # fmt: skip
    return made


async def test_a_creator_withdraws_and_the_office_approves(client: httpx.AsyncClient, desk: Any, cast: Any) -> None:
    await desk.earn()
    await desk.give_code(cast.bob)
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
    async with desk.db.write() as tx:
        await safety.note_fact(tx, "shared-payout-method", [cast.bob.key, cast.charlie.key], source="payout_method:1")
    (signal,) = (await client.get(f"/v1/office/payouts/{payout}", headers=olga)).json()["signals"]
    assert (signal["kind"], signal["related_count"], signal["weight"]) == ("shared-payout-method", 1, 60)
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


async def test_a_code_comes_with_the_request_and_a_retried_one_is_taken_once(
    client: httpx.AsyncClient, desk: Any, cast: Any, clock: SetClock
) -> None:
    await desk.earn()
    clock.at += timedelta(days=15)
    bob = cast.bob.headers
    wanted = {"rail": "sandbox", "currency": "USD", "id": str(ids.new())}

    async def ask(path: str, body: dict[str, Any]) -> tuple[int, str | None]:
        answer = await client.post(path, json=body, headers=bob)
        return answer.status_code, answer.json().get("code")

    def passed(**time: int) -> None:
        clock.at += timedelta(**time)

    refused = await client.post("/v1/me/payout-methods", json=wanted, headers=bob)
    assert (refused.status_code, refused.json()["code"], refused.json()["enrolled"]) == (
        403, "second-factor-needed", False,
    )  # fmt: skip
    shown = await client.post("/v1/me/totp", json={"password": PASSWORD}, headers=bob)
    phone = Authenticator(shown.json()["secret"], clock)
    assert (await client.post("/v1/me/totp/confirm", json={"code": phone.code()}, headers=bob)).is_success
    async with desk.db.write() as tx:
        await tx.execute("UPDATE accounts.bearer SET second_factor_at = second_factor_at - interval '6 minutes'")
        await tx.execute(
            "UPDATE accounts.totp SET confirmed_at = confirmed_at - interval '1 hour',"
            " created_at = created_at - interval '1 hour'"
        )
    passed(seconds=60)
    assert await ask("/v1/me/payout-methods", wanted) == (403, "second-factor-needed")
    assert await ask("/v1/me/payout-methods", wanted | {"second_factor": phone.wrong()}) == (403, "wrong-second-factor")
    with_code = wanted | {"second_factor": phone.code()}
    assert await ask("/v1/me/payout-methods", with_code) == (201, None)
    assert await ask("/v1/me/payout-methods", with_code) == (201, None)  # its answer was lost
    quote = await client.post("/v1/me/payouts/quote", json={"method_id": wanted["id"], "all": True}, headers=bob)
    body = {"quote_id": quote.json()["quote_id"], "id": str(ids.new()), "second_factor": with_code["second_factor"]}
    assert await ask("/v1/me/payouts", body) == (201, None)  # the session is fresh: the code is not read again
    async with desk.db.write() as tx:
        await tx.execute("UPDATE accounts.bearer SET second_factor_at = second_factor_at - interval '6 minutes'")
    assert await ask("/v1/me/payouts", body) == (201, None)  # the same payout: nothing is asked
    assert await ask("/v1/me/payouts", body | {"id": str(ids.new())}) == (403, "wrong-second-factor")


@pytest.mark.parametrize(("currency", "status"), [("EUR", 204), ("0", 400), ("eur", 400), ("USD", 400)])
async def test_finance_sets_a_rate_of_a_currency_and_of_nothing_else(
    client: httpx.AsyncClient, cast: Any, currency: str, status: int
) -> None:
    body = {"per_dollar": "0.9", "as_of": "2026-01-02"}
    answer = await client.put(f"/v1/office/exchange-rates/{currency}", json=body, headers=cast.olga.headers)
    assert answer.status_code == status, answer.text
    if status == 400:
        assert answer.json()["fields"][0]["name"] == "currency"
