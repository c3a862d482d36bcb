"""A micro-batcher: requests gather for as long as the batch before them takes, then settle together."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from largesse.kit.http import Busy

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")
# Answers in the order of the requests; None puts a request at the front of the next batch.
Settle = Callable[[list[Asked]], Awaitable[list[Answer | None]]]


class Batcher(Generic[Asked, Answer]):
    """Callers `ask` one at a time; lanes `run` settle what has gathered, at most `size_max` together.

    At most `waiting_max` wait; the next one is refused with `Busy`, never silently kept.
    """

    def __init__(self, *, size_max: int, linger_us: int, waiting_max: int) -> None:
        self.size_max = size_max
        self.linger_s = linger_us / 1_000_000
        self.waiting_max = waiting_max
        self._waiting: deque[tuple[Asked, asyncio.Future[Answer]]] = deque()
        self._came = asyncio.Event()
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many wait for a batch."""
        return len(self._waiting)

    def ask(self, asked: Asked) -> "asyncio.Future[Answer]":
        """Queue one request; the future is answered by its batch. Raises `Busy` when too many wait."""
        if self._closed or len(self._waiting) >= self.waiting_max:
            raise Busy
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, future))
        self._came.set()
        return future

    def close(self) -> None:
        """Take no more; lanes end when nothing waits."""
        self._closed = True
        self._came.set()

    async def run(self, settle: Settle[Asked, Answer]) -> None:
        """One lane: settle batch after batch until closed. An error of `settle` reaches the callers of its batch."""
        while not (self._closed and not self._waiting):
            if not self._waiting:
                self._came.clear()
                await self._came.wait()
                await self._linger()
                continue
            batch = [self._waiting.popleft() for _ in range(min(self.size_max, len(self._waiting)))]
            try:
                answers = await settle([asked for asked, _ in batch])
            except Exception as error:  # noqa: BLE001 - handed to everyone who waits for this batch
                for _, future in batch:
                    if not future.done():
                        future.set_exception(error)
                continue
            self._answer(batch, answers)
            await asyncio.sleep(0)  # the answered callers ask again before the next batch is cut

    async def _linger(self) -> None:
        """Wait while more are coming, no longer than the linger."""
        end = asyncio.get_running_loop().time() + self.linger_s
        seen = 0
        while seen < len(self._waiting) < self.size_max and asyncio.get_running_loop().time() < end:
            seen = len(self._waiting)
            await asyncio.sleep(self.linger_s / 4)

    def _answer(self, batch: list[tuple[Asked, "asyncio.Future[Answer]"]], answers: list[Answer | None]) -> None:
        deferred = []
        for place, answer in zip(batch, answers, strict=True):
            if answer is None:
                deferred.append(place)
            elif not place[1].done():
                place[1].set_result(answer)
        self._waiting.extendleft(reversed(deferred))
