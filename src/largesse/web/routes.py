"""Pages and assets over HTTP."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec
from litestar import HttpMethod, Litestar, Request, Response, route
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException, NotFoundException
from litestar.params import FromPath

from largesse.kit import http
from largesse.kit.config import Settings
from largesse.web.cards import Cards
from largesse.web.pages import MISSING, PAGES, PROFILE, render
from largesse.web.site import STATIC, Asset, Site

_LIVE, _VIDEO = "/live/{id:str}", "/video/{id:str}"
_READ = [HttpMethod.GET, HttpMethod.HEAD]
_IMMUTABLE = "public, max-age=31536000, immutable"
_REVALIDATED = "public, max-age=300, stale-while-revalidate=86400"
# By Litestar's own name for a matched path: `/live/{id}`.
_BY_TEMPLATE = {path.replace(":str", ""): page for path, page in PAGES.items()}
_PROGRAMS = ("/v1/", "/static/", "/.well-known/")
_AnyRequest = Request[Any, Any, Any]


def make_routes(site: Site, cards: Cards | None = None) -> list[Any]:
    """The routes that serve one folder of built pages, with cards of what is shared."""

    @route(_LIVE, http_method=_READ, include_in_schema=False)
    async def show_live(
        request: _AnyRequest,
        settings: NamedDependency[Settings],
        id: FromPath[str],  # noqa: A002 - the path's word
    ) -> Response[bytes]:
        """The page of a LIVE."""
        card = await cards.of_live(id) if cards else ""
        return render(request, settings, site.current(), PAGES[_LIVE], card=card)

    @route(_VIDEO, http_method=_READ, include_in_schema=False)
    async def show_video(
        request: _AnyRequest,
        settings: NamedDependency[Settings],
        id: FromPath[str],  # noqa: A002 - the path's word
    ) -> Response[bytes]:
        """The page of a video."""
        card = await cards.of_video(id) if cards else ""
        return render(request, settings, site.current(), PAGES[_VIDEO], card=card)

    @route(
        [path for path in PAGES if path not in {_LIVE, _VIDEO}],
        http_method=_READ,
        include_in_schema=False,
        sync_to_thread=False,
    )
    def show_page(request: _AnyRequest, settings: NamedDependency[Settings]) -> Response[bytes]:
        """A page of the service."""
        return render(request, settings, site.current(), _BY_TEMPLATE[request.scope["path_template"]])

    @route("/{handle:str}", http_method=_READ, include_in_schema=False, sync_to_thread=False)
    def show_profile(
        request: _AnyRequest, settings: NamedDependency[Settings], handle: FromPath[str]
    ) -> Response[bytes]:
        """`/@username`; any other single word is no page."""
        if not handle.startswith("@") or len(handle) == 1:
            raise NotFoundException(detail="no such page")
        return render(request, settings, site.current(), PROFILE)

    @route("/static/{path:path}", http_method=_READ, include_in_schema=False, sync_to_thread=False)
    def send_asset(request: _AnyRequest, path: FromPath[str]) -> Response[bytes]:
        """A built file, by its name in the build's list."""
        return _asset(request, site, str(path).lstrip("/"))

    @route("/favicon.ico", http_method=_READ, include_in_schema=False, sync_to_thread=False)
    def send_icon(request: _AnyRequest) -> Response[bytes]:
        """The logo, for programs that ask for this name."""
        return _asset(request, site, "logo.svg")

    @route("/openapi.json", http_method=_READ, include_in_schema=False, sync_to_thread=False)
    def send_contract(request: _AnyRequest) -> Response[bytes]:
        """The API's OpenAPI 3.1 document, which `/docs` reads."""
        return Response(_contract(request.app), media_type="application/json", headers={"Cache-Control": "no-cache"})

    return [show_live, show_video, show_page, show_profile, send_asset, send_icon, send_contract]


def missing_handler(settings: Settings, site: Site | None = None) -> Callable[[_AnyRequest, Any], Response[bytes]]:
    """The exception handler of unknown addresses: a page for people, a problem for programs."""

    def on_missing(request: _AnyRequest, error: HTTPException) -> Response[bytes]:
        wants_page = request.method in {"GET", "HEAD"} and "text/html" in request.headers.get("accept", "")
        if not wants_page or request.scope["path"].startswith(_PROGRAMS):
            return http.on_http(request, error)
        return render(request, settings, (site or _SITE).current(), MISSING, status=404)

    return on_missing


@lru_cache(maxsize=1)
def _contract(app: Litestar) -> bytes:
    return msgspec.json.encode(app.openapi_schema.to_schema())


def _asset(request: _AnyRequest, site: Site, name: str) -> Response[bytes]:
    build = site.current()
    asset = build.assets.get(name) if build else None
    if asset is None:
        raise NotFoundException(detail="no such file")
    return _sent(request, asset)


def _sent(request: _AnyRequest, asset: Asset) -> Response[bytes]:
    coding = asset.coding(request.headers.get("accept-encoding", ""))
    etag = f'"{asset.etag}-{coding}"'
    headers = {
        "Cache-Control": _IMMUTABLE if asset.immutable else _REVALIDATED,
        "ETag": etag,
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    }
    if len(asset.bodies) > 1:
        headers["Vary"] = "Accept-Encoding"
    if coding != "identity":
        headers["Content-Encoding"] = coding
    if _matches(request.headers.get("if-none-match", ""), etag):
        return Response(b"", status_code=304, media_type=asset.media_type, headers=headers)
    return Response(asset.bodies[coding], media_type=asset.media_type, headers=headers)


def _matches(if_none_match: str, etag: str) -> bool:
    """Weak comparison, RFC 9110 section 13.1.2."""
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in tags or tags == ["*"]


_SITE = Site(STATIC)


def routes_with(cards: Cards) -> list[Any]:
    """The routes of the pages that this checkout or wheel carries."""
    return make_routes(_SITE, cards)


words = _SITE.text
