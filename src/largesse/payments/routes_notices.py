"""What providers send us. Nobody signs in here: a notice is believed by its signature, and only as a hint to look."""

from typing import Any

from litestar import Request, post
from litestar.di import NamedDependency

from largesse.kit import http
from largesse.kit.http import Busy, NotConfigured
from largesse.payments.errors import BadNoticeSent, NoticeTooLarge, NotJson, ProviderAway
from largesse.payments.service_notices import NoticesService

NOTICE_BYTES_MAX = 262_144


def _webhook(provider: str, summary: str) -> Any:
    @post(
        f"/v1/webhooks/{provider}",
        summary=summary,
        status_code=200,
        operation_id=f"receive_{provider}",
        responses=http.declares(NotConfigured, BadNoticeSent, NotJson, NoticeTooLarge, ProviderAway, Busy),
    )
    async def receive(request: Request[Any, Any, Any], notices: NamedDependency[NoticesService]) -> dict[str, str]:
        """Keep a notice; the answer says that it is on disk. What it is about is looked up at the provider."""
        await notices.receive(provider, request.headers, await _body(request))
        return {"status": "kept"}

    return receive


async def _body(request: Request[Any, Any, Any]) -> bytes:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise NotJson
    if int(request.headers.get("content-length") or 0) > NOTICE_BYTES_MAX:
        raise NoticeTooLarge
    body = await request.body()
    if len(body) > NOTICE_BYTES_MAX:
        raise NoticeTooLarge
    return body


routes = [
    _webhook("stripe", "A notice of Stripe's"),
    _webhook("paypal", "A notice of PayPal's"),
    _webhook("apple", "A notice of Apple's"),
    _webhook("google", "A notice of Google's"),
]
