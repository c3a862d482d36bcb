"""The verbs of buyers: order coins, claim a store's purchase, read what was bought."""

import asyncio
from contextlib import suppress
from datetime import datetime
from uuid import UUID

import structlog

from largesse import accounts, catalog, ledger, policy, safety
from largesse.accounts import Account, UnderAge
from largesse.catalog import NotInRegion, Price, Region
from largesse.kit.config import Settings
from largesse.kit.db import Database, WriteTx
from largesse.kit.http import Invalid, MoneyBody, NotConfigured, NotFound
from largesse.kit.idempotency import IdReused
from largesse.kit.jobs import send
from largesse.kit.money import Money
from largesse.payments import model, providers, store, store_notices
from largesse.payments.errors import (
    AccountFrozen,
    BadReceipt,
    LimitReached,
    PaymentRefused,
    PriceChanged,
    ProviderAway,
    ReceiptTaken,
    UnknownProduct,
)
from largesse.payments.events import JOB_NOTICES
from largesse.payments.model import BUY_DAY, WAITING, Purchase, Wanted
from largesse.payments.providers.port import (
    NOTHING,
    Away,
    BadNotice,
    Begun,
    Evidence,
    Next,
    Notice,
    Order,
    Provider,
    Refused,
    Seen,
    Seller,
    Store,
    Warmer,
)
from largesse.payments.service_claim import Claims
from largesse.payments.service_receipts import Receipts
from largesse.payments.service_refunds import Refunds
from largesse.payments.service_regions import Regions
from largesse.payments.service_settle import ANOTHER, Settler
from largesse.payments.service_withdraw import Withdrawals
from largesse.payments.store_notices import Arrived
from largesse.safety import Resting

log = structlog.get_logger(__name__)
TERMS = "coins"
_LOOK_AGAIN_S = 2.0
_UNPAID = {"created", "awaiting_payment"}


class PaymentsService:
    """Takes orders and grants their coins, each exactly once."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self.db = db
        self.settings = settings
        self._region_default = settings.region_default
        self._providers = providers.configured(settings, db)
        self.settler = Settler(db, self._providers, settings)
        self.claims = Claims(settings)
        self.receipts = Receipts(db, settings)
        self.refunds = Refunds(db, self.settler)
        self.regions = Regions(db, self._providers, settings.region_default)
        self.withdrawals = Withdrawals(db, settings, self.refunds)
        self._warming: asyncio.Future[list[BaseException | None]] | None = None

    async def open(self) -> None:
        """Fetch what notices are checked by, beside everything else; nothing else connects before it is needed."""
        warmers = [one.warm() for one in self._providers.values() if isinstance(one, Warmer)]
        self._warming = asyncio.gather(*warmers, return_exceptions=True) if warmers else None

    async def close(self) -> None:
        """Close the providers' connections."""
        if self._warming is not None:
            self._warming.cancel()
            with suppress(asyncio.CancelledError):
                await self._warming
        for provider in self._providers.values():
            await provider.close()

    def provider(self, name: str) -> Provider:
        """A provider by name; raises `NotConfigured`."""
        found = self._providers.get(name)
        if found is None:
            raise NotConfigured(f"the provider {name} is not configured here")
        return found

    async def buy(self, account: int, wanted: Wanted) -> tuple[Purchase, Next, bool]:
        """Order coins; beside the purchase what the buyer does next, and whether the order was there before.

        The order is committed before the provider is asked, under the order's id: sent again, it is one payment.
        Raises `NotConfigured`, `IdReused`, `UnderAge`, `TermsNotAccepted`, `AccountFrozen`, `NotInRegion`, `Invalid`,
        `PriceChanged`, `LimitReached` (nothing is kept of a refused order); `PaymentRefused`, `ProviderAway` (the order
        waits).
        """
        seller = self._seller(wanted)
        if wanted.return_url and not self._may_return_to(wanted.return_url):
            raise Invalid.field("return_url", "not an address of a listed origin (LARGESSE_RETURN_ORIGINS)")
        made, order, replayed = await self._order(account, wanted)
        if made.status not in WAITING:
            return made, NOTHING, replayed
        step = await self._step(seller, made, order)
        return await self.get(account, made.id), step, replayed

    async def claim(self, account: int, store_name: str, evidence: Evidence) -> tuple[Purchase, bool]:
        """Grant what an app bought in its store; True beside it says that it was claimed before.

        Raises `NotConfigured`, `BadReceipt`, `ReceiptTaken`, `ProviderAway`, `UnderAge`, `TermsNotAccepted`. A store's
        purchase is paid already: it is never refused for a limit or a region, but granted and flagged.
        """
        provider = self.provider(store_name)
        if not isinstance(provider, Store):
            raise NotConfigured(f"{store_name} is no app store")
        try:
            seen = await provider.claim(evidence)
        except (BadNotice, Refused) as error:
            raise BadReceipt(str(error)) from error
        except Away as error:
            raise ProviderAway from error
        try:
            async with self.db.write() as tx:
                await store.lock_buyer(tx, account)
                buyer = await accounts.get_account(tx, account)
                if seen.buyer != buyer.id:
                    raise ReceiptTaken
                await accounts.accepted_terms(tx, account, TERMS)
                purchase, replayed = await self.claims.enter(tx, provider, seen, buyer)
        except UnknownProduct:
            # The store has the money: it waits as a notice does, until a price book has the product.
            async with self.db.write() as tx:
                await store_notices.put_notices(tx, [_claimed(provider, seen)])
                await send(tx, JOB_NOTICES)
            raise
        await self.settler.settle(provider, seen, purchase)
        return await self.get(account, purchase), replayed

    async def claim_seen(self, provider: Store, seen: Seen) -> str:
        """The same for a purchase that no app has claimed yet: whose it is stands in it; says what came of it."""
        async with self.db.write() as tx:
            buyer = await accounts.find_account(tx, seen.buyer) if seen.buyer else None
            if buyer is None:
                return "no purchase of ours"
            await store.lock_buyer(tx, buyer.key)
            purchase, _ = await self.claims.enter(tx, provider, seen, buyer)
        return await self.settler.settle(provider, seen, purchase)

    async def get(self, account: int, purchase: UUID) -> Purchase:
        """A purchase of this account; raises `NotFound`."""
        async with self.db.read() as tx:
            found = await store.find(tx, purchase)
        if found is None or found.account != account:
            raise NotFound
        return found

    async def get_fresh(self, account: int, purchase: UUID) -> Purchase:
        """The same; where it waits for money, the provider is asked first, at most every two seconds.

        So a buyer who comes back sees the coins at once, whether or not the provider's notice has come.
        """
        found = await self.get(account, purchase)
        provider = self._providers.get(found.provider)
        if found.status not in WAITING or provider is None or found.provider_ref is None:
            return found
        if found.looked_at is not None and (datetime.now(found.looked_at.tzinfo) - found.looked_at).total_seconds() < (
            _LOOK_AGAIN_S
        ):
            return found
        try:
            await self.settler.look(provider, found.provider_ref, purchase)
        except Away:
            return found
        return await self.get(account, purchase)

    async def leave(self, account: int, purchase: UUID) -> Purchase:
        """The buyer goes away from an order without paying: it is canceled, unless its provider says that it is paid.

        So the provider is asked first, before and after it is told to let nobody pay; what is approved, paid or on its
        way is settled as ever. Money that comes all the same is granted. Raises `NotFound`, `ProviderAway`.
        """
        found = await self.get(account, purchase)
        seller = self._providers.get(found.provider)
        if found.status not in _UNPAID or found.provider_ref is None or not isinstance(seller, Seller):
            return found
        try:
            await self.settler.look(seller, found.provider_ref, purchase)
            if (await self.get(account, purchase)).status in _UNPAID:
                await seller.cancel(found.provider_ref)
                await self.settler.look(seller, found.provider_ref, purchase)
        except (Away, Refused) as error:
            raise ProviderAway from error
        async with self.db.write() as tx:
            await store.lock(tx, purchase)
            now = await store.find(tx, purchase)
            if now is not None and now.status in _UNPAID:
                await store.move(tx, purchase, "canceled", f"account:{account}", reason="left")
        return await self.get(account, purchase)

    async def list_purchases(self, account: int, *, before: tuple[datetime, UUID] | None, limit: int) -> list[Purchase]:
        """Purchases of this account, the newest first, behind (created_at, id) of the last one seen."""
        async with self.db.read() as tx:
            return await store.list_page(tx, account, before, limit)

    async def list_spent(self, account: int) -> dict[str, model.Spent]:
        """What this account has spent of its limits on buying, by their names, as an order would be judged now."""
        async with self.db.read() as tx:
            now, shelf = await store.get_now(tx), await catalog.read_shelf(tx)
            book = shelf.book((await accounts.get_account(tx, account)).country, self._region_default, "web")
            limits = await safety.list_buy_limits(tx, account, now)
            found: dict[str, model.Spent] = {}
            for name in model.BUYING:
                limit = limits.get(name)
                assert limit is None or isinstance(limit, Money), limit
                currency = limit.currency if limit else book.currency if book else "USD"
                unit = model.worth_of(shelf, currency)
                own = model.own_limit(name, limit or Money(0, currency), unit, now)
                cents = await store.bought_since(tx, account, own.since)
                found[name] = model.spent_of(own, limit, cents, currency, unit)
        return found

    async def get_consent(self, account: int) -> datetime | None:
        """Since when a store may be told what became of this account's coins; None where it may not."""
        async with self.db.read() as tx:
            return await store_notices.find_consent(tx, account)

    async def set_consent(self, account: int, *, consented: bool) -> datetime | None:
        """Consent or take it back, and say since when; the same again changes nothing."""
        async with self.db.write() as tx:
            await store_notices.put_consent(tx, account, consented=consented)
            return await store_notices.find_consent(tx, account)

    # Ordering

    def _seller(self, wanted: Wanted) -> Seller:
        provider = self.provider(wanted.provider)
        if not isinstance(provider, Seller):
            raise NotConfigured(f"{wanted.provider} takes no orders")
        if wanted.channel not in provider.channels:
            raise Invalid.field("channel", f"{provider.name} sells through {', '.join(sorted(provider.channels))}")
        return provider

    def _may_return_to(self, url: str) -> bool:
        return model.may_return_to(url, [self.settings.origin, *self.settings.listed("return_origins")])

    async def _order(self, account: int, wanted: Wanted) -> tuple[Purchase, Order, bool]:
        """The order, entered or found; its transaction judges price and limits at this moment."""
        async with self.db.write() as tx:
            await store.lock_buyer(tx, account)
            before = await store.find(tx, wanted.id)
            if before is not None:
                if not model.is_same(before, account, wanted):
                    raise IdReused
                buyer = await accounts.get_account(tx, account)
                return before, _order_of(before, buyer), True
            now = await store.get_now(tx)
            buyer = await self._judge_buyer(tx, account, now)
            price, region = await self._price(tx, buyer, wanted, now)
            await self._judge_limit(tx, account, price, now)
            await self._enter(tx, buyer, wanted, price, region)
            made = await store.find(tx, wanted.id)
        assert made is not None
        log.info("purchase.created", purchase=str(made.id), account=account, coins=made.coins, provider=made.provider)
        return made, _order_of(made, buyer), False

    async def _step(self, seller: Seller, made: Purchase, order: Order) -> Next:
        """Begin the payment, or go on with it; what the provider says at once is acted on at once."""
        try:
            if made.provider_ref is not None:
                return await seller.resume(made.provider_ref, order)
            begun = await seller.begin(order)
        except Away as error:
            raise ProviderAway from error
        except Refused as error:
            async with self.db.write() as tx:
                await store.lock(tx, made.id)
                now = await store.find(tx, made.id)
                if now is not None and now.status in WAITING:
                    await store.move(tx, made.id, "failed", f"provider:{seller.name}", reason=error.reason)
            raise PaymentRefused(error.reason, error.detail) from error
        if await self.settler.settle(seller, begun.seen or _open(begun), made.id) == ANOTHER:
            return await self._other(seller, made, order, begun.ref)
        return begun.next

    async def _other(self, seller: Seller, made: Purchase, order: Order, unwanted: str) -> Next:
        """Go on with the object that came to pay this purchase while another one was begun, which nobody is to pay."""
        known = await self.get(made.account, made.id)
        assert known.provider_ref is not None, made.id
        try:
            await seller.cancel(unwanted)
            return await seller.resume(known.provider_ref, order)
        except (Away, Refused) as error:
            raise ProviderAway from error

    async def _judge_buyer(self, tx: WriteTx, account: int, now: datetime) -> Account:
        buyer = await accounts.get_account(tx, account)
        if not buyer.is_adult(now):
            raise UnderAge
        await accounts.accepted_terms(tx, account, TERMS)
        if set(await ledger.list_freezes(tx, account)) - {"debt"}:  # buying is how a debt is repaid
            raise AccountFrozen
        rest = await safety.find_rest(tx, account)
        if rest is not None:
            raise Resting(rest.until)
        return buyer

    async def _price(self, tx: WriteTx, buyer: Account, wanted: Wanted, now: datetime) -> tuple[Price, Region]:
        """What is asked for, in the book of the buyer's country, and what holds there, as this transaction sees it."""
        shelf = await catalog.read_shelf(tx)
        region = shelf.region(buyer.country, now)
        if not region.buying or wanted.provider not in region.providers:
            raise NotInRegion(wanted.provider if region.buying else "buying", buyer.country)
        book = shelf.book(buyer.country, self._region_default, wanted.channel)
        if book is None:
            raise NotConfigured(f"nothing is sold through the channel {wanted.channel}")
        coins = wanted.coins
        if wanted.bundle_id is not None:
            coins = next((b.coins for b in shelf.on_sale(book) if b.id == wanted.bundle_id), None)
        if coins is None:
            raise Invalid.field("bundle_id", "no bundle that is on sale to you")
        price = catalog.price_in(shelf, book, coins, region.tax)
        if wanted.expected is not None and wanted.expected != price.money:
            raise PriceChanged(MoneyBody(price.money.minor, price.money.currency))
        return price, region

    async def _judge_limit(self, tx: WriteTx, account: int, price: Price, now: datetime) -> None:
        worth = model.limit_minor(price.money, price.book.unit_usd_micros)
        bought = await store.bought_since(tx, account, model.day_of(now))
        if bought + worth > (await policy.get_in_force(tx)).buy_day_minor_max:
            raise LimitReached(BUY_DAY, model.next_day(now))
        shelf = await catalog.read_shelf(tx)
        for name, limit in (await safety.list_buy_limits(tx, account, now)).items():
            assert isinstance(limit, Money), limit
            own = model.own_limit(name, limit, model.worth_of(shelf, limit.currency), now)
            if await store.bought_since(tx, account, own.since) + worth > own.minor:
                raise LimitReached(own.name, own.resets_at)

    async def _enter(self, tx: WriteTx, buyer: Account, wanted: Wanted, price: Price, region: Region) -> None:
        await store.enter_order(
            tx,
            id=wanted.id,
            status="created",
            account=buyer.key,
            bundle=price.bundle.key if price.bundle and wanted.bundle_id else None,
            coins=price.coins,
            quantity=1,
            price_minor=price.money.minor,
            tax_minor=price.tax.minor,
            fee_minor=catalog.channel_fee(price.book, price.money).minor,
            currency=price.money.currency,
            region=price.book.region,
            channel=wanted.channel,
            provider=wanted.provider,
            provider_ref=None,
            return_url=wanted.return_url or "",
            limit_minor=model.limit_minor(price.money, price.book.unit_usd_micros),
            country=buyer.country,
            withdraw_days=region.withdraw_days,
            tax_added=region.tax == "added" and wanted.channel == "web",
            actor=f"account:{buyer.key}",
        )


def _order_of(made: Purchase, buyer: Account) -> Order:
    fee = Money(made.fee_minor, made.currency)
    return Order(id=made.id, buyer=buyer.id, price=made.price, fee=fee, coins=made.coins, return_url=made.return_url)


def _claimed(provider: Store, seen: Seen) -> Arrived:
    """An app's claim, kept as a notice of its own."""
    notice = Notice(event=f"claim:{seen.ref}", kind="claim", refs=[seen.look_as or seen.ref])
    return Arrived(provider.name, notice, b"")


def _open(begun: Begun) -> Seen:
    return Seen(ref=begun.ref, state="open", live=False)
