"""`largesse torture`: proves on the operator's own machine what the service promises about faults.

It makes a world in a temporary folder, runs `largesse serve` in it as real processes, floods it with gifts through the
public API, and lets a nemesis kill and cut at points that a seed chooses. Then it compares ids: every acknowledged gift
is in the books exactly once with the receipt that was told, every other one at most once, a refused one not at all.
Pieces: `plan` (what the seed decides), `world`, `proxy`, `wire`, `clients`, `viewers`, `nemesis`, `pace` (how slow the
machine is), `tally` (what was answered), `compare` (with the books), `report`.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress

import click
import msgspec
import psycopg

from largesse.kit.log import set_up
from largesse.main.torture import clients, compare, plan, report, viewers, world
from largesse.main.torture.nemesis import Nemesis
from largesse.main.torture.pace import Pace
from largesse.main.torture.report import Report
from largesse.main.torture.tally import Tally

__all__ = ["Report", "run_torture", "torture"]

_PROCESSES = 2
_SINGLES = 16
_HOSTS = 4
_HOST_PAUSE_S = 0.03
_HOST_PAUSE_LONG_S = 1.0  # an hour of it spends a third of the coins
_LONG_S = 300
_MEASURED_S_MAX = 30.0
_DRAIN_S_MAX = 60.0
_VIEWERS_S_MAX = 20.0
_LOOK_S = 0.25
_LONGER_MAX = 3


async def run_torture(*, seconds: float, seed: int, as_json: bool, plant: str) -> bool:
    """Torture, print the report, and say whether every promise held."""
    found = await torture(seconds=seconds, seed=seed, plant=plant)
    click.echo(msgspec.json.format(msgspec.json.encode(found)).decode() if as_json else report.text(found))
    return found.ok


async def torture(
    *,
    seconds: float,
    seed: int,
    plant: str = "",
    faults: Sequence[str] = plan.FAULTS,
    processes: int = _PROCESSES,
    gifts_min: int = 0,
) -> Report:
    """Torture for so long, or until a promise is broken; call it in the main thread.

    `plant` is as in `world.made`, `faults` are the kinds that the nemesis may choose, `processes` serve the API. It
    goes on until `gifts_min` are acknowledged, at most three times as long.
    """
    set_up("error")  # the servers' deaths are no news here
    tally = Tally(plan.rng_of(seed, "samples"))
    async with world.made(processes, plant) as made:
        flood = clients.Flood(made, tally, _HOST_PAUSE_S if seconds < _LONG_S else _HOST_PAUSE_LONG_S)
        watching = viewers.viewers(made, tally)
        nemesis = Nemesis(made, tally, watching, plan.faults(seed, faults))
        read, pace = compare.Read(), Pace()
        began = time.monotonic()
        givers = _givers(flood, seed)
        others = [asyncio.create_task(viewer.follow()) for viewer in watching]
        others.append(asyncio.create_task(compare.read_while_running(made, tally, read)))
        others.append(asyncio.create_task(pace.feel()))
        evil = asyncio.create_task(nemesis.run())
        try:
            await _run_for(seconds, gifts_min, tally, [*givers, *others, evil])
            nemesis.end()
            await asyncio.wait([evil], timeout=0 if tally.failures else _MEASURED_S_MAX)
            took = time.monotonic() - began
            await _cancel(evil)
            flood.close()
            caught = bool(plant and tally.failures)  # that is all that was to be shown
            if not caught:
                await asyncio.wait(givers, timeout=_DRAIN_S_MAX)
                await _arrive(made, tally, watching)
        finally:
            await _cancel(*givers, *others, evil)
        stored, waited, audit = 0, (0, 0), {}
        if not caught:
            stored = await asyncio.to_thread(compare.compare, made, tally)
            waited = await asyncio.to_thread(compare.fairness, made, tally.samples)
            audit = await asyncio.to_thread(compare.audit, made, tally)
        return report.of(
            tally, watching, nemesis.suffered, seed=seed, seconds=round(took, 1), stored=stored, audit=audit,
            replay=f"largesse torture --seconds {seconds:g} --seed {seed}", answers_eaten=nemesis.eaten,
            batches_waited_p99=waited[0], batches_waited_max=waited[1], conservation_reads=read.times,
            slowness=pace.slowness,
        )  # fmt: skip


def _givers(flood: clients.Flood, seed: int) -> list[asyncio.Task[None]]:
    singles = [clients.give_singly(flood, plan.rng_of(seed, f"single {n}")) for n in range(_SINGLES)]
    hosts = [clients.give_in_batches(flood, plan.rng_of(seed, f"host {n}")) for n in range(_HOSTS)]
    return [asyncio.create_task(work) for work in (*singles, *hosts)]


async def _run_for(seconds: float, gifts_min: int, tally: Tally, tasks: Sequence["asyncio.Task[None]"]) -> None:
    """Until the time is over or a promise is broken; a task that ends by itself has a bug, which is raised."""
    end, last = time.monotonic() + seconds, time.monotonic() + seconds * _LONGER_MAX
    while not tally.failures:
        now = time.monotonic()
        if now > last or (now > end and tally.acknowledged >= gifts_min):
            return
        ended, _ = await asyncio.wait(tasks, timeout=_LOOK_S, return_when="FIRST_COMPLETED")
        for task in ended:
            task.result()


async def _arrive(made: world.World, tally: Tally, watching: list[viewers.Viewer]) -> None:
    """Give the viewers time to arrive at the totals of the books."""
    for _ in range(int(_VIEWERS_S_MAX / _LOOK_S)):
        with suppress(psycopg.OperationalError):  # the last fault may have been the database's
            if await asyncio.to_thread(compare.have_arrived, made, watching):
                return
        await asyncio.sleep(_LOOK_S)
    await asyncio.to_thread(compare.tell_viewers, made, tally, watching)


async def _cancel(*tasks: "asyncio.Task[None]") -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task
