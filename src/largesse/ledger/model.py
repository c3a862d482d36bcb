"""The books' own words: wallets, books, legs, what was taken. Pure rules, no I/O."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum
from typing import Literal, NamedTuple

from largesse.kit.money import Money

Line = Literal["paid", "promo"]
Via = Literal["psp", "store"]
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
    DIAMONDS_ISSUED = 11
    DIAMONDS_CREATOR = 12
    DIAMONDS_REDEEMING = 13
    DIAMONDS_REDEEMED = 14
    DIAMONDS_REVERSED = 15
    PSP = 21
    STORE = 22
    DISPUTED = 23
    CREATORS_OWE = 24
    COINS_OWED = 31
    TAX = 32
    CREATORS_OWED = 33
    LEAVING = 34
    UNALLOCATED = 35
    GIFTS = 41
    RECOVERED = 42
    PAYOUT_FEES = 43
    ADJUSTMENTS = 44
    PSP_FEES = 51
    STORE_FEES = 52
    CREATORS_COST = 53
    PROMOTION_COST = 54
    DISPUTE_FEES = 55
    CHARGEBACKS = 56
    PAYOUT_COST = 57
    FX_COST = 58
    GOODWILL = 59
    GRANTS_COST = 60
    EXCHANGE = 71
    ROUNDING = 72


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
    `rests_until` is None where nobody rests; `test_money` says that a provider's test money granted coins here.
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
    test_money: bool = False

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
class Taken:
    """What an event did to a purchase's coins. Where it gives back what another took, the numbers are negative.

    `coins` = `removed` (were unspent) + `clawed` (were spent) + `reopened` (had repaid debt, which is open again).
    Of the clawed ones `reversed_coins` came out of gifts, with `reversed_milli` of their creators; the rest is owed.
    `debt` is what is newly owed, `set_off` how much of it other unspent coins repaid at once. `money` went back to the
    buyer. `held_milli` is what a dispute holds of creators' earnings until it is decided.
    """

    transfer: int
    removed: int = 0
    clawed: int = 0
    reopened: int = 0
    reversed_coins: int = 0
    reversed_milli: int = 0
    held_milli: int = 0
    debt: int = 0
    set_off: int = 0
    money: Money

    @property
    def coins(self) -> int:
        """Coins of the purchase that were taken."""
        return self.removed + self.clawed + self.reopened


class Finding(NamedTuple):
    """Something that does not hold: which promise, what it is about (with ids), and how."""

    promise: int
    about: str
    detail: str
