"""Gifts over HTTP against an empty authenticated POST, and the batch route against the committer called directly."""

import argparse
import asyncio
import hashlib
import json
import multiprocessing
import os
import random
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import uuid_utils
import uvloop

from bench import durable, load, report, world
from bench.world import CREATORS, VIEWERS
from largesse.kit import ids
from largesse.ledger import load_keys

PORT = 18_790
CONNECTIONS = 256
TOKENS = 500


def sessions(url: str) -> tuple[list[str], str, str]:
    """Tokens of some viewers, an API key, and the public id of the hot LIVE."""
    tokens, key = [secrets.token_urlsafe(32) for _ in range(TOKENS)], "lg_" + secrets.token_urlsafe(32)
    with psycopg.connect(url, autocommit=True) as connection:
        rows = [("session", t, CREATORS + 1 + i, []) for i, t in enumerate(tokens)] + [
            ("api_key", key, 1, ["gifts:write"])
        ]
        for kind, token, account, scopes in rows:
            connection.execute(
                "INSERT INTO accounts.bearer (id, kind, hash, account, scopes, expires_at, approved_at)"
                " VALUES (%s, %s, %s, %s, %s, now() + interval '1 day', now())",
                [ids.new(), kind, hashlib.sha256(token.encode()).digest(), account, scopes],
            )
        # One LIVE runs, the others are long over: a thousand rooms to own are not what is measured here.
        connection.execute(
            "UPDATE stage.stage SET status = 'ended', started_at = now() - interval '2 days',"
            " ended_at = now() - interval '1 day' WHERE key > 1"
        )
        live = connection.execute("SELECT id FROM stage.stage WHERE key = 1").fetchone()
    assert live is not None
    return tokens, key, ids.encode("live", live[0])


def wait_ready(port: int = PORT) -> None:
    """Until the server answers."""
    for _ in range(300):
        with suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1)
            return
        time.sleep(0.1)
    raise SystemExit("the server did not become ready")


def press(what: str, tokens: list[str], key: str, live: str, seconds: float, results: Any) -> None:
    """In a process of its own: load the server, put requests (or gifts) a second."""

    def requests_of(number: int) -> load.Requests:
        rng = random.Random(number)
        token = tokens[number % len(tokens)]
        while True:
            if what == "empty":
                yield load.post(
                    "/bench/empty", token, b'{"id":"%s","gift_id":"rose","count":1}' % str(uuid_utils.uuid7()).encode()
                )
            elif what == "gift":
                body = b'{"id":"%s","gift_id":"rose","count":1}' % str(uuid_utils.uuid7()).encode()
                yield load.post(f"/v1/lives/{live}/gifts", tokens[rng.randrange(len(tokens))], body)
            else:
                gifts = [
                    {"id": str(uuid_utils.uuid7()), "sender": f"u{CREATORS + 1 + rng.randrange(VIEWERS)}", "live_id": live,
                     "gift_id": "rose", "count": 1} for _ in range(1000)
                ]  # fmt: skip
                yield load.post("/v1/gifts/batch", key, json.dumps(gifts).encode())

    connections = 3 if what == "batch" else CONNECTIONS
    if what == "batch":  # bodies are made before, so that the client costs little
        made = [[next(source) for _ in range(int(seconds * 15))] for source in map(requests_of, range(connections))]
        rate, statuses = uvloop.run(load.press("127.0.0.1", PORT, seconds, connections, lambda n: iter(made[n])))
        rate *= 1000
    else:
        rate, statuses = uvloop.run(load.press("127.0.0.1", PORT, seconds, connections, requests_of))
    wrong = {s: n for s, n in statuses.items() if s not in {200, 201}}
    results.put(-1.0 if wrong else rate)
    if wrong:
        print(f"unexpected answers: {wrong}", file=sys.stderr)


def run_press(*args: Any) -> float:
    """Run `press` in its own process."""
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    one = context.Process(target=press, args=(*args, results))
    one.start()
    rate = float(results.get(timeout=30))
    one.join()
    return rate


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    rates: dict[str, list[float]] = {"empty": [], "gift": [], "batch": [], "direct": []}
    way: durable.Way = ("direct", 1, True, "premade")
    async with world.servers() as servers:
        url = world.database(servers.database_url, "requests")
        await world.people(url)
        tokens, key, live = sessions(url)
        with tempfile.TemporaryDirectory(prefix="largesse-bench-") as folder:
            load_keys(Path(folder))
            environ = os.environ | {
                "LARGESSE_DATA_DIR": folder, "LARGESSE_DATABASE_URL": url, "LARGESSE_NATS_URL": servers.nats_url,
                "LARGESSE_HTTP_PORT": str(PORT), "LARGESSE_SANDBOX": "1", "LARGESSE_RTMP_PORT": "0", "LARGESSE_WEBRTC_PORTS": "", "LARGESSE_LOG_LEVEL": "warning",
            }  # fmt: skip
            server = await asyncio.to_thread(subprocess.Popen, [sys.executable, "-m", "bench.http_server"], env=environ)
            try:
                await asyncio.to_thread(wait_ready)
                for number in range(args.rounds):
                    for what in ("empty", "gift", "batch"):
                        rates[what].append(await asyncio.to_thread(run_press, what, tokens, key, live, args.seconds))
                    rates["direct"].append(await asyncio.to_thread(durable.run_way, url, way, args.seconds, number))
            finally:
                server.terminate()
                server.wait()
    report.show(
        [
            report.Figure("empty authenticated POST", "req/s", tuple(rates["empty"])),
            report.Figure("single gifts, durable", "gifts/s", tuple(rates["gift"])),
            report.Figure("batch route, 1,000 gifts a request", "gifts/s", tuple(rates["batch"])),
            report.Figure("committer called directly, 1 process", "gifts/s", tuple(rates["direct"])),
            report.ratio("single gift against the empty POST", rates["gift"], rates["empty"], 0.5),
            report.ratio("batch route against the committer", rates["batch"], rates["direct"], 0.6),
        ],
        title="requests",
    )


if __name__ == "__main__":
    world.run(main())
