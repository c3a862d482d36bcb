"""Whether a store may hear what became of somebody's coins: theirs to say, no at first."""

from typing import Any

import httpx

from largesse.kit import ids
from largesse.kit.db import Database
from largesse.payments import store_notices

PATH = "/v1/me/purchase-consent"


async def test_nobody_has_consented_before_they_say_so_and_anybody_can_take_it_back(
    client: httpx.AsyncClient, cast: Any
) -> None:
    async def say(consented: bool) -> dict[str, Any]:  # noqa: FBT001 - what the page sends
        answer = await client.put(PATH, json={"consented": consented}, headers=cast.alice.headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    nothing = {"consented": False, "at": None}
    assert (await client.get(PATH, headers=cast.alice.headers)).json() == nothing
    first, again = await say(consented=True), await say(consented=True)
    assert first["consented"]
    assert first == again == (await client.get(PATH, headers=cast.alice.headers)).json()
    assert (await client.get(PATH, headers=cast.charlie.headers)).json() == nothing
    assert await say(consented=False) == await say(consented=False) == nothing


async def test_consent_is_asked_of_somebody_signed_in_and_in_its_own_shape(
    client: httpx.AsyncClient, cast: Any
) -> None:
    assert (await client.get(PATH)).status_code == 401
    assert (await client.put(PATH, json={"consented": True})).status_code == 401
    for body in ({}, {"consented": "yes"}, {"consented": None}, {"consented": True, "more": 1}, []):
        assert (await client.put(PATH, json=body, headers=cast.alice.headers)).status_code == 400, body


async def test_a_store_hears_what_was_spent_of_whom_has_consented_and_is_still_here(
    client: httpx.AsyncClient, db: Database, cast: Any
) -> None:
    body = {"bundle_id": "web-us-350", "provider": "sandbox", "channel": "web", "id": str(ids.new())}
    assert (await client.post("/v1/purchases", json=body, headers=cast.alice.headers)).status_code == 201

    async def facts() -> Any:
        async with db.read() as tx:
            return await store_notices.find_consumption(tx, "sandbox", f"sandbox-{body['id']}")

    assert await facts() is None
    await client.put(PATH, json={"consented": True}, headers=cast.alice.headers)
    async with db.write() as tx:
        await tx.execute("UPDATE ledger.wallet SET paid_out = 50 WHERE account = %s", [cast.alice.key])
    found = await facts()
    assert (found.buyer, found.granted, found.coins, found.coins_spent) == (cast.alice.id, True, 350, 50)
    assert (found.account_days, found.bought_minor, found.refunded_minor) == (0, 320, 0)
    async with db.write() as tx:
        await tx.execute("UPDATE accounts.account SET erased_at = now() WHERE key = %s", [cast.alice.key])
    assert await facts() is None
