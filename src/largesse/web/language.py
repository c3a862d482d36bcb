"""Which language a page speaks: asked for in the address, kept in a cookie, else what the browser prefers."""

from collections.abc import Iterable

COOKIE = "largesse_lang"
COOKIE_MAX_AGE_S = 31_536_000
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
_HEADER_CHARS_MAX = 400


def choose(asked: str | None, kept: str | None, accept_language: str, spoken: Iterable[str]) -> str:
    """The first of the wishes that is spoken here; English otherwise."""
    known = set(spoken)
    wishes = [asked or "", kept or "", *_preferred(accept_language[:_HEADER_CHARS_MAX])]
    return next((tag for wish in wishes if (tag := primary(wish)) in known), "en")


def primary(tag: str) -> str:
    """`pt` of `pt-BR`."""
    return tag.strip().lower().partition("-")[0]


def direction(language: str) -> str:
    """`rtl` or `ltr`."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def _preferred(header: str) -> list[str]:
    """The tags of an Accept-Language header, the most wanted first; what cannot be read counts as not wanted."""
    wanted: list[tuple[float, str]] = []
    for part in header.split(","):
        tag, _, q = part.strip().partition(";")
        try:
            weight = float(q.strip().removeprefix("q=")) if q else 1.0
        except ValueError:
            weight = 0.0
        if tag and weight > 0:
            wanted.append((weight, tag))
    return [tag for _, tag in sorted(wanted, key=lambda each: -each[0])]
