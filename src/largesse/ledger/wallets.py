"""Wallets: opening, locking, reading, freezing."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.ledger.model import UNOPENED, Wallet

OPERATOR, DISPUTE, DEBT = "operator", "dispute", "debt"


async def open_wallet(tx: WriteTx, account: int, gives_from: date) -> Wallet:
    """The account's wallet, made where there is none, and locked (FOR NO KEY UPDATE) until the transaction ends.

    `gives_from` is the first UTC day on which the person is of age; another one than the wallet has replaces it.
    """
    wallet = await tx.one(Wallet, sql("ledger", "open_wallet"), {"account": account, "gives_from": gives_from})
    assert wallet is not None
    return wallet


async def send_wallet(tx: WriteTx, account: int, gives_from: date) -> None:
    """The same for who need not see it: in a pipeline nothing is waited for, and the next statement finds it locked."""
    await tx.execute(sql("ledger", "open_wallet"), {"account": account, "gives_from": gives_from})


async def lock_wallet(tx: WriteTx, account: int) -> Wallet:
    """The wallet of an account that has one, locked until the transaction ends."""
    wallet = await tx.one(Wallet, sql("ledger", "lock_wallet"), {"account": account})
    assert wallet is not None, account
    return wallet


async def get_wallet(tx: ReadTx, account: int) -> Wallet:
    """The account's wallet; an empty one that never gives where none was opened."""
    return await tx.one(Wallet, sql("ledger", "get_wallet"), {"account": account}) or Wallet(account=account)


async def freeze(tx: WriteTx, account: int, frozen: bool) -> bool:  # noqa: FBT001 - a state, not a mode
    """An operator lets the account spend nothing, or lifts that and what a lost dispute's debt froze.

    Repeating it changes nothing. The account may have no wallet yet. Returns whether it is frozen afterwards: a dispute
    that is open freezes until it is decided.
    """
    if frozen:
        await freeze_for(tx, account, OPERATOR)
        return True
    if await tx.one(Wallet, sql("ledger", "lock_wallet"), {"account": account}) is None:
        return False
    return bool(await tx.scalar(sql("ledger", "thaw_wallet"), _lifted(account, [OPERATOR, DEBT])))


async def list_freezes(tx: ReadTx, account: int) -> list[str]:
    """Why the account spends nothing: any of `operator`, `dispute`, `debt`, each once; empty where it is not frozen.

    Somebody who is frozen for debt alone may still buy: the coins repay it.
    """
    return [row["cause"] for row in await tx.rows(sql("ledger", "list_freezes"), {"account": account})]


async def freeze_for(tx: WriteTx, account: int, cause: str, about: int = 0) -> None:
    """Freeze for a cause; `about` is a dispute's transfer."""
    named = {"account": account, "cause": cause, "about": about, "gives_from": UNOPENED}
    await tx.execute(sql("ledger", "freeze_wallet"), named)


async def thaw_dispute(tx: WriteTx, account: int, dispute: int) -> None:
    """Lift what a dispute froze; the wallet is locked. Not waited for in a pipeline."""
    await tx.execute(sql("ledger", "thaw_wallet"), _lifted(account, [DISPUTE], dispute))


async def thaw_debt(tx: WriteTx, account: int) -> None:
    """Lift what a debt froze; the wallet is locked. Not waited for in a pipeline."""
    await tx.execute(sql("ledger", "thaw_wallet"), _lifted(account, [DEBT]))


def _lifted(account: int, causes: Sequence[str], about: int = 0) -> dict[str, Any]:
    return {"account": account, "causes": list(causes), "about": about}


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
