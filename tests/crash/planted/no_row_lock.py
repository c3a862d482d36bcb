"""Reads wallets without locking them: two processes spend the same coins."""

from typing import Any

from largesse.ledger import journal


def plant() -> None:
    load = journal.sql

    def sql(room: Any, name: Any) -> Any:
        text = load(room, name)
        return text.partition("FOR NO KEY UPDATE")[0] if name.startswith("lock_wallets") else text

    journal.sql = sql  # type: ignore[attr-defined]
