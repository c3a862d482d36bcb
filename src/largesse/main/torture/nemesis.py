"""The nemesis: kills, cuts, stalls and eats answers as its plan says, and measures how long recovery takes."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from largesse.main.torture.plan import CUT, EATEN, KILLS, REFUSED, STALL, Fault
from largesse.main.torture.tally import Tally
from largesse.main.torture.viewers import Viewer
from largesse.main.torture.world import World

SETTLE_S_REACH, FRAME_S_REACH = 5.0, 8.0
_WAIT_S_MAX = 20.0
_LOOK_S = 0.01
_EATEN_S_MAX = 4.0


@dataclass(slots=True)
class Suffered:
    """A fault that was done. Times are seconds after its end; None where it did not recover while it was watched."""

    name: str
    at_s: float
    settle_s: float | None = None
    frame_s: float | None = None
    killed: int = 0


@dataclass
class Nemesis:
    """Carries out the plan. `suffered` is what was done so far."""

    world: World
    tally: Tally
    viewers: Sequence[Viewer]
    plan: Iterator[Fault]
    suffered: list[Suffered] = field(default_factory=list)
    eaten: int = 0
    _began: float = 0.0
    _hungry: int = 0
    _turn: int = 0
    _ending: asyncio.Event = field(default_factory=asyncio.Event)
    _full: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """One fault after another, until `end`; the last one is measured to its end."""
        self._began = time.monotonic()
        listening = asyncio.create_task(self._hear_proxy())
        try:
            for fault in self.plan:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._ending.wait(), fault.pause_s)
                if self._ending.is_set():
                    return
                done = Suffered(fault.name, round(time.monotonic() - self._began, 2))
                self.suffered.append(done)
                await self._do(fault, done)
                await self._measure(done, time.time(), time.monotonic())
        finally:
            listening.cancel()

    def end(self) -> None:
        """Do no more harm."""
        self._ending.set()

    async def _do(self, fault: Fault, done: Suffered) -> None:
        if fault.name in KILLS:
            pids = self._pids(fault)
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            done.killed = len(pids)
        elif fault.name == EATEN:
            self._full.clear()
            self._hungry = fault.times
            await self._tell(f"eat {fault.times}")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._full.wait(), _EATEN_S_MAX)
            await self._tell("eat 0")
        elif fault.name == CUT:
            await self._tell("cut")
        else:
            word = {STALL: "stall", REFUSED: "refuse"}[fault.name]
            await self._tell(f"{word} {fault.length_s:.2f}")
            await asyncio.sleep(fault.length_s)

    def _pids(self, fault: Fault) -> list[int]:
        """Who dies together. PostgreSQL dies with all its children, its postmaster first."""
        pids: list[int] = []
        for target in KILLS[fault.name]:
            if target == "postgres":
                postmaster = self.world.servers.postgres_pid
                pids += [postmaster, *children(postmaster)] if postmaster else []
            elif target == "nats":
                pids += [self.world.servers.nats_pid] if self.world.servers.nats_pid else []
            elif target in {"worker", "nursery"}:
                pids += self.world.pids(target)
            else:
                found = self.world.pids("api")
                pids += found if target == "apis" else self._one_of(found)
        return pids

    def _one_of(self, pids: list[int]) -> list[int]:
        """One after the other: the one that was killed last may still be starting."""
        self._turn += 1
        return pids[self._turn % len(pids) :][:1] if pids else []

    async def _tell(self, command: str) -> None:
        assert self.world.proxy.stdin is not None
        self.world.proxy.stdin.write(f"{command}\n".encode())
        await self.world.proxy.stdin.drain()

    async def _hear_proxy(self) -> None:
        assert self.world.proxy.stdout is not None
        while line := await self.world.proxy.stdout.readline():
            if line == b"ate\n":
                self.eaten += 1
                self._hungry -= 1
                if self._hungry <= 0:
                    self._full.set()

    async def _measure(self, done: Suffered, ended_at: float, ended: float) -> None:
        """Wait until a gift that was sent after the fault is settled, and until a viewer sees one given after it."""
        while time.monotonic() - ended < _WAIT_S_MAX and (done.settle_s is None or done.frame_s is None):
            sent_at, acknowledged = self.tally.newest
            if done.settle_s is None and sent_at > ended_at:
                done.settle_s = round(acknowledged - ended, 3)
            if done.frame_s is None and all(v.newest_gift_at > ended_at for v in self.viewers):
                done.frame_s = round(max(v.newest_heard_at for v in self.viewers) - ended_at, 3)
            await asyncio.sleep(_LOOK_S)


def children(pid: int) -> list[int]:
    """The children of a process. Linux; elsewhere none are seen, and they end by themselves."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, IndexError, ValueError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(stat.parent.name))
    return found


def worst(suffered: Sequence[Suffered], what: str) -> tuple[float, str]:
    """The longest recovery and after which fault; infinite where one did not recover."""
    measured = [(getattr(one, what), one.name) for one in suffered]
    return max(((float("inf") if s is None else s, name) for s, name in measured), default=(0.0, "none"))
