"""Kills a process at one named step of a grant or a refund: kill -9 of itself, once, when the step has been taken.

The file that LARGESSE_CUT names holds `ROLE STEP`; whoever reaches that step in that role takes the file away and dies.
What is done by the clock is done every two seconds, and pauses are a second, so that a test sees what heals by itself.
"""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from largesse import ledger
from largesse.kit.jobs import Jobs
from largesse.payments import service_notices, store, store_money, store_notices
from largesse.payments.providers.stripe import Stripe
from largesse.payments.service_notices import NoticesService
from largesse.payments.service_settle import Settler

# Before the step (a word and "?") or after it.
_AFTER: dict[str, tuple[Any, str]] = {
    "looked": (Stripe, "look"),
    "locked": (store, "lock"),
    "arrived": (store, "arrive"),
    "granted": (ledger, "sell_coins"),
    "settling": (store, "looked"),
    "settled": (Settler, "settle"),
    "done": (store_notices, "notice_done"),
    "asked": (store_money, "asked"),
    "given back": (Stripe, "refund"),
    "taken back": (ledger, "refund_coins"),
    "counted": (store_money, "refunded"),
}
_BEFORE: dict[str, tuple[Any, str]] = {"taken": (NoticesService, "_work_on")}


def plant() -> None:
    service_notices.LEASE_S = 1
    add_periodic = Jobs.add_periodic

    def often(self: Jobs, cron: str, name: str, task: Any) -> None:
        add_periodic(self, "* * * * * */2" if name.startswith("payments.") else cron, name, task)

    Jobs.add_periodic = often  # type: ignore[method-assign]
    load = store_money.sql

    def sql(room: Any, name: Any) -> Any:
        return load(room, name).replace("interval '1 minute'", "interval '1 second'")

    store_money.sql = sql  # type: ignore[attr-defined]
    for step, (of, name) in _AFTER.items():
        setattr(of, name, _then_die(step, getattr(of, name)))
    for step, (of, name) in _BEFORE.items():
        setattr(of, name, _die_first(step, getattr(of, name)))


def _then_die(step: str, call: Callable[..., Any]) -> Callable[..., Any]:
    async def called(*args: Any, **kwargs: Any) -> Any:
        result = await call(*args, **kwargs)
        _die(step)
        return result

    return called


def _die_first(step: str, call: Callable[..., Any]) -> Callable[..., Any]:
    async def called(*args: Any, **kwargs: Any) -> Any:
        _die(step)
        return await call(*args, **kwargs)

    return called


def _die(step: str) -> None:
    order = Path(os.environ["LARGESSE_CUT"])
    role = Path("/proc/self/comm").read_text().strip().removeprefix("largesse-")
    try:
        if order.read_text() != f"{role} {step}":
            return
        order.rename(order.with_suffix(".carried-out"))
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
