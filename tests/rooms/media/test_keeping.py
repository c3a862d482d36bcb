"""What remains of a LIVE: a still picture, its recording as long as may be, and nothing of who is erased."""

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from largesse import stage
from largesse.kit import ids
from largesse.media import export_person, stills
from largesse.media import publisher as publishers
from largesse.web import Cards
from publishing import BOTH, FFMPEG, publisher


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of 4 MB."""
    where = tmp_path / "small"
    where.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(where)]
    made = subprocess.run(mount, capture_output=True, check=False)
    if made.returncode:
        pytest.skip(f"no disk can be mounted here: {made.stderr.decode().strip()}")
    yield where
    subprocess.run(["umount", "-l", str(where)], check=True)


async def _pictured(streaming) -> bool:
    return (await streaming.body())["poster"] is not None


async def _is(streaming, state: str) -> bool:
    return await streaming.signal() == state


async def _published(streaming, seconds: float) -> None:
    async with publisher(streaming.media.front, await streaming.key(), *BOTH):
        await streaming.until(lambda: _pictured(streaming))
        await asyncio.sleep(seconds)
    await streaming.until(lambda: _is(streaming, "lost"))


async def _size(picture: bytes) -> tuple[int, int]:
    probe = await asyncio.create_subprocess_exec(
        *(FFMPEG, "-hide_banner", "-f", "mjpeg", "-i", "pipe:0", "-f", "rawvideo", "-pix_fmt", "gray", "pipe:1"),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    gray, _ = await probe.communicate(picture)
    return len(gray), len(set(gray))


async def test_a_running_live_has_a_picture_that_is_renewed_and_stays_after_the_end(streaming, monkeypatch):
    monkeypatch.setattr(publishers, "FIRST_S", 1.0)
    async with publisher(streaming.media.front, await streaming.key(), *BOTH):
        await streaming.until(lambda: _pictured(streaming))
        first = (await streaming.body())["poster"]
        path, _, query = first.partition("?")
        assert (path, query.partition("=")[0]) == (f"/hls/{streaming.live}/still.jpg", "at")
        picture = await streaming.client.get(first)
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")
        assert "immutable" in picture.headers["cache-control"]
        assert (await streaming.client.get(path)).headers["cache-control"] == "no-cache"
        pixels, shades = await _size(picture.content)
        assert pixels == 320 * 180, "as small as it came"
        assert shades > 50, "a picture, not a blank"
        await streaming.until(lambda: _renewed(streaming, first))
    last = (await streaming.body())["poster"]
    await streaming.end()
    await streaming.until(lambda: _is(streaming, "lost"))
    await streaming.media.make_replays()
    body = await streaming.body()
    assert (body["poster"], body["replay"]) == (last, "ready")
    assert (await streaming.client.get(last)).status_code == 200


async def _renewed(streaming, first: str) -> bool:
    return (await streaming.body())["poster"] != first


async def test_who_shares_a_live_shows_its_picture(streaming):
    assert "og:image" not in await Cards(streaming.stage).of_live(streaming.live)
    await _published(streaming, 0)
    card = await Cards(streaming.stage).of_live(streaming.live)
    picture = (await streaming.body())["poster"]
    assert f'<meta property="og:image" content="{streaming.stage.settings.origin}{picture}">' in card
    assert '<meta property="og:title" content="Evening songs · Bob">' in card
    assert await Cards(streaming.stage).of_live("live_nobody") == ""


async def test_nonsense_makes_no_picture_and_takes_no_time(tmp_path):
    async with asyncio.timeout(stills._MADE_S_MAX):
        assert not await stills.make_still(b"no film at all" * 1000, tmp_path / "still.jpg")
    assert list(tmp_path.iterdir()) == []


async def _ended(streaming, seconds: float = 2) -> Path:
    """A LIVE with a recording, over; its folder."""
    await _published(streaming, seconds)
    await streaming.end()
    await streaming.media.make_replays()
    assert (await streaming.body())["replay"] == "ready"
    stream = await streaming.media.find(_id(streaming.live))
    return streaming.media.folders.recorded(stream)


def _id(live: str) -> UUID:
    found = ids.decode(live, "live")
    assert found is not None
    return found


async def test_a_recording_goes_after_its_days_and_the_live_says_so(streaming):
    folder = await _ended(streaming)
    await _age(streaming, days=29)
    kept = streaming.media.settings
    streaming.media.settings = msgspec.structs.replace(kept, recording_days=0)
    await streaming.media.drop_recordings()
    streaming.media.settings = msgspec.structs.replace(kept, recording_days=30)
    await streaming.media.drop_recordings()
    assert (await streaming.body())["replay"] == "ready", "29 days are fewer than 30, and none is for ever"
    await _age(streaming, days=2)
    await streaming.media.drop_recordings()
    body = await streaming.body()
    assert (body["replay"], body["playback"], body["poster"]) == ("deleted", None, None)
    assert not folder.exists()
    for name in ("replay.m3u8", "1.mp4", "still.jpg"):
        assert (await streaming.file(name)).status_code == 404
    await streaming.media.drop_recordings()


async def _age(streaming, days: int) -> None:
    async with streaming.db.write() as tx:
        await tx.execute("UPDATE media.stream SET lost_at = lost_at - make_interval(days => %s)", [days])


async def test_a_disk_that_deletes_nothing_is_asked_again(streaming, monkeypatch):
    folder = await _ended(streaming)
    async with streaming.db.write() as tx:
        await tx.execute("UPDATE media.stream SET drop_because = 'expired'")
    monkeypatch.setattr(publishers.shutil, "rmtree", _stuck)
    await streaming.media.drop_recordings()
    assert folder.exists()
    monkeypatch.undo()
    await streaming.media.drop_recordings()
    assert not folder.exists()


def _stuck(*_: object, **__: object) -> None:
    raise PermissionError("read-only")


async def test_nothing_is_left_of_what_an_erased_creator_published(streaming, cast):
    async with publisher(streaming.media.front, await streaming.key(), *BOTH) as encoder:
        await streaming.until(lambda: _pictured(streaming))
        async with streaming.db.write() as tx:
            assert (await export_person(tx, cast.bob.key)) == {"recordings": []}
            await stage.erase_person(tx, cast.bob.key)
        assert await asyncio.wait_for(encoder.wait(), 20) != 0, "who publishes is ended"
    await streaming.until(lambda: _is(streaming, "lost"))
    await streaming.media.drop_recordings()
    assert (await streaming.body())["status"] == "ended"
    assert (await streaming.body())["poster"] is None
    left = [path for path in streaming.media.folders.root.rglob("*") if path.is_file()]
    assert left == []


async def test_an_export_names_the_recordings(streaming, cast):
    await _ended(streaming)
    async with streaming.db.read() as tx:
        (kept,) = (await export_person(tx, cast.bob.key))["recordings"]
        assert (await export_person(tx, cast.alice.key))["recordings"] == []
    assert kept["live"] == streaming.live
    assert kept["seconds"] >= 1


async def test_a_disk_that_is_really_full_stops_the_recording_alone_and_the_creator_hears(
    streaming, small_disk, monkeypatch
):
    """Of a disk of 4 MB 1 MB is left free: what is shown lives on it too, and goes on."""
    monkeypatch.setattr(publishers, "FREE_BYTES_MIN", 1 << 20)
    streaming.media.folders = publishers.Folders(small_disk)
    async with publisher(streaming.media.front, await streaming.key(), *BOTH, "-crf", "1"):
        await streaming.until(lambda: _recording(streaming, "on"))
        await streaming.until(lambda: _recording(streaming, "stopped"), 60)
        before = (await _playlist(streaming)).read_text()
        await asyncio.sleep(4)
        assert (await _playlist(streaming)).read_text() != before
        assert await streaming.signal() == "live"
        assert "recording.stopped" in await streaming.told("recording.%")


async def test_a_disk_without_a_free_byte_stops_the_recording_alone(streaming, small_disk, monkeypatch):
    """ENOSPC itself, where recordings have a disk of their own."""
    monkeypatch.setattr(publishers, "FREE_BYTES_MIN", 0)
    folder = streaming.media.folders.root / "recorded"
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.symlink_to(small_disk)
    (small_disk / "other").write_bytes(bytes((4 << 20) - (300 << 10)))
    async with publisher(streaming.media.front, await streaming.key(), *BOTH, "-crf", "1"):
        await streaming.until(lambda: _recording(streaming, "stopped"), 60)
        before = (await streaming.file("live.m3u8")).text
        await asyncio.sleep(3)
        assert (await streaming.file("live.m3u8")).text != before
    await streaming.until(lambda: _is(streaming, "lost"))
    await streaming.end()
    await streaming.media.make_replays()
    assert (await streaming.body())["replay"] == "making", "its list waits for room too"
    (small_disk / "other").unlink()
    await streaming.media.make_replays()
    assert (await streaming.body())["replay"] == "ready"


async def _recording(streaming, state: str) -> bool:
    return (await streaming.body(streaming.bob))["ingest"]["recording"] == state


async def _playlist(streaming) -> Path:
    stream = await streaming.media.find(_id(streaming.live))
    return streaming.media.folders.live(stream) / "live.m3u8"
