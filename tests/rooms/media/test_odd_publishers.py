"""What encoders and phones send that is no plain film: other codecs or shapes, one half missing, times that jump."""

import asyncio
import re

from tests.rooms.media.test_publishing import Viewer

from publishing import FFMPEG, H264, PICTURE, SOUND, made, publisher

AAC = ("-c:a", "aac")


def later(flv: bytes, ms: int) -> bytes:
    """The tags of a film without its head, so much later."""
    out, at = bytearray(), 13
    while at + 11 <= len(flv):
        size = int.from_bytes(flv[at + 1 : at + 4])
        time = (int.from_bytes(flv[at + 4 : at + 7]) | flv[at + 7] << 24) + ms
        out += flv[at : at + 4] + (time & 0xFFFFFF).to_bytes(3) + bytes((time >> 24,))
        out += flv[at + 8 : at + 15 + size]
        at += 15 + size
    return bytes(out)


def picture(size: str) -> tuple[str, ...]:
    return ("-f", "lavfi", "-i", f"testsrc2=size={size}:rate=15")


async def sizes(whole: bytes) -> tuple[list[str], int]:
    """The shapes that a decoder finds, each as often as it changes, and how many pictures."""
    ffmpeg = await asyncio.create_subprocess_exec(
        *(FFMPEG, "-hide_banner", "-v", "info", "-xerror", "-i", "pipe:0", "-map", "0:v", "-vf", "showinfo"),
        *("-f", "null", "-"),
        stdin=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await ffmpeg.communicate(whole)
    assert ffmpeg.returncode == 0, said[-2000:]
    found = re.findall(r" s:(\d+x\d+) ", said.decode())
    return [size for n, size in enumerate(found) if n == 0 or found[n - 1] != size], len(found)


async def refused(streaming, *stream: str) -> str:
    """What the studio says of an encoder that publishes this, for encoders show little of what they are told."""
    async with publisher(streaming.media.front, await streaming.key(), *stream) as encoder:
        async with asyncio.timeout(30):
            assert await encoder.wait() != 0
    await streaming.until(lambda: _is(streaming, "lost"))
    return await said(streaming)


async def said(streaming) -> str:
    """What its creator reads in the studio; strangers do not."""
    assert (await streaming.body())["ingest"] is None
    return (await streaming.body(streaming.bob))["ingest"]["said"] or ""


async def _is(streaming, state: str) -> bool:
    return await streaming.signal() == state


async def _says(streaming, words: str) -> bool:
    return words in await said(streaming)


async def test_another_codec_is_refused_in_words(streaming):
    hevc = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none")
    told = await refused(streaming, *PICTURE, *SOUND, *hevc, *AAC)
    assert "The picture is HEVC (H.265)" in told
    assert "Set the encoder to H.264." in told


async def test_sound_alone_is_told_that_a_picture_is_missing(streaming):
    assert "Add a video source" in await refused(streaming, *SOUND, *AAC)


async def test_a_picture_alone_is_shown(streaming):
    async with (
        publisher(streaming.media.front, await streaming.key(), *PICTURE, *H264),
        Viewer.watching(streaming.port, streaming.live) as viewer,
    ):
        await viewer.until(6)
        assert viewer.heads[0]["type"].count(",") == 0, "no sound is promised"
        assert (await sizes(b"".join(viewer.pieces)))[0] == ["320x180"]
        await streaming.until(lambda: _says(streaming, "No sound arrives"))


async def test_key_frames_far_apart_are_told(streaming):
    far = (*PICTURE, *SOUND, *H264, "-g", "150", *AAC)
    async with publisher(streaming.media.front, await streaming.key(), *far):
        await streaming.until(lambda: _says(streaming, "Set the encoder's keyframe interval to 1 s."))
        assert await streaming.signal() == "live"


async def test_a_big_picture_is_passed_on_as_it_is(streaming):
    big = ("-f", "lavfi", "-i", "color=c=navy:size=3840x2160:rate=5")
    async with (
        publisher(streaming.media.front, await streaming.key(), *big, *SOUND, *H264, "-g", "5", *AAC),
        Viewer.watching(streaming.port, streaming.live) as viewer,
    ):
        await viewer.until(4)
        assert (await sizes(b"".join(viewer.pieces)))[0] == ["3840x2160"]


async def test_pictures_at_uneven_times_come_in_order_and_none_is_lost(streaming):
    uneven = ("-vf", "select='gt(mod(n\\,11)\\,4)'", "-fps_mode", "vfr")
    async with (
        publisher(streaming.media.front, await streaming.key(), *PICTURE, *SOUND, *H264, *uneven, *AAC),
        Viewer.watching(streaming.port, streaming.live) as viewer,
    ):
        await viewer.until(20)
        assert await viewer.plays() >= 15


async def test_a_phone_that_is_turned_goes_on_in_its_new_shape(streaming, tmp_path):
    wide = await made(*picture("320x180"), *SOUND, *H264, *AAC, seconds=4, form="flv")
    tall = await made(*picture("180x320"), *SOUND, *H264, *AAC, seconds=6, form="flv")
    film = tmp_path / "turned.flv"
    film.write_bytes(wide + later(tall, 4000))
    async with (
        Viewer.watching(streaming.port, streaming.live) as viewer,
        publisher(streaming.media.front, await streaming.key(), "-i", str(film), "-c", "copy"),
    ):
        await viewer.until(5)
        assert (await sizes(b"".join(viewer.pieces)))[0] == ["320x180"]
        await viewer.until(8, run=2)
        assert (await sizes(b"".join(viewer.pieces)))[0] == ["180x320"]
    assert len(viewer.heads) == 2


async def test_a_picture_that_turns_all_the_time_is_ended(streaming, tmp_path):
    film, parts = tmp_path / "turning.flv", bytearray()
    for number, size in enumerate(["320x180", "180x320"] * 8):
        part = await made(*picture(size), *H264, "-frames:v", "3", seconds=1, form="flv")
        parts += later(part, 200 * number) if number else part
    film.write_bytes(parts)
    assert "changes its size again and again" in await refused(streaming, "-i", str(film), "-c", "copy")
