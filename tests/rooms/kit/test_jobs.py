"""Jobs exist with their transaction, run, are tried again, and outlive their workers."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import psycopg
import pytest
from procrastinate.schema import SchemaManager

from largesse.kit import jobs, migrate
from largesse.kit.db import Database
from largesse.kit.jobs import Jobs


@contextlib.asynccontextmanager
async def working(queue: Jobs) -> AsyncIterator[None]:
    stop = asyncio.Event()
    worker = asyncio.create_task(jobs.run_worker(queue, stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(worker, 10)


async def until(condition) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - looks at what another connection commits
            await asyncio.sleep(0.02)


async def until_status(db: Database, number: int, wanted: tuple[str, int] | None) -> None:
    async with asyncio.timeout(10):
        while await status_of(db, number) != wanted:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def status_of(db: Database, number: int) -> tuple[str, int] | None:
    async with db.read() as tx:
        row = await tx.row(
            "SELECT status::text, attempts FROM procrastinate.procrastinate_jobs WHERE id = %s", [number]
        )
    return (row["status"], row["attempts"]) if row else None


def test_the_migration_holds_the_librarys_own_schema():
    text = (migrate.folder() / "0008_jobs.sql").read_text()
    inside = text.partition("-- >>> procrastinate\n")[2].partition("-- <<< procrastinate\n")[0]
    assert inside == SchemaManager.get_schema()


async def test_a_job_runs_with_its_arguments_and_leaves_nothing_behind(db):
    seen: list[dict] = []

    async def greet(**args) -> None:
        seen.append(args)

    queue = Jobs(db)
    queue.add("greet", greet)
    async with working(queue):
        async with db.write() as tx:
            number = await jobs.enqueue(tx, "greet", account=7, name="Zoë 🎁")
        await until(lambda: seen)
        assert seen == [{"account": 7, "name": "Zoë 🎁"}]
        await until_status(db, number, None)


async def test_a_job_of_a_transaction_that_was_rolled_back_does_not_exist(db):
    with contextlib.suppress(ZeroDivisionError):
        async with db.write() as tx:
            await jobs.enqueue(tx, "greet")
            raise ZeroDivisionError
    async with db.read() as tx:
        assert await tx.scalar("SELECT count(*) FROM procrastinate.procrastinate_jobs") == 0


async def test_a_failed_job_is_tried_again_later(db):
    tries: list[int] = []

    async def fail(n: int) -> None:
        tries.append(n)
        raise ConnectionError

    queue = Jobs(db)
    queue.add("fail", fail)
    async with working(queue):
        async with db.write() as tx:
            number = await jobs.enqueue(tx, "fail", n=1)
        await until(lambda: tries)
        await until_status(db, number, ("todo", 1))
    async with db.read() as tx:
        wait_s = await tx.scalar(
            "SELECT extract(epoch FROM scheduled_at - now())::float FROM procrastinate.procrastinate_jobs"
        )
    assert 0 < wait_s <= 4


async def _begin(db: Database, *, silent_s: int = 0, began_s: int = 0) -> int:
    async with db.write() as tx:
        number = await jobs.enqueue(tx, "greet")
        worker = await tx.scalar(
            "INSERT INTO procrastinate.procrastinate_workers (last_heartbeat)"
            " VALUES (now() - make_interval(secs => %s)) RETURNING id",
            [silent_s],
        )
        await tx.execute(
            "UPDATE procrastinate.procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s",
            [worker, number],
        )
        await tx.execute(
            "UPDATE procrastinate.procrastinate_events SET at = now() - make_interval(secs => %s)"
            " WHERE type = 'started'",
            [began_s],
        )
    return number


@pytest.mark.parametrize(("silent_s", "began_s"), [(60, 10), (0, 1_000)])
async def test_a_job_whose_worker_is_gone_or_whose_end_was_lost_goes_back(db, silent_s, began_s):
    number = await _begin(db, silent_s=silent_s, began_s=began_s)
    async with db.write() as tx:
        assert await jobs.reap(tx) == 1
    assert await status_of(db, number) == ("todo", 1)


async def test_a_job_that_is_being_done_is_left_alone(db):
    number = await _begin(db)
    async with db.write() as tx:
        assert await jobs.reap(tx) == 0
    assert await status_of(db, number) == ("doing", 0)


async def test_a_job_that_keeps_killing_its_worker_has_failed_in_the_end(db):
    number = await _begin(db, silent_s=60)
    async with db.write() as tx:
        await tx.execute("UPDATE procrastinate.procrastinate_jobs SET attempts = 7")
        await jobs.reap(tx)
    assert await status_of(db, number) == ("failed", 8)


async def test_the_worker_outlives_the_loss_of_its_connections(db):
    seen: list[int] = []

    async def note(n: int) -> None:
        seen.append(n)

    queue = Jobs(db)
    queue.add("note", note)
    async with working(queue):
        async with db.write() as tx:
            await jobs.enqueue(tx, "note", n=1)
        await until(lambda: seen == [1])
        async with await psycopg.AsyncConnection.connect(db.url, autocommit=True) as other:
            await other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name = 'largesse-jobs'"
            )
        async with db.write() as tx:
            await jobs.enqueue(tx, "note", n=2)
        await until(lambda: seen == [1, 2])


async def test_a_periodic_task_runs_by_the_clock(db):
    seen: list[int] = []

    async def tick() -> None:
        seen.append(1)

    queue = Jobs(db)
    queue.add_periodic("* * * * * */1", "tick", tick)
    async with working(queue):
        await until(lambda: len(seen) >= 2)
