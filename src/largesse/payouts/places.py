"""Places in lists of payouts: (requested_at, id) of the last one seen, as a cursor."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from largesse.kit import ids
from largesse.kit.http import Invalid

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MICROS_MAX = 4 * 10**15  # the year 2096


def written(requested_at: datetime, payout: UUID) -> str:
    """The cursor behind a payout."""
    return f"{(requested_at - _EPOCH) // _MICROSECOND}.{payout}"


def place_of(cursor: str) -> tuple[datetime, UUID]:
    """The place of a cursor; raises `Invalid` for what is not one."""
    micros, _, text = cursor.partition(".")
    last = ids.decode(text, "payout")
    if last is None or not micros.isdecimal() or not micros.isascii() or int(micros) > _MICROS_MAX:
        raise Invalid.field("cursor", "not one that was given")
    return _EPOCH + int(micros) * _MICROSECOND, last
