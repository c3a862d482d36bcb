"""A LIVE's lower renditions show what the source shows, where the operator wants them, and cost it nothing else."""

import asyncio
import os
import re
import signal
from pathlib import Path

import msgspec
import pytest

from largesse.kit.config import BadSettings, Settings, load
from largesse.media import ladder as ladders
from largesse.media.boxes import Boxes, Piece
from largesse.media.ladder import Ladder
from largesse.media.rungs import sizes_of
from largesse.media.window import KEPT, LISTED
from publishing import BOTH, FFMPEG, H264, SOUND, publisher, soon

LARGER = ("-f", "lavfi", "-i", "testsrc2=size=640x360:rate=15", *SOUND, *H264, "-c:a", "aac")
B_FRAMES = ("-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-g", "15", "-pix_fmt", "yuv420p", "-c:a", "aac")
REORDERED = ("-f", "lavfi", "-i", "testsrc2=size=640x360:rate=15", *SOUND, *B_FRAMES)


@pytest.fixture
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    """Renditions of 240 and 144 lines, where a test wants nothing else."""
    return msgspec.structs.replace(settings, **getattr(request, "param", {"live_ladder": "240,144"}))


def running(streaming) -> Ladder:
    """The ladder of the one who publishes."""
    (found,) = streaming.media._publishers
    assert found._ladder is not None
    return found._ladder


async def variants(streaming) -> dict[str, str]:
    """What the master names: address to attributes."""
    text = await text_of(streaming, "master.m3u8")
    return {address: attributes for attributes, address in re.findall(r"#EXT-X-STREAM-INF:(.*)\n(.*)\n", text)}


async def text_of(streaming, name: str) -> str:
    answer = await streaming.file(name)
    return answer.text if answer.status_code == 200 else ""


async def names(streaming, *wanted: str) -> None:
    """Wait until the master names exactly these."""

    async def asked() -> bool:
        return set(await variants(streaming)) == set(wanted)

    await streaming.until(asked, 40)


def numbers(playlist: str) -> dict[int, str]:
    """The numbers of a playlist's fragments, and the date and length that it says of each."""
    entries = re.findall(r"DATE-TIME:(\S+)\n#EXTINF:([\d.]+),\n\d+-(\d+)\.m4s", playlist)
    first = int(re.findall(r"MEDIA-SEQUENCE:(\d+)", playlist)[0])
    assert [int(number) for _, _, number in entries] == list(range(first, first + len(entries)))
    return {int(number): f"{at} {lasting}" for at, lasting, number in entries}


async def seen(streaming, folder: str, number: int, run: int = 1) -> tuple[str, int, Piece]:
    """What a decoder finds in one fragment: (size, pictures), and what its head says."""
    files = [(await streaming.file(f"{folder}{name}")).content for name in (f"{run}-init.mp4", f"{run}-{number}.m4s")]
    _, piece, *_ = Boxes().feed(b"".join(files))
    ffmpeg = await asyncio.create_subprocess_exec(
        *(FFMPEG, "-hide_banner", "-xerror", "-i", "pipe:0", "-map", "0:v", "-map", "0:a", "-f", "null", "-"),
        stdin=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await ffmpeg.communicate(b"".join(files))
    assert ffmpeg.returncode == 0, said
    size = re.findall(rb"Stream .*Video: .* (\d{2,5}x\d{2,5})", said)[0].decode()
    return size, int(re.findall(rb"frame= *(\d+)", said)[-1]), piece


@pytest.mark.parametrize("stream", [LARGER, REORDERED], ids=["plain", "b-frames"])
async def test_every_rendition_shows_at_each_number_what_the_source_shows(streaming, stream):
    async with publisher(streaming.media.front, await streaming.key(), *stream):
        await names(streaming, "live.m3u8", "240/live.m3u8", "144/live.m3u8")
        assert (await streaming.body())["playback"]["hls"] == f"/hls/{streaming.live}/master.m3u8"
        found = await variants(streaming)
        for address, size in (("live.m3u8", "640x360"), ("240/live.m3u8", "426x240"), ("144/live.m3u8", "256x144")):
            assert re.fullmatch(
                rf'BANDWIDTH=\d{{4,8}},RESOLUTION={size},CODECS="avc1\.[0-9a-f]{{6}},mp4a\.40\.2"', found[address]
            )
        bits = [int(re.findall(r"BANDWIDTH=(\d+)", found[address])[0]) for address in found]
        assert bits[0] > max(bits[1:])

        async def shared() -> bool:
            lists = [await text_of(streaming, address) for address in found]
            return all(lists) and len(set.intersection(*(set(numbers(text)) for text in lists))) >= 3

        await streaming.until(shared, 40)
        source, *lower = [numbers(await text_of(streaming, address)) for address in found]
        assert all(entry == source[n] for one in lower for n, entry in one.items() if n in source)
        number = max(set(lower[0]) & set(lower[1]))
        size, pictures, piece = await seen(streaming, "", number)
        assert (size, pictures) == ("640x360", 15)
        for folder, wanted in (("240/", "426x240"), ("144/", "256x144")):
            size, pictures, other = await seen(streaming, folder, number)
            assert (size, pictures) == (wanted, 15)
            assert other.key
            assert -0.02 <= other.start_s - piece.start_s < 0.4, "the source's time, later by its B-frames at most"
        answers = [await streaming.file(f"240/{name}") for name in ("live.m3u8", f"1-{number}.m4s")]
        assert [answer.headers["cache-control"] for answer in answers] == [
            "no-cache", "public, max-age=31536000, immutable",
        ]  # fmt: skip


@pytest.mark.parametrize("settings", [{"live_ladder": ""}], indirect=True)
async def test_without_the_setting_nothing_is_transcoded(streaming):
    async with publisher(streaming.media.front, await streaming.key(), *LARGER):
        await streaming.until(lambda: _lists(streaming, "live.m3u8", 3))
        assert (await streaming.body())["playback"]["hls"] == f"/hls/{streaming.live}/live.m3u8"
        assert (await streaming.file("master.m3u8")).status_code == 404
        (only,) = streaming.media._publishers
        assert only._ladder is None
        assert not [path for path in _folder(streaming).iterdir() if path.is_dir()]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_transcoder_that_dies_or_hangs_leaves_the_source_alone(streaming, monkeypatch, how):
    async with publisher(streaming.media.front, await streaming.key(), *LARGER):
        await names(streaming, "live.m3u8", "240/live.m3u8", "144/live.m3u8")
        program = running(streaming).program
        assert program is not None
        if how == signal.SIGSTOP:
            monkeypatch.setattr(ladders, "STALL_S", 3.0)
        os.kill(program.pid, how)
        await names(streaming, "live.m3u8")

        async def gone() -> bool:
            return (await streaming.file("240/live.m3u8")).status_code == 404

        await streaming.until(gone)
        before = max(numbers(await text_of(streaming, "live.m3u8")))
        await streaming.until(lambda: _reaches(streaming, "live.m3u8", before + 3))
        assert await streaming.signal() == "live"
        assert program.returncode is not None
        assert streaming.media.ladders.running == 0


async def test_a_transcoder_that_is_held_up_goes_on_at_a_key_frame(streaming):
    async with publisher(streaming.media.front, await streaming.key(), *LARGER):
        await names(streaming, "live.m3u8", "240/live.m3u8", "144/live.m3u8")
        ladder = running(streaming)
        assert ladder.program is not None
        os.kill(ladder.program.pid, signal.SIGSTOP)
        try:
            await soon(lambda: ladder.left_out > 3)
            held_at = max(numbers(await text_of(streaming, "live.m3u8")))
        finally:
            os.kill(ladder.program.pid, signal.SIGCONT)
        await streaming.until(lambda: _reaches(streaming, "240/live.m3u8", held_at + 2), 40)
        assert numbers(await text_of(streaming, "240/live.m3u8")), "no number is missing between two others"


async def test_nothing_is_enlarged(streaming):
    async with publisher(streaming.media.front, await streaming.key(), *BOTH):
        await names(streaming, "live.m3u8", "144/live.m3u8")
        assert not (_folder(streaming) / "240").exists()
    assert sizes_of(480, 852, [480, 240]) == [(240, 240, 426)], "lines are those of the shorter side"


async def test_the_windows_stay_bounded(streaming):
    async with publisher(streaming.media.front, await streaming.key(), *BOTH):
        await streaming.until(lambda: _reaches(streaming, "144/live.m3u8", LISTED + KEPT + 4), 60)
        folder = _folder(streaming)
        assert len(list((folder / "144").iterdir())) <= LISTED + KEPT + 3
    await streaming.end()
    await streaming.media.make_replays()
    assert not folder.exists()


async def test_a_publisher_who_returns_is_transcoded_on(streaming):
    key = await streaming.key()
    async with publisher(streaming.media.front, key, *BOTH):
        await streaming.until(lambda: _lists(streaming, "144/live.m3u8", 2))

    async def lost() -> bool:
        return await streaming.signal() == "lost"

    await streaming.until(lost)
    async with publisher(streaming.media.front, key, *BOTH):
        await streaming.until(lambda: _lists(streaming, "144/live.m3u8", 1, "2-"), 40)
        lower, source = [await text_of(streaming, name) for name in ("144/live.m3u8", "live.m3u8")]
        assert "#EXT-X-DISCONTINUITY\n" in lower
        assert '#EXT-X-MAP:URI="2-init.mp4"' in lower
        shared = set(numbers(lower)) & set(numbers(source))
        assert all(numbers(lower)[n] == numbers(source)[n] for n in shared)
        sequence = r"DISCONTINUITY-SEQUENCE:(\d+)"
        assert re.findall(sequence, lower) == re.findall(sequence, source)


@pytest.mark.parametrize("settings", [{"live_ladder": "144", "live_ladders_max": 1}], indirect=True)
async def test_more_ladders_than_may_run_are_not_begun(streaming):
    streaming.media.ladders.running = 1
    async with publisher(streaming.media.front, await streaming.key(), *BOTH):
        await streaming.until(lambda: _lists(streaming, "live.m3u8", 3))
        await names(streaming, "live.m3u8")
        assert running(streaming).program is None


async def test_a_live_for_followers_has_signed_renditions(streaming):
    changed = await streaming.client.patch(
        f"/v1/lives/{streaming.live}", json={"visibility": "followers"}, headers=streaming.bob.headers
    )
    assert changed.status_code == 200, changed.text
    async with publisher(streaming.media.front, await streaming.key(), *BOTH):
        await streaming.until(lambda: _lies(streaming, "144/live.m3u8"))
        address = (await streaming.body(streaming.bob))["playback"]["hls"]
        assert re.fullmatch(rf"/hls/{streaming.live}~\S+/master\.m3u8", address)
        rung = address.replace("master.m3u8", "144/live.m3u8")
        assert (await streaming.client.get(rung)).status_code == 200
        for bare in ("master.m3u8", "144/live.m3u8", "144/1-init.mp4"):
            assert (await streaming.file(bare)).status_code == 403


async def test_no_other_file_has_an_address(streaming):
    async with publisher(streaming.media.front, await streaming.key(), *BOTH):
        await streaming.until(lambda: _lists(streaming, "144/live.m3u8", 1))
        for name in ("144/master.m3u8", "0/live.m3u8", "144/still.jpg", "144/..%2Flive.m3u8", "-144/live.m3u8"):
            assert (await streaming.file(name)).status_code in {400, 404}


@pytest.mark.parametrize("bad", ["480;240", "100", "9999", "480,", "a"])
def test_a_ladder_of_other_words_ends_the_program(bad, tmp_path):
    with pytest.raises(BadSettings):
        load({"LARGESSE_LIVE_LADDER": bad}, tmp_path / "none")


def _folder(streaming) -> Path:
    (found,) = (streaming.media.folders.root / "live").iterdir()
    return found


async def _lists(streaming, name: str, count: int, run: str = "") -> bool:
    return len(re.findall(rf"^{run}[-\d]*\.m4s$", await text_of(streaming, name), re.MULTILINE)) >= count


async def _reaches(streaming, name: str, number: int) -> bool:
    text = await text_of(streaming, name)
    return bool(text) and max(numbers(text)) >= number


async def _lies(streaming, name: str) -> bool:
    return (streaming.media.folders.root / "live").exists() and (_folder(streaming) / name).exists()
