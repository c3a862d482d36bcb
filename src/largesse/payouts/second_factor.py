"""The one place where payouts ask for a second factor; `main` says how."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from largesse.kit.config import Settings
from largesse.kit.db import ReadTx
from largesse.payouts.errors import SecondFactorMissing

SecondFactor = Callable[[ReadTx, int, int, datetime], Awaitable[None]]
"""Called with a transaction, an account, its session's key and the moment; raises a problem where none is fresh."""


def none_yet(settings: Settings) -> SecondFactor:
    """What stands in where accounts have no second factor: a sandbox goes on without, nobody else withdraws."""

    async def check(tx: ReadTx, account: int, bearer: int, at: datetime) -> None:  # noqa: ARG001 - the port's
        if not settings.sandbox:
            raise SecondFactorMissing

    return check
