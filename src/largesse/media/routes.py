"""Publishing and watching over sockets, and the files of playlists."""

import asyncio
import re
from pathlib import Path
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, websocket
from litestar.di import NamedDependency
from litestar.exceptions import WebSocketDisconnect
from litestar.params import FromPath

from largesse.kit import http
from largesse.kit.http import Busy, NotConfigured, NotFound
from largesse.kit.principal import Principal, of_scope
from largesse.kit.problems import Problem
from largesse.kit.sockets import (
    AUTH_S_MAX,
    CLOSE,
    TRY_LATER,
    AuthNeeded,
    BadMessage,
    OriginRefused,
    Socket,
    deny,
    introduce,
    is_foreign,
    read_message,
    text_frame,
    transport_of,
    widen,
)
from largesse.media.errors import BadMedia, NotOpen, NotShown, NotYourStream
from largesse.media.model import Stream, guest_stream
from largesse.media.packaging import Form
from largesse.media.publisher import PublishingEnded
from largesse.media.recording import REPLAY, RUN_FILE
from largesse.media.rungs import MASTER
from largesse.media.service import MediaService
from largesse.media.stills import STILL
from largesse.media.window import FRAGMENT, PLAYLIST

INGEST_BYTES_MAX = 4 << 20  # a message of a recorder that was held up for some seconds
RANGE_BYTES_MAX = 16 << 20
LINES_END = 10_000
SILENT_S_MAX = 20.0
_RANGE = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")
_KINDS = {".m3u8": "application/vnd.apple.mpegurl", ".m4s": "video/mp4", ".mp4": "video/mp4", ".jpg": "image/jpeg"}
_FOREVER = "public, max-age=31536000, immutable"


class Begin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a recorder says before its first bytes: the type of its recording, as `MediaRecorder.mimeType` names it."""

    type: Annotated[str, msgspec.Meta(max_length=120)]


@websocket("/v1/lives/{live:str}/ingest")
async def ingest(socket: Socket, media: NamedDependency[MediaService], live: FromPath[str]) -> None:
    """A browser's recorder: `{"auth": token}`, `{"type": …}`, then bytes. It hears notices, and at the end why.

    Who is known by a header or a cookie may send at once; all others wait for `{"ready": true}`.
    """
    await _ingest(socket, media, live, None)


@websocket("/v1/lives/{live:str}/guests/{guest:str}/ingest")
async def guest_ingest(
    socket: Socket, media: NamedDependency[MediaService], live: FromPath[str], guest: FromPath[str]
) -> None:
    """The recorder of a LIVE's guest: as `ingest`."""
    await _ingest(socket, media, live, guest)


async def _ingest(socket: Socket, media: MediaService, live: str, guest: str | None) -> None:
    if is_foreign(socket, media.settings.origin):
        await deny(socket, OriginRefused())
        return
    if of_scope(socket.scope) is not None:
        widen(socket.scope, INGEST_BYTES_MAX)
    await socket.accept()
    try:
        if media.settings.has_external_engine:
            raise NotConfigured
        who = http.person(await _known(socket, media))
        stream = await found(media, live, guest)
        if stream.publisher != who.account:
            raise NotYourStream
        await _take(socket, media, stream.id)
    except WebSocketDisconnect:
        return
    except Busy:
        await socket.close(TRY_LATER, Busy.code)
    except Problem as problem:
        if isinstance(problem, BadMedia):
            await socket.send_data(msgspec.json.encode({"refused": problem.detail}).decode(), "text")
        await socket.close(CLOSE + problem.status, problem.code)


async def found(media: MediaService, live: str, guest: str | None) -> Stream:
    """The stream of a path, its creator's or a guest's. Raises `NotFound`."""
    key = http.path_id("live", live)
    if guest is not None:
        key = guest_stream(key, http.path_id("acct", guest))
    stream = await media.find(key)
    if stream is None:
        raise NotFound
    return stream


async def _known(socket: Socket, media: MediaService) -> Principal:
    who = await introduce(socket, media.accounts.authenticate)
    if who is None:
        raise AuthNeeded
    return who


async def _take(socket: Socket, media: MediaService, live: Any) -> None:
    """Take a recording until the socket is gone. Raises `Problem`, `WebSocketDisconnect`."""
    form = await _form(socket)
    said: asyncio.Queue[str] = asyncio.Queue(20)

    def tell(text: str) -> None:
        if not said.full():
            said.put_nowait(text)

    publisher = await media.publish(live, form, tell)
    if publisher is None:
        raise NotOpen
    why = "The page was closed."
    telling = asyncio.create_task(_tell(socket, said))
    try:
        widen(socket.scope, INGEST_BYTES_MAX)
        await socket.send_data('{"ready":true}', "text")
        while True:
            async with asyncio.timeout(SILENT_S_MAX):
                piece = await socket.receive_data("binary")
            await publisher.write(piece)
    except TimeoutError:
        raise BadMedia(why := f"Nothing came for {SILENT_S_MAX:.0f} s.") from None
    except PublishingEnded as ended:
        raise ended.problem from None
    except OSError as error:
        raise BadMedia(why := str(error)) from None
    finally:
        telling.cancel()
        await asyncio.shield(publisher.close(why))


async def _form(socket: Socket) -> Form:
    """What a recorder will send. Raises `BadMessage`, `BadMedia`."""
    try:
        async with asyncio.timeout(AUTH_S_MAX):
            said = msgspec.json.decode(await socket.receive_data("text"), type=Begin)
    except (TimeoutError, msgspec.MsgspecError) as error:
        raise BadMessage from error
    kind, _, codecs = said.type.replace(" ", "").lower().partition(";")
    forms: dict[str, Form] = {"video/mp4": "mp4", "video/webm": "matroska", "video/x-matroska": "matroska"}
    if kind not in forms:
        raise BadMedia("The recorder makes neither MP4 nor WebM.")
    if codecs and not re.search(r"avc1|avc3|h264", codecs):
        raise BadMedia("The picture is not H.264, which is what every browser plays.")
    return forms[kind]


async def _tell(socket: Socket, said: asyncio.Queue[str]) -> None:
    while True:
        await socket.send_data(msgspec.json.encode({"notice": await said.get()}).decode(), "text")


@websocket("/v1/lives/{live:str}/pictures")
async def pictures(socket: Socket, media: NamedDependency[MediaService], live: FromPath[str]) -> None:
    """A LIVE for Media Source: `{"run", "type"}` as text, then bytes to append; both again when a publisher returns."""
    await _pictures(socket, media, live, None)


@websocket("/v1/lives/{live:str}/guests/{guest:str}/pictures")
async def guest_pictures(
    socket: Socket, media: NamedDependency[MediaService], live: FromPath[str], guest: FromPath[str]
) -> None:
    """A guest of a LIVE for Media Source: as `pictures`."""
    await _pictures(socket, media, live, guest)


async def _pictures(socket: Socket, media: MediaService, live: str, guest: str | None) -> None:
    await socket.accept()
    try:
        stream = await found(media, live, guest)
        transport = transport_of(socket.scope)
        if not stream.open or transport is None:
            raise NotOpen
        await media.shown_s(stream.id, socket.query_params.get("signed", ""))
        watcher = await media.follows.join(stream.id, transport)
        try:
            while True:
                said = read_message(await socket.receive_data("text"))
                if said.ping is not msgspec.UNSET:
                    transport.write(text_frame(b'{"pong":%d}' % said.ping))
        finally:
            await media.follows.leave(stream.id, watcher)
    except WebSocketDisconnect:
        return
    except Problem as problem:
        await socket.close(CLOSE + problem.status, problem.code)


@get(
    "/hls/{stream:str}/{name:str}", summary="A file of a stream's playlist", responses=http.declares(NotFound, NotShown)
)
async def hls(
    media: NamedDependency[MediaService], request: Request[Any, Any, Any], stream: FromPath[str], name: FromPath[str]
) -> Response[bytes]:
    """A playlist, which changes, or a file that it names, which never does. One range of bytes may be asked for.

    Of a LIVE that is not for everybody, `stream` carries a signature behind a `~`.
    """
    known = name in {PLAYLIST, MASTER, REPLAY, STILL} or FRAGMENT.fullmatch(name) or RUN_FILE.fullmatch(name)
    if not known:
        raise NotFound
    folder = "recorded" if name == REPLAY or RUN_FILE.fullmatch(name) else "stills" if name == STILL else "live"
    changes = name in {PLAYLIST, MASTER, REPLAY} or (name == STILL and "at" not in request.query_params)
    return await _file(media, request, stream, folder, name, changes=changes)


@get(
    "/hls/{stream:str}/{lines:int}/{name:str}",
    summary="A file of a LIVE's lower rendition",
    responses=http.declares(NotFound, NotShown),
)
async def hls_rung(
    media: NamedDependency[MediaService],
    request: Request[Any, Any, Any],
    stream: FromPath[str],
    lines: FromPath[int],
    name: FromPath[str],
) -> Response[bytes]:
    """A playlist of so many `lines`, or what it names; `master.m3u8` names these playlists and the source's."""
    if not (name == PLAYLIST or FRAGMENT.fullmatch(name)) or not 0 < lines < LINES_END:
        raise NotFound
    return await _file(media, request, stream, "live", f"{lines}/{name}", changes=name == PLAYLIST)


async def _file(
    media: MediaService, request: Request[Any, Any, Any], stream: str, folder: str, name: str, *, changes: bool
) -> Response[bytes]:
    """A file of a stream's folder. Raises `NotFound`, `NotShown`."""
    public, _, signature = stream.partition("~")
    key = http.path_id("stream" if public.startswith("stream_") else "live", public)
    left_s = await media.shown_s(key, signature)
    path = media.folders.root / folder / key.hex / name
    found = await asyncio.to_thread(_read, path, request.headers.get("range", ""))
    if found is None:
        raise NotFound
    body, start, whole = found
    kept = "no-cache" if changes else _FOREVER if left_s is None else f"public, max-age={left_s}, immutable"
    headers = {"Cache-Control": kept, "Access-Control-Allow-Origin": "*", "Accept-Ranges": "bytes"}
    if start is not None:
        headers["Content-Range"] = f"bytes {start}-{start + len(body) - 1}/{whole}"
    return Response(
        body, status_code=206 if start is not None else 200, media_type=_KINDS[path.suffix], headers=headers
    )


def _read(path: Path, asked: str) -> tuple[bytes, int | None, int] | None:
    """(bytes, where they start where a range was asked for, length of the file); None where there is no file.

    Of a file that is longer than one answer may be, only its beginning is given.
    """
    try:
        with path.open("rb") as file:
            whole = path.stat().st_size
            match = _RANGE.fullmatch(asked)
            if match is None or int(match[1]) >= whole:
                if whole <= RANGE_BYTES_MAX:
                    return file.read(), None, whole
                return file.read(RANGE_BYTES_MAX), 0, whole
            start, end = int(match[1]), int(match[2] or whole - 1)
            file.seek(start)
            return file.read(max(0, min(end + 1, whole, start + RANGE_BYTES_MAX) - start)), start, whole
    except (FileNotFoundError, NotADirectoryError):
        return None


routes = [ingest, guest_ingest, pictures, guest_pictures, hls, hls_rung]
