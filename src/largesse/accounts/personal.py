"""The keys under which personal facts are kept: one a person, destroyed by erasing them.

What is sealed under a person's key may lie anywhere, in any room: erasing deletes one row, and nobody reads it again.
The key itself is sealed under the secret of the data directory, so a copy of the database alone opens nothing.
AES-256-GCM with random nonces (NIST SP 800-38D); what a thing is and whose it is are authenticated with it, so nothing
sealed can be moved to somebody else or pass for another thing.

personal-secret   64 hexadecimal digits in the data directory; losing it makes everything sealed unreadable
"""

import hashlib
import os
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from largesse.kit import secret
from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.kit.http import NotFound

PERSONAL_FILE = "personal-secret"
_NONCE_BYTES = 12
_SEAL_HEAD = b"largesse-personal-1"


class WrongPersonalSecret(SystemExit):
    """The data directory's secret is not that of the database; the program ends with a sentence that says so."""


class PersonalKeys:
    """Seals and opens what is personal; the secret is read from `folder` when it is first needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def check(self, tx: WriteTx) -> None:
        """Bind the database to this secret at the first call; raises `WrongPersonalSecret` where it has another."""
        seal = hashlib.sha256(_SEAL_HEAD + self._secret).digest()
        kept = await tx.scalar(sql("accounts", "personal_seal_keep"), {"seal": seal})
        if kept is None:
            kept = await tx.scalar(sql("accounts", "personal_seal_get"))
        if kept != seal:
            raise WrongPersonalSecret(
                f"largesse: what is personal was sealed under another secret: bring {PERSONAL_FILE} from the first "
                "data directory (every process of a fleet has the same file)"
            )

    async def seal(self, tx: WriteTx, account: int, what: str, plain: bytes) -> bytes:
        """`plain` as only the person's key opens it, 28 bytes longer; `what` names the thing, and opens it again.

        The first call makes the person's key. Nobody erases the person until the transaction ends, so that nothing is
        kept that was sealed for somebody who is gone. Raises `NotFound` for an erased account.
        """
        held = await tx.row(sql("accounts", "personal_key_hold"), {"account": account})
        if held is None:
            raise NotFound
        if held["sealed"] is None:
            made = _seal(self._secret, AESGCM.generate_key(256), _about(account, "key"))
            await tx.execute(sql("accounts", "personal_key_put"), {"account": account, "sealed": made})
        key = await self._find_key(tx, account)
        assert key is not None, account
        return _seal(key, plain, _about(account, what))

    async def open(self, tx: ReadTx, account: int, what: str, sealed: bytes) -> bytes | None:
        """What was sealed; None where the person was erased, and it is gone for ever.

        Raises `cryptography.exceptions.InvalidTag` for what was not sealed as this thing of this person.
        """
        key = await self._find_key(tx, account)
        return None if key is None else _open(key, sealed, _about(account, what))

    @cached_property
    def _secret(self) -> bytes:
        kept = secret.keep(self._folder / PERSONAL_FILE)
        if len(kept) != 1:
            raise WrongPersonalSecret(f"largesse: {self._folder / PERSONAL_FILE} is not as this program wrote it")
        return kept[0]

    async def _find_key(self, tx: ReadTx, account: int) -> bytes | None:
        sealed = await tx.scalar(sql("accounts", "personal_key_get"), {"account": account})
        return None if sealed is None else _open(self._secret, sealed, _about(account, "key"))


def _about(account: int, what: str) -> bytes:
    return f"largesse:{account}:{what}".encode()


def _seal(key: bytes, plain: bytes, about: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, about)


def _open(key: bytes, sealed: bytes, about: bytes) -> bytes:
    return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about)
