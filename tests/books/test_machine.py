"""Whatever people buy, are granted, give and have taken away, the books come to what a child's model comes to."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
)

import clocked
import machines
from bookkeeping import ADULT, AT, Bookkeeper, Gift, people
from books_model import SPENT, Dispute, Event, Lot, Payout, Wallet, cleared, earned
from largesse import ledger
from largesse.kit import ids
from largesse.kit.db import Database, sql
from largesse.kit.money import Money
from largesse.ledger import closing, lots
from largesse.ledger.audit import audit
from largesse.ledger.keys import Keys, load_keys

T = TypeVar("T")
COINS = st.integers(1, 60)
PART = st.integers(1, 100)
VIEWERS, CREATORS = 3, 2
DAYS_MAX = 60
MICROS = 7000


def usd(minor: int) -> Money:
    return Money(minor, "USD")


class Machine(RuleBasedStateMachine):
    """Three viewers, two creators. Every rule does the same to the books and to the model."""

    keys: Keys
    clones: Any

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.url = self.clones.take()
        clocked.install(self.url)
        self.db = Database(self.url, connections_max=3)
        self.run(self.db.open())
        self.books = Bookkeeper(self.db, self.keys)
        self.wallets = {account: Wallet() for account in range(1, VIEWERS + 1)}
        self.creators = range(VIEWERS + 1, VIEWERS + CREATORS + 1)
        self.gifts = 0
        self.days = 0
        self.assets = {"psp": 0, "store": 0, "disputed": 0, "fees": 0}
        self.told: list[tuple[tuple[Any, ...], int, int, Lot, str]] = []
        self.refunds: list[tuple[Event, int, str]] = []
        self.disputes: list[tuple[Dispute, int, str]] = []
        self.payouts: list[Payout] = []
        self.run(people(self.books, VIEWERS + CREATORS))

    def teardown(self) -> None:
        try:
            self._pass(1)
            self.close_the_hour()
            report = self.run(audit(self.db, self.keys))
            self.run(self._check_statements())
        finally:
            self.run(self.db.close())
            self.loop.close()
            self.clones.give_back(self.url)
        assert report.findings == []
        assert report.gifts == self.gifts

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def write(self, verb: Callable[..., Coroutine[Any, Any, T]], **more: Any) -> T:
        async def work() -> T:
            async with self.db.write() as tx:
                return await verb(tx, happened_at=AT, **more)

        return self.run(work())

    # What people do

    viewers = st.integers(1, VIEWERS)

    @rule(viewer=viewers, coins=COINS, price=st.integers(1, 5000), via=st.sampled_from(["psp", "psp", "store"]))
    def buy(self, viewer: int, coins: int, price: int, via: str) -> None:
        source = f"p{len(self.told)}"
        order = (viewer, coins, price, via)
        transfer = self._buy(source, *order)
        self.told.append((order, transfer, viewer, self.wallets[viewer].buy(coins, price), via))
        net = price - price // 7 if via == "store" else price
        self.assets[via] += net - price // 20

    def _buy(self, source: str, viewer: int, coins: int, price: int, via: str) -> int:
        return self.write(
            ledger.sell_coins, account=viewer, gives_from=ADULT, coins=coins, gross=usd(price), tax=usd(price // 7),
            provider_fee=usd(price // 20), source=source, via=via,
        )  # fmt: skip

    @precondition(lambda self: self.told)
    @rule(at=st.integers(0))
    def be_told_of_a_purchase_again(self, at: int) -> None:
        n = at % len(self.told)
        order, transfer, *_ = self.told[n]
        assert self._buy(f"p{n}", *order) == transfer

    @rule(viewer=viewers, coins=COINS)
    def be_granted(self, viewer: int, coins: int) -> None:
        self.run(self.books.grant(viewer, coins))
        self.wallets[viewer].promo.lay(coins)

    @rule(viewer=viewers, coins=COINS, line=st.sampled_from(["paid", "promo"]))
    def be_adjusted_up(self, viewer: int, coins: int, line: Any) -> None:
        worth = usd(coins if line == "paid" else 0)
        self.write(
            ledger.adjust_up, account=viewer, gives_from=ADULT, line=line, coins=coins, worth=worth,
            source=str(ids.new()),
        )  # fmt: skip
        getattr(self.wallets[viewer], line).lay(coins)

    @rule(viewer=viewers, coins=COINS, line=st.sampled_from(["paid", "promo"]))
    def be_adjusted_down(self, viewer: int, coins: int, line: Any) -> None:
        mine = getattr(self.wallets[viewer], line)
        asked = {"account": viewer, "gives_from": ADULT, "line": line, "coins": coins, "source": str(ids.new())}
        if coins > mine.unspent:
            with pytest.raises(ledger.NotEnoughUnspent):
                self.write(ledger.adjust_down, **asked)
        else:
            self.write(ledger.adjust_down, **asked)
            mine.remove(coins)

    @rule(wishes=st.lists(st.tuples(viewers, st.integers(0, CREATORS - 1), COINS), min_size=1, max_size=6))
    def give(self, wishes: list[tuple[int, int, int]]) -> None:
        gifts = []
        for viewer, creator, wanted in wishes:
            wallet = self.wallets[viewer]
            coins = min(wanted, wallet.paid.unspent + wallet.promo.unspent)
            if coins and not wallet.debt and not wallet.frozen_for:
                gifts.append(Gift(viewer, self.creators[creator], coins))
                wallet.give(coins, self.creators[creator], self.days)
        if gifts:
            self.run(self.books.give(gifts))
            self.gifts += len(gifts)

    @precondition(lambda self: self.days < DAYS_MAX)
    @rule(days=st.integers(1, 9))
    def wait(self, days: int) -> None:
        self._pass(days)

    def _pass(self, days: int) -> None:
        self.days += days
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(clocked.PASS, [days])

    @rule(viewer=viewers, over=st.integers(1, 5))
    def overspend(self, viewer: int, over: int) -> None:
        """The database itself refuses, whoever asks."""
        with pytest.raises(psycopg.errors.CheckViolation):
            self.run(self._overspend(viewer, over))

    async def _overspend(self, viewer: int, over: int) -> None:
        async with self.db.write() as tx:
            await ledger.open_wallet(tx, viewer, ADULT)
            await tx.execute("UPDATE ledger.wallet SET paid_out = paid_in + %s WHERE account = %s", [over, viewer])

    # What becomes of their money

    @precondition(lambda self: self.told)
    @rule(at=st.integers(0), part=PART)
    def refund_money(self, at: int, part: int) -> None:
        n = at % len(self.told)
        (_, _, price, _), _, viewer, bought, _ = self.told[n]
        money = max(1, price * part // 100)
        self._refund(n, self.wallets[viewer].due(bought, money), refunded=usd(money))

    @precondition(lambda self: self.told)
    @rule(at=st.integers(0), coins=COINS, unspent_only=st.booleans())
    def refund_coins(self, at: int, coins: int, *, unspent_only: bool) -> None:
        n = at % len(self.told)
        _, _, viewer, bought, _ = self.told[n]
        found = self.wallets[viewer].plan(bought, coins)
        if unspent_only:
            found = [coin for coin in found if coin.place == "wallet"]
        asked = {"coins": coins, "unspent_only": unspent_only}
        if len(found) < coins:
            with pytest.raises(ledger.NotEnoughUnspent) as refused:
                self._ask_refund(n, **asked)
            assert refused.value.available == len(found)
        else:
            self._refund(n, coins, **asked)

    def _refund(self, n: int, due: int, **asked: Any) -> None:
        _, _, viewer, bought, via = self.told[n]
        source, taken = f"r{len(self.refunds)}", self._ask_refund(n, **asked)
        assert self._ask_refund(n, **asked) == taken
        event = self.wallets[viewer].take(bought, due, taken.money.minor, self.days)
        assert taken.money == asked.get("refunded", taken.money)
        assert (taken.removed, taken.clawed, taken.reopened, taken.debt, taken.set_off) == (
            len(event.removed), len(event.clawed), len(event.reopened), event.debt, len(event.set_off))  # fmt: skip
        self.refunds.append((event, viewer, source))
        if via == "psp":
            self.assets["psp"] -= taken.money.minor

    def _ask_refund(self, n: int, **asked: Any) -> ledger.Taken:
        *_, via = self.told[n]
        source = f"r{len(self.refunds)}"
        return self.write(ledger.refund_coins, purchase=f"p{n}", via=via, source=source, reason="asked", **asked)

    @precondition(lambda self: any(not event.undone for event, *_ in self.refunds))
    @rule(at=st.integers(0))
    def restore_refund(self, at: int) -> None:
        open_ones = [found for found in self.refunds if not found[0].undone]
        event, viewer, source = open_ones[at % len(open_ones)]
        back = self.write(ledger.restore_refund, source=source)
        assert self.write(ledger.restore_refund, source=source) == back
        assert back.coins == -event.coins
        if any(bought is event.bought and via == "psp" for *_, bought, via in self.told):
            self.assets["psp"] -= back.money.minor
        self.wallets[viewer].undo(event)

    @precondition(lambda self: any(via == "psp" for *_, via in self.told))
    @rule(at=st.integers(0), part=PART)
    def be_disputed(self, at: int, part: int) -> None:
        places = [n for n, (*_, via) in enumerate(self.told) if via == "psp"]
        n = places[at % len(places)]
        (_, _, price, _), _, viewer, bought, _ = self.told[n]
        money, source = max(1, price * part // 100), f"d{len(self.disputes)}"
        opened = self.write(ledger.open_dispute, purchase=f"p{n}", disputed=usd(money), fee=usd(15), source=source)
        dispute = self.wallets[viewer].ask(bought, money, self.days)
        assert opened.held_milli == len(dispute.holds) * 700
        self.disputes.append((dispute, viewer, source))
        self.assets["psp"] -= money + 15
        self.assets["disputed"] += money
        self.assets["fees"] += 15

    @precondition(lambda self: any(dispute.state != "lost" for dispute, *_ in self.disputes))
    @rule(at=st.integers(0))
    def lose_dispute(self, at: int) -> None:
        others = [found for found in self.disputes if found[0].state != "lost"]
        dispute, viewer, source = others[at % len(others)]
        self.assets["disputed" if dispute.state == "open" else "psp"] -= dispute.money
        taken = self.write(ledger.lose_dispute, source=source)
        assert self.write(ledger.lose_dispute, source=source) == taken
        self.wallets[viewer].lose(dispute, self.days)
        assert dispute.lost
        assert (taken.coins, taken.debt) == (dispute.lost.coins, dispute.lost.debt)

    @precondition(lambda self: any(dispute.state != "won" for dispute, *_ in self.disputes))
    @rule(at=st.integers(0), fee=st.sampled_from([0, 15]))
    def win_dispute(self, at: int, fee: int) -> None:
        others = [found for found in self.disputes if found[0].state != "won"]
        dispute, viewer, source = others[at % len(others)]
        self.assets["psp"] += dispute.money + fee
        self.assets["fees"] -= fee
        if dispute.state == "open":
            self.assets["disputed"] -= dispute.money
        won = self.write(ledger.win_dispute, source=source, fee_back=usd(fee))
        assert self.write(ledger.win_dispute, source=source, fee_back=usd(fee)) == won
        self.wallets[viewer].win(dispute)

    # What creators take out

    @rule(at=st.integers(0, CREATORS - 1), part=PART, more=st.integers(0, 3))
    def ask_for_a_payout(self, at: int, part: int, more: int) -> None:
        """Asks for a part of each day that has cleared; `more` on top of the first, which is nearly always too much."""
        creator = self.creators[at]
        there = self.left(creator)
        days = {day: milli * part // 100 for day, milli in there.items() if milli * part // 100}
        if more == 1 and there:
            days[next(iter(there))] = next(iter(there.values())) + 1
        worth = sum(days.values()) * MICROS // 10_000_000
        if not worth:
            return
        ask = {"creator": creator, "days": self._dated(days), "gross": usd(worth), "source": f"w{len(self.payouts)}"}
        refusal: Any = None
        if any(payout.creator == creator and payout.state == "open" for payout in self.payouts):
            refusal = ledger.PayoutOpen
        elif any(milli > there[day] for day, milli in days.items()):
            refusal = ledger.NotEnoughDiamonds
        if refusal:
            with pytest.raises(refusal):
                self.write(ledger.reserve_payout, **ask)
            return
        assert self.write(ledger.reserve_payout, **ask) == self.write(ledger.reserve_payout, **ask)
        self.payouts.append(Payout(creator, days))

    def left(self, creator: int) -> dict[int, int]:
        """What a withdrawal finds of each of a creator's days, in milli-diamonds."""
        return cleared(self.wallets.values(), self.payouts, creator, self.days)

    def _dated(self, days: dict[int, int]) -> list[ledger.DayPart]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            row = connection.execute("SELECT (now() AT TIME ZONE 'UTC')::date").fetchone()
        assert row
        return [ledger.DayPart(row[0] - timedelta(days=self.days - day), 1, milli) for day, milli in days.items()]

    @precondition(lambda self: self.payouts)
    @rule(at=st.integers(0), verb=st.sampled_from(["pay", "let go", "return"]))
    def decide_a_payout(self, at: int, verb: str) -> None:
        n = at % len(self.payouts)
        payout, named = self.payouts[n], {"payout": f"w{n}"}
        gross = payout.milli * MICROS // 10_000_000
        means: Any = {
            "pay": (ledger.pay_payout, {"fee": usd(0), "sent": usd(gross), "cost": usd(0)}, "open", "paid"),
            "let go": (ledger.let_payout_go, {}, "open", "gone"),
            "return": (ledger.return_payout, {"back": usd(gross)}, "paid", "returned"),
        }
        do, more, before, after = means[verb]
        if payout.state == before:
            payout.state = after
            self.assets["psp"] -= {"pay": gross, "let go": 0, "return": -gross}[verb]
        elif payout.state != after and (verb, payout.state) != ("pay", "returned"):
            with pytest.raises(ledger.PayoutDecided):
                self.write(do, **named, **more)
            return
        self.write(do, **named, **more)

    # What becomes of their gifts in money

    @rule()
    def close_the_hour(self) -> None:
        """Gifts of days before today are closed; today's may be, where the clock has just passed an hour."""
        self.run(self._close())

    async def _close(self) -> None:
        while True:
            async with self.db.write() as tx:
                if await closing.close_next(tx) is None:
                    break
        async with self.db.read() as tx:
            closed = int(await tx.scalar("SELECT coalesce(sum(coins_paid), 0)::bigint FROM ledger.hour"))
            found = await (await tx.execute(sql("ledger", "audit_closing"))).fetchall()
        days = [coin.gift[1] for w in self.wallets.values() for coin in w.paid.coins(SPENT) if coin.gift]
        assert sum(day < self.days for day in days) <= closed <= len(days)
        assert found == []

    # What must hold after each step

    @invariant()
    def the_books_come_to_what_the_model_comes_to(self) -> None:
        self.run(self._compare())

    async def _compare(self) -> None:
        async with self.db.read() as tx:
            for account, model in self.wallets.items():
                wallet = await ledger.get_wallet(tx, account)
                assert (wallet.paid, wallet.promo, wallet.debt, wallet.frozen) == (
                    model.paid.unspent, model.promo.unspent, model.debt, bool(model.frozen_for))  # fmt: skip
                for line in ("paid", "promo"):
                    laid = await lots.list_lots(tx, account, line)
                    mine = getattr(model, line)
                    assert [(lot.start, lot.end, lot.clawed) for lot in laid] == mine.intervals()
                    assert sum(lot.unspent(wallet.spent(line)) for lot in laid) == wallet.unspent(line)
            for creator in self.creators:
                days = await ledger.list_earnings(tx, creator)
                found = tuple(sum(getattr(d, f"milli_{name}") for d in days) for name in ("in", "reversed", "held"))
                assert found == self.earned(creator)
                mine = [payout for payout in self.payouts if payout.creator == creator]
                found = tuple(sum(getattr(d, f"milli_{name}") for d in days) for name in ("reserved", "redeemed"))
                assert found == tuple(sum(p.milli for p in mine if p.state == state) for state in ("open", "paid"))
            money = await tx.rows("SELECT book, sum(amount)::bigint AS minor FROM ledger.leg GROUP BY book")
        books = {row["book"]: row["minor"] for row in money}
        assert (books.get(21, 0), books.get(23, 0), books.get(55, 0)) == (
            self.assets["psp"], self.assets["disputed"], self.assets["fees"])  # fmt: skip

    def earned(self, creator: int) -> tuple[int, int, int]:
        return earned(self.wallets.values(), creator)

    async def _check_statements(self) -> None:
        """Every change of coins and of debt is on the statement."""
        async with self.db.read() as tx:
            for account, model in self.wallets.items():
                found = await ledger.wallet_entries(tx, account, None, 10_000)
                assert sum(entry.coins for entry in found.entries) == model.paid.unspent + model.promo.unspent
                assert sum(entry.debt for entry in found.entries) == model.debt


def run_machine(clones: Any, folder: Path, *, examples: int, steps: int) -> None:
    machines.run(Machine, examples=examples, steps=steps, keys=load_keys(folder), clones=clones)


def test_the_books_agree_with_a_childs_model(clones: Any, tmp_path: Path) -> None:
    run_machine(clones, tmp_path, examples=15, steps=30)


@pytest.mark.slow
def test_the_books_agree_with_a_childs_model_for_long(clones: Any, tmp_path: Path) -> None:
    run_machine(clones, tmp_path, examples=200, steps=60)
