"""An acknowledgement means: on disk. And an answer that is lost after the commit is given again."""

import asyncio
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from largesse import ledger
from largesse.gifting import Committer, Receipt, Request
from largesse.kit import ids
from largesse.kit.db import Database
from largesse.kit.http import Busy

pytestmark = [pytest.mark.crash, pytest.mark.timeout(90)]
SECRET = b"a secret of the tests, 32 bytes!"
_BATCHES = 12
_PIDS = """
SELECT array_agg(pid) FROM pg_stat_activity
WHERE backend_type = 'walwriter' OR application_name = 'committer' AND datname = current_database()
"""


def _request(room: Any, sender: int, **more: Any) -> Request:
    return Request(more.pop("id", None) or ids.new().bytes, sender, room.stage, room.rose, **more)


async def test_no_commit_is_answered_before_the_log_is_synced(db: Database, make_room: Any, tmp_path: Path) -> None:
    """The system calls of the committer's server process, and of the log writer that may sync for it."""
    assert shutil.which("strace"), "strace is needed: apt-get install strace"
    room = await make_room(3, 1_000)
    committer = Committer(db, None, SECRET)
    await committer.settle([_request(room, room.viewers[0])])
    async with db.read() as tx:
        pids = await tx.scalar(_PIDS)
    calls = tmp_path / "calls"
    trace = subprocess.Popen(  # noqa: ASYNC220 - attached before the batches begin
        ["strace", "-f", "-s", "4000", "-o", calls, "-e", "trace=fdatasync,fsync,sendto", *[f"-p{p}" for p in pids]],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert trace.stderr is not None
        attached = [await asyncio.to_thread(trace.stderr.readline) for _ in pids]
        assert all("attached" in line for line in attached), attached
        for _ in range(_BATCHES):
            (outcome,) = await committer.settle([_request(room, room.viewers[1])])
            assert isinstance(outcome, Receipt)
    finally:
        trace.terminate()
    await asyncio.to_thread(trace.communicate)
    synced, answered = 0, 0
    for line in calls.read_text("utf-8", "replace").splitlines():
        if re.search(r"\bf(data)?sync\(\d+\) += 0|<\.\.\. f(data)?sync resumed>\) += 0", line):
            synced += 1
        elif "sendto(" in line and r"COMMIT\0" in line:
            assert synced, f"answer {answered + 1} was sent before anything was synced"
            synced, answered = 0, answered + 1
    assert answered == _BATCHES
    await committer.close()


async def test_a_commit_whose_answer_is_eaten_is_answered_with_its_one_receipt(
    db: Database, make_room: Any, proxied: Any
) -> None:
    url, proxy = proxied
    room = await make_room(3, 1_000)
    committer = Committer(Database(url), None, SECRET)
    await committer.settle([_request(room, room.viewers[0])])
    asked = [_request(room, viewer, count=2) for viewer in room.viewers for _ in range(5)]
    proxy.stdin.write("eat 1\n")
    await asyncio.sleep(0.2)
    first = await committer.settle(asked)
    assert await asyncio.to_thread(proxy.stdout.readline) == "ate\n"
    again = await committer.settle([Request(r.id, r.sender, r.stage, r.kind, count=2) for r in asked])
    assert all(isinstance(o, Receipt) and o.duplicate for o in [*first, *again])
    assert [(o.entry.batch, o.entry.leaf) for o in first] == [(o.entry.batch, o.entry.leaf) for o in again]
    async with db.read() as tx:
        assert await tx.scalar("SELECT count(*) FROM ledger.gift") == 1 + len(asked)
        assert await tx.scalar("SELECT sum(paid_out)::int FROM ledger.wallet") == 1 + 2 * len(asked)
    await committer.close()


async def test_a_statement_that_the_server_cuts_short_leaves_nothing_half_done(
    db: Database, make_room: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gifts are copied into the journal, then the write behind them waits longer than statements may."""
    monkeypatch.setitem(ledger.COMMITTER_OPTIONS, "statement_timeout", "300")
    room = await make_room(3, 1_000)
    committer = Committer(db, None, SECRET, patience_s=1.0)
    await committer.settle([_request(room, room.viewers[0])])
    asked = [_request(room, viewer, count=2) for viewer in room.viewers for _ in range(5)]
    async with db.write() as tx:
        await tx.execute("LOCK TABLE ledger.earning IN EXCLUSIVE MODE")
        with pytest.raises(Busy):
            await committer.settle(asked)
        assert await _counted(db) == (1, 1, 1)
    first = await committer.settle(asked)
    assert all(isinstance(outcome, Receipt) and not outcome.duplicate for outcome in first)
    assert await _counted(db) == (1 + len(asked), 1 + 2 * len(asked), 1 + 2 * len(asked))
    await committer.close()


async def _counted(db: Database) -> tuple[int, int, int]:
    """Gifts in the journal, coins out of wallets, coins that creators earned."""
    async with db.read() as tx:
        gifts = await tx.scalar("SELECT count(*) FROM ledger.gift")
        out = await tx.scalar("SELECT sum(paid_out)::int FROM ledger.wallet")
        return gifts, out, await tx.scalar("SELECT sum(coins)::int FROM ledger.earning")
