"""Assets: cached as long as their names allow, compressed as the browser takes them, and no other file ever."""

import json
import os
from pathlib import Path

import pytest

from .conftest import SCRIPT, MakeBrowser

HASHED = "/static/assets/home-AbCd1234.js"


async def test_a_hashed_name_is_kept_for_ever_and_others_are_asked_about(browse: MakeBrowser) -> None:
    browser = await browse()
    assert (await browser.get(HASHED)).headers["cache-control"] == "public, max-age=31536000, immutable"
    logo = await browser.get("/static/logo.svg")
    assert "immutable" not in logo.headers["cache-control"]
    again = await browser.get("/static/logo.svg", headers={"If-None-Match": f'W/"x", {logo.headers["etag"]}'})
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == logo.headers["etag"]
    other = await browser.get("/static/logo.svg", headers={"If-None-Match": '"other"'})
    assert other.status_code == 200


async def test_the_best_coding_that_the_browser_takes_is_sent(browse: MakeBrowser) -> None:
    browser = await browse()
    zipped = await browser.get(HASHED, headers={"Accept-Encoding": "gzip"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.text == SCRIPT  # httpx unpacks it
    plain = await browser.get(HASHED, headers={"Accept-Encoding": "identity, gzip;q=0"})
    assert "content-encoding" not in plain.headers
    assert plain.text == SCRIPT
    async with browser.stream("GET", HASHED, headers={"Accept-Encoding": "gzip, br"}) as best:
        assert best.headers["content-encoding"] == "br"
        assert b"".join([part async for part in best.aiter_raw()]) == b"brotli stands here"
    assert {a.headers["vary"] for a in (zipped, plain)} == {"Accept-Encoding"}
    assert zipped.headers["etag"] != plain.headers["etag"]


async def test_an_asset_says_what_it_is(browse: MakeBrowser) -> None:
    browser = await browse()
    script = await browser.get(HASHED)
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert script.headers["x-content-type-options"] == "nosniff"
    assert (await browser.get("/static/logo.svg")).headers["content-type"] == "image/svg+xml"
    icon = await browser.get("/favicon.ico")
    assert icon.headers["content-type"] == "image/svg+xml"


@pytest.mark.parametrize(
    "path",
    [
        "secret.txt",
        "built.json",
        "pages/home.html",
        "i18n/en.json",
        "assets",
        "../site.py",
        "assets/../secret.txt",
        "%2e%2e/site.py",
        "..%2fsite.py",
        "assets/home-AbCd1234.js.gz",
        "assets/home-AbCd1234.js%00.svg",
        "/etc/passwd",
        "\\..\\site.py",
    ],
)
async def test_a_path_reaches_no_file_outside_the_list(browse: MakeBrowser, path: str) -> None:
    answer = await (await browse()).get(f"/static/{path}", headers={"Accept": "*/*"})
    assert answer.status_code == 404
    assert "not in the list" not in answer.text


async def test_a_new_build_is_served_without_a_restart_and_half_a_one_is_not(browse: MakeBrowser, built: Path) -> None:
    browser = await browse()
    assert (await browser.get(HASHED)).status_code == 200
    names = json.loads((built / "built.json").read_text())
    (built / "assets/home-Zyxw9876.js").write_bytes(b"new")
    (built / "assets/home-AbCd1234.js").unlink()
    _list(built, names, seconds=10)
    assert (await browser.get(HASHED)).status_code == 200  # the list names a file that is gone: the old build stays
    _list(built, [*(n for n in names if "home-AbCd" not in n), "assets/home-Zyxw9876.js"], seconds=20)
    assert (await browser.get("/static/assets/home-Zyxw9876.js")).text == "new"
    assert (await browser.get(HASHED)).status_code == 404


def _list(folder: Path, names: list[str], *, seconds: int) -> None:
    path = folder / "built.json"
    at = path.stat().st_mtime + seconds
    path.write_text(json.dumps(names))
    os.utime(path, (at, at))
