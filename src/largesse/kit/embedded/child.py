"""One program as our own child: started, waited for, stopped, and found again when we died before it did.

Children are plain `subprocess` ones, reaped by a thread each: that works under every event loop.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from largesse.kit.embedded.account import Account, give

LAUNCHER = Path(__file__).with_name("launch.py")
LOG_BYTES_MAX = 8 * 1024 * 1024  # then it becomes `.1`, replacing the one before
_TAIL_BYTES = 2_000
_POLL_S = 0.02
_KILLED_S_MAX = 5.0


@dataclass(frozen=True, slots=True)
class Program:
    """What to run. `end_signal` is sent by the kernel when we die; `standalone` means it needs no files beside it."""

    name: str
    path: Path
    arguments: tuple[str, ...]
    folder: Path
    log: Path
    account: Account | None
    end_signal: signal.Signals
    standalone: bool = False


class Child:
    """A running (or ended) process. `exit_status` is None while it runs; negative: the signal that ended it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.started = time.monotonic()
        self.ended = asyncio.Event()
        self.exit_status: int | None = None

    def end(self, status: int) -> None:
        """Whoever waits for it in the system tells here how it ended."""
        self.exit_status = status
        self.ended.set()

    @property
    def age_s(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self.started

    def send(self, number: signal.Signals) -> None:
        """Send a signal, unless it has ended."""
        if self.exit_status is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    async def ended_within(self, seconds: float) -> bool:
        """Wait for its end, at most so long."""
        try:
            await asyncio.wait_for(self.ended.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def stop(self, *steps: tuple[signal.Signals, float]) -> None:
        """Send each signal in turn, waiting so many seconds after it; SIGKILL comes last."""
        for number, seconds in (*steps, (signal.SIGKILL, _KILLED_S_MAX)):
            self.send(number)
            if await self.ended_within(seconds):
                return


def start(program: Program) -> Child:
    """Start it in a session of its own, its output appended to its log.

    Call it in the main thread: the kernel takes the end of the thread that starts for our death.
    """
    bound_log(program.log)
    account = program.account
    identity = ("", "") if account is None else (str(account.uid), str(account.gid))
    target = f"@{program.path}" if program.standalone else str(program.path)
    starter = (sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), str(int(program.end_signal)), *identity)
    log = os.open(program.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    give(program.log, account)
    try:
        popen = subprocess.Popen(  # noqa: S603 - our own launcher and a program of our own dependencies
            (*starter, target, *program.arguments),
            cwd=program.folder,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    finally:
        os.close(log)
    return reaped(popen)


def reaped(popen: subprocess.Popen[bytes]) -> Child:
    """A started program as a child whose end a thread waits for."""
    child, loop = Child(popen.pid), asyncio.get_running_loop()

    def reap() -> None:
        status = popen.wait()
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(child.end, status)

    threading.Thread(target=reap, name=f"reaper-{popen.pid}", daemon=True).start()
    return child


def bound_log(log: Path) -> None:
    """Move what a log holds to `.1` where it has grown large; its writer goes on, because it appends."""
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > LOG_BYTES_MAX:
            old = log.with_name(log.name + ".1")
            old.unlink(missing_ok=True)
            old.touch(mode=0o600, exist_ok=False)
            old.write_bytes(log.read_bytes())
            os.truncate(log, 0)


def tail(log: Path) -> str:
    """The last lines of a log, for a message."""
    with contextlib.suppress(FileNotFoundError), log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
        return file.read().decode("utf-8", "replace").strip()
    return ""


def running_in(folder: Path, program: str) -> list[int]:
    """Pids of the programs of that file name whose working folder is `folder`. Linux only; elsewhere none are seen."""
    return [pid for pid in _pids() if _runs(pid, program, folder)]


async def stop_leftovers(folder: Path, program: str, first: list[int], gentle: signal.Signals, seconds: float) -> int:
    """Stop what an earlier holder left: `gentle` to those in `first`, SIGKILL to all that remain; returns how many.

    Only for a folder whose lock we hold: nobody else's server runs in it.
    """
    found = running_in(folder, program)
    asked = [pid for pid in found if pid in first]
    _send(asked, gentle)
    if asked:
        await _gone(folder, program, seconds)
    _send(running_in(folder, program), signal.SIGKILL)
    await _gone(folder, program, _KILLED_S_MAX)
    return len(found)


async def _gone(folder: Path, program: str, seconds: float) -> None:
    for _ in range(int(seconds / _POLL_S)):
        if not running_in(folder, program):
            return
        await asyncio.sleep(_POLL_S)


def _send(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _pids() -> Iterator[int]:
    with contextlib.suppress(FileNotFoundError):
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                yield int(entry.name)


def _runs(pid: int, program: str, folder: Path) -> bool:
    try:
        executable = Path(f"/proc/{pid}/exe").readlink()
        return executable.name.removesuffix(" (deleted)") == program and Path(f"/proc/{pid}/cwd").samefile(folder)
    except OSError:  # ended, a zombie, or of another account
        return False
