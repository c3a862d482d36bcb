"""A bank's account statement (camt.053) held against payouts: what left, and what came back.

A transfer is found by its end-to-end id, a whole file that was debited in one sum by its message id. Everything else on
the account (income, the bank's own fees) is of no payout. Who knows what moved is the room of payouts, which this one
may not import: it comes by a port.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from largesse.kit import iso20022
from largesse.kit.bankfile import BankFileRefused
from largesse.kit.db import ReadTx
from largesse.kit.iso20022 import END_TO_END, MESSAGE, Booked, Statement
from largesse.payments.errors import ReportRefused
from largesse.payments.reconciling.comparing import Ours
from largesse.payments.reconciling.lines import Kind, Theirs


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """A payout's money as the books have it: it left (`payout`) or came back (`return`); `minor` is plus.

    `name` is the transfer's at the bank, `message` that of the file which carried it there.
    """

    kind: Kind
    name: str
    message: str
    minor: int
    currency: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a statement asks of the books: transfers and files by name, and the time whose moves are wanted as well."""

    names: Sequence[str]
    files: Sequence[UUID]
    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, slots=True)
class Bank:
    """The operator's account (an IBAN without spaces), and who knows what payouts moved on it."""

    account: str
    moved: Callable[[ReadTx, Wanted], Awaitable[list[Moved]]]


def read(raw: bytes, account: str) -> Statement:
    """The statement, whole: its balances and its entries agree. Raises `ReportRefused`."""
    try:
        found = iso20022.read(raw, account=account)
    except BankFileRefused as error:
        raise ReportRefused(error.reason, error.detail) from error
    if not isinstance(found, Statement) or found.kind != "camt.053":
        raise ReportRefused("unknown-kind", "it is no account statement (camt.053)")
    return found


def theirs_of(statement: Statement) -> list[Theirs]:
    """Every entry; `line` counts them from 1."""
    return [_entry(n, one) for n, one in enumerate(statement.entries, 1)]


def wanted(theirs: Sequence[Theirs], from_at: datetime, to_at: datetime) -> Wanted:
    """What the books are asked for."""
    names = sorted({name for one in theirs for name in one.names})
    files = [UUID(named[1]) for name in names if (named := MESSAGE.fullmatch(name))]
    return Wanted([name for name in names if END_TO_END.fullmatch(name)], files, from_at, to_at)


def ours_of(theirs: Sequence[Theirs], moved: Sequence[Moved], due_from: datetime, due_to: datetime) -> list[Ours]:
    """What moved, transfer by transfer; where the bank debited a file in one sum, so the file's.

    A transfer is due where it was recorded between these moments.
    """
    named = {name for one in theirs if one.kind == "payout" for name in one.names}
    files: dict[str, list[Moved]] = {}
    alone: list[Moved] = []
    for one in moved:
        if one.kind == "payout" and one.message in named and one.name not in named:
            files.setdefault(one.message, []).append(one)
        else:
            alone.append(one)
    return [
        *(_ours([one], one.name, due_from, due_to) for one in alone),
        *(_ours(parts, message, due_from, due_to) for message, parts in files.items()),
    ]


def net_of(moved: Sequence[Moved]) -> dict[str, int]:
    """What payouts moved in the books, by currency: minus left."""
    found: dict[str, int] = {}
    for one in moved:
        found[one.currency] = found.get(one.currency, 0) + (one.minor if one.kind == "return" else -one.minor)
    return found


def _entry(n: int, one: Booked) -> Theirs:
    name = one.end_to_end if one.end_to_end and END_TO_END.fullmatch(one.end_to_end) else ""
    if not name and one.message and MESSAGE.fullmatch(one.message):
        name = one.message
    kind: Kind = "other"
    if name:
        kind = "return" if one.is_credit else "payout"
    return Theirs(line=n, id=f"{n}", kind=kind, names=(name,) if name else (), money=one.money)


def _ours(parts: Sequence[Moved], name: str, due_from: datetime, due_to: datetime) -> Ours:
    return Ours(
        kind=parts[0].kind, purchase=None, names=[name], minor=sum(one.minor for one in parts),
        currency=parts[0].currency, fee_minor=None,
        is_due=all(due_from <= one.recorded_at < due_to for one in parts),
    )  # fmt: skip
