"""The receipt of a purchase over HTTP, whole: what its page shows and prints."""

from datetime import datetime

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath

from largesse.kit import http, ids
from largesse.kit.http import Forbidden, MoneyBody, NotFound, NotSignedIn
from largesse.kit.money import Money
from largesse.kit.principal import Principal
from largesse.payments.model import Step
from largesse.payments.service import PaymentsService
from largesse.payments.service_receipts import Back


class SellerBody(msgspec.Struct, frozen=True, kw_only=True):
    """Who sold the coins; `address` by lines, empty where the operator gave none."""

    name: str
    address: list[str]
    tax_id: str


class BuyerBody(msgspec.Struct, frozen=True, kw_only=True):
    """Who bought them; `country` is where they lived when they did."""

    display_name: str
    username: str
    email: str | None
    country: str


class BackBody(msgspec.Struct, frozen=True, kw_only=True):
    """Money that went back, or that a bank asked about: `coins` left for it, `from_gifts` of them out of gifts.

    `status` of a refund: wanted, pending, done, failed, undone; of a dispute: open, won, lost.
    """

    status: str
    money: MoneyBody
    coins: int
    from_gifts: int
    begun_at: datetime
    moved_at: datetime | None


class WholeReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """A purchase as its buyer keeps it. `net` and `tax` sum to `total`; `issued_at` is null before the coins are there.

    Not `tax_included`: prices were told without the tax there. `live` is false for a provider's test money.
    """

    number: str
    status: str
    seller: SellerBody
    buyer: BuyerBody
    ordered_at: datetime
    issued_at: datetime | None
    coins: int
    granted_class: str | None
    net: MoneyBody
    tax: MoneyBody
    total: MoneyBody
    tax_included: bool
    refunded: MoneyBody
    provider: str
    channel: str
    live: bool
    history: list[Step]
    refunds: list[BackBody]
    disputes: list[BackBody]


@get(
    "/v1/purchases/{purchase:str}/receipt",
    summary="The receipt of one of your purchases",
    responses=http.declares(NotSignedIn, Forbidden, NotFound),
)
async def get_purchase_receipt(
    payments: NamedDependency[PaymentsService], principal: NamedDependency[Principal], purchase: FromPath[str]
) -> WholeReceipt:
    """Seller, buyer, price with its tax, how it was paid, and what was given back or disputed since."""
    if principal.kind != "session":
        raise Forbidden(detail="people read their own receipts, signed in")
    receipt = await payments.receipts.get(principal.account, http.path_id("purchase", purchase))
    bought, buyer, seller = receipt.purchase, receipt.buyer, receipt.seller
    tax = Money(bought.tax_minor, bought.currency)
    return WholeReceipt(
        number=ids.encode("purchase", bought.id),
        status=bought.status,
        seller=SellerBody(name=seller.name, address=seller.address, tax_id=seller.tax_id),
        buyer=BuyerBody(
            display_name=buyer.display_name,
            username=buyer.username,
            email=buyer.email,
            country=bought.country or buyer.country,
        ),
        ordered_at=bought.created_at,
        issued_at=bought.granted_at,
        coins=bought.coins,
        granted_class=bought.granted_class,
        net=http.money_body(bought.price - tax),
        tax=http.money_body(tax),
        total=http.money_body(bought.price),
        tax_included=not bought.tax_added,
        refunded=MoneyBody(bought.refunded_minor, bought.currency),
        provider=bought.provider,
        channel=bought.channel,
        live=bought.live,
        history=bought.history,
        refunds=[_back(one) for one in receipt.refunds],
        disputes=[_back(one) for one in receipt.disputes],
    )


def _back(one: Back) -> BackBody:
    return BackBody(
        status=one.status, money=http.money_body(one.money), coins=one.coins, from_gifts=one.from_gifts,
        begun_at=one.begun_at, moved_at=one.moved_at,
    )  # fmt: skip


routes = [get_purchase_receipt]
