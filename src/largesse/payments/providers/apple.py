"""Apple In-App Purchase: signed transactions, Server Notifications V2 and the App Store Server API.

Whatever Apple says is signed, and Apple's own library judges the signature, in the environments that are configured
and in no other. Where a key of the App Store Server API is set, everything is read again there, and the answer counts;
without one, what Apple signed counts as it stands.

References: a transaction's number in Production, `sandbox-` and its number in Sandbox. What a notice tells us to look
at can be longer: `reversed:` before it says that Apple took a refund back, and without a key the signed transaction
stands in the place of its number.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import TypeVar
from uuid import UUID

import cattrs
import httpx
import msgspec
import structlog
from appstoreserverlibrary.api_client import APIException
from appstoreserverlibrary.models.ConsumptionRequest import ConsumptionRequest
from appstoreserverlibrary.models.DeliveryStatus import DeliveryStatus
from appstoreserverlibrary.models.Environment import Environment
from appstoreserverlibrary.models.InAppOwnershipType import InAppOwnershipType
from appstoreserverlibrary.models.JWSTransactionDecodedPayload import JWSTransactionDecodedPayload as Transaction
from appstoreserverlibrary.models.NotificationHistoryRequest import NotificationHistoryRequest
from appstoreserverlibrary.models.RefundPreference import RefundPreference
from appstoreserverlibrary.models.RevocationReason import RevocationReason
from appstoreserverlibrary.models.Type import Type
from appstoreserverlibrary.signed_data_verifier import SignedDataVerifier, VerificationException, VerificationStatus

from largesse.kit.config import Settings
from largesse.kit.money import Money, exponent
from largesse.payments.providers import apple_setup
from largesse.payments.providers.port import (
    Away,
    BadNotice,
    Consumption,
    Evidence,
    Notice,
    Refused,
    Seen,
    SeenRefund,
    Via,
)
from largesse.payments.providers.shape import or_away

log = structlog.get_logger(__name__)
Told = TypeVar("Told")
_ANSWER_S_MAX = 10.0
_THREADS = 4
_PAGES_MAX = 500
# The App Store keeps the history of its notices for 180 days.
_HISTORY_MAX = timedelta(days=179)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_ALL_MILLI = 100_000  # Apple's percentages are milliunits: 100 % is 100,000
_REVERSED = "reversed"
_SANDBOX = "sandbox-"
# The kinds that are about one purchase. Source: Apple, App Store Server Notifications, notificationType.
_KINDS = {"ONE_TIME_CHARGE", "REFUND", "REFUND_REVERSED", "REFUND_DECLINED", "CONSUMPTION_REQUEST", "REVOKE"}
_REASONS = {RevocationReason.REFUNDED_DUE_TO_ISSUE: "issue", RevocationReason.REFUNDED_FOR_OTHER_REASON: "other"}


class SignedPayload(msgspec.Struct, frozen=True):
    """A notice as Apple sends it."""

    signed_payload: str = msgspec.field(name="signedPayload")


class Apple:
    """The App Store; what the app bought is claimed with its signed transaction, and finished by the app."""

    name = "apple"
    channels = frozenset({"apple"})
    via: Via = "store"

    def __init__(self, settings: Settings) -> None:
        setup = apple_setup.read(settings)
        self._verifiers = {
            each: SignedDataVerifier(setup.roots, setup.online, each, setup.bundle_id, setup.app_id)
            for each in setup.environments
        }
        self._clients = {each: apple_setup.client(setup, each) for each in setup.environments if setup.key}
        # Certificates are asked about over the network, by a library that waits: never on the loop.
        self._threads = ThreadPoolExecutor(_THREADS, "apple")

    @or_away
    async def claim(self, evidence: Evidence) -> Seen:
        """Verify a signed transaction, and read it again where there is a key."""
        transaction = await self._verified(evidence.signed_transaction)
        _must_be_bought(transaction, BadNotice)
        if transaction.environment not in self._clients:
            return replace(_seen(transaction, is_all=False), look_as=evidence.signed_transaction)
        return await self._ask(_ref(transaction), is_all=False)

    async def finish(self, ref: str) -> None:
        """Nothing: the app finishes the transaction when our answer has come."""

    @or_away
    async def look(self, ref: str) -> Seen:
        """The transaction as Apple has it now; without a key, as Apple signed it in the notice."""
        mark, _, what = ref.rpartition(":")
        if "." not in what:
            return await self._ask(what, is_all=mark == _REVERSED)
        try:
            transaction = await self._verified(what)
        except BadNotice as error:
            raise Refused("not_signed", str(error)) from error
        _must_be_bought(transaction, Refused)
        return _seen(transaction, is_all=mark == _REVERSED)

    @or_away
    async def receive(self, headers: Mapping[str, str], body: bytes) -> Notice:  # noqa: ARG002 - the port's
        """Verify a notice and the transaction inside it."""
        try:
            signed = msgspec.json.decode(body, type=SignedPayload).signed_payload
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadNotice("no signedPayload") from error
        return await self._notice(signed)

    @or_away
    async def catch_up(self, since: datetime) -> Sequence[Notice]:
        """The notices that the App Store could not deliver; none without a key."""
        now = datetime.now(UTC)
        wanted = NotificationHistoryRequest(
            startDate=_milli(max(since, now - _HISTORY_MAX)), endDate=_milli(now), onlyFailures=True
        )
        missed = []
        for client in self._clients.values():
            token = None
            for _ in range(_PAGES_MAX):
                with _answering():
                    async with asyncio.timeout(_ANSWER_S_MAX):
                        page = await client.get_notification_history(token, wanted)
                missed += [entry.signedPayload for entry in page.notificationHistory or [] if entry.signedPayload]
                token = page.paginationToken
                if not page.hasMore or token is None:
                    break
        return [notice for signed in missed if (notice := await self._missed(signed)) is not None]

    @or_away
    async def answer(self, facts: Consumption) -> None:
        """Tell the App Store what became of a purchase; the caller has the buyer's consent."""
        environment, number = _environment(facts.ref)
        client = self._clients.get(environment)
        if client is None:
            raise Refused("no_key", "no key of the App Store Server API is set")
        spent = facts.coins_spent * _ALL_MILLI // facts.coins if facts.coins else 0
        wanted = ConsumptionRequest(
            customerConsented=True,
            # What coins do and where their money goes is told before they are bought and given.
            sampleContentProvided=True,
            deliveryStatus=DeliveryStatus.DELIVERED if facts.granted else DeliveryStatus.UNDELIVERED_OTHER,
            consumptionPercentage=spent if facts.granted else 0,
            refundPreference=None if facts.granted else RefundPreference.GRANT_FULL,
        )
        with _answering():
            async with asyncio.timeout(_ANSWER_S_MAX):
                await client.send_consumption_information(number, wanted)

    async def close(self) -> None:
        """Close the connections and end the threads."""
        for client in self._clients.values():
            await client.async_close()  # type: ignore[no-untyped-call]
        self._threads.shutdown(wait=False, cancel_futures=True)

    # Reading

    async def _ask(self, ref: str, *, is_all: bool) -> Seen:
        environment, number = _environment(ref)
        client = self._clients.get(environment)
        if client is None:
            raise Refused("no_key", "no key of the App Store Server API is set")
        with _answering():
            async with asyncio.timeout(_ANSWER_S_MAX):
                found = await client.get_transaction_info(number)
        try:
            transaction = await self._verified(found.signedTransactionInfo or "")
        except BadNotice as error:
            raise Away(f"the App Store's answer is not signed for us: {error}") from error
        if _ref(transaction) != ref:
            raise Away("the App Store answered with another transaction")
        _must_be_bought(transaction, Refused)
        return _seen(transaction, is_all=is_all)

    async def _notice(self, signed: str) -> Notice:
        told = await self._first(lambda verifier: verifier.verify_and_decode_notification(signed))
        if not told.notificationUUID:
            raise BadNotice("a notice without its notificationUUID")
        kind = told.rawNotificationType or ""
        refs: Sequence[str] = ()
        inside = told.data.signedTransactionInfo if told.data else None
        if kind in _KINDS and inside:
            transaction = await self._verified(inside)
            if transaction.rawType in {None, Type.CONSUMABLE}:
                what = _ref(transaction) if transaction.environment in self._clients else inside
                refs = [f"{_REVERSED}:{what}" if kind == "REFUND_REVERSED" else what]
        asks = bool(refs) and kind == "CONSUMPTION_REQUEST" and bool(self._clients)
        body = msgspec.json.encode({"signedPayload": signed})
        return Notice(event=told.notificationUUID, kind=kind, refs=refs, asks="consumption" if asks else "", body=body)

    async def _missed(self, signed: str) -> Notice | None:
        try:
            return await self._notice(signed)
        except BadNotice as error:
            log.warning("apple.history_not_signed", why=str(error))
            return None

    async def _verified(self, signed: str) -> Transaction:
        transaction = await self._first(lambda verifier: verifier.verify_and_decode_signed_transaction(signed))
        if not transaction.transactionId or not transaction.transactionId.isalnum():
            raise BadNotice("a transaction without its number")
        return transaction

    async def _first(self, verify: Callable[[SignedDataVerifier], Told]) -> Told:
        """What the verifier of one of our environments makes of it; raises `BadNotice`, `Away`."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_ANSWER_S_MAX):
                return await loop.run_in_executor(self._threads, self._verify, verify)
        except TimeoutError as error:
            raise Away("Apple's certificates cannot be checked right now") from error

    def _verify(self, verify: Callable[[SignedDataVerifier], Told]) -> Told:
        found: list[VerificationStatus] = []
        for verifier in self._verifiers.values():
            try:
                return verify(verifier)
            except VerificationException as error:
                found.append(error.status)
            except (ValueError, TypeError, KeyError, cattrs.errors.BaseValidationError) as error:
                raise BadNotice("signed, but not of Apple's shape") from error
        if VerificationStatus.RETRYABLE_VERIFICATION_FAILURE in found:
            raise Away("Apple's certificates cannot be checked right now")
        raise BadNotice("; ".join(dict.fromkeys(status.name for status in found)))


@contextmanager
def _answering() -> Iterator[None]:
    """Say what a failed call means: `Refused` where the App Store knows and says no, else `Away`."""
    try:
        yield
    except APIException as error:
        name = error.api_error.name if error.api_error else f"http_{error.http_status_code}"
        if error.http_status_code in {401, 403}:
            log.warning("apple.key_refused", status=error.http_status_code)
        elif error.http_status_code in {400, 404} and not name.endswith("RETRYABLE"):
            raise Refused(name.lower(), error.error_message or "") from error
        raise Away(f"the App Store answered {error.http_status_code} {name}") from error
    except (httpx.HTTPError, TimeoutError) as error:
        raise Away(f"the App Store does not answer: {type(error).__name__}") from error
    except (ValueError, TypeError, KeyError, cattrs.errors.BaseValidationError) as error:
        raise Away("the App Store's answer is not of its shape") from error


def _must_be_bought(transaction: Transaction, refusal: type[BadNotice | Refused]) -> None:
    if transaction.rawType not in {None, Type.CONSUMABLE}:
        raise refusal("not a consumable product")
    if transaction.inAppOwnershipType == InAppOwnershipType.FAMILY_SHARED:
        raise refusal("not bought by this person")


def _seen(transaction: Transaction, *, is_all: bool) -> Seen:
    refunds = _refunds(transaction)
    paid = _paid(transaction)
    is_free = paid is not None and paid.minor == 0
    return Seen(
        ref=_ref(transaction),
        state="paid",
        # What cost nothing (an offer code) is not money either.
        live=transaction.environment == Environment.PRODUCTION and not is_free,
        paid=None if is_free else paid,
        buyer=_uuid(transaction.appAccountToken),
        product_id=transaction.productId,
        quantity=transaction.quantity or 1,
        at=_time(transaction.purchaseDate),
        refunds=refunds,
        refunds_are_all=is_all or bool(refunds),
        flags=["not-bought"] if is_free else [],
    )


def _paid(transaction: Transaction) -> Money | None:
    """The price of the whole quantity. Source: Apple, JWSTransactionDecodedPayload.price (thousandths of the unit)."""
    if transaction.price is None or not transaction.currency:
        return None
    minor = Fraction(transaction.price * 10 ** exponent(transaction.currency), 1000)
    return Money(round(minor), transaction.currency)


def _refunds(transaction: Transaction) -> list[SeenRefund]:
    if transaction.revocationDate is None:
        return []
    milli = _ALL_MILLI if transaction.revocationPercentage is None else transaction.revocationPercentage
    if milli <= 0:
        return []
    part = Fraction(min(milli, _ALL_MILLI), _ALL_MILLI)
    reason = _REASONS.get(transaction.revocationReason, "") if transaction.revocationReason is not None else ""
    ref = f"{_ref(transaction)}-{transaction.revocationDate}-{milli}"
    return [SeenRefund(ref=ref, status="done", part=part, reason=reason, at=_time(transaction.revocationDate))]


def _ref(transaction: Transaction) -> str:
    number = transaction.transactionId or ""
    return number if transaction.environment == Environment.PRODUCTION else _SANDBOX + number


def _environment(ref: str) -> tuple[Environment, str]:
    if ref.startswith(_SANDBOX):
        return Environment.SANDBOX, ref.removeprefix(_SANDBOX)
    return Environment.PRODUCTION, ref


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _time(milli: int | None) -> datetime | None:
    return None if milli is None else _EPOCH + milli * _MILLISECOND


def _milli(at: datetime) -> int:
    return (at - _EPOCH) // _MILLISECOND
