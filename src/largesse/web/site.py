"""What the build left: pages, assets with their precompressed forms, and messages, all held in memory."""

import hashlib
import mimetypes
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import structlog

log = structlog.get_logger(__name__)
STATIC = Path(__file__).parent / "static"
LIST_FILE = "built.json"
MANIFEST_FILE = "manifest.json"
_HASHED = re.compile(r"^assets/.+-[A-Za-z0-9_-]{8}\.[a-z0-9.]+$")
_WORDS = re.compile(r"^src/i18n/(?:[a-z]+/)?([a-z]+)\.json$")
_MEDIA_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
# The preferred one first; each is a suffix of a file beside the asset.
_CODINGS = {"br": ".br", "gzip": ".gz"}


class NotBuilt(Exception):  # noqa: N818 - what is missing
    """There is no build: `tools/web-build` makes one."""


class Asset(msgspec.Struct, frozen=True, kw_only=True):
    """A file under `/static/`. `bodies` holds it by content coding, `identity` among them."""

    media_type: str
    etag: str
    immutable: bool
    bodies: dict[str, bytes]

    def coding(self, accept_encoding: str) -> str:
        """The best coding that the caller takes and that the build made."""
        return next((c for c in _CODINGS if c in self.bodies and _accepts(accept_encoding, c)), "identity")


class Chunk(msgspec.Struct, frozen=True, rename={"dynamic": "dynamicImports"}):
    """A script of the build, as Vite's manifest tells of it; other scripts by their names there."""

    file: str
    imports: list[str] = []
    dynamic: list[str] = []


class Build(msgspec.Struct, frozen=True, kw_only=True):
    """One build. `pages` by name, `assets` by path below `/static/`, `messages` by locale.

    `words` are the scripts with a page's messages, by page and locale: fetched beside its first script, not after it.
    """

    pages: dict[str, str]
    assets: dict[str, Asset]
    messages: dict[str, dict[str, Any]]
    words: dict[str, dict[str, list[str]]]

    def text(self, locale: str, key: str) -> str:
        """A message without a plural, English where the locale is not spoken here."""
        found = self.messages.get(locale, {}).get(key) or self.messages.get("en", {}).get(key)
        return found if isinstance(found, str) else key


class Site:
    """The build in a folder, read at the first use and again when it was built anew."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stamp_ns = 0
        self._build: Build | None = None

    def current(self) -> Build | None:
        """The newest whole build; None where there never was one."""
        try:
            stamp_ns = (self.folder / LIST_FILE).stat().st_mtime_ns
            if stamp_ns != self._stamp_ns:
                self._build, self._stamp_ns = _read(self.folder), stamp_ns
        except (OSError, msgspec.DecodeError) as error:
            log.warning("web.build_unreadable", folder=str(self.folder), error=str(error))
        return self._build

    def text(self, language: str, key: str) -> str:
        """A message of the newest build, for what is not a page, such as mail; raises `NotBuilt`."""
        build = self.current()
        if build is None:
            raise NotBuilt
        return build.text(language, key)


def _read(folder: Path) -> Build:
    """Raises `OSError` or `DecodeError` for a build that is not whole."""
    names = msgspec.json.decode((folder / LIST_FILE).read_bytes(), type=list[str])
    pages: dict[str, str] = {}
    assets: dict[str, Asset] = {}
    messages: dict[str, dict[str, Any]] = {}
    for name in names:
        kind, _, rest = name.partition("/")
        if kind == "pages":
            pages[rest.removesuffix(".html")] = (folder / name).read_text("utf-8")
        elif kind == "i18n":
            words = msgspec.json.decode((folder / name).read_bytes(), type=dict[str, Any])
            messages.setdefault(Path(rest).stem, {}).update(words)
        else:
            assets[name] = _asset(folder, name)
    chunks = msgspec.json.decode((folder / MANIFEST_FILE).read_bytes(), type=dict[str, Chunk])
    words = {page: _words(chunks, f"pages/{page}.html") for page in pages}
    return Build(pages=pages, assets=assets, messages=messages, words=words)


def _words(chunks: dict[str, Chunk], page: str) -> dict[str, list[str]]:
    """The files of messages that a page's scripts may load, by locale."""
    found: dict[str, list[str]] = {}
    for name in sorted({name for chunk in _needed(chunks, page, set()) for name in chunk.dynamic}):
        if match := _WORDS.match(name):
            found.setdefault(match[1], []).append(chunks[name].file)
    return found


def _needed(chunks: dict[str, Chunk], name: str, seen: set[str]) -> Iterator[Chunk]:
    if name in seen or name not in chunks:
        return
    seen.add(name)
    yield chunks[name]
    for further in chunks[name].imports:
        yield from _needed(chunks, further, seen)


def _asset(folder: Path, name: str) -> Asset:
    path = folder / name
    body = path.read_bytes()
    bodies = {"identity": body}
    for coding, suffix in _CODINGS.items():
        pressed = path.with_name(path.name + suffix)
        if pressed.is_file():
            bodies[coding] = pressed.read_bytes()
    return Asset(
        media_type=_MEDIA_TYPES.get(path.suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream",
        etag=hashlib.sha256(body).hexdigest()[:20],
        immutable=_HASHED.match(name) is not None,
        bodies=bodies,
    )


def _accepts(accept_encoding: str, coding: str) -> bool:
    for part in accept_encoding.lower().split(","):
        name, _, q = part.strip().partition(";")
        if name.strip() == coding:
            return q.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False
