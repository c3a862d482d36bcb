"""Operators find accounts and freeze them; the trail remembers."""

import pytest

from largesse import accounts as room
from largesse import ledger
from largesse.kit import trail
from largesse.safety import SafetyService, routes


@pytest.fixture
async def client(app_client, accounts, db):
    return await app_client([*routes, *room.routes], accounts=accounts, safety=SafetyService(db, accounts))


async def set_frozen(client, who, by, verb="freeze", **changes):
    return await client.post(
        f"/v1/office/accounts/{who}/{verb}", json={"reason": "a stolen card"} | changes, headers=by.headers
    )


async def is_frozen(db, member):
    async with db.read() as tx:
        return (await ledger.get_wallet(tx, member.key)).frozen


async def test_an_account_is_frozen_and_unfrozen_and_the_trail_says_why(client, cast, db):
    for _ in range(2):
        answer = await set_frozen(client, cast.alice.acct, cast.olga)
        assert (answer.status_code, answer.json()["frozen"]) == (200, True)
        assert answer.json()["frozen_for"] == ["operator"]
        assert answer.json()["account"]["username"] == "alice"
    assert await is_frozen(db, cast.alice)
    shown = await client.get(f"/v1/office/accounts/{cast.alice.acct}", headers=cast.olga.headers)
    assert shown.json()["frozen"] is True
    assert (await set_frozen(client, str(cast.alice.id), cast.olga, "unfreeze")).json()["frozen"] is False
    assert not await is_frozen(db, cast.alice)
    async with db.read() as tx:
        rows = await tx.rows("SELECT actor, verb, about, body FROM kit.trail ORDER BY n")
        assert (await trail.verify(tx)).broken_at is None
    assert [row["verb"] for row in rows] == ["account.freeze", "account.freeze", "account.unfreeze"]
    assert (rows[0]["actor"], rows[0]["about"], rows[0]["body"]) == (
        cast.olga.key,
        cast.alice.acct,
        {"reason": "a stolen card"},
    )


async def test_freezing_is_for_finance_and_admins(client, cast, make_person, db):
    for role, status in (("support", 403), ("moderator", 403), ("finance", 200)):
        operator = await make_person(f"oscar_{role}", roles=(role,))
        assert (await set_frozen(client, cast.alice.acct, operator)).status_code == status
        assert await is_frozen(db, cast.alice) == (status == 200)


async def test_a_viewer_sees_nothing_of_the_office(client, cast, db):
    assert (await set_frozen(client, cast.bob.acct, cast.alice)).status_code == 403
    assert (await client.get("/v1/office/accounts", headers=cast.alice.headers)).status_code == 403
    assert (await client.get("/v1/office/accounts")).status_code == 401
    assert not await is_frozen(db, cast.bob)


@pytest.mark.parametrize("reason", ["", "   ", "a\u0000b", "x" * 501, 7])
async def test_a_reason_must_be_one(client, cast, db, reason):
    answer = await set_frozen(client, cast.alice.acct, cast.olga, reason=reason)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert not await is_frozen(db, cast.alice)


@pytest.mark.parametrize("who", ["alice", "live_01m80n6bbsf1dtz83z10jmrh16", "acct_01m80n6bbsf1dtz83z10jmrh16"])
async def test_an_unknown_account_is_not_frozen(client, cast, who):
    answer = await set_frozen(client, who, cast.olga)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


async def test_accounts_are_found_by_id_address_and_beginning_of_the_name(client, cast, make_person):
    await make_person("al_ce")

    async def found(query):
        answer = await client.get("/v1/office/accounts", params={"query": query}, headers=cast.olga.headers)
        assert answer.status_code == 200
        return [a["username"] for a in answer.json()["items"]]

    assert await found("ali") == ["alice"]
    assert await found("AL") == ["al_ce", "alice"]
    assert await found("al_") == ["al_ce"]
    assert await found("%") == []
    assert await found("Bob@Example.org") == ["bob"]
    assert await found(cast.charlie.acct) == ["charlie"]
    assert await found("") == ["al_ce", "olga", "charlie", "bob", "alice"]
    bad = await client.get("/v1/office/accounts", params={"query": "a\0"}, headers=cast.olga.headers)
    assert bad.status_code == 400
