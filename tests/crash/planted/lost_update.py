"""Locks wallets, but goes on from what it read before: the other process's update is lost."""

from collections.abc import Sequence
from typing import Any

from largesse.ledger import Journal, WalletState


def plant() -> None:
    lock = Journal.lock_wallets
    kept: dict[int, WalletState] = {}

    async def lock_stale(self: Any, accounts: Sequence[int], *, wait: bool) -> Any:
        states, held = await lock(self, accounts, wait=wait)
        return {account: kept.setdefault(account, state) for account, state in states.items()}, held

    Journal.lock_wallets = lock_stale  # type: ignore[method-assign]
