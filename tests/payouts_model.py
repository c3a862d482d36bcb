"""What a creator earned and withdraws, as a few lists: what is left of days and of a week, what a wish comes to."""

from dataclasses import dataclass, field
from uuid import UUID

from largesse.ledger import NotEnoughDiamonds
from largesse.payouts import errors
from payouts_world import BOUND_MINOR

HOLD_DAYS, WEEK_DAYS, WEEK_MINOR, MIN_MINOR = 14, 7, 100_000, 10_000
MICROS, CENT = 7000, 10_000_000
OPEN = {"review", "approved", "submitting", "unknown", "submitted", "in_transit"}
GRANTED = "granted"  # in place of how a dispute stands
ASKED = ("submitting", "unknown", "submitted", "in_transit")


@dataclass(eq=False)
class Earned:
    """One viewer's one gift: what its purchase made Bob earn on a day; or a grant, which nobody disputes."""

    viewer: int
    day: int
    milli: int
    money: int
    dispute: str = ""  # open, lost, won; GRANTED
    held: bool = False
    is_reversed: bool = False


@dataclass(eq=False)
class Payout:
    """A withdrawal, as it should stand."""

    id: UUID
    quote: UUID
    gross: int
    days: dict[int, int]
    day: int
    status: str = "review"
    held: bool = False
    said_yes: set[int] = field(default_factory=set)
    submitted: int = 0
    is_asked: bool = True  # the rail is asked by itself
    is_ruled: bool = False
    words: dict[int, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"payout:{self.id}:1"

    @property
    def needed(self) -> int:
        return 2 if self.gross > BOUND_MINOR else 1


class Model:
    """One creator's earnings and payouts on a day."""

    def begin(self) -> None:
        self.earned: list[Earned] = []
        self.payouts: list[Payout] = []
        self.today = 0

    def some(self, at: int, *statuses: str) -> Payout:
        found = [payout for payout in self.payouts if payout.status in statuses]
        return found[at % len(found)]

    def gifts(self) -> int:
        """How many of what was earned are gifts."""
        return sum(one.dispute != GRANTED for one in self.earned)

    def left(self) -> dict[int, int]:
        """Milli-diamonds of each day that can be withdrawn today, the oldest first."""
        days: dict[int, int] = {}
        for one in self.earned:
            if not one.held and not one.is_reversed and self.today > one.day + HOLD_DAYS:
                days[one.day] = days.get(one.day, 0) + one.milli
        for payout in self.payouts:
            if payout.status in OPEN | {"paid"}:
                for day, milli in payout.days.items():
                    days[day] -= milli
        return {day: milli for day, milli in sorted(days.items()) if milli}

    def week(self) -> int:
        """US cents that are left of the week."""
        counting = OPEN | {"paid"}
        recent = [p.gross for p in self.payouts if p.status in counting and self.today - p.day < 7]
        return WEEK_MINOR - sum(recent)

    def wants(self, milli: int | None) -> tuple[int, dict[int, int]] | type[Exception]:
        """What a quote should come to: US cents and the days that it takes, or how it is refused."""
        there = self.left()
        if milli is not None and milli > sum(there.values()):
            return NotEnoughDiamonds
        gross = (sum(there.values()) if milli is None else milli) * MICROS // CENT
        if milli is None:
            gross = min(gross, self.week())
        if gross > self.week():
            return errors.OverWeeklyMaximum
        if gross < MIN_MINOR:
            return errors.BelowMinimum
        rest, taken = -(-gross * CENT // MICROS), {}
        for day, there_is in there.items():
            if rest:
                taken[day] = min(rest, there_is)
                rest -= taken[day]
        return gross, taken
