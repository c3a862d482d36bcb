"""Host platforms and their users here: who may make them, what they tell, and whose age holds."""

import asyncio
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosting import ADULT, key_of, make_host, put
from largesse.accounts import AccountsService, Holdings, model, routes
from largesse.accounts.model import NEVER, AgeRule, HostAccount
from largesse.kit import ids, trail
from largesse.kit.news import News
from largesse.outreach import OutreachService
from largesse.outreach import routes as outreach_routes

ACME = {"name": "Acme Live"}
MINOR = f"{date.today().year - 16}-01-01"  # noqa: DTZ011 - a birthday somewhere


@pytest.fixture
async def client(app_client, accounts, db, settings):
    outreach = OutreachService(db, accounts, settings)
    return await app_client([*routes, *outreach_routes], accounts=accounts, outreach=outreach)


@pytest.fixture
async def acme(client, cast):
    """The host Acme, with the headers of its key."""
    return await make_host(client, cast, "Acme Live")


# Hosts and their keys


async def test_an_admin_makes_a_host_and_it_is_in_the_trail(client, cast, db):
    body = ACME | {"id": str(ids.new())}
    first, again = [await client.post("/v1/office/hosts", json=body, headers=cast.olga.headers) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert (first.headers.get("Idempotent-Replay"), again.headers["Idempotent-Replay"]) == (None, "true")
    other = await client.post("/v1/office/hosts", json=body | {"name": "Other"}, headers=cast.olga.headers)
    assert (other.status_code, other.json()["code"]) == (409, "id-reused")
    async with db.read() as tx:
        deeds = await tx.rows("SELECT actor, verb, about, body FROM kit.trail")
        assert (await trail.verify(tx)).broken_at is None
    assert deeds == [
        {"actor": cast.olga.key, "verb": "host.create", "about": first.json()["id"], "body": {"name": "Acme Live"}}
    ]


async def test_two_hosts_cannot_pass_for_each_other(client, cast, acme):
    taken = await client.post("/v1/office/hosts", json={"name": "ACME live"}, headers=cast.olga.headers)
    assert (taken.status_code, taken.json()["code"]) == (409, "host-name-taken")


@pytest.mark.parametrize("name", ["", " ", "a\u202eb", "x" * 41, "a\u0000"])
async def test_a_name_that_cannot_be_shown_is_refused(client, cast, name):
    bad = await client.post("/v1/office/hosts", json={"name": name}, headers=cast.olga.headers)
    assert (bad.status_code, bad.json()["code"]) == (400, "invalid")


async def test_hosts_are_made_by_admins_and_seen_by_people(client, cast, acme):
    for who in (cast.alice, cast.bob):
        assert (await client.post("/v1/office/hosts", json=ACME, headers=who.headers)).status_code == 403
    assert (await client.post("/v1/office/hosts", json=ACME)).status_code == 401
    seen = await client.get("/v1/hosts", headers=cast.alice.headers)
    assert [host["name"] for host in seen.json()["items"]] == ["Acme Live"]
    assert (await client.get("/v1/hosts")).status_code == 401
    assert (await client.get("/v1/hosts", headers=acme["headers"])).status_code == 403


async def test_a_key_of_a_host_says_so_and_is_listed_and_revoked(client, cast, acme, accounts):
    named = {"id": acme["id"], "name": "Acme Live"}
    assert acme["key"]["host"] == named
    listed = (await client.get("/v1/api-keys", headers=cast.olga.headers)).json()["items"]
    assert [(key["host"], key["revoked_at"]) for key in listed] == [(named, None)]
    assert (await client.delete(f"/v1/api-keys/{acme['key']['id']}", headers=cast.olga.headers)).status_code == 204
    assert (await put(client, acme, "u-1")).status_code == 401


@pytest.mark.parametrize(
    "bad", [{"host": "host_x"}, {"host": ids.encode("host", ids.new())}, {"scopes": ["users:write"]}]
)
async def test_a_key_for_no_real_host_is_refused(client, cast, bad):
    key = {"name": "k", "scopes": ["gifts:write"]} | bad
    answer = await client.post("/v1/api-keys", json=key, headers=cast.olga.headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


async def test_only_a_hosts_key_with_the_scope_tells_of_users(client, cast, acme):
    host = acme["id"]
    weak = {"name": "reader", "scopes": ["gifts:write"], "host": host}
    weak = (await client.post("/v1/api-keys", json=weak, headers=cast.olga.headers)).json()["key"]
    operator = {"name": "ours", "scopes": ["gifts:write"]}
    operator = (await client.post("/v1/api-keys", json=operator, headers=cast.olga.headers)).json()["key"]
    for headers in (*({"Authorization": f"Bearer {key}"} for key in (weak, operator)), cast.olga.headers):
        for path, body in (
            ("/v1/host-users", {"host_user": "u", "country": "US"}),
            ("/v1/host-users/remove", {"host_user": "u"}),
            ("/v1/host-links", {"code": "x", "host_user": "u"}),
        ):
            answer = await client.post(path, json=body, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert (await client.get("/v1/host-users", headers=headers)).status_code == 403


# Users of a host


async def test_a_host_tells_of_a_user_and_again_is_the_same(client, acme, accounts):
    first, again = [await put(client, acme, "u-7", birth_date=ADULT, display_name="Ana") for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    told = first.json()
    assert (told["host_user"], told["age"], told["linked"]) == ("u-7", "adult", False)
    assert told["account"]["display_name"] == "Ana"
    host = await key_of(accounts, acme)
    by_name, by_id, by_username = await accounts.resolve_senders(
        host, [{"host_user": "u-7"}, told["account"]["id"], told["account"]["username"]]
    )
    assert by_name == by_id == by_username is not None


async def test_a_host_changes_what_it_told(client, acme):
    await put(client, acme, "u-7", birth_date=ADULT, display_name="Ana")
    changed = (await put(client, acme, "u-7", display_name="Ana Maria", country="DE")).json()
    assert (changed["account"]["display_name"], changed["age"]) == ("Ana Maria", "adult")
    kept = (await put(client, acme, "u-7", country="DE")).json()
    assert kept == changed


async def test_without_a_birth_date_nobody_is_ever_of_age_until_it_is_told(client, acme, accounts):
    silent = (await put(client, acme, "u-7")).json()
    assert silent["age"] == "unknown"
    person = await accounts.person_by_username(silent["account"]["username"])
    assert person.adult_from == NEVER
    told = (await put(client, acme, "u-7", birth_date=ADULT)).json()
    assert (told["age"], told["account"]["id"]) == ("adult", silent["account"]["id"])
    assert (await accounts.people([person.key]))[person.key].adult_from == date(2008, 5, 17)


async def test_the_age_of_a_country_holds_for_a_hosts_users(client, acme, clock):
    born = f"{clock.now().year - 18}-01-01"
    assert (await put(client, acme, "here", birth_date=born)).json()["age"] == "adult"
    assert (await put(client, acme, "there", birth_date=born, country="KR")).json()["age"] == "minor"
    assert (await put(client, acme, "there", country="US")).json()["age"] == "minor", "moving makes nobody older"


async def test_nobody_becomes_older_by_a_second_birth_date(client, acme):
    assert (await put(client, acme, "u-7", birth_date=MINOR)).json()["age"] == "minor"
    older = await put(client, acme, "u-7", birth_date=ADULT)
    assert (older.status_code, older.json()["code"]) == (409, "age-known")
    assert (await put(client, acme, "u-7", birth_date=MINOR)).json()["age"] == "minor"
    await put(client, acme, "u-8", birth_date=ADULT)
    assert (await put(client, acme, "u-8", birth_date=MINOR)).json()["age"] == "minor", "younger is believed"


async def test_nobody_under_thirteen_joins_through_a_host(client, acme, clock):
    child = f"{clock.now().year - 12}-12-31"
    refused = await put(client, acme, "u-7", birth_date=child)
    assert (refused.status_code, refused.json()["code"]) == (403, "too-young")
    await put(client, acme, "u-8")
    assert (await put(client, acme, "u-8", birth_date=child)).status_code == 403


@pytest.mark.parametrize(
    "bad",
    [
        {"host_user": ""},
        {"host_user": "a\u0000"},
        {"host_user": "ü" * 101},
        {"country": "XX"},
        {"country": "us"},
        {"birth_date": "2990-01-01"},
        {"birth_date": "1990-02-30"},
        {"display_name": "\u202e"},
        {"extra": 1},
    ],
)
async def test_what_cannot_be_used_is_refused(client, acme, db, bad):
    answer = await put(client, acme, "u-7", **bad)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    async with db.read() as tx:
        assert await tx.scalar("SELECT count(*) FROM accounts.host_user") == 0


async def test_many_at_once_make_one_account(client, acme, db):
    answers = await asyncio.gather(*(put(client, acme, "u-7", birth_date=ADULT) for _ in range(8)))
    assert sorted(a.status_code for a in answers) == [200] * 7 + [201]
    assert len({a.json()["account"]["id"] for a in answers}) == 1
    async with db.read() as tx:
        assert await tx.scalar("SELECT count(*) FROM accounts.account WHERE username LIKE 'viewer.%%'") == 1


async def test_a_host_sees_its_own_users_only_in_pages(client, cast, acme):
    other = await make_host(client, cast, "Other")
    for name in ("u/1", "ü", "u 2", "a", "u?=&"):
        await put(client, acme, name)
    await put(client, other, "a")
    found, cursor = [], None
    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/v1/host-users", params=params, headers=acme["headers"])).json()
        found += [user["host_user"] for user in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == sorted(["u/1", "ü", "u 2", "a", "u?=&"])
    for bad in ("ö", "AA", "_w"):
        answer = await client.get("/v1/host-users", params={"cursor": bad}, headers=acme["headers"])
        assert answer.status_code == 400


async def test_a_removed_user_is_erased_and_can_come_again(client, acme, accounts):
    told = (await put(client, acme, "u-7", birth_date=ADULT, display_name="Ana")).json()
    for status in (204, 404):
        gone = await client.post("/v1/host-users/remove", json={"host_user": "u-7"}, headers=acme["headers"])
        assert gone.status_code == status
    assert await accounts.person_by_username(told["account"]["username"]) is None
    host = await key_of(accounts, acme)
    assert await accounts.resolve_senders(host, [{"host_user": "u-7"}, told["account"]["id"]]) == [None, None]
    again = await put(client, acme, "u-7", birth_date=ADULT)
    assert again.status_code == 201
    assert again.json()["account"]["id"] != told["account"]["id"]


async def test_what_a_users_account_holds_is_named_before_it_is_lost(app_client, cast, db, clock, settings):
    async def holds(_, __):
        return Holdings(coins=350)

    service = AccountsService(db, News(""), clock, settings, holds=holds)
    outreach = OutreachService(db, service, settings)
    client = await app_client([*routes, *outreach_routes], accounts=service, outreach=outreach)
    acme = await make_host(client, cast, "Acme")
    await put(client, acme, "u-7", birth_date=ADULT)
    body = {"host_user": "u-7"}
    refused = await client.post("/v1/host-users/remove", json=body, headers=acme["headers"])
    assert (refused.status_code, refused.json()["code"], refused.json()["coins"]) == (409, "still-holds", 350)
    agreed = await client.post("/v1/host-users/remove", json=body | {"forfeit": True}, headers=acme["headers"])
    assert agreed.status_code == 204
    await service.close()


async def test_a_host_that_tells_of_too_many_waits(  # noqa: PLR0917 - fixtures
    app_client, cast, db, clock, settings, accounts, monkeypatch
):
    monkeypatch.setattr("largesse.accounts.service_hosts._USERS_A_MINUTE", 0.02)
    outreach = OutreachService(db, accounts, settings)
    client = await app_client([*routes, *outreach_routes], accounts=accounts, outreach=outreach)
    acme = await make_host(client, cast, "Acme")
    statuses = [(await put(client, acme, f"u-{n}")).status_code for n in range(3)]
    assert statuses == [201, 201, 429]


# Ages, as a rule


RULES = [AgeRule(date(2000, 1, 1), 18)]
DATES = st.dates(date(1950, 1, 1), date(2020, 1, 1))


def known(born, adult_from):
    return HostAccount(
        host_user="u", account=1, made=True, at=None, birth_date=born, country="US", adult_from=adult_from
    )


@given(first=DATES, second=DATES, years=st.integers(13, 25))
def test_what_a_host_says_later_never_makes_anybody_of_age_sooner(first, second, years):
    day = model.age_of_host_user(None, first, RULES)
    later = model.age_of_host_user(known(first, day), second, [AgeRule(date(2000, 1, 1), years)])
    assert later is None or later >= day


@given(born=DATES)
def test_the_first_birth_date_counts_and_silence_keeps_it(born):
    day = model.age_of_host_user(known(None, NEVER), born, RULES)
    assert day == model.adult_from(born, RULES)
    assert model.age_of_host_user(known(born, day), None, RULES) == day
    assert model.age_of_host_user(None, None, RULES) == NEVER
