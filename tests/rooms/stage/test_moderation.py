"""A room kept in order by its creator and those whom they ask."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from largesse.kit import ids
from largesse.stage.rules import fold, is_emoji, says

OPEN = {"slow_s": 0, "emoji_only": False, "followers_only": False, "words": []}


@pytest.fixture
def room(client, cast, bobs_live):
    """Bob's running LIVE: (its path, how somebody says something there)."""

    async def make():
        live = await bobs_live()
        path = f"/v1/lives/{live['id']}"

        async def say(who, text="hello", kind="comments"):
            return await client.post(f"{path}/{kind}", json={"text": text}, headers=who.headers)

        return path, say

    return make


async def act(client, path, who, status=200, **body):
    answer = await client.post(f"{path}/moderation", json=body, headers=who.headers)
    assert answer.status_code == status, answer.text
    return answer.json()


async def rule(client, path, who, status=200, **rules):
    answer = await client.put(f"{path}/rules", json=rules, headers=who.headers)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_a_slow_room_lets_each_speak_once_in_a_while(client, cast, room):
    path, say = await room()
    await rule(client, path, cast.bob, slow_s=2)
    assert (await say(cast.alice)).status_code == 201
    refused = await say(cast.alice)
    assert (refused.status_code, refused.json()["code"]) == (429, "slow-room")
    assert 1 <= int(refused.headers["Retry-After"]) <= 2
    assert (await say(cast.charlie)).status_code == 201, "others are not held up"
    assert (await say(cast.bob)).status_code == (await say(cast.bob)).status_code == 201, "the creator is not held up"
    await asyncio.sleep(2.05)
    assert (await say(cast.alice)).status_code == 201


@pytest.mark.parametrize(
    ("rules", "code", "bad", "good"),
    [
        ({"emoji_only": True}, "emoji-only", "nice 😀", "😀 👩‍👩‍👧‍👦 🇺🇳 1️⃣ ❤️"),
        ({"words": ["Spam", "schön", "免费"]}, "muted-word", "so SPAM!", "spammer"),
        ({"words": ["Spam", "schön", "免费"]}, "muted-word", "\uff53\uff50\uff41\uff4d", "schöner"),
        ({"words": ["Spam", "schön", "免费"]}, "muted-word", "SCHO\u0308N", "a lot"),
        ({"words": ["Spam", "schön", "免费"]}, "muted-word", "这里免费领", "这里"),
        ({"words": ["buy now"]}, "muted-word", "Buy,  NOW", "buy it now"),
    ],
)
async def test_rules_of_talk_hold_for_comments_and_questions(client, cast, room, rules, code, bad, good):  # noqa: PLR0917
    path, say = await room()
    await rule(client, path, cast.bob, **rules)
    for kind in ("comments", "questions"):
        refused = await say(cast.alice, bad, kind)
        assert (refused.status_code, refused.json()["code"]) == (403, code), refused.text
        assert (await say(cast.alice, good, kind)).status_code == 201
    assert (await say(cast.bob, bad)).status_code == 201


async def test_only_followers_speak_where_the_creator_wants_so(client, cast, room, db):
    path, say = await room()
    await rule(client, path, cast.bob, followers_only=True)
    assert (await say(cast.alice)).json()["code"] == "followers-only"
    async with db.write() as tx:
        await tx.execute(
            "INSERT INTO accounts.follow (follower, followed) VALUES (%s, %s)", [cast.alice.key, cast.bob.key]
        )
    assert (await say(cast.alice)).status_code == 201


async def test_rules_hold_in_the_creators_next_live_and_muted_words_are_not_told(client, cast, room):
    path, say = await room()
    kept = await rule(client, path, cast.bob, slow_s=5, words=["B\u200bad", "bad", "  bad "])
    assert kept == {"slow_s": 5, "emoji_only": False, "followers_only": False, "words": ["bad"]}
    await client.post(f"{path}/end", headers=cast.bob.headers)
    path, say = await room()
    talk = (await client.get(f"{path}/talk")).json()
    assert talk == {"slow_s": 5, "emoji_only": False, "followers_only": False, "pinned": None, "you": None}
    assert (await say(cast.alice, "bad")).json()["code"] == "muted-word"


async def test_rules_have_limits(client, cast, room):
    path, _ = await room()
    for bad in ({"slow_s": -1}, {"slow_s": 601}, {"words": ["x" * 41]}, {"words": ["x"] * 201}, {"words": [""]}):
        await rule(client, path, cast.bob, 400, **bad)
    await rule(client, path, cast.charlie, 403)
    assert (await client.get(f"{path}/moderation", headers=cast.bob.headers)).json()["rules"] == OPEN


async def test_a_moderator_keeps_order_and_is_named_by_the_creator_alone(client, cast, room, make_person):
    path, say = await room()
    dora = await make_person("dora")
    await act(client, path, cast.charlie, 403, action="mute", account="alice")
    await act(client, path, cast.charlie, 403, action="moderator", account="charlie")
    await act(client, path, cast.bob, action="moderator", account="charlie")
    await act(client, path, cast.bob, action="moderator", account="charlie")
    await act(client, path, cast.charlie, 403, action="moderator", account="dora")
    await act(client, path, cast.charlie, action="mute", account="alice")
    assert (await say(cast.alice)).json()["code"] == "muted"
    await rule(client, path, cast.charlie, slow_s=10)
    await act(client, path, cast.charlie, 400, action="ban", account="bob")
    await act(client, path, cast.bob, action="moderator", account="dora")
    await act(client, path, cast.charlie, 400, action="ban", account="dora")
    order = (await client.get(f"{path}/moderation", headers=cast.charlie.headers)).json()
    assert [person["username"] for person in order["moderators"]] == ["charlie", "dora"]
    assert [(ban["account"]["username"], ban["kind"]) for ban in order["banned"]] == [("alice", "mute")]
    await act(client, path, cast.bob, action="no_moderator", account="charlie")
    await act(client, path, cast.charlie, 403, action="unmute", account="alice")
    assert (await client.get(f"{path}/moderation", headers=cast.charlie.headers)).status_code == 403
    assert (await client.get(f"{path}/moderation")).status_code == 401
    assert (await say(dora)).status_code == (await say(dora)).status_code == 201, "moderators speak as they want"


async def test_one_comment_is_pinned_and_a_hidden_one_is_not(client, cast, room, db):
    path, say = await room()
    first, second = [(await say(cast.alice, text)).json()["id"] for text in ("one", "two")]
    await act(client, path, cast.charlie, 403, action="pin", comment_id=first)
    await act(client, path, cast.bob, 404, action="pin", comment_id=ids.encode("comment", ids.new()))
    await act(client, path, cast.bob, 400, action="pin")
    for comment in (first, second):
        await act(client, path, cast.bob, action="pin", comment_id=comment)
        pinned = (await client.get(f"{path}/talk")).json()["pinned"]
        assert (pinned["id"], pinned["sender"]["username"]) == (comment, "alice")
    await act(client, path, cast.bob, action="hide", comment_id=second)
    assert (await client.get(f"{path}/talk")).json()["pinned"] is None
    await act(client, path, cast.bob, 404, action="pin", comment_id=second)
    await act(client, path, cast.bob, action="pin", comment_id=first)
    await act(client, path, cast.bob, action="unpin")
    assert (await client.get(f"{path}/talk")).json()["pinned"] is None
    async with db.read() as tx:
        rows = await tx.rows("SELECT body FROM kit.outbox WHERE topic = 'moderation.action' ORDER BY id")
    assert [row["body"]["action"] for row in rows] == ["pin", "pin", "hide", "pin", "unpin"]


async def test_questions_wait_until_they_are_answered(client, cast, room):
    path, say = await room()
    asked = [(await say(cast.alice, f"question {n}?", "questions")).json()["id"] for n in range(5)]
    first = (await client.get(f"{path}/questions?limit=3")).json()
    second = (await client.get(f"{path}/questions?limit=3&cursor={first['next_cursor']}")).json()
    assert [q["id"] for q in [*first["items"], *second["items"]]] == asked
    assert second["next_cursor"] is None
    for status, question in (("answered", asked[0]), ("dismissed", asked[1]), ("answered", asked[1])):
        url = f"{path}/questions/{question}"
        assert (await client.post(url, json={"status": status}, headers=cast.charlie.headers)).status_code == 403
        assert (await client.post(url, json={"status": status}, headers=cast.bob.headers)).status_code == 204
    left = (await client.get(f"{path}/questions")).json()["items"]
    assert [q["id"] for q in left] == asked[2:]
    assert [q["id"] for q in (await client.get(f"{path}/questions?status=answered")).json()["items"]] == asked[:2]
    foreign = f"{path}/questions/{ids.encode('question', ids.new())}"
    assert (await client.post(foreign, json={"status": "answered"}, headers=cast.bob.headers)).status_code == 404


async def test_a_question_is_kept_once(client, cast, room):
    path, _ = await room()
    body = {"id": ids.encode("question", ids.new()), "text": "How?"}
    answers = [await client.post(f"{path}/questions", json=body, headers=cast.alice.headers) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["Idempotent-Replay"] == "true"
    other = await client.post(f"{path}/questions", json=body, headers=cast.charlie.headers)
    assert other.json()["code"] == "id-reused"


@given(st.text(max_size=60), st.text(min_size=1, max_size=10))
def test_a_muted_word_is_found_however_it_is_written(text, word):
    folded = " ".join(fold(word).split())
    for written in (word, word.upper(), "\u200b".join(word)):
        if folded and fold(written) == fold(word):
            assert says(f"{text} {written} {text}", [folded])
    assert not says(text, [])


def test_what_is_emoji_and_what_is_not():
    assert all(map(is_emoji, ("😀", "❤️ ❤️", "👍🏽", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🇪🇺🇺🇳")))
    assert not any(map(is_emoji, ("", " ", "a", "1", "😀a", "#", ":-)", "ﷺ")))
