"""Streams of rooms over WebSocket and server-sent events, their frames and gifts as lists."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

import msgspec
from litestar import Request, get, websocket
from litestar.di import NamedDependency
from litestar.exceptions import WebSocketDisconnect
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from largesse import ledger
from largesse.kit import http
from largesse.kit.http import Busy, Invalid, NotFound, Page
from largesse.kit.principal import Principal
from largesse.kit.problems import Problem
from largesse.kit.sockets import (
    CLOSE,
    TRY_LATER,
    OriginRefused,
    Socket,
    deny,
    introduce,
    is_foreign,
    read_message,
    text_frame,
    transport_of,
)
from largesse.realtime.frames import GiftSent, server_sent
from largesse.realtime.gate import BUFFER_BYTES_MAX, Push
from largesse.realtime.service import Joined, RealtimeService
from largesse.realtime.wire import FrameList
from largesse.stage import VIDEO, ForFollowers, Stage, see

SILENT_S = 15.0
Place = Annotated[str | None, QueryParameter(max_length=2_000, description="`next_cursor` of the page before")]
After = Annotated[int | None, QueryParameter(ge=0, le=2**63 - 1, description="the seq of the last frame that was seen")]


@websocket("/v1/lives/{live:str}/stream")
async def stream(socket: Socket, realtime: NamedDependency[RealtimeService], live: FromPath[str]) -> None:
    """A snapshot, then frames. The first message is `{"auth": token or null}`, unless a header or a cookie said so."""
    if is_foreign(socket, realtime.settings.origin):
        await deny(socket, OriginRefused())
        return
    if realtime.full:
        await deny(socket, Busy())
        return
    await socket.accept()
    try:
        which = http.path_id("live", live)
        await realtime.stage.get(which)  # who asks for none need not say who they are
        who = await introduce(socket, realtime.accounts.authenticate)
        stage = await see(realtime.stage, which, http.as_person(who))
        joined = await realtime.join(stage, http.as_person(who), _after(socket), _guest(socket))
        try:
            await _serve(socket, joined, _after(socket))
        finally:
            realtime.leave(joined)
    except WebSocketDisconnect:
        return
    except Busy:
        await socket.close(TRY_LATER, Busy.code)
    except Problem as problem:
        await socket.close(CLOSE + problem.status, problem.code)


@get(
    "/v1/lives/{live:str}/events",
    summary="A room's stream as server-sent events",
    media_type="text/event-stream",
    responses=http.declares(NotFound, ForFollowers, Busy),
)
async def stream_events(
    realtime: NamedDependency[RealtimeService],
    caller: NamedDependency[Principal | None],
    request: Request[Any, Any, Any],
    live: FromPath[str],
    after: After = None,
) -> Stream:
    """The same snapshot and frames as the socket's, one JSON object an event; the event's id is its seq."""
    stage = await see(realtime.stage, http.path_id("live", live), caller)
    if realtime.full:
        raise Busy
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Stream(_events(realtime, stage, caller, after, _guest(request)), headers=headers)


@get("/v1/lives/{live:str}/frames", summary="A room's frames", responses=http.declares(NotFound, ForFollowers))
async def list_frames(
    realtime: NamedDependency[RealtimeService],
    caller: NamedDependency[Principal | None],
    live: FromPath[str],
    after: After = None,
) -> FrameList:
    """Frames behind a seq, kept for ten minutes; with `gap`, ask for a new snapshot."""
    stage = await see(realtime.stage, http.path_id("live", live), caller)
    found, newest, gap = await realtime.list_frames(stage, after or 0)
    own = caller is not None and caller.account == stage.creator
    return FrameList([msgspec.Raw(f.creator if own else f.public) for f in found], newest, gap)


@get("/v1/lives/{live:str}/gifts", summary="Every gift of a room", responses=http.declares(NotFound, ForFollowers))
async def list_gifts(
    realtime: NamedDependency[RealtimeService],
    caller: NamedDependency[Principal | None],
    live: FromPath[str],
    after: Place = None,
    limit: http.Limit = 100,
) -> Page[GiftSent]:
    """Every gift exactly once, in the order of the books. An empty page ends it; the last cursor is good for later."""
    stage = await see(realtime.stage, http.path_id("live", live), caller)
    return await _list_gifts(realtime, stage, after, limit)


@get("/v1/videos/{video:str}/gifts", summary="Every gift on a video", responses=http.declares(NotFound))
async def list_video_gifts(
    realtime: NamedDependency[RealtimeService],
    video: FromPath[str],
    after: Place = None,
    limit: http.Limit = 100,
) -> Page[GiftSent]:
    """Every gift on a published video exactly once, as for a LIVE."""
    stage = await realtime.stage.find(http.path_id(VIDEO, video), VIDEO)
    if stage is None or stage.status != "live":
        raise NotFound
    return await _list_gifts(realtime, stage, after, limit)


async def _list_gifts(realtime: RealtimeService, stage: Stage, after: str | None, limit: int) -> Page[GiftSent]:
    cursor, behind = _place(after)
    gifts, cursor, behind = await realtime.list_gifts(stage, cursor, behind, limit)
    return Page(gifts, f"{ledger.encode_cursor(cursor)}.{behind[0]}.{behind[1]}" if gifts else None)


async def _serve(socket: Socket, joined: Joined, after: int | None) -> None:
    """Write to the socket until it is gone, and answer its pings. Raises `BadMessage`, `WebSocketDisconnect`."""
    transport = transport_of(socket.scope)
    if transport is None:
        await _serve_slowly(socket, joined, after)
        return
    conn = Push(transport, joined.viewer)
    joined.room.add(conn, after, joined.older)
    joined.older = []
    try:
        while True:
            said = read_message(await socket.receive_data("text"))
            if said.ping is not msgspec.UNSET and transport.get_write_buffer_size() <= BUFFER_BYTES_MAX:
                transport.write(text_frame(b'{"pong":%d}' % said.ping))
    finally:
        joined.room.remove(conn)


async def _serve_slowly(socket: Socket, joined: Joined, after: int | None) -> None:
    """The same where there is no transport to write to: a message at a time."""

    async def send() -> None:
        async for found in joined.room.follow(joined.viewer, after, joined.older, SILENT_S):
            if found:
                await socket.send_data(found[1].decode(), "text")

    sending = asyncio.create_task(send())
    try:
        while True:
            said = read_message(await socket.receive_data("text"))
            if said.ping is not msgspec.UNSET:
                await socket.send_data(f'{{"pong":{said.ping}}}', "text")
    finally:
        sending.cancel()


async def _events(
    realtime: RealtimeService, stage: Stage, caller: Principal | None, after: int | None, guest: str
) -> AsyncIterator[bytes]:
    joined = await realtime.join(stage, caller, after, guest)
    try:
        async for found in joined.room.follow(joined.viewer, after, joined.older, SILENT_S):
            yield server_sent(found[1], found[0]) if found else b": still here\n\n"
    finally:
        realtime.leave(joined)


def _after(socket: Socket) -> int | None:
    text = socket.query_params.get("after", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None  # noqa: PLR2004 - int8


def _guest(connection: Any) -> str:
    """What tells guests apart: their address and program. Only a hash of it is kept."""
    client = connection.client
    return f"{client.host if client else ''} {connection.headers.get('user-agent', '')}"


def _place(text: str | None) -> tuple[ledger.Cursor, tuple[int, int]]:
    if text is None:
        return ledger.start(), (0, 0)
    encoded, _, place = text.partition(".")
    batch, _, leaf = place.partition(".")
    cursor = ledger.decode_cursor(encoded) if encoded.isascii() else None
    if cursor is None or not (batch.isascii() and batch.isdigit() and leaf.isascii() and leaf.isdigit()):
        raise Invalid.field("after", "not a cursor of this list")
    return cursor, (int(batch), int(leaf))


routes = [stream, stream_events, list_frames, list_gifts, list_video_gifts]
