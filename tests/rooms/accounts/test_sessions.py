"""Signing in and out: who gets in, who does not, and how fast a revoked session stops."""

import asyncio
from datetime import timedelta

import pytest

from largesse.accounts import AccountsService, routes
from largesse.accounts.passwords import _NOBODY, Passwords
from largesse.kit.config import Settings
from largesse.kit.news import News

PASSWORD = "a horse, a battery and a staple"


@pytest.fixture
async def client(app_client, accounts):
    return await app_client(routes, accounts=accounts)


async def sign_in(client, login="alice", password=PASSWORD):
    return await client.post("/v1/sessions", json={"login": login, "password": password})


@pytest.mark.parametrize("login", ["alice", "ALICE", "alice@example.org", "Alice@Example.org"])
async def test_a_username_or_an_address_signs_in(client, cast, login):
    answer = await sign_in(client, login)
    assert answer.status_code == 201
    assert answer.json()["account"]["id"] == cast.alice.acct
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("login", "password"), [("alice", "wrong"), ("nobody", PASSWORD), ("alice", PASSWORD.upper()), ("a@b", "x")]
)
async def test_who_does_not_know_the_password_does_not_get_in(client, cast, login, password):
    answer = await sign_in(client, login, password)
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong-credentials")
    assert "set-cookie" not in answer.headers


async def test_an_unknown_name_costs_the_same_work_as_a_known_one(client, cast, accounts, monkeypatch):
    checked: list[str] = []
    matches = accounts._passwords._matches

    def watched(stored, given):
        checked.append(stored)
        return matches(stored, given)

    monkeypatch.setattr(accounts._passwords, "_matches", watched)
    for login in ("alice", "nobody", "nobody@example.org"):
        assert (await sign_in(client, login, "not the password")).status_code == 401
    assert len(checked) == 3
    assert checked[1:] == [_NOBODY, _NOBODY]


def test_nobodys_hash_has_todays_parameters():
    assert not Passwords()._hasher.check_needs_rehash(_NOBODY)


async def test_a_hash_of_old_parameters_is_renewed(client, cast, db):
    await sign_in(client)
    async with db.read() as tx:
        renewed = await tx.scalar("SELECT password_hash FROM accounts.account WHERE username = 'alice'")
    assert "m=65536,t=3,p=4" in renewed
    assert (await sign_in(client)).status_code == 201


async def test_many_who_sign_in_while_the_hash_is_renewed_all_get_in(client, cast):
    answers = await asyncio.gather(*(sign_in(client) for _ in range(4)))
    assert [answer.status_code for answer in answers] == [201] * 4


async def test_a_session_in_the_future_of_its_end_is_over(client, cast, accounts, clock):
    assert (await client.get("/v1/me", headers=cast.alice.headers)).status_code == 200
    clock.at += timedelta(days=30)
    answer = await client.get("/v1/me", headers=cast.alice.headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_ended_sessions_and_links_are_kept_a_month(accounts, cast, db, clock):
    await accounts.me.write_reset("alice@example.org")
    kept = []
    for days in (0, 59, 2):  # a session lives 30 days, a link an hour
        clock.at += timedelta(days=days)
        await accounts.me.forget_ended()
        async with db.read() as tx:
            kept.append(
                await tx.scalar(
                    "SELECT (SELECT count(*) FROM accounts.bearer) * 10 + (SELECT count(*) FROM accounts.link)"
                )
            )
    assert kept == [41, 40, 0]


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "x" * 5_000, "é" * 43, "lg_" + "a" * 43])
async def test_a_made_up_token_is_nobody(accounts, cast, token):
    assert await accounts.authenticate(token) is None


async def test_devices_are_listed_and_signed_out_one_by_one(client, cast):
    second = await client.post(
        "/v1/sessions", json={"login": "alice", "password": PASSWORD}, headers={"User-Agent": "Kai's phone"}
    )
    token = {"Authorization": f"Bearer {second.json()['token']}"}
    listed = (await client.get("/v1/sessions", headers=token)).json()["items"]
    assert [(s["device"], s["current"], s["address"]) for s in listed] == [
        ("Kai's phone", True, "127.0.0.1"),
        ("", False, None),
    ]
    assert (await client.get("/v1/sessions/current", headers=token)).json() == listed[0]
    gone = await client.delete(f"/v1/sessions/{listed[1]['id']}", headers=token)
    assert gone.status_code == 204
    assert (await client.get("/v1/me", headers=cast.alice.headers)).status_code == 401
    assert (await client.delete(f"/v1/sessions/{listed[1]['id']}", headers=token)).status_code == 404


async def test_nobody_signs_out_somebody_else(client, cast):
    listed = (await client.get("/v1/sessions", headers=cast.alice.headers)).json()["items"]
    answer = await client.delete(f"/v1/sessions/{listed[0]['id']}", headers=cast.charlie.headers)
    assert answer.status_code == 404
    assert (await client.get("/v1/me", headers=cast.alice.headers)).status_code == 200


async def test_signing_out_ends_this_session_and_takes_the_cookies(client, cast):
    token = {"Authorization": f"Bearer {(await sign_in(client)).json()['token']}"}
    answer = await client.delete("/v1/sessions/current", headers=token)
    assert answer.status_code == 204
    assert all("Max-Age=0" in cookie for cookie in answer.headers.get_list("set-cookie"))
    assert (await client.get("/v1/me", headers=token)).status_code == 401
    assert (await client.get("/v1/me", headers=cast.alice.headers)).status_code == 200


async def test_signing_out_everywhere_leaves_none(client, cast):
    token = {"Authorization": f"Bearer {(await sign_in(client)).json()['token']}"}
    assert (await client.delete("/v1/sessions", headers=token)).status_code == 204
    for headers in (token, cast.alice.headers):
        assert (await client.get("/v1/me", headers=headers)).status_code == 401
    assert (await client.get("/v1/me", headers=cast.bob.headers)).status_code == 200


async def strict_client(app_client, db, clock, **limits):
    strict = AccountsService(db, News(""), clock, Settings(**limits))
    return await app_client(routes, accounts=strict), strict


async def test_ten_failures_close_the_door_even_to_the_right_password(app_client, db, clock, cast):
    client, strict = await strict_client(app_client, db, clock, sign_in_failures_max=3)
    for _ in range(3):
        assert (await sign_in(client, password="wrong")).status_code == 401
    refused = await sign_in(client)
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many")
    assert int(refused.headers["retry-after"]) <= 900
    assert refused.headers["ratelimit"]
    assert (await sign_in(client, "alice@example.org")).status_code == 429
    assert (await sign_in(client, "bob")).status_code == 201
    await strict.close()


async def test_an_unknown_name_is_throttled_like_a_known_one(app_client, db, clock, cast):
    client, strict = await strict_client(app_client, db, clock, sign_in_failures_max=3)
    answers = [await sign_in(client, "nobody", "wrong") for _ in range(4)]
    assert [a.status_code for a in answers] == [401, 401, 401, 429]
    await strict.close()


async def test_a_success_forgives_the_failures_before(app_client, db, clock, cast):
    client, strict = await strict_client(app_client, db, clock, sign_in_failures_max=3)
    for _ in range(3):
        assert (await sign_in(client, password="wrong")).status_code == 401
        assert (await sign_in(client)).status_code == 201
    await strict.close()


async def test_twenty_guesses_at_once_are_no_more_than_the_limit(app_client, db, clock, cast):
    client, strict = await strict_client(app_client, db, clock, sign_in_failures_max=3)
    answers = await asyncio.gather(*(sign_in(client, password=f"guess {n}") for n in range(20)))
    assert sorted(a.status_code for a in answers) == [401] * 3 + [429] * 17
    await strict.close()


async def test_an_address_signs_in_only_so_often(app_client, db, clock, cast):
    client, strict = await strict_client(app_client, db, clock, sign_ins_per_minute=2)
    answers = [await sign_in(client, login) for login in ("alice", "bob", "charlie")]
    assert [a.status_code for a in answers] == [201, 201, 429]
    await strict.close()
