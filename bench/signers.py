"""Notices that four providers sign, and the keys to check them by, served from beside: what the intake of a service hears."""

import base64
import hashlib
import hmac
import http.server
import json
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from largesse.kit import ids

STRIPE_SECRET, WEBHOOK = "whsec_of_a_benchmark", "WH-OF-A-BENCHMARK"
BUNDLE, PACKAGE = "org.example.gifts", "org.example.gifts"
AUDIENCE, EMAIL = "https://bench.example/v1/webhooks/google", "push@example.iam.gserviceaccount.com"
# Source: Apple, certificate extensions of the App Store's signing certificate and of its issuer.
_LEAF, _ISSUER = "1.2.840.113635.100.6.11.1", "1.2.840.113635.100.6.2.1"
_CERTIFICATE, _KEYS = "/v1/notifications/certs/CERT-1", "/jwks"
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def certificate(
    name: str, key: Any, issuer: tuple[x509.Certificate, Any] | None = None, mark: str = "", *, ca: bool
) -> x509.Certificate:
    """A certificate for a key, of an issuer or of its own."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now, signer = datetime.now(UTC), issuer[1] if issuer else key
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer[0].subject if issuer else subject)
    made = made.public_key(key.public_key()).serial_number(x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=800)).not_valid_after(now + timedelta(days=3650))
    made = made.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    usage = x509.KeyUsage(
        digital_signature=not ca, content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
        key_cert_sign=ca, crl_sign=ca, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = made.add_extension(usage, critical=True)
    made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    made = made.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    if mark:
        made = made.add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier(mark), b"\x05\x00"), critical=False)
    return made.sign(signer, hashes.SHA256())


@dataclass
class Signers:
    """Everybody's keys, made anew. `base` is where certificate and keys can be had."""

    base: str = ""

    def __post_init__(self) -> None:
        self.paypal = rsa.generate_private_key(65537, 2048)
        self.google = rsa.generate_private_key(65537, 2048)
        root, issuer, self.apple = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
        self.root = certificate("Root", root, ca=True)
        above = certificate("Developer Relations", issuer, (self.root, root), _ISSUER, ca=True)
        leaf = certificate("Receipt Signing", self.apple, (above, issuer), _LEAF, ca=False)
        self._chain = [base64.b64encode(one.public_bytes(Encoding.DER)).decode() for one in (leaf, above, self.root)]
        self.pem = certificate("messageverification", self.paypal, ca=False).public_bytes(Encoding.PEM)
        public = jwt.algorithms.RSAAlgorithm.to_jwk(self.google.public_key(), as_dict=True)
        self.jwks = json.dumps({"keys": [public | {"kid": "1", "alg": "RS256", "use": "sig"}]}).encode()

    def settings(self, folder: Path) -> dict[str, str]:
        """The environment of a service that hears all four; Apple's certificates are not asked about over the network."""
        root = folder / "apple-root.pem"
        root.write_bytes(self.root.public_bytes(Encoding.PEM))
        return {
            "LARGESSE_STRIPE_API_KEY": "sk_test_of_a_benchmark", "LARGESSE_STRIPE_WEBHOOK_SECRET": STRIPE_SECRET,
            "LARGESSE_PAYPAL_CLIENT_ID": "id", "LARGESSE_PAYPAL_CLIENT_SECRET": "secret", "LARGESSE_PAYPAL_API_BASE": self.base,
            "LARGESSE_PAYPAL_WEBHOOK_ID": WEBHOOK, "LARGESSE_APPLE_BUNDLE_ID": BUNDLE, "LARGESSE_APPLE_ENVIRONMENTS": "Sandbox",
            "LARGESSE_APPLE_ROOT_CERTIFICATES": str(root), "LARGESSE_APPLE_ONLINE_CHECKS": "0",
            "LARGESSE_GOOGLE_PACKAGE_NAME": PACKAGE, "LARGESSE_GOOGLE_API_BASE": self.base,
            "LARGESSE_GOOGLE_PUSH_JWKS_URL": self.base + _KEYS, "LARGESSE_GOOGLE_PUSH_AUDIENCE": AUDIENCE,
            "LARGESSE_GOOGLE_PUSH_EMAIL": EMAIL,
        }  # fmt: skip

    def stripes(self, number: int) -> bytes:
        """A request of Stripe's."""
        return stripes(stripe_event(number))

    def paypals(self, number: int) -> bytes:
        """A request of PayPal's. Source: https://developer.paypal.com/api/rest/webhooks/rest/#link-selfverificationmethod"""
        capture = {
            "id": f"CAP{number:014d}", "status": "COMPLETED", "final_capture": True, "create_time": "2026-11-25T10:00:00Z",
            "amount": {"currency_code": "USD", "value": "13.99"}, "custom_id": f"{ids.new()}.{ids.new()}",
            "seller_receivable_breakdown": {"paypal_fee": {"currency_code": "USD", "value": "0.98"}},
            "supplementary_data": {"related_ids": {"order_id": f"ORDER{number:012d}"}},
            "links": [{"rel": "self", "href": f"https://api.paypal.com/v2/payments/captures/CAP{number:014d}", "method": "GET"}],
        }  # fmt: skip
        event = {
            "id": f"WH-{number:020d}", "event_version": "1.0", "create_time": "2026-11-25T10:00:01Z", "resource_type": "capture",
            "event_type": "PAYMENT.CAPTURE.COMPLETED", "summary": "Payment completed", "resource": capture,
        }  # fmt: skip
        body, sent = json.dumps(event).encode(), f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        signed = f"t-{number}|{sent}|{WEBHOOK}|{zlib.crc32(body)}".encode()
        signature = base64.b64encode(self.paypal.sign(signed, padding.PKCS1v15(), hashes.SHA256())).decode()
        return request("paypal", body, {
            "Paypal-Transmission-Id": f"t-{number}", "Paypal-Transmission-Time": sent, "Paypal-Transmission-Sig": signature,
            "Paypal-Cert-Url": self.base + _CERTIFICATE, "Paypal-Auth-Algo": "SHA256withRSA",
        })  # fmt: skip

    def apples(self, number: int) -> bytes:
        """A request of the App Store's: a signed notice with a signed transaction inside."""
        now = int(time.time() * 1000)
        transaction = {
            "transactionId": str(10**15 + number), "originalTransactionId": str(10**15 + number), "bundleId": BUNDLE,
            "productId": "coins_70", "purchaseDate": now, "quantity": 1, "type": "Consumable", "environment": "Sandbox",
            "appAccountToken": str(ids.new()), "inAppOwnershipType": "PURCHASED", "signedDate": now, "price": 990, "currency": "USD",
        }  # fmt: skip
        inside = {"bundleId": BUNDLE, "environment": "Sandbox", "signedTransactionInfo": self._jws(transaction)}
        told = {
            "notificationType": "ONE_TIME_CHARGE", "notificationUUID": str(ids.new()), "version": "2.0", "signedDate": now,
            "data": inside,
        }  # fmt: skip
        return request("apple", json.dumps({"signedPayload": self._jws(told)}).encode(), {})

    def googles(self, number: int) -> bytes:
        """A push of Pub/Sub's, with its token."""
        told = {
            "version": "1.0", "packageName": PACKAGE, "eventTimeMillis": str(int(time.time() * 1000)),
            "oneTimeProductNotification": {"version": "1.0", "notificationType": 1, "purchaseToken": f"token-{number}", "sku": "coins_70"},
        }  # fmt: skip
        inside = base64.b64encode(json.dumps(told).encode()).decode()
        body = {
            "message": {"messageId": str(number), "data": inside},
            "subscription": "projects/example/subscriptions/play",
        }
        now = int(time.time())
        claims = {
            "iss": self.base,
            "aud": AUDIENCE,
            "email": EMAIL,
            "email_verified": True,
            "iat": now,
            "exp": now + 3600,
            "sub": "1",
        }
        token = jwt.encode(claims, self.google, algorithm="RS256", headers={"kid": "1"})
        return request("google", json.dumps(body).encode(), {"Authorization": f"Bearer {token}"})

    def _jws(self, payload: dict[str, Any]) -> str:
        return jwt.encode(payload, self.apple, algorithm="ES256", headers={"x5c": self._chain})

    def by_name(self) -> dict[str, Callable[[int], bytes]]:
        """Who makes a request, by the provider that sends it; the number makes it another one."""
        return {"Stripe": self.stripes, "PayPal": self.paypals, "App Store": self.apples, "Google Play": self.googles}


def stripe_event(number: int) -> bytes:
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


def stripes(body: bytes) -> bytes:
    """The request that Stripe sends. Source: https://docs.stripe.com/webhooks#verify-manually"""
    at = int(time.time())
    signature = hmac.new(STRIPE_SECRET.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()
    head = (
        "POST /v1/webhooks/stripe HTTP/1.1\r\nHost: bench\r\nUser-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\n"
        f"Accept: */*; q=0.5, application/xml\r\nContent-Type: application/json; charset=utf-8\r\n"
        f"Stripe-Signature: t={at},v1={signature},v0={'0' * 64}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def request(provider: str, body: bytes, headers: dict[str, str]) -> bytes:
    """A webhook as bytes."""
    lines = [
        f"POST /v1/webhooks/{provider} HTTP/1.1",
        "Host: bench",
        "Accept: */*",
        "Content-Type: application/json; charset=utf-8",
    ]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


@contextmanager
def serving(signers: Signers) -> Iterator[Signers]:
    """PayPal's certificate and Google's keys on the loopback, for the length of the block."""
    pages = {_CERTIFICATE: signers.pem, _KEYS: signers.jwks}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = pages.get(self.path, b"{}")
            self.send_response(200)
            self.send_header("content-length", str(len(found)))
            self.end_headers()
            self.wfile.write(found)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    signers.base = f"http://127.0.0.1:{server.server_port}"
    try:
        yield signers
    finally:
        server.shutdown()
        server.server_close()
