"""What taking coins back is in money and in diamonds: pure rules, no I/O.

Source: docs/explanation/books.md, docs/decisions/0014-taking-back.md
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from largesse.kit.money import Money
from largesse.ledger.line import Cut, Plan, Span, Worth, overlap, without
from largesse.ledger.model import Book, Leg, Via

MILLI_MICROS_A_CENT = 10_000_000  # milli-diamonds x micros a diamond, to US cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """A purchase as the books have it, with what was taken of it so far; `now` is the transaction's time.

    `fee_minor` is what the store kept of it; `money_minor` went back to the buyer, `fee_back_minor` out of the fee.
    """

    source: str
    lot: int
    account: int
    coins: int
    gross_minor: int
    net_minor: int
    currency: str
    fee_minor: int
    via: Via
    laid_at: datetime
    now: datetime
    taken: int
    money_minor: int
    fee_back_minor: int

    def coins_due(self, money: Money) -> int:
        """How many more coins `money` more stands for.

        Rounded up on the running sum of what went back, so a full refund takes all.
        """
        assert money.currency == self.currency, (money, self.currency)
        if self.gross_minor == 0:
            return self.coins
        back = min(self.money_minor + money.minor, self.gross_minor)
        return max(0, -(-self.coins * back // self.gross_minor) - self.taken)

    def fee_due(self, money: Money) -> int:
        """How much of the store's fee comes back with `money`; rounded down on the running sum."""
        if self.via == "psp" or self.gross_minor == 0:
            return 0
        back = min(self.money_minor + money.minor, self.gross_minor)
        return self.fee_minor * back // self.gross_minor - self.fee_back_minor


class Reversed(NamedTuple):
    """Parts of gifts of one of a creator's earnings that one dispute held, 0 for none; `micros` a diamond is worth."""

    creator: int
    day: date
    policy: int
    stripe: int
    dispute: int
    coins: int
    milli: int
    micros: int


class Piece(NamedTuple):
    """Spent coins that are taken, and the moment by which the gifts that they paid for must be in their hold."""

    span: Span
    as_of: datetime
    dispute: int = 0


class Question(NamedTuple):
    """An open dispute: since when, which spent coins it may claw, for how many coins and minor units it is."""

    dispute: int
    opened_at: datetime
    spans: list[Span]
    coins: int
    minor: int


def pieces_of(spans: Iterable[Span], open_disputes: Sequence[Question], now: datetime) -> list[Piece]:
    """Spans cut where a dispute holds what they paid for: there the hold is that of the moment when it was opened."""
    left, found = list(spans), []
    for question in open_disputes:
        found += [Piece(span, question.opened_at, question.dispute) for span in overlap(left, question.spans)]
        left = without(left, question.spans)
    return sorted([*found, *(Piece(span, now) for span in left)])


def taking_legs(bought: Purchase, plan: Plan, reversed_coins: int, money: Money, credit: Book | None) -> list[Leg]:
    """The entry's money and coins, without set-off and diamonds. `credit` gives the money; the store where it is None.

    What the clawed coins cost is shared by coins between the gifts that were reversed and those that were not. Money
    that the coins do not account for is a rounding where they are as many as it stands for, else it is lost.
    """
    removed, reopened = _sum(plan.removed), _sum(plan.reopened)
    clawed = sum((claw.worth for claw in plan.clawed), Worth())
    undone = clawed.part(reversed_coins, sum(claw.coins for claw in plan.clawed))
    worth = removed + clawed + reopened
    missing = money.minor - worth.gross
    enough = bought.money_minor + money.minor <= bought.gross_minor
    rounds = missing == 0 or (enough and plan.coins >= bought.coins_due(money))
    lost = 0 if rounds else missing * bought.net_minor // max(bought.gross_minor, 1)
    sums = {
        Book.COINS_OWED: removed.net,
        Book.GIFTS: undone.net,
        Book.CHARGEBACKS: clawed.net - undone.net + lost,
        Book.RECOVERED: reopened.net,
    }
    if credit is None:
        fee = bought.fee_due(money)
        sums |= {Book.STORE: fee - worth.net - lost, Book.STORE_FEES: -fee}
    else:
        tax = worth.gross - worth.net + (0 if rounds else missing - lost)
        sums |= {Book.TAX: tax, Book.ROUNDING: missing if rounds else 0, credit: -money.minor}
    gone = sum(cut.coins for cut in plan.removed)
    back = sum(cut.coins for cut in plan.reopened)
    return [
        *(Leg(book, minor, 0, bought.currency) for book, minor in sums.items()),
        Leg(Book.COINS_WALLET, -gone, bought.account),
        Leg(Book.COINS_RECOVERED, -back, bought.account),
        Leg(Book.COINS_ISSUED, gone + back),
    ]


def repaying_legs(account: int, cuts: Iterable[tuple[str | None, int, Worth]]) -> list[Leg]:
    """Unspent coins that repay debt: currency, coins and worth of each lot's."""
    legs = []
    for currency, coins, worth in cuts:
        legs += [Leg(Book.COINS_WALLET, -coins, account), Leg(Book.COINS_RECOVERED, coins, account)]
        if currency:
            legs += [Leg(Book.COINS_OWED, worth.net, 0, currency), Leg(Book.RECOVERED, -worth.net, 0, currency)]
    return legs


def diamond_legs(parts: Iterable[Reversed]) -> list[Leg]:
    """Milli-diamonds from creators to what is reversed, and what they are worth, in US cents, half-even once."""
    by_creator: dict[int, int] = {}
    worth = 0
    for part in parts:
        by_creator[part.creator] = by_creator.get(part.creator, 0) + part.milli
        worth += part.milli * part.micros
    cents = half_even(worth, MILLI_MICROS_A_CENT)
    return [
        Leg(Book.CREATORS_OWED, cents, 0, "USD"),
        Leg(Book.CREATORS_COST, -cents, 0, "USD"),
        *(Leg(Book.DIAMONDS_CREATOR, -milli, creator) for creator, milli in sorted(by_creator.items())),
        Leg(Book.DIAMONDS_REVERSED, sum(by_creator.values())),
    ]


def netted(legs: Iterable[Leg]) -> list[Leg]:
    """One leg an account, and none of nothing; in the order of their first."""
    sums: dict[tuple[Book, int, str], int] = {}
    for leg in legs:
        key = (leg.book, leg.holder, leg.currency)
        sums[key] = sums.get(key, 0) + leg.amount
    return [Leg(book, amount, holder, currency) for (book, holder, currency), amount in sums.items() if amount]


def opposite(legs: Iterable[Leg]) -> list[Leg]:
    """What undoes them."""
    return [leg._replace(amount=-leg.amount) for leg in legs]


def half_even(numerator: int, denominator: int) -> int:
    """The quotient, a half to the even neighbour."""
    whole, rest = divmod(numerator, denominator)
    return whole + (2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1))


def _sum(cuts: Iterable[Cut]) -> Worth:
    return sum((cut.worth for cut in cuts), Worth())
