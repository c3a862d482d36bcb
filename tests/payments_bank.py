"""A shop whose money goes back slowly, partly, by its own people's hand, or not at all; and what a child makes of it.

`Bank` is the provider, whose memory a test changes as it likes. `Order` is one purchase as it should stand at ours once
somebody has looked: plain rules, in the words of the table of states, on the wallets of books_model.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from books_model import Dispute, Event, Lot, Wallet
from largesse.kit.money import Money
from largesse.payments.providers import port
from payments_shop import Shop

STANDING = {"pending", "done"}
UNPAID = {"created", "awaiting_payment", "pending", "failed", "canceled", "expired"}
WAITING = {"created", "awaiting_payment", "pending"}
REFUNDABLE = {"granted", "partially_refunded", "dispute_won"}


@dataclass
class BankRefund:
    """Money that goes back, or went, as the bank has it."""

    money: Money
    status: Any
    id: UUID | None


class Bank(Shop):
    """`slow`: what we ask for is pending until the bank has done it."""

    def __init__(self) -> None:
        super().__init__("stripe")
        self.slow = False

    async def begin(self, order: port.Order) -> port.Begun:
        self.payments.setdefault(f"shop_{order.id}", {}).setdefault("refunds", {})
        payment = self.payments[f"shop_{order.id}"]
        for name, value in {"state": "open", "paid": order.price, "order": order, "disputes": []}.items():
            payment.setdefault(name, value)
        return await super().begin(order)

    async def refund(self, ref: str, refund: UUID, money: Money, reason: str) -> None:  # noqa: ARG002 - the port's
        """Never more than was paid, and once."""
        if self.give_back(ref, f"re_{refund}", money, "pending" if self.slow else "done", refund) is None:
            raise port.Refused("charge_already_refunded")
        self._called("refund")

    def give_back(self, ref: str, name: str, money: Money, status: str, ours: UUID | None) -> BankRefund | None:
        """Begin a refund; None where so much is not left, or the bank refuses."""
        known: dict[str, BankRefund] = self.payments[ref]["refunds"]
        if name not in known:
            gone = sum(one.money.minor for one in known.values() if one.status in STANDING)
            if "refund" in self.refuses or gone + money.minor > self.payments[ref]["paid"].minor:
                return None
            known[name] = BankRefund(money, status, ours)
        return known[name]

    async def look(self, ref: str) -> port.Seen:
        seen = await super().look(ref)
        refunds = [
            port.SeenRefund(ref=name, status=one.status, money=one.money, id=one.id)
            for name, one in self.payments[ref]["refunds"].items()
        ]
        return _replace(seen, refunds=refunds)

    def dispute(self, ref: str, status: Any) -> None:
        paid = self.payments[ref]["paid"]
        one = port.SeenDispute(ref=f"dp_{ref}", status=status, money=paid, fee=Money(15, paid.currency))
        self.payments[ref]["disputes"] = [one]


def _replace(seen: port.Seen, **changes: Any) -> port.Seen:
    return port.Seen(**{name: getattr(seen, name) for name in port.Seen.__slots__} | changes)


@dataclass
class Refund:
    """A refund as ours should have it. `taken`: the coins left when we decided it, `booked` minor units' worth."""

    money: Money
    status: str
    taken: bool = False
    booked: int = 0
    event: Event | None = None


@dataclass(eq=False)
class Order:
    """A purchase as ours should have it; `looked` is the day on which somebody looked last, None for never."""

    id: UUID
    viewer: int
    coins: int
    price: Money
    status: str = "created"
    ref: str | None = None
    lot: Lot | None = None
    refunded: int = 0
    refunds: dict[str, Refund] = field(default_factory=dict)
    dispute: Dispute | None = None
    disputed: str = ""
    looked: int | None = None
    seen: list[str] = field(default_factory=lambda: ["created"])

    def to(self, status: str) -> None:
        if status != self.status:
            self.status = status
            self.seen.append(status)

    # What a look makes of it

    def look(self, payment: dict[str, Any], wallet: Wallet, today: int) -> None:
        """The bank's word, whole, whatever we knew before."""
        self.ref, self.looked = f"shop_{self.id}", today
        if self.status in UNPAID:
            self._arrive(payment, wallet)
        if self.status in UNPAID:
            return
        for asked in payment["disputes"]:
            if self.lot:
                self._ask(asked, wallet, today)
            else:
                self._ask_for_kept(asked, payment["paid"].minor)
        for name, one in payment["refunds"].items():
            self._refund(name, one, payment["paid"].minor, wallet, today)

    def _arrive(self, payment: dict[str, Any], wallet: Wallet) -> None:
        state = payment["state"]
        if state == "paid" and payment["paid"] == self.price:
            self.lot = wallet.buy(self.coins, self.price.minor)
            self.to("granted")
        elif state == "paid":
            self.to("mismatch")
        elif state == "open":
            if self.status in {"created", "failed", "pending"}:
                self.to("awaiting_payment")
        elif self.status not in {"canceled", "expired"}:
            self.to(state)

    def _ask(self, one: port.SeenDispute, wallet: Wallet, today: int) -> None:
        assert self.lot
        if not self.disputed:
            self.disputed = "open"
            self.to("disputed")
            self.dispute = wallet.ask(self.lot, one.money.minor, today)
        if one.status in {"open", self.disputed}:
            return
        if not self.dispute:  # it was won while the money was kept apart
            self.dispute = wallet.ask(self.lot, one.money.minor, today)
        self.disputed = one.status
        self.to("dispute_won" if one.status == "won" else "charged_back")
        assert self.dispute
        if one.status == "won":
            wallet.win(self.dispute)
        else:
            wallet.lose(self.dispute, today)

    def _ask_for_kept(self, one: port.SeenDispute, arrived: int) -> None:
        """Nobody is frozen: the money leaves, or comes again."""
        self.disputed = self.disputed or "open"
        if one.status not in {"open", self.disputed}:
            self.disputed = one.status
            self.to(self._kept(arrived))

    def _kept(self, arrived: int) -> str:
        if self.disputed == "lost":
            return "charged_back"
        return "refunded" if self.refunded >= arrived else "mismatch"

    def _refund(self, name: str, one: BankRefund, arrived: int, wallet: Wallet, today: int) -> None:
        known, kept = self.refunds.get(name), self.lot is None
        before = known.status if known else ""
        if one.status == "done" and before not in {"done", "undone"}:
            known = self.refunds[name] = known or Refund(one.money, "done")
            known.status = "done"
            if not kept and not known.taken:
                self._take(known, wallet, today)
            self._count(one.money.minor, arrived, kept=kept)
        elif one.status == "failed" and before == "done" and known:
            known.status = "undone"
            self._undo(known, wallet)
            self._count(-one.money.minor, arrived, kept=kept)
        elif one.status in {"pending", "failed"} and before not in {one.status, "done", "undone"}:
            known = self.refunds[name] = known or Refund(one.money, one.status)
            known.status = one.status
            if one.status == "failed":
                self._undo(known, wallet)

    def _count(self, minor: int, arrived: int, *, kept: bool) -> None:
        """Money went back or came again; `arrived` is what was paid, of which `kept` bought no coins."""
        self.refunded += minor
        if kept:
            self.to(self._kept(arrived))
        elif self.status in {"disputed", "charged_back"}:
            return
        elif self.refunded >= self.price.minor:
            self.to("refunded")
        elif self.status != "dispute_won":
            self.to("partially_refunded" if self.refunded else "granted")

    def _take(self, refund: Refund, wallet: Wallet, today: int) -> None:
        assert self.lot
        due = wallet.due(self.lot, refund.money.minor)
        refund.event = wallet.take(self.lot, due, refund.money.minor, today)

    def _undo(self, refund: Refund, wallet: Wallet) -> None:
        if refund.event and not refund.event.undone:
            wallet.undo(refund.event)

    # What we decide

    def decide(self, name: str, wanted: Refund, coins: int, wallet: Wallet, today: int) -> None:
        """We want to give money back: the coins leave at once. `wanted.booked` is what they are worth in the books."""
        assert self.lot
        wanted.event = wallet.take(self.lot, coins, wanted.booked, today)
        self.refunds[name] = wanted

    def refused(self, name: str, wallet: Wallet) -> None:
        """The bank said no."""
        self.refunds[name].status = "failed"
        self._undo(self.refunds[name], wallet)

    def grant_kept(self, arrived: Money, wallet: Wallet) -> None:
        """Two people decide that money which was kept apart buys the coins."""
        self.price = arrived
        self.lot = wallet.buy(self.coins, arrived.minor)
        self.to("granted")
