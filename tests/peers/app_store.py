"""The App Store Server API as a peer: it keeps transactions, and speaks in the models of Apple's own library.

What we send is decoded by those models, and what it answers is made of them, so a shape that Apple does not publish is
a fault on either side.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import jwt
from appstoreserverlibrary.models.ConsumptionRequest import ConsumptionRequest
from appstoreserverlibrary.models.LibraryUtility import _get_cattrs_converter
from appstoreserverlibrary.models.NotificationHistoryRequest import NotificationHistoryRequest
from appstoreserverlibrary.models.NotificationHistoryResponse import NotificationHistoryResponse
from appstoreserverlibrary.models.NotificationHistoryResponseItem import NotificationHistoryResponseItem
from appstoreserverlibrary.models.TransactionInfoResponse import TransactionInfoResponse
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from peers.apple_signing import Chain, milli, plain
from peers.loopback import Answer, Asked, listening

BUNDLE, APP, KEY_ID, ISSUER = "org.example.gifts", 1234567890, "2X9R4HXF34", "57246542-96fe-1a63-e053-0824d011072a"


@dataclass
class AppStore:
    """Transactions by number, notices that could not be delivered, and what was answered to its questions."""

    chain: Chain
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    transactions: dict[str, dict[str, Any]] = field(default_factory=dict)
    undelivered: list[dict[str, str]] = field(default_factory=list)
    consumption: dict[str, ConsumptionRequest] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    # The next answers, whatever is asked: a status, or a status with an error of Apple's.
    next: list[Answer] = field(default_factory=list)
    page: int = 2
    url: str = ""

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def buy(self, buyer: Any, product: str, number: str = "2000000123", **fields: Any) -> str:
        """Somebody buys; the signed transaction that the app gets."""
        at = milli(datetime.now(UTC))
        self.transactions[number] = {
            "transactionId": number, "originalTransactionId": number, "bundleId": BUNDLE, "productId": product,
            "purchaseDate": at, "originalPurchaseDate": at, "quantity": 1, "rawType": "Consumable",
            "appAccountToken": str(buyer), "rawInAppOwnershipType": "PURCHASED", "signedDate": at,
            "rawEnvironment": "Production", "storefront": "USA", "storefrontId": "143441", "currency": "USD",
            "rawTransactionReason": "PURCHASE", "price": 990,
        } | fields  # fmt: skip
        return self.signed(number)

    def refund(self, number: str, *, milli_percent: int = 100_000, reason: int = 1, at: int | None = None) -> None:
        """Apple gives money back."""
        kind = "REFUND_FULL" if milli_percent == 100_000 else "REFUND_PRORATED"
        self.transactions[number] |= {
            "revocationDate": at or milli(datetime.now(UTC)), "rawRevocationReason": reason,
            "rawRevocationType": kind, "revocationPercentage": milli_percent,
        }  # fmt: skip

    def reverse(self, number: str) -> None:
        """Apple takes the refund back."""
        for name in ("revocationDate", "rawRevocationReason", "rawRevocationType", "revocationPercentage"):
            self.transactions[number].pop(name)

    def signed(self, number: str) -> str:
        """The transaction as Apple has it now."""
        return self.chain.transaction(**self.transactions[number])

    def notice(self, kind: str, number: str, uuid: str, **fields: Any) -> dict[str, str]:
        """What Apple sends about a transaction."""
        about: dict[str, Any] = {
            "rawEnvironment": self.transactions[number]["rawEnvironment"], "appAppleId": APP, "bundleId": BUNDLE,
            "bundleVersion": "1.0", "signedTransactionInfo": self.signed(number),
        } | fields  # fmt: skip
        return self.chain.notice(kind, uuid, **about)

    # The API

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(f"{asked.method} {asked.path}")
        if self.next:
            return self.next.pop(0)
        try:
            self._check_token(asked.headers.get("authorization", ""))
            return self._answer(asked)
        except Exception as error:  # noqa: BLE001 - told at the end of the test
            self.faults.append(f"{asked.method} {asked.path}: {error!r}")
            return refusal(400, 4000000, "General bad request.")

    def _answer(self, asked: Asked) -> Answer:
        parts = asked.path.removeprefix("/inApps/").split("/")
        match asked.method, parts:
            case "GET", ["v1", "transactions", number]:
                if number not in self.transactions:
                    return refusal(404, 4040010, "Transaction id not found.")
                return Answer(content=plain(TransactionInfoResponse(signedTransactionInfo=self.signed(number))))
            case "POST", ["v1", "notifications", "history"]:
                return self._history(asked)
            case "PUT", ["v2", "transactions", "consumption", number]:
                self.consumption[number] = _read(asked.body, ConsumptionRequest)
                return Answer(202)
        raise LookupError("no such endpoint")

    def _history(self, asked: Asked) -> Answer:
        wanted = _read(asked.body, NotificationHistoryRequest)
        assert wanted.startDate < wanted.endDate
        assert wanted.onlyFailures
        assert set(asked.query) <= {"paginationToken"}
        start = int(asked.query.get("paginationToken", 0))
        end = start + self.page
        page = [NotificationHistoryResponseItem(signedPayload=n["signedPayload"]) for n in self.undelivered[start:end]]
        more = end < len(self.undelivered)
        token = str(end) if more else None
        made = NotificationHistoryResponse(paginationToken=token, hasMore=more, notificationHistory=page)
        return Answer(content=plain(made))

    def _check_token(self, header: str) -> None:
        token = header.removeprefix("Bearer ")
        claims = jwt.decode(
            token, self.key.public_key(), algorithms=["ES256"], audience="appstoreconnect-v1", issuer=ISSUER
        )
        assert claims["bid"] == BUNDLE
        assert jwt.get_unverified_header(token)["kid"] == KEY_ID


def refusal(status: int, code: int, message: str) -> Answer:
    """An error as Apple writes it."""
    return Answer(status, {"errorCode": code, "errorMessage": message})


def _read(body: bytes, model: type[Any]) -> Any:
    read = json.loads(body)
    made = _get_cattrs_converter(model).structure(read, model)
    assert plain(made) == read, "Apple's model does not hold all of it"
    return made


@contextmanager
def app_store(chain: Chain) -> Iterator[AppStore]:
    """A running one; at the end it tells what it could not understand."""
    made = AppStore(chain)
    with listening(made.answer) as made.url:
        yield made
    assert made.faults == []
