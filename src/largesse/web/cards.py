"""What other sites show of a page that is shared: Open Graph's title, sentence and picture, in the page's head.

Source: https://ogp.me
"""

import asyncio
import html
from collections.abc import Awaitable
from contextlib import suppress

import psycopg
from psycopg_pool import PoolTimeout

from largesse.kit import ids
from largesse.media import POSTER, poster
from largesse.stage import Stage, StageService

VIDEO = "video"
_WAIT_S_MAX = 0.5
_TEXT_CHARS_MAX = 200


class Cards:
    """Looks up what a page is about; a page is never held up, nor missing, for want of its card."""

    def __init__(self, stage: StageService) -> None:
        self._stage = stage

    async def of_live(self, live: str) -> str:
        """The tags of a LIVE; none where there is no such LIVE, or not everybody may see it."""
        return await _soon(self._of_live(live))

    async def of_video(self, video: str) -> str:
        """The tags of a video; none where there is no such video, or not everybody may see it."""
        return await _soon(self._of_video(video))

    async def _of_live(self, live: str) -> str:
        which = ids.decode(live, "live") if live.isascii() else None
        stage = await self._stage.find(which) if which else None
        if stage is None or stage.visibility == "followers":
            return ""
        picture = stage.cover or poster((await self._stage.streams([stage])).get(stage.key))
        return await self._card(stage, f"/live/{stage.public_id}", picture)

    async def _of_video(self, video: str) -> str:
        which = ids.decode(video, VIDEO) if video.isascii() else None
        stage = await self._stage.find(which, VIDEO) if which else None
        if stage is None or stage.status != "live":
            return ""
        return await self._card(stage, f"/video/{stage.public_id}", f"/videos/{stage.public_id}/{POSTER}")

    async def _card(self, stage: Stage, path: str, picture: str | None) -> str:
        person = (await self._stage.accounts.people([stage.creator]))[stage.creator]
        origin = self._stage.settings.origin
        card = {
            "og:type": "video.other",
            "og:site_name": "Largesse",
            "og:title": f"{stage.title} · {person.display_name or person.username}",
            "og:description": stage.description[:_TEXT_CHARS_MAX] or stage.title,
            "og:url": origin + path,
        }
        if picture:
            card["og:image"] = picture if picture.startswith("https://") else origin + picture
        return _tags(card)


async def _soon(card: Awaitable[str]) -> str:
    with suppress(psycopg.Error, PoolTimeout, OSError, TimeoutError):
        async with asyncio.timeout(_WAIT_S_MAX):
            return await card
    return ""


def _tags(card: dict[str, str]) -> str:
    tags = [f'<meta property="{name}" content="{html.escape(text)}">' for name, text in card.items()]
    if "og:image" in card:
        tags.append('<meta name="twitter:card" content="summary_large_image">')
    return "".join(tags)
