"""A worker that is killed between any two steps of handing a payout over: it is paid once, and the books agree."""

import asyncio
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

PROCESS = Path(__file__).parents[2] / "crash" / "payout_process.py"


@pytest.fixture
def database_url(clock_url: str) -> str:
    return clock_url


@pytest.mark.parametrize("cut", ["before", "begun", "handed", "answered", "recorded"])
async def test_a_worker_killed_at_any_step_pays_once(desk: Any, cut: str) -> None:
    await desk.earn()
    made = await desk.asked()
    await desk.office.approve(desk.cast.olga.key, made.id)
    worker = await asyncio.create_subprocess_exec(
        sys.executable, str(PROCESS), desk.db.url, str(made.id), desk.books.keys.salt_secret.hex(), cut
    )
    assert await asyncio.wait_for(worker.wait(), 60) == -signal.SIGKILL
    await desk.carrying.step(made.id)
    assert (await desk.get(made)).status == "paid"
    assert [transfer["state"] for transfer in await desk.transfers()] == ["paid"]
