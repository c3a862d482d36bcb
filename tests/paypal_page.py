"""PayPal's page for a browser, as plain as can be: pay, pay by what is declined, or go back."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from paypal_peer import Theirs
from peers.loopback import Answer, Asked, listening

_PAGE = """<!doctype html><title>PayPal</title><h1>Pay with PayPal</h1>
<a href="/pay?token={0}">Complete Purchase</a> <a href="/decline?token={0}">Pay by an empty account</a>
<a href="/leave?token={0}">Cancel and return</a>"""


@dataclass
class PayPalSite:
    """PayPal's API and its page at one address."""

    theirs: Theirs
    base: str

    @property
    def settings(self) -> dict[str, Any]:
        """Of a service that sells through it."""
        return {"paypal_client_id": "id", "paypal_client_secret": "secret", "paypal_api_base": self.base}


@contextlib.contextmanager
def paypal_site() -> Iterator[PayPalSite]:
    """One for the length of the block."""
    theirs = Theirs()

    def answer(asked: Asked) -> Answer:
        if asked.path == "/favicon.ico":
            return Answer(204)
        if asked.path not in {"/checkoutnow", "/pay", "/decline", "/leave"}:
            url = httpx.URL(f"http://peer{asked.path}", params=asked.query)
            given = theirs(httpx.Request(asked.method, url, headers=asked.headers, content=asked.body))
            return Answer(given.status_code, given.content, {"Content-Type": "application/json"})
        order = next(one for one in theirs.orders.values() if one["id"] == asked.query["token"])
        if asked.path == "/checkoutnow":
            return Answer(200, _PAGE.format(order["id"]).encode(), {"Content-Type": "text/html"})
        context = order["payment_source"]["paypal"]["experience_context"]
        if asked.path == "/leave":
            return Answer(302, headers={"Location": f"{context['cancel_url']}&token={order['id']}"})
        theirs.declines = asked.path == "/decline"
        theirs.approve(order)
        return Answer(302, headers={"Location": f"{context['return_url']}&token={order['id']}&PayerID=P"})

    with listening(answer) as base:
        theirs.page = f"{base}/checkoutnow"
        yield PayPalSite(theirs, base)
