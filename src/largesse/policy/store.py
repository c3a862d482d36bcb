"""Statements of the policy room."""

from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg import AsyncCursor

from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.policy.errors import DateTaken
from largesse.policy.model import Policy, Rates


async def ask_in_force(tx: ReadTx) -> AsyncCursor[Any]:
    """Ask, without waiting inside a pipeline, for the version in force at the transaction's time.

    One row: key, id, share_bps, promo_share_bps, diamond_value_micros, hold_days, give_day_coins_max.
    """
    return await tx.execute(sql("policy", "ask_in_force"))


async def get_in_force(tx: ReadTx) -> Policy:
    """The version in force at the transaction's time."""
    found = await tx.one(Policy, sql("policy", "in_force"))
    assert found is not None, "the first version is installed by a migration"
    return found


async def list_versions(tx: ReadTx) -> list[Policy]:
    """Every version, the newest first."""
    return await tx.all(Policy, sql("policy", "versions"))


async def get_now(tx: ReadTx) -> datetime:
    """The transaction's time, on the database's clock."""
    at: datetime = await tx.scalar(sql("policy", "now"))
    return at


async def lock(tx: WriteTx) -> None:
    """Let no other announcement in until the transaction ends."""
    await tx.execute(sql("policy", "lock"))


async def announce(
    tx: WriteTx,
    *,
    version: UUID,
    rates: dict[str, int],
    effective_at: datetime | None,
    proposed_by: int,
    approved_by: int,
    reason: str,
) -> Policy:
    """Add a version, announced now; `effective_at` None means this instant. Raises `DateTaken`."""
    assert rates.keys() == set(Rates.__struct_fields__), rates
    row = {
        **rates,
        "id": version,
        "effective_at": effective_at,
        "proposed_by": proposed_by,
        "approved_by": approved_by,
        "reason": reason,
    }
    try:
        made = await tx.one(Policy, sql("policy", "announce"), row)
    except psycopg.errors.UniqueViolation as error:
        if error.diag.constraint_name == "version_effective_at_key":
            raise DateTaken from error
        raise
    assert made is not None
    return made
