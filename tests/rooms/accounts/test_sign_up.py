"""Joining: who may, under which names, and what a repeat does."""

import asyncio
from datetime import timedelta

import pytest

from largesse.accounts import AccountsService, NewPerson, routes
from largesse.kit import ids
from largesse.kit.config import Settings
from largesse.kit.news import News

KAI = {
    "username": "Kai",
    "email": "kai@example.org",
    "password": "seven green bottles",
    "birth_date": "1999-04-01",
    "country": "DE",
    "accept_terms": True,
}


@pytest.fixture
async def client(app_client, accounts):
    return await app_client(routes, accounts=accounts)


async def sign_up(client, **changes):
    return await client.post("/v1/accounts", json=KAI | changes)


async def count(db, table):
    async with db.read() as tx:
        return await tx.scalar(f"SELECT count(*) FROM accounts.{table}")


async def test_somebody_joins_and_is_signed_in(client, db):
    answer = await sign_up(client, display_name="Kai 🎁")
    assert answer.status_code == 201
    body = answer.json()
    account = body["account"]
    assert {k: account[k] for k in ("username", "display_name", "badge", "roles", "age", "country", "email")} == {
        "username": "kai",
        "display_name": "Kai 🎁",
        "badge": None,
        "roles": [],
        "age": "adult",
        "country": "DE",
        "email": "kai@example.org",
    }
    assert account["id"].startswith("acct_")
    assert account["email_verified"] is False
    assert body["expires_at"].endswith("Z")
    mine = await client.get("/v1/me", headers={"Authorization": f"Bearer {body['token']}"})
    assert mine.json() == account
    async with db.read() as tx:
        accepted = await tx.rows("SELECT document, version FROM accounts.acceptance ORDER BY document")
        stored = await tx.row("SELECT password_hash FROM accounts.account")
        hashes = await tx.scalar("SELECT string_agg(encode(hash, 'escape'), ' ') FROM accounts.bearer")
    assert [(row["document"], row["version"]) for row in accepted] == [("coins", 1), ("service", 1)]
    assert stored["password_hash"].startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert body["token"] not in hashes


async def test_the_cookies_are_for_this_site_only(client):
    answer = await sign_up(client)
    session, csrf = answer.headers.get_list("set-cookie")
    assert session.startswith(f"largesse_session={answer.json()['token']};")
    assert "HttpOnly" in session
    assert "samesite=lax" in session.lower()
    assert "secure" not in session.lower()
    assert csrf.startswith("largesse_csrf=")
    assert "HttpOnly" not in csrf


async def test_the_cookies_are_secure_where_the_site_is(app_client, accounts, settings):
    https = await app_client(
        routes, accounts=accounts, settings=Settings(sandbox=True, public_url="https://live.example")
    )
    answer = await https.post("/v1/accounts", json=KAI)
    assert all("Secure" in cookie for cookie in answer.headers.get_list("set-cookie"))


async def test_a_cookie_without_its_csrf_token_changes_nothing(client):
    await sign_up(client)
    refused = await client.patch("/v1/me", json={"display_name": "Mallory"})
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf-failed")
    token = client.cookies["largesse_csrf"]
    allowed = await client.patch("/v1/me", json={"display_name": "Kai K."}, headers={"X-CSRF-Token": token})
    assert allowed.json()["display_name"] == "Kai K."


async def test_a_minor_may_join(client):
    assert (await sign_up(client, birth_date="2011-01-01")).json()["account"]["age"] == "minor"


@pytest.mark.parametrize(("country", "age"), [("DE", "adult"), ("KR", "minor")])
async def test_being_of_age_is_a_question_of_the_country(client, clock, country, age):
    born = clock.now().date().replace(day=1).replace(year=clock.now().year - 18)
    assert (await sign_up(client, birth_date=born.isoformat(), country=country)).json()["account"]["age"] == age


async def test_nobody_under_thirteen_joins(client, clock, db):
    born = clock.now().date() - timedelta(days=365 * 12)
    answer = await sign_up(client, birth_date=born.isoformat())
    assert (answer.status_code, answer.json()["code"]) == (403, "too-young")
    assert await count(db, "account") == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("username", "admin"),
        ("username", "k"),
        ("username", "käi"),
        ("username", "kai\n"),
        ("email", "kai"),
        ("email", "kai@"),
        ("email", "kai@exa mple.org"),
        ("password", "short"),
        ("password", "password123"),
        ("password", "x" * 201),
        ("birth_date", "1999-02-30"),
        ("birth_date", "1850-01-01"),
        ("birth_date", "2999-01-01"),
        ("birth_date", 7),
        ("country", "Germany"),
        ("country", "XX"),
        ("accept_terms", False),
        ("accept_terms", "yes"),
        ("display_name", "a\u202eb"),
        ("display_name", "\u0000"),
        ("display_name", "a" * 41),
        ("id", "nothing"),
    ],
)
async def test_what_cannot_be_used_is_named_and_changes_nothing(client, db, name, value):
    answer = await sign_up(client, **{name: value})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert answer.json()["fields"][0]["name"] == name
    assert await count(db, "account") == 0


@pytest.mark.parametrize("taken", [{"email": "other@example.org"}, {"username": "other", "email": "KAI@example.org"}])
async def test_a_name_and_an_address_are_one_persons(client, db, taken):
    await sign_up(client)
    answer = await sign_up(client, **taken)
    assert (answer.status_code, answer.json()["code"]) in [(409, "username-taken"), (409, "email-taken")]
    assert await count(db, "account") == 1


async def test_of_ten_at_once_one_gets_the_name(client, db):
    answers = await asyncio.gather(*(sign_up(client, email=f"kai{n}@example.org") for n in range(10)))
    assert sorted(a.status_code for a in answers) == [201] + [409] * 9
    assert await count(db, "account") == 1


async def test_the_same_id_again_is_the_same_account(client, db):
    own = {"id": ids.encode("acct", ids.new())}
    first, again = await sign_up(client, **own), await sign_up(client, **own)
    assert first.json()["account"] == again.json()["account"]
    assert (again.status_code, again.headers["idempotent-replay"]) == (201, "true")
    assert first.json()["token"] != again.json()["token"]
    other = await sign_up(client, **own, password="another long one")
    assert (other.status_code, other.json()["code"]) == (409, "id-reused")
    assert await count(db, "account") == 1


async def test_a_form_of_another_site_cannot_sign_anybody_in(client):
    answer = await client.post(
        "/v1/sessions", content=b'{"login":"kai","password":"x"}', headers={"Content-Type": "text/plain"}
    )
    assert answer.status_code == 415


async def test_an_address_signs_up_only_so_often(app_client, accounts, settings, db, clock):
    strict = AccountsService(db, News(""), clock, Settings(sign_ups_per_hour=2))
    client = await app_client(routes, accounts=strict)
    answers = [await sign_up(client, username=f"kai{n}", email=f"kai{n}@example.org", country="XX") for n in range(3)]
    assert [a.status_code for a in answers] == [400, 400, 429]
    assert 1 <= int(answers[2].headers["retry-after"]) <= 3600
    elsewhere = await app_client(routes, accounts=strict, address="2001:db8::1")
    assert (await sign_up(elsewhere, country="XX")).status_code == 400
    await strict.close()


async def test_an_operator_is_made_by_the_command_line(accounts, client):
    made = await accounts.create_operator("Ops.Lead", "seven green bottles", ["admin"])
    answer = await client.post("/v1/sessions", json={"login": "ops.lead", "password": "seven green bottles"})
    assert answer.json()["account"]["roles"] == ["admin"]
    assert made.email is None


async def test_a_crowd_is_made_and_signed_in_by_two_statements(accounts, db):
    crowd = [NewPerson(username=f"sim_{n}", display_name=f"Sim {n}", creator=n == 0) for n in range(2_000)]
    keys = await accounts.create_many(crowd)
    tokens = await accounts.issue_sessions(keys)
    assert len(set(keys)) == len(set(tokens)) == 2_000
    people = await accounts.people(keys)
    assert [people[key].username for key in keys] == [p.username for p in crowd]
    assert all(person.simulated for person in people.values())
    first = await accounts.authenticate(tokens[0])
    assert (first.account, first.creator) == (keys[0], True)
    assert (await accounts.authenticate(tokens[1_999])).account == keys[1_999]
    assert await accounts.create_many(crowd) == keys
    assert await count(db, "acceptance") == 4_001
