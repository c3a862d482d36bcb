"""What reports of providers have in common: a line, rows of a file that is whole, amounts that are exact."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal

from largesse.kit.money import Money, exponent
from largesse.payments.errors import ReportRefused

BYTES_MAX, LINES_MAX = 10_000_000, 100_000
Kind = Literal["charge", "refund", "dispute", "dispute_won", "payout", "return", "other"]
_AMOUNT = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})*(\.[0-9]{1,4})?|-?[0-9]{1,15}(\.[0-9]{1,4})?")
_NEAR = re.compile(r"-?[0-9]{1,3}(,[0-9]{3}){1,4}(\.[0-9]{1,10})?|-?[0-9]{1,15}(\.[0-9]{1,10})?")
_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """A line of a report. `names` are what it may be called at ours, the surest first; `money` is what moved, plus."""

    line: int
    id: str
    kind: Kind
    names: tuple[str, ...]
    money: Money
    fee: Money | None = None


def decoded(raw: bytes) -> str:
    """A report's text. Raises `ReportRefused`."""
    if len(raw) > BYTES_MAX:
        raise ReportRefused("too-large", f"over {BYTES_MAX:,} bytes")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReportRefused("not-utf-8", f"at byte {error.start}") from error


def rows(raw: bytes, needed: frozenset[str]) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Every row behind the head line, with the number of its last line. Raises `ReportRefused`."""
    read = csv.reader(io.StringIO(decoded(raw), newline=""), strict=True)
    head: list[str] | None = None
    try:
        for row in read:
            if head is None:
                head = [name.strip() for name in row]
                missing = sorted(needed - set(head))
                if missing or len(set(head)) != len(head):
                    raise ReportRefused("other-columns", f"it needs {', '.join(sorted(needed))}, each once")
            elif row:
                if len(row) != len(head):
                    raise ReportRefused("not-whole", f"line {read.line_num}: {len(row)} fields, not {len(head)}")
                if read.line_num > LINES_MAX:
                    raise ReportRefused("too-large", f"over {LINES_MAX:,} lines")
                yield read.line_num, dict(zip(head, (field.strip() for field in row), strict=True))
    except csv.Error as error:
        raise ReportRefused("not-csv", f"line {read.line_num}: {error}"[:200]) from error
    if head is None:
        raise ReportRefused("not-whole", "it is empty")


def money(line: int, text: str, currency: str) -> Money:
    """An amount of a currency, exact to its minor unit. Raises `ReportRefused`."""
    currency_of(line, currency)
    if not _AMOUNT.fullmatch(text):
        raise ReportRefused("bad-amount", f"line {line}: not an amount: {text[:30]}")
    minor = Decimal(text.replace(",", "")).scaleb(exponent(currency))
    if minor != minor.to_integral_value():
        raise ReportRefused("bad-amount", f"line {line}: a fraction of a minor unit")
    return Money(int(minor), currency)


def near(line: int, text: str, currency: str) -> Money:
    """An amount that a store shared out, half-even to the minor unit: a share may have a fraction of one."""
    currency_of(line, currency)
    if not _NEAR.fullmatch(text):
        raise ReportRefused("bad-amount", f"line {line}: not an amount: {text[:30]}")
    minor = Decimal(text.replace(",", "")).scaleb(exponent(currency)).to_integral_value(ROUND_HALF_EVEN)
    return Money(int(minor), currency)


def currency_of(line: int, text: str) -> str:
    """A currency's three letters. Raises `ReportRefused`."""
    if not _CURRENCY.fullmatch(text):
        raise ReportRefused("bad-amount", f"line {line}: no currency")
    return text


def plus(amount: Money) -> Money:
    """The same amount without its sign."""
    return Money(abs(amount.minor), amount.currency)


def need(line: int, row: Mapping[str, str], column: str) -> str:
    """What names a line. Raises `ReportRefused`."""
    if not 0 < len(row[column]) <= 100:  # noqa: PLR2004 - longer than any provider's
        raise ReportRefused("not-whole", f"line {line}: no {column}, or one that is too long")
    return row[column]
