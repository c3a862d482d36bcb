"""A real publisher's pictures and sound come out as fragments that play."""

import asyncio
import re
import resource
from pathlib import Path

import pytest

from largesse.media import PLAYLIST, Bounds, Packager, PackagingFailed
from publishing import BOTH, FFMPEG, H264, PICTURE, SOUND, listening, publisher, soon


class Lives:
    """One folder a key, each with a packager."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.packagers: list[Packager] = []
        self.told: list[str] = []

    async def __call__(self, key: str) -> Packager:
        self.packagers.append(await Packager.begin(self.root / key, self.told.append))
        return self.packagers[-1]


def listed(folder: Path) -> list[str]:
    """The playlist's fragments; none before it is there."""
    playlist = folder / PLAYLIST
    return re.findall(r"^\S+\.m4s$", playlist.read_text(), re.MULTILINE) if playlist.exists() else []


async def decoded(folder: Path, names: list[str], init: str) -> tuple[int, str]:
    """(frames of picture, what the decoder complains of) of these fragments."""
    whole = await asyncio.to_thread(lambda: b"".join((folder / n).read_bytes() for n in [init, *names]))
    ffmpeg = await asyncio.create_subprocess_exec(
        *(FFMPEG, "-hide_banner", "-v", "error", "-xerror", "-i", "pipe:0"),
        *("-map", "0:v", "-map", "0:a", "-f", "null", "-progress", "pipe:1", "-"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, complaints = await ffmpeg.communicate(whole)
    assert ffmpeg.returncode == 0, complaints
    return int(re.findall(rb"frame=(\d+)", out)[-1]), complaints.decode()


async def test_a_publishers_fragments_go_on_and_decode(tmp_path):
    lives = Lives(tmp_path)
    async with listening(lives) as front:
        async with publisher(front, "bobs-key", *BOTH):
            await soon(lambda: len(listed(tmp_path / "bobs-key")) >= 3)
            names = listed(tmp_path / "bobs-key")
            frames, complaints = await decoded(tmp_path / "bobs-key", names, "1-init.mp4")
            assert complaints == ""
            assert abs(frames - 15 * len(names)) <= 2
            await soon(lambda: "1-8.m4s" in listed(tmp_path / "bobs-key"))
            now = [int(name[2:-4]) for name in listed(tmp_path / "bobs-key")]
            assert now == list(range(now[0], now[0] + 6))
            assert len(list((tmp_path / "bobs-key").glob("*.m4s"))) <= 6 + 4 + 1, "what left the window is deleted"
        await soon(lambda: front.connections == 0)
    assert lives.told[-1] in {"The connection was lost.", "The encoder stopped."}
    assert lives.packagers[0]._ffmpeg.returncode == 0


async def test_who_was_killed_comes_back_and_the_numbers_go_on(tmp_path):
    lives, folder = Lives(tmp_path), tmp_path / "bobs-key"
    async with listening(lives) as front:
        async with publisher(front, "bobs-key", *BOTH) as first:
            await soon(lambda: len(listed(folder)) >= 2)
            first.kill()
            await first.wait()
        await soon(lambda: front.connections == 0)
        before = listed(folder)
        async with publisher(front, "bobs-key", *BOTH):
            await soon(lambda: any(name.startswith("2-") for name in listed(folder)))
            await soon(lambda: len(listed(folder)) >= 2)
            names = listed(folder)
            assert int(names[0][2:-4]) == int(before[-1][2:-4]) + 1
            assert "#EXT-X-DISCONTINUITY" in (folder / PLAYLIST).read_text()
            assert (await decoded(folder, names, "2-init.mp4"))[1] == ""


@pytest.mark.parametrize(
    ("stream", "words"),
    [
        ((*SOUND, "-c:a", "aac"), "No picture arrives"),
        ((*PICTURE, "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"), "HEVC"),
        ((*PICTURE, *SOUND, *H264, "-c:a", "libmp3lame"), "MP3"),
    ],
)
async def test_what_browsers_do_not_play_is_refused_in_words(tmp_path, stream, words):
    lives = Lives(tmp_path)
    async with listening(lives) as front, publisher(front, "bobs-key", *stream):
        await soon(lambda: any(words in text for text in lives.told))
        await soon(lambda: front.connections == 0)


async def test_a_picture_without_sound_is_shown_and_its_creator_is_told(tmp_path):
    lives = Lives(tmp_path)
    async with listening(lives) as front, publisher(front, "bobs-key", *PICTURE, *H264):
        await soon(lambda: any("No sound arrives" in text for text in lives.told))
        await soon(lambda: len(listed(tmp_path / "bobs-key")) >= 3)
        assert front.connections == 1


async def test_garbage_is_noticed(tmp_path):
    packager = await Packager.begin(tmp_path / "garbage", lambda _: None, Bounds(stall_s=1))
    with pytest.raises(PackagingFailed, match="no fragment for 1 s"):  # noqa: PT012
        for _ in range(100):
            await packager.write(b"garbage" * 2_000)
            await asyncio.sleep(0.05)
    await packager.close("done")
    assert packager._ffmpeg.returncode is not None


async def test_ffmpeg_runs_within_its_limits(tmp_path):
    packager = await Packager.begin(tmp_path / "bound", lambda _: None, Bounds(memory_bytes=1 << 30, files=40))
    assert resource.prlimit(packager._ffmpeg.pid, resource.RLIMIT_AS)[0] == 1 << 30
    assert resource.prlimit(packager._ffmpeg.pid, resource.RLIMIT_NOFILE)[0] == 40
    await packager.close("done")


async def test_media_without_fragments_is_noticed(tmp_path):
    packager = await Packager.begin(tmp_path / "stalled", lambda _: None, Bounds(stall_s=0.3))
    with pytest.raises(PackagingFailed):  # noqa: PT012
        for _ in range(100):
            await packager.write(b"FLV\x01\x05" + (9).to_bytes(4) + bytes(4) if not _ else b"")
            await asyncio.sleep(0.05)
    await packager.close("done")
    assert packager._ffmpeg.returncode is not None


async def test_the_packager_reads_no_file_and_no_address(tmp_path):
    """A playlist in the place of a stream would make FFmpeg open what it names."""
    packager = await Packager.begin(tmp_path / "tricked", lambda _: None)
    await packager.write(b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n")
    await packager.close("done")
    assert packager._ffmpeg.returncode != 0
    assert listed(tmp_path / "tricked") == []
