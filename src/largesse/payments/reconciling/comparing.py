"""What of a provider's report agrees with ours, and what does not: one pure function."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

import msgspec

from largesse.kit.money import Money
from largesse.payments.reconciling.reading import Theirs

Status = Literal["missing", "unknown", "differs", "duplicate"]


class Ours(msgspec.Struct, frozen=True, kw_only=True):
    """Money as it stands at ours, by any of its `names`. `is_due`: it happened well inside the report's days."""

    kind: str
    purchase: UUID
    names: list[str]
    minor: int
    currency: str
    fee_minor: int | None
    is_due: bool


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """Something that does not agree; `place` is a line of the report."""

    status: Status
    kind: str
    ref: str
    place: int | None
    purchase: UUID | None
    theirs: Money | None
    ours: Money | None


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a report agrees, how much is no sale's, and the rest line by line."""

    matched: int
    other: int
    lines: list[Line]


def compare(theirs: Sequence[Theirs], ours: Sequence[Ours]) -> Compared:
    """Hold a report against ours: each of ours once, by the surest name that the report has for it."""
    by_name = {(one.kind, name): n for n, one in enumerate(ours) for name in one.names}
    seen_ids: set[str] = set()
    seen: set[int] = set()
    lines: list[Line] = []
    matched = other = 0
    for one in theirs:
        at = next((by_name[one.kind, name] for name in one.names if (one.kind, name) in by_name), None)
        found = None if at is None else ours[at]
        status: Status | None = None
        if one.id in seen_ids or (at is not None and at in seen):
            status = "duplicate"
        elif one.kind == "other":
            other += 1
        elif found is None:
            status = "unknown"
        elif not _agrees(one, found):
            status = "differs"
        else:
            matched += 1
        seen_ids.add(one.id)
        if at is not None:
            seen.add(at)
        if status:
            lines.append(_line(status, one, found))
    lines += [
        Line(
            status="missing", kind=one.kind, ref=one.names[0], place=None, purchase=one.purchase, theirs=None,
            ours=Money(one.minor, one.currency),
        )
        for n, one in enumerate(ours) if one.is_due and n not in seen
    ]  # fmt: skip
    return Compared(matched=matched, other=other, lines=lines)


def _agrees(theirs: Theirs, ours: Ours) -> bool:
    if theirs.money != Money(ours.minor, ours.currency):
        return False
    known = theirs.kind == "charge" and theirs.fee is not None and ours.fee_minor is not None
    return not known or theirs.fee == Money(ours.fee_minor or 0, ours.currency)


def _line(status: Status, theirs: Theirs, ours: Ours | None) -> Line:
    return Line(
        status=status, kind=theirs.kind, ref=(theirs.names or (theirs.id,))[0], place=theirs.line,
        purchase=ours.purchase if ours else None, theirs=theirs.money,
        ours=Money(ours.minor, ours.currency) if ours else None,
    )  # fmt: skip
