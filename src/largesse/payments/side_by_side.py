"""Asking many providers at once: one that hangs, or answers in a way that nobody foresaw, costs the others nothing."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

import structlog

from largesse.kit.problems import Problem
from largesse.payments.providers.port import Away, Refused

log = structlog.get_logger(__name__)
AT_ONCE = 4
CALL_S_MAX, ROUND_S_MAX = 25.0, 45.0  # what is done every minute ends within one
Call = Callable[[], Awaitable[object]]


async def ask_each(
    what: str, calls: Mapping[str, Sequence[Call]], *, call_s_max: float | None = None, round_s_max: float | None = None
) -> None:
    """Make every provider's calls in their order, `AT_ONCE` of one provider at a time, all providers side by side.

    A call that fails or takes too long is told in the log, and the next one is made; those that a provider leaves no
    time for are not made at all, so a call marks what it is about by itself, before it asks.
    """
    call_s, round_s = call_s_max or CALL_S_MAX, round_s_max or ROUND_S_MAX
    await asyncio.gather(*(_ask_one(what, name, mine, call_s, round_s) for name, mine in calls.items() if mine))


async def _ask_one(what: str, provider: str, calls: Sequence[Call], call_s: float, round_s: float) -> None:
    outcomes: Counter[str] = Counter()
    waiting = iter(calls)
    try:
        async with asyncio.timeout(round_s), asyncio.TaskGroup() as asking:
            for _ in range(AT_ONCE):
                asking.create_task(_go_through(what, provider, waiting, call_s, outcomes))
    except TimeoutError:
        outcomes["late"] = 1
    left = sum(1 for _ in waiting)
    if left or outcomes.keys() - {"done"}:
        log.warning("provider.round", what=what, provider=provider, left=left, **outcomes)


async def _go_through(what: str, provider: str, waiting: Iterator[Call], call_s: float, outcomes: Counter[str]) -> None:
    for call in waiting:
        try:
            async with asyncio.timeout(call_s):
                await call()
            outcomes["done"] += 1
        except (Away, Problem, Refused, TimeoutError) as error:
            outcomes["away"] += 1
            log.info("provider.not_now", what=what, provider=provider, why=f"{type(error).__name__}: {error}"[:200])
        except Exception:
            # What nobody foresaw is a fault of ours, and no reason to leave out the others.
            outcomes["failed"] += 1
            log.exception("provider.failed", what=what, provider=provider)
