"""What earned: sums net of what was reversed, in coins and milli-diamonds."""

from datetime import UTC, date, datetime, timedelta

import msgspec

DAYS_DEFAULT = 28
DAYS_MAX = 366
HOURS_A_DAY = 24
_EPOCH = date(1970, 1, 1)


class Span(msgspec.Struct, frozen=True):
    """UTC days from `since` to `until`, both included; at most DAYS_MAX of them."""

    since: date
    until: date

    @property
    def hours(self) -> tuple[int, int]:
        """The first and the last of its hours, counted since 1970."""
        return hour_of(self.since), hour_of(self.until) + HOURS_A_DAY - 1


class DayEarned(msgspec.Struct, frozen=True, kw_only=True):
    """A UTC day. milli = new + returning + anonymous: what givers by name gave on their first day here, or later."""

    day: date
    gifts: int
    coins: int
    milli: int
    new_gifters: int
    returning_gifters: int
    new_milli: int
    returning_milli: int
    anonymous_milli: int


class HourEarned(msgspec.Struct, frozen=True, kw_only=True):
    """An hour, counted since 1970."""

    hour: int
    gifts: int
    coins: int
    milli: int


class StageEarned(msgspec.Struct, frozen=True, kw_only=True):
    """A LIVE or a video."""

    stage: int
    gifts: int
    coins: int
    milli: int


class GiftEarned(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of gift: 41 roses in one combo are one gift and 41 pieces."""

    kind: int
    gifts: int
    pieces: int
    coins: int
    milli: int


class GifterEarned(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who gave by name, since `first_day`; gifter 0 is all who gave anonymously, and has none."""

    gifter: int
    gifts: int
    coins: int
    milli: int
    first_day: date | None


def span(since: date | None, until: date | None, today: date) -> Span | None:
    """The days asked for: those up to today, DAYS_DEFAULT of them, where nothing is said; None where it is no span."""
    last = until or (max(today, since) if since else today)
    first = since or _back(last, DAYS_DEFAULT - 1)
    days = (last - first).days + 1
    return Span(first, last) if 1 <= days <= DAYS_MAX and first >= _EPOCH else None


def hour_of(day: date) -> int:
    """The first hour of a UTC day, counted since 1970."""
    return (day - _EPOCH).days * HOURS_A_DAY


def began(hour: int) -> datetime:
    """When an hour, counted since 1970, began."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=hour)


def _back(day: date, days: int) -> date:
    return date.fromordinal(max(1, day.toordinal() - days))
