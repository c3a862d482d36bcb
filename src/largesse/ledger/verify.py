"""Checking a proof without the service: only the file and the published keys are needed, no database, no network.

Everything in the file is either hashed, signed or recomputed, and the file must be written the one way that the service
writes it (white space between tokens aside), so that no changed byte goes unnoticed.
"""

import hashlib
import struct
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from largesse.ledger import chain, checkpoints
from largesse.ledger.checkpoints import Checkpoint
from largesse.ledger.keys import DOCUMENT_FORMAT, KeyDocument, key_id
from largesse.ledger.proofs import FORMAT, Proof, ProvenGift

_FILE_BYTES_MAX = 64 * 1024 * 1024
_STRIPE_MASK = 63
_GIFTS_MAX = 1000
_N_MAX = 2**63 - 1


class Refused(Exception):  # noqa: N818 - the answer of a check, not a fault
    """The proof does not hold, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a proof came to. `reason` is a sentence; `published` is False where no key document was given to compare.

    A proof that holds under a key nobody published says only that the file agrees with itself: compare `key_id` with
    the service's `/.well-known/largesse-keys.json`.
    """

    ok: bool
    reason: str
    published: bool = False
    gift: ProvenGift | None = None
    recorded_at: datetime | None = None
    checkpoint: Checkpoint | None = None
    key_id: str = ""


def verify_file(path: Path, keys: Path | None = None) -> Verdict:
    """The verdict on a proof file; `keys` is a saved copy of the service's key document."""
    try:
        proof = _read(path)
        document = _read(keys) if keys is not None else None
    except OSError as error:
        return Verdict(ok=False, reason=f"cannot be read: {error}")
    except Refused as refused:
        return Verdict(ok=False, reason=str(refused))
    return verify(proof, document)


def verify(proof_bytes: bytes, document_bytes: bytes | None = None) -> Verdict:
    """The verdict on a proof, as bytes of JSON."""
    try:
        published = None if document_bytes is None else _published(document_bytes)
        proof = _decode(proof_bytes)
        checkpoint = _check(proof, published)
    except Refused as refused:
        return Verdict(ok=False, reason=str(refused))
    return Verdict(
        ok=True,
        reason="the gift stands in the signed books",
        published=published is not None,
        gift=proof.gift,
        recorded_at=proof.recorded_at,
        checkpoint=checkpoint,
        key_id=proof.key_id,
    )


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(_FILE_BYTES_MAX + 1)
    if len(content) > _FILE_BYTES_MAX:
        raise Refused("this is no proof: the file is too large")
    return content


def _published(document_bytes: bytes) -> dict[str, bytes]:
    try:
        document = msgspec.json.decode(document_bytes, type=KeyDocument)
    except msgspec.DecodeError as error:
        raise Refused(f"the key document cannot be read: {error}") from error
    if document.format != DOCUMENT_FORMAT:
        raise Refused("the key document is of another format")
    return {key.key_id: _hex(key.public_key, 32) for key in document.keys if key.algorithm == "Ed25519"}


def _decode(proof_bytes: bytes) -> Proof:
    try:
        proof = msgspec.json.decode(proof_bytes, type=Proof)
        canonical = msgspec.json.format(proof_bytes, indent=-1)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused(f"this is no proof: {error}") from error
    if msgspec.json.encode(proof) != canonical:
        raise Refused("the file is not written as the service writes a proof")
    if proof.format != FORMAT:
        raise Refused("the proof is of another format")
    return proof


def _check(proof: Proof, published: dict[str, bytes] | None) -> Checkpoint:
    gift = proof.gift
    if proof.receipt != f"{gift.batch}.{gift.leaf}":
        raise Refused("the receipt number is not this gift's")
    try:
        leaf = chain.leaf_hash(_hex(proof.salt, chain.SALT_BYTES), gift.row())
    except struct.error as error:
        raise Refused(f"the gift is no row of the journal: {error}") from error
    head = _head(proof, _batch(proof, leaf), gift.batch & _STRIPE_MASK)
    checkpoint = checkpoints.decode(proof.checkpoint.encode())
    if checkpoint is None:
        raise Refused("the checkpoint is not written as the service writes one")
    if checkpoint.head(head.stripe) != head:
        raise Refused("the gift does not lead to this checkpoint")
    _check_signature(proof, published)
    return checkpoint


def _batch(proof: Proof, leaf: bytes) -> bytes:
    """The hash of the batch to which the leaf, the path, the tree's size and the time lead."""
    if not 1 <= proof.gifts <= _GIFTS_MAX:
        raise Refused("the number of gifts is none of a batch")
    if proof.recorded_at.tzinfo is None:
        raise Refused("the time has no zone")
    root = chain.root_of_path(leaf, proof.gift.leaf, proof.gifts, [_hex(sibling, 32) for sibling in proof.path])
    if root is None:
        raise Refused("the path does not fit the gift's place in its batch")
    return chain.batch_hash(root, proof.gifts, chain.micros(proof.recorded_at))


def _head(proof: Proof, batch: bytes, stripe: int) -> checkpoints.Head:
    """The stripe's head to which this batch and the links after it lead."""
    if not 1 <= proof.n <= _N_MAX - len(proof.links):
        raise Refused("the batch's number is none")
    n, digest = proof.n, chain.chain_next(_hex(proof.previous, 32), batch, proof.n, stripe)
    for link in proof.links:
        n += 1
        digest = chain.chain_next(digest, _hex(link, 32), n, stripe)
    return checkpoints.Head(stripe=stripe, n=n, chain=digest)


def _check_signature(proof: Proof, published: dict[str, bytes] | None) -> None:
    public_key = _hex(proof.public_key, 32)
    if key_id(public_key) != proof.key_id:
        raise Refused("the key is not the one that is named")
    if published is not None and published.get(proof.key_id) != public_key:
        raise Refused("the checkpoint is signed by a key that is not among the published ones")
    if not signature_holds(public_key, proof.checkpoint.encode(), _hex(proof.signature, 64)):
        raise Refused("the signature does not hold")


def signature_holds(public_key: bytes, body: bytes, signature: bytes) -> bool:
    """Whether Ed25519 says yes."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, body)
    except (InvalidSignature, ValueError):
        return False
    return True


def follows(body: bytes, previous: bytes) -> bool:
    """Whether a checkpoint's text names the text of the one before it."""
    checkpoint = checkpoints.decode(body)
    return checkpoint is not None and checkpoint.previous == hashlib.sha256(previous).digest()


def _hex(text: str, length: int) -> bytes:
    """Bytes of exactly one spelling: lower-case digits, no blanks."""
    try:
        value = bytes.fromhex(text)
    except ValueError as error:
        raise Refused(f"not hexadecimal: {error}") from error
    if len(value) != length or value.hex() != text:
        raise Refused(f"not {length} bytes in lower-case hexadecimal")
    return value
