"""Forgets the creator of some gifts: coins leave the wallets, and the diamonds are not credited."""

from collections.abc import Iterable
from typing import Any

from largesse.ledger import Entry, Journal

_EVERY = 97


def plant() -> None:
    credit = Journal._credit
    counted = 0

    async def credit_most(self: Journal, entries: Iterable[Entry], head: Any) -> None:
        nonlocal counted
        kept = []
        for entry in entries:
            counted += 1
            if counted % _EVERY:
                kept.append(entry)
        await credit(self, kept, head)

    Journal._credit = credit_most  # type: ignore[method-assign]
