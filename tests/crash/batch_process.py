"""A worker that begins a batch, beats, says so on standard output, and never ends: `batch_process.py URL`."""

import asyncio
import sys

from largesse import payouts
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.ledger import Finding
from largesse.payouts import service_batches


async def none_found() -> list[Finding]:
    """The books are proved elsewhere."""
    return []


async def hang(_batch: int) -> int:
    """What is handed over takes for ever."""
    sys.stdout.write("running\n")
    sys.stdout.flush()
    await asyncio.Event().wait()
    return 0


async def main(url: str) -> None:
    """Run a batch."""
    service_batches._BEAT_S = 0.05
    db = Database(url, connections_max=2)
    await db.open()
    await payouts.BatchesService(db, Settings(sandbox=True, database_url=url), none_found).run("rails", hang)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
