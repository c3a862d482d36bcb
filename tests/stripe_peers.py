"""Programs that stand in for Stripe, none of them written here, each as a process of its own; and a wire that loses.

`localstripe` (a Python package) knows payments, refunds, signed webhooks and a fake Stripe.js, but no idempotency keys,
no Checkout, no disputes. `stripe-stateful-mock` (an npm package) knows charges, refunds, idempotency keys, declines,
429 and 500, but no payments. What neither knows is covered by recorded shapes (test_stripe.py).
"""

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec
import stripe

import stripe_shapes as shapes
from largesse.kit import ids
from running import free_port

KEY, PUBLISHABLE, SECRET = "sk_test_of_a_test", "pk_test_of_a_test", "whsec_of_a_test"
VISA, DECLINED, THREE_D_SECURE = "4242424242424242", "4000000000000341", "4000002500003155"
ROOT = Path(__file__).parents[1]
_READY_S_MAX = 60


@dataclass
class LocalStripe:
    """A running localstripe."""

    base: str

    @property
    def settings(self) -> dict[str, str]:
        """What a service needs to take it for Stripe."""
        return {
            "stripe_api_key": KEY, "stripe_api_base": self.base, "stripe_webhook_secret": SECRET,
            "stripe_publishable_key": PUBLISHABLE, "stripe_js_url": f"{self.base}/js.stripe.com/v3/",
        }  # fmt: skip

    def client(self) -> Any:
        """The official library's, as Stripe's other customers use it."""
        return stripe.StripeClient(KEY, base_addresses={"api": self.base}, http_client=stripe.RequestsClient()).v1

    def tell(self, address: str, name: str = "largesse") -> None:
        """Send every event to this address, signed."""
        body = {"url": address, "secret": SECRET}
        assert httpx.post(f"{self.base}/_config/webhooks/{name}", json=body, timeout=30).is_success

    def attach(self, intent: str, number: str = VISA) -> None:
        """Give a payment a card."""
        api = self.client()
        card = {"number": number, "exp_month": 12, "exp_year": 2040, "cvc": "123"}
        method = api.payment_methods.create({"type": "card", "card": card})
        api.payment_intents.update(intent, {"payment_method": method.id})

    def pay(self, intent: str, number: str = VISA) -> Any:
        """Pay by card, as Stripe.js does for a buyer; raises `stripe.CardError` for one that is declined."""
        self.attach(intent, number)
        return self.client().payment_intents.confirm(intent)


def notify(base: str, kind: str, about: dict[str, Any]) -> None:
    """A notice that localstripe does not send of itself, signed by the official library."""
    body = msgspec.json.encode(shapes.event(kind, about, f"evt_{ids.new().hex}"))
    header = stripe.WebhookSignature.generate_signature_header(body.decode(), SECRET)  # type: ignore[no-untyped-call]
    headers = {"stripe-signature": header, "content-type": "application/json"}
    answer = httpx.post(f"{base}/v1/webhooks/stripe", content=body, headers=headers, timeout=30)
    assert answer.status_code == 200, answer.text


@contextlib.contextmanager
def localstripe() -> Iterator[LocalStripe]:
    """A localstripe for the length of the block."""
    port = free_port()
    with process_of([sys.executable, "-m", "localstripe", "--port", str(port), "--from-scratch"]) as process:
        base = f"http://127.0.0.1:{port}"
        until_it_answers(f"{base}/js.stripe.com/v3/", process)
        yield LocalStripe(base)


@contextlib.contextmanager
def stateful_mock() -> Iterator[int]:
    """A stripe-stateful-mock for the length of the block; its port."""
    port = free_port()
    environ = os.environ | {"PORT": str(port), "LOG_LEVEL": "silent"}
    with process_of([str(ROOT / "tools/web-node"), "stripe-stateful-mock"], environ) as process:
        until_it_answers(f"http://127.0.0.1:{port}/", process)
        yield port


@contextlib.contextmanager
def process_of(command: list[str], environ: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet, cwd=ROOT, env=environ)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def until_it_answers(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _READY_S_MAX
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx.HTTPError):
            httpx.get(address, timeout=2)
            return
        time.sleep(0.1)
    raise AssertionError(f"{process.args!r} did not start")


class Lossy:
    """A wire to a port of this machine that loses the next answers: the server has acted, and nobody hears of it."""

    def __init__(self, target: int) -> None:
        self._target = target
        self.port = 0
        self.to_lose = 0
        self.lost = 0
        self.carrying: set[asyncio.Task[Any]] = set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.carrying.add(task)
        from_server, to_server = await asyncio.open_connection("127.0.0.1", self._target)

        async def up() -> None:
            while chunk := await reader.read(65_536):
                to_server.write(chunk)
                await to_server.drain()

        sending = asyncio.create_task(up())
        try:
            while chunk := await from_server.read(65_536):
                if self.to_lose:
                    self.to_lose -= 1
                    self.lost += 1
                    return
                writer.write(chunk)
                await writer.drain()
        except (OSError, asyncio.CancelledError):
            pass  # either end went away, or the test is over
        finally:
            sending.cancel()
            writer.transport.abort()
            to_server.transport.abort()


@contextlib.asynccontextmanager
async def lossy(target: int) -> AsyncIterator[Lossy]:
    """Such a wire for the length of the block."""
    wire = Lossy(target)
    server = await asyncio.start_server(wire.carry, "127.0.0.1", 0)
    wire.port = server.sockets[0].getsockname()[1]
    try:
        yield wire
    finally:
        server.close()
        for task in wire.carrying:
            task.cancel()
        await asyncio.sleep(0)
