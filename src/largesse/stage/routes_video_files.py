"""The files of videos: playlists, renditions, posters, captions; and captions as their creator hands them in."""

import re
from collections.abc import AsyncIterator
from typing import Annotated, Any

from litestar import Request, Response, delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from largesse.kit import fields, http
from largesse.kit.http import Conflict, Forbidden, Invalid, NotFound, NotSignedIn
from largesse.kit.principal import Principal
from largesse.kit.storage import Stored
from largesse.media import CAPTIONS_BYTES_MAX, FILE, BadCaptions, FileTooLarge
from largesse.stage.errors import NotYourVideo
from largesse.stage.video import VIDEO
from largesse.stage.videos import VideosService

LABEL_CHARS_MAX = 60
_CAPTIONS = re.compile(r"captions-[0-9a-f]{16}\.vtt")
_LANG = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}")
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
_KINDS = {
    "m3u8": "application/vnd.apple.mpegurl",
    "mp4": "video/mp4",
    "jpg": "image/jpeg",
    "vtt": "text/vtt",
}
_FOREVER = "public, max-age=31536000, immutable"


@get("/videos/{video:str}/{name:str}", summary="A file of a video", responses=http.declares(NotFound))
async def get_video_file(
    videos: NamedDependency[VideosService],
    caller: NamedDependency[Principal | None],
    request: Request[Any, Any, Any],
    video: FromPath[str],
    name: FromPath[str],
) -> Stream | Response[None]:
    """A playlist, and what it names; of a video that is not published to its creator and moderators alone.

    All but playlists never change. One range of bytes may be asked for.
    """
    if not (FILE.fullmatch(name) or _CAPTIONS.fullmatch(name)):
        raise NotFound
    place = await videos.find_file(caller, http.path_id(VIDEO, video))
    storage, path = videos.films.storage, f"videos/{place.id.hex}/{name}"
    found = await storage.find(path)
    if found is None:
        raise NotFound
    kind = name.rpartition(".")[2]
    public = place.status == "live"
    headers = {
        "ETag": f'"{found.mark}"', "Accept-Ranges": "bytes", "X-Content-Type-Options": "nosniff",
        "Cache-Control": (_FOREVER if kind != "m3u8" else "no-cache") if public else "private, no-cache",
    }  # fmt: skip
    if public:
        headers["Access-Control-Allow-Origin"] = "*"
    if request.headers.get("if-none-match") in {headers["ETag"], "*"}:
        return Response(None, status_code=304, headers=headers)
    part = _part(request, found)
    if part is None:
        return Response(None, status_code=416, headers=headers | {"Content-Range": f"bytes */{found.length}"})
    start, end, partial = part
    headers["Content-Length"] = str(end - start)
    if partial:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{found.length}"
    body: AsyncIterator[bytes] = storage.read(path, start, end - start)
    return Stream(body, status_code=206 if partial else 200, media_type=_KINDS[kind], headers=headers)


@put(
    "/v1/videos/{video:str}/captions/{lang:str}",
    summary="Give a video captions",
    status_code=204,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, NotYourVideo, BadCaptions, Conflict, FileTooLarge),
)
async def put_captions(  # noqa: PLR0917 - what a request says, each
    videos: NamedDependency[VideosService],
    principal: NamedDependency[Principal],
    request: Request[Any, Any, Any],
    video: FromPath[str],
    lang: FromPath[str],
    label: Annotated[str, QueryParameter(max_length=200, description="the language, as viewers read it")] = "",
) -> None:
    """The body is WebVTT. It is read and written again; what is wrong is told with its line."""
    who, key = http.person(principal), http.path_id(VIDEO, video)
    if not _LANG.fullmatch(lang):
        raise Invalid.field("lang", "not a language such as en or pt-BR")
    shown = fields.line("label", label or lang, LABEL_CHARS_MAX)
    body = await request.body()
    if len(body) > CAPTIONS_BYTES_MAX:
        raise FileTooLarge(CAPTIONS_BYTES_MAX)
    try:
        typed = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadCaptions(body[: error.start].count(b"\n") + 1, "This line is not UTF-8.") from None
    await videos.put_captions(who, key, lang, shown, typed)


@delete(
    "/v1/videos/{video:str}/captions/{lang:str}",
    summary="Take captions away",
    status_code=204,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, NotYourVideo),
)
async def drop_captions(
    videos: NamedDependency[VideosService],
    principal: NamedDependency[Principal],
    video: FromPath[str],
    lang: FromPath[str],
) -> None:
    """Those of one language."""
    await videos.drop_captions(http.person(principal), http.path_id(VIDEO, video), lang)


def _part(request: Request[Any, Any, Any], found: Stored) -> tuple[int, int, bool] | None:
    """(start, end, whether only a part was asked for) of what to send; None where there is no such part.

    Source: RFC 9110, 14.2: what cannot be read is as if it was not asked for.
    """
    match = _RANGE.fullmatch(request.headers.get("range", ""))
    same = request.headers.get("if-range") in {None, f'"{found.mark}"'}
    if match is None or not same or match[0] == "bytes=-":
        return 0, found.length, False
    if not match[1]:
        start, end = max(0, found.length - int(match[2])), found.length
    else:
        start, end = int(match[1]), min(int(match[2] or found.length - 1) + 1, found.length)
    return (start, end, True) if start < end else None


video_file_routes = [get_video_file, put_captions, drop_captions]
