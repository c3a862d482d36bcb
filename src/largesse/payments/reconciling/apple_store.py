"""Reading Apple's financial report of a fiscal month: tab-separated, as it is or in its gzip file.

Source: App Store Connect Help, "Financial report fields": units and proceeds by product, country and kind, no single
purchase. Both shapes are read: the financial report, whose rows carry their days, and the one with details, whose days
stand above its head line. Behind the rows stand totals (`Total_Rows` and the like) or a summary by country; what is
there must agree with the rows.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from largesse.kit.money import Money, exponent
from largesse.payments.errors import ReportRefused
from largesse.payments.reconciling.lines import LINES_MAX, Kind, currency_of, decoded, need
from largesse.payments.reconciling.unpacking import gunzip

# Apple writes some of them in two ways.
_NAMES = {"sales or return": "sale or return", "vendor identifier": "sku"}
_NEEDS = ("sku", "quantity", "extended partner share", "partner share currency", "customer currency", "sale or return")
_SUMMARY, _SUMMARY_FIELDS = "country of sale", 4  # country, currency, units, share
_ABOVE_MAX = 10  # lines above the head line
_DAY = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
_UNITS = re.compile(r"-?[0-9]{1,9}")
_SHARE = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """What a store says of a product: units, and proceeds in minor units; both plus, `kind` says which way.

    `currency` is what the buyers paid in, `money` what the store pays in. `line` is the first of its `rows`.
    """

    line: int
    rows: int
    kind: Kind
    product: str
    currency: str
    units: int
    money: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """A whole report: its days, its rows, those without units or money, those that stand twice, and its totals."""

    days: tuple[date, date] | None
    rows: int
    other: int
    twice: Sequence[Total]
    totals: Sequence[Total]


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    kind: Kind
    product: str
    currency: str
    paid_in: str
    units: int
    share: Decimal


@dataclass(slots=True)
class _Reading:
    """What was read so far: the head's columns, the rows as they stand, and what the end says of them."""

    columns: list[str] = field(default_factory=list)
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    days: set[tuple[str, str]] = field(default_factory=set)
    said: dict[str, str] = field(default_factory=dict)
    summary: list[list[str]] | None = None


def read(raw: bytes) -> Sold:
    """Every product's totals, in the order of its first row. Raises `ReportRefused`."""
    found = _lines(decoded(gunzip(raw)))
    seen: set[tuple[str, ...]] = set()
    rows: list[_Row] = []
    twice: list[Total] = []
    other = 0
    for line, fields in found.rows:
        row = _row(line, fields)
        whole = tuple(fields.values())
        if whole in seen:
            twice.append(_total([row]))
        elif row.units == 0 or row.share == 0:
            other += 1
        else:
            rows.append(row)
        seen.add(whole)
    _check_end(found)
    grouped: dict[tuple[str, ...], list[_Row]] = {}
    for row in rows:
        grouped.setdefault((row.product, row.kind, row.currency, row.paid_in), []).append(row)
    return Sold(
        days=_days(found), rows=len(found.rows), other=other, twice=twice,
        totals=[_total(group) for group in grouped.values()],
    )  # fmt: skip


def _lines(text: str) -> _Reading:
    found = _Reading()
    above: dict[str, str] = {}
    for n, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if n > LINES_MAX:
            raise ReportRefused("too-large", f"over {LINES_MAX:,} lines")
        fields = [one.strip() for one in line.split("\t")]
        if not any(fields):
            continue
        if not found.columns:
            _above(fields, above, found, n)
        elif fields[0].lower() == _SUMMARY and found.summary is None:
            found.summary = []
        elif fields[0].lower().startswith("total_"):
            name, _, value = " ".join(fields).replace(":", " ").partition(" ")
            found.said[name.lower()] = value.strip().replace(",", "")
        elif found.summary is not None:
            if len(fields) < _SUMMARY_FIELDS:
                raise ReportRefused("not-whole", f"line {n}: its summary is cut")
            found.summary.append(fields)
        else:
            found.rows.append((n, _fields(n, fields, found)))
    if not found.columns:
        raise ReportRefused("not-whole" if not text.strip() else "other-columns", f"it needs {', '.join(_NEEDS)}")
    return found


def _above(fields: list[str], above: dict[str, str], found: _Reading, n: int) -> None:
    """A line above the rows: the head line, or one that says something of the whole report."""
    names = [_NAMES.get(one.lower(), one.lower()) for one in fields]
    if set(_NEEDS) <= set(names):
        if any(count > 1 for name, count in Counter(names).items() if name):
            raise ReportRefused("other-columns", "a column stands twice")
        found.columns = names
        if "start date" in above and "end date" in above:
            found.days.add((above["start date"], above["end date"]))
    elif n > _ABOVE_MAX:
        raise ReportRefused("other-columns", f"it needs {', '.join(_NEEDS)}")
    else:
        above[names[0]] = fields[1] if len(fields) > 1 else ""


def _fields(n: int, fields: list[str], found: _Reading) -> dict[str, str]:
    if len(fields) < len(found.columns) or any(fields[len(found.columns) :]):
        raise ReportRefused("not-whole", f"line {n}: {len(fields)} fields, not {len(found.columns)}")
    row = dict(zip(found.columns, fields, strict=False))
    if "start date" in row and "end date" in row:
        found.days.add((row["start date"], row["end date"]))
    return row


def _row(line: int, fields: Mapping[str, str]) -> _Row:
    if fields["sale or return"].upper() not in {"S", "R"}:
        raise ReportRefused("not-whole", f"line {line}: neither S nor R")
    units, share = _units(line, fields["quantity"]), _share(line, fields["extended partner share"])
    if units * share < 0:
        raise ReportRefused("bad-amount", f"line {line}: units and share of other signs")
    back = fields["sale or return"].upper() == "R" or units < 0
    return _Row(
        line, "refund" if back else "charge", need(line, fields, "sku"),
        currency_of(line, fields["customer currency"].upper()),
        currency_of(line, fields["partner share currency"].upper()), abs(units), abs(share),
    )  # fmt: skip


def _total(rows: Sequence[_Row]) -> Total:
    """The sum, rounded half-even once: shares have fractions of a minor unit."""
    first = rows[0]
    share = sum((row.share for row in rows), Decimal())
    minor = share.scaleb(exponent(first.paid_in)).to_integral_value(ROUND_HALF_EVEN)
    return Total(
        line=first.line, rows=len(rows), kind=first.kind, product=first.product, currency=first.currency,
        units=sum(row.units for row in rows), money=Money(int(minor), first.paid_in),
    )  # fmt: skip


def _check_end(found: _Reading) -> None:
    """What the report says of itself at its end must be so: it may have been cut, or changed."""
    counted = _sums(
        (row["partner share currency"], _units(line, row["quantity"]), _share(line, row["extended partner share"]))
        for line, row in found.rows
    )
    rows, units = found.said.get("total_rows"), found.said.get("total_units")
    amount = found.said.get("total_amount")
    if rows is not None and rows != f"{len(found.rows)}":
        raise ReportRefused("wrong-count", f"it says {rows[:20]} rows, {len(found.rows)} are there")
    if units is not None and _share(0, units) != sum(each for each, _ in counted.values()):
        raise ReportRefused("wrong-sum", "its units do not sum to what it says")
    if amount is not None and len(counted) == 1 and [_share(0, amount)] != [share for _, share in counted.values()]:
        raise ReportRefused("wrong-sum", "its shares do not sum to what it says")
    if found.summary is not None:
        told = _sums((one[1], _units(0, one[2]), _share(0, one[3])) for one in found.summary)
        if counted != told:
            raise ReportRefused("wrong-sum", "its rows do not sum to its summary by country")


def _sums(rows: Iterable[tuple[str, int, Decimal]]) -> dict[str, tuple[int, Decimal]]:
    """Units and share of each currency."""
    found: dict[str, tuple[int, Decimal]] = {}
    for currency, units, share in rows:
        before = found.get(currency, (0, Decimal()))
        found[currency] = before[0] + units, before[1] + share
    return found


def _days(found: _Reading) -> tuple[date, date] | None:
    if not found.days:
        return None
    if len(found.days) > 1:
        raise ReportRefused("other-days", "its rows are of several periods")
    start, end = next(iter(found.days))
    return _day(start), _day(end)


def _day(text: str) -> date:
    named = _DAY.fullmatch(text)
    try:
        if named:
            return date(int(named[3]), int(named[1]), int(named[2]))
    except ValueError:
        pass
    raise ReportRefused("other-days", f"not a day: {text[:20]}")


def _units(line: int, text: str) -> int:
    if not _UNITS.fullmatch(text):
        raise ReportRefused("bad-amount", f"line {line}: not a number of units: {text[:30]}")
    return int(text)


def _share(line: int, text: str) -> Decimal:
    if not _SHARE.fullmatch(text):
        raise ReportRefused("bad-amount", f"line {line}: not an amount: {text[:30]}")
    return Decimal(text)
