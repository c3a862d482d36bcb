"""What a page weighs, from the build's own list: gzip of the scripts that it needs before it can be used.

The words of the reader's language are among them, those of other languages never.
"""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import largesse.web

pytestmark = pytest.mark.pages
STATIC = Path(largesse.web.__file__).parent / "static"
PAGES = sorted(path.stem for path in (STATIC / "pages").glob("*.html"))
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


def _weight(parts: Iterable[str]) -> int:
    files = [STATIC / _manifest()[part]["file"] for part in parts]
    packed = [file.with_name(file.name + ".gz") for file in files]
    return sum((gz if gz.exists() else file).stat().st_size for gz, file in zip(packed, files, strict=True))


def _words(parts: set[str]) -> dict[str, set[str]]:
    """The messages that these scripts load for one language, by language."""
    found: dict[str, set[str]] = {}
    for part in {each for name in parts for each in _manifest()[name].get("dynamicImports", [])}:
        if "/i18n/" in part and part.endswith(".json"):
            found.setdefault(Path(part).stem, set()).add(part)
    return found


@pytest.mark.parametrize("page", PAGES)
def test_the_scripts_of_a_page_stay_small_in_its_wordiest_language(page: str) -> None:
    scripts = _needed(f"pages/{page}.html", set())
    words = _words(scripts)
    assert {"en", "de", "es", "ar", "zh"} <= words.keys()
    weights = {language: _weight(scripts | parts) for language, parts in words.items()}
    assert max(weights.values()) <= (ROOM_BYTES if page in {"live", "video"} else ROUTE_BYTES), weights


@pytest.mark.parametrize("page", PAGES)
def test_a_page_carries_no_language_but_the_reader_s(page: str) -> None:
    scripts = _needed(f"pages/{page}.html", set())
    assert [name for name in scripts if "/i18n/" in name] == []
    source = "".join((STATIC / _manifest()[name]["file"]).read_text("utf-8") for name in scripts)
    assert "Sign out" not in source  # a word of every page, in the wrong place
