"""Webhook intake against an empty authenticated POST: a notice that Stripe signed, checked, kept raw and on disk."""

import argparse
import asyncio
import hashlib
import hmac
import json
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

from bench import load, report, requests, world
from largesse.kit import ids
from largesse.ledger import load_keys

PORT = requests.PORT + 1
CONNECTIONS = requests.CONNECTIONS
SECRET = "whsec_of_a_benchmark"
MADE_A_SECOND = 8_000  # notices are made before, so that the client costs little
_CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


def notice(number: int) -> bytes:
    """A payment_intent.succeeded as Stripe writes it: indented, with an object of some sixty fields."""
    intent = {
        "id": f"pi_3Q{number:020d}", "object": "payment_intent", "amount": 1399, "amount_capturable": 0,
        "amount_details": {"tip": {}}, "amount_received": 1399, "application": None, "application_fee_amount": None,
        "automatic_payment_methods": {"allow_redirects": "always", "enabled": True}, "canceled_at": None,
        "cancellation_reason": None, "capture_method": "automatic", "confirmation_method": "automatic",
        "client_secret": f"pi_3Q{number:020d}_secret_YrKJUKribcBjcG8HVhfZluoGH", "created": 1_764_000_000,
        "currency": "usd", "customer": None, "description": None, "invoice": None, "last_payment_error": None,
        "latest_charge": f"ch_3Q{number:020d}", "livemode": True,
        "metadata": {"largesse_purchase": str(ids.new()), "largesse_buyer": str(ids.new())}, "next_action": None,
        "on_behalf_of": None, "payment_method": "pm_1Q0PIc2eZvKYlo2CxO4qw1Rn",
        "payment_method_configuration_details": {"id": "pmc_1Q0PIc2eZvKYlo2C", "parent": None},
        "payment_method_options": {"card": {"installments": None, "mandate_options": None, "network": None,
                                            "request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"], "processing": None, "receipt_email": None, "review": None,
        "setup_future_usage": None, "shipping": None, "source": None, "statement_descriptor": None,
        "statement_descriptor_suffix": None, "status": "succeeded", "transfer_data": None, "transfer_group": None,
    }  # fmt: skip
    event = {
        "id": f"evt_3Q{number:020d}", "object": "event", "api_version": "2025-03-31.basil", "created": 1_764_000_001,
        "data": {"object": intent}, "livemode": True, "pending_webhooks": 1,
        "request": {"id": f"req_{number:014d}", "idempotency_key": str(ids.new())}, "type": "payment_intent.succeeded",
    }  # fmt: skip
    return json.dumps(event, indent=2).encode()


def signed(body: bytes) -> bytes:
    """The request that Stripe sends. Source: https://docs.stripe.com/webhooks#verify-manually"""
    at = int(time.time())
    signature = hmac.new(SECRET.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()
    head = (
        "POST /v1/webhooks/stripe HTTP/1.1\r\nHost: bench\r\nUser-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\n"
        f"Accept: */*; q=0.5, application/xml\r\nContent-Type: application/json; charset=utf-8\r\n"
        f"Stripe-Signature: t={at},v1={signature},v0={'0' * 64}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def press(what: str, tokens: list[str], number: int, seconds: float, results: Any) -> None:
    """In a process of its own: load the server, put requests a second."""
    share = int(MADE_A_SECOND * seconds / CONNECTIONS) if what == "webhook" else 0
    first = number * MADE_A_SECOND * 1000
    made = [[signed(notice(first + c * share + n)) for n in range(share)] for c in range(CONNECTIONS)]

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


async def measure(url: str, server: int, tokens: list[str], rounds: int, seconds: float) -> dict[str, list[float]]:
    """Some rounds, one after the other; every notice that was answered is in the inbox."""
    found: dict[str, list[float]] = {name: [] for name in ("empty", "webhook", "empty us", "webhook us")}
    answered = 0
    for number in range(rounds):
        for what in ("empty", "webhook"):
            rate, micros, count = await asyncio.to_thread(run_press, server, what, tokens, number, seconds)
            found[what].append(rate)
            found[f"{what} us"].append(micros)
            answered += count if what == "webhook" else 0
    if kept(url) != answered:
        raise SystemExit(f"{answered} notices were answered, {kept(url)} are kept")
    return found


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
        with tempfile.TemporaryDirectory(prefix="largesse-bench-") as folder:
            load_keys(Path(folder))
            environ = os.environ | {
                "LARGESSE_DATA_DIR": folder, "LARGESSE_DATABASE_URL": url, "LARGESSE_NATS_URL": servers.nats_url,
                "LARGESSE_HTTP_PORT": str(PORT), "LARGESSE_SANDBOX": "1", "LARGESSE_LOG_LEVEL": "warning",
                "LARGESSE_STRIPE_API_KEY": "sk_test_of_a_benchmark", "LARGESSE_STRIPE_WEBHOOK_SECRET": SECRET,
            }  # fmt: skip
            server = await asyncio.to_thread(subprocess.Popen, [sys.executable, "-m", "bench.http_server"], env=environ)
            try:
                await asyncio.to_thread(requests.wait_ready, PORT)
                found = await measure(url, server.pid, tokens, args.rounds, args.seconds)
            finally:
                server.terminate()
                server.wait()
    report.show(
        [
            report.Figure("empty authenticated POST", "req/s", tuple(found["empty"])),
            report.Figure("Stripe's notices, checked and kept", "req/s", tuple(found["webhook"])),
            report.Figure("processor time of the server, an empty POST", "us", tuple(found["empty us"])),
            report.Figure("processor time of the server, a notice", "us", tuple(found["webhook us"])),
            report.ratio("webhook intake against the empty POST", found["webhook"], found["empty"], 0.5),
        ],
        title="webhooks",
    )


if __name__ == "__main__":
    world.run(main())
