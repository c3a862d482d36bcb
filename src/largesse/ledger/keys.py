"""The secrets of the books: the Ed25519 keys that sign checkpoints, and the secret that salts leaves.

Both live in the data directory, mode 0600, made at the first start and never changed by the program:

ledger-salt-secret   64 hexadecimal digits; the salts of all leaves come from it, so losing it ends every later proof
ledger-signing-key   one Ed25519 seed a line, 64 hexadecimal digits each; the last line signs, the earlier ones stay so
                     that what they signed can be checked. To sign with a new key, append a line and restart.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from largesse.kit import secret
from largesse.kit.db import WriteTx, sql

SALT_FILE = "ledger-salt-secret"
SIGNING_FILE = "ledger-signing-key"
SECRET_FILES = (SALT_FILE, SIGNING_FILE)
DOCUMENT_FORMAT = "largesse-keys-1"
_KEY_ID_DIGITS = 16
_SEAL_HEAD = b"largesse-seal-1"


class WrongKeys(SystemExit):
    """The data directory's keys are not those of the books; the program ends with a sentence that says so."""


class PublicKey(msgspec.Struct, frozen=True):
    """A key that signs, or signed, checkpoints; `public_key` is 64 lower-case hexadecimal digits."""

    key_id: str
    algorithm: str
    public_key: str


class KeyDocument(msgspec.Struct, frozen=True):
    """What `/.well-known/largesse-keys.json` answers: every key whose signatures count, the one in use last."""

    format: str
    keys: list[PublicKey]


def key_id(public_key: bytes) -> str:
    """The name of a key: the first 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(public_key).hexdigest()[:_KEY_ID_DIGITS]


@dataclass(frozen=True, repr=False)
class Keys:
    """The secrets of one data directory; never printed."""

    salt_secret: bytes
    seeds: tuple[bytes, ...]

    @property
    def key_id(self) -> str:
        """The name of the key that signs."""
        return key_id(self.public_key)

    @property
    def public_key(self) -> bytes:
        """The public half of the key that signs."""
        return _public(self.seeds[-1])

    def sign(self, body: bytes) -> bytes:
        """64 bytes of Ed25519."""
        return Ed25519PrivateKey.from_private_bytes(self.seeds[-1]).sign(body)

    def document(self) -> KeyDocument:
        """The public halves."""
        publics = [_public(seed) for seed in self.seeds]
        return KeyDocument(DOCUMENT_FORMAT, [PublicKey(key_id(p), "Ed25519", p.hex()) for p in publics])

    def seal(self) -> bytes:
        """32 bytes that the database keeps, to notice other secrets than those with which it began."""
        return hashlib.sha256(_SEAL_HEAD + self.salt_secret + _public(self.seeds[0])).digest()


def load_keys(folder: Path) -> Keys:
    """The secrets in a data directory, made where they are missing; many processes may call this at once."""
    salt = secret.keep(folder / SALT_FILE)
    seeds = secret.keep(folder / SIGNING_FILE)
    if len(salt) != 1 or not seeds:
        raise WrongKeys(f"largesse: {folder / SALT_FILE} or {SIGNING_FILE} beside it is not as this program wrote it")
    return Keys(salt[0], tuple(seeds))


async def check_seal(tx: WriteTx, keys: Keys) -> None:
    """Bind the books to these secrets at the first call; raises `WrongKeys` where they began with others."""
    kept = await tx.scalar(sql("ledger", "keep_seal"), {"seal": keys.seal()})
    if kept is None:
        kept = await tx.scalar(sql("ledger", "get_seal"))
    if kept != keys.seal():
        raise WrongKeys(
            f"largesse: these books began with other secrets: bring {SALT_FILE} and {SIGNING_FILE} from the first data "
            "directory (every process of a fleet has the same two files)"
        )


def _public(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
