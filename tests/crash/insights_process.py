"""A worker that folds insights once and is killed at a cut point: `insights_process.py URL CUT`."""

import asyncio
import os
import signal
import sys
from typing import Any

from largesse import ledger
from largesse.insights import Fold
from largesse.kit.db import Database

CUTS = ("locked", "counted", "moved", "committed")


async def main(url: str, cut: str) -> None:
    """Fold once; die by SIGKILL once it is locked, once it has counted, moved its cursor, or committed."""
    db = Database(url, connections_max=2)
    await db.open()

    def at(name: str) -> None:
        if name == cut:
            os.kill(os.getpid(), signal.SIGKILL)

    move, get = ledger.move_reader, ledger.get_reader

    async def got(*args: Any) -> Any:
        at("locked")
        return await get(*args)

    async def moved(*args: Any) -> Any:
        at("counted")
        done = await move(*args)
        at("moved")
        return done

    ledger.get_reader, ledger.move_reader = got, moved
    await Fold(db).fold()
    at("committed")
    await db.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
