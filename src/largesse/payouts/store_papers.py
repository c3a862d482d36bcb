"""Statements of papers and of screening."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
import psycopg

from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.kit.idempotency import IdReused
from largesse.payouts.errors import PaperOpen
from largesse.payouts.paper import Paper, Side, Status, Subject
from largesse.payouts.pictures import Media
from largesse.payouts.screening import Listed

Ruling = Literal["open", "cleared", "confirmed"]


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """That an operator looked at a paper; `side` is that of a picture, or empty."""

    side: str
    looked_by: int
    at: datetime


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the operator's list that seems to name a creator."""

    key: int
    creator: int
    entry: str
    name: str
    born: str
    status: Ruling
    found_at: datetime
    decided_at: datetime | None
    decided_by: int | None
    reason: str


async def put(tx: WriteTx, **columns: Any) -> None:
    """Put a draft down. Raises `IdReused`, and `PaperOpen` where another one of its subject is not decided yet."""
    try:
        await tx.execute(sql("payouts", "paper_put"), columns)
    except psycopg.errors.UniqueViolation as error:
        if error.diag.constraint_name == "paper_one_open":
            raise PaperOpen from error
        raise IdReused from error


async def list_papers(tx: ReadTx, creator: int) -> list[Paper]:
    """A creator's papers, newest first."""
    return [_paper(row) for row in await tx.rows(sql("payouts", "papers"), {"creator": creator})]


async def find(tx: ReadTx, paper: UUID) -> Paper | None:
    """A paper, whoever's it is."""
    row = await tx.row(sql("payouts", "paper_find"), {"id": paper})
    return _paper(row) if row else None


async def list_by_status(tx: ReadTx, status: Status, after: UUID | None, limit: int) -> list[Paper]:
    """Papers of everybody, oldest first, behind an id."""
    named = {"status": status, "after": after, "limit": limit}
    return [_paper(row) for row in await tx.rows(sql("payouts", "papers_page"), named)]


async def get_sealed(tx: ReadTx, paper: UUID) -> bytes | None:
    """What a paper says, sealed; None once it is kept no longer."""
    sealed: bytes | None = await tx.scalar(sql("payouts", "paper_sealed"), {"id": paper})
    return sealed


async def list_counting(tx: ReadTx, creator: int, today: date) -> list[tuple[UUID, bytes]]:
    """The sealed papers of a creator that count, or wait for a person."""
    named = {"creator": creator, "today": today}
    return [(row["id"], row["sealed"]) for row in await tx.rows(sql("payouts", "papers_counting"), named)]


async def list_holders(tx: ReadTx, creator: int) -> list[bytes]:
    """The sealed accounts of a creator's methods."""
    return [row["sealed"] for row in await tx.rows(sql("payouts", "holders_sealed"), {"creator": creator})]


async def rewrite(tx: WriteTx, paper: UUID, *, country: str, valid_until: date | None, sealed: bytes) -> None:
    """Change a draft."""
    named = {"id": paper, "country": country, "valid_until": valid_until, "sealed": sealed}
    await tx.execute(sql("payouts", "paper_rewrite"), named)


async def submit(tx: WriteTx, paper: UUID) -> None:
    """Let a person look at a draft."""
    await tx.execute(sql("payouts", "paper_submit"), {"id": paper})


async def decide(tx: WriteTx, paper: UUID, status: Status, by: int, *, reason: str, valid_until: date | None) -> None:
    """Approve or reject a paper."""
    named = {"id": paper, "status": status, "decided_by": by, "reason": reason, "valid_until": valid_until}
    await tx.execute(sql("payouts", "paper_decide"), named)


async def replace(tx: WriteTx, creator: int, subject: Subject, by: int) -> None:
    """Let a creator's approved paper give way to another one."""
    await tx.execute(sql("payouts", "paper_replace"), {"creator": creator, "subject": subject, "by": by})


async def withdraw(tx: WriteTx, paper: UUID) -> None:
    """Take a paper back, and destroy what it says and its pictures."""
    await tx.execute(sql("payouts", "paper_withdraw"), {"id": paper})
    await tx.execute(sql("payouts", "paper_files_drop"), {"id": paper})


async def put_file(tx: WriteTx, paper: UUID, side: Side, *, media: Media, size_bytes: int, sealed: bytes) -> None:
    """Put a picture into a paper, in the place of one of the same side."""
    named = {"paper": paper, "side": side, "media": media, "size_bytes": size_bytes, "sealed": sealed}
    await tx.execute(sql("payouts", "paper_file_put"), named)


async def find_file(tx: ReadTx, paper: UUID, side: Side) -> tuple[Media, bytes] | None:
    """A picture of a paper, sealed, and what it is."""
    row = await tx.row(sql("payouts", "paper_file_find"), {"paper": paper, "side": side})
    return (row["media"], row["sealed"]) if row else None


async def note_look(tx: WriteTx, paper: UUID, side: str, by: int) -> None:
    """Note that somebody looks at a paper."""
    await tx.execute(sql("payouts", "paper_look_put"), {"paper": paper, "side": side, "looked_by": by})


async def list_looks(tx: ReadTx, paper: UUID) -> list[Look]:
    """Who looked at a paper, the newest hundred first."""
    return await tx.all(Look, sql("payouts", "paper_looks"), {"paper": paper})


async def forget_person(tx: WriteTx, creator: int) -> None:
    """Empty whatever a creator showed, and forget which entries of a list seemed to name them."""
    await tx.execute(sql("payouts", "papers_forget"), {"creator": creator})
    await tx.execute(sql("payouts", "screening_forget"), {"creator": creator})


async def forget_outlived(tx: WriteTx, keep_days: int, limit: int) -> int:
    """Empty papers that are kept long enough; how many."""
    emptied: int = await tx.scalar(sql("payouts", "papers_outlived"), {"keep_days": keep_days, "limit": limit})
    return emptied


async def put_matches(tx: WriteTx, creator: int, print_: bytes, listed: Sequence[Listed]) -> None:
    """Note entries that seem to name a creator, once for the same name."""
    named = {
        "creator": creator,
        "print": print_,
        "entry": [one.entry for one in listed],
        "name": [one.name for one in listed],
        "born": [one.born for one in listed],
    }
    await tx.execute(sql("payouts", "screening_put"), named)


async def list_rulings(tx: ReadTx, creator: int) -> set[Ruling]:
    """What became of the entries that seem to name a creator."""
    return {row["status"] for row in await tx.rows(sql("payouts", "screening_states"), {"creator": creator})}


async def list_matches(tx: ReadTx, status: Ruling, after: int, limit: int) -> list[Match]:
    """Entries that seem to name somebody, oldest first, behind a key."""
    named = {"status": status, "after": after, "limit": limit}
    return await tx.all(Match, sql("payouts", "screening_page"), named)


async def find_match(tx: ReadTx, key: int) -> Match | None:
    """An entry that seems to name somebody."""
    return await tx.one(Match, sql("payouts", "screening_find"), {"key": key})


async def decide_match(tx: WriteTx, key: int, status: Ruling, by: int, reason: str) -> None:
    """Say whether an entry names the creator."""
    named = {"key": key, "status": status, "decided_by": by, "reason": reason}
    await tx.execute(sql("payouts", "screening_decide"), named)


def _paper(row: dict[str, Any]) -> Paper:
    return msgspec.convert(row, Paper)
