"""What a page weighs, from the build's own list: gzip of the scripts that a page needs before it can be used."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import largesse.web

pytestmark = pytest.mark.pages
STATIC = Path(largesse.web.__file__).parent / "static"
ROOM_BYTES, ROUTE_BYTES = 60_000, 170_000


@cache
def _manifest() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((STATIC / "manifest.json").read_text())
    return found


def _needed(name: str, seen: set[str]) -> set[str]:
    """Scripts that an entry imports, however far away."""
    if name not in seen:
        seen.add(name)
        for further in _manifest()[name].get("imports", []):
            _needed(further, seen)
    return seen


def _weight(name: str) -> int:
    files = [STATIC / _manifest()[part]["file"] for part in _needed(name, set())]
    packed = [file.with_name(file.name + ".gz") for file in files]
    return sum((gz if gz.exists() else file).stat().st_size for gz, file in zip(packed, files, strict=True))


@pytest.mark.parametrize("page", sorted(path.stem for path in (STATIC / "pages").glob("*.html")))
def test_the_scripts_of_a_page_stay_small(page: str) -> None:
    most = ROOM_BYTES if page == "live" else ROUTE_BYTES
    assert _weight(f"pages/{page}.html") <= most
