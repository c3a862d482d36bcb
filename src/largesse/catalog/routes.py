"""The catalogue over HTTP: readable without signing in."""

from typing import Annotated

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, HeaderParameter, QueryParameter

from largesse.catalog import model
from largesse.catalog.errors import GiftRetired
from largesse.catalog.model import Bundle, Channel, Price, Recipe, Tier
from largesse.catalog.routes_office import office_routes
from largesse.catalog.routes_regions import region_routes
from largesse.catalog.service import CatalogService, Quote
from largesse.kit import http, ids
from largesse.kit.http import MoneyBody, NotConfigured, NotFound
from largesse.kit.principal import Principal
from largesse.policy import PolicyService

Region = Annotated[
    str | None,
    QueryParameter(pattern="^[A-Z]{2}$", description="country, ISO 3166-1 alpha-2; the caller's own by default"),
]
Count = Annotated[int, QueryParameter(ge=1, le=999, description="how many of the gift; 1 unless it is streakable")]
CoinsAsked = Annotated[int, QueryParameter(ge=1, le=10_000_000, description="coins to buy")]
SoldThrough = Annotated[Channel, QueryParameter(description="where the coins are bought")]


class GiftArt(msgspec.Struct, frozen=True):
    """The still picture's path, the gift engine's motion recipe, and a colour as #rrggbb."""

    still: str
    recipe: Recipe
    accent: str


class CatalogGift(msgspec.Struct, frozen=True, kw_only=True):
    """A gift that can be sent.

    `diamonds_milli` and `price` are of one: by the policy in force, and at the smallest web bundle's rate of the
    region, rounded up to a minor unit.
    """

    id: str
    name: str
    coins: int
    diamonds_milli: int
    price: MoneyBody
    tier: Tier
    streakable: bool
    art: GiftArt


class GiftList(msgspec.Struct, frozen=True):
    """The panel, in its order. `version` counts every change of the catalogue."""

    items: list[CatalogGift]
    version: int


class CatalogBundle(msgspec.Struct, frozen=True, kw_only=True):
    """A bundle. `saving_bps` is how much less a coin costs than in the smallest; `product_id` is the app store's.

    `price` is what the buyer pays: `net` and `tax` sum to it.
    """

    id: str
    coins: int
    price: MoneyBody
    net: MoneyBody
    tax: MoneyBody
    saving_bps: int
    product_id: str | msgspec.UnsetType = msgspec.UNSET


class CustomBounds(msgspec.Struct, frozen=True):
    """How many coins can be bought beside the bundles."""

    coins_min: int
    coins_max: int


class TaxOfPrices(msgspec.Struct, frozen=True):
    """The tax of every price, in basis points of the net. Not `included`: prices are told without it, and it is added.

    It follows from the country and the channel; `price` is what the buyer pays in either case.
    """

    included: bool
    rate_bps: int


class BundleList(msgspec.Struct, frozen=True, kw_only=True):
    """What is on sale in `region`, the smallest first; `custom_amount` is null where only bundles are."""

    items: list[CatalogBundle]
    custom_amount: CustomBounds | None
    currency: str
    region: str
    tax: TaxOfPrices


class BundleQuote(msgspec.Struct, frozen=True):
    """What a number of coins costs: `net` and `tax` sum to `price`, which is what the buyer pays."""

    coins: int
    price: MoneyBody
    saving_bps: int
    net: MoneyBody
    tax: MoneyBody
    tax_included: bool


class QuoteLine(msgspec.Struct, frozen=True):
    """One part of the price: `tax`, `channel_fee`, `platform` or `creator`."""

    kind: str
    amount: MoneyBody


class PromoPart(msgspec.Struct, frozen=True):
    """The promotional coins that would be spent, and what they give the creator."""

    coins: int
    diamonds_milli: int


class GiftQuote(msgspec.Struct, frozen=True, kw_only=True):
    """Where the money of a gift goes: the lines, tax among them, sum to the price.

    `diamonds_milli` is all that the creator gets. Not `tax_included`: coins are sold without tax, which is added.
    """

    gift_id: str
    count: int
    coins: int
    price: MoneyBody
    lines: list[QuoteLine]
    diamonds_milli: int
    share_bps: int
    diamond_value_micros: int
    policy_id: str
    promo: PromoPart
    tax_included: bool


@get(
    "/v1/catalog/gifts",
    summary="The gifts",
    responses={
        **http.declares(NotConfigured),
        304: ResponseSpec(None, description="unchanged since the ETag in If-None-Match"),
    },
)
async def list_gifts(
    catalog: NamedDependency[CatalogService],
    policy: NamedDependency[PolicyService],
    caller: NamedDependency[Principal | None],
    region: Region = None,
    if_none_match: Annotated[str | None, HeaderParameter(name="If-None-Match", max_length=400)] = None,
) -> Response[GiftList]:
    """Every gift that can be sent, with its price in coins, in money and in the creator's diamonds."""
    in_force, shelf = await policy.current(), catalog.shelf
    country = await catalog.region_of(caller, region)
    (book, bundles), tax = catalog.bundles("web", country), catalog.region(country).tax
    tag = f'W/"{shelf.version}-{in_force.key}-{book.key}-{tax}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie"}
    if if_none_match and tag in {part.strip() for part in if_none_match.split(",")}:
        return Response(None, status_code=304, headers=headers)  # type: ignore[arg-type]  # no body at all
    shown = [
        CatalogGift(
            id=gift.id,
            name=gift.name,
            coins=gift.coins,
            diamonds_milli=catalog.diamonds(gift, in_force).milli,
            price=MoneyBody(model.gift_price(book, bundles[0], gift.coins, tax), book.currency),
            tier=gift.tier,
            streakable=gift.streakable,
            art=GiftArt(gift.still, gift.art.recipe, gift.art.accent),
        )
        for gift in catalog.gifts()
    ]
    return Response(GiftList(shown, shelf.version), headers=headers)


@get("/v1/catalog/bundles", summary="Coins on sale", responses=http.declares(NotConfigured))
async def list_bundles(
    catalog: NamedDependency[CatalogService],
    caller: NamedDependency[Principal | None],
    channel: SoldThrough = "web",
    region: Region = None,
) -> BundleList:
    """The bundles of a channel and region; a region without prices of its own has the default region's."""
    country = await catalog.region_of(caller, region)
    (book, bundles), shown = catalog.bundles(channel, country), catalog.region(country).tax
    return BundleList(
        items=[_bundle_body(b, model.price_of(book, bundles, b.coins, shown)) for b in bundles],
        custom_amount=CustomBounds(book.custom_coins_min, book.custom_coins_max)
        if book.custom_coins_min is not None and book.custom_coins_max is not None
        else None,
        currency=book.currency,
        region=book.region,
        tax=TaxOfPrices(included=shown == "included" or channel != "web", rate_bps=book.tax_bps),
    )


def _bundle_body(bundle: Bundle, price: Price) -> CatalogBundle:
    return CatalogBundle(
        id=bundle.id,
        coins=bundle.coins,
        price=http.money_body(price.money),
        net=http.money_body(price.money - price.tax),
        tax=http.money_body(price.tax),
        saving_bps=price.saving_bps,
        product_id=bundle.product_id or msgspec.UNSET,
    )


@get("/v1/catalog/bundles/quote", summary="What a number of coins costs", responses=http.declares(NotConfigured))
async def quote_bundle(
    catalog: NamedDependency[CatalogService],
    caller: NamedDependency[Principal | None],
    coins: CoinsAsked,
    channel: SoldThrough = "web",
    region: Region = None,
) -> BundleQuote:
    """A custom amount: never more than the bundle above it."""
    country = await catalog.region_of(caller, region)
    price = catalog.price(coins, country, channel)
    return BundleQuote(
        coins,
        http.money_body(price.money),
        price.saving_bps,
        http.money_body(price.money - price.tax),
        http.money_body(price.tax),
        channel != "web" or catalog.region(country).tax == "included",
    )


@get(
    "/v1/catalog/gifts/{gift_id:str}/quote",
    summary="Where the money goes",
    responses=http.declares(NotFound, GiftRetired, NotConfigured),
)
async def quote_gift(
    catalog: NamedDependency[CatalogService],
    caller: NamedDependency[Principal | None],
    gift_id: FromPath[str],
    count: Count = 1,
    region: Region = None,
) -> GiftQuote:
    """Price, each cut and the creator's part; for someone signed in, at what their own next coins cost."""
    quote = await catalog.quote(
        gift_id, count, await catalog.region_of(caller, region), caller.account if caller else None
    )
    return _quote_body(quote)


def _quote_body(quote: Quote) -> GiftQuote:
    parts = quote.split
    lines = (
        ("tax", parts.tax),
        ("channel_fee", parts.channel_fee),
        ("platform", parts.platform),
        ("creator", parts.creator),
    )
    return GiftQuote(
        gift_id=quote.gift.id,
        count=quote.count,
        coins=quote.coins,
        price=MoneyBody(parts.price, quote.currency),
        lines=[QuoteLine(kind, MoneyBody(minor, quote.currency)) for kind, minor in lines],
        diamonds_milli=quote.diamonds_milli,
        share_bps=quote.policy.share_bps,
        diamond_value_micros=quote.policy.diamond_value_micros,
        policy_id=ids.encode("policy", quote.policy.id),
        promo=PromoPart(quote.promo, quote.promo_milli),
        tax_included=quote.tax_shown == "included",
    )


routes = [list_gifts, list_bundles, quote_bundle, quote_gift, *office_routes, *region_routes]
