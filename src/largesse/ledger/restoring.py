"""Undoing what an event took, exactly: which coins come back, and as what. Pure rules, no I/O."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from largesse.ledger.line import Cut, Lot, Plan, Span, Worth

What = Literal["removed", "to_debt", "clawed"]


class Change(NamedTuple):
    """One event's change of one of a lot's counters, signed, with the worth of its coins; `spans` of clawed ones."""

    lot: int
    what: What
    coins: int
    worth: Worth
    spans: tuple[Span, ...] = ()


class Restored(NamedTuple):
    """Coins that come back at the end of the line, `to_debt` of them to repay debt at once; `root` they first were."""

    root: int
    currency: str | None
    coins: int
    to_debt: int
    worth: Worth


@dataclass(slots=True)
class GivingBack:
    """What undoes an event. `returned` are coins that had repaid its debt; `cancelled` is debt that was still open."""

    cancelled: int = 0
    changes: list[Change] = field(default_factory=list)
    returned: list[Cut] = field(default_factory=list)
    restored: list[Restored] = field(default_factory=list)


def changes_of(plan: Plan, set_off: Sequence[Cut]) -> list[Change]:
    """A plan as changes of lots: one for each lot and counter."""
    gone: dict[int, tuple[int, Worth]] = {}
    for cut in (*plan.removed, *plan.reopened):
        coins, worth = gone.get(cut.lot.key, (0, Worth()))
        gone[cut.lot.key] = (coins + cut.coins, worth + cut.worth)
    return [
        *(Change(lot, "removed", coins, worth) for lot, (coins, worth) in gone.items()),
        *(Change(cut.lot.key, "to_debt", -cut.coins, -cut.worth) for cut in plan.reopened),
        *(Change(cut.lot.key, "to_debt", cut.coins, cut.worth) for cut in set_off),
        *(Change(claw.lot.key, "clawed", claw.coins, claw.worth, claw.spans) for claw in plan.clawed),
    ]


def plan_giving_back(taken: Sequence[Change], lots: Sequence[Lot], *, debt: int, owed: int) -> GivingBack:
    """What undoes an event that made `taken` changes and `owed` coins of debt; `lots` are the line, in laying order.

    Clawed coins are spent ones again. Of its debt, what is still open (of `debt`) is cancelled; what was repaid comes
    back from the lots that repaid it, those that the event itself reopened or set off first, then the newest. Those
    coins and the removed ones lie at the end of the line again; they repay what debt of other events is open.
    """
    found = GivingBack(cancelled=min(debt, owed))
    reopened = {c.lot: -c for c in map(_Part.of, taken) if c.what == "to_debt" and c.coins < 0}
    short = owed - found.cancelled
    back: list[Cut] = []
    by_key = {lot.key: lot for lot in lots}
    for change in taken:
        lot = by_key[change.lot]
        if change.what == "clawed":
            found.changes.append(Change(lot.key, "clawed", -change.coins, -change.worth, change.spans))
        elif change.what == "removed":
            other = reopened.get(lot.key, _Part(lot.key, "to_debt", 0, Worth()))
            if change.coins > other.coins:
                back.append(Cut(lot, change.coins - other.coins, change.worth - other.worth))
    for key in sorted(reopened, reverse=True):
        part, lot = reopened[key], by_key[key]
        coins = min(short, part.coins)
        worth = part.worth.part(coins, part.coins)
        short -= coins
        if coins:
            found.returned.append(Cut(lot, coins, worth))
        if part.coins > coins:
            found.changes.append(Change(key, "to_debt", part.coins - coins, part.worth - worth))
            found.changes.append(Change(key, "removed", coins - part.coins, worth - part.worth))
    set_off = {c.lot for c in taken if c.what == "to_debt" and c.coins > 0}
    for lot in sorted(lots, key=lambda lot: (lot.key in set_off, lot.key), reverse=True):
        coins = min(short, lot.to_debt)
        if coins:
            worth = lot.repaid_by(coins)
            found.returned.append(Cut(lot, coins, worth))
            found.changes.append(Change(lot.key, "to_debt", -coins, -worth))
            found.changes.append(Change(lot.key, "removed", coins, worth))
            short -= coins
    assert short == 0, (short, "debt was repaid by nothing")
    found.restored = _restored([*back, *found.returned], debt - found.cancelled)
    return found


class _Part(NamedTuple):
    lot: int
    what: What
    coins: int
    worth: Worth

    @classmethod
    def of(cls, change: Change) -> "_Part":
        return cls(change.lot, change.what, change.coins, change.worth)

    def __neg__(self) -> "_Part":
        return _Part(self.lot, self.what, -self.coins, -self.worth)


def _restored(back: Iterable[Cut], debt: int) -> list[Restored]:
    """One lot for each that the coins first were; the first ones repay `debt`."""
    sums: dict[int, tuple[str | None, int, Worth]] = {}
    for lot, coins, worth in back:
        _, before, worth_before = sums.get(lot.root, (None, 0, Worth()))
        sums[lot.root] = (lot.currency, before + coins, worth_before + worth)
    found = []
    for root, (currency, coins, worth) in sorted(sums.items()):
        to_debt = min(debt, coins)
        found.append(Restored(root, currency, coins, to_debt, worth))
        debt -= to_debt
    return found
