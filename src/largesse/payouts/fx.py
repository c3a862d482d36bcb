"""What a US dollar is in other currencies: an operator's table, or the European Central Bank's rates that come with us.

Source of the embedded rates: CurrencyConverter's bundled history, https://github.com/alexprengere/currencyconverter
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from largesse.kit.db import ReadTx
from largesse.payouts import store
from largesse.payouts.errors import NoRate
from largesse.payouts.withdrawal import DOLLAR

if TYPE_CHECKING:
    from currency_converter import CurrencyConverter

OPERATOR, EMBEDDED, NONE = "operator", "ecb", "none"


@dataclass(frozen=True, slots=True)
class Rate:
    """Units of a currency for one US dollar, as `source` had it on `on`."""

    per_dollar: Decimal
    source: str
    on: date


async def find_rate(tx: ReadTx, currency: str, today: date, age_days_max: int | None) -> Rate:
    """The newest rate of a currency: the operator's, where it is not older than the embedded one.

    Raises `NoRate` where there is none, or it is older than `age_days_max` days (None: any age will do).
    """
    if currency == DOLLAR:
        return Rate(Decimal(1), NONE, today)
    own = await store.find_rate(tx, currency)
    found = [rate for rate in (Rate(own[0], OPERATOR, own[1]) if own else None, embedded(currency)) if rate is not None]
    newest = max(found, key=lambda rate: (rate.on, rate.source == OPERATOR), default=None)
    if newest is None or (age_days_max is not None and (today - newest.on).days > age_days_max):
        raise NoRate(currency=currency, newest_on=newest.on if newest else None)
    return newest


def embedded(currency: str) -> Rate | None:
    """The newest rate that comes with us, from the euro's to both currencies; None where there is none."""
    table = _table()
    if currency not in table.currencies:
        return None
    on: date = min(table.bounds[currency].last_date, table.bounds[DOLLAR].last_date)
    per_dollar = Decimal(table.convert(Decimal(1), DOLLAR, currency, date=on))
    return Rate(round(per_dollar, 10), EMBEDDED, on)


@cache
def _table() -> "CurrencyConverter":
    # A third of a second to read, and only a withdrawal in another currency needs it.
    from currency_converter import CurrencyConverter  # noqa: PLC0415

    return CurrencyConverter(decimal=True, fallback_on_missing_rate=True)
