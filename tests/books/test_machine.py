"""Whatever people buy, are granted, give and have taken away, the books come to what a dict model comes to."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bookkeeping import ADULT, AT, Bookkeeper, Gift, people
from books_model import Wallet
from largesse import ledger
from largesse.kit import ids
from largesse.kit.db import Database
from largesse.kit.money import Money
from largesse.ledger import lots
from largesse.ledger.audit import audit
from largesse.ledger.keys import Keys, load_keys

T = TypeVar("T")
COINS = st.integers(1, 60)
VIEWERS, CREATORS = 3, 2


class Machine(RuleBasedStateMachine):
    """Three viewers, two creators. Every rule does the same to the books and to the model."""

    keys: Keys
    clones: Any

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.url = self.clones.take()
        self.db = Database(self.url, connections_max=3)
        self.run(self.db.open())
        self.books = Bookkeeper(self.db, self.keys)
        self.wallets = {account: Wallet() for account in range(1, VIEWERS + 1)}
        self.milli = dict.fromkeys(range(VIEWERS + 1, VIEWERS + CREATORS + 1), 0)
        self.gifts = 0
        self.told: list[tuple[Any, int]] = []
        self.run(people(self.books, VIEWERS + CREATORS))

    def teardown(self) -> None:
        report = self.run(audit(self.db, self.keys))
        self.run(self.db.close())
        self.loop.close()
        self.clones.give_back(self.url)
        assert report.findings == []
        assert report.gifts == self.gifts

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    # What people do

    viewers = st.integers(1, VIEWERS)
    creators = st.integers(VIEWERS + 1, VIEWERS + CREATORS)

    @rule(viewer=viewers, coins=COINS, price=st.integers(1, 5000))
    def buy(self, viewer: int, coins: int, price: int) -> None:
        self.told.append(((viewer, coins, price), self.run(self._buy(f"p{len(self.told)}", viewer, coins, price))))
        self.wallets[viewer].buy(coins)

    async def _buy(self, source: str, viewer: int, coins: int, price: int) -> int:
        async with self.db.write() as tx:
            return await ledger.sell_coins(
                tx, account=viewer, gives_from=ADULT, coins=coins, gross=Money(price, "USD"),
                tax=Money(price // 7, "USD"), provider_fee=Money(price // 20, "USD"), source=source, happened_at=AT,
            )  # fmt: skip

    @precondition(lambda self: self.told)
    @rule(at=st.integers(0))
    def be_told_of_a_purchase_again(self, at: int) -> None:
        n = at % len(self.told)
        (viewer, coins, price), transfer = self.told[n]
        assert self.run(self._buy(f"p{n}", viewer, coins, price)) == transfer

    @rule(viewer=viewers, coins=COINS)
    def be_granted(self, viewer: int, coins: int) -> None:
        self.run(self.books.grant(viewer, coins))
        self.wallets[viewer].promo.lots.append([coins, 0, 0])

    @rule(viewer=viewers, coins=st.integers(1, 40))
    def owe(self, viewer: int, coins: int) -> None:
        self.run(self._owe(viewer, coins))
        self.wallets[viewer].debt += coins

    async def _owe(self, viewer: int, coins: int) -> None:
        async with self.db.write() as tx:
            await ledger.open_wallet(tx, viewer, ADULT)
            await tx.execute("UPDATE ledger.wallet SET debt = debt + %s WHERE account = %s", [coins, viewer])

    @rule(viewer=viewers, coins=COINS, line=st.sampled_from(["paid", "promo"]))
    def be_adjusted_up(self, viewer: int, coins: int, line: Any) -> None:
        self.run(self._adjust_up(viewer, coins, line))
        getattr(self.wallets[viewer], line).lots.append([coins, 0, 0])

    async def _adjust_up(self, viewer: int, coins: int, line: Any) -> None:
        async with self.db.write() as tx:
            await ledger.adjust_up(
                tx, account=viewer, gives_from=ADULT, line=line, coins=coins,
                worth=Money(coins if line == "paid" else 0, "USD"), source=str(ids.new()), happened_at=AT,
            )  # fmt: skip

    @rule(viewer=viewers, coins=COINS, line=st.sampled_from(["paid", "promo"]))
    def be_adjusted_down(self, viewer: int, coins: int, line: Any) -> None:
        mine = getattr(self.wallets[viewer], line)
        if coins > mine.unspent:
            with pytest.raises(ledger.NotEnoughUnspent):
                self.run(self._adjust_down(viewer, coins, line))
        else:
            self.run(self._adjust_down(viewer, coins, line))
            mine.remove(coins)

    async def _adjust_down(self, viewer: int, coins: int, line: Any) -> None:
        async with self.db.write() as tx:
            await ledger.adjust_down(
                tx, account=viewer, gives_from=ADULT, line=line, coins=coins, source=str(ids.new()), happened_at=AT
            )

    @rule(wishes=st.lists(st.tuples(viewers, creators, COINS), min_size=1, max_size=6))
    def give(self, wishes: list[tuple[int, int, int]]) -> None:
        gifts = []
        for viewer, creator, coins in wishes:
            wallet = self.wallets[viewer]
            if wallet.paid.unspent + wallet.promo.unspent >= coins:
                gifts.append(Gift(viewer, creator, coins))
                self.milli[creator] += wallet.give(coins)
        if gifts:
            self.run(self.books.give(gifts))
            self.gifts += len(gifts)

    @rule(viewer=viewers, over=st.integers(1, 5))
    def overspend(self, viewer: int, over: int) -> None:
        """The database itself refuses, whoever asks."""
        with pytest.raises(psycopg.errors.CheckViolation):
            self.run(self._overspend(viewer, over))

    async def _overspend(self, viewer: int, over: int) -> None:
        async with self.db.write() as tx:
            await ledger.open_wallet(tx, viewer, ADULT)
            await tx.execute("UPDATE ledger.wallet SET paid_out = paid_in + %s WHERE account = %s", [over, viewer])

    # What must hold after each step

    @invariant()
    def the_books_come_to_what_the_model_comes_to(self) -> None:
        self.run(self._compare())

    async def _compare(self) -> None:
        async with self.db.read() as tx:
            for account, model in self.wallets.items():
                wallet = await ledger.get_wallet(tx, account)
                assert (wallet.paid, wallet.promo, wallet.debt) == (
                    model.paid.unspent, model.promo.unspent, model.debt)  # fmt: skip
                for line in ("paid", "promo"):
                    laid = await lots.list_lots(tx, account, line)
                    mine = getattr(model, line)
                    assert [(lot.start, lot.end) for lot in laid] == mine.intervals()
                    assert sum(lot.unspent(wallet.spent(line)) for lot in laid) == wallet.unspent(line)
            for creator, milli in self.milli.items():
                assert sum(day.milli_in for day in await ledger.list_earnings(tx, creator)) == milli


def run_machine(clones: Any, folder: Path, *, examples: int, steps: int) -> None:
    machine = type("Books", (Machine,), {"keys": load_keys(folder), "clones": clones})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_the_books_agree_with_a_dict_model(clones: Any, tmp_path: Path) -> None:
    run_machine(clones, tmp_path, examples=12, steps=25)


@pytest.mark.slow
def test_the_books_agree_with_a_dict_model_for_long(clones: Any, tmp_path: Path) -> None:
    run_machine(clones, tmp_path, examples=150, steps=60)
