"""Makes a file for a bank and hands it out, or reads one of the bank's, killed at a cut point.

`bankfile_process.py URL FILE SECRET STAFF CUT`, or with the path of the bank's file behind it.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

from largesse import payouts
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.payouts import bank_news, store_bank
from largesse.payouts.rails.sepa import Sepa

CUTS = ("before", "begun", "committed", "made", "written", "submitted")
READING_CUTS = ("read", "judged", "heard")


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


async def main(url: str, file: str, secret: str, by: str, *how: str) -> None:
    """Make what is wanted and hand it out, or read what the bank says."""
    cut, heard = how[0], how[1:]
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
    if heard:
        await hear(files, int(by), await asyncio.to_thread(Path(heard[0]).read_bytes), cut)
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


async def hear(files: payouts.BankFilesService, by: int, raw: bytes, cut: str) -> None:
    """Read a file of the bank's: killed before its transaction, inside it, and once it is committed."""
    die_at(cut, "read")
    judge = bank_news.judge

    def judged(*args: Any) -> Any:
        found = judge(*args)
        die_at(cut, "judged")
        return found

    bank_news.judge = judged
    await files.hear(by, "sepa", raw)
    die_at(cut, "heard")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:7]))
