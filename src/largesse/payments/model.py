"""Purchases and the rules of buying: pure."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from fractions import Fraction
from uuid import UUID

import msgspec

from largesse.catalog import Channel, Shelf
from largesse.kit.money import Money, exponent
from largesse.kit.origins import origin_of
from largesse.ledger import Line

GRANTED, MISMATCH, DISPUTED = "granted", "mismatch", "disputed"
# What an order can wait in: nothing has been charged, or nothing has arrived yet.
WAITING = frozenset({"created", "awaiting_payment", "pending"})
BUY_DAY = "buy-day"
BUYING = ("buy_day", "buy_week", "buy_month")
_CENTS = 100
_MICROS = 1_000_000


class Step(msgspec.Struct, frozen=True):
    """A state that a purchase came into, when, and why where there is more to say."""

    status: str
    at: datetime
    reason: str = ""


class Purchase(msgspec.Struct, frozen=True, kw_only=True):
    """An order of coins. Amounts are minor units of `currency`, tax inside the price; `history` is oldest first."""

    id: UUID
    account: int
    bundle_id: str | None
    coins: int
    price_minor: int
    tax_minor: int
    currency: str
    region: str
    channel: str
    provider: str
    status: str
    created_at: datetime
    granted_at: datetime | None
    history: list[Step]
    fee_minor: int = 0
    provider_ref: str | None = None
    quantity: int = 1
    return_url: str = ""
    live: bool = True
    refunded_minor: int = 0
    granted_class: Line | None = None
    flags: list[str] = []
    looked_at: datetime | None = None
    # What held in the buyer's country when they ordered; '' for a country that was not noted.
    country: str = ""
    withdraw_days: int = 0
    tax_added: bool = False

    @property
    def price(self) -> Money:
        """The price, tax included."""
        return Money(self.price_minor, self.currency)

    @property
    def is_kept(self) -> bool:
        """Whether its money is, or was until it went back, kept apart: no coins were granted for it."""
        went = self.status in {"refunded", "charged_back"} and self.granted_class is None
        return self.status == MISMATCH or went

    def moved(self, status: str | None, refunded_minor: int) -> "Purchase":
        """The same purchase in another state (None: the same one), with so much more given back."""
        return msgspec.structs.replace(
            self, status=status or self.status, refunded_minor=self.refunded_minor + refunded_minor
        )


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asks for: a bundle or a number of coins, one of them. `expected` is the price that was shown."""

    id: UUID
    bundle_id: str | None
    coins: int | None
    provider: str
    channel: Channel
    return_url: str | None
    expected: Money | None


def is_same(purchase: Purchase, account: int, wanted: Wanted) -> bool:
    """Whether a purchase is the one that is asked for again."""
    content = (purchase.account, purchase.provider, purchase.channel, purchase.bundle_id)
    if content != (account, wanted.provider, wanted.channel, wanted.bundle_id):
        return False
    return wanted.bundle_id is not None or purchase.coins == wanted.coins


def refund_status(purchase: Purchase, refunded_minor: int) -> str | None:
    """The state of a purchase of which so much is given back; None where its state says something more important."""
    if purchase.status in {DISPUTED, "charged_back", MISMATCH}:
        return None
    if refunded_minor >= purchase.price_minor:
        return "refunded"
    if purchase.status == "dispute_won":
        return None
    return "partially_refunded" if refunded_minor else GRANTED


def kept_status(arrived_minor: int, refunded_minor: int, lost_minor: int) -> str:
    """The state of a purchase whose money was kept apart, of which so much was given back and a bank took so much."""
    if refunded_minor + lost_minor < arrived_minor:
        return MISMATCH
    return "charged_back" if lost_minor else "refunded"


def disputed_status(disputes: Iterable[str]) -> str:
    """The state of a purchase by those of its disputes: one that is open says most, then one that was lost."""
    states = set(disputes)
    if "open" in states:
        return DISPUTED
    return "charged_back" if "lost" in states else "dispute_won"


def withdrawable_until(purchase: Purchase) -> datetime | None:
    """Until when unspent coins can be given back; None for coins that cannot, or are not here.

    A day more than the right says, for the last day of it is whole wherever the buyer is: the day of the purchase does
    not count, and the last one ends with it. Source: Regulation (EEC, Euratom) 1182/71, article 3.
    """
    if purchase.granted_at is None or not purchase.withdraw_days or purchase.channel != "web":
        return None
    return purchase.granted_at + timedelta(days=purchase.withdraw_days + 1)


def limit_minor(price: Money, unit_usd_micros: int) -> int:
    """US cents that a price counts against a buying limit, rounded up."""
    worth = Fraction(price.minor * unit_usd_micros * _CENTS, _MICROS * 10 ** exponent(price.currency))
    return -(-worth.numerator // worth.denominator)


def may_return_to(url: str, origins: Iterable[str]) -> bool:
    """Whether a buyer may be sent to an address after paying: to one of these origins, and never to one without."""
    return origin_of(url) in {found for origin in origins if (found := origin_of(origin))}


def day_of(now: datetime) -> datetime:
    """00:00 UTC of the day of `now`."""
    return datetime.combine(now.astimezone(UTC).date(), time(), UTC)


def next_day(now: datetime) -> datetime:
    """00:00 UTC of the day after: when a limit of a UTC day resets."""
    return day_of(now) + timedelta(days=1)


class OwnLimit(msgspec.Struct, frozen=True):
    """A person's own limit on buying: US cents from `since` until it resets."""

    name: str
    minor: int
    since: datetime
    resets_at: datetime


def own_limit(name: str, limit: Money, unit_usd_micros: int, now: datetime) -> OwnLimit:
    """A limit as orders are judged by it; `name` is buy_day, buy_week (from Monday) or buy_month, in UTC."""
    today = day_of(now)
    since = {
        "buy_day": today,
        "buy_week": today - timedelta(days=today.weekday()),
        "buy_month": today.replace(day=1),
    }[name]
    resets = {
        "buy_day": today + timedelta(days=1),
        "buy_week": since + timedelta(days=7),
        "buy_month": (since + timedelta(days=32)).replace(day=1),
    }[name]
    return OwnLimit(f"own-{name.replace('_', '-')}", limit_minor(limit, unit_usd_micros), since, resets)


class Spent(msgspec.Struct, frozen=True):
    """What was spent of a limit on buying, and what is left of it (None: there is no limit) until it resets."""

    spent: Money
    left: Money | None
    resets_at: datetime


def spent_of(own: OwnLimit, limit: Money | None, cents: int, currency: str, unit_usd_micros: int) -> Spent:
    """US cents that were spent, in a currency: rounded up, and what is left of the limit down."""
    unit = Fraction(_MICROS * 10 ** exponent(currency), unit_usd_micros * _CENTS)
    left = None if limit is None else Money(int(max(0, own.minor - cents) * unit), currency)
    return Spent(Money(-int(-cents * unit // 1), currency), left, own.resets_at)


def worth_of(shelf: Shelf, currency: str) -> int:
    """Millionths of a US dollar that one unit of a currency is worth; a dollar's where no price book has it."""
    return next((book.unit_usd_micros for book in shelf.books if book.currency == currency), _MICROS)
