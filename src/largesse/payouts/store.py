"""Statements of payouts."""

from datetime import datetime

from largesse.kit.db import ReadTx, sql


async def get_now(tx: ReadTx) -> datetime:
    """The transaction's time, on the database's clock."""
    at: datetime = await tx.scalar(sql("payouts", "now"))
    return at
