"""Answers that are not of the shape that a provider documents: half of one, a page of HTML, a number for a name."""

import functools
from collections.abc import Callable, Coroutine
from traceback import extract_tb
from typing import Any, ParamSpec, TypeVar

import structlog

from largesse.payments.providers.port import Away

log = structlog.get_logger(__name__)
P = ParamSpec("P")
T = TypeVar("T")
# What reading such an answer ends in; msgspec's errors and what is no JSON are ValueErrors, Money asserts its currency.
ODD = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, AssertionError, RecursionError)


def or_away(call: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Say of an answer that cannot be read what holds for one that did not come: `Away`, the outcome is unknown.

    A fault of our own reading ends there too, so the log says where it was.
    """

    @functools.wraps(call)
    async def asked(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await call(*args, **kwargs)
        except ODD as error:
            place = extract_tb(error.__traceback__)[-1]
            where = f"{place.filename.rpartition('/')[2]}:{place.lineno}"
            log.error(  # noqa: TRY400 - one line, for what was read is not ours to write down
                "provider.odd_answer", call=call.__qualname__, error=type(error).__name__, where=where
            )
            raise Away("the answer is not of its shape") from error

    return asked
