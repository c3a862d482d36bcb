"""What a creator has, and from when: pure rules over days of earnings.

Source: docs/reference/economy.md
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from largesse.ledger import Earned, EarningDay
from largesse.policy import Policy, Rates

RECENT_DAYS = 28
_MINOR_SCALE = 10_000_000  # milli-diamonds x micros a diamond, to US cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """A creator's milli-diamonds; `estimated_minor` is US cents.

    lifetime = pending + available + held + reserved + paid, and what of `owed_milli` stands against days that have
    cleared: `available_milli` is less that, and the next withdrawal sets it off. What disputes
    hold is neither pending nor available until they are decided; what was reversed is in none of them.
    `releases` are the sums that become available, by the UTC day at whose beginning they do, soonest first.
    """

    pending_milli: int
    available_milli: int
    held_milli: int
    reserved_milli: int
    paid_milli: int
    owed_milli: int
    lifetime_milli: int
    estimated_minor: int
    releases: tuple[tuple[date, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What the last 28 days' earnings are by the policy in force, and would have been by the next: milli, US cents."""

    days: int
    now_milli: int
    next_milli: int
    now_minor: int
    next_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What the last 28 days of everybody's gifts gave by the policy in force, and would have given by a proposed one.

    Milli-diamonds and US cents; `creators` may count somebody once for each policy of these days.
    """

    days: int
    creators: int
    coins: int
    now_milli: int
    next_milli: int
    now_minor: int
    next_minor: int


def clears_at(day: date, hold_days: int) -> datetime | None:
    """When a UTC day's earnings can be withdrawn: 00:00 UTC of day + hold + 1; None where there is no hold: at once."""
    if hold_days == 0:
        return None
    return datetime.combine(day + timedelta(days=hold_days + 1), time(), UTC)


def left(earning: EarningDay) -> int:
    """Milli-diamonds of a day that are neither reversed, nor held by a dispute, nor reserved for a payout, nor paid."""
    gone = earning.milli_reversed + earning.milli_held + earning.milli_reserved + earning.milli_redeemed
    return earning.milli_in - gone


def balance(
    earnings: Sequence[EarningDay], policy_of: Callable[[int], Policy], now: datetime, owed_milli: int = 0
) -> Balance:
    """Sum up days of earnings, each by the hold and the value of the policy that it is pinned to.

    The estimate is of what is pending and available, rounded down once, as a withdrawal of all of it would be. What is
    owed takes the oldest days that have cleared, as a withdrawal would find it.
    """
    available, worth, owing = 0, 0, owed_milli
    releases: dict[date, int] = {}
    for earning in sorted(earnings, key=lambda e: (e.day, e.policy)):
        policy, milli = policy_of(earning.policy), left(earning)
        at = clears_at(earning.day, policy.hold_days)
        cleared = at is None or at <= now
        gone = min(owing, milli) if cleared and policy.diamond_value_micros else 0
        owing -= gone
        worth += (milli - gone) * policy.diamond_value_micros
        if at is None or at <= now:
            available += milli - gone
        elif milli:
            releases[at.date()] = releases.get(at.date(), 0) + milli
    return Balance(
        pending_milli=sum(releases.values()),
        available_milli=available,
        held_milli=sum(e.milli_held for e in earnings),
        reserved_milli=sum(e.milli_reserved for e in earnings),
        paid_milli=sum(e.milli_redeemed for e in earnings),
        owed_milli=owed_milli,
        lifetime_milli=sum(e.milli_in - e.milli_reversed for e in earnings),
        estimated_minor=worth // _MINOR_SCALE,
        releases=tuple(sorted(releases.items())),
    )


def difference(
    earnings: Sequence[EarningDay], policy_of: Callable[[int], Policy], current: Policy, coming: Policy, now: datetime
) -> Difference:
    """A creator's own last 28 days by the policy in force and by the next; each sum is rounded down once."""
    recent = [e for e in earnings if e.day >= first_of_recent(now)]
    now_milli, next_milli = (_by_share(recent, policy_of, share) for share in (current.share_bps, coming.share_bps))
    return Difference(
        days=RECENT_DAYS,
        now_milli=now_milli,
        next_milli=next_milli,
        now_minor=now_milli * current.diamond_value_micros // _MINOR_SCALE,
        next_minor=next_milli * coming.diamond_value_micros // _MINOR_SCALE,
    )


def effect(earned: Sequence[Earned], policy_of: Callable[[int], Policy], current: Policy, proposed: Rates) -> Effect:
    """The whole house's last 28 days by two policies; each sum is rounded down once for each pinned policy."""
    sums = []
    for share in (current.share_bps, proposed.share_bps):
        pinned = [(e.milli, policy_of(e.policy).share_bps) for e in earned]
        sums.append(sum(milli * share // own for milli, own in pinned if own))
    return Effect(
        days=RECENT_DAYS,
        creators=sum(e.creators for e in earned),
        coins=sum(e.coins for e in earned),
        now_milli=sums[0],
        next_milli=sums[1],
        now_minor=sums[0] * current.diamond_value_micros // _MINOR_SCALE,
        next_minor=sums[1] * proposed.diamond_value_micros // _MINOR_SCALE,
    )


def first_of_recent(now: datetime) -> date:
    """The first of the last 28 UTC days."""
    return now.astimezone(UTC).date() - timedelta(days=RECENT_DAYS - 1)


def _by_share(earnings: Sequence[EarningDay], policy_of: Callable[[int], Policy], share_bps: int) -> int:
    """What the same gifts would have given at another share; a day that was pinned to no share gives nothing."""
    total = 0
    for earning in earnings:
        pinned = policy_of(earning.policy).share_bps
        if pinned:
            total += (earning.milli_in - earning.milli_granted - earning.milli_reversed) * share_bps // pinned
    return total
