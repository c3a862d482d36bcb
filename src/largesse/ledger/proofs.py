"""A gift's proof: what `largesse verify` needs to know that the gift stands in the signed books.

It holds the whole row (the giver's and receiver's account keys, the giver's counters): for the parties and finance
only, and an anonymous gift's for its giver and finance only. Layout: docs/reference/proofs.md
"""

from datetime import UTC, datetime
from uuid import UUID

import msgspec

from largesse.kit.db import ReadTx, sql
from largesse.ledger import chain, checkpoints
from largesse.ledger.entry import GiftRow
from largesse.ledger.journal import STRIPES
from largesse.ledger.keys import Keys, key_id

FORMAT = "largesse-proof-1"
_CHECKPOINTS_A_READ = 16
_LENGTHS = (16, *(8,) * 4, *(4,) * 6, *(2,) * 5)


class ProvenGift(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The gift's row, in the columns' order: coins, milli-diamonds, and the books' keys of people and things."""

    id: UUID
    batch: int
    paid_before: int
    promo_before: int
    diamonds_milli: int
    sender: int
    receiver: int
    stage: int
    coins_paid: int
    coins_promo: int
    api_key: int
    kind: int
    count: int
    policy: int
    leaf: int
    flags: int

    def row(self) -> bytes:
        """The row as the journal hashed it; raises `struct.error` for a number that fits no column."""
        values = (self.id.bytes, *msgspec.structs.astuple(self)[1:])
        return chain.pack_row(16, *(part for pair in zip(_LENGTHS, values, strict=True) for part in pair))


class Proof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The proof file; every hash, salt, key and signature is lower-case hexadecimal.

    `path` are the siblings from the leaf upwards; `gifts`, `recorded_at` and `n` are the batch's.
    """

    format: str
    receipt: str
    gift: ProvenGift
    salt: str
    path: list[str]
    gifts: int
    recorded_at: datetime
    n: int
    previous: str
    links: list[str]
    checkpoint: str
    signature: str
    key_id: str
    public_key: str


async def place(tx: ReadTx, gift: GiftRow) -> tuple[int, int]:
    """The stripe of the gift's batch and the batch's number in it: what a checkpoint has to cover."""
    n: int = await tx.scalar(sql("ledger", "batch_place"), {"batch": gift.batch})
    return gift.batch & (STRIPES - 1), n


async def make(tx: ReadTx, keys: Keys, gift: GiftRow) -> Proof | None:
    """The proof of a gift; None where no checkpoint covers its batch yet (`Signer.cover` sees to that)."""
    batch = await tx.row(sql("ledger", "batch_for_proof"), {"batch": gift.batch})
    assert batch is not None, gift.batch
    stripe = gift.batch & (STRIPES - 1)
    signed = await _first_covering(tx, batch["recorded_at"], stripe, batch["n"])
    if signed is None:
        return None
    checkpoint, head = signed
    links = await (
        await tx.execute(sql("ledger", "chain_links"), {"stripe": stripe, "n": batch["n"], "last": head.n})
    ).fetchall()
    rows = await (await tx.execute(sql("ledger", "rows_of_batch"), {"batch": gift.batch})).fetchall()
    gifts = [ProvenGift(*row) for row in rows]
    salts = chain.salts(keys.salt_secret, gift.batch, len(gifts))
    leaves = [chain.leaf_hash(salt, g.row()) for salt, g in zip(salts, gifts, strict=True)]
    public_key = next(bytes.fromhex(k.public_key) for k in keys.document().keys if k.key_id == checkpoint.key_id)
    return Proof(
        format=FORMAT,
        receipt=gift.receipt,
        gift=gifts[gift.leaf],
        salt=salts[gift.leaf].hex(),
        path=[sibling.hex() for sibling in chain.merkle_path(leaves, gift.leaf)],
        gifts=batch["gifts"],
        recorded_at=batch["recorded_at"].astimezone(UTC),
        n=batch["n"],
        previous=bytes(batch["previous"] or chain.ZERO).hex(),
        links=[chain.batch_hash(bytes(root), size, chain.micros(at)).hex() for root, size, at in links],
        checkpoint=checkpoint.body.decode(),
        signature=checkpoint.signature.hex(),
        key_id=key_id(public_key),
        public_key=public_key.hex(),
    )


async def _first_covering(
    tx: ReadTx, recorded_at: object, stripe: int, n: int
) -> tuple[checkpoints.Signed, checkpoints.Head] | None:
    """The first checkpoint, signed after the batch was recorded, whose head of the stripe has the batch behind it.

    Where the database's clock was set back that may be none: then the newest, if it covers the batch.
    """
    after = 0
    found: list[checkpoints.Signed] = []
    while after == 0 or len(found) == _CHECKPOINTS_A_READ:
        found = await tx.all(
            checkpoints.Signed,
            sql("ledger", "checkpoints_since"),
            {"at": recorded_at, "after": after, "n": _CHECKPOINTS_A_READ},
        )
        for signed in found:
            head = _covers(signed, stripe, n)
            if head is not None:
                return signed, head
        if not found:
            break
        after = found[-1].n
    newest = await checkpoints.newest(tx)
    head = _covers(newest[0], stripe, n) if newest else None
    return (newest[0], head) if newest and head else None


def _covers(signed: checkpoints.Signed, stripe: int, n: int) -> checkpoints.Head | None:
    checkpoint = checkpoints.decode(signed.body)
    assert checkpoint is not None, signed.n
    head = checkpoint.head(stripe)
    return head if head is not None and head.n >= n else None
