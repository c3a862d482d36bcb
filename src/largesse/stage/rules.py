"""What may be said in a creator's rooms: pure rules, and how words are compared."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime

import emoji
import msgspec

SLOW_S_MAX = 600
WORDS_MAX = 200
WORD_CHARS_MAX = 40
_HIDDEN = frozenset({"Cf", "Mn", "Me"})  # what is not seen between letters, or only above them
_SPACED = re.compile(r"[^\w]|_")


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """A creator's rules. `slow_s`: seconds between two comments of one person, 0 for none; `words` are folded."""

    slow_s: int = 0
    emoji_only: bool = False
    followers_only: bool = False
    words: Sequence[str] = ()


class Speaker(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who wants to speak in a room, with its creator's rules.

    `waits_s`: until a slow room lets them; a ban or mute without an end, or whom the creator blocked, has no `until`.
    """

    banned: bool
    muted: bool
    banned_until: datetime | None
    muted_until: datetime | None
    moderates: bool
    follows: bool
    waits_s: int
    slow_s: int
    emoji_only: bool
    followers_only: bool
    words: list[str]


def fold(text: str) -> str:
    """A text as words are compared: compatibility forms, case, accents, and what is hidden between letters are gone."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(c for c in plain if unicodedata.category(c) not in _HIDDEN)


def says(text: str, words: Sequence[str]) -> bool:
    """Whether a text has one of these folded words: as a word of its own where they have letters with spaces between.

    A word of a script without spaces (Chinese, Japanese) is found anywhere.
    """
    folded = " ".join(fold(text).split())
    spaced = f" {' '.join(_SPACED.sub(' ', folded).split())} "
    for word in words:
        plain = " ".join(_SPACED.sub(" ", word).split())
        if word in folded if not plain or _is_unspaced(plain) else f" {plain} " in spaced:
            return True
    return False


def is_emoji(text: str) -> bool:
    """Whether a text is nothing but emoji, and spaces between them."""
    return all(emoji.purely_emoji(part) for part in text.split()) and bool(text.split())


def _is_unspaced(word: str) -> bool:
    return any("\u2e80" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7af" or c >= "\U00020000" for c in word)
