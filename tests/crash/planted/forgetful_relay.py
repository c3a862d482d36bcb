"""Forgets what it was to tell before it is told: a frame that cannot be kept at once is gone."""

from typing import Any

from largesse.realtime.owner import Owner


def plant() -> None:
    tell = Owner._tell

    async def tell_once(self: Owner, now: float, **more: Any) -> None:
        try:
            await tell(self, now, **more)
        finally:
            self._drafts, self._frames = [], None

    Owner._tell = tell_once  # type: ignore[method-assign]
