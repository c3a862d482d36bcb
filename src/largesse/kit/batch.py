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

    def tell(self) -> None:
        """Hand over the answers where none is missing."""
        if not self.missing and not self.future.done():
            self.future.set_result(cast("list[Answer]", self.answers))

    def fail(self, error: Exception) -> None:
        if not self.future.done():
            self.future.set_exception(error)


class _Part(Generic[Asked, Answer]):
    """Requests of one caller that came together: those from its place `at` on. They are cut and answered as slices."""

    __slots__ = ("asked", "at", "caller")

    def __init__(self, asked: Sequence[Asked], caller: _Caller[Answer], at: int) -> None:
        self.asked = asked
        self.caller = caller
        self.at = at

    def split(self, count: int) -> "tuple[_Part[Asked, Answer], _Part[Asked, Answer]]":
        """The first `count` requests, and the rest."""
        return (
            _Part(self.asked[:count], self.caller, self.at),
            _Part(self.asked[count:], self.caller, self.at + count),
        )

    def answer(self, answers: Sequence[Answer | None]) -> "list[_Part[Asked, Answer]]":
        """Give what was answered; return what was not, each request a part of its own."""
        deferred: list[_Part[Asked, Answer]] = []
        if None in answers:
            deferred = [
                _Part([asked], self.caller, at)
                for at, (asked, answer) in enumerate(zip(self.asked, answers, strict=True), self.at)
                if answer is None
            ]
        self.caller.answers[self.at : self.at + len(answers)] = answers
        self.caller.missing -= len(answers) - len(deferred)
        self.caller.tell()
        return deferred


class Batcher(Generic[Asked, Answer]):
    """Callers `ask`; lanes `run` settle what has gathered, at most `size_max` together.

    At most `waiting_max` requests wait; beyond that callers are refused with `Busy`, never silently kept.
    """

    def __init__(self, *, size_max: int, linger_us: int, waiting_max: int) -> None:
        self.size_max = size_max
        self.linger_s = linger_us / 1_000_000
        self.waiting_max = waiting_max
        self._parts: deque[_Part[Asked, Answer]] = deque()
        self._waiting = 0
        self._came = asyncio.Event()
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many requests wait for a batch."""
        return self._waiting

    async def ask(self, asked: Asked) -> Answer:
        """Queue one request and wait for its answer; raises `Busy` when too many wait."""
        return (await self.ask_all([asked]))[0]

    async def ask_all(self, asked: Sequence[Asked]) -> list[Answer]:
        """Queue some requests together and wait for all answers, in order; all or none are queued."""
        count = len(asked)
        if self._closed or self._waiting + count > self.waiting_max:
            raise Busy
        if not asked:
            return []
        future: asyncio.Future[list[Answer]] = asyncio.get_running_loop().create_future()
        self._parts.append(_Part(asked, _Caller(count, future), 0))
        self._waiting += count
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
            batch = self._cut()
            try:
                answers = await settle([asked for part in batch for asked in part.asked])
            except Exception as error:  # noqa: BLE001 - handed to everyone who waits for this batch
                for part in batch:
                    part.caller.fail(error)
                continue
            deferred: list[_Part[Asked, Answer]] = []
            at = 0
            for part in batch:
                deferred += part.answer(answers[at : at + len(part.asked)])
                at += len(part.asked)
            assert at == len(answers), (at, len(answers))
            self._parts.extendleft(reversed(deferred))
            self._waiting += len(deferred)
            await asyncio.sleep(0)  # the answered callers ask again before the next batch is cut

    def _cut(self) -> list[_Part[Asked, Answer]]:
        """The next batch, taken off the queue: at most `size_max` requests, the first that came first."""
        batch: list[_Part[Asked, Answer]] = []
        room = self.size_max
        while room and self._parts:
            part = self._parts.popleft()
            if len(part.asked) > room:
                part, rest = part.split(room)
                self._parts.appendleft(rest)
            room -= len(part.asked)
            batch.append(part)
        self._waiting -= self.size_max - room
        return batch

    async def _linger(self) -> None:
        """Wait while more are coming, no longer than the linger."""
        now = asyncio.get_running_loop().time
        end = now() + self.linger_s
        seen = 0
        while seen < self._waiting < self.size_max and now() < end:
            seen = self._waiting
            await asyncio.sleep(self.linger_s / 4)
