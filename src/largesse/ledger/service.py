"""The books as a service: checkpoints in the background and on demand, proofs, published keys, statements."""

import time

import structlog

from largesse.kit.clock import Clock
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.ledger import checkpoints, closing, proofs, statement
from largesse.ledger.checkpoints import Signed, Signer
from largesse.ledger.entry import GiftRow
from largesse.ledger.keys import KeyDocument, Keys, check_seal
from largesse.ledger.proofs import Proof
from largesse.ledger.statement import Statement

log = structlog.get_logger(__name__)
_N_MAX = 2**63 - 1


class LedgerService:
    """One a process. `open` refuses secrets that are not those of the books, and begins to sign checkpoints."""

    def __init__(self, db: Database, settings: Settings, clock: Clock, keys: Keys) -> None:
        self.db = db
        self.settings = settings
        self.clock = clock
        self.keys = keys
        self._signer = Signer(db, keys, origin=settings.origin, interval_s=settings.checkpoint_seconds)

    async def open(self) -> None:
        """Check the secrets (`WrongKeys` ends the program) and start signing."""
        async with self.db.write() as tx:
            await check_seal(tx, self.keys)
        self._signer.start()

    async def close(self) -> None:
        """Stop signing."""
        await self._signer.stop()

    async def close_hours(self) -> int:
        """Close every hour of gifts that has ended, the oldest first, a transaction each; returns how many.

        Each is closed once whoever asks, and one that was interrupted is as if it had not begun.
        """
        closed = 0
        while True:
            started = time.monotonic()
            async with self.db.write() as tx:
                gifts = await closing.close_next(tx)
            if gifts is None:
                return closed
            closed += 1
            log.info("ledger.hour_closed", gifts=gifts, seconds=round(time.monotonic() - started, 3))

    def key_document(self) -> KeyDocument:
        """The published keys."""
        return self.keys.document()

    async def list_checkpoints(self, before: int | None, limit: int) -> list[Signed]:
        """Checkpoints before a number, newest first."""
        async with self.db.read() as tx:
            return await checkpoints.list_checkpoints(tx, _N_MAX if before is None else before, limit)

    async def prove(self, gift: GiftRow) -> Proof:
        """A gift's proof; signs a checkpoint first where none covers the gift yet, which may take a second.

        Who may see it: its giver and finance, and unless it was given anonymously its receiver.
        """
        async with self.db.read() as tx:
            stripe, n = await proofs.place(tx, gift)
        await self._signer.cover(stripe, n)
        async with self.db.read() as tx:
            proof = await proofs.make(tx, self.keys, gift)
        assert proof is not None, gift.receipt
        return proof

    async def statement(self, account: int, before: str | None, limit: int) -> Statement:
        """A page of a wallet's statement, newest first."""
        async with self.db.read() as tx:
            return await statement.wallet_entries(tx, account, before, limit)
