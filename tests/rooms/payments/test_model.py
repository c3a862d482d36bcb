from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from largesse.kit.money import Money
from largesse.payments import model

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - naive bounds


@given(st.integers(1, 10**9))
def test_dollars_count_as_they_are(minor: int) -> None:
    assert model.limit_minor(Money(minor, "USD"), 1_000_000) == minor


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.sampled_from(["USD", "JPY", "KWD"]))
def test_no_price_counts_for_less_than_it_is_worth(minor: int, micros: int, currency: str) -> None:
    scale = {"USD": 100, "JPY": 1, "KWD": 1000}[currency]
    counted = model.limit_minor(Money(minor, currency), micros)
    assert 0 <= counted * 1_000_000 * scale - minor * micros * 100 < 1_000_000 * scale


@given(MOMENTS)
def test_a_days_limit_resets_at_the_next_midnight(now: datetime) -> None:
    assert model.day_of(now) <= now < model.next_day(now)
    assert model.next_day(now) - model.day_of(now) == timedelta(days=1)
