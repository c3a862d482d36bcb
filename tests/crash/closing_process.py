"""A worker that closes hours, or whoever approves a month's close, killed at a cut point; its orders come from stdin.

{"settings": {…}, "cut": "STATEMENT" | "STATEMENT:N" | "committed" | "", "approve": null | [by, proposal]}: it dies once
the books' statement of that name was run (for the Nth time), or once everything is committed. The worker is the whole
one, with every keeper of it; it looks for hours that have ended all the time, and says when it begins to.
"""

import asyncio
import json
import os
import signal
import sys
from typing import Any
from uuid import UUID

from largesse.insights import FinanceService
from largesse.kit.config import Settings
from largesse.kit.db import Database, WriteTx, sql
from largesse.ledger import closing
from largesse.main import worker


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def tell() -> None:
    sys.stdout.write("closing\n")
    sys.stdout.flush()


def plant(cut: str) -> None:
    """Kill this process behind one of the books' statements."""
    name, _, times = cut.partition(":")
    text, left = sql("ledger", name), int(times or 1)

    def dying(verb: Any) -> Any:
        async def run(self: Any, *asked: Any) -> Any:
            nonlocal left
            found = await verb(self, *asked)
            if text in asked:
                left -= 1
                if not left:
                    die()
            return found

        return run

    for verb in ("execute", "scalar", "row", "rows", "one", "all"):
        setattr(WriteTx, verb, dying(getattr(WriteTx, verb)))


async def approve(settings: Settings, by: int, proposal: UUID) -> None:
    """Freeze a month, as the second person."""
    db = Database(settings.database_url, connections_max=2)
    await db.open()
    tell()
    await FinanceService(db).approve_close(by=by, proposal=proposal)


async def main(orders: dict[str, Any]) -> None:
    settings = Settings(**orders["settings"])
    if orders["cut"] not in {"", "committed"}:
        plant(orders["cut"])
    if orders["approve"]:
        by, proposal = orders["approve"]
        await approve(settings, by, UUID(proposal))
        die()
    close = closing.close_next

    async def told(tx: WriteTx) -> int | None:
        tell()
        closing.close_next = close
        return await close(tx)

    closing.close_next = told
    worker._HOURS_EVERY_S = 0.05
    await worker.run_worker(settings)


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.stdin.readline())))
