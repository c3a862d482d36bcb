"""Places in lists that are ordered by time: (time, id) of the last row seen, as a cursor."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from largesse.kit import ids
from largesse.kit.http import Invalid

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MICROS_MAX = 4 * 10**15  # the year 2096


def written(at: datetime, last: UUID) -> str:
    """The cursor behind a row."""
    return f"{(at - _EPOCH) // _MICROSECOND}.{last}"


def place_of(cursor: str) -> tuple[datetime, UUID]:
    """The place of a cursor; raises `Invalid` for what is not one."""
    micros, _, text = cursor.partition(".")
    last = ids.decode(text, "place")
    if last is None or not micros.isdecimal() or not micros.isascii() or int(micros) > _MICROS_MAX:
        raise Invalid.field("cursor", "not one that was given")
    return _EPOCH + int(micros) * _MICROSECOND, last
