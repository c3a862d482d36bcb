"""Forgets before delivery: while its news do not travel, frames are taken from the rooms and neither kept nor told."""

from datetime import UTC
from typing import Any

from largesse.realtime.owner import Owner


def plant() -> None:
    tell = Owner._tell

    async def tell_if_heard(self: Owner, now: float, **more: Any) -> None:
        if self._news.connected:
            await tell(self, now, **more)
            return
        for room in self.rooms.values():
            if (due := room.due_at()) is not None and due <= now:
                room.take(self._clock.now().astimezone(UTC), now)

    Owner._tell = tell_if_heard  # type: ignore[method-assign]
