"""Wallets: opening, locking, reading, freezing."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.ledger.model import UNOPENED, Wallet


async def open_wallet(tx: WriteTx, account: int, gives_from: date) -> Wallet:
    """The account's wallet, made where there is none, and locked (FOR NO KEY UPDATE) until the transaction ends.

    `gives_from` is the first UTC day on which the person is of age; another one than the wallet has replaces it.
    """
    wallet = await tx.one(Wallet, sql("ledger", "lock_wallet"), {"account": account})
    if wallet is None or wallet.gives_from != gives_from:
        await tx.execute(sql("ledger", "open_wallet"), {"account": account, "gives_from": gives_from})
        wallet = await tx.one(Wallet, sql("ledger", "lock_wallet"), {"account": account})
    assert wallet is not None
    return wallet


async def get_wallet(tx: ReadTx, account: int) -> Wallet:
    """The account's wallet; an empty one that never gives where none was opened."""
    return await tx.one(Wallet, sql("ledger", "get_wallet"), {"account": account}) or Wallet(account=account)


async def freeze(tx: WriteTx, account: int, frozen: bool) -> None:  # noqa: FBT001 - a state, not a mode
    """Let the account spend nothing, or spend again; repeating it changes nothing. It may have no wallet yet."""
    await tx.execute(sql("ledger", "freeze_wallet"), {"account": account, "frozen": frozen, "gives_from": UNOPENED})


class OwnLimits(NamedTuple):
    """A person's own limits on giving, in coins; None for none."""

    account: int
    day: int | None
    week: int | None
    month: int | None
    gift: int | None


async def set_own_limits(tx: WriteTx, limits: Sequence[OwnLimits]) -> None:
    """Put people's own limits in force, all four of each; their wallets are there."""
    columns = zip(*limits, strict=True) if limits else ([] for _ in OwnLimits._fields)
    values = dict(zip(("accounts", "day", "week", "month", "gift"), map(list, columns), strict=True))
    await tx.execute(sql("ledger", "set_own_limits"), values)


async def rest(tx: WriteTx, account: int, until: datetime) -> None:
    """Let the account neither give nor buy until then; a longer rest stands. Its wallet is there."""
    await tx.execute(sql("ledger", "rest_wallet"), {"account": account, "until": until})
