"""Statements of people's own limits and breaks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.kit.money import Money
from largesse.safety.model import BUY, NAMES, Amount, OwnLimit, Rest


async def get_now(tx: ReadTx) -> datetime:
    """The transaction's time, on the database's clock."""
    at: datetime = await tx.scalar(sql("safety", "now"))
    return at


async def list_limits(tx: ReadTx, account: int) -> dict[str, OwnLimit]:
    """The seven limits of somebody, those that were never set too."""
    rows = await tx.rows(sql("safety", "own_limits"), {"account": account})
    return {name: OwnLimit(name=name) for name in NAMES} | {row["name"]: _limit(row) for row in rows}


async def put_limits(tx: WriteTx, account: int, limits: Sequence[OwnLimit]) -> None:
    """Put limits down as they are to stand."""
    columns: dict[str, Any] = {"account": account, "names": [limit.name for limit in limits]}
    columns |= {"amounts": [_number(limit.amount) for limit in limits]}
    columns |= {"currencies": [_currency(limit.amount) for limit in limits]}
    columns |= {"next_amounts": [_number(limit.next_amount) for limit in limits]}
    columns |= {"next_currencies": [_currency(limit.next_amount) for limit in limits]}
    columns |= {"next_ats": [limit.next_at for limit in limits]}
    await tx.execute(sql("safety", "put_own_limits"), columns)


async def note_changes(tx: WriteTx, account: int, asked: Sequence[tuple[str, Amount, datetime]]) -> None:
    """Keep what somebody asked for (name, amount, from when), for ever."""
    columns = {
        "account": account,
        "names": [name for name, _, _ in asked],
        "amounts": [_number(amount) for _, amount, _ in asked],
        "currencies": [_currency(amount) for _, amount, _ in asked],
        "ats": [at for _, _, at in asked],
    }
    await tx.execute(sql("safety", "note_limit_changes"), columns)


async def take_due(tx: WriteTx, limit: int) -> list[int]:
    """Let limits come that are due, of some accounts, and say whose."""
    rows = await tx.execute(sql("safety", "apply_due_limits"), {"limit": limit})
    return sorted({row[0] for row in await rows.fetchall()})


async def list_give(
    tx: ReadTx, accounts: Sequence[int]
) -> list[tuple[int, int | None, int | None, int | None, int | None]]:
    """Limits on giving in force: account, day, week, month, gift."""
    rows = await tx.execute(sql("safety", "give_limits"), {"accounts": list(accounts)})
    return await rows.fetchall()


async def put_rest(tx: WriteTx, account: int, kind: str, until: datetime) -> None:
    """Begin a break."""
    await tx.execute(sql("safety", "put_rest"), {"account": account, "kind": kind, "until": until})


async def find_rest(tx: ReadTx, account: int) -> Rest | None:
    """The running break that ends last."""
    return await tx.one(Rest, sql("safety", "rest"), {"account": account})


async def export(tx: ReadTx, account: int) -> dict[str, Any]:
    """Own limits, what was ever asked for, and breaks."""
    found: dict[str, Any] = msgspec.json.decode(await tx.scalar(sql("safety", "export"), {"account": account}))
    return found


def _limit(row: dict[str, Any]) -> OwnLimit:
    is_money = row["name"] in BUY
    return OwnLimit(
        name=row["name"],
        amount=_amount(row["amount"], row["currency"]) if is_money else row["amount"],
        next_amount=_amount(row["next_amount"], row["next_currency"]) if is_money else row["next_amount"],
        next_at=row["next_at"],
    )


def _amount(minor: int | None, currency: str | None) -> Money | None:
    return None if minor is None or currency is None else Money(minor, currency)


def _number(amount: Amount) -> int | None:
    return amount.minor if isinstance(amount, Money) else amount


def _currency(amount: Amount) -> str | None:
    return amount.currency if isinstance(amount, Money) else None
