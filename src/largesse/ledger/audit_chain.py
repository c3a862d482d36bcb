"""Recomputes every leaf, tree and chain from the journal's rows as PostgreSQL's binary COPY gives them back.

One pass over all gifts in batch order, in bounded memory; runs in a thread of its own.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

import psycopg
from psycopg import Connection

from largesse.kit.db import sql
from largesse.ledger import chain
from largesse.ledger.model import Finding

_STRIPE_MASK = 63
_PROGRESS_GIFTS = 100_000
_BATCHES_A_READ = 2000
_NAME = "leaves, trees and chains"
_HEAD_BYTES = len(chain.COPY_HEAD)
_COPY = f"COPY (SELECT {chain.COLUMNS} FROM ledger.gift ORDER BY batch) TO STDOUT (FORMAT binary)".encode()  # noqa: S608 - our own column names
_LEAVES = [leaf.to_bytes(2, "big") for leaf in range(1001)]
# Where a row's columns lie in its bytes, behind their lengths.
_BATCH, _SENDER, _STAGE, _LEAF = slice(26, 34), slice(74, 78), slice(90, 94), slice(-8, -6)


class _Batch(NamedTuple):
    batch: int
    n: int
    gifts: int
    recorded_at_us: int
    root: bytes
    chain: bytes
    senders: int
    senders_sum: int
    stages: int
    stages_sum: int


@dataclass(slots=True)
class Walk:
    """What was read, and what did not hold (at most `findings_max` are kept)."""

    findings_max: int
    gifts: int = 0
    batches: int = 0
    seconds: float = 0.0
    findings: list[Finding] = field(default_factory=list)
    heads: dict[int, bytes] = field(default_factory=dict)

    def find(self, promise: int, about: str, detail: str) -> None:
        """Keep a finding."""
        if len(self.findings) < self.findings_max:
            self.findings.append(Finding(promise, about, detail))


def walk(url: str, snapshot: str, secret: bytes, findings_max: int, progress: Callable[[str, int, int], None]) -> Walk:
    """Walk the whole journal as it stood at an exported snapshot."""
    started = time.monotonic()
    seen = Walk(findings_max)
    with _connected(url, snapshot) as gifts, _connected(url, snapshot) as others:
        row = others.execute("SELECT coalesce(sum(gifts), 0)::bigint FROM ledger.batch").fetchone()
        total = int(row[0]) if row else 0
        batches = _batches(others)
        expected = next(batches, None)
        next_report = 0
        for number, rows in _grouped(gifts):
            while expected is not None and expected.batch < number:
                _check_batch(seen, secret, expected, [])
                expected = next(batches, None)
            if expected is None or expected.batch != number:
                seen.find(10, f"batch {number}", f"is not in the books, but {len(rows)} gifts name it")
            else:
                _check_batch(seen, secret, expected, rows)
                expected = next(batches, None)
            seen.gifts += len(rows)
            if seen.gifts >= next_report:
                progress(_NAME, seen.gifts, total)
                next_report = seen.gifts + _PROGRESS_GIFTS
        while expected is not None:
            _check_batch(seen, secret, expected, [])
            expected = next(batches, None)
        progress(_NAME, seen.gifts, max(total, seen.gifts))
    seen.seconds = round(time.monotonic() - started, 3)
    return seen


def _connected(url: str, snapshot: str) -> Connection[Any]:
    """A connection that sees what the audit sees, and walks indexes in order instead of sorting the journal."""
    connection = psycopg.connect(url, autocommit=True, options="-c enable_sort=off -c enable_seqscan=off")
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    connection.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'".encode())
    connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    return connection


def _batches(connection: Connection[Any]) -> Iterator[_Batch]:
    connection.execute("SET LOCAL enable_sort = on; SET LOCAL enable_seqscan = on; SET LOCAL cursor_tuple_fraction = 1")
    with connection.cursor(name="batches") as cursor:
        cursor.itersize = _BATCHES_A_READ
        cursor.execute(sql("ledger", "audit_batches"), binary=True)
        for row in cursor:
            yield _Batch(*row)


def _grouped(connection: Connection[Any]) -> Iterator[tuple[int, list[bytes]]]:
    """The rows of each batch, in the order of the batches."""
    current, rows = b"", list[bytes]()
    size = chain.ROW_BYTES
    with connection.cursor().copy(_COPY) as copy:
        first = True
        for part in copy:
            row = bytes(part)
            if first:
                first, row = False, row[_HEAD_BYTES:]
                if not row:
                    continue
            if len(row) != size:
                assert row == chain.COPY_TAIL, len(row)
                continue
            if row[_BATCH] != current:
                if rows:
                    yield int.from_bytes(current, "big"), rows
                current, rows = row[_BATCH], []
            rows.append(row)
    if rows:
        yield int.from_bytes(current, "big"), rows


def _check_batch(seen: Walk, secret: bytes, expected: _Batch, rows: list[bytes]) -> None:
    about = f"batch {expected.batch}"
    seen.batches += 1
    stripe = expected.batch & _STRIPE_MASK
    previous = seen.heads.get(stripe, chain.ZERO)
    hashed = chain.batch_hash(bytes(expected.root), expected.gifts, expected.recorded_at_us)
    if chain.chain_next(previous, hashed, expected.n, stripe) != expected.chain:
        seen.find(9, about, f"its chain does not follow from the one before it in stripe {stripe}")
    seen.heads[stripe] = bytes(expected.chain)
    size = len(rows)
    if size != expected.gifts:
        seen.find(10, about, f"says {expected.gifts} gifts, {size} are there")
    if not rows:
        return
    if [row[_LEAF] for row in rows] != _LEAVES[:size]:
        rows.sort(key=_leaf)
        if [row[_LEAF] for row in rows] != _LEAVES[:size]:
            seen.find(10, about, "its leaves are not numbered 0, 1, 2, …")
            return
    salts = chain.salts(secret, expected.batch, size)
    leaves = [sha256(b"\0" + salt + row).digest() for salt, row in zip(salts, rows, strict=True)]
    if chain.merkle_root(leaves) != expected.root:
        seen.find(9, about, "its gifts are not those of which its root was made")
    senders, stages = {row[_SENDER] for row in rows}, {row[_STAGE] for row in rows}
    if (len(senders), _sum(senders)) != (expected.senders, expected.senders_sum):
        seen.find(2, about, f"its postings name {expected.senders} senders, its gifts {len(senders)} or others")
    if (len(stages), _sum(stages)) != (expected.stages, expected.stages_sum):
        seen.find(2, about, f"its postings name {expected.stages} stages, its gifts {len(stages)} or others")


def _leaf(row: bytes) -> bytes:
    return row[_LEAF]


def _sum(keys: set[bytes]) -> int:
    return sum([int.from_bytes(key, "big") for key in keys])
