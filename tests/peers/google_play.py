"""Google Play as a peer: purchases by token, voided ones by page; the bundled discovery document judges it all."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from peers.discovery import Call, Discovery
from peers.loopback import Answer, Asked, listening

PACKAGE = "org.example.gifts"
ACCOUNT = "largesse@example.iam.gserviceaccount.com"
_ID = "androidpublisher.purchases."
# Whom google-auth addresses its assertions to, wherever it sends them.
_TOKENS = "https://oauth2.googleapis.com/token"
_SCOPE = "https://www.googleapis.com/auth/androidpublisher"


@dataclass
class GooglePlay:
    """Purchases, what was voided, and whoever asks for an access token."""

    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    purchases: dict[str, dict[str, Any]] = field(default_factory=dict)
    products: dict[str, str] = field(default_factory=dict)
    voided: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    # The next answers of the API, whatever is asked; and what is done before an answer is sent, or instead of it.
    next: list[Answer | Callable[[], None]] = field(default_factory=list)
    page: int = 2
    url: str = ""

    def __post_init__(self) -> None:
        self.document = Discovery("androidpublisher.v3")
        self.access = "ya29.an-access-token"

    @property
    def credentials(self) -> dict[str, str]:
        """The key file of a service account."""
        pem = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        return {
            "type": "service_account", "project_id": "example", "private_key_id": "1", "private_key": pem,
            "client_email": ACCOUNT, "client_id": "1", "token_uri": f"{self.url}/token",
        }  # fmt: skip

    def buy(self, buyer: Any, product: str, token: str = "token-1", **fields: Any) -> str:
        """Somebody buys; the token that the app gets. A field that is None is left out."""
        made = {
            "kind": "androidpublisher#productPurchase", "purchaseTimeMillis": str(int(time.time() * 1000)),
            "purchaseState": 0, "consumptionState": 0, "acknowledgementState": 0, "orderId": f"GPA.{token}",
            "obfuscatedExternalAccountId": str(buyer), "regionCode": "US",
        } | fields  # fmt: skip
        self.products[token] = product
        self.purchases[token] = {name: value for name, value in made.items() if value is not None}
        return token

    def void(self, token: str, quantity: int | None = None, reason: int = 1) -> None:
        """Money goes back: all of it, or so many of the quantity."""
        entry = {
            "kind": "androidpublisher#voidedPurchase", "purchaseToken": token, "orderId": f"GPA.{token}",
            "purchaseTimeMillis": self.purchases[token]["purchaseTimeMillis"], "voidedSource": 0,
            "voidedTimeMillis": str(int(time.time() * 1000)), "voidedReason": reason,
        }  # fmt: skip
        self.voided.append(entry if quantity is None else entry | {"voidedQuantity": quantity})

    def answer(self, asked: Asked) -> Answer:
        try:
            if asked.path == "/token":
                return self._mint(asked)
            call = self.document.read(asked.method, asked.path, asked.query, asked.body)
            assert asked.headers["authorization"] == f"Bearer {self.access}"
            assert call.parameters["packageName"] == PACKAGE
            self.asked.append(call.id.removeprefix(_ID))
            while self.next:
                first = self.next.pop(0)
                if isinstance(first, Answer):
                    return first
                first()
            return self._answer(call)
        except Exception as error:  # noqa: BLE001 - told at the end of the test
            self.faults.append(f"{asked.method} {asked.path}: {error!r}")
            return refusal(400, "badRequest")

    def _answer(self, call: Call) -> Answer:
        given = call.parameters
        if call.id == _ID + "voidedpurchases.list":
            return Answer(content=self.document.answered(call, self._voided(given)))
        found = self.purchases.get(given["token"])
        if found is None:
            return refusal(404, "purchaseTokenNotFound")
        if self.products[given["token"]] != given["productId"]:
            return refusal(400, "purchaseTokenDoesNotMatchProductId")
        if call.id == _ID + "products.get":
            return Answer(content=self.document.answered(call, dict(found)))
        assert call.id == _ID + "products.consume"
        if found["consumptionState"] or found["purchaseState"]:
            return refusal(400, "invalidPurchaseState")
        found |= {"consumptionState": 1, "acknowledgementState": 1}
        return Answer(content=self.document.answered(call, b""))

    def _voided(self, given: dict[str, str]) -> dict[str, Any]:
        assert given["includeQuantityBasedPartialRefund"] == "true"
        assert int(given["startTime"]) > (time.time() - 30 * 86_400) * 1000
        start = int(given.get("token", 0))
        end = start + self.page
        page: dict[str, Any] = {"voidedPurchases": self.voided[start:end]} if self.voided[start:end] else {}
        return page | ({"tokenPagination": {"nextPageToken": str(end)}} if end < len(self.voided) else {})

    def _mint(self, asked: Asked) -> Answer:
        """The token endpoint: an assertion that the account's key signed, for one scope."""
        form = dict(pair.split("=", 1) for pair in asked.body.decode().split("&"))
        assert form["grant_type"] == "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer"
        claims = jwt.decode(
            form["assertion"], self.key.public_key(), algorithms=["RS256"], audience=_TOKENS, issuer=ACCOUNT
        )
        assert claims["scope"] == _SCOPE
        return Answer(content={"access_token": self.access, "expires_in": 3600, "token_type": "Bearer"})


def refusal(status: int, reason: str) -> Answer:
    """An error as Google writes it."""
    told = {"domain": "androidpublisher", "reason": reason, "message": reason}
    return Answer(status, {"error": {"code": status, "message": reason, "errors": [told]}})


@contextmanager
def google_play() -> Iterator[GooglePlay]:
    """A running one; at the end it tells what it could not understand."""
    made = GooglePlay()
    with listening(made.answer) as made.url:
        yield made
    assert made.faults == []
