"""Who lost the device: two operators take the second factor off, and never alone."""

import pytest

from authenticating import refusal, sign_in
from largesse.accounts import routes

RESETS = "/v1/office/second-factor-resets"


@pytest.fixture
async def client(app_client, accounts):
    return await app_client(routes, accounts=accounts)


@pytest.fixture
async def office(client, make_person, cast):
    """Two operators of support besides Olga, and what they do."""
    return await make_person("sam", roles=("support",)), await make_person("sue", roles=("support",))


async def propose(client, by, member, **more):
    body = {"account": member.acct, "reason": "showed a passport in a call", "ticket": "T-7"} | more
    return await client.post(RESETS, json=body, headers=by.headers)


async def decide(client, by, proposal, verb="approve"):
    return await client.post(f"{RESETS}/{proposal}/{verb}", headers=by.headers)


async def test_two_operators_take_it_off_and_every_device_signs_in_anew(client, cast, turn_on, office):
    sam, sue = office
    await turn_on(cast.alice)
    made = (await propose(client, sam, cast.alice)).json()["id"]
    assert refusal(await sign_in(client)) == (401, "second-factor-needed")
    assert refusal(await decide(client, sam, made)) == (409, "four-eyes")
    done = await decide(client, sue, made)
    assert (done.status_code, done.json()["state"]) == (200, "approved")
    assert (await client.get("/v1/me", headers=cast.alice.headers)).status_code == 401
    assert (await sign_in(client)).status_code == 201
    assert refusal(await decide(client, cast.olga, made)) == (409, "already-decided")


async def test_a_reset_is_mailed_and_on_the_trail(client, cast, turn_on, office, mail):
    sam, sue = office
    await turn_on(cast.alice)
    await decide(client, sue, (await propose(client, sam, cast.alice)).json()["id"])
    assert "mail to alice@example.org: Your second factor was taken off" in await mail()


async def test_nobody_approves_the_reset_of_their_own(client, turn_on, office):
    sam, sue = office
    await turn_on(sue)
    made = await propose(client, sam, sue)
    assert refusal(await decide(client, sue, made.json()["id"])) == (409, "four-eyes")
    assert refusal(await sign_in(client, login="sue")) == (401, "second-factor-needed")


async def test_a_reset_of_what_is_not_on_stays_open_and_is_withdrawn(client, cast, office):
    sam, sue = office
    made = (await propose(client, sam, cast.alice)).json()["id"]
    assert refusal(await decide(client, sue, made)) == (409, "second-factor-off")
    assert (await decide(client, sam, made, "reject")).json()["state"] == "withdrawn"
    listed = (await client.get(RESETS, headers=sue.headers)).json()["items"]
    assert [(p["id"], p["state"], p["account"], p["reason"]) for p in listed] == [
        (made, "withdrawn", cast.alice.acct, "showed a passport in a call")
    ]
    assert [(p["person"]["username"], p["proposer"]["username"]) for p in listed] == [("alice", "sam")]


async def test_a_repeated_proposal_is_the_first_one(client, cast, office):
    sam, _ = office
    chosen = {"id": "0199a3b2-0000-7000-8000-000000000002"}
    first, again = await propose(client, sam, cast.alice, **chosen), await propose(client, sam, cast.alice, **chosen)
    assert (again.status_code, again.headers["idempotent-replay"], again.json()) == (201, "true", first.json())
    assert refusal(await propose(client, sam, cast.bob, **chosen)) == (409, "id-reused")


async def test_only_support_and_admins_reset(client, cast, make_person, office):
    sam, _ = office
    made = (await propose(client, sam, cast.alice)).json()["id"]
    mona = await make_person("mona", roles=("moderator", "finance"))
    for member in (cast.alice, mona):
        assert (await propose(client, member, cast.alice)).status_code == 403
        assert (await client.get(RESETS, headers=member.headers)).status_code == 403
        assert (await decide(client, member, made)).status_code == 403
        assert (await decide(client, member, made, "reject")).status_code == 403


async def test_a_reset_names_somebody_who_is_there(client, cast, office):
    sam, _ = office
    for account in ("nobody", "acct_00000000000000000000000000"):
        assert refusal(await propose(client, sam, cast.alice, account=account)) == (400, "invalid")
