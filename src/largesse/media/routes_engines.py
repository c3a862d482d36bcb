"""What external engines ask us. Nobody signs in here: the secret in the address says that it is the engine."""

import re
from typing import Annotated, Any
from urllib.parse import parse_qsl

import msgspec
from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from largesse.kit import http
from largesse.kit.http import Invalid, NotFound
from largesse.media.engines import EngineService
from largesse.media.errors import AlreadyPublishing, BadStreamKey, NotOpen, NotShown
from largesse.media.mediamtx import MediaMtxService

_FIELDS_MAX = 40
Show = Annotated[str, QueryParameter(max_length=200, pattern=r"^(rtmp://[0-9A-Za-z.:\[\]-]+/[0-9A-Za-z_-]+)?$")]
_CONNECTION_DIGITS_MAX = 20
_CONNECTION = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@post(
    "/v1/engines/nginx-rtmp/{secret:str}",
    summary="A hook of nginx-rtmp",
    status_code=204,
    responses=http.declares(NotFound, BadStreamKey, NotOpen, NotShown, AlreadyPublishing),
)
async def nginx_rtmp(
    request: Request[Any, Any, Any], engine: NamedDependency[EngineService], secret: FromPath[str], show: Show = ""
) -> Response[None]:
    """`call` of the form is `publish`, `update_publish`, `update_play` or `publish_done`.

    `publish` is answered with 302, and where to show it: below `show`, the address of an application of nginx.
    """
    if not engine.trusts("nginx-rtmp", secret):
        raise NotFound
    try:
        form = dict(parse_qsl((await request.body()).decode("ascii"), max_num_fields=_FIELDS_MAX, strict_parsing=False))
    except ValueError as error:
        raise Invalid.field("body", "not a form of nginx-rtmp") from error
    key, connection = form.get("name", ""), form.get("clientid", "")
    if not (connection.isdigit() and len(connection) <= _CONNECTION_DIGITS_MAX):
        raise Invalid.field("clientid", "not a number")
    match form.get("call"):
        case "publish":
            name = await engine.admit(key, connection)
            return Response(None, status_code=302, headers={"Location": f"{show}/{name}" if show else name})
        case "update_publish":
            await engine.beat(key, connection)
        case "publish_done":
            await engine.release(key, connection)
        case "update_play":  # nginx's own push to where it is shown; it ends with its publisher
            pass
        case _:
            raise Invalid.field("call", "none of publish, update_publish, update_play, publish_done")
    return Response(None, status_code=204)


class AskedByMediaMtx(msgspec.Struct, frozen=True):
    """What MediaMTX sends; see its documentation of authentication by an external HTTP server."""

    action: str
    path: str = ""
    protocol: str = ""
    password: str = ""
    id: str | None = None


@post(
    "/v1/engines/mediamtx/{secret:str}",
    summary="The authentication hook of MediaMTX",
    status_code=204,
    responses=http.declares(NotFound, BadStreamKey, NotOpen, NotShown, AlreadyPublishing),
)
async def mediamtx(
    request: Request[Any, Any, Any], engine: NamedDependency[EngineService], secret: FromPath[str]
) -> None:
    """`publish` by RTMP with a LIVE's path and key, `read` and `playback` of a running LIVE for everybody; no more."""
    if not (engine.trusts("mediamtx", secret) and isinstance(engine, MediaMtxService)):
        raise NotFound
    try:
        asked = msgspec.json.decode(await request.body(), type=AskedByMediaMtx)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Invalid.field("body", "not a question of MediaMTX") from error
    match asked.action, asked.protocol:
        case "publish", "rtmp":
            if not _CONNECTION.fullmatch(asked.id or ""):
                raise Invalid.field("id", "not the id of a connection")
            await engine.admit_at(asked.path, asked.password, str(asked.id))
        case (("read" | "playback"), _):
            await engine.show(asked.path)
        case _:  # other ways in are not followed, and its own faces are nobody's business
            raise BadStreamKey


engine_routes = [nginx_rtmp, mediamtx]
