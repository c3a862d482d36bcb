"""The books as a child would keep them: every coin is a thing that lies somewhere, and nothing clever.

A coin comes in a lot, lies in the wallet until it is spent on a gift, and may be taken: out of the wallet, out of the
gift, or out of the debt that it had repaid.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

HOLD_DAYS = 14
MILLI_A_COIN = 700
WALLET, SPENT, REPAID, GONE = "wallet", "spent", "repaid", "gone"


@dataclass(eq=False)
class Coin:
    """One coin. `gift`: creator and day of a spent one; `taken_by`: what clawed it; `undone`: out of its gift."""

    root: "Lot"
    place: str = WALLET
    gift: tuple[int, int] | None = None
    taken_by: Any = None
    undone: bool = False

    def in_hold(self, today: int) -> bool:
        assert self.gift
        return today <= self.gift[1] + HOLD_DAYS


@dataclass(eq=False)
class Lot:
    """Coins that came in together. A restored one holds coins of another."""

    coins: list[Coin] = field(default_factory=list)
    size: int = 0
    gross: int = 0
    money_back: int = 0
    coins_back: int = 0

    def at(self, *places: str) -> list[Coin]:
        return [coin for coin in self.coins if coin.place in places]


@dataclass(eq=False)
class Event:
    """A refund or a lost dispute: what it took. `held_by` says which dispute held a coin that it took out of a gift."""

    bought: Lot
    money: int
    removed: list[Coin] = field(default_factory=list)
    clawed: list[Coin] = field(default_factory=list)
    reopened: list[Coin] = field(default_factory=list)
    set_off: list[Coin] = field(default_factory=list)
    held_by: dict[Coin, "Dispute"] = field(default_factory=dict)
    undone: bool = False

    @property
    def debt(self) -> int:
        return sum(not coin.undone for coin in self.clawed) + len(self.reopened)

    @property
    def coins(self) -> int:
        return len(self.removed) + len(self.clawed) + len(self.reopened)


@dataclass(eq=False)
class Dispute:
    """A bank's question: which coins it would claw, and which of their gifts it holds."""

    bought: Lot
    money: int
    coins: int = 0
    planned: set[Coin] = field(default_factory=set)
    holds: set[Coin] = field(default_factory=set)
    state: str = "open"
    lost: Event | None = None


@dataclass
class Line:
    """Lots in laying order; coins are spent in that order."""

    lots: list[Lot] = field(default_factory=list)

    def lay(self, size: int, gross: int = 0) -> Lot:
        lot = Lot(size=size, gross=gross)
        lot.coins = [Coin(lot) for _ in range(size)]
        self.lots.append(lot)
        return lot

    def coins(self, *places: str) -> list[Coin]:
        return [coin for lot in self.lots for coin in lot.at(*places)]

    @property
    def unspent(self) -> int:
        return len(self.coins(WALLET))

    def spend(self, coins: int, creator: int, day: int) -> None:
        for coin in self.coins(WALLET)[:coins]:
            coin.place, coin.gift = SPENT, (creator, day)

    def remove(self, coins: int) -> None:
        for coin in self.newest(WALLET)[:coins]:
            coin.place = GONE

    def newest(self, place: str, lots: Iterable[Lot] | None = None) -> list[Coin]:
        """From the end of the line."""
        return [coin for lot in reversed(self.lots if lots is None else list(lots)) for coin in reversed(lot.at(place))]

    def intervals(self) -> list[tuple[int, int, int]]:
        """Where each lot begins and ends, and how many of its coins are clawed."""
        at, found = 0, []
        for lot in self.lots:
            end = at + len(lot.at(WALLET, SPENT))
            found.append((at, end, sum(coin.taken_by is not None for coin in lot.coins)))
            at = end
        return found


@dataclass
class Wallet:
    paid: Line = field(default_factory=Line)
    promo: Line = field(default_factory=Line)
    debt: int = 0
    frozen_for: set[Any] = field(default_factory=set)
    disputes: list[Dispute] = field(default_factory=list)

    def buy(self, coins: int, gross: int) -> Lot:
        lot = self.paid.lay(coins, gross)
        self.repay(lot.coins)
        return lot

    def repay(self, coins: Iterable[Coin]) -> None:
        for coin in coins:
            if self.debt:
                coin.place = REPAID
                self.debt -= 1
        if not self.debt:
            self.frozen_for.discard("debt")

    def give(self, coins: int, creator: int, day: int) -> None:
        promo = min(self.promo.unspent, coins)
        self.promo.spend(promo, creator, day)
        self.paid.spend(coins - promo, creator, day)

    # Taking back

    def due(self, bought: Lot, money: int) -> int:
        back = min(bought.money_back + money, bought.gross)
        return max(0, -(-bought.size * back // bought.gross) - bought.coins_back)

    def plan(self, bought: Lot, coins: int) -> list[Coin]:
        """Which coins of a purchase go: unspent ones, spent ones, those that repaid debt; the newest first."""
        own = [lot for lot in self.paid.lots if lot.coins[0].root is bought]
        found = self.paid.newest(WALLET, own)
        found += [coin for coin in self.paid.newest(SPENT, own) if coin.taken_by is None]
        return (found + self.paid.newest(REPAID, own))[:coins]

    def take(self, bought: Lot, coins: int, money: int, today: int, lost: Dispute | None = None) -> Event:
        event = Event(bought, money)
        asking = [d for d in self.disputes if d.bought is bought and d.state == "open"]
        for coin in self.plan(bought, coins):
            if coin.place == WALLET:
                event.removed.append(coin)
                coin.place = GONE
            elif coin.place == REPAID:
                event.reopened.append(coin)
                coin.place = GONE
            else:
                event.clawed.append(coin)
                coin.taken_by = event
                holder = next((d for d in asking if coin in d.holds), None)
                coin.undone = coin.in_hold(today) or holder is not None
                if holder:
                    event.held_by[coin] = holder
                    holder.holds.discard(coin)
        if lost:
            lost.holds.clear()
        self.debt += event.debt
        others = [coin for coin in self.paid.newest(WALLET) if coin.root is not bought]
        event.set_off = others[: min(event.debt, len(others))]
        self.repay(event.set_off)
        bought.money_back += money
        bought.coins_back += event.coins
        return event

    def undo(self, event: Event) -> None:
        owed = event.debt
        for coin in event.clawed:
            coin.taken_by, coin.undone = None, False
            holder = event.held_by.get(coin)
            if holder and holder.state == "open":
                holder.holds.add(coin)
        cancelled = min(self.debt, owed)
        self.debt -= cancelled
        for coin in event.reopened:
            coin.place = REPAID
        set_off = {id(lot) for lot in self.paid.lots for coin in event.set_off if coin in lot.coins}
        first = [lot for lot in self.paid.lots if id(lot) in set_off]
        rest = [lot for lot in self.paid.lots if id(lot) not in set_off]
        repaid = [*event.reopened, *self.paid.newest(REPAID, first), *self.paid.newest(REPAID, rest)]
        returned = list(dict.fromkeys(repaid))[: owed - cancelled]
        for coin in returned:
            coin.place = GONE
        self._restore([*event.removed, *returned])
        event.bought.money_back -= event.money
        event.bought.coins_back -= event.coins
        event.undone = True

    def _restore(self, coins: list[Coin]) -> None:
        """Coins lie at the end of the line again, one lot for each purchase that they came with, in its order."""
        for root in [lot for lot in self.paid.lots if any(coin.root is lot for coin in coins)]:
            back = [coin for coin in coins if coin.root is root]
            again = Lot(coins=[Coin(root) for _ in back])
            self.paid.lots.append(again)
            self.repay(again.coins)
        if not self.debt:
            self.frozen_for.discard("debt")

    # Disputes

    def ask(self, bought: Lot, money: int, today: int) -> Dispute:
        others = [d for d in self.disputes if d.bought is bought and d.state == "open"]
        asked = sum(d.coins for d in others)
        coins = max(0, self.due(bought, money + sum(d.money for d in others)) - asked)
        dispute = Dispute(bought, money, coins)
        taken = {coin for d in others for coin in d.planned}
        spent = [coin for coin in self.plan(bought, asked + coins) if coin.place == SPENT]
        dispute.planned = {coin for coin in spent if coin not in taken}
        dispute.holds = {coin for coin in dispute.planned if coin.in_hold(today)}
        self.disputes.append(dispute)
        self.frozen_for.add(dispute)
        return dispute

    def lose(self, dispute: Dispute, today: int) -> None:
        was_open = dispute.state == "open"
        coins = self.due(dispute.bought, dispute.money)
        dispute.lost = self.take(dispute.bought, coins, dispute.money, today, dispute if was_open else None)
        dispute.state = "lost"
        self.frozen_for.discard(dispute)
        if self.debt:
            self.frozen_for.add("debt")

    def win(self, dispute: Dispute) -> None:
        lost = dispute.state == "lost"
        dispute.state = "won"
        dispute.holds.clear()
        self.frozen_for.discard(dispute)
        if lost:
            assert dispute.lost
            self.undo(dispute.lost)


def earned(wallets: Iterable[Wallet], creator: int) -> tuple[int, int, int]:
    """What a creator's gifts made, what of it is reversed, and what is held: milli-diamonds."""
    wallets = list(wallets)
    coins = [c for w in wallets for c in w.paid.coins(SPENT) if c.gift and c.gift[0] == creator]
    held = [c for w in wallets for d in w.disputes for c in d.holds if c.gift and c.gift[0] == creator]
    return len(coins) * MILLI_A_COIN, sum(c.undone for c in coins) * MILLI_A_COIN, len(held) * MILLI_A_COIN


@dataclass(eq=False)
class Payout:
    """A withdrawal: which milli-diamonds of which days it took, and what became of it."""

    creator: int
    days: dict[int, int]
    state: str = "open"

    @property
    def milli(self) -> int:
        return sum(self.days.values())


def cleared(wallets: Iterable[Wallet], payouts: Iterable[Payout], creator: int, today: int) -> dict[int, int]:
    """What a creator can withdraw: milli-diamonds of each day whose hold is over."""
    wallets = list(wallets)
    held = {coin for wallet in wallets for dispute in wallet.disputes for coin in dispute.holds}
    days: dict[int, int] = {}
    for wallet in wallets:
        for coin in wallet.paid.coins(SPENT):
            if (
                coin.gift
                and coin.gift[0] == creator
                and not coin.undone
                and coin not in held
                and not coin.in_hold(today)
            ):
                days[coin.gift[1]] = days.get(coin.gift[1], 0) + MILLI_A_COIN
    for payout in payouts:
        if payout.creator == creator and payout.state in {"open", "paid"}:
            for day, milli in payout.days.items():
                days[day] -= milli
    return {day: milli for day, milli in sorted(days.items()) if milli}
