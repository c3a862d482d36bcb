"""What exists in which country, for everybody: features, ways to pay, tax, the withdrawal right, the age."""

from datetime import datetime

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from largesse import accounts
from largesse.catalog import Channel, Region
from largesse.kit import http
from largesse.kit.http import NotFound
from largesse.payments.service import PaymentsService
from largesse.payments.service_regions import Offer

_CACHED = {"Cache-Control": "public, max-age=60"}


class RegionFeatures(msgspec.Struct, frozen=True, kw_only=True):
    """What people of a country can do here: buy coins, give gifts, turn earnings into money."""

    buying: bool
    giving: bool
    withdrawing: bool


class WithdrawalRight(msgspec.Struct, frozen=True, kw_only=True):
    """For how many days unspent coins of a web purchase can be given back for their price; 0 where they cannot."""

    days: int
    unspent_only: bool = True


class RegionTax(msgspec.Struct, frozen=True, kw_only=True):
    """The tax of a channel's prices, in basis points of the net: included in them, or added to them."""

    included: bool
    rate_bps: int


class RegionPrices(msgspec.Struct, frozen=True, kw_only=True):
    """The prices of a channel through which coins are sold."""

    channel: Channel
    currency: str
    tax: RegionTax


class RegionChange(msgspec.Struct, frozen=True, kw_only=True):
    """Terms that are announced; `tax_included` is how web prices will be told, `providers` all that will be allowed."""

    effective_at: datetime
    features: RegionFeatures
    providers: list[str]
    withdrawal_right: WithdrawalRight
    tax_included: bool


class RegionBody(msgspec.Struct, frozen=True, kw_only=True):
    """What exists in a country; `country` is null for every country that is not listed by itself.

    `providers` are those that can be paid with here and now. `since` is when these terms began.
    """

    country: str | None
    features: RegionFeatures
    providers: list[str]
    prices: list[RegionPrices]
    withdrawal_right: WithdrawalRight
    minimum_age: int
    since: datetime
    coming: list[RegionChange]


class RegionList(msgspec.Struct, frozen=True, kw_only=True):
    """Countries with something of their own, and what holds in every other one."""

    default: RegionBody
    items: list[RegionBody]


@get("/v1/regions", summary="What exists where", responses=http.declares())
async def list_regions(payments: NamedDependency[PaymentsService]) -> Response[RegionList]:
    """Features, providers, withdrawal right, tax and age by country. Readable without signing in; may be cached."""
    everywhere, own = await payments.regions.list_offers()
    return Response(RegionList(default=_body(everywhere), items=[_body(one) for one in own]), headers=_CACHED)


@get("/v1/regions/{country:str}", summary="What exists in a country", responses=http.declares(NotFound))
async def get_region(payments: NamedDependency[PaymentsService], country: FromPath[str]) -> Response[RegionBody]:
    """The same for one country, by its two letters (ISO 3166-1). Readable without signing in; may be cached."""
    if not accounts.is_country(country):
        raise NotFound
    return Response(_body(await payments.regions.get_offer(country)), headers=_CACHED)


def _body(offer: Offer) -> RegionBody:
    region = offer.region
    return RegionBody(
        country=offer.country or None,
        features=RegionFeatures(buying=offer.buying, giving=region.giving, withdrawing=region.withdrawing),
        providers=offer.providers,
        prices=[
            RegionPrices(
                channel=price.channel,
                currency=price.currency,
                tax=RegionTax(included=price.included, rate_bps=price.rate_bps),
            )
            for price in offer.prices
        ],
        withdrawal_right=WithdrawalRight(days=region.withdraw_days),
        minimum_age=offer.years,
        since=region.effective_at,
        coming=[_change(one) for one in offer.coming],
    )


def _change(region: Region) -> RegionChange:
    return RegionChange(
        effective_at=region.effective_at,
        features=RegionFeatures(buying=region.buying, giving=region.giving, withdrawing=region.withdrawing),
        providers=list(region.providers),
        withdrawal_right=WithdrawalRight(days=region.withdraw_days),
        tax_included=region.tax == "included",
    )


routes = [list_regions, get_region]
