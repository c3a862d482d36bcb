from datetime import timedelta

from largesse import stage as face
from largesse.kit import ids
from largesse.stage import events


async def test_only_creators_make_lives(client, cast):
    answer = await client.post("/v1/lives", json={"title": "Mine"}, headers=cast.alice.headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "creators-only")
    assert (await client.post("/v1/lives", json={"title": "Mine"})).status_code == 401


async def test_a_live_goes_from_scheduled_to_live_to_ended_and_never_back(client, cast):
    made = await client.post("/v1/lives", json={"title": " Evening songs "}, headers=cast.bob.headers)
    body = made.json()
    assert (made.status_code, body["status"], body["title"]) == (201, "scheduled", "Evening songs")
    assert body["creator"]["username"] == "bob"
    path = f"/v1/lives/{body['id']}"
    assert (await client.post(f"{path}/end", headers=cast.bob.headers)).json()["code"] == "not-live"
    started = await client.post(f"{path}/start", headers=cast.bob.headers)
    assert (started.status_code, started.json()["status"]) == (200, "live")
    again = await client.post(f"{path}/start", headers=cast.bob.headers)
    assert again.json()["started_at"] == started.json()["started_at"]
    ended = await client.post(f"{path}/end", headers=cast.bob.headers)
    assert (ended.status_code, ended.json()["status"]) == (200, "ended")
    assert (await client.post(f"{path}/end", headers=cast.bob.headers)).status_code == 200
    refused = await client.post(f"{path}/start", headers=cast.bob.headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "live-ended")


async def test_a_creator_runs_one_live_at_a_time(client, cast, bobs_live):
    first = await bobs_live()
    second = (await client.post("/v1/lives", json={"title": "Second"}, headers=cast.bob.headers)).json()
    refused = await client.post(f"/v1/lives/{second['id']}/start", headers=cast.bob.headers)
    assert (refused.status_code, refused.json()["code"], refused.json()["live_id"]) == (
        409,
        "already-live",
        first["id"],
    )


async def test_making_a_live_again_with_its_id_gives_the_same(client, cast):
    chosen = ids.encode("live", ids.new())
    body = {"id": chosen, "title": "Once", "gifts_enabled": False}
    first = await client.post("/v1/lives", json=body, headers=cast.bob.headers)
    again = await client.post("/v1/lives", json=body, headers=cast.bob.headers)
    assert (again.status_code, again.headers["Idempotent-Replay"]) == (201, "true")
    assert again.json() == first.json()
    other = await client.post("/v1/lives", json=body | {"title": "Twice"}, headers=cast.bob.headers)
    assert (other.status_code, other.json()["code"]) == (409, "id-reused")
    keyed = {**cast.bob.headers, "Idempotency-Key": "one"}
    first = await client.post("/v1/lives", json={"title": "Keyed"}, headers=keyed)
    again = await client.post("/v1/lives", json={"title": "Keyed"}, headers=keyed)
    assert first.json()["id"] == again.json()["id"]


async def test_only_its_creator_changes_a_live(client, cast, bobs_live):
    live = await bobs_live()
    path = f"/v1/lives/{live['id']}"
    changed = await client.patch(
        path, json={"title": "Morning songs", "gifts_enabled": False}, headers=cast.bob.headers
    )
    assert (changed.json()["title"], changed.json()["gifts_enabled"]) == ("Morning songs", False)
    assert changed.json()["description"] == live["description"]
    for verb, json in (("patch", {"title": "X"}), ("post", None)):
        where = path if verb == "patch" else f"{path}/end"
        answer = await getattr(client, verb)(where, headers=cast.alice.headers, **({"json": json} if json else {}))
        assert (answer.status_code, answer.json()["code"]) == (403, "not-your-live")
    late = await client.patch(path, json={"scheduled_at": None}, headers=cast.bob.headers)
    assert late.json()["code"] == "live-ended"


async def test_bad_lives_are_refused_and_name_the_field(client, cast, clock):
    far = (clock.now() + timedelta(days=1000)).isoformat()
    for body, field in (
        ({"title": ""}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"title": "a\u202eb"}, "title"),
        ({"title": "ok", "description": "x" * 2001}, "description"),
        ({"title": "ok", "cover": "javascript:alert(1)"}, "cover"),
        ({"title": "ok", "scheduled_at": far}, "scheduled_at"),
        ({"title": "ok", "id": "12"}, "id"),
        ({"title": 5}, "title"),
    ):
        answer = await client.post("/v1/lives", json=body, headers=cast.bob.headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), body
        assert field in answer.text, body
    for path in ("/v1/lives/live_nope", "/v1/lives/" + ids.encode("live", ids.new()), "/v1/lives/%00"):
        assert (await client.get(path)).status_code == 404


async def test_lives_are_listed_by_status_page_by_page(client, cast, make_person, clock):
    creators = [await make_person(f"creator{n}", creator=True) for n in range(5)]
    for n, creator in enumerate(creators):
        at = (clock.now() + timedelta(hours=10 - n)).isoformat()
        body = {"title": f"LIVE {n}", "scheduled_at": at}
        live = (await client.post("/v1/lives", json=body, headers=creator.headers)).json()
        if n < 3:
            await client.post(f"/v1/lives/{live['id']}/start", headers=creator.headers)
    await client.post("/v1/lives", json={"title": "not announced"}, headers=creators[0].headers)

    async def titles(**query):
        found, cursor = [], None
        while True:
            page = (await client.get("/v1/lives", params=query | ({"cursor": cursor} if cursor else {}))).json()
            found += [live["title"] for live in page["items"]]
            cursor = page["next_cursor"]
            if not cursor:
                return found

    assert await titles(limit=2) == ["LIVE 2", "LIVE 1", "LIVE 0"]
    assert await titles(status="scheduled", limit=1) == ["LIVE 4", "LIVE 3"]
    assert await titles(status="ended") == []
    assert await titles(creator="creator1") == ["LIVE 1"]
    assert await titles(creator="nobody") == []
    assert (await client.get("/v1/lives", params={"cursor": "%%%"})).json()["code"] == "invalid"
    assert (await client.get("/v1/lives", params={"status": "paused"})).status_code == 400


async def test_you_follow_is_told_to_who_is_signed_in(client, cast, db, bobs_live):
    live = await bobs_live()
    path = f"/v1/lives/{live['id']}"
    assert (await client.get(path)).json()["you_follow"] is None
    assert (await client.get(path, headers=cast.alice.headers)).json()["you_follow"] is False
    async with db.write() as tx:
        await tx.execute(
            "INSERT INTO accounts.follow (follower, followed) VALUES (%s, %s)", [cast.alice.key, cast.bob.key]
        )
    assert (await client.get(path, headers=cast.alice.headers)).json()["you_follow"] is True


async def test_starting_and_ending_are_told_in_the_outbox(client, cast, db, bobs_live):
    live = await bobs_live()
    await client.post(f"/v1/lives/{live['id']}/end", headers=cast.bob.headers)
    async with db.read() as tx:
        rows = await tx.rows("SELECT topic, body FROM kit.outbox ORDER BY id")
    assert [row["topic"] for row in rows] == [events.LIVE_STARTED, events.LIVE_ENDED]
    assert {row["body"]["creator"] for row in rows} == {cast.bob.key}


async def test_what_decides_a_gift_is_asked_without_waiting(db, cast, client, bobs_live, stage):
    live = await bobs_live()
    found = await stage.get(ids.decode(live["id"], "live"))
    async with db.read() as tx:
        facts = await face.ask_facts(tx, [found.key])
        assert await facts.fetchall() == [(found.key, cast.bob.key, "live", True, "live")]
        assert await (await face.ask_bans(tx, [found.key], [cast.alice.key])).fetchall() == []
    ban = {"action": "ban", "account": "alice"}
    assert (
        await client.post(f"/v1/lives/{live['id']}/moderation", json=ban, headers=cast.bob.headers)
    ).status_code == 200
    async with db.read() as tx:
        bans = await face.ask_bans(tx, [found.key], [cast.alice.key, cast.charlie.key])
        assert await bans.fetchall() == [(found.key, cast.alice.key)]


async def test_what_is_said_with_a_gift_is_kept_beside_the_books(db, cast):
    gift = ids.new()
    async with db.write() as tx:
        await face.write_notes(tx, [(cast.alice.key, gift, 1, "combo", "for you")])
        await face.write_notes(tx, [(cast.alice.key, gift, 1, None, "other")])
        await face.write_notes(tx, [])
        notes = await face.read_notes(tx, [(cast.alice.key, gift), (cast.bob.key, gift)])
    assert notes == {(cast.alice.key, gift): face.Note("combo", "for you")}
