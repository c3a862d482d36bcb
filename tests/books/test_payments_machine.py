"""Whatever becomes of the money, and whenever we hear of it, purchases, coins and debts are a child's model's.

Two viewers, two creators, two operators, and a bank that pays, waits, refuses, gives back and asks as it likes. Its
notices come late, twice, in any order or never; every rule does the same to the service and to the model.
"""

import asyncio
import json
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import psycopg
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

import clocked
import machines
from bookkeeping import Gift
from books_model import WALLET, Wallet, earned
from largesse import ledger
from largesse.kit import ids
from largesse.kit.money import Money
from largesse.ledger.audit import audit
from largesse.ledger.keys import Keys, load_keys
from largesse.payments import AccountFrozen
from largesse.payments.errors import NotRefundable, ProviderAway
from largesse.payments.model import Wanted
from largesse.payments.service_office import KIND_DECISION, KIND_REFUND, DecisionBody, RefundBody
from payments_bank import REFUNDABLE, WAITING, Order, Refund
from payments_served import Served

T = TypeVar("T")
VIEWERS, CREATORS = (1, 2), (3, 4)
OLGA, OSCAR = 5, 6
COINS = st.integers(20, 60)
AT = st.integers(0)
DAYS_MAX = 60
# How the bank takes our asking for a refund.
WAYS = st.sampled_from(["at once", "slow", "lost", "refused"])


class Machine(Served, RuleBasedStateMachine):
    """Every rule does the same to the service and to the model."""

    keys: Keys
    clones: Any

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.url = self.clones.take()
        clocked.install(self.url)
        self.run(self.open(self.keys, OSCAR))
        self.wallets = {account: Wallet() for account in VIEWERS}
        self.orders: list[Order] = []
        self.mail: list[tuple[Order, str]] = []
        self.heard: set[str] = set()
        self.days = self.gifts = self.proposals = 0

    def teardown(self) -> None:
        report = self.run(audit(self.db, self.keys))
        self.run(self.close())
        self.loop.close()
        self.clones.give_back(self.url)
        assert report.findings == []
        assert report.gifts == self.gifts

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def order(self, at: int, *statuses: str) -> Order:
        found = [order for order in self.orders if not statuses or order.status in statuses]
        return found[at % len(found)]

    def look(self, order: Order) -> None:
        """What a look should come to."""
        order.look(self.bank.payments[f"shop_{order.id}"], self.wallets[order.viewer], self.days)

    # Buying

    @initialize(coins=st.lists(COINS, min_size=2, max_size=3), spent=st.integers(0, 40))
    def begin_with_people_who_have_bought_and_given(self, coins: list[int], spent: int) -> None:
        for viewer, number in zip((1, 1, 2), coins, strict=False):
            self.order_coins(viewer, number, lost=False)
            self.bank.pay(f"shop_{self.orders[-1].id}")
            self.tell(self.orders[-1], told=True)
        self.give(1, CREATORS[0], spent)

    @rule(viewer=st.sampled_from(VIEWERS), coins=COINS, lost=st.booleans())
    def order_coins(self, viewer: int, coins: int, *, lost: bool) -> None:
        name = ids.new()
        if self.wallets[viewer].frozen_for - {"debt"}:
            with pytest.raises(AccountFrozen):
                self._buy(viewer, name, coins)
            return
        self.bank.away = {"begin"} if lost else set()
        if lost:
            with pytest.raises(ProviderAway):
                self._buy(viewer, name, coins)
        else:
            self._buy(viewer, name, coins)
        self.bank.away = set()
        order = Order(name, viewer, coins, self.bank.payments[f"shop_{name}"]["order"].price)
        self.orders.append(order)
        if not lost:
            self._begun(order)

    @precondition(lambda self: any(order.status in WAITING for order in self.orders))
    @rule(at=AT)
    def order_the_same_again(self, at: int) -> None:
        order = self.order(at, *WAITING)
        known = order.ref is not None
        self._buy(order.viewer, order.id, order.coins)
        if not known:
            self._begun(order)

    def _buy(self, viewer: int, name: Any, coins: int) -> None:
        wanted = Wanted(
            id=name, bundle_id=None, coins=coins, provider="stripe", channel="web", return_url=None, expected=None
        )
        self.run(self.service.buy(viewer, wanted))

    def _begun(self, order: Order) -> None:
        order.ref, order.looked = f"shop_{order.id}", self.days
        if order.status == "created":
            order.to("awaiting_payment")

    # What the bank does, and tells

    def tell(self, order: Order, *, told: bool) -> None:
        """A notice is sent; `told`: it comes at once."""
        self.mail.append((order, f"evt_{len(self.mail)}"))
        if told:
            self.a_notice_comes(len(self.mail) - 1, silent=False)

    @precondition(lambda self: any(self._state(order) in {"open", "pending", "failed"} for order in self.orders))
    @rule(
        at=AT,
        state=st.sampled_from(["paid", "paid", "paid", "open", "pending", "failed", "canceled"]),
        told=st.booleans(),
    )
    def the_payment_moves(self, at: int, state: str, *, told: bool) -> None:
        moving = [order for order in self.orders if self._state(order) in {"open", "pending", "failed"}]
        order = moving[at % len(moving)]
        self.bank.payments[f"shop_{order.id}"]["state"] = state
        self.tell(order, told=told)

    @precondition(lambda self: any(self._state(order) in {"open", "pending"} for order in self.orders))
    @rule(at=AT, change=st.sampled_from([-1, 1, 7]), told=st.booleans())
    def another_amount_is_paid(self, at: int, change: int, *, told: bool) -> None:
        moving = [order for order in self.orders if self._state(order) in {"open", "pending"}]
        order = moving[at % len(moving)]
        price = order.price
        self.bank.pay(f"shop_{order.id}", Money(price.minor + change, price.currency))
        self.tell(order, told=told)

    def _state(self, order: Order) -> str:
        state: str = self.bank.payments[f"shop_{order.id}"]["state"]
        return state

    def _paid(self) -> list[Order]:
        return [order for order in self.orders if self._state(order) == "paid"]

    @precondition(lambda self: self._paid())
    @rule(at=AT, part=st.integers(1, 100), status=st.sampled_from(["done", "done", "pending"]), told=st.booleans())
    def the_bank_gives_back(self, at: int, part: int, status: str, *, told: bool) -> None:
        order = self._paid()[at % len(self._paid())]
        ref = f"shop_{order.id}"
        paid = self.bank.payments[ref]["paid"]
        money = Money(max(1, paid.minor * part // 100), paid.currency)
        if self.bank.give_back(ref, f"theirs_{len(self._refunds())}", money, status, None):
            self.tell(order, told=told)

    def _refunds(self) -> list[tuple[Order, Any]]:
        return [(o, r) for o in self.orders for r in self.bank.payments[f"shop_{o.id}"]["refunds"].values()]

    @precondition(lambda self: any(refund.status in {"pending", "done"} for _, refund in self._refunds()))
    @rule(at=AT, done=st.booleans(), told=st.booleans())
    def a_refund_moves_on(self, at: int, *, done: bool, told: bool) -> None:
        """One that was pending is done or fails; one that was done is turned away by the buyer's bank."""
        moving = [(order, refund) for order, refund in self._refunds() if refund.status in {"pending", "done"}]
        order, refund = moving[at % len(moving)]
        refund.status = "done" if done and refund.status == "pending" else "failed"
        self.tell(order, told=told)

    @precondition(lambda self: self._paid())
    @rule(at=AT, status=st.sampled_from(["open", "won", "lost"]), told=st.booleans())
    def the_buyers_bank_asks_or_decides(self, at: int, status: str, *, told: bool) -> None:
        order = self._paid()[at % len(self._paid())]
        ref = f"shop_{order.id}"
        if status == "open" and self.bank.payments[ref]["disputes"]:
            return
        self.bank.dispute(ref, status)
        self.tell(order, told=told)

    # What we hear of it

    @precondition(lambda self: self.mail)
    @rule(at=AT, silent=st.booleans())
    def a_notice_comes(self, at: int, *, silent: bool) -> None:
        """Any of those that were ever sent: late, again, before an earlier one. The bank may not answer at first."""
        order, event = self.mail[at % len(self.mail)]
        told = json.dumps({"event": event, "refs": [f"shop_{order.id}"]}).encode()
        self.bank.away = {"look"} if silent else set()
        self.run(self.hear(told))
        self.bank.away = set()
        if silent:
            self.run(self.hear_later())
        if event not in self.heard:
            self.heard.add(event)
            self.look(order)

    @precondition(lambda self: self.orders)
    @rule(at=AT)
    def somebody_looks(self, at: int) -> None:
        order = self.order(at)
        self.run(self.service.settler.look(self.bank, f"shop_{order.id}", order.id))
        self.look(order)

    @precondition(lambda self: self.days < DAYS_MAX)
    @rule(days=st.integers(1, 9))
    def days_pass(self, days: int) -> None:
        self.days += days
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(clocked.PASS, [days])

    @precondition(lambda self: self.days and any(order.status in WAITING for order in self.orders))
    @rule()
    def orders_that_wait_are_looked_at_and_old_ones_expire(self) -> None:
        waiting = [order for order in self.orders if order.status in WAITING and order.looked != self.days]
        self.run(self.notices.look_at_waiting())
        for order in waiting:
            if order.ref is not None:
                payment = self.bank.payments[order.ref]
                if payment["state"] == "open":
                    payment["state"] = "canceled"
                self.look(order)
            if order.status in {"created", "awaiting_payment"}:
                order.to("expired")
            order.looked = self.days

    # What we do with it

    @precondition(lambda self: self.orders)
    @rule(at=AT, coins=st.none() | COINS, unspent_only=st.booleans(), way=WAYS)
    def two_people_refund(self, at: int, coins: int | None, way: str, *, unspent_only: bool) -> None:
        order = self.order(at)
        wallet, proposal = self.wallets[order.viewer], ids.new()
        body = RefundBody(purchase=order.id, coins=coins, unspent_only=unspent_only)
        self._behave(way)
        if order.status not in REFUNDABLE or order.lot is None:
            with pytest.raises(NotRefundable):
                self._decide(proposal, KIND_REFUND, body)
            return self._behave("at once")
        left = Money(order.price.minor - order.refunded, order.price.currency)
        due = wallet.due(order.lot, left.minor) if coins is None else coins
        plan = wallet.plan(order.lot, due)
        available = [coin for coin in plan if coin.place == WALLET] if unspent_only else plan
        if len(available) < due and (unspent_only or coins is not None):
            with pytest.raises(ledger.NotEnoughUnspent):
                self._decide(proposal, KIND_REFUND, body)
            return self._behave("at once")
        self._decide(proposal, KIND_REFUND, body)
        booked, money = self.run(self.decided(proposal))
        if coins is None:
            assert money == left
        wanted = Refund(money, "wanted", taken=True, booked=booked)
        order.decide(f"re_{proposal}", wanted, len(plan), wallet, self.days)
        return self._asked(order, f"re_{proposal}", way)

    def _behave(self, way: str) -> None:
        self.bank.slow = way == "slow"
        self.bank.away = {"refund"} if way == "lost" else set()
        self.bank.refuses = {"refund"} if way == "refused" else set()

    def _asked(self, order: Order, name: str, way: str) -> None:
        """What our asking for a refund comes to."""
        self._behave("at once")
        if name not in self.bank.payments[f"shop_{order.id}"]["refunds"]:
            order.refused(name, self.wallets[order.viewer])
        elif way != "lost":
            self.look(order)

    def _decide(self, proposal: Any, kind: str, body: msgspec.Struct) -> None:
        self.run(self.two_people(OLGA, OSCAR, proposal, kind, body))

    @precondition(lambda self: any(order.status == "mismatch" for order in self.orders))
    @rule(at=AT, decision=st.sampled_from(["grant", "send_back"]), way=WAYS)
    def two_people_decide_on_money_kept_apart(self, at: int, decision: Any, way: str) -> None:
        order, proposal = self.order(at, "mismatch"), ids.new()
        arrived = self.bank.payments[f"shop_{order.id}"]["paid"]
        body = DecisionBody(purchase=order.id, decision=decision)
        self._behave(way)
        if order.disputed == "open" or (decision == "grant" and order.refunded):
            with pytest.raises(NotRefundable):
                self._decide(proposal, KIND_DECISION, body)
        elif decision == "grant":
            self._decide(proposal, KIND_DECISION, body)
            order.grant_kept(arrived, self.wallets[order.viewer])
        else:
            self._decide(proposal, KIND_DECISION, body)
            left = Money(arrived.minor - order.refunded, arrived.currency)
            order.refunds[f"re_{proposal}"] = Refund(left, "wanted")
            self._asked(order, f"re_{proposal}", way)
        self._behave("at once")

    @precondition(lambda self: any(r.status in {"wanted", "pending"} for o in self.orders for r in o.refunds.values()))
    @rule()
    def refunds_without_an_answer_are_asked_for_again(self) -> None:
        self.run(self.ask_all())
        wanting = [(order, name) for order in self.orders for name in self._wanted(order)]
        for order, name in wanting:
            self._asked(order, name, "at once")

    def _wanted(self, order: Order) -> list[str]:
        ours = [(name, one) for name, one in order.refunds.items() if name.startswith("re_")]
        return [name for name, one in ours if one.status in {"wanted", "pending"}]

    @rule(viewer=st.sampled_from(VIEWERS), creator=st.sampled_from(CREATORS), coins=COINS)
    def give(self, viewer: int, creator: int, coins: int) -> None:
        wallet = self.wallets[viewer]
        coins = min(coins, wallet.paid.unspent)
        if coins and not wallet.debt and not wallet.frozen_for:
            wallet.give(coins, creator, self.days)
            self.run(self.books.give([Gift(viewer, creator, coins)]))
            self.gifts += 1

    @precondition(lambda self: self.orders)
    @rule(at=AT, status=st.sampled_from(["created", "awaiting_payment", "paid", "granted", "refunded", "charged_back"]))
    def nobody_moves_a_purchase_where_it_may_not_go(self, at: int, status: str) -> None:
        """The database itself refuses, whoever asks."""
        order = self.order(at)
        self.run(self.try_to_move(order.id, order.status, status))

    # What must hold after each step

    @invariant()
    def purchases_coins_debts_and_earnings_are_the_models(self) -> None:
        self.run(self._compare())

    async def _compare(self) -> None:
        async with self.db.read() as tx:
            rows = await tx.rows("SELECT id, status, refunded_minor, provider_ref FROM payments.purchase")
            found = {row["id"]: (row["status"], row["refunded_minor"], row["provider_ref"]) for row in rows}
            assert found == {order.id: (order.status, order.refunded, order.ref) for order in self.orders}
            for account, model in self.wallets.items():
                wallet = await ledger.get_wallet(tx, account)
                assert (wallet.paid, wallet.debt, wallet.frozen) == (
                    model.paid.unspent, model.debt, bool(model.frozen_for))  # fmt: skip
            for creator in CREATORS:
                days = await ledger.list_earnings(tx, creator)
                sums = tuple(sum(getattr(d, f"milli_{name}") for d in days) for name in ("in", "reversed", "held"))
                assert sums == earned(self.wallets.values(), creator)


def run_machine(clones: Any, folder: Path, *, examples: int, steps: int) -> None:
    machines.run(Machine, examples=examples, steps=steps, keys=load_keys(folder), clones=clones)


def test_purchases_are_what_a_childs_model_makes_of_the_banks_word(clones: Any, tmp_path: Path) -> None:
    run_machine(clones, tmp_path, examples=40, steps=30)


@pytest.mark.slow
def test_purchases_are_what_a_childs_model_makes_of_the_banks_word_for_long(clones: Any, tmp_path: Path) -> None:
    run_machine(clones, tmp_path, examples=200, steps=60)
