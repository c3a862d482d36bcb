"""Whatever becomes of what a creator withdraws, diamonds, states and the bank's record are a small model's."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import clocked
import machines
from bookkeeping import AT, Gift
from largesse import ledger
from largesse.kit import ids
from largesse.kit.approval import FourEyes
from largesse.kit.money import Money
from largesse.ledger import PayoutOpen
from largesse.ledger.keys import Keys, load_keys
from largesse.payouts import errors
from payouts_model import ASKED, GRANTED, HOLD_DAYS, MICROS, OPEN, Earned, Model, Payout
from payouts_world import BOB, BOUND_MINOR, FIRST_VIEWER, OLGA, OSCAR, WINDOW_DAYS, World

T = TypeVar("T")
VIEWERS = 14
DAYS_MAX = 120
AT_ONE = st.integers(0)
MANNER = st.sampled_from(["fine", "fine", "lost", "away", "refuses"])


class Machine(World, Model, RuleBasedStateMachine):
    """Every rule does the same to the services and to the model."""

    keys_of: Keys
    folder: Path
    clones: Any

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.url = self.clones.take()
        clocked.install(self.url)
        self.run(self.open(self.url, self.keys_of, self.folder, VIEWERS))
        self.begin()

    def teardown(self) -> None:
        findings = self.run(self.prove())
        self.run(self.close())
        self.loop.close()
        self.clones.give_back(self.url)
        assert findings == []

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    # What people do

    @initialize(manner=MANNER)
    def begin_with_earnings_that_have_cleared_and_a_payout(self, manner: str) -> None:
        for _ in range(4):
            self.earn(60_000)
        self.pass_days(HOLD_DAYS + 1)
        self.withdraw_and_hand_over(20, manner)

    @precondition(lambda self: not any(p.status in OPEN for p in self.payouts))
    @rule(part=st.integers(10, 60), manner=MANNER)
    def withdraw_and_hand_over(self, part: int, manner: str) -> None:
        """The usual way, which single rules take too rarely."""
        known = len(self.payouts)
        self.withdraw(0, part, again=False)
        if len(self.payouts) > known:
            for by in (OLGA, OSCAR):
                if self.payouts[-1].status == "review":
                    self.approve(by)
            self.hand_over(manner)

    @precondition(lambda self: any(p.status in ASKED for p in self.payouts) and self.today < DAYS_MAX)
    @rule(at=AT_ONE)
    def hear_nothing_until_it_is_late(self, at: int) -> None:
        self.pass_days(WINDOW_DAYS)
        self.ask(at, "away")

    @precondition(lambda self: self.gifts() < VIEWERS)
    @rule(coins=st.integers(20_000, 60_000))
    def earn(self, coins: int) -> None:
        viewer, money = FIRST_VIEWER + self.gifts(), coins
        self.run(self.books.buy(viewer, coins, money))
        self.run(self.books.give([Gift(viewer, BOB, coins)]))
        self.earned.append(Earned(viewer, self.today, coins * 700, money))

    @rule(milli=st.integers(1, 9_000_000))
    def grant(self, milli: int) -> None:
        self.run(self._grant(milli))
        self.earned.append(Earned(0, self.today, milli, 0, GRANTED))

    async def _grant(self, milli: int) -> None:
        async with self.db.write() as tx:
            await ledger.grant_diamonds(
                tx, creator=BOB, policy=1, micros=MICROS, milli=milli, source=f"grant:{len(self.earned)}",
                happened_at=AT,
            )  # fmt: skip

    @precondition(lambda self: self.today < DAYS_MAX)
    @rule(days=st.integers(1, 8))
    def pass_days(self, days: int) -> None:
        self.today += days
        self.run(self._pass(days))

    async def _pass(self, days: int) -> None:
        async with self.db.write() as tx:
            await tx.execute(clocked.PASS, [days])

    @rule(at=AT_ONE, part=st.integers(1, 130) | st.none(), again=st.booleans())
    def withdraw(self, at: int, part: int | None, *, again: bool) -> None:
        total = sum(self.left().values())
        milli = None if part is None else max(1, total * part // 100 + at % 7)
        wanted = self.wants(milli)
        if isinstance(wanted, type):
            with pytest.raises(wanted):
                self.run(self.requests.quote(BOB, method=self.method.id, milli=milli))
            return
        quote = self.run(self.requests.quote(BOB, method=self.method.id, milli=milli))
        assert quote.gross_minor == wanted[0]
        if any(payout.status in OPEN for payout in self.payouts):
            with pytest.raises(PayoutOpen):
                self.run(self._request(ids.new(), quote.id))
            return
        name = ids.new()
        made, _ = self.run(self._request(name, quote.id))
        has_arrived = any(payout.status == "paid" for payout in self.payouts)
        is_small = wanted[0] <= BOUND_MINOR
        status = "approved" if has_arrived and is_small else "review"
        self.payouts.append(Payout(name, quote.id, *wanted, self.today, status))
        if again:
            assert self.run(self._request(name, quote.id)) == (made, True)
            with pytest.raises(errors.QuoteOver):
                self.run(self._request(ids.new(), quote.id))

    async def _request(self, payout: UUID, quote: UUID) -> Any:
        await self.give_code()
        return await self.requests.request(self.bob, payout=payout, quote=quote)

    @precondition(lambda self: self.payouts)
    @rule(at=AT_ONE)
    def cancel(self, at: int) -> None:
        payout = self.payouts[at % len(self.payouts)]
        if payout.status == "approved" and at % 2:
            return  # a rule that is taken often would let nothing leave
        work = self.requests.cancel(BOB, payout.id)
        if payout.status in {"review", "approved", "canceled"}:
            assert self.run(work).status == "canceled"
            payout.status = "canceled"
        else:
            self.refused(errors.NotNow, work)

    def refused(self, how: type[Exception], work: Coroutine[Any, Any, Any]) -> None:
        with pytest.raises(how):
            self.run(work)

    # What the office does

    @precondition(lambda self: self.payouts)
    @rule(by=st.sampled_from([BOB, OLGA, OSCAR, OLGA, OSCAR]))
    def approve(self, by: int) -> None:
        payout, work = self.payouts[-1], self.office.approve(by, self.payouts[-1].id)
        if payout.status != "review" or payout.held:
            self.refused(errors.NotNow, work)
        elif by == BOB or by in payout.said_yes:
            self.refused(FourEyes, work)
        else:
            self.run(work)
            payout.said_yes.add(by)
            if len(payout.said_yes) >= payout.needed:
                payout.status = "approved"

    @precondition(lambda self: self.payouts)
    @rule(verb=st.sampled_from(["hold", "release", "release", "reject"]))
    def decide_otherwise(self, verb: str) -> None:
        payout = self.payouts[-1]
        work = getattr(self.office, verb)(OLGA, payout.id, "because")
        is_waiting = payout.status in {"review", "approved"}
        if not is_waiting or (verb == "release" and not (payout.status == "review" and payout.held)):
            self.refused(errors.NotNow, work)
            return
        self.run(work)
        if verb == "reject":
            payout.status = "rejected"
        else:
            payout.status, payout.held = "review", verb == "hold"
            payout.said_yes.clear()

    @precondition(lambda self: any(p.status in ASKED for p in self.payouts))
    @rule(at=AT_ONE, by=st.sampled_from([OLGA, OSCAR]))
    def rule_by_what_the_bank_has(self, at: int, by: int) -> None:
        payout = self.some(at, *ASKED)
        state = self.bank.states.get(payout.key, "absent")
        outcome: Any = "paid" if state in {"paid", "returned"} else "failed"
        work = self.office.rule(by, payout.id, outcome, reference="", reason="seen")
        if payout.is_asked:
            self.refused(errors.NotNow, work)
        elif state in {"submitted", "in_transit"}:
            work.close()  # whoever looks sees that it is not decided
        elif payout.words.get(by) == outcome:
            self.refused(FourEyes, work)
        else:
            self.run(work)
            payout.words[by] = outcome
            if list(payout.words.values()).count(outcome) >= payout.needed:
                payout.status, payout.is_ruled = outcome, True

    # What the bank does, and what we hear

    @precondition(lambda self: any(p.status == "approved" for p in self.payouts))
    @rule(manner=MANNER)
    def hand_over(self, manner: str) -> None:
        payout = self.some(0, "approved")
        self.bank.manner = manner
        self.run(self.carrying.hand_over())
        payout.status = {"fine": "submitted", "refuses": "failed"}.get(manner, "unknown")
        payout.submitted = self.today

    @precondition(lambda self: self.bank.states)
    @rule(at=AT_ONE, to=st.sampled_from(["in_transit", "paid", "paid", "failed", "returned"]), manner=MANNER)
    def let_the_bank_go_on(self, at: int, to: str, manner: str) -> None:
        key = list(self.bank.states)[at % len(self.bank.states)]
        payout = next(p for p in self.payouts if p.key == key)
        before = self.bank.states[key]
        follows = {
            "submitted": {"in_transit", "paid", "failed"},
            "in_transit": {"paid", "failed"},
            "paid": {"returned"},
        }
        if to in follows.get(before, set()) and not (payout.is_ruled and to != "returned"):
            self.bank.states[key] = to
        places = [p.id for p in self.payouts if p.status in (*ASKED, "paid")]
        if payout.id in places:
            self.ask(places.index(payout.id), manner)

    @precondition(lambda self: any(p.status in (*ASKED, "paid") for p in self.payouts))
    @rule(at=AT_ONE, manner=MANNER)
    def ask(self, at: int, manner: str) -> None:
        payout = self.some(at, *ASKED, "paid")
        self.bank.manner = manner
        state = self.bank.states.get(payout.key, "absent")
        is_late = self.today >= payout.submitted + WINDOW_DAYS
        self.run(self.carrying.step(payout.id))
        if manner in {"lost", "away"}:  # nothing is heard
            payout.status = "unknown" if payout.status == "submitting" else payout.status
            payout.is_asked = not is_late
        elif state == "absent":
            self._again(payout, manner, is_late=is_late)
        else:
            payout.status = "paid" if (payout.status, state) == ("paid", "paid") else state
            payout.is_asked = not (is_late and payout.status in ASKED)

    def _again(self, payout: Payout, manner: str, *, is_late: bool) -> None:
        """The bank knows nothing of it: it was handed over again, unless its time was over."""
        if is_late or payout.status == "paid":
            payout.is_asked = False
        elif manner == "fine":
            payout.status, payout.is_asked = "submitted", True
        else:
            payout.is_asked = False  # refused now, which says nothing of before

    # Disputes

    @precondition(lambda self: any(not one.dispute for one in self.earned))
    @rule(at=AT_ONE)
    def dispute(self, at: int) -> None:
        found = [one for one in self.earned if not one.dispute]
        one = found[at % len(found)]
        asked = {"disputed": Money(one.money, "USD"), "fee": Money(15, "USD")}
        number = one.viewer - FIRST_VIEWER + 1
        self.write(ledger.open_dispute, one, purchase=f"purchase:{number}", **asked)
        one.dispute, one.held = "open", self.today <= one.day + HOLD_DAYS

    @precondition(lambda self: any(one.dispute == "open" for one in self.earned))
    @rule(at=AT_ONE, won=st.booleans())
    def decide_a_dispute(self, at: int, *, won: bool) -> None:
        found = [one for one in self.earned if one.dispute == "open"]
        one = found[at % len(found)]
        if won:
            self.write(ledger.win_dispute, one, fee_back=Money(0, "USD"))
        else:
            self.write(ledger.lose_dispute, one)
            one.is_reversed = one.held
        one.dispute, one.held = "won" if won else "lost", False

    def write(self, verb: Callable[..., Coroutine[Any, Any, T]], one: Earned, **more: Any) -> T:
        async def work() -> T:
            async with self.db.write() as tx:
                return await verb(tx, source=f"dispute:{one.viewer}", happened_at=AT, **more)

        return self.run(work())

    # What must hold

    @invariant()
    def diamonds_are_where_the_model_has_them(self) -> None:
        self.run(self._compare())

    async def _compare(self) -> None:
        async with self.db.read() as tx:
            days = await ledger.list_earnings(tx, BOB)
        sums = [sum(getattr(d, f"milli_{name}") for d in days) for name in ("held", "reversed", "reserved", "redeemed")]
        taken = [
            sum(sum(p.days.values()) for p in self.payouts if p.status in statuses) for statuses in (OPEN, {"paid"})
        ]
        assert sums == [
            sum(one.milli for one in self.earned if one.held),
            sum(one.milli for one in self.earned if one.is_reversed),
            *taken,
        ]

    @invariant()
    def every_payout_stands_where_the_model_has_it(self) -> None:
        found = {p.id: p for p in self.run(self.requests.list_own(BOB, None, 1000))}
        assert {p.id: p.status for p in self.payouts} == {name: one.status for name, one in found.items()}
        for payout in self.payouts:
            if payout.status in ASKED:
                assert (found[payout.id].due_at is not None) == payout.is_asked

    @invariant()
    def nothing_is_paid_twice(self) -> None:
        keys = [key for key, _ in self.bank.moved]
        assert len(set(keys)) == len(keys)
        for payout in self.payouts:
            has_moved = self.bank.states.get(payout.key) in {"paid", "returned"}
            assert has_moved or payout.status not in {"paid", "returned"}
            assert not (has_moved and payout.status in {"failed", "canceled", "rejected"})


def run_machine(clones: Any, folder: Path, *, examples: int, steps: int) -> None:
    machines.run(Machine, examples=examples, steps=steps, keys_of=load_keys(folder), folder=folder, clones=clones)


def test_withdrawals_agree_with_a_small_model(clones: Any, tmp_path: Path) -> None:
    run_machine(clones, tmp_path, examples=20, steps=45)


@pytest.mark.slow
def test_withdrawals_agree_with_a_small_model_for_long(clones: Any, tmp_path: Path) -> None:
    run_machine(clones, tmp_path, examples=150, steps=80)
