"""What HTTP's processes ask of the one that holds WebRTC peers, on NATS: take an offer, end a peer.

A camera's offer goes to any media process; a viewer's to the one that its stream's camera is at, which alone answers on
that stream's subject; the end of a peer to the process whose name its id begins with. Nothing is held here.
"""

import re
from uuid import UUID

import msgspec

from largesse.kit.http import Busy, NotFound, TooMany
from largesse.kit.news import News, NoAnswer
from largesse.kit.problems import Problem
from largesse.media.errors import BadOffer, NoCamera

WHIP_SUBJECT = "media.whip"
WHIP_QUEUE = "media"
PEER = re.compile(r"([0-9a-f]{8})[0-9a-f]{32}")
_ANSWER_S_MAX = 8.0


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A peer that wants to come. `address`: of its browser or encoder. `ours`: a viewer who takes part in the LIVE.

    `key_number` is of a camera that was admitted by a stream key; `wait`: it takes nobody's place.
    """

    stream: UUID
    sdp: str
    address: str
    key_number: int | None = None
    wait: bool = False
    ours: bool = False


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What is answered to it; with a `problem`, nothing came of it."""

    sdp: str = ""
    peer: str = ""
    problem: str = ""
    detail: str = ""


def whep_subject(stream: UUID) -> str:
    """Where viewers of a stream ask."""
    return f"media.whep.{stream.hex}"


def peer_subject(process: str) -> str:
    """Where the end of a process's peers is asked for."""
    return f"media.peer.{process}"


async def whip(news: News, offer: Offer) -> Answer:
    """Bring a camera. Raises `BadOffer`, `TooMany`, `Busy`."""
    answer = await _ask(news, WHIP_SUBJECT, msgspec.msgpack.encode(offer))
    if answer is None:
        raise Busy  # no media process runs just now
    return _checked(answer)


async def whep(news: News, offer: Offer) -> Answer:
    """Bring a viewer. Raises `NoCamera`, `BadOffer`, `TooMany`, `Busy`."""
    answer = await _ask(news, whep_subject(offer.stream), msgspec.msgpack.encode(offer))
    if answer is None:
        raise NoCamera
    return _checked(answer)


async def end(news: News, peer: str) -> None:
    """End a peer. Raises `NotFound`, `Busy`."""
    match = PEER.fullmatch(peer)
    if match is None or await _ask(news, peer_subject(match[1]), peer.encode()) != b"ended":
        raise NotFound


async def _ask(news: News, subject: str, body: bytes) -> bytes | None:
    try:
        return await news.ask(subject, body, _ANSWER_S_MAX)
    except NoAnswer as error:
        raise Busy from error


def _checked(told: bytes) -> Answer:
    answer = msgspec.msgpack.decode(told, type=Answer)
    if not answer.problem:
        return answer
    problems: dict[str, Problem] = {
        NoCamera.code: NoCamera(), TooMany.code: TooMany(), BadOffer.code: BadOffer(detail=answer.detail),
    }  # fmt: skip
    raise problems.get(answer.problem, Busy())
