"""What a policy says, and how early a change must be announced: pure rules."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Annotated
from uuid import UUID

import msgspec

ANNOUNCE_DAYS_MIN = 7
_MINOR_MAX = 1_000_000_000_000

_Share = Annotated[int, msgspec.Meta(ge=0, le=10_000, multiple_of=10)]
_Minor = Annotated[int, msgspec.Meta(ge=0, le=_MINOR_MAX)]


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of one version. Money is in US cents; shares are basis points (1/10,000), multiples of 10."""

    share_bps: Annotated[_Share, msgspec.Meta(description="diamonds a paid coin gives, x 10,000")]
    promo_share_bps: Annotated[_Share, msgspec.Meta(description="diamonds a promotional coin gives, x 10,000")]
    diamond_value_micros: Annotated[
        int, msgspec.Meta(ge=0, le=1_000_000, description="millionths of a US dollar a diamond is worth")
    ]
    hold_days: Annotated[int, msgspec.Meta(ge=0, le=365, description="days before an earning can be withdrawn")]
    payout_minor_min: Annotated[_Minor, msgspec.Meta(description="smallest withdrawal")]
    payout_week_minor_max: Annotated[_Minor, msgspec.Meta(description="most withdrawn in 7 x 24 hours")]
    payout_fee_bps: Annotated[int, msgspec.Meta(ge=0, le=10_000, description="part of a withdrawal kept as a fee")]
    payout_fee_minor: Annotated[_Minor, msgspec.Meta(description="fixed fee of a withdrawal")]
    give_day_coins_max: Annotated[int, msgspec.Meta(ge=1, le=_MINOR_MAX, description="most coins given in a UTC day")]
    buy_day_minor_max: Annotated[int, msgspec.Meta(ge=1, le=_MINOR_MAX, description="most bought in a UTC day")]
    receivable: Annotated[
        bool,
        msgspec.Meta(description="whether a creator owes the diamonds of gifts whose coins went back after their hold"),
    ] = False


class Policy(Rates, frozen=True, kw_only=True):
    """One version. `key` is the books' small integer; two people stand behind every version but the first."""

    key: int
    id: UUID
    announced_at: datetime
    effective_at: datetime
    proposed_by: int | None
    approved_by: int | None
    reason: str


def version_at(versions: Sequence[Policy], at: datetime) -> Policy | None:
    """The version in force at `at`: the newest with `effective_at <= at`; None before the first."""
    begun = [v for v in versions if v.effective_at <= at]
    return max(begun, key=lambda v: v.effective_at, default=None)


def lowers_creators_part(before: Rates, after: Rates) -> bool:
    """Whether a creator gets less, or later, by `after`: share, value or maximum down; fee, hold or minimum up.

    Or where what was paid out can be owed from then on.
    """
    return any(
        (
            after.share_bps < before.share_bps,
            after.promo_share_bps < before.promo_share_bps,
            after.diamond_value_micros < before.diamond_value_micros,
            after.payout_week_minor_max < before.payout_week_minor_max,
            after.payout_fee_bps > before.payout_fee_bps,
            after.payout_fee_minor > before.payout_fee_minor,
            after.hold_days > before.hold_days,
            after.payout_minor_min > before.payout_minor_min,
            after.receivable and not before.receivable,
        )
    )


def earliest_effective(now: datetime, *, lowers: bool) -> datetime:
    """The first 00:00 UTC at which a version announced `now` may begin: the next, or the first 7 x 24 h away."""
    since = now.astimezone(UTC) + timedelta(days=ANNOUNCE_DAYS_MIN if lowers else 0)
    midnight = datetime.combine(since.date(), time(), UTC)
    return midnight if midnight == since else midnight + timedelta(days=1)


def is_midnight(at: datetime) -> bool:
    """Whether `at` is 00:00 UTC exactly."""
    return at.astimezone(UTC).time() == time()
