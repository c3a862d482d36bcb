"""Which features and providers exist in which country, and how its prices are shown: dated, and never rewritten."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

import msgspec

EVERYWHERE = ""
"""The country of the rows that hold for every country without rows of its own."""
WITHDRAW_DAYS_MAX = 365
ProviderName = Literal["stripe", "paypal", "apple", "google", "sandbox"]
TaxShown = Literal["included", "added"]


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What holds in a country.

    `withdrawing` is turning earnings into money. For `withdraw_days` unspent coins of a web purchase can be given back,
    0 for no such right. `tax` says whether web prices have it in them or it is added to them; app stores' have it in.
    """

    buying: bool
    giving: bool
    withdrawing: bool
    providers: Annotated[list[ProviderName], msgspec.Meta(max_length=5)]
    withdraw_days: Annotated[int, msgspec.Meta(ge=0, le=WITHDRAW_DAYS_MAX)]
    tax: TaxShown


class Region(Terms, frozen=True, kw_only=True):
    """A version of a country's terms, or of those of `EVERYWHERE`. People are account keys, None for the first ones."""

    key: int
    country: str
    effective_at: datetime
    announced_at: datetime
    proposed_by: int | None
    approved_by: int | None
    reason: str


Regions = dict[str, tuple[Region, ...]]
"""Versions by country, the newest first."""


def in_force(regions: Regions, country: str, at: datetime) -> Region:
    """What holds in a country at a moment."""
    for version in (*regions.get(country, ()), *regions[EVERYWHERE]):
        if version.effective_at <= at:
            return version
    message = "the first version is installed by a migration"
    raise AssertionError(message)


def coming(regions: Regions, country: str, at: datetime) -> list[Region]:
    """What is announced for a country, the next one first; for one without versions of its own, what is for all."""
    versions = regions.get(country) or regions[EVERYWHERE]
    return [version for version in reversed(versions) if version.effective_at > at]


def terms_of(region: Region) -> Terms:
    """A version's terms alone."""
    return Terms(**{name: getattr(region, name) for name in Terms.__struct_fields__})


def by_country(versions: Sequence[Region]) -> Regions:
    """Versions, the newest first, by country."""
    found: dict[str, list[Region]] = {}
    for version in versions:
        found.setdefault(version.country, []).append(version)
    return {country: tuple(own) for country, own in found.items()}
