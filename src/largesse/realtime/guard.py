"""An owner's guard: a session that holds a lock by its name, so that its death is known at once.

The heartbeat of a lease says that its owner works, and its silence is waited for. A process that dies takes its
sessions with it, and whoever finds the lock free takes its rooms over without waiting. What an owner may still write is
decided by the epochs of its leases alone.
"""

import asyncio

import psycopg
import structlog

from largesse.kit.db import Database, sql

log = structlog.get_logger(__name__)
_AGAIN_S = 0.1


class Guard:
    """Held while `hold` runs and the database answers."""

    def __init__(self, db: Database, owner: str) -> None:
        self.held = False
        self._db = db
        self._owner = owner

    async def hold(self) -> None:
        """Hold it until cancelled; what is lost is taken again."""
        while True:
            try:
                async with await self._db.connect(application_name="guard") as session:
                    await session.execute(sql("realtime", "guard_hold"), {"owner": self._owner})
                    self.held = True
                    async for _ in session.notifies():  # none comes: this waits for the session's end
                        pass
            except (psycopg.Error, OSError) as error:
                log.debug("guard.lost", owner=self._owner, error=str(error))
            self.held = False
            await asyncio.sleep(_AGAIN_S)
