"""A real publisher's pictures and sound come out as pieces that play."""

import asyncio
import contextlib
import itertools
import re
import resource

import pytest
from hypothesis import given
from hypothesis import strategies as st

from largesse.media.boxes import BadBoxes, Boxes, Piece
from largesse.media.ffmpeg import Bounds
from largesse.media.packaging import Form, Packager, PackagingFailed
from publishing import BOTH, FFMPEG, PICTURE, made


async def packaged(media: bytes, form: Form) -> list[Piece]:
    """The pieces of a whole recording."""
    pieces: list[Piece] = []

    async def give(piece: Piece) -> None:
        pieces.append(piece)

    packager = await Packager.begin(form, give)
    try:
        for at in range(0, len(media), 10_000):
            await packager.write(media[at : at + 10_000])
    finally:
        await packager.close()
    return pieces


async def decoded(pieces: list[Piece]) -> tuple[int, str]:
    """(frames of picture, what the decoder complains of)."""
    ffmpeg = await asyncio.create_subprocess_exec(
        *(FFMPEG, "-hide_banner", "-v", "error", "-xerror", "-i", "pipe:0"),
        *("-map", "0:v", "-map", "0:a?", "-f", "null", "-progress", "pipe:1", "-"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, complaints = await ffmpeg.communicate(b"".join(piece.body for piece in pieces))
    assert ffmpeg.returncode == 0, complaints
    return int(re.findall(rb"frame=(\d+)", out)[-1]), complaints.decode()


@pytest.mark.parametrize(
    ("form", "codecs"), [("flv", ()), ("mp4", ("-movflags", "empty_moov+frag_keyframe")), ("matroska", ())]
)
async def test_pieces_play_from_every_key_frame(form, codecs):
    sound = ("-c:a", "libopus") if form != "flv" else ()
    media = await made(*BOTH, *sound, *codecs, seconds=6, form=form)
    first, *pieces = await packaged(media, form)
    assert first.first
    assert re.fullmatch(r'video/mp4; codecs="avc1\.[0-9a-f]{6},mp4a\.40\.2"', first.codecs), "sound is AAC"
    keys = [n for n, piece in enumerate(pieces) if piece.key]
    assert len(keys) == 6
    assert max(piece.duration_s for piece in pieces) <= 0.5, "a viewer waits for a fraction of a second"
    assert await decoded([first, *pieces]) == (90, "")
    frames, complaints = await decoded([first, *pieces[keys[3] :]])
    assert (frames, complaints) == (45, "")
    starts = [pieces[n].start_s for n in keys]
    assert all(abs(b - a - 1) < 0.2 for a, b in itertools.pairwise(starts)), starts


async def test_a_picture_without_sound_is_packaged():
    media = await made(*PICTURE, *BOTH[BOTH.index("-c:v") :], "-an", seconds=3, form="flv")
    first, *pieces = await packaged(media, "flv")
    assert re.fullmatch(r'video/mp4; codecs="avc1\.[0-9a-f]{6}"', first.codecs)
    assert (await decoded([first, *pieces]))[0] == 45


@given(st.data())
def test_bytes_may_come_in_any_portions(fragmented_mp4, drawn):
    whole = Boxes().feed(fragmented_mp4)
    cuts = drawn.draw(st.lists(st.integers(0, len(fragmented_mp4)), max_size=12).map(sorted))
    boxes, pieces = Boxes(), []
    for start, end in zip([0, *cuts], [*cuts, len(fragmented_mp4)], strict=True):
        pieces += boxes.feed(fragmented_mp4[start:end])
    assert pieces == whole


@given(st.data())
def test_damaged_bytes_are_refused_or_passed_on_and_nothing_else(fragmented_mp4, drawn):
    damaged = bytearray(fragmented_mp4)
    for _ in range(drawn.draw(st.integers(1, 8))):
        damaged[drawn.draw(st.integers(0, len(damaged) - 1))] = drawn.draw(st.integers(0, 255))
    with contextlib.suppress(BadBoxes):
        Boxes().feed(bytes(damaged))


async def test_garbage_is_noticed():
    packager = await Packager.begin("flv", _nobody, Bounds(stall_s=1))
    with pytest.raises(PackagingFailed):  # noqa: PT012
        for _ in range(100):
            await packager.write(b"garbage" * 2_000)
            await asyncio.sleep(0.05)
    await packager.close()
    assert packager._ffmpeg.returncode is not None


async def test_ffmpeg_runs_within_its_limits():
    packager = await Packager.begin("flv", _nobody, Bounds(memory_bytes=1 << 30, files=40))
    assert resource.prlimit(packager.pid, resource.RLIMIT_AS)[0] == 1 << 30
    assert resource.prlimit(packager.pid, resource.RLIMIT_NOFILE)[0] == 40
    await packager.close()


async def test_media_without_pieces_is_noticed():
    packager = await Packager.begin("flv", _nobody, Bounds(stall_s=0.3))
    with pytest.raises(PackagingFailed):  # noqa: PT012
        for n in range(100):
            await packager.write(b"" if n else b"FLV\x01\x05" + (9).to_bytes(4) + bytes(4))
            await asyncio.sleep(0.05)
    await packager.close()
    assert packager._ffmpeg.returncode is not None


async def test_the_packager_reads_no_file_and_no_address():
    """A playlist in the place of a stream would make FFmpeg open what it names."""
    pieces: list[Piece] = []

    async def give(piece: Piece) -> None:
        pieces.append(piece)

    packager = await Packager.begin("flv", give)
    await packager.write(b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n")
    await packager.close()
    assert packager._ffmpeg.returncode != 0
    assert pieces == []


async def _nobody(_: Piece) -> None:
    """Takes pieces that nobody wants."""
