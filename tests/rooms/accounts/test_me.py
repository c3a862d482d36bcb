"""One's own account: changing it, being a creator, following, leaving."""

import asyncio
from datetime import UTC, date, datetime

import pytest

from largesse import accounts as room
from largesse.accounts import AccountsService, Holdings, HostUser, TermsNotAccepted, routes
from largesse.kit import ids, outbox
from largesse.kit.news import News

PASSWORD = "a horse, a battery and a staple"


@pytest.fixture
async def client(app_client, accounts):
    return await app_client(routes, accounts=accounts)


async def test_a_guest_has_no_account(client, cast):
    for path in ("/v1/me", "/v1/sessions", "/v1/me/export"):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")


async def test_a_name_is_changed_and_seen_everywhere_at_once(client, cast, accounts):
    assert (await accounts.people([cast.alice.key]))[cast.alice.key].display_name == "Alice"
    assert (await accounts.person_by_id(cast.alice.id)).display_name == "Alice"
    answer = await client.patch("/v1/me", json={"display_name": " Ali\u0301ce 🎁 "}, headers=cast.alice.headers)
    assert answer.json()["display_name"] == "Alíce 🎁"
    assert (await accounts.people([cast.alice.key]))[cast.alice.key].display_name == "Alíce 🎁"
    assert (await accounts.person_by_id(cast.alice.id)).display_name == "Alíce 🎁"
    assert (await accounts.authenticate(cast.alice.token)).display_name == "Alíce 🎁"


@pytest.mark.parametrize(
    "changes", [{"display_name": "\u202e"}, {"country": "XX"}, {"country": "de"}, {"badge_hidden": "maybe"}]
)
async def test_bad_changes_change_nothing(client, cast, changes):
    before = (await client.get("/v1/me", headers=cast.alice.headers)).json()
    answer = await client.patch("/v1/me", json=changes, headers=cast.alice.headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert (await client.get("/v1/me", headers=cast.alice.headers)).json() == before


async def test_moving_makes_nobody_of_age_sooner(client, make_person, clock, db, accounts):
    today = clock.now().date()
    born = date(today.year - 18, 1, 1)
    young = await make_person("young", born=born, country="US")
    moved = await client.patch("/v1/me", json={"country": "KR"}, headers=young.headers)
    assert moved.json()["age"] == "minor"
    assert (await accounts.authenticate(young.token)).adult_from == date(today.year + 1, 1, 1)
    back = await client.patch("/v1/me", json={"country": "US"}, headers=young.headers)
    assert (back.json()["country"], back.json()["age"]) == ("US", "minor")


async def test_an_adult_becomes_a_creator_and_again_is_the_same(client, cast, accounts, db):
    assert not (await accounts.authenticate(cast.alice.token)).creator
    for _ in range(2):
        answer = await client.post("/v1/me/creator", json={"accept_terms": True}, headers=cast.alice.headers)
        assert (answer.status_code, answer.json()["roles"]) == (200, ["creator"])
    assert (await accounts.authenticate(cast.alice.token)).creator
    async with db.read() as tx:
        assert await room.accepted_terms(tx, cast.alice.key, "creator")


async def test_a_minor_does_not_become_a_creator(client, make_person, clock):
    young = await make_person("young", born=date(clock.now().year - 17, 1, 1))
    answer = await client.post("/v1/me/creator", json={"accept_terms": True}, headers=young.headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "under-age")
    assert (await client.get("/v1/me", headers=young.headers)).json()["roles"] == []


async def test_nobody_becomes_a_creator_without_the_terms(client, cast):
    answer = await client.post("/v1/me/creator", json={"accept_terms": False}, headers=cast.alice.headers)
    assert answer.json()["fields"][0]["name"] == "accept_terms"


async def test_a_new_password_needs_the_old_one_and_signs_the_others_out(client, cast):
    other = (await client.post("/v1/sessions", json={"login": "alice", "password": PASSWORD})).json()["token"]
    wrong = await client.post(
        "/v1/me/password",
        json={"old_password": "no", "new_password": "seven green bottles"},
        headers=cast.alice.headers,
    )
    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong-password")
    done = await client.post(
        "/v1/me/password",
        json={"old_password": PASSWORD, "new_password": "seven green bottles"},
        headers=cast.alice.headers,
    )
    assert done.status_code == 204
    assert (await client.get("/v1/me", headers=cast.alice.headers)).status_code == 200
    assert (await client.get("/v1/me", headers={"Authorization": f"Bearer {other}"})).status_code == 401
    old, new = [
        await client.post("/v1/sessions", json={"login": "alice", "password": p})
        for p in (PASSWORD, "seven green bottles")
    ]
    assert (old.status_code, new.status_code) == (401, 201)


async def test_profiles_are_public(client, cast):
    guest = (await client.get("/v1/accounts/BOB")).json()
    assert (guest["username"], guest["creator"], guest["followers"], guest["you_follow"]) == ("bob", True, 0, None)
    assert "email" not in guest
    for name in ("nobody", "x" * 80, "a%00b", "%F0%9F%8E%81"):
        assert (await client.get(f"/v1/accounts/{name}")).status_code == 404


async def test_following_is_counted_once_and_told_to_rooms(client, cast, db):
    for _ in range(2):
        answer = await client.post("/v1/accounts/bob/follow", headers=cast.alice.headers)
        assert (answer.status_code, answer.json()["followers"], answer.json()["you_follow"]) == (200, 1, True)
    await client.post("/v1/accounts/bob/follow", headers=cast.charlie.headers)
    async with db.read() as tx:
        followed = await room.list_followed(tx, cast.alice.key, [cast.bob.key, cast.charlie.key])
    assert followed == {cast.bob.key}
    told: list[outbox.Row] = []
    async with asyncio.timeout(10):
        while len(told) < 2:  # a row is visible when every earlier transaction of the whole server has ended
            async with db.read() as tx:
                _, told = await outbox.read(tx, outbox.Cursor(), [room.FOLLOWED], 10)
    assert [(row.subject, row.body) for row in told] == [
        (cast.bob.key, {"follower": follower.key, "followed": cast.bob.key}) for follower in (cast.alice, cast.charlie)
    ]
    for _ in range(2):
        answer = await client.delete("/v1/accounts/bob/follow", headers=cast.alice.headers)
        assert (answer.status_code, answer.json()["followers"], answer.json()["you_follow"]) == (200, 1, False)


async def test_nobody_follows_themselves_or_nobody(client, cast):
    own = await client.post("/v1/accounts/alice/follow", headers=cast.alice.headers)
    assert (own.status_code, own.json()["code"]) == (403, "self-follow")
    assert (await client.post("/v1/accounts/nobody/follow", headers=cast.alice.headers)).status_code == 404


async def test_terms_are_accepted_by_version(client, cast, db):
    async with db.write() as tx:
        await tx.execute(
            "INSERT INTO accounts.terms VALUES ('coins', 2, now() - interval '1 hour', 'New'),"
            " ('coins', 3, now() + interval '1 day', 'Later')"
        )
    async with db.read() as tx:
        with pytest.raises(TermsNotAccepted) as refusal:
            await room.accepted_terms(tx, cast.alice.key, "coins")
    assert (refusal.value.document, refusal.value.version) == ("coins", 2)
    listed = {t["document"]: t["version"] for t in (await client.get("/v1/terms")).json()["items"]}
    assert listed == {"service": 1, "coins": 2, "creator": 1}
    for version in (1, 3):
        old = await client.post(
            "/v1/me/terms", json={"document": "coins", "version": version}, headers=cast.alice.headers
        )
        assert (old.status_code, old.json()["code"], old.json()["version"]) == (409, "not-current-terms", 2)
    for _ in range(2):
        done = await client.post("/v1/me/terms", json={"document": "coins", "version": 2}, headers=cast.alice.headers)
        assert done.status_code == 204
    async with db.read() as tx:
        assert await room.accepted_terms(tx, cast.alice.key, "coins")


async def test_being_of_age_is_a_question_of_the_day(db, make_person):
    young = await make_person("young", born=date(2010, 3, 1))
    async with db.read() as tx:
        assert not await room.is_adult(tx, young.key, datetime(2028, 2, 29, 23, 59, tzinfo=UTC))
        assert await room.is_adult(tx, young.key, datetime(2028, 3, 1, tzinfo=UTC))


async def test_the_export_holds_what_is_kept_and_no_secret(client, cast):
    await client.post("/v1/accounts/bob/follow", headers=cast.alice.headers)
    answer = await client.get("/v1/me/export", headers=cast.alice.headers)
    assert "attachment" in answer.headers["content-disposition"]
    body = answer.json()
    assert (body["account"]["email"], body["account"]["birth_date"]) == ("alice@example.org", "1990-05-17")
    assert [f["username"] for f in body["follows"]] == ["bob"]
    assert {t["document"] for t in body["accepted_terms"]} == {"service", "coins"}
    assert len(body["sessions"]) == 1
    for secret in ("argon2", "hash", cast.alice.token, "charlie"):
        assert secret not in answer.text


async def test_who_leaves_is_gone_but_for_a_number(client, cast, accounts, db):
    await client.post("/v1/accounts/alice/follow", headers=cast.bob.headers)
    assert await accounts.person_by_id(cast.alice.id)
    refused = await client.post("/v1/me/erase", json={"password": "wrong"}, headers=cast.alice.headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "wrong-password")
    done = await client.post("/v1/me/erase", json={"password": PASSWORD}, headers=cast.alice.headers)
    assert done.status_code == 204
    assert (await client.get("/v1/me", headers=cast.alice.headers)).status_code == 401
    assert (await client.get("/v1/accounts/alice")).status_code == 404
    assert (await client.get(f"/v1/accounts/former.{cast.alice.key}")).status_code == 404
    assert await accounts.person_by_id(cast.alice.id) is None
    person = (await accounts.people([cast.alice.key]))[cast.alice.key]
    assert (person.id, person.display_name, person.erased) == (cast.alice.id, "Former member", True)
    signed = await client.post("/v1/sessions", json={"login": "alice@example.org", "password": PASSWORD})
    assert signed.status_code == 401
    async with db.read() as tx:
        everything = await tx.scalar(
            "SELECT (SELECT string_agg(a::text, ' ') FROM accounts.account a WHERE key = %(key)s)"
            " || (SELECT string_agg(b::text, ' ') FROM accounts.bearer b WHERE account = %(key)s)",
            {"key": cast.alice.key},
        )
        assert await tx.scalar("SELECT count(*) FROM accounts.follow") == 0
    assert "alice" not in everything.lower()
    assert "1990-05-17" not in everything


async def test_who_still_holds_something_says_twice_that_it_may_be_lost(app_client, cast, db, clock, settings):
    async def holds(_, account):
        return Holdings(coins=350) if account == cast.alice.key else Holdings()

    service = AccountsService(db, News(""), clock, settings, holds=holds)
    client = await app_client(routes, accounts=service)
    refused = await client.post("/v1/me/erase", json={"password": PASSWORD}, headers=cast.alice.headers)
    assert (refused.status_code, refused.json()["code"], refused.json()["coins"]) == (409, "still-holds", 350)
    assert (await client.get("/v1/me", headers=cast.alice.headers)).status_code == 200
    agreed = {"password": PASSWORD, "forfeit": True}
    assert (await client.post("/v1/me/erase", json=agreed, headers=cast.alice.headers)).status_code == 204
    await service.close()


async def test_a_batch_names_people_in_four_ways(accounts, cast, db):
    async with db.write() as tx:
        host = await tx.scalar("INSERT INTO accounts.host (id, name) VALUES (%s, 'Other') RETURNING key", [ids.new()])
        await tx.execute("INSERT INTO accounts.host_user VALUES (%s, 'u-7', %s)", [host, cast.bob.key])
    senders = [
        cast.alice.acct,
        str(cast.bob.id),
        "Charlie",
        {"host_user": "u-7"},
        "nobody",
        ids.encode("acct", ids.new()),
        "a\0",
    ]
    alice, bob, charlie = cast.alice.key, cast.bob.key, cast.charlie.key
    assert await accounts.resolve_senders(None, senders) == [alice, bob, charlie, None, None, None, None]
    assert await accounts.resolve_senders(host, senders) == [None, bob, None, bob, None, None, None]
    async with db.read() as tx:
        assert await room.resolve_senders(tx, host, [HostUser("u-7"), "bob", cast.alice.id]) == [bob, bob, None]
