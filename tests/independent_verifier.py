"""A verifier written from docs/reference/proofs.md alone: it imports nothing of the service."""

import json
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


def chain(previous: bytes, root: bytes, n: int, stripe: int) -> bytes:
    return sha256(previous + root + n.to_bytes(8, "big") + stripe.to_bytes(2, "big")).digest()


def holds(proof_text: bytes, document_text: bytes) -> bool:
    proof, document = json.loads(proof_text), json.loads(document_text)
    digest = sha256(b"\0" + bytes.fromhex(proof["salt"]) + row(proof["gift"])).digest()
    for step in proof["path"]:
        sibling = bytes.fromhex(step["hash"])
        digest = sha256(b"\1" + (sibling + digest if step["side"] == "left" else digest + sibling)).digest()
    stripe, n = proof["gift"]["batch"] & 63, proof["n"]
    head = chain(bytes.fromhex(proof["previous"]), digest, n, stripe)
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
