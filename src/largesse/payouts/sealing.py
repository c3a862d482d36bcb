"""What only a payout needs to read: sealed under a key of the person's own, which erasing them destroys.

AES-256-GCM. A person's key is itself sealed under a key derived from the data directory's secret, so a copy of the
database alone reads nothing.
"""

import hmac
import secrets
from collections.abc import Mapping
from hashlib import sha256

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES, _KEY_BYTES = 12, 32


class Seals:
    """Seals and opens; built from the data directory's secret, once, in `main`."""

    def __init__(self, secret: bytes) -> None:
        self._wrapping = hmac.digest(secret, b"largesse payouts person keys 1", sha256)
        self._printing = hmac.digest(secret, b"largesse payouts fingerprints 1", sha256)

    def new_person_key(self, account: int) -> bytes:
        """A fresh key of a person, sealed."""
        return _seal(self._wrapping, secrets.token_bytes(_KEY_BYTES), _about(account))

    def seal(self, person_key: bytes, account: int, details: Mapping[str, str]) -> bytes:
        """Seal an account's details for its owner."""
        key = _open(self._wrapping, person_key, _about(account))
        return _seal(key, msgspec.json.encode(dict(details)), _about(account))

    def open(self, person_key: bytes, account: int, sealed: bytes) -> dict[str, str]:
        """Open them again; raises `cryptography.exceptions.InvalidTag` where they are somebody else's, or changed."""
        key = _open(self._wrapping, person_key, _about(account))
        return msgspec.json.decode(_open(key, sealed, _about(account)), type=dict[str, str])

    def fingerprint(self, rail: str, identity: str) -> bytes:
        """32 bytes that are the same for the same account of a rail, and say nothing about it."""
        return hmac.digest(self._printing, f"{rail}\0{identity}".encode(), sha256)

    def code(self, method: bytes, minors: tuple[int, int]) -> bytes:
        """What is kept of two small deposits, in whichever order they are told."""
        return hmac.digest(self._printing, method + repr(tuple(sorted(minors))).encode(), sha256)


def _about(account: int) -> bytes:
    return b"account %d" % account


def _seal(key: bytes, content: bytes, about: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, about)


def _open(key: bytes, sealed: bytes, about: bytes) -> bytes:
    return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about)
