"""People who link an account of their own to a host, and take it back."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosting import ADULT, key_of, link, make_host, put
from largesse.accounts import model, routes
from largesse.accounts.service_hosts import CODE_LIFE
from largesse.kit import ids
from largesse.outreach import OutreachService
from largesse.outreach import routes as outreach_routes

MINOR = f"{date.today().year - 16}-01-01"  # noqa: DTZ011 - a birthday somewhere


@pytest.fixture
async def client(app_client, accounts, db, settings):
    outreach = OutreachService(db, accounts, settings)
    return await app_client([*routes, *outreach_routes], accounts=accounts, outreach=outreach)


@pytest.fixture
async def acme(client, cast):
    """The host Acme, with the headers of its key."""
    return await make_host(client, cast, "Acme Live")


async def test_a_person_links_an_account_by_a_code_and_takes_it_back(client, cast, acme, accounts):
    linked = await link(client, acme, cast.alice)
    assert linked.status_code == 201
    body = linked.json()
    assert (body["host_user"], body["account"]["username"], body["age"], body["linked"]) == (
        "alice-there", "alice", "adult", True,
    )  # fmt: skip
    host = await key_of(accounts, acme)
    senders = [{"host_user": "alice-there"}, "alice", cast.alice.acct, "bob"]
    assert await accounts.resolve_senders(host, senders) == [cast.alice.key] * 3 + [None]
    (mine,) = (await client.get("/v1/me/hosts", headers=cast.alice.headers)).json()["items"]
    assert (mine["host"]["name"], mine["host_user"]) == ("Acme Live", "alice-there")
    gone = await client.delete(f"/v1/me/hosts/{acme['id']}", headers=cast.alice.headers)
    assert gone.status_code == 204
    assert await accounts.resolve_senders(host, senders) == [None] * 4
    assert (await client.get("/v1/me/hosts", headers=cast.alice.headers)).json()["items"] == []
    assert (await client.delete(f"/v1/me/hosts/{acme['id']}", headers=cast.alice.headers)).status_code == 404


async def test_a_code_is_for_one_host_and_one_user(client, cast, acme, clock):
    other = await make_host(client, cast, "Other")
    code = (await client.post("/v1/me/host-codes", json={"host": acme["id"]}, headers=cast.alice.headers)).json()[
        "code"
    ]
    body = {"code": code, "host_user": "alice-there"}
    stolen = await client.post("/v1/host-links", json=body, headers=other["headers"])
    assert (stolen.status_code, stolen.json()["code"]) == (410, "code-gone")
    typed = body | {"code": code.lower().replace("-", " ")}
    first = await client.post("/v1/host-links", json=typed, headers=acme["headers"])
    again = await client.post("/v1/host-links", json=body, headers=acme["headers"])
    assert (first.status_code, again.status_code, again.headers["Idempotent-Replay"]) == (201, 201, "true")
    assert first.json() == again.json()
    second = await client.post("/v1/host-links", json=body | {"host_user": "mallory"}, headers=acme["headers"])
    assert (second.status_code, second.json()["code"]) == (410, "code-gone")


async def test_a_code_ends_after_ten_minutes_and_with_the_next_one(client, cast, acme, clock):
    async def code():
        made = await client.post("/v1/me/host-codes", json={"host": acme["id"]}, headers=cast.alice.headers)
        assert made.headers["Cache-Control"] == "no-store"
        return made.json()["code"]

    async def use(code):
        body = {"code": code, "host_user": "a"}
        return (await client.post("/v1/host-links", json=body, headers=acme["headers"])).status_code

    older, newer = await code(), await code()
    assert await use(older) == 410
    begun = clock.now()
    clock.at = begun + CODE_LIFE
    assert await use(newer) == 410
    clock.at = begun + CODE_LIFE - timedelta(seconds=1)
    assert await use(newer) == 201


async def test_a_code_that_was_used_links_nothing_after_the_person_unlinked(client, cast, acme, accounts):
    code = (await client.post("/v1/me/host-codes", json={"host": acme["id"]}, headers=cast.alice.headers)).json()[
        "code"
    ]
    body = {"code": code, "host_user": "alice-there"}
    assert (await client.post("/v1/host-links", json=body, headers=acme["headers"])).status_code == 201
    assert (await client.delete(f"/v1/me/hosts/{acme['id']}", headers=cast.alice.headers)).status_code == 204
    assert (await client.post("/v1/host-links", json=body, headers=acme["headers"])).status_code == 410
    assert await accounts.resolve_senders(await key_of(accounts, acme), ["alice"]) == [None]


async def test_the_code_is_kept_nowhere(client, cast, acme, db):
    made = (await client.post("/v1/me/host-codes", json={"host": acme["id"]}, headers=cast.alice.headers)).json()
    async with db.read() as tx:
        kept = await tx.scalar("SELECT string_agg(c::text, ' ') FROM accounts.host_code c")
    assert made["code"] not in kept
    assert made["code"].replace("-", "") not in kept


async def test_a_host_cannot_take_a_name_that_it_uses_for_another(client, cast, acme):
    await put(client, acme, "u-7", birth_date=ADULT)
    refused = await link(client, acme, cast.alice, "u-7")
    assert (refused.status_code, refused.json()["code"]) == (409, "host-user-known")
    await client.post("/v1/host-users/remove", json={"host_user": "u-7"}, headers=acme["headers"])
    assert (await link(client, acme, cast.alice, "u-7")).status_code == 201
    refused = await client.post("/v1/me/host-codes", json={"host": acme["id"]}, headers=cast.alice.headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "already-linked")


async def test_a_host_changes_nothing_of_a_persons_own_account(client, cast, acme, accounts):
    await link(client, acme, cast.alice)
    before = (await client.get("/v1/me", headers=cast.alice.headers)).json()
    told = await put(client, acme, "alice-there", birth_date=MINOR, country="KR", display_name="Mallory")
    assert (told.status_code, told.json()["age"], told.json()["linked"]) == (200, "adult", True)
    assert (await client.get("/v1/me", headers=cast.alice.headers)).json() == before
    removed = await client.post("/v1/host-users/remove", json={"host_user": "alice-there"}, headers=acme["headers"])
    assert removed.status_code == 204
    assert (await client.get("/v1/me", headers=cast.alice.headers)).json() == before
    assert (await client.get("/v1/me/hosts", headers=cast.alice.headers)).json()["items"] == []


async def test_guesses_of_codes_are_few(  # noqa: PLR0917 - fixtures
    app_client, cast, db, settings, accounts, monkeypatch
):
    monkeypatch.setattr("largesse.accounts.service_hosts._TRIES_A_MINUTE", 0.03)
    outreach = OutreachService(db, accounts, settings)
    client = await app_client([*routes, *outreach_routes], accounts=accounts, outreach=outreach)
    acme = await make_host(client, cast, "Acme")
    guesses = [{"code": f"00000-0000{n}", "host_user": "m"} for n in range(4)]
    statuses = [(await client.post("/v1/host-links", json=g, headers=acme["headers"])).status_code for g in guesses]
    assert statuses == [410, 410, 410, 429]


async def test_codes_are_made_by_people_for_hosts_that_exist(client, cast, acme):
    nowhere = {"host": ids.encode("host", ids.new())}
    assert (await client.post("/v1/me/host-codes", json=nowhere, headers=cast.alice.headers)).status_code == 404
    bad = await client.post("/v1/me/host-codes", json={"host": "acct_x"}, headers=cast.alice.headers)
    assert bad.status_code == 400
    real = {"host": acme["id"]}
    assert (await client.post("/v1/me/host-codes", json=real, headers=acme["headers"])).status_code == 403
    assert (await client.post("/v1/me/host-codes", json=real)).status_code == 401


async def test_who_leaves_leaves_every_host_and_the_export_names_them(client, cast, acme, db):
    await link(client, acme, cast.alice)
    (told,) = (await client.get("/v1/me/export", headers=cast.alice.headers)).json()["host_users"]
    assert (told["host"], told["host_user"]) == ("Acme Live", "alice-there")
    other = await make_host(client, cast, "Other")
    await client.post("/v1/me/host-codes", json={"host": other["id"]}, headers=cast.alice.headers)
    password = {"password": "a horse, a battery and a staple"}
    assert (await client.post("/v1/me/erase", json=password, headers=cast.alice.headers)).status_code == 204
    async with db.read() as tx:
        assert await tx.scalar("SELECT count(*) FROM accounts.host_user") == 0
        assert await tx.scalar("SELECT count(*) FROM accounts.host_code") == 0


async def test_codes_that_ended_are_kept_no_longer(  # noqa: PLR0917 - fixtures
    client, cast, acme, db, clock, accounts
):
    await client.post("/v1/me/host-codes", json={"host": acme["id"]}, headers=cast.alice.headers)
    clock.at = clock.now() + timedelta(days=31)
    await accounts.me.forget_ended()
    async with db.read() as tx:
        assert await tx.scalar("SELECT count(*) FROM accounts.host_code") == 0


TYPED = {"0": "0oO", "1": "1iIlL"}


@given(st.text(model._CODE_CHARS, min_size=10, max_size=10), st.data())
def test_a_code_is_read_however_it_is_typed(code, data):
    typed = "".join(data.draw(st.sampled_from(TYPED.get(c, c.upper() + c.lower()))) for c in code)
    between = data.draw(st.sampled_from(["-", " ", "", " - "]))
    assert model.plain_code(typed[:5] + between + typed[5:]) == code


def test_a_code_is_of_fifty_bits_and_never_the_same():
    codes = {model.new_code() for _ in range(2_000)}
    assert len(codes) == 2_000
    assert {len(model.plain_code(code)) for code in codes} == {10}
