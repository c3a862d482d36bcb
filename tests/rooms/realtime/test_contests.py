"""Goals and matches as viewers see them, and what they come to: equal to the journal, counted once."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime

import httpx
import psycopg
import pytest

from largesse import ledger
from largesse.kit import ids, outbox
from largesse.kit.money import Money
from watching import Watcher

NOTHING = Money(0, "USD")


@pytest.fixture
async def web(process):
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{process.port}", timeout=30) as client:
        yield client


@pytest.fixture
async def eve(make_person):
    """Another creator."""
    return await make_person("eve", creator=True)


@pytest.fixture
async def hers(live, db, eve):
    """A running LIVE of Eve's; gifts to it go through the same committer."""
    made = ids.new()
    async with db.write() as tx:
        key = await tx.scalar(
            "INSERT INTO stage.stage (id, kind, creator, title, status, started_at)"
            " VALUES (%s, 'live', %s, 'Morning songs', 'live', now()) RETURNING key",
            [made, eve.key],
        )
        await tx.execute(
            "INSERT INTO ledger.wallet (account, gives_from) VALUES (%s, '2008-01-01') ON CONFLICT DO NOTHING",
            [eve.key],
        )
    return replace(live, id=ids.encode("live", made), key=key, sent=[])


@pytest.fixture
async def dora(make_person, db):
    """Somebody whose coins were all bought: a thousand."""
    made = await make_person("dora")
    async with db.write() as tx:
        await ledger.sell_coins(
            tx, account=made.key, gives_from=date(2000, 1, 1), coins=1000, gross=Money(1000, "USD"), tax=NOTHING,
            provider_fee=NOTHING, source="p", happened_at=datetime.now(UTC),
        )  # fmt: skip
    return made


async def refund(live, minor, source):
    async with live.db.write() as tx:
        await ledger.refund_coins(
            tx, purchase="p", refunded=Money(minor, "USD"), via="psp", source=source, happened_at=datetime.now(UTC),
            reason="asked",
        )  # fmt: skip
    await live.news.publish(outbox.NEWS_SUBJECT, b"")


@pytest.fixture
def play(web, live, hers, cast, eve):
    """Makes a match between Bob's LIVE and Eve's that was accepted."""

    async def played():
        asked = await web.post(
            f"/v1/lives/{live.id}/matches", json={"opponent": hers.id, "seconds": 60}, headers=cast.bob.headers
        )
        assert asked.status_code == 201, asked.text
        started = await web.post(f"/v1/matches/{asked.json()['id']}/accept", headers=eve.headers)
        assert started.status_code == 200, started.text
        return started.json()

    return played


async def begun(live, match):
    """Wait until a match has begun, by the database's clock."""
    async with live.db.read() as tx:
        left = await tx.scalar(
            "SELECT extract(epoch FROM started_at - clock_timestamp())::float FROM stage.match WHERE id = %s",
            [ids.decode(match["id"], "match")],
        )
    await asyncio.sleep(max(0.0, left) + 0.01)


async def over(live, match):
    """The match's time is over now, by the database's clock."""
    async with live.db.write() as tx:
        await tx.execute(
            "UPDATE stage.match SET ends_at = clock_timestamp() WHERE id = %s", [ids.decode(match["id"], "match")]
        )


async def settled(process, match):
    async with asyncio.timeout(30):
        while True:
            await process.contests.settle_due()
            found = await process.contests.get_match(ids.decode(match["id"], "match"))
            if found.status == "ended":
                return found
            await asyncio.sleep(0.1)


async def journal(live, key, match):
    """What the books say of a LIVE within a match, without multipliers."""
    async with live.db.read() as tx:
        return await tx.scalar(
            "SELECT coalesce(sum(g.coins_paid + g.coins_promo), 0)::bigint FROM ledger.gift g"
            " JOIN ledger.batch b ON b.batch = g.batch JOIN stage.match m ON m.id = %s"
            " WHERE g.stage = %s AND b.recorded_at >= m.started_at AND b.recorded_at < m.ends_at",
            [ids.decode(match["id"], "match"), key],
        )


async def test_a_goal_fills_on_every_screen_and_stays_reached(process, live, cast, web, dora):
    path = f"/v1/lives/{live.id}/goal"
    await live.give(cast.alice, count=40)
    async with Watcher.watching(process.port, live.id) as watcher:
        assert watcher.snapshot["goal"] is None
        put = await web.put(path, json={"title": "New guitar", "coins": 200}, headers=cast.bob.headers)
        assert put.json() == {
            "title": "New guitar", "coins": 200, "gift_id": None, "count": None, "figure": 0, "reached": False,
        }  # fmt: skip
        (told,) = await watcher.until_events("goal.set")
        assert told["goal"] == put.json()
        await live.give(dora, count=120)
        await watcher.until(lambda _: _figure(watcher) == (120, False))
        await live.give(cast.alice, count=90)
        await watcher.until(lambda _: _figure(watcher) == (210, True))
        await refund(live, 950, "r1")
        await watcher.until(lambda _: _figure(watcher) == (140, True))
        await asyncio.sleep(1.5)  # a figure is persisted once a second
        assert (await web.get(path)).json()["figure"] == 140
        assert (await web.delete(path, headers=cast.bob.headers)).status_code == 204
        await watcher.until(lambda _: watcher.events("goal.set")[-1]["goal"] is None)
        assert (await web.get(path)).status_code == 404


def _figure(watcher):
    told = watcher.events("goal.progress")
    return (told[-1]["goal"]["figure"], told[-1]["goal"]["reached"]) if told else None


async def test_a_goal_of_gifts_counts_that_gift_alone(process, live, cast, web):
    body = {"title": "Roses", "gift_id": "rose", "count": 5}
    assert (await web.put(f"/v1/lives/{live.id}/goal", json=body, headers=cast.bob.headers)).status_code == 200
    other = next(slug for slug in live.kinds if slug != "rose")
    async with Watcher.watching(process.port, live.id) as watcher:
        assert (watcher.snapshot["goal"]["gift_id"], watcher.snapshot["goal"]["count"]) == ("rose", 5)
        await live.give(cast.alice, kind=other)
        await live.give(cast.alice, cast.charlie, count=2)
        await watcher.until(lambda _: _figure(watcher) == (4, False))
        await live.give(cast.charlie)
        await watcher.until(lambda _: _figure(watcher) == (5, True))


async def test_a_new_owner_counts_a_goal_from_the_journal(make_process, live, cast):
    first = await make_process()
    async with live.db.write() as tx:
        await tx.execute("INSERT INTO stage.goal (stage, title, target) VALUES (%s, 'Guitar', 50)", [live.key])
    await first.serve()
    async with Watcher.watching(first.port, live.id) as watcher:
        await live.give(cast.alice, count=30)
        await watcher.until(lambda _: _figure(watcher) == (30, False))
    await first.die()
    await live.give(cast.charlie, count=5)
    second = await make_process()
    await second.serve()
    async with Watcher.watching(second.port, live.id) as watcher:
        await live.give(cast.alice, count=7)
        await watcher.until(lambda _: _figure(watcher) == (42, False), seconds=40)


async def test_a_match_is_won_on_both_screens_as_the_journal_says(process, live, hers, cast, play):
    async with (
        Watcher.watching(process.port, live.id) as his_room,
        Watcher.watching(process.port, hers.id) as her_room,
    ):
        match = await play()
        for room in (his_room, her_room):
            (told,) = await room.until_events("match.started")
            assert told["match"]["id"] == match["id"]
            assert [side["creator"]["username"] for side in told["match"]["sides"]] == ["bob", "eve"]
        await live.give(cast.alice, count=500)  # before it begins: counts for nothing
        await begun(live, match)
        await live.give(cast.alice, count=30)
        await live.give(cast.charlie, count=12)
        await hers.give(cast.alice, count=41)
        for room in (his_room, her_room):
            await room.until(lambda _, room=room: _score(room) == [42, 41])
        async with Watcher.watching(process.port, live.id) as late:
            assert late.snapshot["match"]["status"] == "running"
        await over(live, match)
        await live.give(cast.charlie, count=999)  # behind its end
        await hers.give(cast.charlie, count=999)
        found = await settled(process, match)
        assert found.scores == [42, 41]
        assert found.scores == [await journal(live, live.key, match), await journal(live, hers.key, match)]
        assert found.winner == live.key
        for room in (his_room, her_room):
            (told,) = await room.until_events("match.ended")
            assert [side["score"] for side in told["match"]["sides"]] == [42, 41]
            assert told["match"]["winner"] == live.id


def _score(watcher):
    told = watcher.events("match.score")
    return [side["score"] for side in told[-1]["scores"]] if told else None


async def test_a_multiplier_is_announced_before_and_scores_without_changing_coins(  # noqa: PLR0917 - fixtures
    process, live, hers, cast, eve, web, play
):
    async with Watcher.watching(process.port, hers.id) as watcher:
        match = await play()
        await begun(live, match)
        path = f"/v1/matches/{match['id']}/multiplier"
        asked = await web.post(path, json={"factor": 3, "after_s": 5, "seconds": 30}, headers=eve.headers)
        assert asked.status_code == 200, asked.text
        (told,) = await watcher.until_events("match.multiplier")
        (announced,) = told["match"]["multipliers"]
        starts_at = datetime.fromisoformat(announced["starts_at"])
        framed = next(f for f in watcher.frames if told in f["events"])
        assert datetime.fromisoformat(framed["at"]) < starts_at, "the frame came before it"
        await hers.give(cast.alice, count=10)
        again = await web.post(path, json={"factor": 2, "after_s": 10, "seconds": 10}, headers=cast.bob.headers)
        assert again.json()["code"] == "multiplier-does-not-fit"
        await asyncio.sleep(max(0.0, (starts_at - datetime.now(UTC)).total_seconds()) + 0.2)
        await hers.give(cast.charlie, count=10)
        await watcher.until(lambda _: _score(watcher) == [0, 40])
        assert watcher.frames[-1]["totals"]["coins"] == 20, "coins are coins"
        await over(live, match)
        found = await settled(process, match)
        assert (found.scores, await journal(live, hers.key, match)) == ([0, 40], 20)


async def test_the_database_refuses_a_multiplier_that_is_not_announced_before(live, play):
    match = await play()
    with pytest.raises(psycopg.errors.CheckViolation, match="announced three seconds before"):
        async with live.db.write() as tx:
            await tx.execute(
                "INSERT INTO stage.multiplier (match, factor, starts_at, ends_at) SELECT key, 2,"
                " now() + interval '2 s', now() + interval '20 s' FROM stage.match WHERE id = %s",
                [ids.decode(match["id"], "match")],
            )


async def test_reversals_count_until_a_match_ends_and_never_after(  # noqa: PLR0917 - fixtures
    process, live, hers, cast, dora, play
):
    match = await play()
    await begun(live, match)
    await live.give(dora, count=300)
    await hers.give(cast.alice, count=250)
    await refund(live, 800, "r1")  # 800 coins back: 700 were unspent
    await over(live, match)
    found = await settled(process, match)
    assert (found.scores, found.winner) == ([200, 250], hers.key)
    await refund(live, 200, "r2")
    for _ in range(2):
        await process.contests.settle_due()
    again = await process.contests.get_match(found.id)
    assert (again.scores, again.winner) == ([200, 250], hers.key)
    with pytest.raises(psycopg.errors.CheckViolation, match="stays"):
        async with live.db.write() as tx:
            await tx.execute("UPDATE stage.match_side SET score = 0 WHERE match = %s", [found.key])


async def test_a_match_without_gifts_is_a_tie(process, live, play):
    match = await play()
    await begun(live, match)
    await over(live, match)
    found = await settled(process, match)
    assert (found.scores, found.winner, found.given_up_by) == ([0, 0], None, None)


async def test_who_gives_up_has_lost_whatever_the_scores(  # noqa: PLR0917 - fixtures
    process, live, hers, cast, eve, web, play
):
    match = await play()
    await begun(live, match)
    await live.give(cast.alice, count=80)
    assert (await web.post(f"/v1/matches/{match['id']}/end", headers=cast.alice.headers)).status_code == 404
    assert (await web.post(f"/v1/matches/{match['id']}/end", headers=cast.bob.headers)).status_code == 200
    found = await settled(process, match)
    assert (found.scores, found.winner, found.given_up_by) == ([80, 0], hers.key, live.key)
    again = await web.post(f"/v1/matches/{match['id']}/end", headers=eve.headers)
    assert again.json()["code"] == "match-over"


async def test_a_live_that_ends_gives_its_match_up_and_closes_its_invitations(  # noqa: PLR0917 - fixtures
    process, live, hers, eve, web, play
):
    match = await play()
    await begun(live, match)
    assert (await web.post(f"/v1/lives/{hers.id}/end", headers=eve.headers)).status_code == 200
    found = await settled(process, match)
    assert (found.winner, found.given_up_by) == (live.key, hers.key)


async def test_two_workers_settle_a_match_once(  # noqa: PLR0917 - fixtures
    make_process, process, live, hers, cast, play
):
    other = await make_process(owning=False)
    match = await play()
    await begun(live, match)
    await hers.give(cast.alice, count=9)
    await over(live, match)
    async with asyncio.timeout(30):
        while (await process.contests.get_match(ids.decode(match["id"], "match"))).status != "ended":
            await asyncio.gather(*(p.contests.settle_due() for p in (process, other) * 3))
    async with live.db.read() as tx:
        told = await tx.scalar("SELECT count(*) FROM kit.outbox WHERE topic = 'match.ended'")
    assert told == 2, "one for each room"


async def test_gifts_that_commit_late_are_in_the_score(process, live, play):
    """A committer that was in its transaction when the time ran out is waited for."""
    match = await play()
    await begun(live, match)
    async with await psycopg.AsyncConnection.connect(live.db.url) as slow:
        head = await slow.execute(
            "SELECT stripe FROM ledger.stripe s WHERE pg_try_advisory_lock(%s, s.stripe) ORDER BY stripe DESC LIMIT 1",
            [ledger.journal.LOCK_CLASS],
        )
        assert await head.fetchone()
        await slow.commit()
        await slow.execute("SELECT now()")  # in a transaction that began before the end
        await over(live, match)
        await asyncio.sleep(1.5)
        await process.contests.settle_due()
        found = await process.contests.get_match(ids.decode(match["id"], "match"))
        assert found.status == "running", "it waits"
        await slow.rollback()
    assert (await settled(process, match)).status == "ended"
