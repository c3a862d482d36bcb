"""The verbs of payments."""

from datetime import datetime
from uuid import UUID

import structlog

from largesse import accounts, catalog, ledger, policy
from largesse.accounts import Account, UnderAge
from largesse.catalog import Price
from largesse.kit import outbox
from largesse.kit.config import Settings
from largesse.kit.db import Database, WriteTx
from largesse.kit.http import Invalid, MoneyBody, NotConfigured, NotFound
from largesse.kit.idempotency import IdReused
from largesse.kit.money import included_tax
from largesse.payments import model, providers, store
from largesse.payments.errors import AccountFrozen, LimitReached, PriceChanged
from largesse.payments.model import BUY_DAY, GRANTED, Purchase, Wanted
from largesse.payments.providers import Provider
from largesse.payments.providers.port import Order

log = structlog.get_logger(__name__)
TERMS = "coins"
TOPIC_GRANTED = "purchase.granted"


class PaymentsService:
    """Takes orders and grants their coins, each exactly once."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self._db = db
        self._region_default = settings.region_default
        self._providers = providers.configured(settings)

    async def buy(self, account: int, wanted: Wanted) -> tuple[Purchase, bool]:
        """Order coins; True beside the purchase says that it was there before, unchanged.

        In one transaction: order, payment, lot, wallet, journal entry, news. Prices and limits are those of that
        moment. Raises `NotConfigured`, `IdReused`, `UnderAge`, `TermsNotAccepted`, `AccountFrozen`, `Invalid`,
        `PriceChanged`, `LimitReached`; nothing is kept of a refused order.
        """
        provider = self._provider(wanted)
        async with self._db.write() as tx:
            await store.lock_buyer(tx, account)
            before = await store.find(tx, wanted.id)
            if before is not None:
                if not model.is_same(before, account, wanted):
                    raise IdReused
                return before, True
            now = await store.get_now(tx)
            buyer = await self._judge_buyer(tx, account, now)
            price = await self._price(tx, buyer, wanted)
            await self._judge_limit(tx, account, price, now)
            await self._enter(tx, buyer, wanted, price)
            await self._pay(tx, buyer, wanted, price, provider=provider, now=now)
            made = await store.find(tx, wanted.id)
        assert made is not None
        log.info("purchase.granted", purchase=str(made.id), account=account, coins=made.coins, provider=made.provider)
        return made, False

    async def get(self, account: int, purchase: UUID) -> Purchase:
        """A purchase of this account; raises `NotFound`."""
        async with self._db.read() as tx:
            found = await store.find(tx, purchase)
        if found is None or found.account != account:
            raise NotFound
        return found

    async def list_purchases(self, account: int, *, before: tuple[datetime, UUID] | None, limit: int) -> list[Purchase]:
        """Purchases of this account, the newest first, behind (created_at, id) of the last one seen."""
        async with self._db.read() as tx:
            return await store.list_page(tx, account, before, limit)

    def _provider(self, wanted: Wanted) -> Provider:
        provider = self._providers.get(wanted.provider)
        if provider is None:
            raise NotConfigured(f"the provider {wanted.provider} is not configured here")
        if wanted.channel not in provider.channels:
            raise Invalid.field("channel", f"{provider.name} sells through {', '.join(sorted(provider.channels))}")
        return provider

    async def _judge_buyer(self, tx: WriteTx, account: int, now: datetime) -> Account:
        buyer = await accounts.get_account(tx, account)
        if not buyer.is_adult(now):
            raise UnderAge
        await accounts.accepted_terms(tx, account, TERMS)
        if (await ledger.get_wallet(tx, account)).frozen:
            raise AccountFrozen
        return buyer

    async def _price(self, tx: WriteTx, buyer: Account, wanted: Wanted) -> Price:
        """What is asked for, in the book of the buyer's country, as this transaction sees it."""
        shelf = await catalog.read_shelf(tx)
        book = shelf.book(buyer.country, self._region_default, wanted.channel)
        if book is None:
            raise NotConfigured(f"nothing is sold through the channel {wanted.channel}")
        coins = wanted.coins
        if wanted.bundle_id is not None:
            coins = next((b.coins for b in shelf.on_sale(book) if b.id == wanted.bundle_id), None)
        if coins is None:
            raise Invalid.field("bundle_id", "no bundle that is on sale to you")
        price = catalog.price_in(shelf, book, coins)
        if wanted.expected is not None and wanted.expected != price.money:
            raise PriceChanged(MoneyBody(price.money.minor, price.money.currency))
        return price

    async def _judge_limit(self, tx: WriteTx, account: int, price: Price, now: datetime) -> None:
        in_force = await policy.get_in_force(tx)
        bought = await store.bought_since(tx, account, model.day_of(now))
        if bought + _limit_minor(price) > in_force.buy_day_minor_max:
            raise LimitReached(BUY_DAY, model.next_day(now))

    async def _enter(self, tx: WriteTx, buyer: Account, wanted: Wanted, price: Price) -> None:
        await store.enter_order(
            tx,
            id=wanted.id,
            account=buyer.key,
            bundle=price.bundle.key if price.bundle and wanted.bundle_id else None,
            coins=price.coins,
            price_minor=price.money.minor,
            tax_minor=included_tax(price.money, price.book.tax_bps).minor,
            currency=price.money.currency,
            region=price.book.region,
            channel=wanted.channel,
            provider=wanted.provider,
            limit_minor=_limit_minor(price),
            actor=f"account:{buyer.key}",
        )

    async def _pay(
        self, tx: WriteTx, buyer: Account, wanted: Wanted, price: Price, *, provider: Provider, now: datetime
    ) -> None:
        gross, fee = price.money, catalog.channel_fee(price.book, price.money)
        begun = await provider.begin(
            Order(id=wanted.id, price=gross, fee=fee, coins=price.coins, return_url=wanted.return_url)
        )
        assert begun.is_paid, "a provider that is paid later needs a step of its own"
        actor = f"provider:{provider.name}"
        await store.move(tx, wanted.id, "paid", actor, begun.ref)
        transfer = await ledger.sell_coins(
            tx,
            account=buyer.key,
            gives_from=buyer.adult_from,
            coins=price.coins,
            gross=gross,
            tax=included_tax(gross, price.book.tax_bps),
            provider_fee=begun.fee,
            source=f"purchase:{wanted.id}",
            happened_at=now,
        )
        await store.move(tx, wanted.id, GRANTED, actor)
        news = {"purchase": str(wanted.id), "account": buyer.key, "coins": price.coins, "transfer": transfer}
        await outbox.put(tx, TOPIC_GRANTED, buyer.key, news)


def _limit_minor(price: Price) -> int:
    return model.limit_minor(price.money, price.book.unit_usd_micros)
