"""PayPal's notices: their signature, and which payment, or payout, each is about.

Signed is `transmission id|time|webhook id|CRC-32 of the body`, RSA with SHA-256, by the key of a certificate that
PayPal serves from its own hosts.
Source: https://developer.paypal.com/api/rest/webhooks/rest/#link-selfverificationmethod,
https://developer.paypal.com/docs/payouts/standard/reference/payouts-webhooks/
"""

import base64
import binascii
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
import structlog
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from largesse.kit.paypal import PayPalClient
from largesse.payments.providers.port import PAYOUT, Away, BadNotice, is_ref
from largesse.payments.providers.shape import ODD

log = structlog.get_logger(__name__)
_HEADERS = ("id", "time", "sig", "cert-url")
_KEPT_MAX = 16
_CERTIFICATE_BYTES_MAX = 20_000


class Certificates:
    """PayPal's signing certificates, each fetched once, and the check of a notice by them."""

    def __init__(self, client: PayPalClient, webhook_id: str) -> None:
        self._client = client
        self._webhook_id = webhook_id
        self._kept: dict[str, x509.Certificate] = {}

    async def check(self, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
        """The event of a notice that PayPal signed for this webhook; raises `BadNotice`, `Away`."""
        if not self._webhook_id:
            raise BadNotice("LARGESSE_PAYPAL_WEBHOOK_ID is not set")
        names = {"id": "paypal-transmission-id", "time": "paypal-transmission-time", "sig": "paypal-transmission-sig",
                 "cert-url": "paypal-cert-url"}  # fmt: skip
        told = {short: headers.get(name, "") for short, name in names.items()}
        if not all(told[short] for short in _HEADERS):
            raise BadNotice("a header of the signature is missing")
        if headers.get("paypal-auth-algo", "SHA256withRSA") != "SHA256withRSA":
            raise BadNotice("signed by another algorithm")
        try:
            signature = base64.b64decode(told["sig"], validate=True)
        except binascii.Error as error:
            raise BadNotice("the signature is not base64") from error
        key = (await self._certificate(told["cert-url"])).public_key()
        signed = f"{told['id']}|{told['time']}|{self._webhook_id}|{zlib.crc32(body)}".encode()
        if not isinstance(key, rsa.RSAPublicKey):
            raise BadNotice("the certificate's key is of another kind")
        try:
            key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature as error:
            raise BadNotice("the signature does not hold") from error
        return _event(body)

    async def _certificate(self, url: str) -> x509.Certificate:
        if not self._is_theirs(url):
            raise BadNotice("the certificate is not from PayPal's hosts")
        found = self._kept.get(url)
        if found is None:
            try:
                answer = await self._client.http.get(url, follow_redirects=False)
            except httpx.HTTPError as error:
                raise Away(type(error).__name__) from error
            if answer.status_code >= 500:  # noqa: PLR2004 - a server's fault
                raise Away(f"PayPal answered {answer.status_code}")
            if not answer.is_success or len(answer.content) > _CERTIFICATE_BYTES_MAX:
                raise BadNotice("there is no such certificate")
            try:
                found = x509.load_pem_x509_certificate(answer.content)
            except ValueError as error:
                raise BadNotice("what is there is no certificate") from error
            if len(self._kept) >= _KEPT_MAX:
                self._kept.clear()
            self._kept[url] = found
        if not found.not_valid_before_utc <= datetime.now(UTC) <= found.not_valid_after_utc:
            raise BadNotice("the certificate has expired")
        return found

    def _is_theirs(self, url: str) -> bool:
        """Whether an address is PayPal's: of its domain, or of the host that we were told to talk to."""
        parts, base = urlsplit(url), self._client.http.base_url
        if (parts.scheme, parts.netloc) == (base.scheme, base.netloc.decode()):
            return True
        return parts.scheme == "https" and (parts.hostname or "").endswith(".paypal.com") and parts.port in {None, 443}


def _event(body: bytes) -> dict[str, Any]:
    try:
        event = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadNotice("the body is not JSON") from error
    if (
        not isinstance(event, dict)
        or not isinstance(event.get("id"), str)
        or not isinstance(event.get("event_type"), str)
    ):
        raise BadNotice("the body is not an event")
    return event


def refs_of(event: Any) -> list[str]:
    """What an event is about: orders, `capture:<id>` where only that is named, or the key of a payout's attempt.

    An event of another shape is about none: it is kept as one of a kind that nobody knows, and stops no others.
    """
    try:
        return _refs_of(event)
    except ODD as error:
        log.warning("paypal.odd_event", error=type(error).__name__)
        return []


def _refs_of(event: dict[str, Any]) -> list[str]:
    kind, resource = event.get("event_type", ""), event.get("resource") or {}
    if not isinstance(resource, dict):
        return []
    if kind.startswith("CHECKOUT.ORDER."):
        return _named("", [resource.get("id")])
    if kind.startswith(("PAYMENT.PAYOUTS-ITEM.", "PAYMENT.PAYOUTSBATCH.")):
        # What else is paid out of this account has keys of another form, and is none of ours.
        return [key for key in _named("", [_batch_key(resource)]) if key.startswith(PAYOUT)]
    if kind.startswith("PAYMENT."):
        order = (resource.get("supplementary_data") or {}).get("related_ids", {}).get("order_id")
        return _named("", [order]) or _named("capture:", _captures(kind, resource))
    if kind.startswith("CUSTOMER.DISPUTE."):
        disputed = resource.get("disputed_transactions") or []
        return _named("capture:", [one.get("seller_transaction_id") for one in disputed])
    return []


def _batch_key(resource: dict[str, Any]) -> Any:
    """Our key of a batch, which is the attempt's: an item names it beside itself, a batch in its header."""
    header = resource.get("batch_header") or {}
    return resource.get("sender_batch_id") or (header.get("sender_batch_header") or {}).get("sender_batch_id")


def _captures(kind: str, resource: dict[str, Any]) -> list[Any]:
    """A refund names its capture by the link `up`; of a capture's own event it is the resource."""
    ups = [str(link.get("href", "")) for link in resource.get("links", []) if link.get("rel") == "up"]
    above = [url.rstrip("/").rpartition("/")[2] for url in ups if "/captures/" in url]
    is_refund = kind in {"PAYMENT.CAPTURE.REFUNDED", "PAYMENT.CAPTURE.REVERSED"} or kind.startswith("PAYMENT.REFUND.")
    return above if is_refund or above else [resource.get("id")]


def _named(prefix: str, found: list[Any]) -> list[str]:
    return [f"{prefix}{one}" for one in found if is_ref(one)]
