"""Google Play: products are looked up, granted, then consumed; developer notifications; voided purchases.

Google's own client asks, in threads. References: `product:token`, for the API wants both. A notice about a voided
purchase names the token alone, and its reference is `:token:void`: the product is known where we granted it, and the
list of voided purchases is read as well. What was given back is counted in pieces of the purchase, so whichever of
Google's words says it (a voided quantity, the quantity left to refund, a canceled purchase), a piece goes back once.
"""

import asyncio
import base64
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Annotated, Any
from uuid import UUID

import google_auth_httplib2
import httplib2
import msgspec
import structlog
from google.auth.exceptions import GoogleAuthError, RefreshError
from google.oauth2 import service_account
from googleapiclient import discovery
from googleapiclient.errors import Error, HttpError

from largesse.kit.config import BadSettings, Settings
from largesse.payments.providers.google_push import PushTokens
from largesse.payments.providers.port import (
    Away,
    BadNotice,
    Evidence,
    Gone,
    Notice,
    Refused,
    Seen,
    SeenRefund,
    State,
    Via,
)
from largesse.payments.providers.shape import or_away

log = structlog.get_logger(__name__)
_SCOPE = "https://www.googleapis.com/auth/androidpublisher"
_ANSWER_S_MAX = 10
_THREADS = 4
_PAGE, _PAGES_MAX = 1000, 100
# Google lists what was voided in the last 30 days.
_VOIDED_MAX = timedelta(days=30) - timedelta(minutes=5)
_VOIDED_FRESH_S = 60.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LATE = timedelta(minutes=10)
_VOID = "void"
_CANCELED, _CONSUMED, _ACKNOWLEDGED = 1, 1, 1
_STATES: dict[int, State] = {0: "paid", 1: "canceled", 2: "pending"}
_TEST, _SUBSCRIPTION = 0, 1
# Source: Android Publisher API, VoidedPurchase.voidedReason.
_REASONS = [
    "other", "remorse", "not-received", "defective", "accidental-purchase", "fraud", "friendly-fraud", "chargeback",
    "unacknowledged",
]  # fmt: skip


# Of one purchase; more is no answer, and each piece of what went back is told apart.
Pieces = Annotated[int, msgspec.Meta(ge=0, le=1000)]


class ProductPurchase(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What `purchases.products.get` answers, as far as it is used; states are Google's numbers."""

    purchase_state: int
    purchase_time_millis: int | None = None
    consumption_state: int = 0
    acknowledgement_state: int = 0
    purchase_type: int | None = None
    product_id: str | None = None
    order_id: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    quantity: Pieces = 1
    refundable_quantity: Pieces | None = None
    obfuscated_external_account_id: str | None = None


class Voided(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One entry of the voided purchases; without a quantity the purchase went back whole."""

    purchase_token: str
    voided_quantity: int | None = None
    voided_time_millis: int | None = None
    voided_reason: int = 0


class Told(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A developer notification's part about one purchase."""

    purchase_token: str
    sku: str = ""
    product_type: int = 0
    notification_type: int = 0


class DeveloperNotification(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What Google Play publishes."""

    package_name: str
    one_time_product_notification: Told | None = None
    voided_purchase_notification: Told | None = None


class Message(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What Pub/Sub wraps it in."""

    message_id: str = msgspec.field(name="messageId")
    data: str = ""


class Push(msgspec.Struct, frozen=True, kw_only=True):
    """What Pub/Sub pushes."""

    message: Message


class Google:
    """Google Play; what the app bought is claimed with its token, and consumed by us after the grant."""

    name = "google"
    channels = frozenset({"google"})
    via: Via = "store"

    def __init__(self, settings: Settings) -> None:
        self._package = settings.google_package_name
        self._base = settings.google_api_base
        self._credentials = _credentials(settings)
        self._push = PushTokens(
            settings.google_push_jwks_url, settings.google_push_audience, settings.google_push_email
        )
        self._threads = ThreadPoolExecutor(_THREADS, "google")
        self._of_thread = threading.local()
        self._connections: list[Any] = []
        self._api: Any = None
        self._building = threading.Lock()
        # The list of voided purchases as it was read last, from when on, and when that was.
        self._voided: dict[str, list[Voided]] = {}
        self._voided_since = datetime.now(UTC)
        self._voided_at = float("-inf")

    @or_away
    async def claim(self, evidence: Evidence) -> Seen:
        """How the purchase stands. One that is claimed late is looked for among the voided ones too."""
        found = await self._get(evidence.product_id, evidence.purchase_token)
        if found.product_id not in {None, evidence.product_id}:
            raise BadNotice("the token is another product's")
        at = _time(found.purchase_time_millis) or _earliest()
        if datetime.now(UTC) - at > _LATE and not (self._is_fresh() and self._voided_since <= at):
            await self._read_voided(at)
        voided = self._voided.get(evidence.purchase_token, [])
        return _seen(evidence.product_id, evidence.purchase_token, found, voided)

    @or_away
    async def look(self, ref: str) -> Seen:
        """How the purchase stands; with `:void` behind the reference, what was voided is read again."""
        product, token, *more = ref.split(":")
        found = await self._get(product, token)
        if _VOID in more and not (self._is_fresh() and token in self._voided):
            await self._read_voided(_time(found.purchase_time_millis) or _earliest())
        return _seen(product, token, found, self._voided.get(token, []))

    @or_away
    async def finish(self, ref: str) -> None:
        """Consume the purchase, so that it can be bought again and Google does not give the money back."""
        product, token, *_ = ref.split(":")
        try:
            await self._call(
                lambda api: api.purchases().products().consume(
                    packageName=self._package, productId=product, token=token)
            )  # fmt: skip
        except Refused:
            try:
                found = await self._get(product, token)
            except Refused as gone:
                raise Gone(gone.reason, gone.detail) from gone
            if found.consumption_state != _CONSUMED and found.purchase_state != _CANCELED:
                raise

    @or_away
    async def receive(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """Verify the push's token, then say which purchase the notification is about."""
        await self._push.check(headers.get("authorization", ""))
        try:
            message = msgspec.json.decode(body, type=Push).message
            raw = base64.b64decode(message.data, validate=True)
            told = msgspec.json.decode(raw, type=DeveloperNotification)
        except (msgspec.DecodeError, ValueError) as error:
            raise BadNotice("not a developer notification") from error
        if told.package_name != self._package:
            raise BadNotice("for another app")
        one, voided = told.one_time_product_notification, told.voided_purchase_notification
        if one is not None and _is_plain(one.sku) and _is_plain(one.purchase_token):
            kind = f"one-time-product.{one.notification_type}"
            return Notice(event=message.message_id, kind=kind, refs=[f"{one.sku}:{one.purchase_token}"])
        if voided is not None and voided.product_type != _SUBSCRIPTION and _is_plain(voided.purchase_token):
            return Notice(event=message.message_id, kind="voided", refs=[f":{voided.purchase_token}:{_VOID}"])
        return Notice(event=message.message_id, kind="other")

    @or_away
    async def catch_up(self, since: datetime) -> Sequence[str]:
        """What was voided since then."""
        await self._read_voided(since)
        return [f":{token}:{_VOID}" for token in self._voided if _is_plain(token)]

    async def warm(self) -> None:
        """Fetch the keys of pushes."""
        await self._push.warm()

    async def close(self) -> None:
        """Close the connections and end the threads."""
        await self._push.close()
        self._threads.shutdown(wait=False, cancel_futures=True)
        for connection in self._connections:
            connection.close()

    # Asking

    async def _get(self, product: str, token: str) -> ProductPurchase:
        found = await self._call(
            lambda api: api.purchases().products().get(packageName=self._package, productId=product, token=token)
        )
        try:
            purchase = msgspec.convert(found, ProductPurchase, strict=False)
        except msgspec.ValidationError as error:
            raise Away("Google's answer is not of its shape") from error
        if purchase.purchase_state not in _STATES:
            raise Away(f"a purchase state that we do not know: {purchase.purchase_state}")
        return purchase

    def _is_fresh(self) -> bool:
        return time.monotonic() - self._voided_at < _VOIDED_FRESH_S

    async def _read_voided(self, since: datetime) -> None:
        start = max(since, _earliest())
        entries: list[Voided] = []
        page_token: str | None = None
        for _ in range(_PAGES_MAX):
            page = await self._call(lambda api, page_token=page_token: self._voided_page(api, start, page_token))
            try:
                entries += msgspec.convert(page.get("voidedPurchases", []), list[Voided], strict=False)
                page_token = page.get("tokenPagination", {}).get("nextPageToken")
            except (msgspec.ValidationError, AttributeError) as error:
                raise Away("Google's answer is not of its shape") from error
            if not page_token:
                break
        by_token: dict[str, list[Voided]] = {}
        for entry in entries:
            by_token.setdefault(entry.purchase_token, []).append(entry)
        self._voided, self._voided_since, self._voided_at = by_token, since, time.monotonic()

    def _voided_page(self, api: Any, start: datetime, page_token: str | None) -> Any:
        wanted = {
            "packageName": self._package, "startTime": str((start - _EPOCH) // _MILLISECOND), "maxResults": _PAGE,
            "includeQuantityBasedPartialRefund": True,
        }  # fmt: skip
        if page_token:
            wanted["token"] = page_token
        return api.purchases().voidedpurchases().list(**wanted)

    async def _call(self, request: Callable[..., Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._execute, request)

    def _execute(self, request: Callable[..., Any]) -> Any:
        """In a thread: ask, and say what a failure means."""
        try:
            return request(self._built()).execute(http=self._http())
        except HttpError as error:
            status, reason = int(error.resp.status), _reason(error)
            if status in {400, 404, 410}:
                raise Refused(reason, error.reason or "") from error
            if status in {401, 403}:
                log.warning("google.key_refused", status=status, reason=reason)
            raise Away(f"Google answered {status} {reason}") from error
        except RefreshError as error:
            log.warning("google.key_refused", why=str(error)[:200])
            raise Away("Google gives no access token") from error
        except (Error, GoogleAuthError, httplib2.HttpLib2Error, OSError) as error:
            raise Away(f"Google does not answer: {type(error).__name__}") from error

    def _built(self) -> Any:
        with self._building:
            if self._api is None:
                self._api = discovery.build(
                    "androidpublisher",
                    "v3",
                    http=self._http(),
                    client_options={"api_endpoint": self._base} if self._base else None,
                    static_discovery=True,
                    cache_discovery=False,
                )
        return self._api

    def _http(self) -> Any:
        """A connection of this thread: Google's are not to be shared."""
        if not hasattr(self._of_thread, "http"):
            made = httplib2.Http(timeout=_ANSWER_S_MAX)
            if self._credentials is not None:
                made = google_auth_httplib2.AuthorizedHttp(self._credentials, http=made)
            self._of_thread.http = made
            self._connections.append(made)
        return self._of_thread.http


def _credentials(settings: Settings) -> Any:
    """The service account of the settings; None where another address is asked, which may need none."""
    name = settings.google_credentials_file
    if not name:
        if settings.google_api_base:
            return None
        raise BadSettings("largesse: LARGESSE_GOOGLE_CREDENTIALS_FILE is needed for Google Play")
    try:
        return service_account.Credentials.from_service_account_file(name, scopes=[_SCOPE])  # type: ignore[no-untyped-call]
    except (OSError, ValueError, GoogleAuthError) as error:
        raise BadSettings(f"largesse: LARGESSE_GOOGLE_CREDENTIALS_FILE: {name}: {error}") from error


def _seen(product: str, token: str, found: ProductPurchase, voided: Sequence[Voided]) -> Seen:
    quantity = max(found.quantity, 1)
    was_paid = _CONSUMED in {found.consumption_state, found.acknowledgement_state}
    state = _STATES[found.purchase_state]
    return Seen(
        ref=f"{product}:{token}",
        # A purchase that was delivered had been paid, whatever became of it.
        state="paid" if state == "canceled" and was_paid else state,
        # Set only where nobody paid: a licence tester, a promo code, a watched video.
        live=found.purchase_type is None,
        buyer=_uuid(found.obfuscated_external_account_id),
        product_id=product,
        order=found.order_id or None,
        quantity=quantity,
        at=_time(found.purchase_time_millis),
        refunds=_pieces(token, _gone(found, quantity, voided), quantity, voided),
        finished=found.consumption_state == _CONSUMED,
        flags=["not-bought"] if found.purchase_type not in {None, _TEST} else [],
    )


def _gone(found: ProductPurchase, quantity: int, voided: Sequence[Voided]) -> int:
    """How many of the quantity were given back: the most that any of Google's words says.

    What is not paid yet, or was never paid for, has nothing to refund, and that says nothing.
    """
    listed = sum(quantity if one.voided_quantity is None else one.voided_quantity for one in voided)
    was_bought = _STATES[found.purchase_state] == "paid" and found.purchase_type is None
    left = found.refundable_quantity if was_bought and found.refundable_quantity is not None else quantity
    canceled = quantity if found.purchase_state == _CANCELED else 0
    return min(quantity, max(listed, quantity - left, canceled))


def _pieces(token: str, gone: int, quantity: int, voided: Sequence[Voided]) -> list[SeenRefund]:
    """Each piece that went back: first those of the entries, the oldest first; of others nobody says when they did."""
    entries = sorted(voided, key=lambda one: one.voided_time_millis or 0)
    times = [
        _time(one.voided_time_millis)
        for one in entries
        for _ in range(quantity if one.voided_quantity is None else min(one.voided_quantity, quantity))
    ]
    reason = _REASONS[voided[-1].voided_reason] if voided and voided[-1].voided_reason < len(_REASONS) else ""
    return [
        SeenRefund(ref=f"{token}:{n}", status="done", part=Fraction(1, quantity), reason=reason, at=at)
        for n, at in enumerate([*times, *[None] * gone][:gone], 1)
    ]


def _reason(error: HttpError) -> str:
    """Google's own word for it (`purchaseTokenNoLongerValid`), else the status."""
    try:
        return str(msgspec.json.decode(error.content)["error"]["errors"][0]["reason"])
    except (msgspec.DecodeError, KeyError, IndexError, TypeError):
        return f"http_{error.resp.status}"


def _earliest() -> datetime:
    return datetime.now(UTC) - _VOIDED_MAX


def _is_plain(text: str) -> bool:
    return bool(text) and ":" not in text


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _time(millis: int | None) -> datetime | None:
    return None if millis is None else _EPOCH + millis * _MILLISECOND
