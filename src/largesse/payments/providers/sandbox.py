"""A provider that takes no money: every order is paid at once. Only in a sandbox.

It keeps what a real provider would keep on its own side, in tables of its own (`payments.sandbox_…`), so that refunds
and disputes go the same way as in earnest; an operator of a sandbox can play the buyer's bank.
"""

from collections.abc import Mapping
from uuid import UUID

from largesse.kit import ids
from largesse.kit.db import Database, sql
from largesse.kit.money import Money
from largesse.payments.providers.port import (
    NOTHING,
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

DISPUTE_FEE_MINOR = 1500


class Sandbox:
    """Pays every order, and keeps the fee that the price book expects, so that books and quotes look as in earnest."""

    name = "sandbox"
    channels = frozenset({"web"})
    via: Via = "psp"

    def __init__(self, db: Database) -> None:
        self._db = db

    async def begin(self, order: Order) -> Begun:
        """Paid."""
        ref = f"sandbox-{order.id}"
        charge = {"ref": ref, "purchase": order.id, "minor": order.price.minor, "fee_minor": order.fee.minor}
        async with self._db.write() as tx:
            await tx.execute(sql("payments", "sandbox_charge"), charge | {"currency": order.price.currency})
        seen = Seen(ref=ref, state="paid", live=False, paid=order.price, fee=order.fee, purchase=order.id)
        return Begun(ref=ref, seen=seen)

    async def resume(self, ref: str, order: Order) -> Next:  # noqa: ARG002 - the port's
        """Nothing is left to do."""
        return NOTHING

    async def cancel(self, ref: str) -> None:
        """Nothing waits here."""

    async def refund(self, ref: str, refund: UUID, money: Money, reason: str) -> None:  # noqa: ARG002 - the port's
        """Give back, never more than was taken; raises `Refused`."""
        async with self._db.write() as tx:
            made = await tx.scalar(
                sql("payments", "sandbox_refund"), {"ref": str(refund), "charge": ref, "minor": money.minor}
            )
        if not made:
            raise Refused("charge_already_refunded", "more than was taken")

    async def dispute(self, ref: str, money: Money) -> str:
        """Play the buyer's bank: dispute a charge; returns the dispute's reference."""
        made = f"sandbox-dispute-{ids.new()}"
        values = {"ref": made, "charge": ref, "minor": money.minor, "fee_minor": DISPUTE_FEE_MINOR}
        async with self._db.write() as tx:
            await tx.execute(sql("payments", "sandbox_dispute"), values)
        return made

    async def decide(self, dispute: str, *, won: bool) -> None:
        """Play the buyer's bank: decide a dispute."""
        async with self._db.write() as tx:
            values = {"ref": dispute, "status": "won" if won else "lost"}
            await tx.execute(sql("payments", "sandbox_decide"), values)

    async def look(self, ref: str) -> Seen:
        """The charge with what became of it; raises `Refused` where there is none."""
        async with self._db.read() as tx:
            row = await tx.row(sql("payments", "sandbox_look"), {"ref": ref})
        if row is None:
            raise Refused("not_found")
        currency = row["currency"]
        return Seen(
            ref=ref,
            state="paid",
            live=False,
            paid=Money(row["minor"], currency),
            fee=Money(row["fee_minor"], currency),
            purchase=row["purchase"],
            refunds=[
                SeenRefund(ref=r["ref"], status="done", money=Money(r["minor"], currency), id=UUID(r["ref"]))
                for r in row["refunds"]
            ],
            disputes=[
                SeenDispute(
                    ref=d["ref"],
                    status=d["status"],
                    money=Money(d["minor"], currency),
                    fee=Money(d["fee_minor"], currency),
                )
                for d in row["disputes"]
            ],
        )

    async def receive(self, headers: Mapping[str, str], body: bytes) -> Notice:  # noqa: ARG002 - the port's
        """A sandbox sends none."""
        raise BadNotice("the sandbox sends no notices")

    async def close(self) -> None:
        """Nothing is open."""
