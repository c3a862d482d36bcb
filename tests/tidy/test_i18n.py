"""Every message that a page asks for exists, and no translation speaks of what English does not know."""

import json
import re

from tree import ROOT, name_of, sources, text

FOLDER = ROOT / "web" / "src" / "i18n"
LITERAL = re.compile(r"""\bt\(\s*(['"])([a-z][\w.-]*)\1""")
PREFIX = re.compile(r"\bt\(\s*`([a-z][\w.-]*)\$\{")


def messages(language: str) -> dict[str, object]:
    found = [
        json.loads(text(p)) for p in (FOLDER / f"{language}.json", FOLDER / "pages" / f"{language}.json") if p.exists()
    ]
    return {key: message for part in found for key, message in part.items()}


def unknown(source: str, known: dict[str, object]) -> list[str]:
    keys = [key for _, key in LITERAL.findall(source) if key not in known]
    return keys + [prefix for prefix in PREFIX.findall(source) if not any(k.startswith(prefix) for k in known)]


def test_every_message_asked_for_exists():
    known = messages("en")
    pages = [*sources("web/src/", suffix=".ts"), *sources("web/src/", suffix=".svelte")]
    pages = [p for p in pages if not p.name.endswith(".test.ts")]
    assert {name_of(p): bad for p in pages if (bad := unknown(text(p), known))} == {}
    assert unknown("t('planted.key') t(`planted.${x}`)", known) == ["planted.key", "planted."]


def test_translations_know_no_more_than_english():
    known = messages("en")
    languages = {p.stem for p in sources("web/src/i18n/", suffix=".json")} - {"en"}
    assert {tag: extra for tag in languages if (extra := sorted(messages(tag).keys() - known.keys()))} == {}
