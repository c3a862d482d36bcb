"""What can be bought and sent, and what it costs: pure rules, integers and exact fractions."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Annotated, Literal, TypeVar

import msgspec

from largesse.catalog.regions import Region, Regions, TaxShown, in_force
from largesse.kit.money import BPS, Money, added_tax, exponent, included_tax

Channel = Literal["web", "apple", "google"]
Tier = Literal["small", "mid", "big"]
Recipe = Literal["bloom", "drop", "build", "spin", "rise"]
MICROS = 1_000_000
_VALUE_SCALE = 1_000 * MICROS  # milli-diamonds x micros a diamond, to whole dollars


class Art(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a gift looks: a motion recipe of the gift engine, a colour, and the path of a still picture."""

    recipe: Recipe
    accent: Annotated[str, msgspec.Meta(pattern="^#[0-9a-f]{6}$", description="#rrggbb")]
    still: Annotated[str, msgspec.Meta(pattern=r"^/static/gifts/[a-z0-9-]{1,40}\.webp$")] | None = None


class GiftContent(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator says about a gift. `coins` is the price of one; `position` orders the panel."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    coins: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    tier: Tier
    streakable: bool
    art: Art
    position: Annotated[int, msgspec.Meta(ge=0, le=30_000)]


class Gift(msgspec.Struct, frozen=True, kw_only=True):
    """A gift of the catalogue. `key` is the books' integer, `id` its slug; a retired one is kept for its receipts."""

    key: int
    id: str
    name: str
    coins: int
    tier: Tier
    streakable: bool
    art: Art
    position: int
    retired_at: datetime | None

    @property
    def retired(self) -> bool:
        """Whether it can no longer be given."""
        return self.retired_at is not None

    @property
    def still(self) -> str:
        """The path of its still picture."""
        return self.art.still or f"/static/gifts/{self.id}.webp"


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """Coins for a list price, in minor units of its book's currency; `asked` says what a buyer is asked for it."""

    key: int
    id: str
    book: int
    coins: int
    price_minor: int
    product_id: str | None
    retired_at: datetime | None


class PriceBook(msgspec.Struct, frozen=True, kw_only=True):
    """The list prices of one region and channel; money in minor units of `currency`.

    Fees are what the channel keeps: of the gross on the web, of the net in the stores. `unit_usd_micros` is the worth
    of one unit of the currency in millionths of a US dollar, for quotes and limits only.
    """

    key: int
    region: str
    channel: Channel
    currency: str
    tax_bps: int
    channel_fee_bps: int
    channel_fee_minor: int
    custom_coins_min: int | None
    custom_coins_max: int | None
    custom_micros_per_coin: int | None
    unit_usd_micros: int


class CustomAmount(msgspec.Struct, frozen=True, kw_only=True):
    """How many coins can be bought beside the bundles, and the rate below the smallest bundle."""

    coins_min: Annotated[int, msgspec.Meta(ge=1, le=10_000_000)]
    coins_max: Annotated[int, msgspec.Meta(ge=1, le=10_000_000)]
    micros_per_coin: Annotated[int, msgspec.Meta(ge=1, le=10**12, description="millionths of the currency's unit")]


class BundleContent(msgspec.Struct, frozen=True, kw_only=True):
    """Coins for a list price; `product_id` names it in an app store."""

    coins: Annotated[int, msgspec.Meta(ge=1, le=10_000_000)]
    price_minor: Annotated[int, msgspec.Meta(ge=1, le=10**12)]
    product_id: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9._-]{1,100}$")] | None = None


Priced = TypeVar("Priced", Bundle, BundleContent)


class BookContent(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator says about the prices of a region and channel."""

    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$", description="ISO 4217")]
    bundles: Annotated[list[BundleContent], msgspec.Meta(min_length=1, max_length=50)]
    custom_amount: CustomAmount | None = None
    tax_bps: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 0
    channel_fee_bps: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 0
    channel_fee_minor: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0
    unit_usd_micros: Annotated[
        int, msgspec.Meta(ge=1, le=10**9, description="worth of one unit, in millionths of a US dollar")
    ] = MICROS


@dataclass(frozen=True, slots=True)
class Price:
    """What a number of coins costs in a book; `bundle` where that number is one, `saving_bps` against the smallest.

    `money` is what the buyer is asked, with `tax` in it.
    """

    coins: int
    money: Money
    tax: Money
    bundle: Bundle | None
    saving_bps: int
    book: PriceBook


@dataclass(frozen=True, slots=True)
class Cost:
    """What coins cost whoever gives them, in exact minor units of one currency."""

    gross: Fraction
    tax: Fraction
    fee: Fraction

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.gross + other.gross, self.tax + other.tax, self.fee + other.fee)

    def times(self, ratio: Fraction) -> "Cost":
        """The same cost, scaled."""
        return Cost(self.gross * ratio, self.tax * ratio, self.fee * ratio)


NOTHING = Cost(Fraction(0), Fraction(0), Fraction(0))


@dataclass(frozen=True, slots=True)
class Split:
    """Where the money of a gift goes, in minor units; the four parts sum to `price`."""

    price: int
    tax: int
    channel_fee: int
    platform: int
    creator: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """The whole catalogue of one edition, as it is kept in memory."""

    version: int
    gifts: tuple[Gift, ...]
    books: tuple[PriceBook, ...]
    bundles: dict[int, tuple[Bundle, ...]]
    by_id: dict[str, Gift] = field(default_factory=dict)
    by_key: dict[int, Gift] = field(default_factory=dict)
    regions: Regions = field(default_factory=dict)

    def book(self, region: str, region_default: str, channel: Channel) -> PriceBook | None:
        """The book of the region, else the default region's, else the channel's oldest, else None."""
        of_channel = {b.region: b for b in self.books if b.channel == channel}
        oldest = next(iter(of_channel.values()), None)
        return of_channel.get(region) or of_channel.get(region_default) or oldest

    def exact(self, region: str, channel: str) -> PriceBook | None:
        """The book of this region and no other, if it has one."""
        return next((b for b in self.books if (b.region, b.channel) == (region, channel)), None)

    def region(self, country: str, at: datetime) -> Region:
        """Which features and providers exist in a country at a moment, and how tax is shown there."""
        return in_force(self.regions, country, at)

    def on_sale(self, book: PriceBook) -> tuple[Bundle, ...]:
        """The book's bundles, the smallest first; there is always one."""
        return self.bundles[book.key]


def asked(book: PriceBook, list_minor: int, shown: TaxShown) -> tuple[Money, Money]:
    """What a buyer is asked for a list price of the book, and the tax in that.

    `included`: the price as it is, with the tax inside. `added`: the tax comes on top, half-even. A store's prices have
    it inside, because the store adds what it likes itself.
    """
    price = Money(list_minor, book.currency)
    if shown == "included" or book.channel != "web":
        return price, included_tax(price, book.tax_bps)
    tax = added_tax(price, book.tax_bps)
    return price + tax, tax


def price_of(book: PriceBook, bundles: Sequence[Bundle], coins: int, shown: TaxShown = "included") -> Price:
    """What `coins` cost: a bundle's own price, or a custom amount's.

    Custom: the cheaper of the rate of the largest bundle not above it and the next bundle's price, rounded up to a
    minor unit; below the smallest bundle the book's custom rate applies. `bundles` are sorted and not empty.
    """
    smallest = bundles[0]
    below = [b for b in bundles if b.coins <= coins]
    exact = below[-1] if below and below[-1].coins == coins else None
    if exact is not None:
        saving = saving_bps(smallest, coins, exact.price_minor)
        return Price(coins, *asked(book, exact.price_minor, shown), exact, saving, book)
    above = next((b.price_minor for b in bundles if b.coins > coins), None)
    if below:
        minor = _ceil(Fraction(below[-1].price_minor * coins, below[-1].coins))
    else:
        assert book.custom_micros_per_coin is not None, "callers look at the book's bounds first"
        minor = _ceil(Fraction(coins * book.custom_micros_per_coin * 10 ** exponent(book.currency), MICROS))
    minor = minor if above is None else min(minor, above)
    return Price(coins, *asked(book, minor, shown), None, saving_bps(smallest, coins, minor), book)


def saving_bps(smallest: Bundle, coins: int, price_minor: int) -> int:
    """How much less than at the smallest bundle's rate, in basis points, rounded down; never below 0."""
    full = coins * smallest.price_minor
    return max(0, (full - price_minor * smallest.coins) * BPS // full)


def is_in_line(bundles: Sequence[Priced]) -> bool:
    """Whether bundles, smallest first, cost more the bigger they are, and no more per coin."""
    pairs = itertools.pairwise(bundles)
    return all(a.price_minor < b.price_minor and b.price_minor * a.coins <= a.price_minor * b.coins for a, b in pairs)


def channel_fee(book: PriceBook, gross: Money) -> Money:
    """What the channel keeps of a sale: rate and fixed part, half-even, never more than the net price."""
    net = gross - included_tax(gross, book.tax_bps)
    base = gross if book.channel == "web" else net
    fee = round(Fraction(base.minor * book.channel_fee_bps, BPS)) + book.channel_fee_minor
    return Money(min(fee, net.minor), gross.currency)


def gift_price(book: PriceBook, smallest: Bundle, coins: int, shown: TaxShown = "included") -> int:
    """A gift's price in minor units, tax in it: its coins at the smallest web bundle's rate, rounded up."""
    return _ceil(cost_at_smallest(book, smallest, coins, shown).gross)


def cost_at_smallest(book: PriceBook, smallest: Bundle, coins: int, shown: TaxShown = "included") -> Cost:
    """What `coins` cost, with tax and fee, as a part of the smallest web bundle."""
    gross, tax = asked(book, smallest.price_minor, shown)
    fee = channel_fee(book, gross)
    return Cost(Fraction(gross.minor), Fraction(tax.minor), Fraction(fee.minor)).times(Fraction(coins, smallest.coins))


def split(cost: Cost, *, diamonds_milli: int, value_micros: int, book: PriceBook) -> Split:
    """Where the money goes: price rounded up, tax and fee half-even, the creator's part down, the platform's the rest.

    The platform's part is below zero where a policy pays more than was taken, as for promotional coins.
    """
    price, tax, fee = _ceil(cost.gross), round(cost.tax), round(cost.fee)
    unit = Fraction(diamonds_milli * value_micros, _VALUE_SCALE) * Fraction(MICROS, book.unit_usd_micros)
    creator = int(unit * 10 ** exponent(book.currency))
    return Split(price, tax, fee, price - tax - fee - creator, creator)


def exchange(amount: Cost, *, source: PriceBook, target: PriceBook) -> Cost:
    """A cost in one book's currency as one in another's, by the worth that the operator gave both; exact."""
    scale = Fraction(10 ** exponent(target.currency), 10 ** exponent(source.currency))
    return amount.times(Fraction(source.unit_usd_micros, target.unit_usd_micros) * scale)


def _ceil(value: Fraction) -> int:
    return -(-value.numerator // value.denominator)
