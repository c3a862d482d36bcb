"""Webhook intake: a notice that Stripe signed, checked, kept raw and on disk, against an empty authenticated POST; and how
long each provider waits for its answer, at a modest rate and once the keys to check by are here."""

import argparse
import asyncio
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg
import uvloop

from bench import load, report, requests, signers, world
from largesse.kit import ids
from largesse.ledger import load_keys

PORT = requests.PORT + 1
CONNECTIONS = requests.CONNECTIONS
RATE, LINES, WARM = (
    100,
    16,
    10,
)  # requests a second of all providers, connections, and requests of each before the figures
FIRST = 1 << 40  # numbers that the flood of notices does not reach
MADE_A_SECOND = 8_000  # notices are made before, so that the client costs little
_CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


def press(what: str, tokens: list[str], number: int, seconds: float, results: Any) -> None:
    """In a process of its own: load the server, put requests a second."""
    share = int(MADE_A_SECOND * seconds / CONNECTIONS) if what == "webhook" else 0
    first = number * MADE_A_SECOND * 1000
    made = [
        [signers.stripes(signers.stripe_event(first + c * share + n)) for n in range(share)] for c in range(CONNECTIONS)
    ]

    def requests_of(connection: int) -> load.Requests:
        if what == "webhook":
            return iter(made[connection])
        token = tokens[connection % len(tokens)]
        request = load.post("/bench/empty", token, b'{"id":"%s","gift_id":"rose","count":1}' % str(ids.new()).encode())
        return iter(lambda: request, None)

    rate, statuses = uvloop.run(load.press("127.0.0.1", PORT, seconds, CONNECTIONS, requests_of))
    wrong = {s: n for s, n in statuses.items() if s not in {200, 201}}
    if wrong:
        print(f"unexpected answers: {wrong}", file=sys.stderr)
    results.put((-1.0 if wrong else rate, sum(statuses.values())))


def run_press(server: int, *args: Any) -> tuple[float, float, int]:
    """Run `press` in its own process: requests a second, microseconds of the server's processor time each, and how many."""
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    one = context.Process(target=press, args=(*args, results))
    before = _processor_s(server)
    one.start()
    rate, count = results.get(timeout=120)
    one.join()
    return float(rate), (_processor_s(server) - before) * 1e6 / max(1, count), int(count)


def _processor_s(process: int) -> float:
    """Processor time of a process so far, its threads included."""
    fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _CLOCK_TICKS


def kept(url: str) -> int:
    """How many notices are in the inbox."""
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT count(*) FROM payments.notice").fetchone()
    assert found is not None
    return int(found[0])


async def answer_times(made: list[tuple[str, bytes]], rate: int) -> dict[str, list[float]]:
    """Milliseconds from when each request was due until its answer was here, by provider; `rate` requests a second.

    A request is sent when it is due, whether or not the ones before are answered.
    """
    found: dict[str, list[float]] = {}
    idle: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(LINES):
        idle.put_nowait(await asyncio.open_connection("127.0.0.1", PORT))

    async def send(provider: str, raw: bytes, due: float) -> None:
        reader, writer = await idle.get()
        writer.write(raw)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0]))
        found.setdefault(provider, []).append((time.perf_counter() - due) * 1000)
        idle.put_nowait((reader, writer))
        status = head.partition(b"\r\n")[0].decode()
        if " 200 " not in status:
            raise SystemExit(f"{provider}: {status}")

    begin = time.perf_counter()
    async with asyncio.TaskGroup() as sending:
        for number, (provider, raw) in enumerate(made):
            due = begin + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            sending.create_task(send(provider, raw, due))
    while not idle.empty():
        idle.get_nowait()[1].close()
    return found


def press_modestly(keys: signers.Signers, number: int, seconds: float) -> dict[str, list[float]]:
    """The answer times of every provider, in turn, warm; on a thread, for the keys cannot travel and it costs little."""
    first, each = FIRST + number * 100_000, int(RATE / len(keys.by_name()) * seconds) + WARM
    made = [(name, sign(first + n)) for n in range(each) for name, sign in keys.by_name().items()]
    warm = WARM * len(keys.by_name())
    uvloop.run(answer_times(made[:warm], RATE))
    return uvloop.run(answer_times(made[warm:], RATE))


async def measure(
    url: str, server: int, tokens: list[str], keys: signers.Signers, rounds: int, seconds: float
) -> tuple[dict[str, list[float]], dict[str, list[list[float]]]]:
    """Some rounds, one after the other; every notice that was answered is in the inbox."""
    found: dict[str, list[float]] = {name: [] for name in ("empty", "webhook", "empty us", "webhook us")}
    times: dict[str, list[list[float]]] = {}
    answered = 0
    for number in range(rounds):
        for what in ("empty", "webhook"):
            rate, micros, count = await asyncio.to_thread(run_press, server, what, tokens, number, seconds)
            found[what].append(rate)
            found[f"{what} us"].append(micros)
            answered += count if what == "webhook" else 0
        for provider, waited in (await asyncio.to_thread(press_modestly, keys, number, seconds)).items():
            times.setdefault(provider, []).append(sorted(waited))
            answered += len(waited) + WARM
    if kept(url) != answered:
        raise SystemExit(f"{answered} notices were answered, {kept(url)} are kept")
    return found, times


def figures(found: dict[str, list[float]], times: dict[str, list[list[float]]]) -> list[report.Figure]:
    """What is printed."""
    made = [
        report.Figure("empty authenticated POST", "req/s", tuple(found["empty"])),
        report.Figure("Stripe's notices, checked and kept", "req/s", tuple(found["webhook"])),
        report.Figure("processor time of the server, an empty POST", "us", tuple(found["empty us"])),
        report.Figure("processor time of the server, a notice", "us", tuple(found["webhook us"])),
        report.ratio("webhook intake against the empty POST", found["webhook"], found["empty"], 0.5),
    ]
    for provider, rounds in times.items():
        for part in (50, 99):
            values = tuple(waited[min(len(waited) - 1, len(waited) * part // 100)] for waited in rounds)
            name = f"{provider}: {part} of 100 answered within, {RATE} notices a second"
            made.append(report.Figure(name, "ms", values, 100 if part == 99 else None, at_most=True))
    return made


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    async with world.servers() as servers:
        url = world.database(servers.database_url, "webhooks")
        await world.people(url)
        tokens, _, _ = requests.sessions(url)
        with (
            tempfile.TemporaryDirectory(prefix="largesse-bench-") as folder,
            signers.serving(signers.Signers()) as keys,
        ):
            load_keys(Path(folder))
            environ = os.environ | {
                "LARGESSE_DATA_DIR": folder, "LARGESSE_DATABASE_URL": url, "LARGESSE_NATS_URL": servers.nats_url,
                "LARGESSE_HTTP_PORT": str(PORT), "LARGESSE_SANDBOX": "1", "LARGESSE_RTMP_PORT": "0", "LARGESSE_WEBRTC_PORTS": "", "LARGESSE_LOG_LEVEL": "warning",
            } | keys.settings(Path(folder))  # fmt: skip
            server = await asyncio.to_thread(subprocess.Popen, [sys.executable, "-m", "bench.http_server"], env=environ)
            try:
                await asyncio.to_thread(requests.wait_ready, PORT)
                found, times = await measure(url, server.pid, tokens, keys, args.rounds, args.seconds)
            finally:
                server.terminate()
                server.wait()
    report.show(figures(found, times), title="webhooks")


if __name__ == "__main__":
    world.run(main())
