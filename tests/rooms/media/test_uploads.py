import asyncio
import base64
import hashlib
import io
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from tusclient import client as tus

from filming import Filming, filming_of

MP4 = b"\x00\x00\x00\x20ftypisom" + bytes(range(256)) * 8000
TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {"Content-Type": "application/offset+octet-stream"}


@pytest.fixture
async def filming(db, news, settings, accounts, clock) -> AsyncIterator[Filming]:
    async with filming_of(db, news, settings, accounts, clock) as made:
        yield made


@pytest.fixture
def filmings(db, news, accounts, clock):
    return lambda settings: filming_of(db, news, settings, accounts, clock)


def said(video: str) -> str:
    pairs = {"video": video, "filename": "../../etc/passwd\x00.mp4", "filetype": "video/mp4"}
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in pairs.items())


async def begin(filming: Filming, who, video: str, length: int, **headers: str):
    more = {"Upload-Length": str(length), "Upload-Metadata": said(video), **TUS, **who.headers, **headers}
    return await filming.client.post("/v1/videos/uploads", headers=more)


async def put(filming: Filming, who, where: str, offset: int, body: bytes, **headers: str):
    more = {"Upload-Offset": str(offset), **BYTES, **TUS, **who.headers, **headers}
    return await filming.client.patch(where, content=body, headers=more)


async def offset_of(filming: Filming, who, where: str) -> int:
    answer = await filming.client.head(where, headers=TUS | who.headers)
    assert answer.status_code == 200, answer.headers
    return int(answer.headers["Upload-Offset"])


def kept(filming: Filming) -> list[Path]:
    return sorted(filming.uploads.folder.iterdir())


async def test_a_known_client_uploads_and_goes_on_after_it_stopped(filming, cast):
    video = await filming.make(cast.bob)
    file = io.BytesIO(MP4)
    server = tus.TusClient(f"http://127.0.0.1:{filming.port}/v1/videos/uploads", headers=cast.bob.headers)
    uploader = server.uploader(file_stream=file, chunk_size=700_000, metadata={"video": video, "filename": "film.mp4"})
    await asyncio.to_thread(uploader.upload_chunk)
    shown = (await filming.show(video, cast.bob))["upload"]
    assert (shown["offset"], shown["length"]) == (700_000, len(MP4))
    assert uploader.url.endswith(shown["url"])
    again = await asyncio.to_thread(server.uploader, file_stream=file, url=uploader.url, chunk_size=700_000)
    assert again.offset == 700_000
    await asyncio.to_thread(again.upload)
    assert kept(filming)[0].read_bytes() == MP4
    own = await filming.show(video, cast.bob)
    assert (own["status"], own["upload"], own["progress"]) == ("processing", None, 0)


async def test_each_piece_of_a_known_client_is_checked(filming, cast):
    video = await filming.make(cast.bob)
    file = io.BytesIO(MP4)
    server = tus.TusClient(f"http://127.0.0.1:{filming.port}/v1/videos/uploads", headers=cast.bob.headers)
    uploader = server.uploader(file_stream=file, chunk_size=500_000, metadata={"video": video}, upload_checksum=True)
    await asyncio.to_thread(uploader.upload)
    assert kept(filming)[0].read_bytes() == MP4
    assert (await filming.show(video, cast.bob))["status"] == "processing"


async def test_bytes_of_a_killed_connection_are_kept_to_the_last_one(filming, cast):
    video = await filming.make(cast.bob)
    where = (await begin(filming, cast.bob, video, len(MP4))).headers["Location"]
    _, writer = await asyncio.open_connection("127.0.0.1", filming.port)
    head = f"PATCH {where} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(MP4)}\r\nUpload-Offset: 0\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in (BYTES | TUS | cast.bob.headers).items())
    writer.write(head.encode() + b"\r\n" + MP4[:1_234_567])
    await writer.drain()
    async with asyncio.timeout(10):
        while not kept(filming)[0].stat().st_size:  # noqa: ASYNC110 - of another connection, which came first
            await asyncio.sleep(0.01)
    busy = await put(filming, cast.bob, where, 0, b"x")
    assert (busy.status_code, busy.json()["code"], busy.headers["Tus-Resumable"]) == (423, "upload-busy", "1.0.0")
    writer.transport.abort()
    async with asyncio.timeout(10):
        while await offset_of(filming, cast.bob, where) != 1_234_567:  # noqa: ASYNC110 - of another task
            await asyncio.sleep(0.02)
    wrong = await put(filming, cast.bob, where, 7, b"x")
    assert (wrong.status_code, wrong.json()["offset"]) == (409, 1_234_567)
    rest = await put(filming, cast.bob, where, 1_234_567, MP4[1_234_567:])
    assert (rest.status_code, rest.headers["Upload-Offset"]) == (204, str(len(MP4)))
    assert kept(filming)[0].read_bytes() == MP4
    assert await offset_of(filming, cast.bob, where) == len(MP4)


async def test_bytes_with_another_checksum_are_not_kept(filming, cast):
    video = await filming.make(cast.bob)
    where = (await begin(filming, cast.bob, video, len(MP4))).headers["Location"]
    assert (await put(filming, cast.bob, where, 0, MP4[:5000])).status_code == 204
    good = base64.b64encode(hashlib.sha1(MP4[5000:9000], usedforsecurity=False).digest()).decode()
    wrong = await put(filming, cast.bob, where, 5000, MP4[5000:8999] + b"!", **{"Upload-Checksum": f"sha1 {good}"})
    assert (wrong.status_code, wrong.json()["code"]) == (460, "wrong-checksum")
    assert await offset_of(filming, cast.bob, where) == 5000
    right = await put(filming, cast.bob, where, 5000, MP4[5000:9000], **{"Upload-Checksum": f"sha1 {good}"})
    assert right.headers["Upload-Offset"] == "9000"
    unknown = await put(filming, cast.bob, where, 9000, b"!", **{"Upload-Checksum": f"crc32 {good}"})
    assert unknown.status_code == 400
    killed = kept(filming)[0]  # as a process that was killed amid checked bytes leaves it
    killed.with_name(killed.name + ".checked").write_text("9000")
    killed.write_bytes(MP4[:9500])
    assert await offset_of(filming, cast.bob, where) == 9000
    assert (await put(filming, cast.bob, where, 9000, MP4[9000:])).status_code == 204
    assert killed.read_bytes() == MP4


async def test_what_is_too_large_is_refused_before_a_byte_of_it_is_read(filmings, settings, cast):
    small = msgspec.structs.replace(settings, video_bytes_max=1_000_000)
    async with filmings(small) as filming:
        video = await filming.make(cast.bob)
        reader, writer = await asyncio.open_connection("127.0.0.1", filming.port)
        more = {"Upload-Length": str(2 << 30), "Upload-Metadata": said(video), **TUS, **BYTES, **cast.bob.headers}
        head = f"POST /v1/videos/uploads HTTP/1.1\r\nHost: x\r\nContent-Length: {2 << 30}\r\n"
        writer.write((head + "".join(f"{name}: {value}\r\n" for name, value in more.items()) + "\r\n").encode())
        answer = await asyncio.wait_for(reader.read(), 10)  # to the end: it is closed, not read
        assert b" 413 " in answer.partition(b"\r\n")[0]
        assert b'"bytes_max":1000000' in answer
        writer.close()
        described = await filming.client.options("/v1/videos/uploads")
        assert (described.status_code, described.headers["Tus-Max-Size"]) == (204, "1000000")
        assert set(described.headers["Tus-Extension"].split(",")) == {
            "creation", "creation-with-upload", "termination", "expiration", "checksum",
        }  # fmt: skip
        begun = await begin(filming, cast.bob, video, 100)
        longer = await put(filming, cast.bob, begun.headers["Location"], 0, MP4[:200])
        assert (longer.status_code, longer.json()["code"]) == (413, "file-too-large")


async def test_a_full_disk_and_full_days_are_said(filmings, settings, cast):
    full = msgspec.structs.replace(settings, storage_free_bytes_min=1 << 60)
    async with filmings(full) as filming:
        answer = await begin(filming, cast.bob, await filming.make(cast.bob), 100)
        assert (answer.status_code, answer.json()["code"]) == (507, "storage-full")
    few = msgspec.structs.replace(settings, video_uploads_max=1, video_day_bytes_max=1000)
    async with filmings(few) as filming:
        first, second = await filming.make(cast.bob), await filming.make(cast.bob)
        assert (await begin(filming, cast.bob, first, 400)).status_code == 201
        open_ = await begin(filming, cast.bob, second, 100)
        assert (open_.status_code, open_.json()["code"], open_.json()["limit"]) == (403, "upload-limit", "open")
        assert (await begin(filming, cast.bob, first, 500)).status_code == 201  # in place of the one before
        day = await begin(filming, cast.bob, first, 200)
        assert (day.json()["code"], day.json()["limit"]) == ("upload-limit", "day")


async def test_an_upload_is_its_creators_and_is_asked_for_as_tus_says(filming, cast):
    video = await filming.make(cast.bob)
    assert (await begin(filming, cast.charlie, video, 100)).status_code == 404
    for headers, status in (
        ({"Tus-Resumable": "0.2.2"}, 412),
        ({"Upload-Length": "0"}, 400),
        ({"Upload-Length": "-1"}, 400),
        ({"Upload-Length": "x"}, 400),
        ({"Upload-Metadata": "video !!"}, 400),
        ({"Upload-Metadata": "filename aGk="}, 400),
    ):
        assert (await begin(filming, cast.bob, video, 100, **headers)).status_code == status, headers
    where = (await begin(filming, cast.bob, video, 100)).headers["Location"]
    assert (await filming.client.head(where, headers=TUS | cast.charlie.headers)).status_code == 404
    assert (await put(filming, cast.charlie, where, 0, b"x")).status_code == 404
    wrong = await put(filming, cast.bob, where, 0, b"x", **{"Content-Type": "video/mp4"})
    assert (wrong.status_code, wrong.json()["code"]) == (415, "not-tus-bytes")
    assert (await filming.client.delete(where, headers=TUS | cast.charlie.headers)).status_code == 404
    assert [path.name for path in kept(filming)] == [kept(filming)[0].name]  # no name of anybody's
    assert (await filming.client.delete(where, headers=TUS | cast.bob.headers)).status_code == 204
    gone = await filming.client.head(where, headers=TUS | cast.bob.headers)
    assert gone.status_code == 410
    assert kept(filming) == []
    assert (await filming.show(video, cast.bob))["status"] == "uploading"


@pytest.mark.parametrize(
    "body",
    [
        b"PK\x03\x04" + bytes(4000),
        b"only words, and then some more of them " * 100,
        b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n" * 20,
        b"ffconcat version 1.0\nfile /etc/passwd\n" * 20,
        b"tiny",
    ],
)
async def test_what_is_no_video_is_refused_with_its_first_bytes(filming, cast, body):
    video = await filming.make(cast.bob)
    where = (await begin(filming, cast.bob, video, len(body))).headers["Location"]
    answer = await put(filming, cast.bob, where, 0, body)
    assert (answer.status_code, answer.json()["code"]) == (422, "not-a-video")
    own = await filming.show(video, cast.bob)
    assert (own["status"], own["failure"]["code"]) == ("failed", "not-a-video")
    assert kept(filming) == []
    again = await begin(filming, cast.bob, video, len(MP4))
    assert (again.status_code, (await filming.show(video, cast.bob))["status"]) == (201, "uploading")


async def test_the_first_bytes_may_come_with_the_beginning(filming, cast):
    video = await filming.make(cast.bob)
    more = {"Upload-Length": str(len(MP4)), "Upload-Metadata": said(video), **TUS, **BYTES, **cast.bob.headers}
    begun = await filming.client.post("/v1/videos/uploads", content=MP4[:1000], headers=more)
    assert (begun.status_code, begun.headers["Upload-Offset"]) == (201, "1000")
    assert begun.headers["Upload-Expires"].endswith("GMT")
    whole = await filming.client.post(
        "/v1/videos/uploads", content=MP4, headers=more | {"Upload-Metadata": said(await filming.make(cast.bob))}
    )
    assert whole.headers["Upload-Offset"] == str(len(MP4))
    late = await begin(filming, cast.bob, (await filming.client.get("/v1/me/videos", headers=cast.bob.headers)).json()
                       ["items"][0]["id"], 100)  # fmt: skip
    assert (late.status_code, late.json()["code"]) == (409, "not-uploading")
