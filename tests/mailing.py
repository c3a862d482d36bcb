"""The words of mail as the pages' sources have them, for tests without a build."""

import json
from functools import cache

from tree import ROOT


def words(language: str, key: str) -> str:
    """A message of the server; English where the language is not spoken here."""
    return _of(language).get(key) or _of("en")[key]


@cache
def _of(language: str) -> dict[str, str]:
    file = ROOT / "web" / "src" / "i18n" / "server" / f"{language}.json"
    found: dict[str, str] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    return found
