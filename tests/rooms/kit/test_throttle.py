"""Attempts are counted across processes, and forgotten."""

import asyncio

import pytest

from largesse.kit import throttle
from largesse.kit.http import TooMany


async def hit(db, key="door", window_s=60, attempts_max=3):
    async with db.write() as tx:
        await throttle.hit(tx, key, window_s, attempts_max)


async def test_the_fourth_of_three_attempts_is_refused_and_told_how_long_to_wait(db):
    for _ in range(3):
        await hit(db)
    with pytest.raises(TooMany) as refusal:
        await hit(db)
    assert 1 <= refusal.value.retry_after_s <= 60
    assert refusal.value.limit == 3
    await hit(db, key="another door")


async def test_twenty_at_once_do_not_pass_a_limit_of_three(db):
    outcomes = await asyncio.gather(*(hit(db) for _ in range(20)), return_exceptions=True)
    assert sum(outcome is None for outcome in outcomes) == 3
    assert all(isinstance(outcome, TooMany) for outcome in outcomes if outcome is not None)


async def test_the_window_before_still_counts_for_the_part_of_it_that_slides_over(db):
    async with db.write() as tx:
        await tx.execute(
            "INSERT INTO kit.throttle (key, bucket_at, n)"
            " VALUES ('door', date_bin('1 day', now(), 'epoch') - interval '1 day', 1000000)"
        )
    with pytest.raises(TooMany):
        await hit(db, window_s=86_400)


async def test_forgiven_attempts_do_not_count(db):
    for _ in range(3):
        await hit(db)
    async with db.write() as tx:
        await throttle.forgive(tx, "door")
    await hit(db)


async def test_old_attempts_are_removed(db):
    await hit(db)
    async with db.write() as tx:
        await tx.execute("UPDATE kit.throttle SET bucket_at = bucket_at - interval '3 days'")
        await throttle.forget(tx)
        assert await tx.scalar("SELECT count(*) FROM kit.throttle") == 0
