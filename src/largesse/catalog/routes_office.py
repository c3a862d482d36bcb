"""The office's side of the catalogue: gifts and price books."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Response, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from largesse.catalog.errors import BookOutOfLine
from largesse.catalog.model import (
    Art,
    BookContent,
    BundleContent,
    Channel,
    CustomAmount,
    Gift,
    GiftContent,
    PriceBook,
    Tier,
)
from largesse.catalog.routes_books import book_routes, place_of
from largesse.catalog.service import CatalogService
from largesse.kit import fields, http
from largesse.kit.approval import FourEyes
from largesse.kit.http import Conflict, Forbidden, NotFound, NotSignedIn, Page, staff
from largesse.kit.idempotency import IdReused, created
from largesse.kit.principal import Principal

_NAME_CHARS_MAX = 40
Slug = Annotated[str, msgspec.Meta(pattern="^[a-z0-9-]{1,40}$", description="the gift's id for ever")]


class NewGift(GiftContent, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A gift to add."""

    id: Slug


class GiftChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What of a gift is changed; what is left out stays."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=40)] | msgspec.UnsetType = msgspec.UNSET
    coins: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] | msgspec.UnsetType = msgspec.UNSET
    tier: Tier | msgspec.UnsetType = msgspec.UNSET
    streakable: bool | msgspec.UnsetType = msgspec.UNSET
    art: Art | msgspec.UnsetType = msgspec.UNSET
    position: Annotated[int, msgspec.Meta(ge=0, le=30_000)] | msgspec.UnsetType = msgspec.UNSET


class OfficeGift(GiftContent, frozen=True, kw_only=True):
    """A gift as the office sees it; a retired one cannot be given any more."""

    id: str
    retired_at: datetime | None


class OfficeBook(BookContent, frozen=True, kw_only=True):
    """The prices of a region and channel."""

    region: str
    channel: Channel


@get("/v1/office/gifts", summary="Every gift", responses=http.declares(NotSignedIn, Forbidden))
async def list_all_gifts(
    catalog: NamedDependency[CatalogService], principal: NamedDependency[Principal]
) -> Page[OfficeGift]:
    """Gifts in the panel's order, retired ones too. Roles: finance, admin."""
    staff(principal, "finance")
    return Page([_gift(g) for g in catalog.shelf.gifts])


@post("/v1/office/gifts", summary="Add a gift", responses=http.declares(NotSignedIn, Forbidden, IdReused))
async def add_gift(
    catalog: NamedDependency[CatalogService], principal: NamedDependency[Principal], data: JSONBody[NewGift]
) -> Response[OfficeGift]:
    """Add a gift to the panel; the same content again answers as the first time. Roles: finance, admin."""
    staff(principal, "finance")
    content = GiftContent(**{n: getattr(data, n) for n in GiftContent.__struct_fields__})
    content = msgspec.structs.replace(content, name=fields.line("name", data.name, _NAME_CHARS_MAX))
    gift, replayed = await catalog.add_gift(principal.account, data.id, content)
    return created(_gift(gift), replayed=replayed)


@patch(
    "/v1/office/gifts/{gift_id:str}", summary="Change a gift", responses=http.declares(NotSignedIn, Forbidden, NotFound)
)
async def change_gift(
    catalog: NamedDependency[CatalogService],
    principal: NamedDependency[Principal],
    gift_id: FromPath[str],
    data: JSONBody[GiftChanges],
) -> OfficeGift:
    """Change a gift's price, name, picture, tier or place. Roles: finance, admin."""
    staff(principal, "finance")
    changes = {n: v for n, v in msgspec.structs.asdict(data).items() if v is not msgspec.UNSET}
    if "name" in changes:
        changes["name"] = fields.line("name", changes["name"], _NAME_CHARS_MAX)
    return _gift(await catalog.change_gift(principal.account, gift_id, changes))


@post(
    "/v1/office/gifts/{gift_id:str}/retire",
    summary="Retire a gift",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound),
)
async def retire_gift(
    catalog: NamedDependency[CatalogService], principal: NamedDependency[Principal], gift_id: FromPath[str]
) -> OfficeGift:
    """Take a gift out of the panel; it is never deleted, for its receipts are for ever. Roles: finance, admin."""
    staff(principal, "finance")
    return _gift(await catalog.retire_gift(principal.account, gift_id))


@get("/v1/office/price-books", summary="Every price book", responses=http.declares(NotSignedIn, Forbidden))
async def list_books(
    catalog: NamedDependency[CatalogService], principal: NamedDependency[Principal]
) -> Page[OfficeBook]:
    """Books with their bundles on sale. Roles: finance, admin."""
    staff(principal, "finance")
    return Page([_book(catalog, b) for b in catalog.shelf.books])


@put(
    "/v1/office/price-books/{region:str}/{channel:str}",
    summary="Make or change a price book",
    responses=http.declares(NotSignedIn, Forbidden, NotFound, FourEyes, Conflict, BookOutOfLine),
)
async def put_book(
    catalog: NamedDependency[CatalogService],
    principal: NamedDependency[Principal],
    region: FromPath[str],
    channel: FromPath[str],
    data: JSONBody[BookContent],
) -> OfficeBook:
    """Say a book whole, in a sandbox: elsewhere two people do it, by a proposal. Roles: finance, admin.

    Bundles that are not named are retired.
    """
    staff(principal, "finance")
    region, through = place_of(region, channel)
    return _book(catalog, await catalog.put_book(principal.account, region, through, data))


def _gift(gift: Gift) -> OfficeGift:
    return OfficeGift(
        id=gift.id,
        retired_at=gift.retired_at,
        **{n: getattr(gift, n) for n in GiftContent.__struct_fields__},
    )


def _book(catalog: CatalogService, book: PriceBook) -> OfficeBook:
    low, high, micros = book.custom_coins_min, book.custom_coins_max, book.custom_micros_per_coin
    custom = None
    if low is not None and high is not None and micros is not None:
        custom = CustomAmount(coins_min=low, coins_max=high, micros_per_coin=micros)
    bundles = [
        BundleContent(coins=b.coins, price_minor=b.price_minor, product_id=b.product_id)
        for b in catalog.shelf.on_sale(book)
    ]
    return OfficeBook(
        region=book.region,
        channel=book.channel,
        currency=book.currency,
        bundles=bundles,
        custom_amount=custom,
        tax_bps=book.tax_bps,
        channel_fee_bps=book.channel_fee_bps,
        channel_fee_minor=book.channel_fee_minor,
        unit_usd_micros=book.unit_usd_micros,
    )


office_routes = [list_all_gifts, add_gift, change_gift, retire_gift, list_books, put_book, *book_routes]
