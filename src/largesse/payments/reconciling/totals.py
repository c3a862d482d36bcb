"""What of a store's totals agrees with ours: for a store that reports no single purchase."""

from collections.abc import Sequence

import msgspec

from largesse.kit.money import Money
from largesse.payments.reconciling.apple_store import Sold, Total
from largesse.payments.reconciling.comparing import Compared, Line, Status


class OursTotal(msgspec.Struct, frozen=True, kw_only=True):
    """Units of a product that were sold (`charge`) or given back (`refund`) in a currency, and what is due for them."""

    kind: str
    product: str
    currency: str
    units: int
    minor: int


def compare_totals(theirs: Sold, ours: Sequence[OursTotal]) -> Compared:
    """Hold totals against ours, by product, direction and the currency that buyers paid in.

    A total agrees where units and money do, and counts as its rows. Where a product's proceeds come in several
    currencies, ours are held against those in the buyers' own, or else the first.
    """
    left = {(one.kind, one.product, one.currency): one for one in ours}
    lines = [_line("duplicate", one, None) for one in theirs.twice]
    matched = 0
    for each in sorted(theirs.totals, key=lambda one: (one.money.currency != one.currency, one.line)):
        found = left.pop((each.kind, each.product, each.currency), None)
        if found is None:
            lines.append(_line("unknown", each, None))
        elif (each.units, each.money) != (found.units, Money(found.minor, found.currency)):
            lines.append(_line("differs", each, found))
        else:
            matched += each.rows
    lines.sort(key=lambda one: one.place or 0)
    lines += [_line("missing", None, one) for one in left.values()]
    return Compared(matched=matched, other=theirs.other, lines=lines)


def _line(status: Status, theirs: Total | None, ours: OursTotal | None) -> Line:
    named = theirs or ours
    assert named is not None
    return Line(
        status=status, kind=named.kind, ref=named.product, place=theirs.line if theirs else None,
        purchase=None, theirs=theirs.money if theirs else None,
        ours=Money(ours.minor, ours.currency) if ours else None, theirs_units=theirs.units if theirs else None,
        ours_units=ours.units if ours else None,
    )  # fmt: skip
