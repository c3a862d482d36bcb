"""What exists where, as everybody may see it: the terms of a country, as far as this service has what they name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from largesse import accounts, catalog
from largesse.catalog import EVERYWHERE, Channel, Region, Shelf
from largesse.kit.db import Database, ReadTx
from largesse.payments import store
from largesse.payments.providers.port import Provider, Seller

CHANNELS: tuple[Channel, ...] = ("web", "apple", "google")
_ORDER = ("stripe", "paypal", "apple", "google", "sandbox")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTax:
    """The currency of a channel's prices, and their tax: its rate, in basis points of the net, and whether it is in."""

    channel: Channel
    currency: str
    included: bool
    rate_bps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What exists in a country now, and what is announced for it. `providers` are those that are set up here."""

    region: Region
    country: str
    buying: bool
    providers: list[str]
    prices: list[ChannelTax]
    years: int
    coming: list[Region]


class Regions:
    """Reads the regions with what this service has."""

    def __init__(self, db: Database, configured: Mapping[str, Provider], region_default: str) -> None:
        self._db = db
        self._configured = configured
        self._region_default = region_default
        self._kept: tuple[Shelf, dict[str, int], date] | None = None

    async def list_offers(self) -> tuple[Offer, list[Offer]]:
        """What exists everywhere, and in each country that has terms, prices or an age of its own."""
        async with self._db.read() as tx:
            shelf, ages, now = await self._read(tx)
        own = {*shelf.regions, *(book.region for book in shelf.books), *ages} - {EVERYWHERE}
        return self._offer(shelf, ages, EVERYWHERE, now), [self._offer(shelf, ages, one, now) for one in sorted(own)]

    async def get_offer(self, country: str) -> Offer:
        """What exists in a country."""
        async with self._db.read() as tx:
            shelf, ages, now = await self._read(tx)
        return self._offer(shelf, ages, country, now)

    async def list_sellers(self, country: str | None, account: int | None) -> list[Seller]:
        """The providers that take orders in a country, else in that of an account, those that take money first."""
        async with self._db.read() as tx:
            shelf, _, now = await self._read(tx)
            if country is None and account is not None:
                country = (await accounts.get_account(tx, account)).country
        region = shelf.region(country or self._region_default, now)
        found = [self._configured[name] for name in self._names(region)]
        return [provider for provider in found if isinstance(provider, Seller)]

    async def _read(self, tx: ReadTx) -> tuple[Shelf, dict[str, int], datetime]:
        """The catalogue and the ages, read again where the one has changed, or the day: everybody may ask often."""
        now, version = await store.get_now(tx), await catalog.edition(tx)
        today, kept = now.astimezone(UTC).date(), self._kept
        if kept is None or (kept[0].version, kept[2]) != (version, today):
            kept = self._kept = (await catalog.read_shelf(tx), await accounts.list_ages(tx, today), today)
        return kept[0], kept[1], now

    def _names(self, region: Region) -> list[str]:
        if not region.buying:
            return []
        return sorted(set(region.providers) & set(self._configured), key=_ORDER.index)

    def _offer(self, shelf: Shelf, ages: dict[str, int], country: str, now: datetime) -> Offer:
        region = shelf.region(country, now)
        prices = []
        for channel in CHANNELS:
            book = shelf.book(country, self._region_default, channel)
            names = [one for one in self._names(region) if channel in self._configured[one].channels]
            if book is not None and names:
                included = channel != "web" or region.tax == "included"
                prices.append(
                    ChannelTax(channel=channel, currency=book.currency, included=included, rate_bps=book.tax_bps)
                )
        sold = {price.channel for price in prices}
        providers = [name for name in self._names(region) if sold & self._configured[name].channels]
        return Offer(
            region=region,
            country=country,
            buying=bool(providers),
            providers=providers,
            prices=prices,
            years=ages.get(country, ages[EVERYWHERE]),
            coming=catalog.coming(shelf.regions, country, now),
        )
