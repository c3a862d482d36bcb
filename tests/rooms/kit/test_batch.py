"""The micro-batcher: every caller gets its own answers, in its order, whatever is cut, deferred or refused."""

import asyncio
from collections.abc import Callable

import pytest

from largesse.kit.batch import Batcher
from largesse.kit.http import Busy


class Settler:
    """Settles numbers by doubling them; `defers` says which of a batch ride in the next one."""

    def __init__(self, defers: Callable[[int, int], bool] = lambda _number, _batch: False) -> None:
        self.defers = defers
        self.batches: list[list[int]] = []

    async def settle(self, asked: list[int]) -> list[int | None]:
        self.batches.append(asked)
        await asyncio.sleep(0)
        return [None if self.defers(one, len(self.batches)) else one * 2 for one in asked]


async def lane(batcher: Batcher[int, int], settler: Settler) -> asyncio.Task[None]:
    return asyncio.create_task(batcher.run(settler.settle))


async def test_what_one_caller_asks_is_answered_in_order_though_it_is_cut_into_batches() -> None:
    batcher: Batcher[int, int] = Batcher(size_max=10, linger_us=0, waiting_max=100)
    settler = Settler()
    running = await lane(batcher, settler)
    answers = await asyncio.gather(batcher.ask_all(range(7)), batcher.ask_all(range(100, 123)), batcher.ask(5))
    assert answers == [[n * 2 for n in range(7)], [n * 2 for n in range(100, 123)], 10]
    assert [len(batch) for batch in settler.batches] == [10, 10, 10, 1]
    assert batcher.waiting == 0
    batcher.close()
    await running


async def test_what_is_deferred_rides_first_in_the_next_batch_in_its_order() -> None:
    batcher: Batcher[int, int] = Batcher(size_max=4, linger_us=0, waiting_max=100)
    settler = Settler(lambda number, batch: batch == 1 and number in {1, 3})
    running = await lane(batcher, settler)
    answers = await asyncio.gather(batcher.ask_all([0, 1, 2, 3, 4, 5]), batcher.ask(6))
    assert answers == [[0, 2, 4, 6, 8, 10], 12]
    assert settler.batches == [[0, 1, 2, 3], [1, 3, 4, 5], [6]]
    batcher.close()
    await running


async def test_all_or_none_of_what_a_caller_asks_is_queued() -> None:
    batcher: Batcher[int, int] = Batcher(size_max=4, linger_us=0, waiting_max=5)
    first = asyncio.create_task(batcher.ask_all([1, 2, 3]))
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await batcher.ask_all([4, 5, 6])
    assert batcher.waiting == 3
    running = await lane(batcher, Settler())
    assert await first == [2, 4, 6]
    assert await batcher.ask_all([]) == []
    batcher.close()
    with pytest.raises(Busy):
        await batcher.ask(1)
    await running


async def test_an_error_reaches_those_of_its_batch_alone() -> None:
    batcher: Batcher[int, int] = Batcher(size_max=2, linger_us=0, waiting_max=100)

    async def settle(asked: list[int]) -> list[int | None]:
        if 13 in asked:
            raise RuntimeError("no")
        return list(asked)

    running = asyncio.create_task(batcher.run(settle))
    answers = await asyncio.gather(
        batcher.ask_all([1, 2]), batcher.ask(13), batcher.ask(4), batcher.ask(5), return_exceptions=True
    )
    assert answers[0] == [1, 2]
    assert [type(answer) for answer in answers[1:3]] == [RuntimeError, RuntimeError]
    assert answers[3] == 5
    batcher.close()
    await running


async def test_a_caller_that_is_gone_stops_nobody() -> None:
    batcher: Batcher[int, int] = Batcher(size_max=10, linger_us=0, waiting_max=100)
    gone = asyncio.create_task(batcher.ask_all([1, 2]))
    stays = asyncio.create_task(batcher.ask(3))
    await asyncio.sleep(0)
    gone.cancel()
    running = await lane(batcher, Settler())
    assert await stays == 6
    batcher.close()
    await running
