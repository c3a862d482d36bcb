"""Work that is done later, by procrastinate on our PostgreSQL; its tables are in the schema `procrastinate`.

A job is put in the queue inside the transaction that wants it, so it exists if and only if that committed. The rows of
a room stay the truth and jobs only wake them: a job may run twice, and must not mind.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec
import psycopg
import structlog
from procrastinate import App, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import ConnectorException

from largesse.kit import throttle
from largesse.kit.db import Database, Patient, WriteTx, sql

log = structlog.get_logger(__name__)
Task = Callable[..., Awaitable[None]]

RUN_S_MAX = 120
TRIES_MAX = 8  # with pauses of 3, 9, 27, … seconds: about three hours
CONCURRENCY = 4
_SILENT_S = 40  # a worker shows itself every 10 s
_REAP_EVERY_S = 15
_KEEP_S = 7 * 86_400
_AGAIN_S = 1.0
_GRACE_S = 20
_CONNECTION_S_MAX = 5  # also how long a worker that is told to stop tries to say good-bye to a database that is away


async def enqueue(tx: WriteTx, task: str, **args: Any) -> int:
    """Put a job in the queue with this transaction; returns its number. `args` are what JSON holds, and no secrets."""
    number: int = await tx.scalar(sql("kit", "job_put"), {"task": task, "args": msgspec.json.encode(args).decode()})
    return number


async def send(tx: WriteTx, task: str, **args: Any) -> None:
    """The same as `enqueue` without its number: inside a pipeline it does not wait for the answer."""
    await tx.execute(sql("kit", "job_put"), {"task": task, "args": msgspec.json.encode(args).decode()})


async def send_all(tx: WriteTx, task: str, args: Sequence[Mapping[str, Any]]) -> None:
    """Put a job in the queue for each of `args`, as `send` does for one."""
    await tx.execute(sql("kit", "job_put_all"), {"task": task, "args": msgspec.json.encode(args).decode()})


class Jobs:
    """What this program can do later. Build it in `main`, let every room add its tasks, then run a worker."""

    def __init__(self, db: Database) -> None:
        # Its own log lines show arguments, which may name people: `_bounded` logs instead.
        logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
        self.db = db
        self.queue = App(
            connector=PsycopgConnector(
                conninfo=db.url,
                min_size=1,
                max_size=CONCURRENCY + 1,
                timeout=_CONNECTION_S_MAX,
                connection_class=Patient,
                kwargs={"options": "-c search_path=procrastinate -c timezone=UTC -c application_name=largesse-jobs"},
            )
        )

    def add(self, name: str, task: Task) -> None:
        """Let `enqueue(tx, name, …)` call `task`; a failure is tried again with growing pauses."""
        retry = RetryStrategy(max_attempts=TRIES_MAX, exponential_wait=3)
        self.queue.task(name=name, retry=retry)(_bounded(name, task))

    def add_periodic(self, cron: str, name: str, task: Callable[[], Awaitable[None]]) -> None:
        """Call `task` by the clock (`cron`, UTC) in one of the workers; a run is skipped while another one waits."""

        async def run(timestamp: int) -> None:
            log.debug("job.period", task=name, timestamp=timestamp)
            await task()

        registered = self.queue.task(name=name, queueing_lock=name)(_bounded(name, run))
        self.queue.periodic(cron=cron)(registered)


async def run_worker(jobs: Jobs, stop: asyncio.Event) -> None:
    """Do jobs until `stop` is set, then let the running ones end for 20 s. Outlives the loss of the database."""
    keeping = asyncio.create_task(_keep_house(jobs.db))
    try:
        while not stop.is_set():
            try:
                await _work(jobs, stop)
            except (ConnectorException, psycopg.Error, OSError) as error:
                log.warning("jobs.database_away", error=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _AGAIN_S)
    finally:
        keeping.cancel()
        await asyncio.wait([keeping])


async def reap(tx: WriteTx) -> int:
    """Give back the jobs of workers that are gone; returns how many. One that keeps killing its worker has failed."""
    stalled = {"silent_s": _SILENT_S, "run_s": 2 * RUN_S_MAX, "attempts_max": TRIES_MAX}
    number: int = await tx.scalar(sql("kit", "job_reap"), stalled)
    return number


async def _work(jobs: Jobs, stop: asyncio.Event) -> None:
    async with jobs.queue.open_async():
        working = asyncio.create_task(
            jobs.queue.run_worker_async(
                concurrency=CONCURRENCY,
                install_signal_handlers=False,
                delete_jobs="successful",
                shutdown_graceful_timeout=_GRACE_S,
            )
        )
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await working


async def _keep_house(db: Database) -> None:
    while True:
        try:
            async with db.write() as tx:
                reaped = await reap(tx)
                await tx.execute(sql("kit", "job_forget"), {"keep_s": _KEEP_S})
                await throttle.forget(tx)
            if reaped:
                log.warning("jobs.reaped", jobs=reaped)
        except (psycopg.Error, OSError) as error:
            log.warning("jobs.not_reaped", error=type(error).__name__)
        await asyncio.sleep(_REAP_EVERY_S)


def _bounded(name: str, task: Task) -> Task:
    async def run(**args: Any) -> None:
        try:
            async with asyncio.timeout(RUN_S_MAX):
                await task(**args)
        except Exception as error:
            log.warning("job.failed", task=name, error=type(error).__name__)
            raise

    return run
