"""A creator's earnings by day, and their statement of a month: pure rules, no I/O and no clock.

A gift counts on its UTC day; what is reversed, withdrawn or given back counts in the month in which the books had it.
So a statement of a month that is over changes only by what was under way as it ended, and each month opens with what
the one before closed with.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from largesse.ledger import EarningDay, Move
from largesse.payouts.model import clears_at, left
from largesse.policy import Policy

State = Literal["pending", "available", "held", "reserved", "paid", "earned"]
GRANT = "diamonds"  # the kind of a grant in the books
_MINOR_SCALE = 10_000_000  # milli-diamonds x micros a diamond, to US cents
_DECEMBER = 12


@dataclass(frozen=True, slots=True)
class DayLine:
    """What gifts of a UTC day under a policy gave, and where it is now; `clears_at` is None where there is no hold."""

    earning: EarningDay
    policy: Policy
    clears_at: datetime | None
    cleared: bool

    @property
    def pending_milli(self) -> int:
        """What is in its hold."""
        return 0 if self.cleared else left(self.earning)

    @property
    def available_milli(self) -> int:
        """What can be withdrawn."""
        return left(self.earning) if self.cleared else 0

    @property
    def gifted_milli(self) -> int:
        """What its gifts gave."""
        return self.earning.milli_in - self.earning.milli_granted

    @property
    def gifted_minor(self) -> int:
        """The same in US cents at the pinned value, rounded down."""
        return self.gifted_milli * self.policy.diamond_value_micros // _MINOR_SCALE

    @property
    def earned_minor(self) -> int:
        """What was earned, in US cents at its pinned value, rounded down."""
        return self.earning.milli_in * self.policy.diamond_value_micros // _MINOR_SCALE


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A UTC month, in milli-diamonds: opening + earned + granted - reversed - withdrawn + given back = closing.

    `closing` is all that is the creator's and was not asked to be paid out: pending, available and held.
    """

    first: date
    is_over: bool
    opening_milli: int
    earned_milli: int
    granted_milli: int
    reversed_milli: int
    withdrawn_milli: int
    given_back_milli: int
    closing_milli: int
    days: tuple[DayLine, ...]
    moves: tuple[Move, ...]


def lines(earnings: Sequence[EarningDay], policy_of: Callable[[int], Policy], now: datetime) -> list[DayLine]:
    """Days of earnings with their policy, newest first."""
    found = []
    for earning in reversed(earnings):
        policy = policy_of(earning.policy)
        at = clears_at(earning.day, policy.hold_days)
        found.append(DayLine(earning, policy, at, cleared=at is None or at <= now))
    return found


def is_in(line: DayLine, state: State) -> bool:
    """Whether something of a day is in a state: whether the figure of that name counts it."""
    earning = line.earning
    milli = {
        "pending": line.pending_milli,
        "available": line.available_milli,
        "held": earning.milli_held,
        "reserved": earning.milli_reserved,
        "paid": earning.milli_redeemed,
        "earned": earning.milli_in,
    }
    return milli[state] > 0


def next_month(first: date) -> date:
    """The first day of the month after."""
    return date(first.year + 1, 1, 1) if first.month == _DECEMBER else first.replace(month=first.month + 1)


def months(found: Sequence[DayLine], moves: Sequence[Move], now: datetime) -> list[Month]:
    """Every month from a creator's first gift to now, newest first; none where there was never a gift."""
    if not found:
        return []
    this = now.astimezone(UTC).date().replace(day=1)
    first = min(line.earning.day for line in found).replace(day=1)
    made: list[Month] = []
    opening = 0
    while first <= this:
        until = next_month(first)
        days = tuple(line for line in reversed(found) if first <= line.earning.day < until)
        own = tuple(move for move in moves if first <= move.at.astimezone(UTC).date() < until)
        month = _month(first, opening, days, own, is_over=until <= now.astimezone(UTC).date())
        made.append(month)
        first, opening = until, month.closing_milli
    return made[::-1]


def _month(first: date, opening: int, days: tuple[DayLine, ...], moves: tuple[Move, ...], *, is_over: bool) -> Month:
    earned = sum(line.gifted_milli for line in days)
    granted = sum(line.earning.milli_granted for line in days)
    reversals = -sum(move.milli for move in moves if move.source is None)
    withdrawn = -sum(move.milli for move in moves if move.source and move.milli < 0)
    back = sum(move.milli for move in moves if move.source and move.milli > 0 and move.kind != GRANT)
    return Month(
        first=first,
        is_over=is_over,
        opening_milli=opening,
        earned_milli=earned,
        granted_milli=granted,
        reversed_milli=reversals,
        withdrawn_milli=withdrawn,
        given_back_milli=back,
        closing_milli=opening + earned + granted - reversals - withdrawn + back,
        days=tuple(line for line in days if line.earning.gifts),
        moves=moves,
    )
