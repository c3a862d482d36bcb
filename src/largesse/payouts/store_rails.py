"""Statements of the rails that have no provider: what was handed over, and what became of it."""

from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.kit.money import Money
from largesse.payouts.rails.port import Attempt, Refused, Seen, State


async def put(tx: WriteTx, rail: str, attempt: Attempt, state: State) -> Seen:
    """Note a transfer, once a key. Raises `Refused` where the key stands for another amount."""
    money = attempt.money
    named = {"key": attempt.key, "rail": rail, "minor": money.minor, "currency": money.currency, "state": state}
    row = await tx.row(sql("payouts", "transfer_put"), named)
    assert row is not None, attempt.key
    if (row["minor"], row["currency"]) != (money.minor, money.currency):
        raise Refused("key_reused", "another amount was handed over under this key")
    return await look(tx, attempt.key)


async def look(tx: ReadTx, key: str) -> Seen:
    """How a transfer stands; absent where there is none."""
    row = await tx.row(sql("payouts", "transfer_look"), {"key": key})
    if row is None:
        return Seen(state="absent")
    back = None if row["back_minor"] is None else Money(row["back_minor"], row["currency"])
    return Seen(state=row["state"], ref=row["ref"], reason=row["reason"], back=back)


async def say(
    tx: WriteTx, key: str, state: State, *, ref: str = "", reason: str = "", back: Money | None = None
) -> bool:
    """Note what became of a transfer; False where it cannot follow what stands, or `back` is more than was sent."""
    named = {"key": key, "state": state, "ref": ref, "reason": reason, "back_minor": back.minor if back else None}
    moved = await tx.scalar(sql("payouts", "transfer_say"), named)
    return moved is not None
