"""Keeping the frames of a tick: in a logged table as the product does, against an unlogged one, tick by tick in turns."""

import argparse
import asyncio
import statistics
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import psycopg

from bench import report, sockets, world
from largesse.kit import outbox
from largesse.kit.db import Database
from largesse.realtime import store

ROOMS = (1, 100)
TICKS = 200
OWNER = "bench"
Kept = list[tuple[list[float], float]]  # of the logged table, then of the unlogged one: milliseconds, bytes a frame


async def keep(databases: Sequence[Database], rooms: int, first: int) -> Kept:
    """Ticks of so many rooms: milliseconds of each, and bytes of log a frame."""
    took: list[list[float]] = [[] for _ in databases]
    log = [0 for _ in databases]
    for frame in sockets.frames(TICKS, first):
        at = datetime.now(UTC)
        rows = [(stage, 1, frame, at, [frame.seq], outbox.Cursor()) for stage in range(1, rooms + 1)]
        for place, db in enumerate(databases):
            log[place] -= await _log_bytes(db)
            began = time.perf_counter()
            async with db.write() as tx:
                held = await store.put_frames(tx, OWNER, rows)
            took[place].append((time.perf_counter() - began) * 1e3)
            log[place] += await _log_bytes(db)
            assert len(held) == rooms
    return [(times, written / (TICKS * rooms)) for times, written in zip(took, log, strict=True)]


async def _log_bytes(db: Database) -> int:
    async with db.read() as tx:
        found: int = await tx.scalar("SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint")
    return found


def prepare(server: str, name: str) -> str:
    """A database with rooms that are held; frames are kept in a table as its name says."""
    url = world.database(server, name)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO realtime.lease (stage, owner) SELECT s, %s FROM generate_series(1, %s) s", [OWNER, max(ROOMS)]
        )
        if name == "unlogged":
            connection.execute("ALTER TABLE realtime.frame SET UNLOGGED")
    return url


def figures(rooms: int, rounds: Sequence[Kept]) -> list[report.Figure]:
    """What some rounds say of ticks of so many rooms."""
    word = f"a tick of {rooms}"
    middle = [[statistics.median(times) for times, _ in kept] for kept in rounds]
    late = [[sorted(times)[int(TICKS * 0.99)] for times, _ in kept] for kept in rounds]
    return [
        report.Figure(f"{word}, logged, in the middle", "ms", tuple(m[0] for m in middle)),
        report.Figure(f"{word}, unlogged, in the middle", "ms", tuple(m[1] for m in middle)),
        report.ratio(f"{word}, logged against unlogged", [m[0] for m in middle], [m[1] for m in middle], None),
        report.Figure(f"{word}, logged, 99 in 100", "ms", tuple(p[0] for p in late)),
        report.Figure(f"{word}, unlogged, 99 in 100", "ms", tuple(p[1] for p in late)),
        report.Figure(f"{word}, log a frame, logged", "bytes", tuple(kept[0][1] for kept in rounds)),
        report.Figure(f"{word}, log a frame, unlogged", "bytes", tuple(kept[1][1] for kept in rounds)),
    ]


async def main() -> None:
    """Measure in turns and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    found: dict[int, list[Kept]] = {rooms: [] for rooms in ROOMS}
    async with world.servers() as servers:
        urls = [await asyncio.to_thread(prepare, servers.database_url, name) for name in ("logged", "unlogged")]
        databases = [Database(url, connections_max=2) for url in urls]
        for db in databases:
            await db.open()
        for turn in range(args.rounds):
            for rooms in ROOMS:
                found[rooms].append(await keep(databases, rooms, 1 + turn * TICKS))
        for db in databases:
            await db.close()
    report.show([figure for rooms in ROOMS for figure in figures(rooms, found[rooms])], title="frames")


if __name__ == "__main__":
    world.run(main())
