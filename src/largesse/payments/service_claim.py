"""Entering what was bought in an app store: the store has taken the money before we hear of it."""

from datetime import datetime
from uuid import UUID

import structlog

from largesse import catalog, policy, safety
from largesse.accounts import Account, UnderAge
from largesse.catalog import Bundle, Channel, PriceBook, Shelf
from largesse.kit import ids
from largesse.kit.config import Settings
from largesse.kit.db import WriteTx
from largesse.kit.http import NotConfigured
from largesse.kit.money import Money
from largesse.payments import model, store
from largesse.payments.errors import BadReceipt, ReceiptTaken, UnknownProduct
from largesse.payments.providers.port import Seen, Store

log = structlog.get_logger(__name__)
OVER_LIMIT, OWN_BREAK, NOT_IN_REGION = "over-limit", "own-break", "not-in-region"
FINISHED_BEFORE = "finished-before"


class Claims:
    """Makes purchases of stores' purchases."""

    def __init__(self, settings: Settings) -> None:
        self._region_default = settings.region_default

    async def enter(self, tx: WriteTx, provider: Store, seen: Seen, buyer: Account) -> tuple[UUID, bool]:
        """The purchase of a store's object, entered or found (True); the caller has locked the buyer.

        Raises `ReceiptTaken` where it is another's, `BadReceipt` where it is not paid, `UnknownProduct` where no
        price book has it, `UnderAge`, `NotConfigured`.
        """
        known = await store.find_by_ref(tx, provider.name, seen.ref)
        if known is not None:
            before = await store.find(tx, known)
            if before is None or before.account != buyer.key:
                raise ReceiptTaken
            return known, True
        if seen.state not in {"paid", "pending"}:
            raise BadReceipt(f"the store says that it is {seen.state}")
        if sum(refund.part or 0 for refund in seen.refunds if refund.status == "done") >= 1:
            raise BadReceipt("the store has given the money back")
        now = await store.get_now(tx)
        if not buyer.is_adult(now):
            raise UnderAge
        shelf = await catalog.read_shelf(tx)
        region = shelf.region(buyer.country, now)
        book, bundle = self._bundle(shelf, provider, seen, buyer)
        price = seen.paid or Money(bundle.price_minor * seen.quantity, book.currency)
        worth = model.limit_minor(Money(bundle.price_minor * seen.quantity, book.currency), book.unit_usd_micros)
        made = ids.new()
        await store.enter_order(
            tx,
            id=made,
            status="paid" if seen.state == "paid" else "created",
            account=buyer.key,
            bundle=bundle.key,
            coins=bundle.coins * seen.quantity,
            quantity=seen.quantity,
            price_minor=price.minor,
            tax_minor=catalog.asked(book, price.minor, region.tax)[1].minor,
            fee_minor=catalog.channel_fee(book, price).minor,
            currency=price.currency,
            region=book.region,
            channel=book.channel,
            provider=provider.name,
            provider_ref=seen.ref,
            return_url="",
            limit_minor=worth,
            country=buyer.country,
            withdraw_days=region.withdraw_days,
            tax_added=False,
            actor=f"provider:{provider.name}",
        )
        flags = {
            NOT_IN_REGION: not region.buying or provider.name not in region.providers,
            OVER_LIMIT: await self._is_over_limit(tx, shelf, buyer.key, now),
            OWN_BREAK: await safety.find_rest(tx, buyer.key) is not None,
            FINISHED_BEFORE: seen.finished,
        }
        for word in (word for word, is_so in flags.items() if is_so):
            await store.flag(tx, made, word)
        return made, False

    async def _is_over_limit(self, tx: WriteTx, shelf: Shelf, account: int, now: datetime) -> bool:
        """Whether what was bought, with what was just entered, passes a limit: the platform's or the buyer's own."""
        in_force = await policy.get_in_force(tx)
        if await store.bought_since(tx, account, model.day_of(now)) > in_force.buy_day_minor_max:
            return True
        for name, limit in (await safety.list_buy_limits(tx, account, now)).items():
            assert isinstance(limit, Money), limit
            own = model.own_limit(name, limit, model.worth_of(shelf, limit.currency), now)
            if await store.bought_since(tx, account, own.since) > own.minor:
                return True
        return False

    def _bundle(self, shelf: Shelf, provider: Store, seen: Seen, buyer: Account) -> tuple[PriceBook, Bundle]:
        channel: Channel = "apple" if provider.name == "apple" else "google"
        book = shelf.book(buyer.country, self._region_default, channel)
        if book is None:
            raise NotConfigured(f"nothing is sold through the channel {channel}")
        for bundle in shelf.bundles[book.key]:
            if bundle.product_id == seen.product_id:
                return book, bundle
        log.error("purchase.unknown_product", provider=provider.name, product=seen.product_id, region=book.region)
        raise UnknownProduct(f"no bundle has the product {seen.product_id}")
