"""A wallet's line of numbers: lots end to end, and which of their coins are taken. Pure rules, no I/O.

A spent coin has its place on the line for ever: lots that have one never move, because only unspent coins leave.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Span = tuple[int, int]
"""Coins on a line: from the first up to and without the second."""


@dataclass(frozen=True, slots=True)
class Worth:
    """What coins cost, in minor units: without tax, and with it."""

    net: int = 0
    gross: int = 0

    def __add__(self, other: "Worth") -> "Worth":
        return Worth(self.net + other.net, self.gross + other.gross)

    def __sub__(self, other: "Worth") -> "Worth":
        return Worth(self.net - other.net, self.gross - other.gross)

    def __neg__(self) -> "Worth":
        return Worth(-self.net, -self.gross)

    def part(self, coins: int, of: int) -> "Worth":
        """The worth of `coins` out of the `of` coins that this is the worth of, rounded down."""
        return Worth(self.net * coins // of, self.gross * coins // of) if of else Worth()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """A purchase or grant on its wallet's line of numbers; its interval is [start, end).

    `origin` is the lot that these coins first were, where they came back. `repaid` is the worth of its `to_debt` coins.
    """

    key: int
    start: int
    coins: int
    removed: int
    to_debt: int
    clawed: int
    net_minor: int
    gross_minor: int
    currency: str | None
    origin: int | None = None
    clawed_at: tuple[Span, ...] = ()
    repaid: Worth = Worth()

    @property
    def root(self) -> int:
        """The lot that its coins first were."""
        return self.origin or self.key

    @property
    def end(self) -> int:
        """Where the next lot starts."""
        return self.start + self.coins - self.removed - self.to_debt

    def unspent(self, spent: int) -> int:
        """Its coins that lie beyond `spent` on the line."""
        return max(0, self.end - max(self.start, spent))

    def leaving(self, coins: int) -> Worth:
        """The worth of its next `coins` to leave the line.

        Rounded down on the running sum of what left, so the last removal takes the rest.
        """
        gone = self.removed + self.to_debt
        assert gone + coins <= self.coins, (self, coins)
        return self._worth.part(gone + coins, self.coins) - self._worth.part(gone, self.coins)

    def worth_at(self, spans: Iterable[Span]) -> Worth:
        """The worth of its spent coins at places on the line.

        Rounded up on the running sum from its start: with what leaves, whose sum is rounded down, all of it comes to
        the price, whatever is clawed, given back and clawed again.
        """
        found = Worth()
        for low, high in spans:
            assert self.start <= low < high <= self.end, (self, low, high)
            found += self._worth_before(high) - self._worth_before(low)
        return found

    def repaid_by(self, coins: int) -> Worth:
        """The worth of `coins` of those that repaid debt; the last ones take the rest."""
        assert coins <= self.to_debt, (self, coins)
        return self.repaid.part(coins, self.to_debt)

    def free(self, spent: int) -> list[Span]:
        """Its spent coins that are not clawed, as spans in order."""
        return without([(self.start, min(self.end, spent))], self.clawed_at)

    @property
    def _worth(self) -> Worth:
        return Worth(self.net_minor, self.gross_minor)

    def _worth_before(self, place: int) -> Worth:
        return -(-self._worth).part(place - self.start, self.coins)


class Cut(NamedTuple):
    """Coins of one lot that leave the line, or that had left it to repay debt, and their worth."""

    lot: Lot
    coins: int
    worth: Worth


class Claw(NamedTuple):
    """Spent coins of one lot: where they are, and their worth."""

    lot: Lot
    spans: tuple[Span, ...]
    worth: Worth

    @property
    def coins(self) -> int:
        """How many they are."""
        return length(self.spans)


@dataclass(frozen=True, slots=True)
class Plan:
    """Which coins of a purchase are taken, and how."""

    removed: list[Cut]
    clawed: list[Claw]
    reopened: list[Cut]

    @property
    def coins(self) -> int:
        """All of them."""
        cuts = [*self.removed, *self.reopened]
        return sum(cut.coins for cut in cuts) + sum(claw.coins for claw in self.clawed)

    @property
    def worth(self) -> Worth:
        """What all of them cost."""
        cuts = [*self.removed, *self.reopened]
        return sum((cut.worth for cut in cuts), sum((claw.worth for claw in self.clawed), Worth()))

    @property
    def spans(self) -> list[Span]:
        """Where the clawed ones lie, in order; what touches is one."""
        return union(span for claw in self.clawed for span in claw.spans)


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
            cuts.append(Cut(lot, taken, lot.leaving(taken)))
            coins -= taken
    assert coins == 0, (coins, "more than is unspent")
    return cuts


def plan_taking(lots: Sequence[Lot], spent: int, coins: int) -> Plan:
    """How `coins` of one purchase are taken, or all that is left of it where that is less.

    `lots` are its own and those in which coins of it came back, in laying order. Unspent coins first; then spent ones,
    from the top of the line; then those that repaid debt. The newest lot first.

    Source: docs/decisions/0014-taking-back.md
    """
    removed = plan_removal(lots, spent, min(coins, sum(lot.unspent(spent) for lot in lots)))
    coins -= sum(cut.coins for cut in removed)
    clawed: list[Claw] = []
    for lot in reversed(lots):
        spans = tuple(_top(lot.free(spent), coins))
        if spans:
            clawed.append(Claw(lot, spans, lot.worth_at(spans)))
            coins -= length(spans)
    reopened: list[Cut] = []
    for lot in reversed(lots):
        taken = min(coins, lot.to_debt)
        if taken:
            reopened.append(Cut(lot, taken, lot.repaid_by(taken)))
            coins -= taken
    return Plan(removed, clawed, reopened)


def length(spans: Iterable[Span]) -> int:
    """How many coins spans are that do not overlap."""
    return sum(high - low for low, high in spans)


def union(spans: Iterable[Span]) -> list[Span]:
    """The same coins in order, once each, as few spans as can be."""
    found: list[Span] = []
    for low, high in sorted(spans):
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        elif low < high:
            found.append((low, high))
    return found


def overlap(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """The coins that are in both, in order."""
    theirs = union(others)
    return [(max(low, a), min(high, b)) for low, high in union(spans) for a, b in theirs if max(low, a) < min(high, b)]


def without(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """The coins of `spans` that are not in `others`, in order."""
    left = union(spans)
    for a, b in union(others):
        left = [
            piece for low, high in left for piece in ((low, min(high, a)), (max(low, b), high)) if piece[0] < piece[1]
        ]
    return left


def _top(spans: Sequence[Span], coins: int) -> list[Span]:
    """The last `coins` of spans in order."""
    found: list[Span] = []
    for low, high in reversed(spans):
        if coins <= 0:
            break
        found.append((max(low, high - coins), high))
        coins -= high - found[-1][0]
    return found[::-1]
