import asyncio

import msgspec

from largesse.kit import ids
from largesse.media import StreamKeys
from largesse.stage import Pace, StageService
from largesse.stage.routes import routes


async def outbox_rows(db, topic):
    async with db.read() as tx:
        return await tx.rows("SELECT topic, subject, body FROM kit.outbox WHERE topic = %s ORDER BY id", [topic])


async def test_a_comment_is_kept_once_and_told_once(client, cast, db, bobs_live):
    live = await bobs_live()
    path, body = f"/v1/lives/{live['id']}/comments", {"id": ids.encode("comment", ids.new()), "text": " hello\u0301 "}
    first = await client.post(path, json=body, headers=cast.alice.headers)
    assert (first.status_code, first.json()["text"], first.json()["sender"]["username"]) == (201, "helló", "alice")
    again = await client.post(path, json=body, headers=cast.alice.headers)
    assert (again.headers["Idempotent-Replay"], again.json()) == ("true", first.json())
    stolen = await client.post(path, json=body, headers=cast.charlie.headers)
    assert stolen.json()["code"] == "id-reused"
    assert [row["body"]["text"] for row in await outbox_rows(db, "chat.message")] == ["helló"]


async def test_what_cannot_be_said_is_refused(client, cast, bobs_live):
    live = await bobs_live()
    path = f"/v1/lives/{live['id']}/comments"
    for typed in ("", "   ", "x" * 301, "a\x00b", "a\u202eb", "x" * 5000):
        answer = await client.post(path, json={"text": typed}, headers=cast.alice.headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), typed
    assert (await client.post(path, json={"text": "hi"})).status_code == 401
    assert (await client.post(path, json={"text": "😀" * 300}, headers=cast.alice.headers)).status_code == 201


async def test_comments_have_a_pace(stage, cast, bobs_live, app_client):
    live = await bobs_live()
    strict = msgspec.structs.replace(stage.settings, sandbox=False)
    service = StageService(stage.db, stage.news, stage.accounts, stage.clock, strict, keys=StreamKeys(b"stream keys"))
    outside = await app_client(routes, accounts=stage.accounts, stage=service)
    path = f"/v1/lives/{live['id']}/comments"
    assert (await outside.post(path, json={"text": "one"}, headers=cast.alice.headers)).status_code == 201
    second = await outside.post(path, json={"text": "two"}, headers=cast.alice.headers)
    assert (second.status_code, second.headers["Retry-After"]) == (429, "1")
    assert (await outside.post(path, json={"text": "mine"}, headers=cast.charlie.headers)).status_code == 201


def test_a_bucket_fills_again_with_time():
    pace = Pace(rate=1, burst=2)
    assert [pace.take(7, 100.0) for _ in range(3)] == [0.0, 0.0, 1.0]
    assert pace.take(7, 100.5) == 0.5
    assert pace.take(7, 101.0) == 0.0
    assert pace.take(8, 101.0) == 0.0
    small = Pace(rate=1, burst=1, keys_max=2)
    for key in range(50):
        small.take(key, 1.0)
    assert len(small._buckets) == 2


async def test_likes_of_a_moment_are_folded_and_counted_exactly(client, cast, db, stage, bobs_live):
    live = await bobs_live()
    path = f"/v1/lives/{live['id']}/likes"
    for who in (cast.alice, cast.charlie, cast.alice):
        assert (await client.post(path, json={"count": 7}, headers=who.headers)).status_code == 202
    await stage.talk.close()
    assert [row["body"] for row in await outbox_rows(db, "like")] == [{"count": 21, "senders": 2}]
    async with db.read() as tx:
        assert await tx.scalar("SELECT likes FROM stage.stage") == 21
    for count in (0, -1, 51, 2**70):
        assert (await client.post(path, json={"count": count}, headers=cast.alice.headers)).status_code == 400


async def test_the_muted_and_the_banned_do_not_speak(client, cast, bobs_live):
    live = await bobs_live()
    room = f"/v1/lives/{live['id']}"
    for action, undo, code in (("mute", "unmute", "muted"), ("ban", "unban", "banned-from-room")):
        body = {"action": action, "account": cast.alice.acct}
        assert (await client.post(f"{room}/moderation", json=body, headers=cast.bob.headers)).status_code == 200
        refused = await client.post(f"{room}/comments", json={"text": "hi"}, headers=cast.alice.headers)
        assert (refused.status_code, refused.json()["code"]) == (403, code)
        body = {"action": undo, "account": "alice"}
        assert (await client.post(f"{room}/moderation", json=body, headers=cast.bob.headers)).status_code == 200
        assert (
            await client.post(f"{room}/comments", json={"text": "hi"}, headers=cast.alice.headers)
        ).status_code == 201
    short = {"action": "mute", "account": "alice", "seconds": 1}
    await client.post(f"{room}/moderation", json=short, headers=cast.bob.headers)
    await asyncio.sleep(1.1)
    assert (await client.post(f"{room}/comments", json={"text": "hi"}, headers=cast.alice.headers)).status_code == 201


async def test_moderation_is_the_creators_and_refuses_what_it_does_not_know(client, cast, bobs_live, db):
    live = await bobs_live()
    path = f"/v1/lives/{live['id']}/moderation"
    for body, status in (
        ({"action": "slow_mode"}, 400),
        ({"action": "ban"}, 400),
        ({"action": "ban", "account": "nobody"}, 400),
        ({"action": "ban", "account": "bob"}, 400),
        ({"action": "hide"}, 400),
        ({"action": "hide", "comment_id": ids.encode("comment", ids.new())}, 404),
        ({"action": "ban", "account": "alice", "seconds": 0}, 400),
    ):
        assert (await client.post(path, json=body, headers=cast.bob.headers)).status_code == status, body
    stranger = await client.post(path, json={"action": "ban", "account": "bob"}, headers=cast.charlie.headers)
    assert stranger.json()["code"] == "not-your-live"
    assert await outbox_rows(db, "moderation.action") == []


async def test_a_hidden_comment_is_told_by_its_id(client, cast, bobs_live, db):
    live = await bobs_live()
    room = f"/v1/lives/{live['id']}"
    said = (await client.post(f"{room}/comments", json={"text": "rude"}, headers=cast.alice.headers)).json()
    body = {"action": "hide", "comment_id": said["id"]}
    assert (await client.post(f"{room}/moderation", json=body, headers=cast.bob.headers)).status_code == 200
    (row,) = await outbox_rows(db, "moderation.action")
    assert row["body"] == {"action": "hide", "account": cast.alice.key, "text": said["id"]}


async def test_questions_and_shares_reach_the_room(client, cast, bobs_live, db):
    live = await bobs_live()
    room = f"/v1/lives/{live['id']}"
    assert (
        await client.post(f"{room}/questions", json={"text": "How?"}, headers=cast.alice.headers)
    ).status_code == 201
    assert (await client.post(f"{room}/shares", headers=cast.alice.headers)).status_code == 202
    assert len(await outbox_rows(db, "question.new")) == len(await outbox_rows(db, "share")) == 1


async def test_nobody_speaks_where_nothing_runs(client, cast, bobs_live):
    live = await bobs_live()
    room = f"/v1/lives/{live['id']}"
    await client.post(f"{room}/end", headers=cast.bob.headers)
    for path, body in (
        ("comments", {"text": "hi"}),
        ("questions", {"text": "hi"}),
        ("likes", {"count": 1}),
        ("shares", None),
    ):
        answer = await client.post(f"{room}/{path}", headers=cast.alice.headers, **({"json": body} if body else {}))
        assert (answer.status_code, answer.json()["code"]) == (409, "not-live"), path
