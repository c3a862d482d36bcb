import asyncio
import base64
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from filming import QUICK, SOUND, Filming, film, filming_of, pictures
from largesse.kit import ids
from largesse.kit.storage import storage_of
from largesse.media import FilmsService, UploadsService, probing
from largesse.media.apart import run
from largesse.media.ffmpeg import Bounds
from largesse.media.film import Unfit
from largesse.media.transcoding import renditions
from largesse.stage import VideosService
from largesse.stage.routes_videos import video_routes
from publishing import FFMPEG, H264, publisher


@pytest.fixture
async def filming(db, news, settings, accounts, clock) -> AsyncIterator[Filming]:
    async with filming_of(db, news, settings, accounts, clock) as made:
        yield made


@pytest.fixture
def filmings(db, news, accounts, clock):
    return lambda settings: filming_of(db, news, settings, accounts, clock)


def files_of(filming: Filming, body) -> dict[str, Path]:
    folder = filming.films.storage.root / "videos" / ids.decode(body["id"], "video").hex
    return {path.name: path for path in folder.iterdir()} if folder.exists() else {}


def seen(path: Path) -> str:
    """What FFmpeg says of a playlist, after it has decoded all of it."""
    said = subprocess.run([FFMPEG, "-i", str(path), "-f", "null", "-"], check=True, capture_output=True, text=True)
    return said.stderr


def running() -> str:
    """What runs on this machine."""
    return subprocess.run(["ps", "axww"], capture_output=True, text=True, check=True).stdout


async def test_a_film_becomes_renditions_and_a_poster_that_every_browser_plays(filming, cast, tmp_path):
    body = film(tmp_path / "a.mp4", *pictures("1280x720", 2, 24), *SOUND, *QUICK, "-c:a", "aac")
    made = await filming.film(cast.bob, body)
    assert (made["status"], made["failure"], made["progress"], made["upload"]) == ("ready", None, None, None)
    assert (made["width"], made["height"], round(made["duration_s"])) == (1280, 720, 2)
    files = files_of(filming, made)
    assert set(files) == {"master.m3u8", "poster.jpg", "360p.m3u8", "360p.mp4", "720p.m3u8", "720p.mp4"}
    master = files["master.m3u8"].read_text()
    assert re.findall(r"RESOLUTION=(\w+)", master) == ["640x360", "1280x720"]
    assert all(
        codecs.startswith("avc1.64") and ",mp4a.40.2" in codecs for codecs in re.findall(r'CODECS="(.*?)"', master)
    )
    assert re.search(r"Video: h264 \(High\).*640x360.* 24 fps", seen(files["360p.m3u8"]))
    assert files["poster.jpg"].read_bytes()[:3] == b"\xff\xd8\xff"
    await filming.films.sweep()
    assert list(filming.uploads.folder.iterdir()) == []  # the upload is deleted, and nothing was left at work
    assert list((filming.films._folder / "work").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "arguments", "size", "streams"),
    [
        ("only-pictures.mp4", [*pictures("320x180"), *QUICK], (320, 180), "Video"),
        ("webm.webm", [*pictures("320x240"), *SOUND, "-c:v", "libvpx", "-b:v", "200k", "-c:a", "libopus"], (320, 240),
         "Video Audio"),
        ("hevc.mp4", [*pictures("320x180"), "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=0"],
         (320, 180), "Video"),
        ("odd.mkv", [*pictures("321x181"), "-c:v", "ffv1"], (320, 180), "Video"),
        ("fast.avi", [*pictures("320x180", 1, 120), "-c:v", "mpeg4"], (320, 180), "Video"),
        ("ts.ts", [*pictures("320x180"), *SOUND, *QUICK, "-c:a", "aac"], (320, 180), "Video Audio"),
        ("wide.mp4", [*pictures("720x480"), *QUICK, "-vf", "setsar=32/27"], (852, 480), "Video"),
        ("varying.mp4", [*pictures("320x180", 2, 30), *QUICK, "-vf", "select='lt(n,20)+not(mod(n,7))'", "-fps_mode",
         "vfr"], (320, 180), "Video"),
    ],
)  # fmt: skip
async def test_what_cameras_and_programs_make_is_taken(filming, cast, tmp_path, name, arguments, size, streams):  # noqa: PLR0917
    made = await filming.film(cast.bob, film(tmp_path / name, *arguments))
    assert (made["status"], made["failure"]) == ("ready", None)
    assert (made["width"], made["height"]) == size
    files = files_of(filming, made)
    largest = f"{min(size)}p.m3u8"
    said = seen(files[largest]).partition("Output #0")[0]
    assert [kind for kind in ("Video", "Audio") if f": {kind}: " in said] == streams.split()
    assert float(re.search(r"([\d.]+) fps", said)[1]) <= 30


async def test_a_phones_turned_film_stands_upright(filming, cast, tmp_path):
    film(tmp_path / "flat.mp4", *pictures("640x360"), *QUICK)
    turned = film(tmp_path / "turned.mp4", "-display_rotation", "90", "-i", str(tmp_path / "flat.mp4"), "-c", "copy")
    made = await filming.film(cast.bob, turned)
    assert (made["status"], made["width"], made["height"]) == ("ready", 360, 640)
    assert "360x640" in seen(files_of(filming, made)["360p.m3u8"])


async def test_a_film_larger_than_is_shown_is_made_smaller(filming, cast, tmp_path):
    body = film(tmp_path / "uhd.mp4", *pictures("3840x2160", 0.3), *QUICK)
    made = await filming.film(cast.bob, body)
    assert (made["status"], made["width"], made["height"]) == ("ready", 1920, 1080)


def test_no_rendition_is_larger_than_its_source_and_all_sides_are_even():
    assert [(r.width, r.height) for r in renditions(1920, 1080, 1080)] == [(640, 360), (1280, 720), (1920, 1080)]
    assert [(r.width, r.height) for r in renditions(1080, 1920, 720)] == [(360, 640), (720, 1280)]
    assert [(r.width, r.height) for r in renditions(321, 181, 1080)] == [(320, 180)]
    assert [r.lines for r in renditions(854, 480, 1080)] == [360, 480]
    assert [r.lines for r in renditions(640, 400, 1080)] == [400]


@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [
        ("sound.mp4", [*SOUND, "-c:a", "aac"], "no-picture"),
        ("line.mkv", [*pictures("8000x40", 0.2), "-c:v", "mjpeg"], "bad-size"),
        ("tiny.mkv", [*pictures("16x16", 0.2), "-c:v", "ffv1"], "bad-size"),
        ("bomb.mkv", ["-f", "lavfi", "-t", "0.1", "-i", "color=size=12000x12000:rate=10", "-c:v", "mjpeg"], "bad-size"),
    ],
)
async def test_what_makes_no_video_is_refused_with_a_code(filming, cast, tmp_path, name, arguments, code):  # noqa: PLR0917
    made = await filming.film(cast.bob, film(tmp_path / name, *arguments))
    assert (made["status"], made["failure"]["code"]) == ("failed", code)
    assert made["failure"]["detail"]
    assert files_of(filming, made) == {}
    await filming.films.sweep()
    assert list(filming.uploads.folder.iterdir()) == []


async def test_what_is_not_whole_is_refused(filming, cast, tmp_path):
    body = film(tmp_path / "a.mp4", *pictures("320x180", 8, 24), *QUICK, "-g", "24")
    made = await filming.film(cast.bob, body[: len(body) // 2])  # its index stood at its end
    assert (made["status"], made["failure"]["code"]) == ("failed", "unreadable")
    body = film(tmp_path / "b.mp4", "-i", str(tmp_path / "a.mp4"), "-c", "copy", "-movflags", "faststart")
    made = await filming.film(cast.bob, body[: len(body) // 2])
    assert (made["status"], made["failure"]["code"]) == ("failed", "truncated")
    made = await filming.film(cast.bob, body[:40] + os.urandom(20_000))
    assert (made["status"], made["failure"]["code"]) == ("failed", "unreadable")


async def test_a_film_that_is_too_long_is_refused_before_it_is_made(filmings, cast, tmp_path, settings):
    body = film(tmp_path / "long.mp4", *pictures("64x64", 61, 1), *QUICK)
    async with filmings(msgspec.structs.replace(settings, video_minutes_max=1)) as filming:
        made = await filming.film(cast.bob, body)
    assert (made["status"], made["failure"]["code"]) == ("failed", "too-long")


async def test_a_file_that_names_others_opens_none(filming, cast, tmp_path):
    """A playlist of other files or addresses is of no container; inside one, a reference leads nowhere."""
    secret = tmp_path / "secret.mp4"
    film(secret, *pictures("320x180"), *QUICK)
    for text in (f"#EXTM3U\n#EXTINF:1,\nfile://{secret}\n#EXT-X-ENDLIST\n", f"ffconcat version 1.0\nfile {secret}\n"):
        path = tmp_path / "list.mp4"
        path.write_text(text * 20)
        with pytest.raises(Unfit, match="not-a-video"):
            probing.of_file(path)
    disguised = tmp_path / "disguised.mp4"  # begins as a film does, and is a playlist to whoever looks on
    disguised.write_bytes(b"\0\0\0\x18ftypisom\n#EXTM3U\n#EXTINF:1,\nfile://%s\n" % bytes(secret))
    with pytest.raises(Unfit, match="unreadable"):
        await probing.probe(probing.of_file(disguised), tmp_path, 60)


async def test_a_run_that_hangs_is_killed(tmp_path):
    pipe = tmp_path / "never.mp4"
    os.mkfifo(pipe)
    with pytest.raises(Unfit, match="took-too-long"):
        await run(["-f", "mov", "-i", f"file:{pipe}"], Bounds(stall_s=1), tmp_path)
    assert str(pipe) not in running()

    async def hears(_: str, __: str) -> bool:
        return True

    with pytest.raises(Unfit, match="took-too-long"):
        await run(["-progress", "pipe:1", "-f", "mov", "-i", f"file:{pipe}"], Bounds(stall_s=1), tmp_path, hears=hears)


async def test_a_run_has_no_network(tmp_path):
    asked = []

    async def server(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(1)
        writer.close()

    listening = await asyncio.start_server(server, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    listed = tmp_path / "x.ts"
    listed.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:{port}/x.ts\n#EXT-X-ENDLIST\n")
    ended = await run(["-protocol_whitelist", "file", "-f", "hls", "-i", f"file:{listed}"], Bounds(), tmp_path)
    assert (ended.status != 0, asked) == (True, [])
    ended = await run(["-f", "hls", "-protocol_whitelist", "file,http,tcp", "-i", f"file:{listed}"], Bounds(), tmp_path)
    assert asked, "the trap itself is good"
    listening.close()


async def test_progress_is_told_while_a_film_is_made(filming, cast, tmp_path):
    video = await filming.make(cast.bob)
    body = film(tmp_path / "a.mp4", *pictures("1280x720", 6, 30), *QUICK)
    await filming.upload(cast.bob, video, body)
    making = asyncio.create_task(filming.films.make_wanted())
    told = set()
    while not making.done():
        shown = await filming.show(video, cast.bob)
        told |= {shown["progress"]} if shown["progress"] is not None else set()
        await asyncio.sleep(0.05)
    await making
    assert any(0 < percent < 100 for percent in told), told


async def test_a_removed_video_is_not_made_to_its_end_and_leaves_no_file(filming, cast, tmp_path):
    video = await filming.make(cast.bob)
    await filming.upload(cast.bob, video, film(tmp_path / "a.mp4", *pictures("1280x720", 20, 30), *QUICK))
    making = asyncio.create_task(filming.films.make_wanted())
    async with asyncio.timeout(30):
        while not (await filming.show(video, cast.bob))["progress"]:  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.05)
    assert (await filming.client.delete(f"/v1/videos/{video}", headers=cast.bob.headers)).status_code == 204
    async with asyncio.timeout(10):
        await making
    await filming.films.sweep()
    assert list(filming.uploads.folder.iterdir()) == []
    assert files_of(filming, {"id": video}) == {}
    ready = await filming.film(cast.bob, film(tmp_path / "b.mp4", *pictures("320x180"), *QUICK))
    assert files_of(filming, ready)
    await filming.client.delete(f"/v1/videos/{ready['id']}", headers=cast.bob.headers)
    await filming.films.sweep()
    assert files_of(filming, ready) == {}


_MAKER = """
import asyncio, sys
import msgspec
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.storage import storage_of
from largesse.media import FilmsService

async def main():
    settings = msgspec.json.decode(sys.argv[1], type=Settings)
    db = Database(settings.database_url)
    await db.open()
    await FilmsService(db, settings, storage_of(settings)).make_wanted()

asyncio.run(main())
"""


async def test_a_killed_maker_leaves_nothing_running_and_another_begins_again(filming, cast, tmp_path, settings, db):
    video = await filming.make(cast.bob)
    await filming.upload(cast.bob, video, film(tmp_path / "a.mp4", *pictures("1280x720", 12, 30), *QUICK))
    command = [sys.executable, "-c", _MAKER, msgspec.json.encode(settings).decode()]
    maker = await asyncio.create_subprocess_exec(*command)
    async with asyncio.timeout(60):
        while not (await filming.show(video, cast.bob))["progress"]:  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.05)
    await filming.films.make_wanted()  # it is another's to make: nothing happens
    maker.send_signal(signal.SIGKILL)
    await maker.wait()
    work = str(filming.films._folder / "work")
    async with asyncio.timeout(5):
        while work in running():  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.05)
    async with db.write() as tx:
        await tx.execute("UPDATE media.film SET beat_at = beat_at - interval '1 minute'")
    await filming.films.make_wanted()
    made = await filming.show(video, cast.bob)
    assert (made["status"], round(made["duration_s"])) == ("ready", 12)
    async with db.read() as tx:
        assert await tx.scalar("SELECT attempt FROM media.film") == 2


async def test_a_maker_that_is_told_to_stop_leaves_its_film_to_another_at_once(filming, cast, tmp_path, db):
    video = await filming.make(cast.bob)
    await filming.upload(cast.bob, video, film(tmp_path / "a.mp4", *pictures("1280x720", 12, 30), *QUICK))
    making = asyncio.create_task(filming.films.make_wanted())
    async with asyncio.timeout(30):
        while not (await filming.show(video, cast.bob))["progress"]:  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.05)
    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making
    assert str(filming.films._folder / "work") not in running()
    async with db.read() as tx:
        assert await tx.row("SELECT state, holder, attempt FROM media.film") == {
            "state": "processing", "holder": None, "attempt": 0,
        }  # fmt: skip


async def test_a_nearly_full_disk_lets_films_wait(filmings, filming, cast, tmp_path, settings):
    video = await filming.make(cast.bob)
    await filming.upload(cast.bob, video, film(tmp_path / "a.mp4", *pictures("320x180"), *QUICK))
    async with filmings(msgspec.structs.replace(settings, storage_free_bytes_min=1 << 60)) as full:
        await full.films.make_wanted()
    assert (await filming.show(video, cast.bob))["status"] == "processing"
    await filming.films.make_wanted()
    assert (await filming.show(video, cast.bob))["status"] == "ready"


async def test_a_film_that_kills_each_maker_fails(filming, cast, tmp_path, db):
    video = await filming.make(cast.bob)
    await filming.upload(cast.bob, video, film(tmp_path / "a.mp4", *pictures("320x180"), *QUICK))
    async with db.write() as tx:
        await tx.execute("UPDATE media.film SET attempt = 3, holder = 'gone', beat_at = now() - interval '1 minute'")
    await filming.films.make_wanted()
    assert (await filming.show(video, cast.bob))["failure"]["code"] == "gave-up"


async def test_an_abandoned_upload_expires_and_the_video_says_so(filming, cast, db):
    video = await filming.make(cast.bob)
    pairs = "video " + base64.b64encode(video.encode()).decode()
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "1000", "Upload-Metadata": pairs, **cast.bob.headers}
    begun = await filming.client.post("/v1/videos/uploads", headers=headers)
    async with db.write() as tx:
        await tx.execute("UPDATE media.upload SET expires_at = now() - interval '1 second'")
    await filming.films.sweep()
    assert list(filming.uploads.folder.iterdir()) == []
    assert (await filming.show(video, cast.bob))["failure"]["code"] == "upload-expired"
    gone = await filming.client.head(begun.headers["Location"], headers=headers)
    assert gone.status_code == 410


async def test_the_recording_of_an_ended_live_becomes_a_video(streaming, cast, app_client, settings, db):
    films, uploads = FilmsService(db, settings, storage_of(settings)), UploadsService(db, settings)
    videos = VideosService(streaming.stage, films, uploads)
    client = await app_client(video_routes, accounts=streaming.media.accounts, videos=videos)
    body = {"title": "As it was", "from_live": streaming.live}
    early = await client.post("/v1/videos", json=body, headers=cast.bob.headers)
    assert (early.status_code, early.json()["code"]) == (409, "no-recording")
    key = await streaming.key()
    for size in ("320x180", "180x320"):  # as a phone that was turned
        film_of = [*pictures(size, 30, 15), "-f", "lavfi", "-i", "sine=frequency=440", *H264, "-c:a", "aac"]
        async with publisher(streaming.media.front, key, *film_of):
            await streaming.until(lambda: _signal(streaming, "live"))
            await asyncio.sleep(3)
        await streaming.until(lambda: _signal(streaming, "lost"))
    await streaming.end()
    await streaming.media.make_replays()
    other = await client.post("/v1/videos", json=body, headers=cast.olga.headers)
    assert (other.status_code, other.json()["code"]) == (403, "creators-only")
    made = await client.post("/v1/videos", json=body, headers=cast.bob.headers)
    assert (made.status_code, made.json()["status"], made.json()["from_live"]) == (201, "processing", streaming.live)
    again = await client.post("/v1/videos", json=body, headers=cast.bob.headers)
    assert (again.status_code, again.json()["code"]) == (409, "video-made")
    await films.make_wanted()
    shown = (await client.get(f"/v1/videos/{made.json()['id']}", headers=cast.bob.headers)).json()
    assert (shown["status"], shown["failure"]) == ("ready", None)
    assert shown["duration_s"] >= 4
    folder = films.storage.root / "videos" / ids.decode(shown["id"], "video").hex
    assert "Audio: aac" in seen(folder / "180p.m3u8")
    await client.delete(f"/v1/videos/{shown['id']}", headers=cast.bob.headers)
    assert (await client.post("/v1/videos", json=body, headers=cast.bob.headers)).status_code == 201


async def _signal(streaming, state: str) -> bool:
    return await streaming.signal() == state
