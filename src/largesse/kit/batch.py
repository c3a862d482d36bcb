"""A micro-batcher: requests gather for as long as the batch before them takes, then settle together."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar, cast

from largesse.kit.http import Busy

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")
# Answers in the order of the requests; None puts a request at the front of the next batch.
Settle = Callable[[list[Asked]], Awaitable[list[Answer | None]]]


class _Caller(Generic[Answer]):
    """Who waits for some answers; told when the last one is there, or at the first error."""

    __slots__ = ("answers", "future", "missing")

    def __init__(self, count: int, future: "asyncio.Future[list[Answer]]") -> None:
        self.answers: list[Answer | None] = [None] * count
        self.missing = count
        self.future = future

    def give(self, index: int, answer: Answer) -> None:
        self.answers[index] = answer
        self.missing -= 1
        if not self.missing and not self.future.done():
            self.future.set_result(cast("list[Answer]", self.answers))  # none is missing

    def fail(self, error: Exception) -> None:
        if not self.future.done():
            self.future.set_exception(error)


class Batcher(Generic[Asked, Answer]):
    """Callers `ask`; lanes `run` settle what has gathered, at most `size_max` together.

    At most `waiting_max` requests wait; beyond that callers are refused with `Busy`, never silently kept.
    """

    def __init__(self, *, size_max: int, linger_us: int, waiting_max: int) -> None:
        self.size_max = size_max
        self.linger_s = linger_us / 1_000_000
        self.waiting_max = waiting_max
        self._waiting: deque[tuple[Asked, _Caller[Answer], int]] = deque()
        self._came = asyncio.Event()
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many requests wait for a batch."""
        return len(self._waiting)

    async def ask(self, asked: Asked) -> Answer:
        """Queue one request and wait for its answer; raises `Busy` when too many wait."""
        return (await self.ask_all([asked]))[0]

    async def ask_all(self, asked: Sequence[Asked]) -> list[Answer]:
        """Queue some requests together and wait for all answers, in order; all or none are queued."""
        if self._closed or len(self._waiting) + len(asked) > self.waiting_max:
            raise Busy
        if not asked:
            return []
        future: asyncio.Future[list[Answer]] = asyncio.get_running_loop().create_future()
        caller = _Caller(len(asked), future)
        self._waiting.extend([(one, caller, index) for index, one in enumerate(asked)])
        self._came.set()
        return await future

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
                answers = await settle([asked for asked, _, _ in batch])
            except Exception as error:  # noqa: BLE001 - handed to everyone who waits for this batch
                for _, caller, _ in batch:
                    caller.fail(error)
                continue
            deferred = []
            for place, answer in zip(batch, answers, strict=True):
                if answer is None:
                    deferred.append(place)
                else:
                    place[1].give(place[2], answer)
            self._waiting.extendleft(reversed(deferred))
            await asyncio.sleep(0)  # the answered callers ask again before the next batch is cut

    async def _linger(self) -> None:
        """Wait while more are coming, no longer than the linger."""
        now = asyncio.get_running_loop().time
        end = now() + self.linger_s
        seen = 0
        while seen < len(self._waiting) < self.size_max and now() < end:
            seen = len(self._waiting)
            await asyncio.sleep(self.linger_s / 4)
