"""What must be so before anything serves: a safe database, this release's schema, the catalogue, the secrets."""

import asyncio

import structlog

from largesse import catalog, payments, payouts
from largesse.accounts import PersonalKeys
from largesse.kit import ids, migrate
from largesse.kit.clock import SystemClock
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.durability import check_durability
from largesse.ledger import check_seal, load_keys

log = structlog.get_logger(__name__)
_WORLD = "INSERT INTO kit.world (id, sandbox) VALUES (%s, %s) ON CONFLICT DO NOTHING RETURNING id"


class WrongWorld(SystemExit):
    """The database is a sandbox and the settings are not, or the other way round; the program ends and says so."""


async def prepare(settings: Settings) -> list[str]:
    """Bring the database to where `serve` can begin, and return the migrations that ran; safe to repeat.

    Raises `UnsafeDatabase`, `WrongWorld`, `WrongKeys`, `WrongPersonalSecret`, `BadSettings` (each ends the program with
    a sentence).
    """
    settings.data_path.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = load_keys(settings.data_path)
    db = Database(settings.database_url, connections_max=2)
    for provider in payments.configured(settings, db).values():  # a setting that cannot be used is told here
        await provider.close()
    for rail in payouts.configured(settings, db).values():
        await rail.close()
    await db.open()
    try:
        async with db.pool.connection() as connection:
            await check_durability(connection, SystemClock())
        ran = await asyncio.to_thread(migrate.migrate, settings.database_url)
        async with db.write() as tx:
            made = await tx.scalar(_WORLD, [ids.new(), settings.sandbox])
            sandbox = await tx.scalar("SELECT sandbox FROM kit.world")
            if sandbox != settings.sandbox:
                raise WrongWorld(
                    f"largesse: this database was made {'as a sandbox' if sandbox else 'for real money'} and "
                    f"LARGESSE_SANDBOX is {int(settings.sandbox)}: name another database or data directory"
                )
            await check_seal(tx, keys)
            await PersonalKeys(settings.data_path).check(tx)
            await catalog.seed(tx)
            if made is not None and sandbox:
                await catalog.let_withdraw(tx)
    finally:
        await db.close()
    return ran
