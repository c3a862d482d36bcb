"""Units that refuse to mix: coins, diamonds, money; integers everywhere.

Source of the units and of every rounding: docs/decisions/0004-rounding.md
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Self

MILLI = 1_000
BPS = 10_000

# ISO 4217 exponents that differ from two. Source: ISO 4217 list one.
_EXPONENTS = dict.fromkeys(
    ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"], 0
) | dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3)
_CODE_LENGTH = 3


@dataclass(frozen=True, slots=True, order=True)
class Coins:
    """Whole coins."""

    n: int

    def __add__(self, other: Self) -> Self:
        return type(self)(self.n + other.n)

    def __sub__(self, other: Self) -> Self:
        return type(self)(self.n - other.n)


@dataclass(frozen=True, slots=True, order=True)
class Diamonds:
    """Milli-diamonds: 1 diamond = 1,000; shown rounded down to whole diamonds."""

    milli: int

    def __add__(self, other: Self) -> Self:
        return type(self)(self.milli + other.milli)

    def __sub__(self, other: Self) -> Self:
        return type(self)(self.milli - other.milli)

    @property
    def whole(self) -> int:
        """Whole diamonds, rounded down."""
        return self.milli // MILLI


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of an ISO 4217 currency, with that currency's own exponent (JPY 0, KWD 3)."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        assert len(self.currency) == _CODE_LENGTH, self.currency
        assert self.currency.isupper(), self.currency

    def __add__(self, other: Self) -> Self:
        assert self.currency == other.currency, (self.currency, other.currency)
        return type(self)(self.minor + other.minor, self.currency)

    def __sub__(self, other: Self) -> Self:
        assert self.currency == other.currency, (self.currency, other.currency)
        return type(self)(self.minor - other.minor, self.currency)


def exponent(currency: str) -> int:
    """How many decimals the currency's minor unit has."""
    return _EXPONENTS.get(currency, 2)


def creator_share(price: Coins, share_bps: int) -> Diamonds:
    """Diamonds earned by a gift; exact, because a policy's share is a multiple of 10 bps.

    Source: docs/decisions/0004-rounding.md
    """
    assert share_bps % 10 == 0, share_bps
    return Diamonds(milli=price.n * share_bps // 10)


def included_tax(gross: Money, rate_bps: int) -> Money:
    """The tax inside a gross price: gross - half-even(gross / (1 + rate))."""
    net = Decimal(gross.minor) * BPS / (BPS + rate_bps)
    return Money(gross.minor - int(net.quantize(Decimal(1), ROUND_HALF_EVEN)), gross.currency)


def added_tax(net: Money, rate_bps: int) -> Money:
    """The tax on top of a net price: half-even(net * rate)."""
    tax = Decimal(net.minor) * rate_bps / BPS
    return Money(int(tax.quantize(Decimal(1), ROUND_HALF_EVEN)), net.currency)


def worth_minor(diamonds: Diamonds, value_micros: int, currency_exponent: int = 2) -> int:
    """What diamonds are worth in US minor units at `value_micros` (millionths of a dollar a diamond), rounded down."""
    scale: int = 10**currency_exponent
    return diamonds.milli * value_micros * scale // (MILLI * 1_000_000)
