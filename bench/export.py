"""How much memory an export of the whole books takes, and how fast it is, in every form.

Each export runs in a process of its own, as `largesse export` does, and writes to nowhere; its memory is the most that
the kernel has seen it hold. The gifts are made set-based, as those of `bench growth`.
"""

import argparse
import asyncio
import multiprocessing
import os
import resource
import time
from pathlib import Path
from typing import Any

from bench import growth, report, world
from largesse.ledger import export_books

FORMS = ("jsonl", "hledger", "beancount")
MEMORY_MB_MAX = 300


def process(url: str, form: str, results: Any) -> None:
    """One export; says its entries, its seconds, and the most memory that it held, in MB."""
    begin = time.perf_counter()
    with Path(os.devnull).open("wb") as out:
        entries = export_books(url, form, out)
    results.put((entries, time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def measure(url: str, form: str) -> tuple[int, float, float]:
    """Entries, seconds, and MB of one export."""
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    one = context.Process(target=process, args=(url, form, results))
    one.start()
    found: tuple[int, float, float] = results.get(timeout=3600)
    one.join()
    return found


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--gifts", type=int, default=5_000_000)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    async with world.servers() as servers:
        url = world.database(servers.database_url, "export")
        await world.people(url)
        await asyncio.to_thread(growth.fill, url, args.gifts)
        found = {form: [await asyncio.to_thread(measure, url, form) for _ in range(args.rounds)] for form in FORMS}
    figures = []
    for form, rounds in found.items():
        entries = rounds[0][0]
        assert entries >= args.gifts, (form, entries)
        memory = tuple(each[2] for each in rounds)
        figures += [
            report.Figure(f"{form}: memory, {entries:,} entries", "MB", memory, MEMORY_MB_MAX, at_most=True),
            report.Figure(f"{form}: entries a second", "1/s", tuple(each[0] / each[1] for each in rounds)),
        ]
    report.show(figures, title="export")


if __name__ == "__main__":
    world.run(main())
