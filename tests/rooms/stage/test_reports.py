"""What people report: merged while it is open, decided on by moderators, told back as a state alone."""

import pytest

from largesse.kit import ids
from largesse.stage.reports import REPORTS_A_DAY_MAX

QUEUE = "/v1/office/reports"


@pytest.fixture
async def said(client, cast, bobs_live):
    """(path of Bob's LIVE, a comment of Alice's there)."""
    path = f"/v1/lives/{(await bobs_live())['id']}"
    answer = await client.post(f"{path}/comments", json={"text": "cheap coins at evil"}, headers=cast.alice.headers)
    return path, answer.json()["id"]


@pytest.fixture
async def moderator(make_person):
    return await make_person("oscar", roles=("moderator",))


async def report(client, who, about, reason="spam", status=201, **more):
    answer = await client.post("/v1/reports", json={"about": about, "reason": reason, **more}, headers=who.headers)
    assert answer.status_code == status, answer.text
    return answer.json()


async def queue(client, who, state="open"):
    answer = await client.get(QUEUE, params={"status": state}, headers=who.headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def decide(client, who, report, decision, status=200, **more):
    answer = await client.post(f"{QUEUE}/{report['id']}", json={"decision": decision, **more}, headers=who.headers)
    assert answer.status_code == status, answer.text
    return answer.json()


async def states(client, who):
    return [mine["state"] for mine in (await client.get("/v1/me/reports", headers=who.headers)).json()["items"]]


async def test_reports_about_the_same_thing_are_one_and_what_was_said_first_stands(client, cast, said, moderator):
    _, comment = said
    first = await report(client, cast.bob, comment, "cheap-coins", text="links to a shop")
    assert (first["state"], first["about"]) == ("open", comment)
    again = await report(client, cast.bob, comment, "hate")
    assert again == first
    other = await report(client, cast.charlie, comment, "spam")
    assert other["id"] == first["id"]
    [case] = await queue(client, moderator)
    assert (case["times"], case["reasons"]) == (2, {"cheap-coins": 1, "spam": 1})
    assert (case["account"]["username"], case["text"]) == ("alice", "cheap coins at evil")
    assert [(one["reporter"]["username"], one["text"]) for one in case["said"]] == [
        ("bob", "links to a shop"),
        ("charlie", ""),
    ]
    assert case["can"] == ["dismiss", "hide", "ban", "acted"]


async def test_hiding_a_reported_comment_tells_the_room_and_the_reporter_a_state(client, cast, said, moderator, db):
    path, comment = said
    await report(client, cast.charlie, comment)
    [case] = await queue(client, moderator)
    closed = await decide(client, moderator, case, "hide", note="an advertisement")
    assert (closed["state"], closed["hidden"], closed["decided_by"]["username"]) == ("acted", True, "oscar")
    mine = (await client.get("/v1/me/reports", headers=cast.charlie.headers)).json()["items"][0]
    assert mine["state"] == "acted"
    assert "advertisement" not in str(mine)
    assert "oscar" not in str(mine)
    assert await queue(client, moderator) == []
    assert [each["id"] for each in await queue(client, moderator, "acted")] == [case["id"]]
    assert (await decide(client, moderator, case, "dismiss", 409))["code"] == "conflict"
    async with db.read() as tx:
        told = await tx.scalar("SELECT count(*) FROM kit.outbox WHERE topic = 'moderation.action'")
        trail = await tx.row("SELECT verb, about, body FROM kit.trail ORDER BY n DESC LIMIT 1")
    assert told == 1
    assert (trail["verb"], trail["about"]) == ("report.decide", case["id"])
    assert trail["body"] == {"about": comment, "decision": "hide", "reason": "an advertisement", "seconds": None}
    fresh = await report(client, cast.charlie, comment)
    assert fresh["id"] != case["id"], "what was decided on is closed; said again it is a new one"
    assert path


async def test_banning_from_the_queue_is_a_ban_from_that_room(client, cast, said, moderator):
    path, comment = said
    await report(client, cast.charlie, comment, "harassment")
    [case] = await queue(client, moderator)
    await decide(client, moderator, case, "ban", seconds=3600)
    answer = await client.post(f"{path}/comments", json={"text": "hi"}, headers=cast.alice.headers)
    assert answer.json()["code"] == "banned-from-room"


async def test_a_dismissed_report_does_nothing(client, cast, said, moderator):
    path, comment = said
    await report(client, cast.charlie, comment)
    await decide(client, moderator, (await queue(client, moderator))[0], "dismiss")
    assert await states(client, cast.charlie) == ["dismissed"]
    assert (await client.post(f"{path}/comments", json={"text": "hi"}, headers=cast.alice.headers)).status_code == 201


async def test_lives_and_people_are_reported_too_and_what_was_done_elsewhere_is_said(client, cast, said, moderator):
    path, _ = said
    live = path.rpartition("/")[2]
    await report(client, cast.alice, live, "gift-bait")
    await report(client, cast.alice, cast.charlie.acct, "trading")
    cases = await queue(client, moderator)
    assert [(case["kind"], case["account"]["username"]) for case in cases] == [("live", "bob"), ("acct", "charlie")]
    assert cases[0]["place"]["title"] == "Evening songs"
    assert (await decide(client, moderator, cases[0], "hide", 400))["code"] == "invalid"
    assert (await decide(client, moderator, cases[0], "acted", 400))["code"] == "invalid"
    await decide(client, moderator, cases[1], "acted", note="frozen for trading")
    assert await states(client, cast.alice) == ["acted", "open"]


async def test_what_cannot_be_reported_is_refused(client, cast, said, moderator):
    _, comment = said
    assert (await report(client, cast.alice, comment, status=400))["code"] == "invalid", "one's own"
    for about in ("nonsense", "gift_01m80n6bbsf1dtz83z10jmrh16", ids.encode("x", ids.new())):
        assert (await report(client, cast.bob, about, status=400))["code"] == "invalid"
    for prefix in ("live", "video", "comment", "acct"):
        missing = await report(client, cast.bob, ids.encode(prefix, ids.new()), status=404)
        assert missing["code"] == "not-found"
    assert (await report(client, cast.bob, comment, "because", 400))["code"] == "invalid"
    assert (await report(client, cast.bob, comment, text="x" * 501, status=400))["code"] == "invalid"
    assert (await client.post("/v1/reports", json={"about": comment, "reason": "spam"})).status_code == 401
    for who in (cast.bob, cast.charlie):
        assert (await client.get(QUEUE, headers=who.headers)).status_code == 403
    assert (await client.get(QUEUE, headers=moderator.headers)).status_code == 200


async def test_nobody_floods_the_queue(client, cast, said, make_person):
    path, _ = said
    for n in range(REPORTS_A_DAY_MAX):
        stranger = await make_person(f"s{n}")
        await report(client, cast.charlie, stranger.acct)
    refused = await report(client, cast.charlie, path.rpartition("/")[2], status=429)
    assert refused["code"] == "too-many"
