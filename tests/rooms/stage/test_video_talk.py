from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from filming import QUICK, Filming, film, filming_of, pictures
from largesse.kit import ids
from largesse.stage import erase_person, export_person

VTT = b"WEBVTT\n\n00:00.500 --> 00:02.000 align:start hack:1\nHello <b>there</b> <script>x</script>\n"


@pytest.fixture
async def filming(db, news, settings, accounts, clock) -> AsyncIterator[Filming]:
    async with filming_of(db, news, settings, accounts, clock) as made:
        yield made


async def say(filming, who, video, text, **more):
    body = {"text": text, **more}
    return await filming.client.post(f"/v1/videos/{video}/comments", json=body, headers=who.headers)


async def test_comments_are_paged_newest_first_and_counted(filming, cast):
    video = await filming.publish(cast.bob)
    said = [(await say(filming, cast.alice, video, f"line {n}")).json()["id"] for n in range(5)]
    path, listed, after = f"/v1/videos/{video}/comments", [], None
    for _ in range(3):
        page = (await filming.client.get(path, params={"limit": 2} | ({"after": after} if after else {}))).json()
        listed += [line["id"] for line in page["items"]]
        after = page["next_cursor"]
    assert (listed, after) == (said[::-1], None)
    assert page["items"][0]["sender"]["username"] == "alice"
    assert (await filming.show(video))["comments"] == 5
    mine = await filming.client.delete(f"{path}/{said[0]}", headers=cast.charlie.headers)
    assert (mine.status_code, mine.json()["code"]) == (403, "not-your-video")
    for who, comment in ((cast.alice, said[0]), (cast.bob, said[1]), (cast.olga, said[2]), (cast.bob, said[2])):
        assert (await filming.client.delete(f"{path}/{comment}", headers=who.headers)).status_code == 204
    left = (await filming.client.get(path)).json()["items"]
    assert [line["id"] for line in left] == [said[4], said[3]]
    assert (await filming.show(video))["comments"] == 2


async def test_a_comment_is_kept_once_and_its_id_is_of_now(filming, cast):
    video = await filming.publish(cast.bob)
    comment = ids.encode("comment", ids.new())
    first = await say(filming, cast.alice, video, "hello", id=comment)
    again = await say(filming, cast.alice, video, "hello", id=comment)
    assert (first.status_code, again.headers["Idempotent-Replay"], again.json()) == (201, "true", first.json())
    assert (await say(filming, cast.alice, video, "other", id=comment)).json()["code"] == "id-reused"
    assert (await filming.show(video))["comments"] == 1
    later_ms = int((datetime.now(UTC) + timedelta(days=2)).timestamp() * 1000)
    later = UUID(int=later_ms << 80 | 7 << 76 | 2 << 62)
    ahead = await say(filming, cast.alice, video, "on top for ever", id=str(later))
    assert (ahead.status_code, ahead.json()["code"]) == (400, "invalid")


async def test_the_rules_of_a_creators_rooms_hold_for_their_videos(filming, cast):
    video = await filming.publish(cast.bob)
    live = (await filming.client.post("/v1/lives", json={"title": "x"}, headers=cast.bob.headers)).json()["id"]
    rules = {"words": ["spoiler"], "slow_s": 0, "emoji_only": False, "followers_only": False}
    put = await filming.client.put(f"/v1/lives/{live}/rules", json=rules, headers=cast.bob.headers)
    assert put.is_success, put.text
    assert (await say(filming, cast.alice, video, "a SPOILER!")).json()["code"] == "muted-word"
    assert (await say(filming, cast.bob, video, "my spoiler")).status_code == 201
    assert (await filming.client.post(f"/v1/videos/{video}/comments", json={"text": "hi"})).status_code == 401
    body = {"comments_enabled": False}
    await filming.client.patch(f"/v1/videos/{video}", json=body, headers=cast.bob.headers)
    off = await say(filming, cast.alice, video, "fine words")
    assert (off.status_code, off.json()["code"]) == (403, "comments-off")
    await filming.client.post(f"/v1/videos/{video}/unpublish", headers=cast.bob.headers)
    assert (await say(filming, cast.alice, video, "hello?")).status_code == 404
    assert (await filming.client.get(f"/v1/videos/{video}/comments")).status_code == 404


async def test_a_person_likes_a_video_once(filming, cast):
    video = await filming.publish(cast.bob)
    path = f"/v1/videos/{video}/like"
    for who in (cast.alice, cast.alice, cast.charlie):
        assert (await filming.client.put(path, headers=who.headers)).status_code == 204
    assert [(await filming.show(video, who))["liked"] for who in (cast.alice, cast.bob)] == [True, False]
    assert (await filming.show(video))["likes"] == 2
    for _ in range(2):
        assert (await filming.client.delete(path, headers=cast.alice.headers)).status_code == 204
    seen = await filming.show(video, cast.alice)
    assert (seen["likes"], seen["liked"]) == (1, False)
    assert (await filming.client.put(path)).status_code == 401


async def test_a_viewer_counts_once_in_six_hours_and_the_creator_never(filming, cast, db):
    video = await filming.publish(cast.bob)
    path = f"/v1/videos/{video}/views"

    async def seen_by(*headers):
        for one in headers:
            assert (await filming.client.post(path, headers=one)).status_code == 202
        await filming.videos.talk.close()
        return (await filming.show(video))["views"]

    phone, desk = {"User-Agent": "phone"}, {"User-Agent": "desk"}
    assert await seen_by(cast.alice.headers, cast.alice.headers, phone, phone, desk, cast.bob.headers) == 3
    assert await seen_by(cast.alice.headers, phone) == 3
    async with db.write() as tx:
        await tx.execute("UPDATE stage.viewing SET at = at - interval '6 hours 1 second'")
    assert await seen_by(cast.alice.headers, phone, desk) == 6
    assert (await filming.client.post(f"/v1/videos/{video}/shares", headers=cast.alice.headers)).status_code == 202
    assert (await filming.show(video))["shares"] == 1


async def test_files_are_served_by_ranges_and_kept_for_ever_but_playlists(filming, cast, tmp_path):
    made = await filming.film(cast.bob, film(tmp_path / "a.mp4", *pictures("320x180"), *QUICK))
    base = f"/videos/{made['id']}"
    for who in ({}, cast.alice.headers):
        assert (await filming.client.get(f"{base}/master.m3u8", headers=who)).status_code == 404
    for who in (cast.bob, cast.olga):
        own = await filming.client.get(f"{base}/master.m3u8", headers=who.headers)
        assert (own.status_code, own.headers["Cache-Control"]) == (200, "private, no-cache")
    await filming.client.post(f"/v1/videos/{made['id']}/publish", headers=cast.bob.headers)
    master = await filming.client.get(f"{base}/master.m3u8")
    assert master.headers["Content-Type"] == "application/vnd.apple.mpegurl"
    assert master.headers["Cache-Control"] == "no-cache"
    poster = await filming.client.get(f"{base}/poster.jpg")
    assert (poster.headers["Content-Type"], poster.content[:2]) == ("image/jpeg", b"\xff\xd8")
    whole = await filming.client.get(f"{base}/180p.mp4")
    assert (whole.status_code, whole.headers["Content-Type"]) == (200, "video/mp4")
    assert whole.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    size = len(whole.content)
    assert whole.headers["Content-Length"] == str(size)
    for asked, start, end in (("bytes=4-7", 4, 8), ("bytes=-5", size - 5, size), ("bytes=9-", 9, size)):
        part = await filming.client.get(f"{base}/180p.mp4", headers={"Range": asked})
        assert (part.status_code, part.content) == (206, whole.content[start:end]), asked
        assert part.headers["Content-Range"] == f"bytes {start}-{end - 1}/{size}"
    beyond = await filming.client.get(f"{base}/180p.mp4", headers={"Range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{size}")
    stale = await filming.client.get(f"{base}/180p.mp4", headers={"Range": "bytes=0-3", "If-Range": '"old"'})
    assert (stale.status_code, len(stale.content)) == (200, size)
    kept = await filming.client.get(f"{base}/180p.mp4", headers={"If-None-Match": whole.headers["ETag"]})
    assert (kept.status_code, kept.content) == (304, b"")


async def test_no_name_leads_out_of_a_videos_folder(filming, cast, tmp_path):
    made = await filming.film(cast.bob, film(tmp_path / "a.mp4", *pictures("320x180"), *QUICK))
    await filming.client.post(f"/v1/videos/{made['id']}/publish", headers=cast.bob.headers)
    (filming.films.storage.root / "videos" / "secret.jpg").write_text("secret")
    for name in (
        "../secret.jpg", "..%2fsecret.jpg", "%2e%2e/secret.jpg", "..%5csecret.jpg", "/etc/passwd", "%2fetc%2fpasswd",
        "poster.jpg%00.mp4", ".poster.jpg.new", "poster.jpg/", "180p.mp4/../poster.jpg", "POSTER.JPG", "x" * 3000,
    ):  # fmt: skip
        answer = await filming.client.get(f"/videos/{made['id']}/{name}")
        assert b"secret" not in answer.content, name
        assert answer.status_code in {404, 400} or answer.headers["Content-Type"] == "image/jpeg", name
    assert (await filming.client.get("/videos/..%2f..%2fetc/poster.jpg")).status_code == 404


async def put_captions(filming, who, video, lang, body, label=""):  # noqa: PLR0917
    return await filming.client.put(
        f"/v1/videos/{video}/captions/{lang}", params={"label": label}, content=body,
        headers={"Content-Type": "text/vtt", **who.headers},
    )  # fmt: skip


async def test_captions_are_written_again_as_nothing_but_times_and_words(filming, cast):
    video = await filming.publish(cast.bob)
    assert (await put_captions(filming, cast.bob, video, "en", VTT, "English")).status_code == 204
    (caption,) = (await filming.show(video))["playback"]["captions"]
    assert (caption["lang"], caption["label"]) == ("en", "English")
    shown = await filming.client.get(caption["url"])
    assert shown.headers["Content-Type"] == "text/vtt; charset=utf-8"
    assert shown.text == "WEBVTT\n\n00:00:00.500 --> 00:00:02.000 align:start\nHello <b>there</b> x\n"
    more = VTT.replace(b"Hello", "Grüße".encode())
    assert (await put_captions(filming, cast.bob, video, "en", more)).status_code == 204
    (again,) = (await filming.show(video))["playback"]["captions"]
    assert again["url"] != caption["url"]
    assert (await filming.client.get(caption["url"])).status_code == 404
    assert (await put_captions(filming, cast.alice, video, "en", VTT)).status_code == 403
    assert (await put_captions(filming, cast.bob, video, "../x", VTT)).status_code in {400, 404}
    path = f"/v1/videos/{video}/captions/en"
    assert (await filming.client.delete(path, headers=cast.bob.headers)).status_code == 204
    assert (await filming.client.delete(path, headers=cast.bob.headers)).status_code == 404
    assert (await filming.show(video))["playback"]["captions"] == []


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (b"1\n00:00:01,000 --> 00:00:02,000\nSubRip\n", 1),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\nfine\n\n00:05.000 --> 00:04.000\nbackwards\n", 6),
        (b"WEBVTT\n\nNOTE a note\n\nwords without times\n", 5),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\nno empty\n00:02.000 --> 00:03.000\nline\n", 5),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"x" * 501 + b"\n", 4),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\nline \xff\n", 4),
        (b"WEBVTT\n\nSTYLE\n::cue { background: url(http://example.org/x) }\n", 5),
        (b"WEBVTT\n" + b"\n00:01.000 --> 00:02.000\nx\n" * 10_001, 30_003),
    ],
)  # fmt: skip
async def test_bad_captions_are_refused_with_their_line(filming, cast, body, line):
    video = await filming.make(cast.bob)
    answer = await put_captions(filming, cast.bob, video, "en", body)
    assert (answer.status_code, answer.json()["code"], answer.json()["line"]) == (422, "bad-captions", line)


async def test_captions_are_bounded(filming, cast):
    video = await filming.make(cast.bob)
    large = await put_captions(filming, cast.bob, video, "en", b"WEBVTT\n" + b" " * 500_001)
    assert (large.status_code, large.json()["code"]) == (413, "file-too-large")


async def test_an_erased_creators_videos_and_words_are_gone_and_an_export_lists_them(filming, cast, db, tmp_path):
    made = await filming.film(cast.bob, film(tmp_path / "a.mp4", *pictures("320x180"), *QUICK))
    video = made["id"]
    await filming.client.post(f"/v1/videos/{video}/publish", headers=cast.bob.headers)
    for who in (cast.bob, cast.alice):
        assert (await say(filming, who, video, f"by {who.username}")).status_code == 201
        assert (await filming.client.put(f"/v1/videos/{video}/like", headers=who.headers)).status_code == 204
    async with db.read() as tx:
        kept = await export_person(tx, cast.bob.key)
    assert [shown["title"] for shown in kept["videos"]] == ["Evening songs"]
    assert [(line["text"], line["said_in"]) for line in kept["comments"]] == [("by bob", "video")]
    assert kept["comments"][0]["said_in_id"] == str(ids.decode(video, "video"))
    assert len(kept["video_likes"]) == 1
    live = (await filming.client.post("/v1/lives", json={"title": "Now"}, headers=cast.bob.headers)).json()["id"]
    await filming.client.post(f"/v1/lives/{live}/start", headers=cast.bob.headers)
    room = f"/v1/lives/{live}"
    mine = (await filming.client.post(f"{room}/comments", json={"text": "mine"}, headers=cast.bob.headers)).json()["id"]
    pin = {"action": "pin", "comment_id": mine}
    assert (await filming.client.post(f"{room}/moderation", json=pin, headers=cast.bob.headers)).status_code == 200
    async with db.write() as tx:
        await erase_person(tx, cast.bob.key)
    await filming.films.sweep()
    folder = filming.films.storage.root / "videos" / ids.decode(video, "video").hex
    assert not folder.exists()
    assert (await filming.client.get(f"/v1/videos/{video}")).status_code == 404
    async with db.read() as tx:
        left = await export_person(tx, cast.bob.key)
        assert (left["comments"], left["video_likes"], [v["title"] for v in left["videos"]]) == ([], [], ["-"])
        assert [line["text"] for line in (await export_person(tx, cast.alice.key))["comments"]] == ["by alice"]
