"""Purchases over HTTP."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from largesse.accounts import TermsNotAccepted, UnderAge
from largesse.catalog import NotInRegion
from largesse.kit import http, ids
from largesse.kit.http import Forbidden, Invalid, MoneyBody, NotConfigured, NotFound, NotSignedIn, Page
from largesse.kit.idempotency import IdempotencyKey, IdReused, chosen_id, created
from largesse.kit.money import Money
from largesse.kit.places import place_of, written
from largesse.kit.principal import Principal
from largesse.ledger import Unspent
from largesse.payments.errors import (
    AccountFrozen,
    BadReceipt,
    LimitReached,
    PaymentRefused,
    PriceChanged,
    ProviderAway,
    ReceiptTaken,
)
from largesse.payments.model import Purchase, Step, Wanted, withdrawable_until
from largesse.payments.providers.port import NOTHING, Evidence, Next
from largesse.payments.routes_consent import routes as consent_routes
from largesse.payments.routes_notices import routes as notice_routes
from largesse.payments.routes_office import routes as office_routes
from largesse.payments.routes_office_notices import routes as office_notice_routes
from largesse.payments.routes_providers import list_providers
from largesse.payments.routes_receipts import routes as receipt_routes
from largesse.payments.routes_regions import routes as region_routes
from largesse.payments.routes_spent import routes as spent_routes
from largesse.payments.routes_withdraw import withdraw_purchase
from largesse.payments.service import PaymentsService
from largesse.safety import Resting

PREFIX = "purchase"


class ExpectedPrice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The price that was shown: minor units of a currency."""

    minor: Annotated[int, msgspec.Meta(ge=1, le=10**12)]
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]


class OrderBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bundle or a number of coins, one of them. With `expected_price` another price is refused."""

    provider: Literal["stripe", "paypal", "sandbox"]
    channel: Literal["web", "apple", "google"] = "web"
    id: Annotated[str, msgspec.Meta(max_length=64, description="UUIDv7, bare or prefixed")] | None = None
    bundle_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | None = None
    coins: Annotated[int, msgspec.Meta(ge=1, le=10_000_000)] | None = None
    return_url: Annotated[str, msgspec.Meta(max_length=2000)] | None = None
    expected_price: ExpectedPrice | None = None


class NextStep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the page does next: nothing, confirm with the client secret, or go to the URL."""

    type: Literal["none", "client_secret", "redirect"]
    client_secret: str | None = None
    publishable_key: str | None = None
    url: str | None = None


class AppleBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What StoreKit gives the app: a signed transaction (JWS)."""

    signed_transaction: Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]


class GoogleBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What Google Play gives the app."""

    product_id: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9._-]{1,150}$")]
    purchase_token: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9._-]{1,2000}$")]


class PurchaseReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """What was paid: net and tax sum to the total. Not `tax_included`: prices were told without the tax there."""

    number: str
    issued_at: datetime
    net: MoneyBody
    tax: MoneyBody
    total: MoneyBody
    tax_included: bool


class PurchaseBody(msgspec.Struct, frozen=True, kw_only=True):
    """An order of coins and how it went; `receipt` is there once the coins are.

    `price` is what is asked of the buyer, `tax` is in it; not `tax_included`: prices are told without it where they
    are. `granted_class` is promo for a provider's test money; `refunded` is what was given back so far. Until
    `withdrawable_until` (null where there is no such right) the buyer can give back what is unspent: now these
    `withdrawable_coins` for `withdrawable`.
    """

    id: str
    status: str
    coins: int
    granted_class: str | None
    refunded: MoneyBody
    bundle_id: str | None
    price: MoneyBody
    tax: MoneyBody
    tax_included: bool
    provider: str
    channel: str
    created_at: datetime
    withdrawable_until: datetime | None
    withdrawable_coins: int
    withdrawable: MoneyBody
    next: NextStep
    history: list[Step]
    receipt: PurchaseReceipt | None


@post(
    "/v1/purchases",
    summary="Buy coins",
    responses=http.declares(
        NotSignedIn,
        Forbidden,
        NotConfigured,
        UnderAge,
        TermsNotAccepted,
        AccountFrozen,
        NotInRegion,
        Resting,
        LimitReached,
        PriceChanged,
        IdReused,
        PaymentRefused,
        ProviderAway,
    ),
)
async def buy_coins(
    payments: NamedDependency[PaymentsService],
    principal: NamedDependency[Principal],
    data: JSONBody[OrderBody],
    idempotency_key: IdempotencyKey = None,
) -> Response[PurchaseBody]:
    """Order coins; the sandbox provider grants them at once. The same `id` or key again is the same purchase."""
    if (data.bundle_id is None) == (data.coins is None):
        raise Invalid.field("bundle_id", "either bundle_id or coins")
    expected = data.expected_price
    buyer = _buyer(principal)
    made, step, replayed = await payments.buy(
        buyer,
        Wanted(
            id=chosen_id(PREFIX, data.id, idempotency_key, principal),
            bundle_id=data.bundle_id,
            coins=data.coins,
            provider=data.provider,
            channel=data.channel,
            return_url=data.return_url,
            expected=Money(expected.minor, expected.currency) if expected else None,
        ),
    )
    return created(await _body(payments, buyer, made, step), replayed=replayed)


_CLAIMED = http.declares(
    NotSignedIn, Forbidden, NotConfigured, UnderAge, TermsNotAccepted, BadReceipt, ReceiptTaken, ProviderAway
)


@post("/v1/purchases/apple", summary="Claim coins bought in the App Store", responses=_CLAIMED)
async def claim_apple(
    payments: NamedDependency[PaymentsService], principal: NamedDependency[Principal], data: JSONBody[AppleBody]
) -> Response[PurchaseBody]:
    """Grant what the app bought; the same transaction again is the same purchase. Finish it in the app afterwards."""
    buyer, evidence = _buyer(principal), Evidence(signed_transaction=data.signed_transaction)
    made, replayed = await payments.claim(buyer, "apple", evidence)
    return created(await _body(payments, buyer, made), replayed=replayed)


@post("/v1/purchases/google", summary="Claim coins bought in Google Play", responses=_CLAIMED)
async def claim_google(
    payments: NamedDependency[PaymentsService], principal: NamedDependency[Principal], data: JSONBody[GoogleBody]
) -> Response[PurchaseBody]:
    """Grant what the app bought, and consume it; the same token again is the same purchase. A pending one waits."""
    buyer, evidence = _buyer(principal), Evidence(product_id=data.product_id, purchase_token=data.purchase_token)
    made, replayed = await payments.claim(buyer, "google", evidence)
    return created(await _body(payments, buyer, made), replayed=replayed)


@get("/v1/purchases", summary="Your purchases", responses=http.declares(NotSignedIn, Forbidden))
async def list_purchases(
    payments: NamedDependency[PaymentsService],
    principal: NamedDependency[Principal],
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> Page[PurchaseBody]:
    """Your purchases, the newest first."""
    before = place_of(cursor) if cursor else None
    buyer = _buyer(principal)
    found = await payments.list_purchases(buyer, before=before, limit=limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    left = await payments.withdrawals.list_withdrawable(buyer, found[:limit])
    return Page([_shown(p, left.get(p.id)) for p in found[:limit]], written(last.created_at, last.id) if last else None)


@get(
    "/v1/purchases/{purchase:str}",
    summary="One of your purchases",
    responses=http.declares(NotSignedIn, Forbidden, NotFound),
)
async def get_purchase(
    payments: NamedDependency[PaymentsService], principal: NamedDependency[Principal], purchase: FromPath[str]
) -> PurchaseBody:
    """Its state, its history and its receipt; while it waits for money its provider is asked."""
    buyer = _buyer(principal)
    return await _body(payments, buyer, await payments.get_fresh(buyer, http.path_id(PREFIX, purchase)))


@post(
    "/v1/purchases/{purchase:str}/cancel",
    status_code=200,
    summary="Leave an order unpaid",
    responses=http.declares(NotSignedIn, Forbidden, NotFound, ProviderAway),
)
async def cancel_purchase(
    payments: NamedDependency[PaymentsService], principal: NamedDependency[Principal], purchase: FromPath[str]
) -> PurchaseBody:
    """Cancel an order that its provider says is not paid; one that is paid, or on its way, is answered as it stands."""
    buyer = _buyer(principal)
    return await _body(payments, buyer, await payments.leave(buyer, http.path_id(PREFIX, purchase)))


def _buyer(principal: Principal) -> int:
    if principal.kind != "session":
        raise Forbidden(detail="people buy for themselves, signed in")
    return principal.account


async def _body(payments: PaymentsService, buyer: int, purchase: Purchase, step: Next = NOTHING) -> PurchaseBody:
    left = await payments.withdrawals.list_withdrawable(buyer, [purchase])
    return _shown(purchase, left.get(purchase.id), step)


def _shown(purchase: Purchase, left: Unspent | None, step: Next = NOTHING) -> PurchaseBody:
    number = ids.encode(PREFIX, purchase.id)
    receipt = None
    if purchase.granted_at is not None:
        receipt = PurchaseReceipt(
            number=number,
            issued_at=purchase.granted_at,
            net=MoneyBody(purchase.price_minor - purchase.tax_minor, purchase.currency),
            tax=MoneyBody(purchase.tax_minor, purchase.currency),
            total=MoneyBody(purchase.price_minor, purchase.currency),
            tax_included=not purchase.tax_added,
        )
    return PurchaseBody(
        id=number,
        status=purchase.status,
        coins=purchase.coins,
        bundle_id=purchase.bundle_id,
        price=MoneyBody(purchase.price_minor, purchase.currency),
        tax=MoneyBody(purchase.tax_minor, purchase.currency),
        tax_included=not purchase.tax_added,
        provider=purchase.provider,
        channel=purchase.channel,
        created_at=purchase.created_at,
        withdrawable_until=withdrawable_until(purchase),
        withdrawable_coins=left.coins if left else 0,
        withdrawable=http.money_body(left.money) if left else MoneyBody(0, purchase.currency),
        granted_class=purchase.granted_class,
        refunded=MoneyBody(purchase.refunded_minor, purchase.currency),
        next=NextStep(
            type=step.type, client_secret=step.client_secret, publishable_key=step.publishable_key, url=step.url
        ),
        history=purchase.history,
        receipt=receipt,
    )


routes = [
    buy_coins,
    claim_apple,
    claim_google,
    list_purchases,
    get_purchase,
    cancel_purchase,
    withdraw_purchase,
    *receipt_routes,
    *consent_routes,
    *spent_routes,
    list_providers,
    *region_routes,
    *notice_routes,
    *office_routes,
    *office_notice_routes,
]
