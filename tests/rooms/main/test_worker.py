"""What the worker does again and again."""

import asyncio

import psycopg
import pytest

from largesse.main import worker


@pytest.mark.parametrize(
    "fault", [psycopg.OperationalError("away"), OSError("full"), KeyError("a row nobody expected")]
)
async def test_a_keeper_that_failed_tries_again(fault: Exception) -> None:
    """Whatever it was: a keeper that ended unheard would leave its work undone for ever."""
    tries = 0
    again = asyncio.Event()

    async def work() -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise fault
        again.set()

    keeper = asyncio.create_task(worker._every(0.001, work))
    await asyncio.wait_for(again.wait(), 5)
    assert not keeper.done()
    keeper.cancel()
