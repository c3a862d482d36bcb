"""The staff trail: what operators did, in a chain of hashes that nobody rewrites unnoticed.

`chain = SHA-256(previous chain || row)`, where `row` is the UTF-8 JSON of `[n, at, actor, verb, about, body]` without
spaces and with sorted keys; `at` is RFC 3339 in UTC with microseconds; before the first row the chain is 32 zero bytes.
Source: shared mechanism with the journal, docs/reference/proofs.md
"""

import hashlib
from datetime import UTC, datetime
from typing import Any

import msgspec

from largesse.kit.db import ReadTx, WriteTx, sql

ORIGIN = bytes(32)
SYSTEM = 0
_ROWS_A_READ = 1000


class TrailRow(msgspec.Struct, frozen=True, kw_only=True):
    """One deed. `actor` is an account's key, 0 for the service itself; `about` names the thing, such as an id."""

    n: int
    at: datetime
    actor: int
    verb: str
    about: str
    body: dict[str, Any]
    chain: bytes


class TrailCheck(msgspec.Struct, frozen=True):
    """How many rows were read, and the number of the first that does not follow from the one before, or None."""

    rows: int
    broken_at: int | None


async def write(tx: WriteTx, actor: int, verb: str, about: str, body: dict[str, Any]) -> TrailRow:
    """Append one deed to the trail, in the transaction of the deed itself.

    `body` holds strings, integers, booleans, nulls, lists and objects with string keys; no floats, for their text is
    not the same everywhere. Writers wait for each other until their transactions end: write late in a transaction.
    """
    assert _is_plain(body), body
    await tx.execute(sql("kit", "trail_lock"))
    n, chain = await head(tx)
    at: datetime = await tx.scalar(sql("kit", "trail_now"))
    row = TrailRow(n=n + 1, at=at, actor=actor, verb=verb, about=about, body=body, chain=b"")
    row = msgspec.structs.replace(row, chain=link(chain, row))
    await tx.execute(
        sql("kit", "trail_write"),
        {
            "n": row.n,
            "at": at,
            "actor": actor,
            "verb": verb,
            "about": about,
            "body": msgspec.json.encode(body).decode(),
            "chain": row.chain,
        },
    )
    return row


async def head(tx: ReadTx) -> tuple[int, bytes]:
    """The number and the chain of the newest row; (0, 32 zero bytes) where there is none. What a checkpoint signs."""
    newest = await tx.row(sql("kit", "trail_head"))
    return (newest["n"], newest["chain"]) if newest else (0, ORIGIN)


async def verify(tx: ReadTx) -> TrailCheck:
    """Recompute the whole chain, a thousand rows at a time."""
    n, chain = 0, ORIGIN
    while rows := await tx.all(TrailRow, sql("kit", "trail_after"), {"n": n, "limit": _ROWS_A_READ}):
        for row in rows:
            if row.n != n + 1 or row.chain != link(chain, row):
                return TrailCheck(n, row.n)
            n, chain = row.n, row.chain
    return TrailCheck(n, None)


def link(previous: bytes, row: TrailRow) -> bytes:
    """The chain of `row`, 32 bytes, given the chain of the row before it; `row.chain` is not looked at."""
    at = row.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    canonical = msgspec.json.encode([row.n, at, row.actor, row.verb, row.about, row.body], order="deterministic")
    return hashlib.sha256(previous + canonical).digest()


def _is_plain(value: object) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(inner) for key, inner in value.items())
    if isinstance(value, list):
        return all(_is_plain(inner) for inner in value)
    return value is None or isinstance(value, str | int)
