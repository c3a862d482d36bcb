"""Numbers, money and moments in somebody's language, for what is not a page, such as mail.

How a language writes them stands with its words: `format.number` is 1,234.5 written in it, `format.months` its twelve
months with spaces between, `format.moment` a moment with `{year}`, `{month}`, `{day}` and `{time}`.
"""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from largesse.kit.money import Money, exponent

# The message of a language, by its key; English where the language is not spoken here.
Words = Callable[[str, str], str]
_FIRST_ISOLATE, _ISOLATE_END, _NO_BREAK = "\u2068", "\u2069", "\u00a0"
_RIGHT_TO_LEFT = {"R", "AL"}


class Writer:
    """Writes in one language. `words` says the message of a language by its key."""

    def __init__(self, words: Words, language: str | None) -> None:
        self._language = language or "en"
        self._words = words
        sample = self.say("format.number")  # 1,234.5
        self._group, self._decimal = sample[1], sample[5]
        self._digits = {str(n): chr(ord(sample[0]) - 1 + n) for n in range(10)}

    def say(self, key: str) -> str:
        """A message without places to fill."""
        return self._words(self._language, key)

    def fill(self, key: str, values: Mapping[str, str], **bare: str) -> str:
        """A message with its `{names}` filled in.

        In a language from right to left each value keeps its own direction, but for `bare` ones.
        """
        text = self.say(key)
        if any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in text):
            values = {name: f"{_FIRST_ISOLATE}{value}{_ISOLATE_END}" for name, value in values.items()}
        return text.format(**values, **bare)

    def number(self, n: int) -> str:
        """A whole number, its digits in groups."""
        return self._written(f"{n:,}")

    def money(self, money: Money) -> str:
        """An amount with its decimals and its currency's code: `1,234.50 USD`, which no `$` leaves in doubt."""
        decimals = exponent(money.currency)
        whole, part = divmod(abs(money.minor), 10**decimals)
        amount = f"{whole:,}" + (f".{part:0{decimals}d}" if decimals else "")
        sign = "-" if money.minor < 0 else ""
        return f"{sign}{self._written(amount)}{_NO_BREAK}{money.currency}"

    def moment(self, at: datetime) -> str:
        """A moment, in UTC and saying so."""
        utc = at.astimezone(UTC)
        months = self.say("format.months").split(" ")
        return self.say("format.moment").format(
            year=self._written(str(utc.year)), month=months[utc.month - 1], day=self._written(str(utc.day)),
            time=self._written(f"{utc:%H:%M}"),
        )  # fmt: skip

    def _written(self, plain: str) -> str:
        marks = self._digits | {",": self._group, ".": self._decimal}
        return "".join(marks.get(char, char) for char in plain)
