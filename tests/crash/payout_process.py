"""A worker that hands one payout over and is killed at a cut point: `payout_process.py URL PAYOUT SECRET CUT`."""

import asyncio
import os
import signal
import sys
from typing import Any
from uuid import UUID

from largesse import payouts
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.payouts.rails import Sandbox

CUTS = ("before", "begun", "handed", "answered", "recorded")


class Dying(payouts.RailsService):
    """Dies by SIGKILL before the attempt, once it is committed, once the rail has acted, before and after recording."""

    cut = ""

    def at(self, name: str) -> None:
        if name == self.cut:
            os.kill(os.getpid(), signal.SIGKILL)

    async def _begin(self, payout: UUID) -> Any:
        self.at("before")
        begun = await super()._begin(payout)
        self.at("begun")
        return begun

    async def _submit(self, rail: Any, attempt: Any) -> Any:
        seen = await super()._submit(rail, attempt)
        self.at("answered")
        return seen

    async def _record(self, rail: Any, before: Any, seen: Any) -> bool:
        again = await super()._record(rail, before, seen)
        self.at("recorded")
        return again


class Cut(Sandbox):
    """Dies once it has acted, before it answers."""

    dying: Dying

    async def submit(self, attempt: Any) -> Any:
        seen = await super().submit(attempt)
        self.dying.at("handed")
        return seen


async def none_found() -> list[Any]:
    """One payout is stepped, without a batch."""
    return []


async def main(url: str, payout: str, secret: str, cut: str) -> None:
    """Step the payout once."""
    settings = Settings(sandbox=True, database_url=url)
    db = Database(url, connections_max=2)
    await db.open()
    rail = Cut(db)
    rails: Any = {rail.name: rail}
    second_factor: Any = None  # nobody asks for one here
    methods = payouts.MethodsService(db, settings, rails, payouts.Seals(bytes.fromhex(secret)), second_factor)
    batches = payouts.BatchesService(db, settings, none_found)
    rail.dying = Dying(db, rails, methods, batches)
    rail.dying.cut = cut
    await rail.dying.step(UUID(payout))
    await db.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:5]))
