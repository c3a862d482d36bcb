"""Statements of providers' notices."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.payments.providers.port import Consumption, Notice


class Arrived(msgspec.Struct, frozen=True):
    """A notice that was checked, as it is to be kept."""

    provider: str
    notice: Notice
    body: bytes


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A notice that this process works on; `tries` counts this one."""

    key: int
    provider: str
    event: str
    kind: str
    refs: list[str]
    asks: str
    tries: int


async def put_notices(tx: WriteTx, arrived: Sequence[Arrived]) -> int:
    """Keep notices as they came, and say how many are new and want work; a repeat is left out."""
    columns = {
        "providers": [a.provider for a in arrived],
        "events": [a.notice.event for a in arrived],
        "kinds": [a.notice.kind for a in arrived],
        "asks": [a.notice.asks for a in arrived],
        "refs": [msgspec.json.encode(list(a.notice.refs)).decode() for a in arrived],
        "bodies": [a.body for a in arrived],
    }
    number: int = await tx.scalar(sql("payments", "notices_put"), columns)
    return number


async def list_due(tx: ReadTx, providers: Sequence[str]) -> list[str]:
    """Those of some providers of which a notice is due."""
    return [row["name"] for row in await tx.rows(sql("payments", "notices_due"), {"providers": list(providers)})]


async def take_notices(tx: WriteTx, provider: str, limit: int, lease_s: int) -> list[Taken]:
    """Take a provider's notices that are due; nobody else takes them for `lease_s`."""
    values = {"provider": provider, "limit": limit, "lease_s": lease_s}
    return await tx.all(Taken, sql("payments", "notices_take"), values)


async def notice_done(tx: WriteTx, key: int, outcome: str) -> None:
    """A notice was worked on."""
    await tx.execute(sql("payments", "notice_done"), {"key": key, "outcome": outcome})


async def notice_later(tx: WriteTx, key: int, pause_s: int, why: str) -> None:
    """A notice is to be worked on again, after a pause."""
    await tx.execute(sql("payments", "notice_later"), {"key": key, "pause_s": pause_s, "outcome": why})


class Stuck(msgspec.Struct, frozen=True, kw_only=True):
    """A notice that was worked on in vain; `outcome` says why, `due_at` when it is tried again."""

    key: int
    provider: str
    event: str
    kind: str
    received_at: datetime
    tries: int
    due_at: datetime
    outcome: str


async def list_stuck(tx: ReadTx, before: int | None, limit: int) -> list[Stuck]:
    """Notices that were worked on in vain and wait, newest first, behind the last key seen."""
    return await tx.all(Stuck, sql("payments", "notices_stuck"), {"before": before, "limit": limit})


async def notice_again(tx: WriteTx, key: int) -> bool:
    """Work on a notice that waits, now; False where none does."""
    return await tx.scalar(sql("payments", "notice_again"), {"key": key}) is not None


async def find_consent(tx: ReadTx, account: int) -> datetime | None:
    """Since when a buyer has consented; None where they have not."""
    at: datetime | None = await tx.scalar(sql("payments", "consent_get"), {"account": account})
    return at


async def export_person(tx: ReadTx, account: int) -> dict[str, Any]:
    """What is kept here about a person besides purchases, which are listed: `purchase_consent`, None without one."""
    at = await find_consent(tx, account)
    return {"purchase_consent": {"consented_at": at} if at else None}


async def put_consent(tx: WriteTx, account: int, *, consented: bool) -> None:
    """Put a buyer's consent down, or take it away."""
    await tx.execute(sql("payments", "consent_put" if consented else "consent_drop"), {"account": account})


async def find_consumption(tx: ReadTx, provider: str, ref: str) -> Consumption | None:
    """What a store may know of a purchase; None where its buyer has not consented, or it is nobody's here."""
    row = await tx.row(sql("payments", "consumption"), {"provider": provider, "ref": ref})
    return Consumption(ref=ref, **row) if row else None
