"""What a report moves in all, beside what the books moved on the account that it is about."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from largesse.kit.iso20022 import Span
from largesse.payments.reconciling.apple_store import Sold
from largesse.payments.reconciling.lines import Theirs

_SIGNS = {"charge": 1, "dispute_won": 1, "return": 1, "refund": -1, "dispute": -1, "payout": -1, "other": 0}
# Kinds of transfers in the books that a line of a kind stands for.
_ENTERED = {
    "charge": ("purchase", "mismatch"), "refund": ("refund", "sendback"), "dispute": ("dispute",),
    "dispute_won": ("won",),
}  # fmt: skip


class Cause(msgspec.Struct, frozen=True):
    """What stands in the books for something that a report may have: its kind there, and its source here."""

    kind: str
    source: str


class Sum(msgspec.Struct, frozen=True, kw_only=True):
    """Minor units of a currency, plus is in our favour; what is of no sale and no payout does not count.

    `opening_minor` and `closing_minor` are balances of a bank's account.
    """

    currency: str
    theirs_minor: int
    ours_minor: int
    opening_minor: int | None = None
    closing_minor: int | None = None


def entered(causes: Iterable[Cause]) -> list[tuple[str, str]]:
    """Kinds and sources of the transfers that may stand in the books for these."""
    return [(kind, one.source) for one in causes if one.source for kind in _ENTERED[one.kind]]


def net_of(theirs: Iterable[Theirs]) -> dict[str, int]:
    """What lines move, by currency, less the fees that stand with them."""
    found: dict[str, int] = {}
    for one in theirs:
        sign = _SIGNS[one.kind]
        if sign:
            minor = sign * one.money.minor - (one.fee.minor if one.fee else 0)
            found[one.money.currency] = found.get(one.money.currency, 0) + minor
    return found


def net_of_totals(sold: Sold) -> dict[str, int]:
    """What a store's totals move, by currency."""
    return net_of(
        Theirs(line=one.line, id="", kind=one.kind, names=(), money=one.money) for one in sold.totals
    )  # fmt: skip


def side_by_side(theirs: Mapping[str, int], ours: Mapping[str, int], spans: Sequence[Span] = ()) -> list[Sum]:
    """Both, a currency each; of several statements the first one's opening balance and the last one's closing."""
    opening: dict[str, int | None] = {}
    closing: dict[str, int | None] = {}
    for span in spans:
        opening.setdefault(span.currency, span.opening_minor)
        closing[span.currency] = span.closing_minor
    return [
        Sum(
            currency=one, theirs_minor=theirs.get(one, 0), ours_minor=ours.get(one, 0),
            opening_minor=opening.get(one), closing_minor=closing.get(one),
        )
        for one in sorted({*theirs, *ours, *opening})
    ]  # fmt: skip
