from collections.abc import AsyncIterator

import pytest

from filming import Filming, filming_of
from largesse.kit import ids


@pytest.fixture
async def filming(db, news, settings, accounts, clock) -> AsyncIterator[Filming]:
    async with filming_of(db, news, settings, accounts, clock) as made:
        yield made


async def codes(answers):
    return [(a.status_code, a.json()["code"]) for a in answers]


async def test_a_video_is_made_once_and_shown_to_its_creator_alone(filming, cast):
    body = {"id": ids.encode("video", ids.new()), "title": " A day at sea ", "description": "One\nTwo"}
    first = await filming.client.post("/v1/videos", json=body, headers=cast.bob.headers)
    assert (first.status_code, first.json()["status"], first.json()["title"]) == (201, "uploading", "A day at sea")
    again = await filming.client.post("/v1/videos", json=body, headers=cast.bob.headers)
    assert (again.headers["Idempotent-Replay"], again.json()) == ("true", first.json())
    other = await filming.client.post("/v1/videos", json=body | {"title": "B"}, headers=cast.bob.headers)
    assert (other.status_code, other.json()["code"]) == (409, "id-reused")
    viewer = await filming.client.post("/v1/videos", json={"title": "Mine"}, headers=cast.alice.headers)
    assert (viewer.status_code, viewer.json()["code"]) == (403, "creators-only")
    path = f"/v1/videos/{first.json()['id']}"
    assert (await filming.client.get(path)).status_code == 404
    assert (await filming.client.get(path, headers=cast.alice.headers)).status_code == 404
    assert (await filming.client.get(path, headers=cast.bob.headers)).json()["progress"] is None
    assert (await filming.client.get(path, headers=cast.olga.headers)).status_code == 200
    assert (await filming.client.get("/v1/videos")).json()["items"] == []
    assert [v["title"] for v in (await filming.client.get("/v1/me/videos", headers=cast.bob.headers)).json()["items"]] \
        == ["A day at sea"]  # fmt: skip


async def test_a_video_is_published_once_its_film_is_ready_and_taken_back(filming, cast):
    video = await filming.make(cast.bob)
    early = await filming.client.post(f"/v1/videos/{video}/publish", headers=cast.bob.headers)
    assert (early.status_code, early.json()["code"], early.json()["state"]) == (409, "not-ready", "uploading")
    await filming.pretend(video)
    stranger = await filming.client.post(f"/v1/videos/{video}/publish", headers=cast.alice.headers)
    assert (stranger.status_code, stranger.json()["code"]) == (404, "not-found")
    published = await filming.client.post(f"/v1/videos/{video}/publish", headers=cast.bob.headers)
    assert (published.status_code, published.json()["status"]) == (200, "published")
    seen = await filming.show(video)
    assert (seen["playback"], seen["poster"]) == (
        {"hls": f"/videos/{video}/master.m3u8", "captions": []},
        f"/videos/{video}/poster.jpg",
    )
    assert (seen["duration_s"], seen["width"], seen["height"]) == (2.5, 640, 360)
    assert (await filming.client.post(f"/v1/videos/{video}/publish", headers=cast.alice.headers)).status_code == 403
    assert [v["id"] for v in (await filming.client.get(f"/v1/videos?creator={cast.bob.acct}")).json()["items"]] == [
        video
    ]
    back = await filming.client.post(f"/v1/videos/{video}/unpublish", headers=cast.bob.headers)
    assert back.json()["status"] == "ready"
    assert (await filming.client.get(f"/v1/videos/{video}")).status_code == 404
    again = await filming.client.post(f"/v1/videos/{video}/publish", headers=cast.bob.headers)
    assert again.json()["published_at"] == published.json()["published_at"]


async def test_a_creator_publishes_many_videos_while_live_and_none_is_taken_for_a_live(filming, cast):
    videos = [await filming.publish(cast.bob, title=f"Part {n}") for n in range(3)]
    live = await filming.client.post("/v1/lives", json={"title": "Now"}, headers=cast.bob.headers)
    started = await filming.client.post(f"/v1/lives/{live.json()['id']}/start", headers=cast.bob.headers)
    assert started.status_code == 200
    assert [v["id"] for v in (await filming.client.get("/v1/lives")).json()["items"]] == [live.json()["id"]]
    bare = str(ids.decode(videos[0], "video"))
    for path in (f"/v1/lives/{bare}", f"/v1/lives/{bare}/summary", f"/v1/lives/{bare}/top-gifters"):
        assert (await filming.client.get(path)).status_code == 404, path
    assert (await filming.client.post(f"/v1/lives/{bare}/end", headers=cast.bob.headers)).status_code == 404
    assert (await filming.client.get(f"/v1/videos/{ids.decode(live.json()['id'], 'live')}")).status_code == 404


async def test_published_videos_are_listed_newest_first_page_by_page(filming, cast):
    videos = [await filming.publish(cast.bob, title=f"Part {n}") for n in range(5)]
    listed, after = [], None
    for _ in range(3):
        query = {"limit": 2, "creator": "bob"} | ({"after": after} if after else {})
        page = (await filming.client.get("/v1/videos", params=query)).json()
        listed += [v["id"] for v in page["items"]]
        after = page["next_cursor"]
    assert (listed, after) == (videos[::-1], None)
    assert (await filming.client.get("/v1/videos", params={"creator": "nobody"})).json()["items"] == []
    assert (await filming.client.get("/v1/videos", params={"after": "x"})).status_code == 400


async def test_what_changes_is_what_was_given(filming, cast):
    video = await filming.make(cast.bob, description="All of it")
    path = f"/v1/videos/{video}"
    changed = await filming.client.patch(path, json={"gifts_enabled": False}, headers=cast.bob.headers)
    assert [changed.json()[k] for k in ("title", "description", "gifts_enabled", "comments_enabled")] \
        == ["Evening songs", "All of it", False, True]  # fmt: skip
    more = {"title": "Night songs", "comments_enabled": False, "description": ""}
    changed = await filming.client.patch(path, json=more, headers=cast.bob.headers)
    assert [changed.json()[k] for k in ("title", "description", "gifts_enabled", "comments_enabled")] \
        == ["Night songs", "", False, False]  # fmt: skip
    assert (await filming.client.patch(path, json={"title": ""}, headers=cast.bob.headers)).status_code == 400
    assert (await filming.client.patch(path, json={"views": 5}, headers=cast.bob.headers)).status_code == 400


async def test_a_moderator_hides_a_video_with_a_reason_that_its_creator_reads(filming, cast, db):
    video = await filming.publish(cast.bob)
    path = f"/v1/office/videos/{video}"
    for who in (cast.bob, cast.alice):
        refused = await filming.client.post(f"{path}/hide", json={"reason": "no"}, headers=who.headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    hidden = await filming.client.post(f"{path}/hide", json={"reason": "Not yours to show"}, headers=cast.olga.headers)
    assert (hidden.status_code, hidden.json()["status"]) == (200, "hidden")
    assert (await filming.client.get(f"/v1/videos/{video}")).status_code == 404
    own = await filming.show(video, cast.bob)
    assert (own["status"], own["hidden_reason"]) == ("hidden", "Not yours to show")
    await filming.client.post(f"/v1/videos/{video}/unpublish", headers=cast.bob.headers)
    await filming.client.post(f"/v1/videos/{video}/publish", headers=cast.bob.headers)
    assert (await filming.client.get(f"/v1/videos/{video}")).status_code == 404
    shown = await filming.client.post(f"{path}/show", headers=cast.olga.headers)
    assert (shown.json()["status"], shown.json()["hidden_reason"]) == ("published", None)
    assert (await filming.show(video))["status"] == "published"
    async with db.read() as tx:
        rows = await tx.rows("SELECT verb, about, body FROM kit.trail ORDER BY n")
    assert [(row["verb"], row["about"], row["body"]["reason"]) for row in rows] == [
        ("video.hide", video, "Not yours to show"),
        ("video.show", video, ""),
    ]


async def test_a_removed_video_is_gone_for_everybody(filming, cast):
    video = await filming.publish(cast.bob)
    assert (await filming.client.delete(f"/v1/videos/{video}", headers=cast.alice.headers)).status_code == 403
    assert (await filming.client.delete(f"/v1/videos/{video}", headers=cast.bob.headers)).status_code == 204
    for who in (cast.bob, cast.alice, cast.olga):
        assert (await filming.client.get(f"/v1/videos/{video}", headers=who.headers)).status_code == 404
    assert (await filming.client.get("/v1/me/videos", headers=cast.bob.headers)).json()["items"] == []
    assert (await filming.client.delete(f"/v1/videos/{video}", headers=cast.bob.headers)).status_code == 404
