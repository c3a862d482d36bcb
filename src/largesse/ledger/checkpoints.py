"""Checkpoints: the heads of all chains, signed, each naming the one before it.

A checkpoint is a short text; what is signed is exactly its UTF-8 bytes. Layout: docs/reference/proofs.md
"""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from largesse.kit import trail
from largesse.kit.db import Database, ReadTx, WriteTx, sql
from largesse.ledger.keys import Keys

log = structlog.get_logger(__name__)
FORMAT = "largesse-checkpoint-1"
ZERO = bytes(32)
FRESH_S_MIN = 1.0  # between two checkpoints that somebody asked for
QUIET_S_MAX = 3600.0  # a checkpoint is signed this often even where nothing was settled
_FIELDS = ("origin", "world", "number", "at", "previous", "trail")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The head of one stripe's chain: how many batches it has, and the hash over all of them."""

    stripe: int
    n: int
    chain: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a checkpoint says; `at` is the database's clock, `previous` the SHA-256 of the text before it."""

    origin: str
    world: UUID
    number: int
    at: datetime
    previous: bytes
    trail_n: int
    trail_chain: bytes
    heads: tuple[Head, ...]

    def head(self, stripe: int) -> Head | None:
        """The head of one stripe; None where it has no batch yet."""
        return next((h for h in self.heads if h.stripe == stripe), None)

    def same_heads(self, other: "Checkpoint") -> bool:
        """Whether nothing was settled, and no staff deed done, between the two."""
        return (self.heads, self.trail_n) == (other.heads, other.trail_n)

    def encode(self) -> bytes:
        """The text that is signed."""
        lines = [
            FORMAT,
            f"origin {self.origin}",
            f"world {self.world}",
            f"number {self.number}",
            f"at {self.at.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%S.%fZ')}",
            f"previous {self.previous.hex()}",
            f"trail {self.trail_n} {self.trail_chain.hex()}",
            *(f"stripe {h.stripe} {h.n} {h.chain.hex()}" for h in self.heads),
        ]
        return ("\n".join(lines) + "\n").encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A checkpoint as it was signed and kept."""

    n: int
    at: datetime
    body: bytes
    key_id: str
    signature: bytes


def decode(body: bytes) -> Checkpoint | None:
    """The checkpoint in a signed text; None where the text is not exactly one."""
    try:
        found = _parse(body.decode("utf-8").split("\n"))
    except (ValueError, IndexError):
        return None
    return found if found.encode() == body else None


def _parse(lines: list[str]) -> Checkpoint:
    fields = dict(line.split(" ", 1) for line in lines[1 : 1 + len(_FIELDS)])
    trail_n, trail_chain = fields["trail"].split(" ") if set(fields) == set(_FIELDS) else ("", "")
    heads = [line.split(" ") for line in lines[1 + len(_FIELDS) : -1]]
    return Checkpoint(
        origin=fields.get("origin", ""),
        world=UUID(fields.get("world", "")),
        number=int(fields.get("number", "")),
        at=datetime.strptime(fields.get("at", ""), "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC),
        previous=bytes.fromhex(fields.get("previous", "")),
        trail_n=int(trail_n),
        trail_chain=bytes.fromhex(trail_chain),
        heads=tuple(Head(stripe=int(h[1]), n=int(h[2]), chain=bytes.fromhex(h[3])) for h in heads),
    )


async def newest(tx: ReadTx) -> tuple[Signed, float] | None:
    """The newest checkpoint and its age in seconds by the database's clock; None where there is none."""
    row = await tx.row(sql("ledger", "newest_checkpoint"))
    if row is None:
        return None
    age_s: float = row.pop("age_s")
    return Signed(**row), age_s


async def list_checkpoints(tx: ReadTx, before: int, limit: int) -> list[Signed]:
    """Checkpoints with a lower number than `before`, newest first."""
    return await tx.all(Signed, sql("ledger", "list_checkpoints"), {"before": before, "n": limit})


async def sign_next(tx: WriteTx, keys: Keys, origin: str) -> Signed:
    """Sign the heads as they are now and append them; where nothing was settled since the newest, that one again.

    Signers wait for each other until their transactions end.
    """
    assert not any(c.isspace() for c in origin), origin
    await tx.execute(sql("ledger", "checkpoint_lock"))
    last = await newest(tx)
    world = await tx.scalar("SELECT id FROM kit.world")
    assert world is not None, "the database has no world yet"
    heads = await tx.rows(sql("ledger", "stripe_heads"))
    trail_n, trail_chain = await trail.head(tx)
    at: datetime = heads[0]["at"] if heads else await tx.scalar("SELECT clock_timestamp()")
    checkpoint = Checkpoint(
        origin=origin,
        world=world,
        number=last[0].n + 1 if last else 1,
        at=max(at, last[0].at + timedelta(microseconds=1)) if last else at,
        previous=hashlib.sha256(last[0].body).digest() if last else ZERO,
        trail_n=trail_n,
        trail_chain=trail_chain,
        heads=tuple(Head(stripe=h["stripe"], n=h["n"], chain=bytes(h["chain"])) for h in heads),
    )
    if last and last[1] < QUIET_S_MAX and _same(checkpoint, last[0]):
        return last[0]
    body = checkpoint.encode()
    signed = Signed(n=checkpoint.number, at=checkpoint.at, body=body, key_id=keys.key_id, signature=keys.sign(body))
    await tx.execute(
        sql("ledger", "put_checkpoint"),
        {"n": signed.n, "at": signed.at, "body": body, "key_id": signed.key_id, "signature": signed.signature},
    )
    log.info("checkpoint.signed", number=signed.n, stripes=len(checkpoint.heads))
    return signed


def _same(checkpoint: Checkpoint, last: Signed) -> bool:
    before = decode(last.body)
    return before is not None and checkpoint.same_heads(before)


class Signer:
    """Signs at an interval, and at once for those who need a proof: at most once a second, shared by all who wait."""

    def __init__(self, db: Database, keys: Keys, *, origin: str, interval_s: float) -> None:
        self.db = db
        self.keys = keys
        self.origin = origin
        self.interval_s = interval_s
        self._loop: asyncio.Task[None] | None = None
        self._fresh: asyncio.Task[Signed] | None = None

    def start(self) -> None:
        """Begin to sign at the interval; several processes may, the younger checkpoint of another counts."""
        self._loop = asyncio.create_task(self._run(), name="checkpoints")

    async def stop(self) -> None:
        """Stop, after a signature that is under way."""
        for task in (self._loop, self._fresh):
            if task is not None and not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def cover(self, stripe: int, n: int) -> None:
        """Return once a checkpoint covers the stripe's n-th batch, which must be committed."""
        while not await self._covers(stripe, n):
            if self._fresh is None or self._fresh.done():
                self._fresh = asyncio.create_task(self._sign_fresh(), name="fresh checkpoint")
            await asyncio.shield(self._fresh)

    async def _covers(self, stripe: int, n: int) -> bool:
        async with self.db.read() as tx:
            last = await newest(tx)
        checkpoint = decode(last[0].body) if last else None
        head = checkpoint.head(stripe) if checkpoint else None
        return head is not None and head.n >= n

    async def _sign_fresh(self) -> Signed:
        await asyncio.sleep(await self._wait_s(FRESH_S_MIN))
        return await self._sign()

    async def _sign(self) -> Signed:
        async with self.db.write() as tx:
            return await sign_next(tx, self.keys, self.origin)

    async def _wait_s(self, apart_s: float) -> float:
        """Seconds until the newest checkpoint is `apart_s` old."""
        async with self.db.read() as tx:
            last = await newest(tx)
        return apart_s - last[1] if last and 0 <= last[1] < apart_s else 0.0

    async def _run(self) -> None:
        while True:
            try:
                wait_s = await self._wait_s(self.interval_s)
                if wait_s == 0:
                    await self._sign()
                    wait_s = self.interval_s
                await asyncio.sleep(min(wait_s + 0.01, self.interval_s))
            except Exception:
                log.exception("checkpoint.failed")
                await asyncio.sleep(min(self.interval_s, 5.0))
