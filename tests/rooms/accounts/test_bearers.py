"""The cache of callers: fast, together, and forgetful at once when it must be."""

import asyncio
import time
from datetime import timedelta

import pytest

from largesse.accounts import AccountsService
from largesse.accounts.bearers import HELD_S, Bearers, hash_of
from largesse.kit.news import News


@pytest.fixture
def loads(accounts, monkeypatch):
    """How many hashes each look-up in the database asked for."""
    asked: list[int] = []
    load = accounts._bearers._load

    async def counted(hashes):
        asked.append(len(hashes))
        return await load(hashes)

    monkeypatch.setattr(accounts._bearers, "_load", counted)
    return asked


async def test_the_second_time_nobody_asks_the_database(accounts, cast, loads):
    assert (await accounts.authenticate(cast.alice.token)).username == "alice"
    assert (await accounts.authenticate(cast.alice.token)).account == cast.alice.key
    assert loads == [1]


async def test_a_thousand_callers_at_once_are_looked_up_together(accounts, make_person, loads):
    members = [await make_person(f"m{n}") for n in range(20)]
    found = await asyncio.gather(*(accounts.authenticate(m.token) for m in members for _ in range(50)))
    assert [p.account for p in found] == [m.key for m in members for _ in range(50)]
    assert sum(loads) == 20
    assert len(loads) == 1


async def test_a_caller_who_goes_away_does_not_take_the_others_along(accounts, cast):
    first = asyncio.create_task(accounts.authenticate(cast.alice.token))
    second = asyncio.create_task(accounts.authenticate(cast.alice.token))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).username == "alice"


async def test_a_revoked_session_ends_at_once_even_while_it_is_looked_up(accounts, cast, db, monkeypatch):
    load, reading = accounts._bearers._load, asyncio.Event()
    go_on = asyncio.Event()

    async def slow(hashes):
        found = await load(hashes)
        reading.set()
        await go_on.wait()
        return found

    monkeypatch.setattr(accounts._bearers, "_load", slow)
    looking = asyncio.create_task(accounts.authenticate(cast.alice.token))
    await reading.wait()
    await accounts.sign_out_everywhere(cast.alice.key)
    go_on.set()
    assert await looking is None
    assert await accounts.authenticate(cast.alice.token) is None


async def test_a_failed_look_up_fails_for_those_who_wait_and_not_for_ever(accounts, cast, monkeypatch):
    load = accounts._bearers._load

    async def broken(_):
        raise ConnectionError

    monkeypatch.setattr(accounts._bearers, "_load", broken)
    outcomes = await asyncio.gather(
        *(accounts.authenticate(cast.alice.token) for _ in range(3)), return_exceptions=True
    )
    assert all(isinstance(outcome, ConnectionError) for outcome in outcomes)
    monkeypatch.setattr(accounts._bearers, "_load", load)
    assert await accounts.authenticate(cast.alice.token) is not None


async def test_other_processes_hear_of_it_through_nats(db, clock, settings, nats_url, cast):
    here, there = (News(nats_url) for _ in range(2))
    await here.open()
    await there.open()
    one, other = AccountsService(db, here, clock, settings), AccountsService(db, there, clock, settings)
    await one.open()
    await other.open()
    assert (await other.authenticate(cast.alice.token)).display_name == "Alice"
    assert (await other.people([cast.alice.key]))[cast.alice.key].display_name == "Alice"
    await one.me.update(cast.alice.key, display_name="Alice B.", country=None, badge_hidden=None)
    async with asyncio.timeout(20):
        while (await other.people([cast.alice.key]))[cast.alice.key].display_name != "Alice B.":  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert (await other.authenticate(cast.alice.token)).display_name == "Alice B."
    await one.sign_out_everywhere(cast.alice.key)
    async with asyncio.timeout(20):
        while await other.authenticate(cast.alice.token):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    for service, news in ((one, here), (other, there)):
        await service.close()
        await news.close()


async def test_without_news_a_revoked_session_ends_within_seconds(accounts, cast, db, monkeypatch):
    assert await accounts.authenticate(cast.alice.token)
    async with db.write() as tx:
        await tx.execute("UPDATE accounts.bearer SET revoked_at = now() WHERE key = %s", [cast.alice.bearer])
    later = time.monotonic() + HELD_S
    monkeypatch.setattr("largesse.accounts.bearers.monotonic", lambda: later)
    assert await accounts.authenticate(cast.alice.token) is None


async def test_being_seen_is_noted_once_a_minute(accounts, cast, db, clock):
    async def seen():
        async with db.read() as tx:
            return await tx.scalar("SELECT seen_at FROM accounts.bearer WHERE key = %s", [cast.alice.bearer])

    begun = clock.now()
    for seconds, expected in ((30, 0), (61, 61), (100, 61), (200, 200)):
        clock.at = begun + timedelta(seconds=seconds)
        accounts._bearers.forget([hash_of(cast.alice.token)])
        assert await accounts.authenticate(cast.alice.token)
        assert await seen() == begun + timedelta(seconds=expected)


async def test_a_hit_costs_a_few_microseconds(accounts, cast):
    await accounts.authenticate(cast.alice.token)
    best = min([await _timed(accounts, cast.alice.token) for _ in range(5)])
    assert best < 20e-6


async def _timed(accounts, token):
    begun = time.perf_counter()
    for _ in range(2_000):
        await accounts.authenticate(token)
    return (time.perf_counter() - begun) / 2_000


async def test_the_cache_is_bounded(clock, monkeypatch):
    monkeypatch.setattr("largesse.accounts.bearers.HELD_MAX", 10)

    async def nothing(_):
        return []

    bearers = Bearers(nothing, clock)
    for n in range(50):
        bearers._held[b"%d" % n] = ()
    await bearers.find("x" * 43)
    assert len(bearers._held) <= 10
