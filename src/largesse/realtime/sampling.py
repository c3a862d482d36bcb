"""The most viewers of every minute, for the summary: looked at by the owner of a room, kept six times a minute."""

from collections.abc import Iterable

from largesse.kit.db import Database
from largesse.realtime.model import Room
from largesse.stage import put_minutes

SAMPLE_S = 10.0


class Sampler:
    """Keeps what owned rooms saw since the last time: one statement for all of them, one row a LIVE and minute."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._due_at = 0.0

    async def keep(self, rooms: Iterable[Room], now: float) -> None:
        """Keep the most viewers of each running LIVE since the last time, if it is time to."""
        if now < self._due_at:
            return
        self._due_at = now + SAMPLE_S
        await self.keep_now(rooms)

    async def keep_now(self, rooms: Iterable[Room]) -> None:
        """Keep them now: before rooms are given back. What trouble leaves unkept is kept the next time."""
        seen = [(room, most) for room in rooms if (most := room.seen_most) is not None]
        if not seen:
            return
        async with self._db.write() as tx:
            await put_minutes(tx, [(room.stage.key, most) for room, most in seen])
        for room, _ in seen:
            room.seen_most = None
