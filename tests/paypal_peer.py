"""PayPal as its pages describe it: orders, captures, refunds, disputes, signed events. A test acts for it.

No sandbox of PayPal's is reached by a test: docs/howto/paypal.md says what is not verified.
"""

import base64
import itertools
import json
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from largesse.kit.config import Settings

BASE = "https://api-m.sandbox.paypal.com"
KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2048)


def settings_of(base: str = BASE) -> Settings:
    """Of a service that sells through it."""
    return Settings(
        sandbox=True, paypal_client_id="id", paypal_client_secret="secret", paypal_webhook_id="WH-1",
        paypal_api_base=base, public_url="https://live.example",
    )  # fmt: skip


class Theirs:
    """PayPal's side. `answers` are the next ones' faults; `lost` are paths whose next call acts unanswered."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.orders: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.disputes: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.answers: list[int] = []
        self.lost: set[str] = set()
        self.expire_token = False
        self.certificate = b""
        self.page = "https://www.sandbox.paypal.com/checkoutnow"
        self.declines = False
        self._events = itertools.count(1)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.answers and (status := self.answers.pop(0)) != 200:
            return httpx.Response(status, json={"name": "FAULT", "details": [{"issue": "SOME_ISSUE"}]})
        path = request.url.path
        if path == "/v1/oauth2/token":
            assert request.headers["Authorization"].startswith("Basic ")
            return httpx.Response(200, json={"access_token": f"t{len(self.requests)}", "expires_in": 32_400})
        if path.startswith("/v1/notifications/certs/"):
            return httpx.Response(200, content=self.certificate)
        assert request.headers["Authorization"].startswith("Bearer t")
        if self.expire_token:
            self.expire_token = False
            return httpx.Response(401, json={"error": "invalid_token"})
        answer = self._api(request, path, json.loads(request.content or b"{}"))
        if path in self.lost:
            self.lost.remove(path)
            return httpx.Response(503)
        return answer

    def _api(  # noqa: PLR0911 - one answer a path
        self, request: httpx.Request, path: str, body: dict[str, Any]
    ) -> httpx.Response:
        if path == "/v2/checkout/orders":
            return httpx.Response(201, json=self._create(request.headers["PayPal-Request-Id"], body))
        if path.startswith("/v2/checkout/orders/"):
            order = next(o for o in self.orders.values() if o["id"] == path.split("/")[4])
            if path.endswith("/capture"):
                self.capture(order)
            return httpx.Response(200, json=order)
        if path.startswith("/v2/payments/captures/"):
            order = next(o for o in self.orders.values() if capture_of(o) == path.split("/")[4])
            if path.endswith("/refund"):
                return httpx.Response(201, json=self.refund(order, request.headers["PayPal-Request-Id"], body))
            found = {"id": capture_of(order), "supplementary_data": {"related_ids": {"order_id": order["id"]}}}
            return httpx.Response(200, json=found)
        if path == "/v1/customer/disputes":
            capture = request.url.params["disputed_transaction_id"]
            found = [d for d in self.disputes if d.get("of", capture) == capture]
            return httpx.Response(200, json={"items": [{"dispute_id": d["dispute_id"]} for d in found]})
        if path.startswith("/v1/customer/disputes/"):
            return httpx.Response(200, json=next(d for d in self.disputes if d["dispute_id"] == path.split("/")[4]))
        if path == "/v1/notifications/webhooks-events":
            return httpx.Response(200, json={"events": self.events, "links": []})
        return httpx.Response(404, json={"name": "RESOURCE_NOT_FOUND"})

    def _create(self, key: str, body: dict[str, Any]) -> dict[str, Any]:
        """The same key again is the same order."""
        name = f"ORDER{len(self.orders)}"
        links = [{"rel": "payer-action", "href": f"{self.page}?token={name}"}]
        new = {"id": name, "status": "PAYER_ACTION_REQUIRED", "links": links}
        return self.orders.setdefault(key, new | {k: body[k] for k in ("purchase_units", "payment_source")})

    # What happens there

    def approve(self, order: dict[str, Any]) -> None:
        """The buyer agrees to pay."""
        order["status"] = "APPROVED"

    def capture(self, order: dict[str, Any]) -> None:
        """The money moves; once."""
        if order["status"] == "COMPLETED":
            return
        order["status"] = "COMPLETED"
        status = "DECLINED" if self.declines else "COMPLETED"
        unit = order["purchase_units"][0]
        unit["payments"] = {"captures": [{
            "id": capture_of(order), "status": status, "amount": unit["amount"],
            "create_time": "2026-11-25T10:00:00Z",
            "seller_receivable_breakdown": {"paypal_fee": {"currency_code": "USD", "value": "0.59"}},
        }], "refunds": []}  # fmt: skip

    def refund(self, order: dict[str, Any], key: str, body: dict[str, Any]) -> dict[str, Any]:
        """Money goes back; the same key again is the same refund."""
        if key not in self.refunds:
            nth = str(len(self.refunds) or "")
            self.refunds[key] = {"id": f"REF{nth}", "status": "COMPLETED", "amount": body["amount"]}
            self.refunds[key] |= {"custom_id": body.get("custom_id", ""), "create_time": "2026-11-26T08:00:00Z"}
            payments = order["purchase_units"][0]["payments"]
            payments["refunds"].append(self.refunds[key])
            back = sum(float(one["amount"]["value"]) for one in payments["refunds"])
            whole = back >= float(order["purchase_units"][0]["amount"]["value"])
            payments["captures"][0]["status"] = "REFUNDED" if whole else "PARTIALLY_REFUNDED"
        return self.refunds[key]

    def dispute(self, order: dict[str, Any], ref: str = "PP-D-1", value: str = "3.20") -> dict[str, Any]:
        """The buyer complains, and the money is held."""
        made = {
            "of": capture_of(order), "dispute_id": ref, "status": "WAITING_FOR_SELLER_RESPONSE",
            "reason": "UNAUTHORISED", "dispute_amount": {"currency_code": "USD", "value": value},
            "seller_response_due_date": "2026-12-01T00:00:00.000Z", "create_time": "2026-11-27T09:00:00.000Z",
        }  # fmt: skip
        self.disputes.append(made)
        return made

    def told(self, kind: str, resource: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
        """A notice of theirs as it is sent: its body and its headers."""
        made = {"id": f"WH-E{next(self._events)}", "event_type": kind, "resource": resource}
        body = json.dumps(made).encode()
        return body, signed(body) | {"content-type": "application/json"}


def capture_of(order: dict[str, Any]) -> str:
    """The capture's name: CAP of the first order."""
    return "CAP" + order["id"].removeprefix("ORDER").lstrip("0")


def certificate(days: int = 30) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "messageverificationcerts.paypal.com")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(KEY.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=60)).not_valid_after(now + timedelta(days=days))
        .sign(KEY, hashes.SHA256())
    )  # fmt: skip
    return made.public_bytes(serialization.Encoding.PEM)


def signed(body: bytes, webhook: str = "WH-1", url: str = f"{BASE}/v1/notifications/certs/CERT") -> dict[str, str]:
    text = f"tid|2026-11-25T10:00:00Z|{webhook}|{zlib.crc32(body)}".encode()
    signature = KEY.sign(text, padding.PKCS1v15(), hashes.SHA256())
    return {
        "paypal-transmission-id": "tid", "paypal-transmission-time": "2026-11-25T10:00:00Z", "paypal-cert-url": url,
        "paypal-auth-algo": "SHA256withRSA", "paypal-transmission-sig": base64.b64encode(signature).decode(),
    }  # fmt: skip
