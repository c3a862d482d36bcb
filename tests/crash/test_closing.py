"""kill -9 of the process that closes an hour or a month, at any moment: all of it is in the books, or nothing."""

import asyncio
import json
import random
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

import clocked
from bookkeeping import Bookkeeper, Gift
from largesse import insights
from largesse.insights import FinanceService
from largesse.kit import ids
from largesse.kit.approval import AlreadyDecided
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.ledger import keys
from largesse.ledger.audit import audit
from servers import Clones

pytestmark = [pytest.mark.crash, pytest.mark.timeout(240)]
PROGRAM = Path(__file__).with_name("closing_process.py")
HOURS, COINS = 8, 50
# What is in the books of an hour, a row an hour: how many of each there are.
PARTS = """
SELECT (SELECT count(*) FROM ledger.hour) AS hours, (SELECT count(DISTINCT hour) FROM ledger.hour_lot) AS lots,
    (SELECT count(*) FROM ledger.transfer WHERE kind = 'close') AS entries,
    (SELECT coalesce(sum(l.amount), 0)::bigint FROM ledger.leg l JOIN ledger.book b ON b.key = l.book
        WHERE b.name = 'revenue:gifts') AS revenue
"""
MONTH = """
SELECT (SELECT count(*) FROM ledger.period) AS periods, (SELECT count(*) > 0 FROM ledger.period_balance) AS balances,
    (SELECT count(*) FROM kit.trail WHERE verb = 'period.frozen') AS told,
    (SELECT state FROM kit.proposal WHERE id = %s) AS proposal
"""


@pytest.fixture
def database_url(clones: Clones) -> Iterator[str]:
    """A database in which days can pass."""
    url = clones.take()
    clocked.install(url)
    yield url
    clones.give_back(url)


@dataclass
class Books:
    """Alice bought 1,000 coins and gave Bob 50 of them in each of eight hours of eight days, which are over."""

    db: Database
    keeper: Bookkeeper
    settings: Settings
    olga: int
    oscar: int
    processes: list[asyncio.subprocess.Process] = field(default_factory=list)

    async def process(self, cut: str, approve: tuple[int, UUID] | None = None) -> asyncio.subprocess.Process:
        """One that is killed at the cut."""
        made = await asyncio.create_subprocess_exec(
            sys.executable, str(PROGRAM), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        self.processes.append(made)
        assert made.stdin is not None
        orders = {
            "settings": msgspec.to_builtins(self.settings), "cut": cut,
            "approve": approve and [approve[0], str(approve[1])],
        }  # fmt: skip
        made.stdin.write(json.dumps(orders).encode() + b"\n")
        await made.stdin.drain()
        return made

    async def die(self, cut: str, approve: tuple[int, UUID] | None = None) -> None:
        """Let one run until it is dead."""
        made = await self.process(cut, approve)
        assert await asyncio.wait_for(made.wait(), 60) == -signal.SIGKILL

    async def kill(self, made: asyncio.subprocess.Process, after_s: float) -> None:
        """Kill one so long after it has begun to close."""
        assert made.stdout is not None
        async with asyncio.timeout(60):
            while await made.stdout.readline() != b"closing\n":
                assert not made.stdout.at_eof()
        await asyncio.sleep(after_s)
        with suppress(ProcessLookupError):
            made.kill()
        await made.wait()

    async def closed(self) -> int:
        """How many hours are closed: wholly, every one of them, or this fails."""
        async with self.db.read() as tx:
            found = await tx.row(PARTS)
        assert found is not None
        hours: int = found["hours"]
        assert (found["lots"], found["entries"]) == (hours, hours)
        # 50 coins an hour, of 1,000 for USD 13.99 less tax of USD 2.33; both are rounded.
        assert abs(1000 * found["revenue"] + 1166 * COINS * hours) <= 1000
        assert (await audit(self.db, self.keeper.keys, checks=insights.audit_checks())).findings == []
        return hours

    async def finish(self) -> None:
        """Let another worker do what is left, and stop it as an operator does."""
        made = await self.process("")
        async with asyncio.timeout(60):
            while await self.closed() < HOURS:  # noqa: ASYNC110 - nobody tells it
                await asyncio.sleep(0.1)
        made.terminate()
        assert await asyncio.wait_for(made.wait(), 60) == 0

    async def proposed(self) -> UUID:
        """The proposal to close the month, which is over."""
        async with self.db.write() as tx:
            month = (await tx.scalar("SELECT now()")).date().replace(day=1)
            await tx.execute(clocked.PASS, [31])
        proposal = ids.new()
        await FinanceService(self.db).propose_close(
            by=self.olga, proposal=proposal, month=month, reason="over", ticket=""
        )
        return proposal

    async def frozen(self, proposal: UUID) -> bool:
        """Whether the month is frozen: wholly, or not at all, or this fails."""
        async with self.db.read() as tx:
            found = await tx.row(MONTH, [proposal])
        is_frozen = found == {"periods": 1, "balances": True, "told": 1, "proposal": "approved"}
        assert is_frozen or found == {"periods": 0, "balances": False, "told": 0, "proposal": "open"}
        assert (await audit(self.db, self.keeper.keys)).findings == []
        return is_frozen


@pytest.fixture
async def books(db: Database, settings: Settings, cast: Any, make_person: Any) -> AsyncIterator[Books]:
    keeper = Bookkeeper(db, keys.load_keys(settings.data_path))
    await keeper.buy(cast.alice.key, 1000)
    for _ in range(HOURS):
        await keeper.give([Gift(cast.alice.key, cast.bob.key, COINS // 10) for _ in range(10)])
        async with db.write() as tx:
            await tx.execute(clocked.PASS, [1])
    oscar = await make_person("oscar", roles=("finance",))
    made = Books(db, keeper, settings, cast.olga.key, oscar.key)
    yield made
    for process in made.processes:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@pytest.mark.parametrize(
    ("cut", "hours"),
    [
        ("close_lock", 0),
        ("hour_batches", 0),
        ("hour_gifts", 0),
        ("close_lots", 0),
        ("enter_transfer", 0),
        ("put_hour", 0),
        ("close_lock:2", 1),
        ("close_lots:5", 4),
        ("put_hour:8", 7),
    ],
)
async def test_a_worker_killed_at_any_step_of_an_hourly_close_leaves_whole_hours_and_the_next_one_goes_on(
    books: Books, cut: str, hours: int
) -> None:
    await books.die(cut)
    assert await books.closed() == hours
    await books.finish()


@pytest.mark.parametrize("seed", range(3))
async def test_workers_killed_again_and_again_at_any_moment_close_every_hour_once(books: Books, seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(4):
        await books.kill(await books.process(""), rng.uniform(0, 0.06))
        await books.closed()
    await books.finish()


@pytest.mark.parametrize(
    ("cut", "is_frozen"),
    [("period_lock", False), ("first_unclosed", False), ("freeze_month", False), ("committed", True)],
)
async def test_whoever_closes_a_month_and_is_killed_at_any_step_has_frozen_all_of_it_or_nothing(
    books: Books, cut: str, *, is_frozen: bool
) -> None:
    await books.finish()
    proposal = await books.proposed()
    await books.die(cut, (books.oscar, proposal))
    assert await books.frozen(proposal) is is_frozen
    again = FinanceService(books.db).approve_close(by=books.oscar, proposal=proposal)
    if is_frozen:
        with pytest.raises(AlreadyDecided):
            await again
    else:
        await again
    assert await books.frozen(proposal)


@pytest.mark.parametrize("seed", range(2))
async def test_a_month_whose_close_is_killed_at_any_moment_is_frozen_once_and_wholly(books: Books, seed: int) -> None:
    await books.finish()
    proposal, rng = await books.proposed(), random.Random(seed)
    for _ in range(3):
        await books.kill(await books.process("", (books.oscar, proposal)), rng.uniform(0, 0.03))
        await books.frozen(proposal)
    with suppress(AlreadyDecided):
        await FinanceService(books.db).approve_close(by=books.oscar, proposal=proposal)
    assert await books.frozen(proposal)
