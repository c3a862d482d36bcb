"""Resumable uploads of videos: tus 1.0.0 with creation, creation-with-upload, termination, expiration and checksum.

Source: https://tus.io/protocols/resumable-upload
"""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import AsyncIterator
from email.utils import format_datetime
from typing import Any
from uuid import UUID

from litestar import HttpMethod, Request, Response, delete, head, patch, post, route
from litestar.di import NamedDependency
from litestar.exceptions import InternalServerException
from litestar.params import FromPath

from largesse.kit import http, ids
from largesse.kit.http import CsrfFailed, Forbidden, Invalid, NotFound, NotSignedIn
from largesse.kit.principal import Principal
from largesse.kit.problems import Problem
from largesse.media.errors import (
    FileTooLarge,
    NotAVideo,
    NotAwaited,
    NotTusBytes,
    StorageFull,
    TusVersion,
    UploadBusy,
    UploadGone,
    UploadLimit,
    WrongChecksum,
    WrongOffset,
)
from largesse.media.film import NAME_CHARS_MAX
from largesse.media.incoming import ALGORITHMS
from largesse.media.uploads import Checksum, UploadsService

UPLOADS = "/v1/videos/uploads"
VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,termination,expiration,checksum"
_BYTES = "application/offset+octet-stream"
_SPOKEN = {"Tus-Resumable": VERSION, "Cache-Control": "no-store"}
_DIGITS_MAX = 16
_OF_ONES_OWN = (NotSignedIn, CsrfFailed, Forbidden, NotFound, TusVersion, UploadGone)
_BEGINNING = (NotSignedIn, CsrfFailed, Forbidden, NotFound, TusVersion, NotAwaited, FileTooLarge, UploadLimit)
_WRITING = (NotTusBytes, WrongOffset, UploadBusy, FileTooLarge, StorageFull, NotAVideo, WrongChecksum)
AnyRequest = Request[Any, Any, Any]


def _on_problem(_: AnyRequest, problem: Problem) -> Response[bytes]:
    """A refusal in the protocol's words; what its sender still sends is not read."""
    answer = http.problem_response(problem)
    answer.headers.update(_SPOKEN | {"Connection": "close"})
    return answer


_TUS: dict[int | type[Exception], Any] = {Problem: _on_problem}


@route(UPLOADS, http_method=[HttpMethod.OPTIONS], status_code=204, include_in_schema=False)
async def describe(uploads: NamedDependency[UploadsService]) -> Response[None]:
    """The version and extensions of tus that are spoken here, and how large a file may be."""
    headers = {
        "Tus-Resumable": VERSION, "Tus-Version": VERSION, "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(uploads.limits.bytes_max), "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
    }  # fmt: skip
    return Response(None, status_code=204, headers=headers)


@post(
    UPLOADS,
    summary="Begin an upload",
    status_code=201,
    request_max_body_size=None,
    exception_handlers=_TUS,
    responses=http.declares(*_BEGINNING, *_WRITING),
)
async def begin(
    uploads: NamedDependency[UploadsService], principal: NamedDependency[Principal], request: AnyRequest
) -> Response[None]:
    """Begin to upload a video's film: `Upload-Length`, and `Upload-Metadata` with `video`, `filename`, `filetype`.

    A body (creation-with-upload) is its first bytes. The address in `Location` takes the rest.
    """
    who = http.person(principal)
    _check_version(request)
    length = _number(request, "Upload-Length")
    if not length:
        raise Invalid.field("Upload-Length", "the file is empty")
    said = _metadata(request.headers.get("upload-metadata", ""))
    video = ids.decode(said.get("video", ""), "video")
    if video is None:
        raise Invalid.field("Upload-Metadata", "names no video")
    with_bytes = request.headers.get("content-type", "").split(";")[0] == _BYTES
    checksum = _checksum(request)
    upload = await uploads.begin(who, video, length, said.get("filename", ""), said.get("filetype", ""))
    offset, expires_at = 0, upload.expires_at
    if with_bytes:
        offset, expires_at = await uploads.write(who, upload.id, 0, _pieces(request), checksum)
    headers = {
        **_SPOKEN, "Location": f"{UPLOADS}/{upload.public_id}", "Upload-Offset": str(offset),
        "Upload-Expires": format_datetime(expires_at, usegmt=True),
    }  # fmt: skip
    return Response(None, status_code=201, headers=headers)


@head(
    UPLOADS + "/{upload:str}",
    summary="How much of an upload has come",
    exception_handlers=_TUS,
    responses=http.declares(*_OF_ONES_OWN),
)
async def find(
    uploads: NamedDependency[UploadsService], principal: NamedDependency[Principal], request: AnyRequest,
    upload: FromPath[str],
) -> Response[None]:  # fmt: skip
    """`Upload-Offset` is where to go on."""
    _check_version(request)
    found, offset = await uploads.find(http.person(principal), http.path_id("upload", upload))
    headers = {
        **_SPOKEN, "Upload-Offset": str(offset), "Upload-Length": str(found.length),
        "Upload-Expires": format_datetime(found.expires_at, usegmt=True),
    }  # fmt: skip
    return Response(None, status_code=200, headers=headers)


@patch(
    UPLOADS + "/{upload:str}",
    summary="Upload bytes",
    status_code=204,
    request_max_body_size=None,
    exception_handlers=_TUS,
    responses=http.declares(*_OF_ONES_OWN, *_WRITING),
)
async def go_on(
    uploads: NamedDependency[UploadsService], principal: NamedDependency[Principal], request: AnyRequest,
    upload: FromPath[str],
) -> Response[None]:  # fmt: skip
    """Bytes from `Upload-Offset` on; with the last one the video is processed. `Upload-Checksum` checks a request."""
    who = http.person(principal)
    _check_version(request)
    key: UUID = http.path_id("upload", upload)
    if request.headers.get("content-type", "").split(";")[0] != _BYTES:
        raise NotTusBytes
    offset, checksum = _number(request, "Upload-Offset"), _checksum(request)
    offset, expires_at = await uploads.write(who, key, offset, _pieces(request), checksum)
    headers = {
        **_SPOKEN, "Upload-Offset": str(offset), "Upload-Expires": format_datetime(expires_at, usegmt=True),
    }  # fmt: skip
    return Response(None, status_code=204, headers=headers)


@delete(
    UPLOADS + "/{upload:str}",
    summary="End an upload",
    status_code=204,
    exception_handlers=_TUS,
    responses=http.declares(*_OF_ONES_OWN),
)
async def end(
    uploads: NamedDependency[UploadsService], principal: NamedDependency[Principal], request: AnyRequest,
    upload: FromPath[str],
) -> Response[None]:  # fmt: skip
    """Forget what has come; the video awaits another upload."""
    _check_version(request)
    await uploads.end(http.person(principal), http.path_id("upload", upload))
    return Response(None, status_code=204, headers=dict(_SPOKEN))


async def _pieces(request: AnyRequest) -> AsyncIterator[bytes]:
    """The body as it comes, until its end or until the connection is lost."""
    try:
        async for piece in request.stream():
            if piece:
                yield piece
    except InternalServerException:
        return


def _check_version(request: AnyRequest) -> None:
    if request.headers.get("tus-resumable") != VERSION:
        raise TusVersion


def _number(request: AnyRequest, name: str) -> int:
    text = request.headers.get(name, "")
    if not (text.isascii() and text.isdigit()) or len(text) > _DIGITS_MAX:
        raise Invalid.field(name, "not a number of bytes")
    return int(text)


def _metadata(text: str) -> dict[str, str]:
    """What a client says of its file: pairs of a name and base64, comma separated."""
    said = {}
    for pair in text.split(","):
        name, _, encoded = pair.strip().partition(" ")
        try:
            said[name] = b64decode(encoded, validate=True).decode("utf-8")[:NAME_CHARS_MAX].replace("\0", "")
        except (NotBase64, ValueError) as error:
            raise Invalid.field("Upload-Metadata", f"{name[:40]}: not UTF-8 in base64") from error
    return said


def _checksum(request: AnyRequest) -> Checksum | None:
    text = request.headers.get("upload-checksum")
    if text is None:
        return None
    algorithm, _, encoded = text.partition(" ")
    try:
        digest = b64decode(encoded, validate=True)
    except (NotBase64, ValueError) as error:
        raise Invalid.field("Upload-Checksum", "not base64") from error
    if algorithm not in ALGORITHMS:
        raise Invalid.field("Upload-Checksum", "none of " + ", ".join(ALGORITHMS))
    return Checksum(algorithm, digest)


upload_routes = [describe, begin, find, go_on, end]
