"""Payout methods and withdrawals over HTTP: a creator's own."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from largesse.accounts import FreshSecondFactorNeeded, SecondFactorOff, UnderAge, WrongSecondFactor
from largesse.catalog import NotInRegion
from largesse.kit import http, ids
from largesse.kit.http import Forbidden, Invalid, MoneyBody, NotConfigured, NotFound, NotSignedIn, Page
from largesse.kit.idempotency import IdempotencyKey, IdReused, chosen_id, created
from largesse.kit.places import place_of, written
from largesse.kit.principal import Principal
from largesse.ledger import NotEnoughDiamonds, PayoutOpen
from largesse.payouts.errors import (
    BelowMinimum,
    EmailUnverified,
    IdentityNeeded,
    MethodCoolingOff,
    MethodUnverified,
    NoRate,
    NotNow,
    NotPayable,
    OverWeeklyMaximum,
    QuoteOver,
    TaxFormNeeded,
    WrongCodes,
)
from largesse.payouts.service_methods import MethodsService
from largesse.payouts.service_requests import RequestsService
from largesse.payouts.withdrawal import DOLLAR, Method, Payout, Quote, Step

PREFIX, METHOD = "payout", "method"
_NO_CONTROL = r"^[^\x00-\x1f\x7f]*$"
_Line = Annotated[str, msgspec.Meta(max_length=254, pattern=_NO_CONTROL)]
Minor = Annotated[int, msgspec.Meta(ge=1, le=99)]
SecondFactorCode = Annotated[str, msgspec.Meta(max_length=64)] | None
_SECOND_FACTOR = (FreshSecondFactorNeeded, WrongSecondFactor, SecondFactorOff, http.TooMany)
_REFUSALS = (
    UnderAge, EmailUnverified, NotInRegion, MethodUnverified, MethodCoolingOff, NotEnoughDiamonds, BelowMinimum,
    OverWeeklyMaximum, IdentityNeeded, TaxFormNeeded, NotPayable,
)  # fmt: skip


class AddMethod(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account to pay to.

    PayPal asks for `email`, SEPA for `iban` and `name`, ACH for `routing`, `account`, `type` and `name`, manual for
    `where` and `name`.
    """

    rail: Literal["paypal", "sepa", "ach", "manual", "sandbox"]
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
    id: Annotated[str, msgspec.Meta(max_length=64, description="UUIDv7, bare or prefixed")] | None = None
    email: _Line = ""
    iban: _Line = ""
    routing: _Line = ""
    account: _Line = ""
    type: Literal["", "checking", "savings"] = ""
    name: _Line = ""
    where: _Line = ""
    second_factor: SecondFactorCode = None

    def given(self) -> dict[str, str]:
        """The fields of the account itself."""
        names = ("email", "iban", "routing", "account", "type", "name", "where")
        return {name: value for name in names if (value := getattr(self, name))}


class Codes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The two small deposits that came, in minor units, in either order."""

    first: Minor
    second: Minor


class AskQuote(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much to withdraw: milli-diamonds, or all that may be withdrawn now."""

    method_id: Annotated[str, msgspec.Meta(max_length=64)]
    diamonds_milli: Annotated[int, msgspec.Meta(ge=1, le=10**15)] | None = None
    all: bool = False


class AskPayout(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Withdraw what a quote says; `second_factor` is a code, where the session gave none in the last five minutes."""

    quote_id: Annotated[str, msgspec.Meta(max_length=64)]
    id: Annotated[str, msgspec.Meta(max_length=64, description="UUIDv7, bare or prefixed")] | None = None
    second_factor: SecondFactorCode = None


class MethodBody(msgspec.Struct, frozen=True, kw_only=True):
    """A payout method; `usable_at` is when its cool-off ends, `noted` a code of what its bank wants changed."""

    id: str
    rail: str
    country: str
    currency: str
    shown: str
    verified: bool
    usable_at: datetime
    made_at: datetime
    noted: str | None


class RateBody(msgspec.Struct, frozen=True, kw_only=True):
    """Units of a currency for one US dollar, as a decimal text; where from, and of which day."""

    per_dollar: str
    source: str
    on: date


class QuoteBody(msgspec.Struct, frozen=True, kw_only=True):
    """What a withdrawal comes to, fixed until `expires_at`."""

    quote_id: str
    gross: MoneyBody
    fee: MoneyBody
    rate: RateBody
    net: MoneyBody
    diamonds_milli: int
    expires_at: datetime


class RailBody(msgspec.Struct, frozen=True, kw_only=True):
    """A way out and the currencies that it reaches; none: all."""

    rail: str
    currencies: list[str]


class TermsBody(msgspec.Struct, frozen=True, kw_only=True):
    """What bounds a withdrawal now.

    `left` is what seven days still allow of `weekly_maximum`; `fee` is the fee's fixed part.
    """

    available_milli: int
    available: MoneyBody
    minimum: MoneyBody
    weekly_maximum: MoneyBody
    left: MoneyBody
    fee_bps: int
    fee: MoneyBody
    rails: list[RailBody]


class PayoutBody(msgspec.Struct, frozen=True, kw_only=True):
    """A withdrawal with every state that it came to, oldest first."""

    id: str
    status: str
    gross: MoneyBody
    fee: MoneyBody
    rate: RateBody
    net: MoneyBody
    diamonds_milli: int
    method_id: str
    rail: str
    shown: str
    requested_at: datetime
    cancelable: bool
    history: list[Step]


def creator(principal: Principal) -> Principal:
    """The principal, if it is a creator's session; raises `Forbidden`."""
    if not principal.creator or principal.kind != "session":
        raise Forbidden(detail="only creators withdraw")
    return principal


@post(
    "/v1/me/payout-methods",
    summary="Add a payout method",
    responses=http.declares(NotSignedIn, Forbidden, NotConfigured, Invalid, IdReused, *_SECOND_FACTOR),
)
async def add_method(
    data: JSONBody[AddMethod],
    payout_methods: NamedDependency[MethodsService],
    principal: NamedDependency[Principal],
    idempotency_key: IdempotencyKey = None,
) -> Response[MethodBody]:
    """An account to withdraw to; it is usable once it is verified and its cool-off is over."""
    caller = creator(principal)
    made, replayed = await payout_methods.add(
        caller, method=chosen_id(METHOD, data.id, idempotency_key, caller), rail=data.rail, currency=data.currency,
        given=data.given(), code=data.second_factor,
    )  # fmt: skip
    return created(method_body(made), replayed=replayed)


@get("/v1/me/payout-methods", summary="Your payout methods", responses=http.declares(NotSignedIn, Forbidden))
async def list_methods(
    payout_methods: NamedDependency[MethodsService], principal: NamedDependency[Principal]
) -> Page[MethodBody]:
    """Newest first."""
    return Page([method_body(one) for one in await payout_methods.list_own(creator(principal).account)])


@delete(
    "/v1/me/payout-methods/{method:str}",
    summary="Remove a payout method",
    responses=http.declares(NotSignedIn, Forbidden, NotFound),
)
async def remove_method(
    payout_methods: NamedDependency[MethodsService], principal: NamedDependency[Principal], method: FromPath[str]
) -> None:
    """A payout that is on its way there still arrives."""
    await payout_methods.remove(creator(principal).account, http.path_id(METHOD, method))


@post(
    "/v1/me/payout-methods/{method:str}/verify",
    summary="Verify a payout method",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, NotNow, WrongCodes),
)
async def verify_method(
    data: JSONBody[Codes],
    payout_methods: NamedDependency[MethodsService],
    principal: NamedDependency[Principal],
    method: FromPath[str],
) -> MethodBody:
    """By the two small deposits that came; after five wrong tries it has to be added again."""
    found = await payout_methods.tell_codes(
        creator(principal).account, http.path_id(METHOD, method), (data.first, data.second)
    )
    return method_body(found)


@post(
    "/v1/me/payouts/quote",
    summary="What a withdrawal comes to",
    responses=http.declares(NotSignedIn, Forbidden, NotFound, Invalid, *_REFUSALS, NoRate),
)
async def quote_payout(
    data: JSONBody[AskQuote],
    withdrawals: NamedDependency[RequestsService],
    principal: NamedDependency[Principal],
) -> QuoteBody:
    """Gross, fee, rate and net, valid ten minutes, used once."""
    caller = creator(principal)
    if (data.diamonds_milli is None) != data.all:
        raise Invalid.field("diamonds_milli", "name it, or say all: one of them")
    method = http.body_id(METHOD, "method_id", data.method_id)
    made = await withdrawals.quote(caller.account, method=method, milli=data.diamonds_milli)
    return QuoteBody(
        quote_id=ids.encode("quote", made.id), gross=MoneyBody(made.gross_minor, DOLLAR),
        fee=MoneyBody(made.fee_minor, DOLLAR), rate=_rate(made), net=MoneyBody(made.net_minor, made.net_currency),
        diamonds_milli=sum(part.milli for part in made.days), expires_at=made.expires_at,
    )  # fmt: skip


@post(
    "/v1/me/payouts",
    summary="Withdraw",
    responses=http.declares(
        NotSignedIn, Forbidden, NotFound, Invalid, IdReused, QuoteOver, PayoutOpen, *_SECOND_FACTOR, *_REFUSALS
    ),
)
async def request_payout(
    data: JSONBody[AskPayout],
    withdrawals: NamedDependency[RequestsService],
    principal: NamedDependency[Principal],
    idempotency_key: IdempotencyKey = None,
) -> Response[PayoutBody]:
    """Withdraw what a quote says; the diamonds are reserved at once."""
    caller = creator(principal)
    made, replayed = await withdrawals.request(
        caller,
        payout=chosen_id(PREFIX, data.id, idempotency_key, caller),
        quote=http.body_id("quote", "quote_id", data.quote_id),
        code=data.second_factor,
    )
    return created(payout_body(made), replayed=replayed)


@get("/v1/me/payouts/terms", summary="What bounds a withdrawal", responses=http.declares(NotSignedIn, Forbidden))
async def get_terms(
    withdrawals: NamedDependency[RequestsService],
    payout_methods: NamedDependency[MethodsService],
    principal: NamedDependency[Principal],
) -> TermsBody:
    """What is available, how much may go out at a time and in seven days, what it costs, and which rails there are."""
    own = await withdrawals.get_terms(creator(principal).account)
    policy = own.policy
    return TermsBody(
        available_milli=own.available_milli, available=MoneyBody(own.available_minor, DOLLAR),
        minimum=MoneyBody(policy.payout_minor_min, DOLLAR),
        weekly_maximum=MoneyBody(policy.payout_week_minor_max, DOLLAR), left=MoneyBody(own.left_minor, DOLLAR),
        fee_bps=policy.payout_fee_bps, fee=MoneyBody(policy.payout_fee_minor, DOLLAR),
        rails=[RailBody(rail=name, currencies=each) for name, each in payout_methods.offered().items()],
    )  # fmt: skip


@get("/v1/me/payouts", summary="Your withdrawals", responses=http.declares(NotSignedIn, Forbidden))
async def list_payouts(
    withdrawals: NamedDependency[RequestsService],
    principal: NamedDependency[Principal],
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> Page[PayoutBody]:
    """Newest first."""
    before = place_of(cursor) if cursor else None
    return page(await withdrawals.list_own(creator(principal).account, before, limit + 1), limit)


@get("/v1/me/payouts/{payout:str}", summary="A withdrawal", responses=http.declares(NotSignedIn, Forbidden, NotFound))
async def get_payout(
    withdrawals: NamedDependency[RequestsService], principal: NamedDependency[Principal], payout: FromPath[str]
) -> PayoutBody:
    """With every state that it came to."""
    return payout_body(await withdrawals.get(creator(principal).account, http.path_id(PREFIX, payout)))


@post(
    "/v1/me/payouts/{payout:str}/cancel",
    summary="Cancel a withdrawal",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, NotNow),
)
async def cancel_payout(
    withdrawals: NamedDependency[RequestsService], principal: NamedDependency[Principal], payout: FromPath[str]
) -> PayoutBody:
    """As long as it was not handed over; the diamonds are available again."""
    return payout_body(await withdrawals.cancel(creator(principal).account, http.path_id(PREFIX, payout)))


def method_body(method: Method) -> MethodBody:
    """A method as it is sent."""
    return MethodBody(
        id=ids.encode(METHOD, method.id), rail=method.rail, country=method.country, currency=method.currency,
        shown=method.shown, verified=method.verified_at is not None, usable_at=method.cool_until,
        made_at=method.made_at, noted=method.noted,
    )  # fmt: skip


def payout_body(payout: Payout) -> PayoutBody:
    """A payout as it is sent to its creator; which operator decided is not their business."""
    quote = payout.quote
    history = [
        msgspec.structs.replace(step, actor="staff") if step.actor.startswith("staff:") else step
        for step in payout.history
    ]
    return PayoutBody(
        id=ids.encode(PREFIX, payout.id), status=payout.status, gross=MoneyBody(quote.gross_minor, DOLLAR),
        fee=MoneyBody(quote.fee_minor, DOLLAR), rate=_rate(quote),
        net=MoneyBody(quote.net_minor, quote.net_currency), diamonds_milli=sum(part.milli for part in quote.days),
        method_id=ids.encode(METHOD, quote.method), rail=payout.rail, shown=payout.shown,
        requested_at=payout.requested_at, cancelable=payout.is_cancelable, history=history,
    )  # fmt: skip


def page(found: list[Payout], limit: int) -> Page[PayoutBody]:
    """A page of one more than `limit` that were read."""
    last = found[limit - 1] if len(found) > limit else None
    return Page([payout_body(one) for one in found[:limit]], written(last.requested_at, last.id) if last else None)


def _rate(quote: Quote) -> RateBody:
    return RateBody(per_dollar=f"{quote.rate.normalize():f}", source=quote.rate_source, on=quote.rate_on)


routes = [
    add_method,
    list_methods,
    remove_method,
    verify_method,
    quote_payout,
    request_payout,
    get_terms,
    list_payouts,
    get_payout,
    cancel_payout,
]
