"""Keys of programs: shown once, approved by two, gone at once."""

import pytest

from largesse import accounts as room
from largesse.kit import ids, trail
from largesse.kit.config import Settings
from largesse.outreach import OutreachService, routes

KEY = {"name": "Batch job", "scopes": ["gifts:write"]}


@pytest.fixture
async def client(app_client, accounts, db, settings):
    return await app_client(
        [*routes, *room.routes], accounts=accounts, outreach=OutreachService(db, accounts, settings)
    )


@pytest.fixture
async def strict(app_client, accounts, db):
    """Outside a sandbox."""
    return await app_client(routes, accounts=accounts, outreach=OutreachService(db, accounts, Settings()))


async def test_in_a_sandbox_a_key_works_at_once(client, cast, accounts):
    made = await client.post("/v1/api-keys", json=KEY, headers=cast.olga.headers)
    assert made.status_code == 201
    assert made.json()["key"].startswith("lg_")
    principal = await accounts.authenticate(made.json()["key"])
    assert (principal.kind, principal.scopes, principal.host) == ("api_key", frozenset({"gifts:write"}), None)
    assert principal.api_key == principal.bearer
    assert principal.roles == frozenset()


async def test_a_key_is_shown_once_and_stored_nowhere(client, cast, db):
    made = (await client.post("/v1/api-keys", json=KEY, headers=cast.olga.headers)).json()
    listed = await client.get("/v1/api-keys", headers=cast.olga.headers)
    assert [(k["id"], k["name"], k["created_by"]["username"]) for k in listed.json()["items"]] == [
        (made["id"], "Batch job", "olga")
    ]
    assert made["key"] not in listed.text
    async with db.read() as tx:
        kept = await tx.scalar(
            "SELECT string_agg(b::text, ' ') || string_agg(t::text, ' ') FROM accounts.bearer b, kit.trail t"
        )
    assert made["key"] not in kept


async def test_outside_a_sandbox_a_second_admin_approves(strict, cast, make_person, accounts, db):
    second = await make_person("oscar", roles=("admin",))
    made = (await strict.post("/v1/api-keys", json=KEY, headers=cast.olga.headers)).json()
    assert made["approved"] is False
    assert await accounts.authenticate(made["key"]) is None
    own = await strict.post(f"/v1/api-keys/{made['id']}/approve", headers=cast.olga.headers)
    assert (own.status_code, own.json()["code"]) == (409, "four-eyes")
    assert await accounts.authenticate(made["key"]) is None
    for _ in range(2):
        assert (await strict.post(f"/v1/api-keys/{made['id']}/approve", headers=second.headers)).status_code == 200
    assert (await accounts.authenticate(made["key"])).kind == "api_key"
    async with db.read() as tx:
        verbs = [row["verb"] for row in await tx.rows("SELECT verb FROM kit.trail ORDER BY n")]
        assert (await trail.verify(tx)).broken_at is None
    assert verbs == ["api-key.create", "api-key.approve"]


async def test_a_hosts_key_waits_for_a_second_admin_too(strict, cast, make_person, accounts):
    second = await make_person("oscar", roles=("admin",))
    host, _ = await accounts.hosts.create(cast.olga.key, ids.new(), "Acme")
    body = {"name": "theirs", "scopes": ["users:write"], "host": ids.encode("host", host.id)}
    made = (await strict.post("/v1/api-keys", json=body, headers=cast.olga.headers)).json()
    assert (made["approved"], await accounts.authenticate(made["key"])) == (False, None)
    own = await strict.post(f"/v1/api-keys/{made['id']}/approve", headers=cast.olga.headers)
    assert (own.status_code, own.json()["code"]) == (409, "four-eyes")
    assert (await strict.post(f"/v1/api-keys/{made['id']}/approve", headers=second.headers)).status_code == 200
    assert (await accounts.authenticate(made["key"])).host == host.key


async def test_a_revoked_key_ends_at_once(client, cast, accounts):
    made = (await client.post("/v1/api-keys", json=KEY, headers=cast.olga.headers)).json()
    assert await accounts.authenticate(made["key"])
    assert (await client.delete(f"/v1/api-keys/{made['id']}", headers=cast.olga.headers)).status_code == 204
    assert await accounts.authenticate(made["key"]) is None
    assert (await client.delete(f"/v1/api-keys/{made['id']}", headers=cast.olga.headers)).status_code == 404
    assert (await client.post(f"/v1/api-keys/{made['id']}/approve", headers=cast.olga.headers)).status_code == 404


async def test_a_key_is_not_a_person(client, cast):
    key = (await client.post("/v1/api-keys", json=KEY, headers=cast.olga.headers)).json()["key"]
    headers = {"Authorization": f"Bearer {key}"}
    for method, path in (("GET", "/v1/me"), ("GET", "/v1/sessions"), ("GET", "/v1/me/export"), ("GET", "/v1/api-keys")):
        answer = await client.request(method, path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("who", ["alice", "bob"])
async def test_keys_are_for_admins(client, cast, who):
    answer = await client.post("/v1/api-keys", json=KEY, headers=getattr(cast, who).headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert (await client.get("/v1/api-keys")).status_code == 401


@pytest.mark.parametrize(
    "bad",
    [
        {"name": ""},
        {"name": "a\u0000"},
        {"name": "\u202e"},
        {"scopes": []},
        {"scopes": ["all"]},
        {"extra": 1},
        {"scopes": "gifts:write"},
    ],
)
async def test_what_cannot_be_used_is_refused(client, cast, bad):
    answer = await client.post("/v1/api-keys", json=KEY | bad, headers=cast.olga.headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


async def test_the_list_goes_on_where_it_ended(client, cast):
    for n in range(5):
        await client.post("/v1/api-keys", json=KEY | {"name": f"key {n}"}, headers=cast.olga.headers)
    names, cursor = [], None
    for _ in range(3):
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/v1/api-keys", params=params, headers=cast.olga.headers)).json()
        names += [k["name"] for k in page["items"]]
        cursor = page["next_cursor"]
    assert (names, cursor) == ([f"key {n}" for n in (4, 3, 2, 1, 0)], None)
    bad = await client.get("/v1/api-keys", params={"cursor": "9" * 30}, headers=cast.olga.headers)
    assert bad.status_code == 400
