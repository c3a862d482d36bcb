"""Statements of blocks."""

from datetime import datetime
from uuid import UUID

import msgspec

from largesse.kit.db import ReadTx, WriteTx, sql

BLOCKS_MAX = 2_000


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """Whom somebody blocked. `receipt`: of the anonymous gift whose giver it is; '' for a named person."""

    id: UUID
    blocked: int
    receipt: str
    at: datetime


async def put(tx: WriteTx, block: UUID, account: int, blocked: int, receipt: str) -> Block | None:
    """Block somebody, once; None where there are `BLOCKS_MAX` already."""
    which = {"account": account, "blocked": blocked, "receipt": receipt}
    await tx.execute(sql("safety", "block_put"), {"id": block, "most": BLOCKS_MAX, **which})
    return await tx.one(Block, sql("safety", "block_get"), which)


async def remove(tx: WriteTx, account: int, *, block: UUID | None = None, blocked: int | None = None) -> None:
    """Lift a block by its id, or that of a named person."""
    await tx.execute(sql("safety", "block_remove"), {"account": account, "id": block, "blocked": blocked})


async def list_of(tx: ReadTx, account: int, before: UUID | None, limit: int) -> list[Block]:
    """Whom somebody blocked, the newest first."""
    return await tx.all(Block, sql("safety", "blocks"), {"account": account, "before": before, "limit": limit})


async def is_blocked(tx: ReadTx, account: int, other: int) -> bool:
    """Whether `account` blocked `other`, named or not."""
    return bool(await tx.scalar(sql("safety", "is_blocked"), {"account": account, "other": other}))
