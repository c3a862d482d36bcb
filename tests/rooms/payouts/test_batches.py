"""One batch at a time: one that takes long says that it lives; one that was killed is silent, and the next begins."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from largesse.payouts import service_batches

PROCESS = Path(__file__).parents[2] / "crash" / "batch_process.py"


async def nothing(_batch: int) -> int:
    return 0


async def age(desk: Any) -> None:
    """Let ten minutes pass for every batch that was begun, and for what was heard of it."""
    async with desk.db.write() as tx:
        await tx.execute("ALTER TABLE payouts.batch DISABLE TRIGGER batch_for_ever")
        await tx.execute(
            "UPDATE payouts.batch"
            " SET began_at = began_at - interval '10 minutes', beat_at = beat_at - interval '10 minutes'"
        )


async def heard(desk: Any) -> bool:
    """Whether an open batch was heard of in the last minute."""
    async with desk.db.read() as tx:
        found: bool = await tx.scalar(
            "SELECT EXISTS (SELECT FROM payouts.batch WHERE ended_at IS NULL AND beat_at > now() - interval '1 minute')"
        )
    return found


async def until_heard(desk: Any) -> None:
    async with asyncio.timeout(30):
        while not await heard(desk):  # noqa: ASYNC110 - another process may say it
            await asyncio.sleep(0.02)


@pytest.fixture
async def killed(desk: Any) -> AsyncIterator[asyncio.subprocess.Process]:
    """Another worker in the middle of a batch, which is killed at the end at the latest."""
    worker = await asyncio.create_subprocess_exec(
        sys.executable, str(PROCESS), desk.db.url, stdout=asyncio.subprocess.PIPE
    )
    assert worker.stdout is not None
    assert await asyncio.wait_for(worker.stdout.readline(), 60) == b"running\n"
    yield worker
    if worker.returncode is None:
        worker.kill()
        await worker.wait()


async def test_a_batch_that_takes_long_is_not_taken_over(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_batches, "_BEAT_S", 0.05)
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def long(_batch: int) -> int:
        begun.set()
        await may_end.wait()
        return 0

    running = asyncio.create_task(desk.batches.run("rails", long))
    await asyncio.wait_for(begun.wait(), 30)
    await age(desk)
    await until_heard(desk)  # ten minutes after it began
    assert await desk.batches.run("sepa", nothing) is False
    may_end.set()
    assert await running is True
    assert await desk.batches.run("sepa", nothing) is True
    assert [batch.kind for batch in await desk.batches.list_batches(None, 9)] == ["sepa", "rails"]


async def test_nobody_beats_for_a_batch_that_has_ended(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_batches, "_BEAT_S", 0.02)
    before = asyncio.all_tasks()

    async def die(_batch: int) -> int:
        await until_heard(desk)
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="middle"):
        await desk.batches.run("rails", die)
    assert asyncio.all_tasks() <= before
    assert not await heard(desk)


async def test_a_batch_whose_worker_was_killed_is_taken_over_once_it_is_silent(
    desk: Any, killed: asyncio.subprocess.Process
) -> None:
    await age(desk)
    await until_heard(desk)
    assert await desk.batches.run("rails", nothing) is False
    killed.kill()
    assert await killed.wait() == -signal.SIGKILL
    assert await desk.batches.run("rails", nothing) is False, "it may only be slow"
    await age(desk)
    assert await desk.batches.run("rails", nothing) is True
