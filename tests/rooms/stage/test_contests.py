"""What goals and matches refuse, and who may do what. What they count: tests/rooms/realtime/test_contests.py."""

import asyncio

import pytest

from largesse.kit import ids


@pytest.fixture
async def eve(make_person):
    return await make_person("eve", creator=True)


@pytest.fixture
async def theirs(client, eve, bobs_live):
    """Bob's running LIVE, and Eve's."""
    his = await bobs_live()
    hers = (await client.post("/v1/lives", json={"title": "Morning songs"}, headers=eve.headers)).json()
    await client.post(f"/v1/lives/{hers['id']}/start", headers=eve.headers)
    return his, hers


async def invited(client, theirs, cast, **more):
    his, hers = theirs
    body = {"opponent": hers["id"], "seconds": 60} | more
    return await client.post(f"/v1/lives/{his['id']}/matches", json=body, headers=cast.bob.headers)


async def test_a_goal_is_its_creators_and_has_bounds(client, cast, bobs_live):
    live = await bobs_live()
    path = f"/v1/lives/{live['id']}/goal"
    coins = {"title": "New guitar", "coins": 100}
    assert (await client.get(path)).status_code == 404
    assert (await client.put(path, json=coins)).status_code == 401
    refused = await client.put(path, json=coins, headers=cast.alice.headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "not-your-live")
    for body in (
        {"title": "", "coins": 1}, {"title": "x" * 61, "coins": 1}, {"title": "x", "coins": 0}, {"title": "x"},
        {"title": "x", "coins": 1, "gift_id": "rose", "count": 1}, {"title": "x", "gift_id": "rose"},
        {"title": "x", "gift_id": "nothing", "count": 1}, {"title": "x", "coins": 10**10}, {"title": "x", "count": 3},
    ):  # fmt: skip
        assert (await client.put(path, json=body, headers=cast.bob.headers)).json()["code"] == "invalid", body
    first = await client.put(path, json=coins, headers=cast.bob.headers)
    assert (first.status_code, (await client.get(path)).json()) == (200, first.json())
    other = {"title": "Roses", "gift_id": "rose", "count": 5}
    assert (await client.put(path, json=other, headers=cast.bob.headers)).json()["gift_id"] == "rose"
    assert (await client.delete(path, headers=cast.alice.headers)).json()["code"] == "not-your-live"
    for _ in range(2):
        assert (await client.delete(path, headers=cast.bob.headers)).status_code == 204
    await client.post(f"/v1/lives/{live['id']}/end", headers=cast.bob.headers)
    assert (await client.put(path, json=coins, headers=cast.bob.headers)).json()["code"] == "live-ended"


async def test_of_a_live_for_followers_strangers_read_nothing_and_it_is_no_opponent(client, cast, eve, theirs):
    _, hers = theirs
    path = f"/v1/lives/{hers['id']}"
    assert (await client.put(f"{path}/goal", json={"title": "A piano", "coins": 50}, headers=eve.headers)).is_success
    assert (await client.patch(path, json={"visibility": "followers"}, headers=eve.headers)).is_success
    for what in ("goal", "matches", "reminder", "calendar.ics"):
        refused = await client.get(f"{path}/{what}", headers=cast.charlie.headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "for-followers"), what
    remind = await client.put(f"{path}/reminder", headers=cast.charlie.headers)
    assert remind.json()["code"] == "for-followers"
    assert (await client.get(f"{path}/goal", headers=eve.headers)).json()["title"] == "A piano"
    opponents = await client.get(f"/v1/lives/{theirs[0]['id']}/opponents", headers=cast.bob.headers)
    assert opponents.json()["items"] == []
    assert (await invited(client, theirs, cast)).status_code == 404


async def test_a_live_has_a_hundred_goals_at_most(client, cast, bobs_live, db):
    live = await bobs_live()
    path = f"/v1/lives/{live['id']}/goal"
    async with db.write() as tx:
        await tx.execute(
            "INSERT INTO stage.goal (stage, title, target, dropped_at) SELECT key, 'old', 1, now()"
            " FROM stage.stage, generate_series(1, 100) WHERE id = %s", [ids.decode(live["id"], "live")],
        )  # fmt: skip
    refused = await client.put(path, json={"title": "More", "coins": 1}, headers=cast.bob.headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "too-many-goals")


async def test_an_invitation_is_answered_once_and_by_the_invited_alone(client, cast, eve, theirs):
    asked = await invited(client, theirs, cast)
    assert (asked.status_code, asked.json()["status"]) == (201, "invited")
    path = f"/v1/matches/{asked.json()['id']}"
    for who in (cast.alice, cast.bob):
        assert (await client.post(f"{path}/accept", headers=who.headers)).status_code == 404
    assert (await client.get(f"/v1/lives/{theirs[1]['id']}/matches")).json()["items"] == [], "nobody else sees it"
    seen = await client.get(f"/v1/lives/{theirs[1]['id']}/matches", headers=eve.headers)
    assert [match["id"] for match in seen.json()["items"]] == [asked.json()["id"]]
    answers = await asyncio.gather(*(client.post(f"{path}/accept", headers=eve.headers) for _ in range(3)))
    assert {a.status_code for a in answers} == {200}
    assert len({a.json()["ends_at"] for a in answers}) == 1
    assert (await client.post(f"{path}/decline", headers=eve.headers)).json()["code"] == "invite-over"
    assert (await client.get(path)).json()["status"] == "running"
    refused = await invited(client, theirs, cast)
    assert (refused.status_code, refused.json()["code"]) == (409, "match-running")


async def test_invitations_are_few_and_a_refusal_stands_a_while(client, cast, eve, theirs):
    chosen = {"id": ids.encode("match", ids.new())}
    asked = await invited(client, theirs, cast, **chosen)
    again = await invited(client, theirs, cast, **chosen)
    assert (again.status_code, again.headers["Idempotent-Replay"]) == (201, "true")
    assert (await invited(client, theirs, cast, seconds=120, **chosen)).json()["code"] == "id-reused"
    assert (await invited(client, theirs, cast)).json()["code"] == "invite-open"
    declined = await client.post(f"/v1/matches/{asked.json()['id']}/decline", headers=eve.headers)
    assert declined.json()["status"] == "declined"
    refused = await invited(client, theirs, cast)
    assert (refused.status_code, refused.json()["code"]) == (409, "match-declined")
    assert 1 <= int(refused.headers["Retry-After"]) <= 120


async def test_an_invitation_lapses_after_a_minute(  # noqa: PLR0917 - fixtures
    client, cast, eve, theirs, contests, db
):
    asked = await invited(client, theirs, cast)
    async with db.write() as tx:
        await tx.execute("UPDATE stage.match SET expires_at = now()")
    path = f"/v1/matches/{asked.json()['id']}"
    assert (await client.post(f"{path}/accept", headers=eve.headers)).json()["code"] == "invite-over"
    await contests.settle_due()
    assert (await client.get(path)).json()["status"] == "expired"
    assert (await invited(client, theirs, cast)).status_code == 201


async def test_only_running_lives_of_others_are_invited(client, cast, eve, theirs):
    his, hers = theirs
    path = f"/v1/lives/{his['id']}/matches"
    own = await client.post(path, json={"opponent": his["id"], "seconds": 60}, headers=cast.bob.headers)
    assert own.json()["code"] == "invalid"
    for seconds in (59, 601):
        body = {"opponent": hers["id"], "seconds": seconds}
        assert (await client.post(path, json=body, headers=cast.bob.headers)).json()["code"] == "invalid"
    body = {"opponent": hers["id"], "seconds": 60}
    assert (await client.post(path, json=body, headers=eve.headers)).json()["code"] == "not-your-live"
    nobodys = {"opponent": ids.encode("live", ids.new()), "seconds": 60}
    assert (await client.post(path, json=nobodys, headers=cast.bob.headers)).status_code == 404
    asked = (await client.post(path, json=body, headers=cast.bob.headers)).json()
    await client.post(f"/v1/lives/{hers['id']}/end", headers=eve.headers)
    assert (await client.get(f"/v1/matches/{asked['id']}")).json()["status"] == "declined"
    assert (await client.post(path, json=body, headers=cast.bob.headers)).json()["code"] == "not-live"


async def test_a_live_plays_one_match_whoever_accepts_first(client, cast, eve, theirs, make_person):
    his, hers = theirs
    fay = await make_person("fay", creator=True)
    third = (await client.post("/v1/lives", json={"title": "Third"}, headers=fay.headers)).json()
    await client.post(f"/v1/lives/{third['id']}/start", headers=fay.headers)
    asked = [
        (await client.post(
            f"/v1/lives/{live['id']}/matches", json={"opponent": hers["id"], "seconds": 60}, headers=who.headers
        )).json()["id"]
        for live, who in ((his, cast.bob), (third, fay))
    ]  # fmt: skip
    answers = await asyncio.gather(*(client.post(f"/v1/matches/{m}/accept", headers=eve.headers) for m in asked))
    assert sorted(a.status_code for a in answers) == [200, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"match-running"}


async def test_opponents_are_those_who_are_free_and_followed_ones_first(  # noqa: PLR0917 - fixtures
    client, cast, eve, theirs, make_person, db
):
    his, hers = theirs
    fay = await make_person("fay", creator=True)
    third = (await client.post("/v1/lives", json={"title": "Third"}, headers=fay.headers)).json()
    await client.post(f"/v1/lives/{third['id']}/start", headers=fay.headers)
    path = f"/v1/lives/{his['id']}/opponents"
    assert (await client.get(path, headers=eve.headers)).json()["code"] == "not-your-live"
    newest_first = (await client.get(path, headers=cast.bob.headers)).json()["items"]
    assert [one["live"] for one in newest_first] == [third["id"], hers["id"]]
    async with db.write() as tx:
        await tx.execute("INSERT INTO accounts.follow (follower, followed) VALUES (%s, %s)", [cast.bob.key, eve.key])
    followed = (await client.get(path, headers=cast.bob.headers)).json()["items"]
    assert [(one["live"], one["you_follow"]) for one in followed] == [(hers["id"], True), (third["id"], False)]
    asked = (await invited(client, theirs, cast)).json()
    await client.post(f"/v1/matches/{asked['id']}/accept", headers=eve.headers)
    assert [one["live"] for one in (await client.get(path, headers=cast.bob.headers)).json()["items"]] == [third["id"]]


async def test_a_multiplier_needs_a_running_match_and_its_bounds(client, cast, eve, theirs):
    asked = (await invited(client, theirs, cast)).json()
    path = f"/v1/matches/{asked['id']}/multiplier"
    body = {"factor": 2, "after_s": 5, "seconds": 20}
    assert (await client.post(path, json=body, headers=cast.bob.headers)).json()["code"] == "match-over"
    await client.post(f"/v1/matches/{asked['id']}/accept", headers=eve.headers)
    for bad in ({"factor": 4}, {"factor": 1}, {"after_s": 4}, {"seconds": 9}, {"seconds": 61}):
        assert (await client.post(path, json=body | bad, headers=cast.bob.headers)).json()["code"] == "invalid"
    assert (await client.post(path, json=body, headers=cast.alice.headers)).status_code == 404
    assert (await client.post(path, json=body, headers=eve.headers)).status_code == 200
    late = {"factor": 2, "after_s": 58, "seconds": 20}
    assert (await client.post(path, json=late, headers=eve.headers)).json()["code"] == "multiplier-does-not-fit"
