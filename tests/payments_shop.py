"""A provider that does what a test tells it to: the other side of the port, with a memory of its own."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from largesse.kit.money import Money
from largesse.payments.providers.port import (
    Away,
    BadNotice,
    Begun,
    Next,
    Notice,
    Order,
    Refused,
    Seen,
    SeenDispute,
    SeenRefund,
    Via,
)

HEADER = {"x-shop": "signed", "content-type": "application/json"}


class Shop:
    """Takes the place of a provider by its name. `away` names the calls that act and then do not answer."""

    channels = frozenset({"web"})
    via: Via = "psp"

    def __init__(self, name: str = "stripe") -> None:
        self.name = name
        self.payments: dict[str, dict[str, Any]] = {}
        self.refunds: dict[UUID, tuple[str, Money]] = {}
        self.away: set[str] = set()
        self.refuses: set[str] = set()
        self.news: list[str] = []
        self.calls: list[str] = []

    def _called(self, what: str) -> None:
        self.calls.append(what)
        if what in self.refuses:
            raise Refused(f"{what}_refused", "the shop says no")
        if what in self.away:
            raise Away(what)

    async def begin(self, order: Order) -> Begun:
        ref = f"shop_{order.id}"
        self.payments.setdefault(ref, {"state": "open", "paid": order.price, "order": order, "disputes": []})
        self._called("begin")
        return Begun(ref=ref, next=Next(type="client_secret", client_secret=f"{ref}_secret", publishable_key="pk"))

    async def resume(self, ref: str, order: Order) -> Next:  # noqa: ARG002 - the port's
        self._called("resume")
        return Next(type="client_secret", client_secret=f"{ref}_secret", publishable_key="pk")

    async def cancel(self, ref: str) -> None:
        self._called("cancel")
        if self.payments[ref]["state"] == "open":
            self.payments[ref]["state"] = "canceled"

    async def refund(self, ref: str, refund: UUID, money: Money, reason: str) -> None:  # noqa: ARG002 - the port's
        if "refund" not in self.refuses:
            self.refunds[refund] = (ref, money)
        self._called("refund")

    async def look(self, ref: str) -> Seen:
        self._called("look")
        found = self.payments.get(ref)
        if found is None:
            raise Refused("no_such_payment")
        order: Order = found["order"]
        is_paid = found["state"] == "paid"
        return Seen(
            ref=ref,
            state=found["state"],
            live=found.get("live", False),
            paid=found["paid"] if is_paid else None,
            fee=Money(59, order.price.currency) if is_paid else None,
            purchase=order.id,
            buyer=order.buyer,
            refunds=[
                SeenRefund(ref=f"re_{refund}", status="done", money=money, id=refund)
                for refund, (of, money) in self.refunds.items()
                if of == ref
            ],
            disputes=found["disputes"],
        )

    async def receive(self, headers: Mapping[str, str], body: bytes) -> Notice:
        if headers.get("x-shop") != "signed":
            raise BadNotice("not signed")
        try:
            told = json.loads(body)
            return Notice(event=told["event"], kind=told.get("kind", "payment"), refs=told.get("refs", []))
        except (ValueError, KeyError) as error:
            raise BadNotice("not a notice") from error

    async def catch_up(self, since: datetime) -> Sequence[str]:  # noqa: ARG002 - the port's
        self._called("catch_up")
        return self.news

    async def close(self) -> None:
        pass

    def pay(self, ref: str, paid: Money | None = None) -> None:
        """The buyer pays."""
        self.payments[ref] |= {"state": "paid", "paid": paid or self.payments[ref]["order"].price}

    def dispute(self, ref: str, status: Any) -> None:
        """The buyer's bank asks, or decides."""
        price = self.payments[ref]["order"].price
        one = SeenDispute(ref=f"dp_{ref}", status=status, money=price, fee=Money(1500, price.currency))
        self.payments[ref]["disputes"] = [one]
