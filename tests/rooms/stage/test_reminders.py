"""Followers and those who asked are told of LIVEs, each once, and of what is true last."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from largesse.stage import calendar
from largesse.stage import service_reminders as room


@pytest.fixture
async def scheduled(client, cast, db):
    """A LIVE of Bob's that begins in two hours; Alice follows Bob."""
    async with db.write() as tx:
        await tx.execute(
            "INSERT INTO accounts.follow (follower, followed) VALUES (%s, %s)", [cast.alice.key, cast.bob.key]
        )
    at = datetime.now(UTC) + timedelta(hours=2)
    body = {"title": "Evening songs", "scheduled_at": at.isoformat()}
    made = await client.post("/v1/lives", json=body, headers=cast.bob.headers)
    assert made.status_code == 201, made.text
    return made.json()


async def told(client, who):
    return [(n["kind"], n["seen"]) for n in await items(client, who)]


async def items(client, who):
    return (await client.get("/v1/me/notifications", headers=who.headers)).json()["items"]


async def put_to(client, cast, live, at):
    return await client.patch(
        f"/v1/lives/{live['id']}", json={"scheduled_at": at and at.isoformat()}, headers=cast.bob.headers
    )


async def test_followers_are_told_of_a_live_before_it_and_as_it_begins(client, cast, scheduled, reminders, db):
    assert await told(client, cast.alice) == []
    await reminders.tell_due()
    assert await told(client, cast.alice) == [("announced", False)]
    assert await told(client, cast.charlie) == []
    assert (await items(client, cast.alice))[0]["live"] == scheduled["id"]
    async with db.write() as tx:
        await tx.execute("UPDATE stage.stage SET scheduled_at = now() + interval '10 minutes'")
    for _ in range(3):
        await reminders.tell_due()
    assert await told(client, cast.alice) == [("soon", False)]
    async with db.read() as tx:
        assert await tx.scalar("SELECT count(*) FROM stage.broadcast WHERE kind = 'soon'") == 1
    await client.post(f"/v1/lives/{scheduled['id']}/start", headers=cast.bob.headers)
    await reminders.tell_due()
    assert await told(client, cast.alice) == [("started", False)]


async def test_who_asked_is_reminded_without_following(client, cast, scheduled, reminders):
    path = f"/v1/lives/{scheduled['id']}/reminder"
    assert (await client.put(path)).status_code == 401
    for _ in range(2):
        assert (await client.put(path, headers=cast.charlie.headers)).json() == {"set": True, "count": 1}
    assert (await client.get(path)).json() == {"set": False, "count": 1}
    await client.post(f"/v1/lives/{scheduled['id']}/start", headers=cast.bob.headers)
    await reminders.tell_due()
    assert await told(client, cast.charlie) == [("started", False)]
    late = await client.put(path, headers=cast.olga.headers)
    assert (late.status_code, late.json()["code"]) == (409, "live-ended")
    assert (await client.delete(path, headers=cast.charlie.headers)).status_code == 204


async def test_a_live_that_is_moved_or_cancelled_takes_back_what_was_told(client, cast, scheduled, reminders):
    await reminders.tell_due()
    await client.post("/v1/me/notifications/seen", json={}, headers=cast.alice.headers)
    assert await told(client, cast.alice) == [("announced", True)]
    await put_to(client, cast, scheduled, datetime.now(UTC) + timedelta(hours=5))
    await reminders.tell_due()
    assert await told(client, cast.alice) == [("moved", False)]
    await put_to(client, cast, scheduled, None)
    await reminders.tell_due()
    assert await told(client, cast.alice) == [("cancelled", False)], "one row a LIVE"


async def test_what_is_true_no_longer_is_not_told(client, cast, scheduled, reminders):
    """Cancelled before anybody was told: nobody is told anything."""
    await put_to(client, cast, scheduled, None)
    await reminders.tell_due()
    assert await told(client, cast.alice) == []


async def test_many_followers_are_told_once_each_by_several_workers(  # noqa: PLR0917 - fixtures
    client, cast, scheduled, reminders, db, monkeypatch
):  # fmt: skip
    monkeypatch.setattr(room, "_PEOPLE_AT_ONCE", 7)
    async with db.write() as tx:
        await tx.execute(
            "INSERT INTO accounts.account (id, username, display_name, country, adult_from)"
            " SELECT gen_random_uuid(), 'fan' || n, 'Fan', 'US', '9999-12-31' FROM generate_series(1, 100) n"
        )
        await tx.execute(
            "INSERT INTO accounts.follow (follower, followed)"
            " SELECT key, %s FROM accounts.account WHERE username LIKE 'fan%%'", [cast.bob.key],
        )  # fmt: skip
    async with asyncio.timeout(30):
        await asyncio.gather(*(reminders.tell_due() for _ in range(3)))
        await reminders.tell_due()
    async with db.read() as tx:
        assert await tx.scalar("SELECT count(*) FROM stage.notification WHERE kind = 'announced'") == 101
        assert await tx.scalar("SELECT count(*) FROM stage.broadcast WHERE done_at IS NULL") == 0


async def test_unread_counts_and_pages_go_on_behind_the_last(client, cast, scheduled, reminders, make_person):
    second = await make_person("eve", creator=True)
    at = (datetime.now(UTC) + timedelta(hours=3)).isoformat()
    other = await client.post("/v1/lives", json={"title": "Two", "scheduled_at": at}, headers=second.headers)
    await client.put(f"/v1/lives/{other.json()['id']}/reminder", headers=cast.alice.headers)
    await reminders.tell_due()
    unread = await client.get("/v1/me/notifications/unread", headers=cast.alice.headers)
    assert unread.json() == {"count": 2}
    first = (await client.get("/v1/me/notifications?limit=1", headers=cast.alice.headers)).json()
    assert [n["title"] for n in first["items"]] == ["Two"]
    rest = await client.get(f"/v1/me/notifications?limit=1&cursor={first['next_cursor']}", headers=cast.alice.headers)
    assert ([n["title"] for n in rest.json()["items"]], rest.json()["next_cursor"]) == (["Evening songs"], None)
    until = {"until": rest.json()["items"][0]["number"]}
    seen = await client.post("/v1/me/notifications/seen", json=until, headers=cast.alice.headers)
    assert seen.json() == {"count": 1}


async def test_what_was_told_is_forgotten_after_ninety_days(client, cast, scheduled, reminders, db):
    await reminders.tell_due()
    async with db.write() as tx:
        await tx.execute("UPDATE stage.notification SET at = at - interval '91 days'")
    await reminders.prune()
    assert await told(client, cast.alice) == []


async def test_a_live_goes_into_a_calendar(client, cast, scheduled):
    answer = await client.get(f"/v1/lives/{scheduled['id']}/calendar.ics")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    lines = answer.text.split("\r\n")
    at = datetime.fromisoformat(scheduled["scheduled_at"])
    assert lines[0] == "BEGIN:VCALENDAR"
    assert f"DTSTART:{at:%Y%m%dT%H%M%SZ}" in lines
    assert "SUMMARY:Bob: Evening songs" in lines
    plain = await client.post("/v1/lives", json={"title": "No time"}, headers=cast.bob.headers)
    assert (await client.get(f"/v1/lives/{plain.json()['id']}/calendar.ics")).status_code == 404


def test_lines_of_a_calendar_are_folded_between_characters_and_their_marks_escaped():
    line = calendar._folded("SUMMARY:" + "é" * 100)
    parts = line.split("\r\n")
    assert all(len(part.encode()) <= 75 for part in parts)
    assert all(part.startswith(" ") for part in parts[1:])
    assert line.replace("\r\n ", "") == "SUMMARY:" + "é" * 100
    assert calendar._text("a,b;c\\d\ne") == "a\\,b\\;c\\\\d\\ne"
