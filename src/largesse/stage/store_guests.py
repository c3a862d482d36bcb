"""The statements of who is in a LIVE beside its creator. `ask_guests` does not wait: for pipelines."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
from psycopg import AsyncCursor

from largesse.kit.db import ReadTx, WriteTx, int_array, sql

ASKED: Literal["asked"] = "asked"
INVITED: Literal["invited"] = "invited"
ON: Literal["on"] = "on"
OFF: Literal["off"] = "off"
Status = Literal["asked", "invited", "on", "off"]


class Guest(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's place in a LIVE; `since` when it is what it is."""

    account: int
    status: Status
    since: datetime


async def ask_guests(tx: ReadTx, asked: Sequence[tuple[int, int, int]]) -> AsyncCursor[Any]:
    """Of these (stage, account, sender) rows those whose account may get gifts from that sender; not fetched."""
    stages, accounts, senders = (int_array(list(keys)) for keys in zip(*asked, strict=True))
    return await tx.execute(sql("stage", "ask_guests"), {"stages": stages, "accounts": accounts, "senders": senders})


async def put_guest(tx: WriteTx, stage: int, account: int, status: Status) -> None:
    """Give somebody a place, or another one."""
    await tx.execute(sql("stage", "guest_put"), {"stage": stage, "account": account, "status": status})


async def find_guest(tx: ReadTx, stage: int, account: int) -> Guest | None:
    """Somebody's place; None for who has none."""
    return await tx.one(Guest, sql("stage", "guest_get"), {"stage": stage, "account": account})


async def list_guests(tx: ReadTx, stage: int) -> list[Guest]:
    """All who have a place, who stands so longest first; their number is bounded by who gives places."""
    return await tx.all(Guest, sql("stage", "guests"), {"stage": stage})


async def end_guests(tx: WriteTx, stage: int) -> None:
    """Nobody has a place any more."""
    await tx.execute(sql("stage", "guests_off"), {"stage": stage})


async def is_frozen(tx: ReadTx, account: int) -> bool:
    """Whether an account is frozen."""
    return bool(await tx.scalar(sql("stage", "guest_is_frozen"), {"account": account}))


async def list_keys_received(tx: ReadTx, account: int) -> list[int]:
    """The keys of every stage of somebody, and of those where they were a guest, ascending."""
    return [row["key"] for row in await tx.rows(sql("stage", "keys_of_receiver"), {"creator": account})]
