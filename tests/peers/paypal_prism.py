"""Prism between our PayPal client and a stand-in for PayPal: it judges every request and every answer by a document.

`LARGESSE_PAYPAL_DOCUMENTS` names a folder of PayPal's own documents (docs/howto/paypal.md says how to get it). Our own
document is paypal_contract.json beside this file: short, written by hand from PayPal's pages, and stricter on requests
than theirs, for it allows no field that we do not mean to send.

Three patterns in PayPal's documents are no regular expressions by Unicode's rules, by which Prism reads them. It says
nothing of that and then judges no body at all, so they are left out of its copies; no field of ours has one.
"""

import contextlib
import json
import logging
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from peers.loopback import Answer, Asked, listening
from running import free_port
from stripe_peers import ROOT, process_of, until_it_answers

log = logging.getLogger(__name__)
SETTING = "LARGESSE_PAYPAL_DOCUMENTS"
OURS = Path(__file__).with_name("paypal_contract.json")
THEIRS = {
    "/v2/checkout/": "checkout_orders_v2.json",
    "/v2/payments/": "payments_payment_v2.json",
    "/v1/customer/": "customer_disputes_v1.json",
    "/v1/notifications/": "notifications_webhooks_v1.json",
    "/v1/payments/payouts": "payments_payouts_batch_v1.json",
}
_UNREADABLE = (
    ("email",),
    ("level_2_card_processing_data", "properties", "invoice_id"),
    ("vault_venmo_wallet_base", "allOf", 1, "properties", "description"),
)
ORDER, CAPTURE, REFUND, DISPUTE = "5O190127TN364715T", "3C679366HH908993F", "1JU08902781691411", "PP-D-12345"
AT = "2026-11-25T10:00:00Z"
_API = "https://api-m.sandbox.paypal.com"


def documents_of_theirs(copies: Path) -> dict[str, Path] | None:
    """PayPal's own documents as Prism can read them, by the paths that they are about; None where there are none."""
    named = os.environ.get(SETTING)
    if not named:
        return None
    for name in THEIRS.values():
        document = json.loads(Path(named, name).read_text("utf-8"))
        for place in _UNREADABLE:
            found: Any = document["components"]["schemas"]
            with contextlib.suppress(KeyError, IndexError):
                for step in place:
                    found = found[step]
                del found["pattern"]
        (copies / name).write_text(json.dumps(document), "utf-8")
    return {prefix: copies / name for prefix, name in THEIRS.items()}


@dataclass
class PayPalStandIn:
    """What PayPal would answer, in the shapes of its pages: one order, as it goes on."""

    order: dict[str, Any] = field(default_factory=dict)
    disputes: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, asked: Asked) -> Answer:
        path, body = asked.path, json.loads(asked.body or b"{}") if asked.path != "/v1/oauth2/token" else {}
        for pattern, act in _ACTS:
            found = re.fullmatch(pattern, f"{asked.method} {path}")
            if found:
                return act(self, body)
        return Answer(404, {"name": "RESOURCE_NOT_FOUND", "message": "There is none.", "debug_id": "1"})

    def token(self, _: Any) -> Answer:
        return Answer(content={"access_token": "A21AA", "expires_in": 32_400, "token_type": "Bearer"})

    def create(self, body: Any) -> Answer:
        self.order = {
            "id": ORDER, "status": "PAYER_ACTION_REQUIRED", "intent": body["intent"], "create_time": AT,
            "purchase_units": body["purchase_units"], "payment_source": {"paypal": {}},
            "links": [_link("payer-action", "https://www.sandbox.paypal.com/checkoutnow?token=" + ORDER, "GET")],
        }  # fmt: skip
        return Answer(201, self.order)

    def approve(self) -> None:
        self.order |= {"status": "APPROVED", "links": [_link("capture", f"{_API}/v2/checkout/orders/{ORDER}/capture")]}

    def get(self, _: Any) -> Answer:
        return Answer(content=self.order)

    def capture(self, _: Any) -> Answer:
        unit = self.order["purchase_units"][0]
        unit["payments"] = {"captures": [self._captured(unit)], "refunds": []}
        self.order |= {"status": "COMPLETED", "links": []}
        return Answer(201, self.order)

    def _captured(self, unit: dict[str, Any]) -> dict[str, Any]:
        amount = unit["amount"]
        return {
            "id": CAPTURE, "status": "COMPLETED", "amount": amount, "final_capture": True,
            "custom_id": unit["custom_id"], "invoice_id": unit["invoice_id"], "create_time": AT, "update_time": AT,
            "seller_receivable_breakdown": {
                "gross_amount": amount, "paypal_fee": {"currency_code": "USD", "value": "0.59"},
                "net_amount": {"currency_code": "USD", "value": "2.61"},
            },
            "links": [_link("up", f"{_API}/v2/checkout/orders/{ORDER}", "GET")],
        }  # fmt: skip

    def get_capture(self, _: Any) -> Answer:
        (captured,) = self.order["purchase_units"][0]["payments"]["captures"]
        return Answer(content=captured | {"supplementary_data": {"related_ids": {"order_id": ORDER}}})

    def refund(self, body: Any) -> Answer:
        made = {
            "id": REFUND, "status": "COMPLETED", "amount": body["amount"], "custom_id": body["custom_id"],
            "invoice_id": body["invoice_id"], "create_time": AT, "update_time": AT,
            "links": [_link("up", f"{_API}/v2/payments/captures/{CAPTURE}", "GET")],
        }  # fmt: skip
        self.order["purchase_units"][0]["payments"]["refunds"].append(made)
        return Answer(201, made)

    def dispute(self, **fields: Any) -> None:
        self.disputes = [{
            "dispute_id": DISPUTE, "create_time": AT, "update_time": AT, "reason": "UNAUTHORISED",
            "status": "WAITING_FOR_SELLER_RESPONSE", "dispute_amount": {"currency_code": "USD", "value": "3.20"},
            "seller_response_due_date": "2026-12-05T10:00:00.000Z", **fields,
        }]  # fmt: skip

    def list_disputes(self, _: Any) -> Answer:
        shown = ("dispute_id", "create_time", "update_time", "reason", "status", "dispute_amount")
        found = [{name: one[name] for name in shown} for one in self.disputes]
        links = [_link("self", f"{_API}/v1/customer/disputes", "GET")]
        return Answer(content={"items": found, "links": links} if found else {"links": links})

    def get_dispute(self, _: Any) -> Answer:
        return Answer(content=self.disputes[0])

    def list_events(self, _: Any) -> Answer:
        return Answer(content={"events": self.events, "count": len(self.events), "links": []})


_ACTS: list[tuple[str, Any]] = [
    ("POST /v1/oauth2/token", PayPalStandIn.token),
    ("POST /v2/checkout/orders", PayPalStandIn.create),
    (f"GET /v2/checkout/orders/{ORDER}", PayPalStandIn.get),
    (f"POST /v2/checkout/orders/{ORDER}/capture", PayPalStandIn.capture),
    (f"GET /v2/payments/captures/{CAPTURE}", PayPalStandIn.get_capture),
    (f"POST /v2/payments/captures/{CAPTURE}/refund", PayPalStandIn.refund),
    ("GET /v1/customer/disputes", PayPalStandIn.list_disputes),
    (f"GET /v1/customer/disputes/{DISPUTE}", PayPalStandIn.get_dispute),
    ("GET /v1/notifications/webhooks-events", PayPalStandIn.list_events),
]


def _link(rel: str, href: str, method: str = "POST") -> dict[str, str]:
    return {"rel": rel, "href": href, "method": method}


class Judged(httpx.AsyncBaseTransport):
    """Sends each call through the Prism of its document, and keeps what was asked and answered."""

    def __init__(self, ways: dict[str, int]) -> None:
        self._ways = ways
        self._http = httpx.AsyncHTTPTransport()
        self.calls: list[tuple[str, str, int, str]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        port = next(port for prefix, port in self._ways.items() if path.startswith(prefix))
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=port)
        answer = await self._http.handle_async_request(request)
        body = (await answer.aread()).decode()
        self.calls.append((request.method, path, answer.status_code, body))
        if answer.status_code >= 400:  # what Prism says, where a test fails
            log.info("%s %s: %s", request.method, path, body)
        return httpx.Response(answer.status_code, headers={"content-type": "application/json"}, text=body)

    async def aclose(self) -> None:
        await self._http.aclose()


@contextlib.contextmanager
def judging(documents: dict[str, Path]) -> Iterator[tuple[PayPalStandIn, dict[str, int]]]:
    """A stand-in, and by the beginning of a path the port at which Prism judges it; errors are answers."""
    standing = PayPalStandIn()
    with judged_by(documents, standing.answer) as ways:
        yield standing, ways


@contextlib.contextmanager
def judged_by(documents: dict[str, Path], answer: Callable[[Asked], Answer]) -> Iterator[dict[str, int]]:
    """By the beginning of a path the port at which Prism judges what is asked, and what `answer` answers."""
    with listening(answer) as upstream, contextlib.ExitStack() as stack:
        ports: dict[Path, int] = {}
        for document in dict.fromkeys(documents.values()):
            ports[document] = port = free_port()
            command = [str(ROOT / "tools/web-node"), "prism", "proxy", str(document), upstream, "--errors"]
            process = stack.enter_context(process_of([*command, "-h", "127.0.0.1", "-p", str(port)]))
            until_it_answers(f"http://127.0.0.1:{port}/", process)
        ways = {prefix: ports[document] for prefix, document in documents.items()}
        yield ways | {"/v1/oauth2/": httpx.URL(upstream).port or 80}
