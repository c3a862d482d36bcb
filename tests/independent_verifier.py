"""A verifier written from docs/reference/proofs.md alone: it imports nothing of the service."""

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

COLUMNS = (
    ("id", 16), ("batch", 8), ("paid_before", 8), ("promo_before", 8), ("diamonds_milli", 8), ("sender", 4),
    ("receiver", 4), ("stage", 4), ("coins_paid", 4), ("coins_promo", 4), ("api_key", 4), ("kind", 2), ("count", 2),
    ("policy", 2), ("leaf", 2), ("flags", 2),
)  # fmt: skip


def row(gift: dict[str, Any]) -> bytes:
    content = (16).to_bytes(2, "big")
    for name, size in COLUMNS:
        value = gift[name]
        column = bytes.fromhex(value.replace("-", "")) if name == "id" else value.to_bytes(size, "big")
        content += size.to_bytes(4, "big") + column
    return content


def root(leaf: bytes, index: int, size: int, path: list[str]) -> bytes | None:
    digest, last, siblings = leaf, size - 1, [bytes.fromhex(sibling) for sibling in path]
    while last > 0:
        if index & 1 or index < last:
            if not siblings:
                return None
            sibling = siblings.pop(0)
            digest = sha256(b"\1" + (sibling + digest if index & 1 else digest + sibling)).digest()
        index, last = index >> 1, last >> 1
    return None if siblings else digest


def batch(tree: bytes, gifts: int, recorded_at: str) -> bytes:
    since = datetime.fromisoformat(recorded_at) - datetime(1970, 1, 1, tzinfo=UTC)
    return sha256(
        tree + gifts.to_bytes(2, "big") + (since // timedelta(microseconds=1)).to_bytes(8, "big", signed=True)
    ).digest()


def chain(previous: bytes, link: bytes, n: int, stripe: int) -> bytes:
    return sha256(previous + link + n.to_bytes(8, "big") + stripe.to_bytes(2, "big")).digest()


def holds(proof_text: bytes, document_text: bytes) -> bool:
    proof, document = json.loads(proof_text), json.loads(document_text)
    leaf = sha256(b"\0" + bytes.fromhex(proof["salt"]) + row(proof["gift"])).digest()
    tree = root(leaf, proof["gift"]["leaf"], proof["gifts"], proof["path"])
    if tree is None:
        return False
    stripe, n = proof["gift"]["batch"] & 63, proof["n"]
    head = chain(bytes.fromhex(proof["previous"]), batch(tree, proof["gifts"], proof["recorded_at"]), n, stripe)
    for link in proof["links"]:
        n += 1
        head = chain(head, bytes.fromhex(link), n, stripe)
    if f"stripe {stripe} {n} {head.hex()}" not in proof["checkpoint"].split("\n"):
        return False
    public_key = {key["key_id"]: bytes.fromhex(key["public_key"]) for key in document["keys"]}[proof["key_id"]]
    assert sha256(public_key).hexdigest()[:16] == proof["key_id"]
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(
            bytes.fromhex(proof["signature"]), proof["checkpoint"].encode()
        )
    except InvalidSignature:
        return False
    return True
