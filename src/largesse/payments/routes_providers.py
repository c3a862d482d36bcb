"""Which providers a buyer can choose from, and what their pages need; readable without signing in."""

from typing import Annotated, Literal

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from largesse.catalog import Channel
from largesse.kit import http
from largesse.kit.principal import Principal
from largesse.payments.service import PaymentsService

Country = Annotated[
    str | None,
    QueryParameter(pattern="^[A-Z]{2}$", description="country, ISO 3166-1 alpha-2; the caller's own by default"),
]
SoldThrough = Annotated[Channel, QueryParameter(description="where the coins are bought")]


class Seller(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A provider that takes orders, and how its order goes on.

    `none`: it is paid at once; `client_secret`: by a form on the page, which `js_url` draws with `publishable_key`;
    `redirect`: on a page of the provider's, from which the buyer comes back to the order's `return_url`, to which
    `purchase` is added.
    """

    name: str
    next: Literal["none", "client_secret", "redirect"]
    js_url: str | None = None
    publishable_key: str | None = None


class SellerList(msgspec.Struct, frozen=True):
    """The providers of this service."""

    items: list[Seller]


@get("/v1/catalog/providers", summary="How coins can be paid", responses=http.declares())
async def list_providers(
    payments: NamedDependency[PaymentsService],
    caller: NamedDependency[Principal | None],
    channel: SoldThrough = "web",
    region: Country = None,
) -> SellerList:
    """The providers that take orders in a country, the preferred one first; none where coins are not sold.

    An app store's purchases are claimed instead.
    """
    settings = payments.settings
    items = []
    for seller in await payments.regions.list_sellers(region, caller.account if caller else None):
        if channel not in seller.channels:
            continue
        if seller.name == "stripe" and settings.stripe_publishable_key:
            shown = {"js_url": settings.stripe_js_url, "publishable_key": settings.stripe_publishable_key}
            items.append(Seller(name=seller.name, next="client_secret", **shown))
        else:
            items.append(Seller(name=seller.name, next=_NEXT.get(seller.name, "redirect")))
    return SellerList(items)


_NEXT: dict[str, Literal["none", "client_secret", "redirect"]] = {"sandbox": "none"}
