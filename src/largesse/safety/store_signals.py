"""Statements of signals."""

from collections.abc import Sequence

from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.safety.model_signals import RELATED_MAX, Fact, Signal


async def note(tx: WriteTx, kind: Fact, accounts: Sequence[int], *, weight: int, source: str) -> None:
    """Note a fact about different accounts, for each once."""
    named = {
        "kind": kind, "accounts": list(accounts), "weight": weight, "source": source, "related_max": RELATED_MAX,
    }  # fmt: skip
    await tx.execute(sql("safety", "signal_note"), named)


async def list_all(tx: ReadTx, before: int | None, limit: int) -> list[Signal]:
    """Signals of everybody, newest first, behind a key."""
    return await tx.all(Signal, sql("safety", "signals"), {"before": before, "limit": limit})


async def list_of(tx: ReadTx, subject: int, before: int | None, limit: int) -> list[Signal]:
    """Signals about an account, newest first, behind a key."""
    return await tx.all(Signal, sql("safety", "signals_of"), {"subject": subject, "before": before, "limit": limit})
