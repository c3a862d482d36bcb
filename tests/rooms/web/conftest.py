"""A small build in a folder, as `web/press.ts` leaves one, and a client of the web room's routes over it."""

import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar, get
from litestar.di import Provide
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from largesse import web
from largesse.kit import http
from largesse.kit.config import Settings

PAGE = """<!doctype html>
<html lang="en" dir="ltr">
  <head>
    <title>{name} in the build</title>
    <meta property="csp-nonce" nonce="__NONCE__">
    <script type="module" src="/static/assets/{name}-AbCd1234.js" nonce="__NONCE__"></script>
  </head>
  <body>
    <div id="app"></div>
    <noscript>Words of the build.</noscript>
  </body>
</html>
"""
# As Vite tells of a build: every page needs the base with its words, and login the frame with more of them.
MANIFEST: dict[str, Any] = {
    "pages/home.html": {"file": "assets/home-AbCd1234.js", "imports": ["_base.js"], "css": ["assets/home.css"]},
    "pages/login.html": {"file": "assets/login-AbCd1234.js", "imports": ["_frame.js", "_base.js"]},
    "_frame.js": {
        "file": "assets/frame-AbCd1234.js",
        "imports": ["_base.js"],
        "dynamicImports": ["src/i18n/pages/en.json", "src/i18n/pages/ar.json"],
    },
    "_base.js": {
        "file": "assets/base-AbCd1234.js",
        "dynamicImports": ["src/i18n/en.json", "src/i18n/ar.json", "src/room/KeysDialog.svelte"],
    },
    "src/i18n/en.json": {"file": "assets/en-AbCd1234.js"},
    "src/i18n/ar.json": {"file": "assets/ar-AbCd1234.js"},
    "src/i18n/pages/en.json": {"file": "assets/en-PageAbCd.js"},
    "src/i18n/pages/ar.json": {"file": "assets/ar-PageAbCd.js"},
    "src/room/KeysDialog.svelte": {"file": "assets/KeysDialog-AbCd1234.js"},
}
SCRIPT = "export const words = 'a script';\n" * 40


def build_into(folder: Path) -> None:
    """Every page, one hashed script with its compressed forms, a picture, and messages of two languages."""
    names = {page.name for page in web.PAGES.values()} | {"profile", "missing"}
    files: dict[str, bytes] = {f"pages/{name}.html": PAGE.replace("{name}", name).encode() for name in names}
    files["assets/home-AbCd1234.js"] = SCRIPT.encode()
    files["logo.svg"] = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
    files["i18n/en.json"] = json.dumps({"title.home": "LIVE now", "sandbox.banner": "Not <real>"}).encode()
    files["i18n/pages/en.json"] = json.dumps({"title.login": "Sign in"}).encode()
    files["i18n/ar.json"] = json.dumps({"title.home": "مباشر الآن"}).encode()
    files["i18n/server/ar.json"] = json.dumps({"page.noscript": "<بلا نص>"}).encode()
    for name, body in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    (folder / "assets/home-AbCd1234.js.br").write_bytes(b"brotli stands here")
    (folder / "assets/home-AbCd1234.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (folder / "secret.txt").write_text("not in the list")
    (folder / "manifest.json").write_text(json.dumps(MANIFEST))
    (folder / "built.json").write_text(json.dumps(sorted(files)))


MakeBrowser = Callable[..., Awaitable[httpx.AsyncClient]]


@get("/v1/lives/{live:str}", sync_to_thread=False)
def some_live(live: FromPath[str]) -> dict[str, str]:
    """A route of the API beside the pages."""
    return {"id": live}


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """The folder of a build."""
    build_into(tmp_path)
    return tmp_path


@pytest.fixture
async def browse(built: Path) -> AsyncIterator[MakeBrowser]:
    """`await browse()` is a client of the pages; settings and folder are those of a plain service unless given."""
    clients: list[httpx.AsyncClient] = []

    async def make(settings: Settings | None = None, folder: Path | None = None) -> httpx.AsyncClient:
        chosen, site = settings or Settings(), web.Site(folder or built)
        app = Litestar(
            [*web.make_routes(site), some_live],
            dependencies={"settings": Provide(lambda: chosen, sync_to_thread=False)},
            exception_handlers={**http.EXCEPTION_HANDLERS, NotFoundException: web.missing_handler(chosen, site)},
        )
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://largesse.test", headers={"Accept": "text/html"}
        )
        clients.append(client)
        return client

    yield make
    for client in clients:
        await client.aclose()
