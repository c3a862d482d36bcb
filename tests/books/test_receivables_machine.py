"""The books with a policy that books receivables: what is owed, set off and given back is a small model's too."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

import machines
from books.test_machine import CREATORS, Machine
from books_model import MILLI_A_COIN, Event, cleared
from largesse import ledger
from largesse.ledger.keys import load_keys


@dataclass(eq=False)
class Owed:
    """What a creator owes since an event: milli-diamonds, and which days gave what was set off."""

    event: Event
    creator: int
    milli: int
    gone: dict[int, int] = field(default_factory=dict)

    @property
    def open(self) -> int:
        return self.milli - sum(self.gone.values())


class Owing(Machine):
    """The same rules; gifts that are taken back after their hold are owed by their creator."""

    def __init__(self) -> None:
        super().__init__()
        self.owed: list[Owed] = []
        self.seen: set[Event] = set()
        self.asked = 0
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute("UPDATE policy.version SET receivable = true")

    @initialize(part=st.integers(20, 100), bank=st.booleans())
    def begin_with_gifts_that_are_taken_back_late(self, part: int, *, bank: bool) -> None:
        self.buy(1, 60, 1000, "psp")
        self.give([(1, 0, 40), (1, 1, 20)])
        self.buy(2, 60, 1000, "psp")
        self._pass(10)
        self.give([(2, 0, 30)])
        self._pass(16)
        if bank:
            self.be_disputed(0, part)
            self.lose_dispute(0)
        else:
            self.refund_money(0, part)

    def owes(self, creator: int) -> list[Owed]:
        return [one for one in self.owed if one.creator == creator]

    def days_left(self, creator: int) -> dict[int, int]:
        """Of each day that has cleared, less what was set off."""
        days = cleared(self.wallets.values(), self.payouts, creator, self.days)
        for one in self.owes(creator):
            for day, milli in one.gone.items():
                days[day] -= milli
        return {day: milli for day, milli in days.items() if milli}

    def left(self, creator: int) -> dict[int, int]:
        days = self.days_left(creator)
        owed = sum(one.open for one in self.owes(creator))
        for day in list(days):
            gone = min(owed, days[day])
            days[day] -= gone
            owed -= gone
        return {day: milli for day, milli in days.items() if milli}

    def earned(self, creator: int) -> tuple[int, int, int]:
        came, undone, held = super().earned(creator)
        return came, undone + sum(one.milli - one.open for one in self.owes(creator)), held

    def settle(self, creator: int, days: dict[int, int]) -> int:
        """The oldest claims take the oldest days."""
        taken = 0
        for one in self.owes(creator):
            for day in sorted(days):
                milli = min(one.open, days[day])
                if milli:
                    one.gone[day] = one.gone.get(day, 0) + milli
                    days[day] -= milli
                    taken += milli
        return taken

    @rule(at=st.integers(0, CREATORS - 1))
    def set_off(self, at: int) -> None:
        creator = self.creators[at]
        assert self.write(ledger.set_off, creator=creator) == self.settle(creator, self.days_left(creator))
        assert self.write(ledger.set_off, creator=creator) == 0

    async def _compare(self) -> None:
        self._learn()
        await super()._compare()
        async with self.db.read() as tx:
            for creator in self.creators:
                assert await ledger.owed_milli(tx, creator) == sum(one.open for one in self.owes(creator))
            books = await tx.scalar("SELECT coalesce(sum(amount), 0)::bigint FROM ledger.leg WHERE book = 24")
        if not any(one.open for one in self.owed):
            assert books == 0

    def _learn(self) -> None:
        """What the last step made owed, undid, or set off before a payout."""
        events = [event for event, *_ in self.refunds] + [d.lost for d, *_ in self.disputes if d.lost]
        for event in events:
            if event in self.seen:
                continue
            self.seen.add(event)
            late = [coin.gift for coin in event.clawed if coin.gift and not coin.undone]
            for creator in self.creators:
                coins = sum(gift[0] == creator for gift in late)
                if coins:
                    self.owed.append(Owed(event, creator, coins * MILLI_A_COIN))
        self.owed = [one for one in self.owed if not one.event.undone]
        if len(self.payouts) > self.asked:
            self.asked = len(self.payouts)
            payout = self.payouts.pop()
            self.settle(payout.creator, self.days_left(payout.creator))
            self.payouts.append(payout)


def run_machine(clones: Any, folder: Path, *, examples: int, steps: int) -> None:
    machines.run(Owing, examples=examples, steps=steps, keys=load_keys(folder), clones=clones)


def test_receivables_agree_with_a_childs_model(clones: Any, tmp_path: Path) -> None:
    run_machine(clones, tmp_path, examples=15, steps=40)


@pytest.mark.slow
def test_receivables_agree_with_a_childs_model_for_long(clones: Any, tmp_path: Path) -> None:
    run_machine(clones, tmp_path, examples=200, steps=80)
