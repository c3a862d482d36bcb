"""Makes a file for a bank and hands it out, killed at a cut point: `bankfile_process.py URL FILE SECRET STAFF CUT`."""

import asyncio
import os
import signal
import sys
from typing import Any
from uuid import UUID

from largesse import payouts
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.payouts import store_bank
from largesse.payouts.rails.sepa import Sepa

CUTS = ("before", "begun", "committed", "made", "written", "submitted")


def die_at(cut: str, name: str) -> None:
    if name == cut:
        os.kill(os.getpid(), signal.SIGKILL)


class Dying(payouts.BankFilesService):
    """Dies by SIGKILL before the batch, inside the transaction of the attempts, and once it is committed."""

    cut = ""

    async def _readable(self, tx: Any, contents: Any) -> Any:
        die_at(self.cut, "begun")
        return await super()._readable(tx, contents)

    async def _make(self, file: UUID, batch: int) -> int:
        count = await super()._make(file, batch)
        die_at(self.cut, "committed")
        return count


async def nothing() -> list[Any]:
    """The audit: a test proves the books itself."""
    return []


async def main(url: str, file: str, secret: str, by: str, cut: str) -> None:
    """Make what is wanted and hand it out."""
    settings = Settings(
        database_url=url, sepa_iban="DE89370400440532013000", sepa_bic="COBADEFFXXX", sepa_name="Largesse GmbH",
        payout_batch_seconds=0,
    )  # fmt: skip
    db = Database(url, connections_max=4)
    await db.open()
    rail = Sepa(settings, db)
    seals = payouts.Seals(bytes.fromhex(secret))
    files = Dying(db, {"sepa": rail}, seals, payouts.BatchesService(db, settings, nothing))
    files.cut = cut
    die_at(cut, "before")
    await files.make_wanted()
    die_at(cut, "made")
    noted = store_bank.note_handed

    async def note_handed(*args: Any) -> Any:
        die_at(cut, "written")
        return await noted(*args)

    store_bank.note_handed = note_handed
    await files.write(int(by), UUID(file))
    die_at(cut, "submitted")
    await db.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:6]))
