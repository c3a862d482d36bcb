"""A process that claims, hears or finishes a store's purchases and is killed at one point; its orders come from stdin.

{"settings": {…}, "cut": "module:name:before" | "module:name:after" | "", "verb": "claim" | "work" | "finish_all" |
"follow", "account": key, "product", "token"}. The cut is planted here, in a process of the tests; the product has none.
"""

import asyncio
import importlib
import json
import os
import signal
import sys
from typing import Any

from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.payments import CampaignsService, NoticesService, PaymentsService
from largesse.payments.providers.port import Evidence


def plant(cut: str) -> None:
    """Kill this process before or after the first call of a function or method."""
    module, name, when = cut.split(":")
    *path, last = name.split(".")
    owner: Any = importlib.import_module(module)
    for part in path:
        owner = getattr(owner, part)
    original = getattr(owner, last)

    async def and_die(*args: Any, **kwargs: Any) -> Any:
        if when == "after":
            await original(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, last, and_die)


async def follow(campaigns: CampaignsService, db: Database) -> None:
    """Let campaigns grant until they have read what there is: news waits for transactions that are older than it."""
    read = False
    while not read:
        await campaigns.follow()
        async with db.read() as tx:
            read = await tx.scalar("SELECT count(*) FROM kit.outbox_cursor WHERE reader = 'payments.campaigns'") > 0
        await asyncio.sleep(0.05)


async def main(orders: dict[str, Any]) -> None:
    settings = Settings(**orders["settings"])
    db = Database(settings.database_url, connections_max=4)
    await db.open()
    payments = PaymentsService(db, settings)
    notices = NoticesService(payments)
    if orders["cut"]:
        plant(orders["cut"])
    if orders["verb"] == "claim":
        evidence = Evidence(product_id=orders["product"], purchase_token=orders["token"])
        await payments.claim(orders["account"], "google", evidence)
    elif orders["verb"] == "follow":
        await follow(CampaignsService(db, settings), db)
    else:
        await getattr(notices, orders["verb"])()
    await payments.close()
    await db.close()


asyncio.run(main(json.loads(sys.stdin.read())))
