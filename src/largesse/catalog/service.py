"""The verbs of the catalogue; what is read often is kept in memory, one edition at a time."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
import psycopg
import structlog
from psycopg_pool import PoolTimeout

from largesse import accounts, ledger
from largesse.catalog import model, store
from largesse.catalog.errors import GiftRetired
from largesse.catalog.model import (
    BookContent,
    Bundle,
    Channel,
    Cost,
    Gift,
    GiftContent,
    Price,
    PriceBook,
    Shelf,
    Split,
)
from largesse.catalog.regions import Region, TaxShown
from largesse.catalog.service_books import BooksOffice, check_book
from largesse.catalog.service_regions import RegionsOffice
from largesse.kit import trail
from largesse.kit.approval import FourEyes
from largesse.kit.config import Settings
from largesse.kit.db import Database, WriteTx
from largesse.kit.http import Conflict, Invalid, NotConfigured, NotFound
from largesse.kit.idempotency import IdReused
from largesse.kit.money import Coins, Diamonds, creator_share
from largesse.kit.news import News
from largesse.kit.principal import Principal
from largesse.policy import Policy, PolicyService

log = structlog.get_logger(__name__)
SUBJECT = "catalog.changed"
_LOOK_S = 5.0


@dataclass(frozen=True, slots=True)
class Quote:
    """Where the money of `count` gifts goes; `promo_milli` of `diamonds_milli` come from `promo` promotional coins.

    `tax_shown`: whether prices in that country are told with their tax, or it is added to them.
    """

    gift: Gift
    count: int
    coins: int
    split: Split
    currency: str
    diamonds_milli: int
    promo: int
    promo_milli: int
    policy: Policy
    tax_shown: TaxShown


class CatalogService:
    """Gifts, bundles, prices and quotes. `open` it before anything is asked of it."""

    def __init__(self, db: Database, news: News, policy: PolicyService, settings: Settings) -> None:
        self._db = db
        self._policy = policy
        self._news = news
        self._region_default = settings.region_default
        self._shelf: Shelf | None = None
        self._looking: asyncio.Task[None] | None = None
        self._sandbox = settings.sandbox
        self.regions = RegionsOffice(db, self._editing)
        self.books = BooksOffice(db, self._editing)

    async def open(self) -> None:
        """Read the catalogue, and keep it fresh: on news of a change, and by a look at the edition every 5 s."""
        await self.refresh()

        async def changed(_: str, __: bytes) -> None:
            await self._look()

        await self._news.listen(SUBJECT, changed)
        self._looking = asyncio.create_task(self._keep_looking(), name="catalog")

    async def close(self) -> None:
        """Stop looking."""
        if self._looking is not None:
            self._looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._looking
            self._looking = None

    async def refresh(self) -> None:
        """Read the catalogue anew."""
        async with self._db.read() as tx:
            self._shelf = await store.read_shelf(tx)

    @property
    def shelf(self) -> Shelf:
        """The edition in memory."""
        assert self._shelf is not None, "open() comes first"
        return self._shelf

    def gift(self, gift_id: str) -> Gift | None:
        """A gift by its slug, retired or not."""
        return self.shelf.by_id.get(gift_id)

    def gift_by_key(self, key: int) -> Gift | None:
        """A gift by the books' key, retired or not."""
        return self.shelf.by_key.get(key)

    def gifts(self) -> tuple[Gift, ...]:
        """The gifts of the panel, in its order."""
        return tuple(g for g in self.shelf.gifts if not g.retired)

    def book(self, region: str, channel: Channel) -> PriceBook:
        """The book of a region and channel, else the default region's; raises `NotConfigured` where none sells."""
        found = self.shelf.book(region, self._region_default, channel)
        if found is None:
            raise NotConfigured(f"nothing is sold through the channel {channel}")
        return found

    def bundles(self, channel: Channel, region: str) -> tuple[PriceBook, tuple[Bundle, ...]]:
        """The book of a region and channel, and its bundles on sale, the smallest first."""
        book = self.book(region, channel)
        return book, self.shelf.on_sale(book)

    def price(self, coins: int, region: str, channel: Channel) -> Price:
        """What a bundle's or a custom number of coins costs; raises `NotConfigured` and `Invalid`."""
        return price_in(self.shelf, self.book(region, channel), coins, self.region(region).tax)

    def region(self, country: str) -> Region:
        """Which features and providers exist in a country now, and how tax is shown there; from memory."""
        return self.shelf.region(country, datetime.now(UTC))

    async def region_of(self, caller: Principal | None, asked: str | None = None) -> str:
        """The region that was asked for, else the caller's country, else the operator's default."""
        if asked or caller is None:
            return asked or self._region_default
        async with self._db.read() as tx:
            return (await accounts.get_account(tx, caller.account)).country

    async def quote(self, gift_id: str, count: int, region: str, account: int | None) -> Quote:
        """Where the money of `count` gifts goes, for someone signed in at what their own next coins cost by lot.

        Raises `NotFound`, `GiftRetired`, and `Invalid` for more than one of a gift that is sent one at a time.
        """
        gift = self.gift(gift_id)
        if gift is None:
            raise NotFound
        if gift.retired:
            raise GiftRetired
        if count > 1 and not gift.streakable:
            raise Invalid.field("count", "this gift is sent one at a time")
        coins, policy = gift.coins * count, await self._policy.current()
        book = self.book(region, "web")
        own = ledger.NextCoins(promo=0, parts=(), short=coins)
        if account is not None:
            async with self._db.read() as tx:
                own = await ledger.next_coins_cost(tx, account, coins)
        promo_milli = creator_share(Coins(own.promo), policy.promo_share_bps if own.promo_earns else 0).milli
        milli = creator_share(Coins(coins - own.promo), policy.share_bps).milli + promo_milli
        shown = self.region(region).tax
        parts = model.split(
            self._cost(book, own, shown), diamonds_milli=milli, value_micros=policy.diamond_value_micros, book=book
        )
        return Quote(gift, count, coins, parts, book.currency, milli, own.promo, promo_milli, policy, shown)

    def diamonds(self, gift: Gift, policy: Policy) -> Diamonds:
        """What one gift of bought coins gives its creator by a policy."""
        return creator_share(Coins(gift.coins), policy.share_bps)

    # The office's verbs: each counts an edition, writes the trail, and tells the other processes.

    async def add_gift(self, by: int, gift_id: str, content: GiftContent) -> tuple[Gift, bool]:
        """Add a gift; True beside it says that it was there before. Raises `IdReused` for other content."""
        async with self._editing() as tx:
            before = (await store.read_shelf(tx)).by_id.get(gift_id)
            if before is not None:
                if before.retired or _content(before) != content:
                    raise IdReused
                return before, True
            gift = await store.add_gift(tx, gift_id, content)
            await trail.write(tx, by, "gift.added", f"gift:{gift_id}", msgspec.to_builtins(content))
        return gift, False

    async def change_gift(self, by: int, gift_id: str, changes: dict[str, Any]) -> Gift:
        """Change some of a gift's content, its price among it; raises `NotFound`."""
        async with self._editing() as tx:
            before = (await store.read_shelf(tx)).by_id.get(gift_id)
            if before is None:
                raise NotFound
            content = msgspec.structs.replace(_content(before), **changes)
            gift = await store.change_gift(tx, gift_id, content)
            was = msgspec.to_builtins(_content(before))
            await trail.write(
                tx, by, "gift.changed", f"gift:{gift_id}", {"was": was, "is": msgspec.to_builtins(content)}
            )
        return gift

    async def retire_gift(self, by: int, gift_id: str) -> Gift:
        """Take a gift out of the panel for ever; repeating it changes nothing. Raises `NotFound`."""
        async with self._editing() as tx:
            before = (await store.read_shelf(tx)).by_id.get(gift_id)
            if before is None:
                raise NotFound
            if before.retired:
                return before
            gift = await store.retire_gift(tx, gift_id)
            await trail.write(tx, by, "gift.retired", f"gift:{gift_id}", {})
        return gift

    async def put_book(self, by: int, region: str, channel: Channel, content: BookContent) -> PriceBook:
        """Make or change a price book whole, alone and at once, which only a sandbox allows; else `books` does it.

        Bundles that are not named are retired. Raises `FourEyes`, `Invalid`, `BookOutOfLine`, and `Conflict` for
        another currency than the book has.
        """
        if not self._sandbox:
            raise FourEyes
        check_book(content)
        async with self._editing() as tx:
            before = (await store.read_shelf(tx)).exact(region, channel)
            if before is not None and before.currency != content.currency:
                raise Conflict(f"the book of {region} and {channel} is in {before.currency}")
            await store.put_book(tx, region, channel, content)
            made = (await store.read_shelf(tx)).exact(region, channel)
            assert made is not None
            await trail.write(tx, by, "book.put", f"book:{region}/{channel}", msgspec.to_builtins(content))
        return made

    @contextlib.asynccontextmanager
    async def _editing(self) -> AsyncIterator[WriteTx]:
        async with self._db.write() as tx:
            await store.next_edition(tx)
            yield tx
        await self.refresh()
        await self._news.publish(SUBJECT, b"")

    async def _look(self) -> None:
        try:
            async with self._db.read() as tx:
                if self._shelf is None or await store.edition(tx) != self._shelf.version:
                    self._shelf = await store.read_shelf(tx)
        except (psycopg.OperationalError, PoolTimeout) as error:
            log.warning("catalog.not_read", error=str(error))

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_S)
            await self._look()

    def _cost(self, book: PriceBook, own: ledger.NextCoins, shown: TaxShown) -> Cost:
        """The cost of somebody's next coins in the book's currency; what they are short of, at the smallest bundle."""
        cost = model.cost_at_smallest(book, self.shelf.on_sale(book)[0], own.short, shown)
        for part in own.parts:
            paid = Cost(part.gross, part.tax, part.fee)
            source = next((b for b in self.shelf.books if b.currency == part.currency), book)
            cost += paid if part.currency == book.currency else model.exchange(paid, source=source, target=book)
        return cost


def price_in(shelf: Shelf, book: PriceBook, coins: int, shown: TaxShown) -> Price:
    """What `coins` cost in a book, where tax is shown so; raises `Invalid` for what it does not sell."""
    bundles = shelf.on_sale(book)
    low, high = book.custom_coins_min, book.custom_coins_max
    if not any(b.coins == coins for b in bundles) and (low is None or high is None or not low <= coins <= high):
        sold = "only bundles are sold here" if low is None else f"not between {low} and {high}"
        raise Invalid.field("coins", sold)
    return model.price_of(book, bundles, coins, shown)


def _content(gift: Gift) -> GiftContent:
    return GiftContent(**{name: getattr(gift, name) for name in GiftContent.__struct_fields__})
