import asyncio
import contextlib
import socket
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import httpx

from largesse.kit import ids
from largesse.realtime import store
from watching import Watcher


def gave(live) -> list[str]:
    """The public ids of everything that was given, in order."""
    return [ids.encode("gift", ids.UUID(bytes=sent)) for sent in live.sent]


async def owner_of(db, live):
    async with db.read() as tx:
        return await tx.row("SELECT owner, epoch, seq, coins, gifters FROM realtime.lease WHERE stage = %s", [live.key])


async def until(holds, seconds: float = 30):
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110 - it is asked for, nobody tells it
            await asyncio.sleep(0.05)


def check_frames(watcher) -> None:
    """Frames came in order, none twice, none missing between two of one epoch."""
    seqs = [watcher.snapshot["seq"], *[frame["seq"] for frame in watcher.frames]]
    assert seqs == sorted(set(seqs))
    for before, after in pairwise(seqs):
        assert after == before + 1 or after >> 32 > before >> 32


async def test_one_of_two_processes_owns_a_room_and_both_show_it(make_process, live, cast, db):
    one, two = await make_process(), await make_process()
    await one.serve()
    await two.serve()
    async with Watcher.watching(one.port, live.id) as first, Watcher.watching(two.port, live.id) as second:
        for _ in range(20):
            await live.give(cast.alice, cast.charlie)
        for watcher in (first, second):
            await watcher.until_events("gift.sent", 40)
            assert watcher.gifts() == gave(live)
            check_frames(watcher)
        assert len(one.realtime.owner.rooms) + len(two.realtime.owner.rooms) == 1
        shared = {f["seq"] for f in first.frames} & {f["seq"] for f in second.frames}
        by_seq = {f["seq"]: f for f in first.frames}
        assert all(by_seq[f["seq"]] == f for f in second.frames if f["seq"] in shared)


async def test_a_killed_owners_room_is_taken_over_and_shows_every_gift_once(make_process, live, cast, db):
    one = await make_process()
    await until(lambda: has_room(one, live))
    two = await make_process()
    await two.serve()
    async with Watcher.watching(two.port, live.id) as watcher:
        await live.give(cast.alice, cast.charlie)
        await watcher.until_events("gift.sent", 2)
        await one.die()
        begin = time.monotonic()
        for _ in range(10):
            await live.give(cast.alice, cast.charlie)
        await watcher.until_events("gift.sent", 22)
        assert time.monotonic() - begin < 8
        assert watcher.gifts() == gave(live)
        check_frames(watcher)
        assert watcher.frames[-1]["totals"]["coins"] == 22
    taken = await owner_of(db, live)
    assert (taken["owner"], taken["epoch"]) == (two.realtime.owner.name, 2)


async def has_room(process, live) -> bool:
    return live.key in process.realtime.owner.rooms


async def test_the_rooms_of_a_dead_owner_are_taken_whatever_its_heartbeat_says(make_process, live, cast, db):
    one = await make_process()
    await until(lambda: has_room(one, live))
    two = await make_process()
    async with db.write() as tx:
        await tx.execute("UPDATE realtime.lease SET heartbeat_at = now() + interval '1 hour'")
    await one.die()
    await until(lambda: has_room(two, live), seconds=30)
    assert (await owner_of(db, live))["owner"] == two.realtime.owner.name


async def test_a_server_that_has_just_started_says_of_nobody_that_he_is_dead(make_process, live, db, monkeypatch):
    """With it every session ended; the living come back, and keep their rooms where they are quick."""
    one = await make_process()
    await until(lambda: has_room(one, live))
    monkeypatch.setattr(store, "FRESH_S", 1e9)  # the tests' server has just started, then
    two = await make_process()
    async with db.write() as tx:
        await tx.execute("UPDATE realtime.lease SET heartbeat_at = now() + interval '1 hour'")
    await one.die()
    await asyncio.sleep(2.5)
    assert not await has_room(two, live)
    async with db.write() as tx:
        await tx.execute("UPDATE realtime.lease SET heartbeat_at = now() - interval '1 minute'")
    await until(lambda: has_room(two, live), seconds=30)


async def test_a_guard_that_was_lost_is_held_again_and_its_room_misses_nothing(make_process, live, cast, db):
    one = await make_process()
    await until(lambda: has_room(one, live))
    await one.serve()
    await make_process()
    async with Watcher.watching(one.port, live.id) as watcher:
        await live.give(cast.alice)
        await watcher.until_events("gift.sent")
        async with db.write() as tx:
            ended = await tx.scalar(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE application_name = 'guard' AND datname = current_database()"
            )
        assert ended == 2
        for n in range(2, 12):
            await live.give(cast.alice)
            await watcher.until_events("gift.sent", n, seconds=30)
        assert watcher.gifts() == gave(live)
        check_frames(watcher)
    await until(lambda: guarded(one), seconds=30)


async def guarded(process) -> bool:
    return process.realtime.owner._guard.held


async def test_an_owner_that_lost_its_lease_tells_nobody_anything(make_process, live, cast, db):
    one = await make_process()
    await until(lambda: has_room(one, live))
    two = await make_process()
    await two.serve()
    async with Watcher.watching(two.port, live.id) as watcher:
        await live.give(cast.alice)
        await watcher.until_events("gift.sent")
        async with db.write() as tx:
            await tx.execute("UPDATE realtime.lease SET heartbeat_at = now() - interval '1 minute'")
        two.realtime.owner.hear_change()
        for _ in range(40):
            await live.give(cast.alice, cast.charlie)
            await asyncio.sleep(0.02)
        await watcher.until_events("gift.sent", 81, seconds=12)
        await until(lambda: has_room(two, live))
        assert watcher.gifts() == gave(live)
        check_frames(watcher)
    await until(lambda: lost(one, live))


async def lost(process, live) -> bool:
    return not await has_room(process, live)


async def test_a_process_that_stops_hands_its_rooms_over_at_once(make_process, live, cast, db):
    one = await make_process()
    await until(lambda: has_room(one, live))
    two = await make_process()
    await two.serve()
    async with Watcher.watching(two.port, live.id) as watcher:
        await live.give(cast.alice)
        await watcher.until_events("gift.sent")
        await one.realtime.close()
        begin = time.monotonic()
        await live.give(cast.charlie)
        await watcher.until_events("gift.sent", 2)
        assert time.monotonic() - begin < 3
        assert watcher.gifts() == gave(live)
        check_frames(watcher)


async def test_what_was_folded_is_persisted_exactly(process, live, cast, db):
    for _ in range(3):
        await live.give(cast.alice, cast.charlie, count=4)
    await live.give(cast.olga, count=7, anonymous=True)
    await until(lambda: persisted(db, live, 31))
    async with db.read() as tx:
        givers = await tx.rows("SELECT sender, coins, gifts, anonymous_coins FROM realtime.gifter ORDER BY sender")
    assert [tuple(g.values()) for g in givers] == [
        (cast.alice.key, 12, 3, 0),
        (cast.charlie.key, 12, 3, 0),
        (cast.olga.key, 7, 1, 7),
    ]
    async with httpx.AsyncClient() as client:
        body = (await client.get(f"http://127.0.0.1:{process.port}/v1/lives/{live.id}")).json()
        top = (await client.get(f"http://127.0.0.1:{process.port}/v1/lives/{live.id}/top-gifters")).json()
    assert (body["gifts"], body["gifters"], body["coins"]) == (7, 3, 31)
    assert [(r["account"]["username"], r["coins"]) for r in top["items"]] == [("alice", 12), ("charlie", 12)]


async def persisted(db, live, coins: int) -> bool:
    return (await owner_of(db, live) or {}).get("coins") == coins


async def test_a_room_that_nobody_owns_is_counted_exactly_when_it_is_asked_for(make_process, live, cast, db):
    async with db.write() as tx:
        await tx.execute("UPDATE stage.stage SET status = 'ended', ended_at = now() - interval '1 day'")
    process = await make_process()
    await process.serve()
    await live.give(cast.alice, count=5)
    await live.give(cast.charlie, count=2, anonymous=True)
    async with httpx.AsyncClient() as client:
        path = f"http://127.0.0.1:{process.port}/v1/lives/{live.id}"
        body, top = (await client.get(path)).json(), (await client.get(f"{path}/top-gifters")).json()
        assert (body["gifts"], body["gifters"], body["coins"], body["viewers"]) == (2, 2, 7, 0)
        assert [(r["account"]["username"], r["coins"]) for r in top["items"]] == [("alice", 5)]
        assert not process.realtime.owner.rooms
        async with Watcher.watching(process.port, live.id) as watcher:
            assert watcher.snapshot["totals"]["coins"] == 7
            await until(lambda: has_room(process, live))
            await live.give(cast.alice)
            await watcher.until(lambda message: message.get("totals", {}).get("coins") == 8)


async def test_a_viewer_who_comes_and_goes_in_a_flood_misses_nothing_and_sees_nothing_twice(make_process, live, cast):
    one, two = await make_process(), await make_process()
    await one.serve()
    await two.serve()
    flooding = True

    async def flood() -> None:
        for _ in range(60):
            await live.give(*[cast.alice, cast.charlie] * 4)
            await asyncio.sleep(0.02)

    flooder = asyncio.create_task(flood())
    seen, at, ports = [], None, [one.port, two.port]
    while flooding:
        flooding = not flooder.done()
        async with Watcher.watching(ports[len(seen) % 2], live.id, after=at) as watcher:
            if at is not None:
                assert watcher.snapshot["seq"] == at, "the snapshot stands where the viewer left"
                assert watcher.snapshot["events"] == []
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.2):
                    while True:
                        await watcher.next()
            check_frames(watcher)
            seen += (
                watcher.gifts()
                if at is not None
                else [e["id"] for e in watcher.snapshot["events"] if e["type"] == "gift.sent"] + watcher.gifts()
            )
            at = watcher.frames[-1]["seq"] if watcher.frames else watcher.snapshot["seq"]
        await asyncio.sleep(0.05)
    await flooder
    async with Watcher.watching(two.port, live.id, after=at) as watcher:
        await watcher.until(lambda message: message["totals"]["gifts"] == 480)
        while watcher.frames and len(seen) + len(watcher.gifts()) < 480:
            await watcher.next()
        seen += watcher.gifts()
    assert sorted(seen) == sorted(gave(live))


async def test_a_flood_folds_and_totals_stay_exact(process, live, cast):
    async with Watcher.watching(process.port, live.id, cast.bob.token) as bob:
        for _ in range(10):
            await live.give(*[cast.alice, cast.charlie, cast.olga, cast.alice] * 100, count=2)
        await bob.until(lambda message: message.get("totals", {}).get("gifts") == 4000, seconds=20)
        assert all(sum(e["type"] == "gift.sent" for e in frame["events"]) <= 60 for frame in bob.frames)
        folded = [frame["folded"] for frame in bob.frames if "folded" in frame]
        assert sum(f["count"] for f in folded) + len(bob.gifts()) == 4000
        assert sum(f["coins"] for f in folded) + sum(e["coins"] for e in bob.events("gift.sent")) == 8000
        assert bob.frames[-1]["totals"] | {"viewers": 1} == {
            "viewers": 1, "likes": 0, "gifts": 4000, "gifters": 3, "coins": 8000, "diamonds_milli": 8000 * 700,
        }  # fmt: skip


async def test_without_nats_viewers_are_told_within_a_moment(make_process, live, cast, tmp_path):
    port = free_port()
    server = start_nats(port, tmp_path)
    try:
        await until(lambda: answers(port))
        one = await make_process(nats_url=f"nats://127.0.0.1:{port}")
        await until(lambda: has_room(one, live))
        two = await make_process(nats_url=f"nats://127.0.0.1:{port}")
        await two.serve()
        async with Watcher.watching(two.port, live.id) as watcher:
            await live.give(cast.alice)
            await watcher.until_events("gift.sent")
            server.kill()
            server.wait()
            for n in range(2, 5):
                begin = time.monotonic()
                await live.give(cast.charlie)
                await watcher.until_events("gift.sent", n)
                assert time.monotonic() - begin < 2.5
            server = start_nats(port, tmp_path)
            await until(lambda: connected(two))
            await live.give(cast.charlie)
            await watcher.until_events("gift.sent", 5)
            assert watcher.gifts() == gave(live)
            check_frames(watcher)
    finally:
        server.kill()
        server.wait()


async def test_a_process_that_starts_without_nats_shows_gifts_and_hears_news_later(make_process, live, cast, tmp_path):
    port = free_port()
    one = await make_process(nats_url=f"nats://127.0.0.1:{port}")
    await one.serve()
    async with Watcher.watching(one.port, live.id) as watcher:
        await live.give(cast.alice)
        await watcher.until_events("gift.sent", seconds=30)
        server = start_nats(port, tmp_path)
        try:
            await until(lambda: connected(one), seconds=30)
            await live.give(cast.charlie)
            await watcher.until_events("gift.sent", 2, seconds=30)
            assert watcher.gifts() == gave(live)
        finally:
            server.kill()
            server.wait()


async def connected(process) -> bool:
    return process.news.connected


async def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def start_nats(port: int, folder: Path) -> subprocess.Popen:
    binary = Path(sys.executable).parent / "nats-server"
    return subprocess.Popen([binary, "-a", "127.0.0.1", "-p", str(port)], cwd=folder, stderr=subprocess.DEVNULL)


def free_port() -> int:
    for port in range(20_000, 21_000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise OSError("no free port")


async def test_old_frames_are_forgotten_and_their_readers_told(process, live, cast, db):
    async with Watcher.watching(process.port, live.id) as watcher:
        await live.give(cast.alice)
        await watcher.until_events("gift.sent")
        first = watcher.frames[0]["seq"]
        await live.give(cast.alice)
        await watcher.until_events("gift.sent", 2)
    async with db.write() as tx:
        await tx.execute("UPDATE realtime.frame SET at = now() - interval '1 hour' WHERE seq <= %s", [first])
    await process.realtime.owner._tidy()
    async with httpx.AsyncClient() as client:
        path = f"http://127.0.0.1:{process.port}/v1/lives/{live.id}/frames"
        assert (await client.get(path, params={"after": first - 1})).json()["gap"] is True
        assert (await client.get(path, params={"after": first})).json()["gap"] is False
