"""One process with a committer of its own, for tests that need several: `python committer_process.py`, JSON in and out.

In: {url, secret, gifts: [[id, sender, count]…], stage, kind, callers, size_max}. It writes `ready`, waits for a line,
asks for every gift through a batcher, and writes [outcome, batch, leaf, batches waited] for each, in order.
"""

import asyncio
import json
import sys
from typing import Any

import uvloop

from largesse.gifting import Committer, Outcome, Receipt, Request
from largesse.kit.batch import Batcher
from largesse.kit.db import Database
from largesse.kit.log import set_up


async def main(wanted: dict[str, Any]) -> list[list[Any]]:
    committer = Committer(Database(wanted["url"]), None, bytes.fromhex(wanted["secret"]))
    began = 0

    async def settle(requests: list[Request]) -> list[Outcome | None]:
        nonlocal began
        began += 1
        return await committer.settle(requests)

    batcher: Batcher[Request, Outcome] = Batcher(size_max=wanted["size_max"], linger_us=1000, waiting_max=100_000)
    lane = asyncio.create_task(batcher.run(settle))
    gifts, told = list(enumerate(wanted["gifts"])), [[] for _ in wanted["gifts"]]
    gifts.reverse()

    async def caller() -> None:
        while gifts:
            place, (gift, sender, count) = gifts.pop()
            before = began
            outcome = await batcher.ask(
                Request(bytes.fromhex(gift), sender, wanted["stage"], wanted["kind"], count=count)
            )
            if isinstance(outcome, Receipt):
                told[place] = ["settled", outcome.entry.batch, outcome.entry.leaf, began - before]
            else:
                told[place] = [outcome.code, 0, 0, began - before]

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    await asyncio.gather(*[caller() for _ in range(wanted["callers"])])
    batcher.close()
    await lane
    await committer.close()
    return told


if __name__ == "__main__":
    set_up("warning")
    told = uvloop.run(main(json.loads(sys.stdin.readline())))
    with open(sys.stdout.fileno(), "wb", closefd=False) as output:  # see main/books.run_export
        output.write(json.dumps(told).encode())
