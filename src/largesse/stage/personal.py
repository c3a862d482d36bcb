"""What stage keeps about a person: shown to them whole, and forgotten with them."""

from typing import Any

import msgspec

from largesse.kit.db import ReadTx, WriteTx
from largesse.media import remove_films
from largesse.stage import letters, service, store_videos


async def export_person(tx: ReadTx, account: int) -> dict[str, Any]:
    """What is kept here about a person: `videos`, `comments` (in LIVEs and of videos), `video_likes`, `live_mail`."""
    wishes = await letters.get_wishes(tx, account)
    return await store_videos.export(tx, account) | {"live_mail": msgspec.to_builtins(wishes)}


async def erase_person(tx: WriteTx, account: int) -> None:
    """End what a person runs, forget what they said, liked and showed; files are deleted soon. Books stay."""
    await service.erase_person(tx, account)
    await letters.forget(tx, account)
    videos = await store_videos.erase(tx, account)
    await store_videos.remove(tx, videos)
    await remove_films(tx, videos)
