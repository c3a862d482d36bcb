"""Whether a name stands on an operator's list of people who must not be paid.

The list is a CSV file with a header: `name` is needed, `id`, `aliases` (separated by `;`) and `birth_date` are read,
other columns are not, so the simple format of OpenSanctions' data sets, which gather the lists of the United Nations,
the European Union and the United States, can be used as it comes. It is read again when it changes.

A name is compared by its words in ASCII, in any order: every word of the shorter one stands in the longer one, words
of five letters or more with one letter wrong at most, and at least two words do. That finds too much rather than too
little; a person decides.
"""

import asyncio
import csv
import re
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import structlog
from anyascii import anyascii

log = structlog.get_logger(__name__)
ENTRIES_MAX = 2_000_000
MATCHES_MAX = 20
_LOOSE_LETTERS_MIN = 5
_WORDS_MIN = 2
_WORD = re.compile(r"[a-z0-9]+")


class Listed(NamedTuple):
    """A name of a list: whose entry, as it is written there, and the day of birth that the list tells, or nothing."""

    entry: str
    name: str
    born: str


class Names:
    """A list of names that finds those which a name may be."""

    def __init__(self) -> None:
        self._listed: list[tuple[frozenset[str], Listed]] = []
        self._by_word: dict[str, list[int]] = defaultdict(list)

    def __len__(self) -> int:
        return len(self._listed)

    def add(self, listed: Listed) -> None:
        """Take a name into the list; one without any letter is left out."""
        words = words_of(listed.name)
        if not words:
            return
        for word in words:
            self._by_word[word].append(len(self._listed))
        self._listed.append((words, listed))

    def matches(self, name: str) -> list[Listed]:
        """Whom a name may be: one name an entry, at most `MATCHES_MAX`, in the list's order."""
        words = words_of(name)
        candidates = sorted({place for word in words for place in self._by_word.get(word, ())})
        found: dict[str, Listed] = {}
        for place in candidates:
            own, listed = self._listed[place]
            if listed.entry not in found and is_alike(words, own):
                found[listed.entry] = listed
                if len(found) >= MATCHES_MAX:
                    break
        return list(found.values())


class Screen:
    """The operator's list; `ready` reads it, in a thread, where it is new or has changed."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._names = Names()
        self._seen: tuple[int, int] | None = None
        self._reading = asyncio.Lock()
        self.is_readable = path is None

    @property
    def is_on(self) -> bool:
        """Whether there is a list at all."""
        return self._path is not None

    async def ready(self) -> None:
        """Read the list where it changed. A list that cannot be read is not `is_readable`, which stops payouts."""
        if self._path is None:
            return
        async with self._reading:
            try:
                stat = await asyncio.to_thread(self._path.stat)
                seen = (stat.st_mtime_ns, stat.st_size)
                if seen != self._seen:
                    self._names = await asyncio.to_thread(read, self._path)
                    self._seen = seen
                    log.info("screening.read", names=len(self._names))
                self.is_readable = True
            except (OSError, UnicodeError, csv.Error, ValueError) as error:
                self.is_readable, self._seen = False, None
                log.error("screening.unreadable", file=str(self._path), error=str(error))  # noqa: TRY400 - no traceback

    def matches(self, name: str) -> list[Listed]:
        """Whom a name may be."""
        return self._names.matches(name)


def read(path: Path) -> Names:
    """Read a list. Raises `OSError`, `UnicodeError`, `csv.Error`, and `ValueError` where it has no names."""
    names = Names()
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, strict=True)
        if "name" not in (rows.fieldnames or []):
            raise ValueError("no column is called name")
        for n, row in enumerate(rows, 1):
            entry, born = row.get("id") or f"row {n}", row.get("birth_date") or ""
            for name in (row["name"], *(row.get("aliases") or "").split(";")):
                if name and name.strip():
                    names.add(Listed(entry[:200], name.strip()[:300], born[:100]))
            if len(names) > ENTRIES_MAX:
                raise ValueError(f"more than {ENTRIES_MAX} names")
    if not names:
        raise ValueError("not one name in it")
    return names


def words_of(name: str) -> frozenset[str]:
    """The words of a name, in ASCII and small letters."""
    return frozenset(_WORD.findall(anyascii(name).lower()))


def is_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two names may be the same person's."""
    short, long = sorted((one, other), key=len)
    if len(short) < _WORDS_MIN:
        return bool(short) and short == long
    return all(any(_is_word_alike(word, there) for there in long) for word in short)


def _is_word_alike(one: str, other: str) -> bool:
    if one == other:
        return True
    if min(len(one), len(other)) < _LOOSE_LETTERS_MIN or abs(len(one) - len(other)) > 1:
        return False
    short, long = sorted((one, other), key=len)
    at = next((n for n, letter in enumerate(short) if letter != long[n]), len(short))
    return short[at:] == long[at + 1 :] if len(short) < len(long) else short[at + 1 :] == long[at + 1 :]
