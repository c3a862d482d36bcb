"""PayPal's side of payouts as its pages describe it: a batch is paid once, however often and however it is asked."""

from typing import Any

import httpx

from largesse.kit.config import Settings

AT = "2026-11-25T10:00:00Z"
BASE = "https://api-m.paypal.com"
PATH = "/v1/payments/payouts"


def settings_of(base: str = BASE) -> Settings:
    """Of a service that pays out through it."""
    return Settings(
        paypal_client_id="id", paypal_client_secret="secret", paypal_payouts=True, paypal_api_base=base
    )  # fmt: skip


class Bank:
    """PayPal's own record. `moved` are the payments that it made; what is in `lost` happens to the next calls."""

    def __init__(self) -> None:
        self.batches: dict[str, dict[str, Any]] = {}
        self.moved: list[tuple[str, str]] = []
        self.lost: list[str] = []
        self.refused: list[dict[str, Any]] = []
        self.status = "SUCCESS"
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """For `httpx.MockTransport`. A lost call is `before` (it never came) or `after` (it acted)."""
        how = self.lost.pop(0) if self.lost and request.url.path != "/v1/oauth2/token" else ""
        if how == "before":
            raise httpx.ConnectError("nobody there", request=request)
        status, body = self.answer(request.method, request.url.path, httpx.Response(200, content=request.content))
        if how == "after":
            raise httpx.ReadTimeout("no answer", request=request)
        return httpx.Response(503 if how == "503" else status, json=body)

    def answer(self, method: str, path: str, sent: httpx.Response) -> tuple[int, Any]:
        """Status and body."""
        if path == "/v1/oauth2/token":
            return 200, {"access_token": "A21AA", "expires_in": 32_400, "token_type": "Bearer"}
        self.asked.append(f"{method} {path}")
        if (method, path) == ("POST", PATH):
            return self.pay(sent.json())
        found = self.batches.get(path.rpartition("/")[2])
        return (200, found) if found else (404, _error("RESOURCE_NOT_FOUND", "There is none."))

    def pay(self, body: dict[str, Any]) -> tuple[int, Any]:
        """A `sender_batch_id` is paid once; the second one is told where the first is."""
        if self.refused:
            return 422, self.refused.pop(0)
        key = body["sender_batch_header"]["sender_batch_id"]
        for number, batch in self.batches.items():
            if batch["batch_header"]["sender_batch_header"]["sender_batch_id"] == key:
                return 400, _error("USER_BUSINESS_ERROR", "User business error.") | {
                    "details": [{
                        "field": "SENDER_BATCH_ID", "location": "body",
                        "issue": "Batch with given sender_batch_id already exists",
                    }],
                    "links": [{"href": f"{BASE}{PATH}/{number}", "rel": "self", "method": "GET"}],
                }  # fmt: skip
        number = f"BATCH{len(self.batches) + 1}"
        header = {"payout_batch_id": number, "batch_status": "PENDING", "sender_batch_header": {"sender_batch_id": key}}
        (item,) = body["items"]
        self.batches[number] = {
            "batch_header": header,
            "items": [{
                "payout_item_id": f"ITEM{number}", "transaction_status": "PENDING", "payout_batch_id": number,
                "payout_item_fee": {"currency": "USD", "value": "0.25"}, "payout_item": item,
                "links": [_link(f"/v1/payments/payouts-item/ITEM{number}")],
            }],
            "links": [_link(f"{PATH}/{number}")],
        }  # fmt: skip
        self.moved.append((key, item["amount"]["value"]))
        return 201, {"batch_header": header, "links": [_link(f"{PATH}/{number}")]}

    def say(self, status: str, batch: str = "BATCH1", *, header: str = "SUCCESS", **fields: Any) -> None:
        """What becomes of an item."""
        self.batches[batch]["batch_header"]["batch_status"] = header
        self.batches[batch]["items"][0] |= {"transaction_status": status, **fields}


def _error(name: str, message: str) -> dict[str, Any]:
    return {"name": name, "message": message, "debug_id": "1"}


def _link(path: str) -> dict[str, str]:
    return {"rel": "self", "href": f"{BASE}{path}", "method": "GET"}
