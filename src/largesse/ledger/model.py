"""The books' own words: wallets, lots, books, legs. Pure rules, no I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum
from typing import Literal, NamedTuple

Line = Literal["paid", "promo"]
UNOPENED = date(9999, 12, 31)


class Book(IntEnum):
    """The chart of accounts that this room writes to; rows of ledger.book."""

    COINS_ISSUED = 1
    COINS_WALLET = 2
    COINS_ADJUSTED = 4
    PROMO_ISSUED = 5
    PROMO_WALLET = 6
    PROMO_ADJUSTED = 8
    COINS_RECOVERED = 9
    PSP = 21
    COINS_OWED = 31
    TAX = 32
    RECOVERED = 42
    ADJUSTMENTS = 44
    PSP_FEES = 51
    GOODWILL = 59


class Leg(NamedTuple):
    """One leg of a transfer in its book's unit (coins, milli-diamonds, minor units); plus is debit, minus is credit."""

    book: Book
    amount: int
    holder: int = 0
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wallet:
    """A viewer's coins: four counters that only grow or, for unspent coins taken back, shrink from the `…_in` side.

    `given_day`, `given_week` (from Monday) and `given_month` count the coins given in those of `given_on` (UTC);
    `own_…` are the person's own limits, None for none; `gives_from` is the first UTC day of being of age;
    `rests_until` is None where nobody rests.
    """

    account: int
    paid_in: int = 0
    paid_out: int = 0
    promo_in: int = 0
    promo_out: int = 0
    debt: int = 0
    given_day: int = 0
    given_week: int = 0
    given_month: int = 0
    given_on: date = date(2000, 1, 1)
    gives_from: date = UNOPENED
    frozen: bool = False
    own_day_max: int | None = None
    own_week_max: int | None = None
    own_month_max: int | None = None
    own_gift_max: int | None = None
    rests_until: datetime | None = None

    def given(self, today: date) -> tuple[int, int, int]:
        """Coins given so far in the UTC day, week and month of `today`."""
        week, month = today - timedelta(days=today.weekday()), today.replace(day=1)
        return (
            self.given_day if self.given_on >= today else 0,
            self.given_week if self.given_on >= week else 0,
            self.given_month if self.given_on >= month else 0,
        )

    @property
    def paid(self) -> int:
        """Bought coins that are unspent."""
        return self.paid_in - self.paid_out

    @property
    def promo(self) -> int:
        """Promotional coins that are unspent."""
        return self.promo_in - self.promo_out

    @property
    def coins(self) -> int:
        """All unspent coins."""
        return self.paid + self.promo

    def unspent(self, line: Line) -> int:
        """Unspent coins of one line."""
        return self.paid if line == "paid" else self.promo

    def spent(self, line: Line) -> int:
        """Where on the line the next coin is spent: the `…_out` counter."""
        return self.paid_out if line == "paid" else self.promo_out


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """A purchase or grant on its wallet's line of numbers; its interval is [start, end)."""

    key: int
    start: int
    coins: int
    removed: int
    to_debt: int
    clawed: int
    net_minor: int
    gross_minor: int
    currency: str | None

    @property
    def end(self) -> int:
        """Where the next lot starts."""
        return self.start + self.coins - self.removed - self.to_debt

    def unspent(self, spent: int) -> int:
        """Its coins that lie beyond `spent` on the line."""
        return max(0, self.end - max(self.start, spent))

    def net_of(self, coins: int) -> int:
        """What its next `coins` to leave the line cost, without tax, in minor units.

        Rounded down on the running sum of what left, so the last removal takes the rest.
        """
        gone = self.removed + self.to_debt
        assert gone + coins <= self.coins, (self, coins)
        return self.net_minor * (gone + coins) // self.coins - self.net_minor * gone // self.coins


class Cut(NamedTuple):
    """Coins to take from one lot."""

    lot: Lot
    coins: int


def plan_removal(lots: Sequence[Lot], spent: int, coins: int) -> list[Cut]:
    """Which lots, given in laying order, give up `coins` unspent coins: the newest first.

    The lots must hold that many unspent coins.
    """
    cuts: list[Cut] = []
    for lot in reversed(lots):
        if coins == 0:
            break
        taken = min(coins, lot.unspent(spent))
        if taken:
            cuts.append(Cut(lot, taken))
            coins -= taken
    assert coins == 0, (coins, "more than is unspent")
    return cuts


class Finding(NamedTuple):
    """Something that does not hold: which promise, what it is about (with ids), and how."""

    promise: int
    about: str
    detail: str
