"""Purchases and the rules of buying: pure."""

from datetime import UTC, datetime, time, timedelta
from fractions import Fraction
from uuid import UUID

import msgspec

from largesse.catalog import Channel
from largesse.kit.money import Money, exponent

GRANTED = "granted"
BUY_DAY = "buy-day"
_CENTS = 100
_MICROS = 1_000_000


class Step(msgspec.Struct, frozen=True):
    """A state that a purchase came into, and when."""

    status: str
    at: datetime


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

    @property
    def price(self) -> Money:
        """The price, tax included."""
        return Money(self.price_minor, self.currency)


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


def limit_minor(price: Money, unit_usd_micros: int) -> int:
    """US cents that a price counts against a buying limit, rounded up."""
    worth = Fraction(price.minor * unit_usd_micros * _CENTS, _MICROS * 10 ** exponent(price.currency))
    return -(-worth.numerator // worth.denominator)


def day_of(now: datetime) -> datetime:
    """00:00 UTC of the day of `now`."""
    return datetime.combine(now.astimezone(UTC).date(), time(), UTC)


def next_day(now: datetime) -> datetime:
    """00:00 UTC of the day after: when a limit of a UTC day resets."""
    return day_of(now) + timedelta(days=1)
