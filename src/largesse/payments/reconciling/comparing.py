"""What of a provider's report agrees with ours, and what does not: one pure function."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

import msgspec

from largesse.kit.money import Money
from largesse.payments.reconciling.lines import Theirs

Status = Literal["missing", "unknown", "differs", "duplicate"]


class Ours(msgspec.Struct, frozen=True, kw_only=True):
    """Money as it stands at ours, by any of its `names`. `is_due`: it happened well inside the report's days.

    `source` is its cause in the books, where it is known.
    """

    kind: str
    purchase: UUID | None
    names: list[str]
    minor: int
    currency: str
    fee_minor: int | None
    is_due: bool
    source: str = ""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """Something that does not agree; `place` is a line of the report, and of the kind `fee` the amounts are fees.

    A total has units beside its money.
    """

    status: Status
    kind: str
    ref: str
    place: int | None
    purchase: UUID | None
    theirs: Money | None
    ours: Money | None
    theirs_units: int | None = None
    ours_units: int | None = None


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a report agrees, how much is no sale's, and the rest line by line."""

    matched: int
    other: int
    lines: list[Line]


def compare(theirs: Sequence[Theirs], ours: Sequence[Ours]) -> Compared:
    """Hold a report against ours: each of ours once, by the surest name that the report has for it.

    Where several of ours have one name (an order's refunds in parts), its lines take them one after the other.
    """
    by_name: dict[tuple[str, str], list[int]] = {}
    for n, one in enumerate(ours):
        for name in one.names:
            by_name.setdefault((one.kind, name), []).append(n)
    seen_ids: set[str] = set()
    seen: set[int] = set()
    lines: list[Line] = []
    matched = other = 0
    for each in theirs:
        named = next((by_name[each.kind, name] for name in each.names if (each.kind, name) in by_name), [])
        at = next((n for n in named if n not in seen), named[0] if named else None)
        found = None if at is None else ours[at]
        if each.id in seen_ids or at in seen:
            lines.append(_line("duplicate", each, found))
        elif each.kind == "other":
            other += 1
        elif found is None:
            lines.append(_line("unknown", each, None))
        elif each.money != Money(found.minor, found.currency):
            lines.append(_line("differs", each, found))
        elif not _is_same_fee(each, found):
            lines.append(_fee_line(each, found))
        else:
            matched += 1
        seen_ids.add(each.id)
        if at is not None:
            seen.add(at)
    lines += [
        Line(
            status="missing", kind=one.kind, ref=one.names[0], place=None, purchase=one.purchase, theirs=None,
            ours=Money(one.minor, one.currency),
        )
        for n, one in enumerate(ours) if one.is_due and n not in seen
    ]  # fmt: skip
    return Compared(matched=matched, other=other, lines=lines)


def _is_same_fee(theirs: Theirs, ours: Ours) -> bool:
    known = theirs.kind == "charge" and theirs.fee is not None and ours.fee_minor is not None
    return not known or theirs.fee == Money(ours.fee_minor or 0, ours.currency)


def _fee_line(theirs: Theirs, ours: Ours) -> Line:
    line = _line("differs", theirs, ours)
    fee = Money(ours.fee_minor or 0, ours.currency)
    return msgspec.structs.replace(line, kind="fee", theirs=theirs.fee, ours=fee)


def _line(status: Status, theirs: Theirs, ours: Ours | None) -> Line:
    return Line(
        status=status, kind=theirs.kind, ref=(theirs.names or (theirs.id,))[0], place=theirs.line,
        purchase=ours.purchase if ours else None, theirs=theirs.money,
        ours=Money(ours.minor, ours.currency) if ours else None,
    )  # fmt: skip
