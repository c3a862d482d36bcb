"""Publishing by WHIP and watching by WHEP: an offer comes by HTTP, and its answer from the process that holds the peer.

A session's address is its own secret: who knows it may end it. Candidates are not taken later (PATCH is 405, as RFC
9725, 4.3.1 has it for who takes neither those nor a restart), for none are needed: we are reached, see `ice`.
Sources: RFC 9725; draft-ietf-wish-whep.
"""

from typing import Annotated, Any

from litestar import MediaType, Request, Response, delete, post, route
from litestar.di import NamedDependency
from litestar.enums import HttpMethod
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, FromQuery
from msgspec import Meta

from largesse.kit import http
from largesse.kit.http import Busy, CsrfFailed, Forbidden, NotConfigured, NotFound, NotSignedIn
from largesse.kit.principal import Principal, bearer_token
from largesse.kit.problems import Problem
from largesse.media import calls
from largesse.media.calls import Offer
from largesse.media.errors import (
    AlreadyPublishing,
    BadOffer,
    BadStreamKey,
    NoCamera,
    NotOpen,
    NotSdp,
    NotShown,
    NotYourStream,
)
from largesse.media.ice_servers import servers_for_browsers
from largesse.media.model import Stream
from largesse.media.routes import found
from largesse.media.service import MediaService

SDP = "application/sdp"
SDP_BYTES_MAX = 64 << 10
_ANYWHERE = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Location, Link"}
_Peer = Annotated[str, Meta(max_length=60)]


def _paths(what: str) -> list[str]:
    return [f"/v1/lives/{{live:str}}/{what}", f"/v1/lives/{{live:str}}/guests/{{guest:str}}/{what}"]


def _declares(*problems: type[Problem]) -> dict[int, ResponseSpec]:
    created = ResponseSpec(data_container=str, description="an answer, whose Location ends it", media_type=SDP)
    return {201: created} | http.declares(*problems)


@post(
    _paths("whip"),
    summary="Publish a stream by WHIP",
    status_code=201,
    responses=_declares(
        NotFound, NotConfigured, NotSignedIn, CsrfFailed, Forbidden, BadStreamKey, NotYourStream, NotOpen,
        AlreadyPublishing, NotSdp, BadOffer, Busy,
    ),
)  # fmt: skip
async def whip(
    media: NamedDependency[MediaService],
    request: Request[Any, Any, Any],
    live: FromPath[str],
    guest: FromPath[str | None] = None,
    again: FromQuery[bool] = False,  # noqa: FBT002 - of the query
) -> Response[str]:
    """Take an offer of a camera or an encoder: by `Authorization: Bearer <stream key>`, or the session of who may.

    A session takes the place of whoever publishes, but for `again`, which a page says that comes back by itself.
    """
    offered = await _offer(media, request)
    stream = await found(media, live, guest)
    key_number = _admitted(media, request, stream)
    if not stream.open:
        raise NotOpen
    wait = again or key_number is not None
    if wait and stream.held:
        raise AlreadyPublishing
    offer = Offer(stream=stream.id, sdp=offered, address=_address(request), key_number=key_number, wait=wait)
    answer = await calls.whip(media.news, offer)
    return _created(media, answer, f"{stream.address}/whip")


@post(
    _paths("whep"),
    summary="Watch a stream by WHEP",
    status_code=201,
    responses=_declares(NotFound, NotConfigured, NotOpen, NotShown, NoCamera, NotSdp, BadOffer, Busy),
)
async def whep(
    media: NamedDependency[MediaService],
    request: Request[Any, Any, Any],
    caller: NamedDependency[Principal | None],
    live: FromPath[str],
    guest: FromPath[str | None] = None,
) -> Response[str]:
    """Take an offer of a viewer. The LIVE's creator and guests always may; others while there are not too many."""
    offered = await _offer(media, request)
    stream = await found(media, live, guest)
    if not stream.open:
        raise NotOpen
    ours = caller is not None and await media.takes_part(stream, caller.account)
    if not ours:
        await media.shown_s(stream.id, request.query_params.get("signed", ""))
    offer = Offer(stream=stream.id, sdp=offered, address=_address(request), ours=ours)
    return _created(media, await calls.whep(media.news, offer), f"{stream.address}/whep")


@delete(
    [f"{path}/{{peer:str}}" for what in ("whip", "whep") for path in _paths(what)],
    summary="End a WHIP or WHEP session",
    status_code=200,
    responses=http.declares(NotFound, Busy),
)
async def hang_up(
    media: NamedDependency[MediaService], live: FromPath[str], peer: FromPath[str], guest: FromPath[str | None] = None
) -> Response[bytes]:
    """End it; again answers 404."""
    del live, guest
    await calls.end(media.news, peer)
    return Response(b"", media_type=MediaType.TEXT, headers=_ANYWHERE)


@route(
    [path + end for what in ("whip", "whep") for path in _paths(what) for end in ("", "/{peer:str}")],
    http_method=[HttpMethod.OPTIONS],
    status_code=204,
    include_in_schema=False,
)
async def allowed(
    live: FromPath[str], peer: FromPath[str | None] = None, guest: FromPath[str | None] = None
) -> Response[None]:
    """What a player or an encoder of another site may send: no cookies, for its key or nothing says who it is."""
    del live, peer, guest
    allow = {
        "Access-Control-Allow-Methods": "POST, DELETE",
        "Access-Control-Allow-Headers": "Authorization, Content-Type",
        "Access-Control-Max-Age": "86400",
        "Accept-Post": SDP,
    }
    return Response(None, status_code=204, headers=_ANYWHERE | allow)


async def _offer(media: MediaService, request: Request[Any, Any, Any]) -> str:
    """The offer in a body. Raises `NotConfigured`, `NotSdp`, `BadOffer`."""
    if not media.settings.webrtc_ports:
        raise NotConfigured(detail="WebRTC is off here (LARGESSE_WEBRTC_PORTS)")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != SDP:
        raise NotSdp
    body = await request.body()
    if not 0 < len(body) <= SDP_BYTES_MAX:
        raise BadOffer(detail=f"A session description has at most {SDP_BYTES_MAX} bytes.")
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise BadOffer(detail="This is no session description.") from None


def _admitted(media: MediaService, request: Request[Any, Any, Any], stream: Stream) -> int | None:
    """The number of the stream key that the request has; None where its session may publish.

    Raises `BadStreamKey`, `NotSignedIn`, `CsrfFailed`, `Forbidden`, `NotYourStream`.
    """
    token, in_cookie = bearer_token(request.scope)
    read = media.keys.read(token) if token and not in_cookie else None
    if read is not None:
        if read != (stream.id, stream.key_number):
            raise BadStreamKey
        return read[1]
    if token and not in_cookie and http.maybe_signed_in(request) is None:
        raise BadStreamKey
    if http.person(http.signed_in(request)).account != stream.publisher:
        raise NotYourStream
    return None


def _created(media: MediaService, answer: calls.Answer, address: str) -> Response[str]:
    headers = _ANYWHERE | {"Location": f"{address}/{answer.peer}", "Cache-Control": "no-store"}
    if links := servers_for_browsers(media.settings):
        headers["Link"] = ", ".join(links)
    return Response(answer.sdp, status_code=201, media_type=SDP, headers=headers)


def _address(request: Request[Any, Any, Any]) -> str:
    return request.client.host if request.client else ""


routes = [allowed, whip, whep, hang_up]  # the first: else Litestar makes one of its own for what is allowed
