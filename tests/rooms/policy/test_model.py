from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from largesse.policy import model
from largesse.policy.model import Policy, Rates

FIRST = Policy(
    key=1,
    id=UUID(int=1),
    share_bps=7000,
    promo_share_bps=0,
    diamond_value_micros=7000,
    hold_days=14,
    payout_minor_min=10_000,
    payout_week_minor_max=100_000,
    payout_fee_bps=150,
    payout_fee_minor=25,
    give_day_coins_max=100_000,
    buy_day_minor_max=1_000_000,
    announced_at=datetime(2026, 1, 1, tzinfo=UTC),
    effective_at=datetime(2026, 1, 1, tzinfo=UTC),
    proposed_by=None,
    approved_by=None,
    reason="",
)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive
WORSE_DOWN = ["share_bps", "promo_share_bps", "diamond_value_micros", "payout_week_minor_max"]
WORSE_UP = ["hold_days", "payout_minor_min", "payout_fee_bps", "payout_fee_minor"]


@given(MOMENTS)
def test_a_cut_begins_at_a_midnight_seven_days_away_and_not_later_than_needed(now: datetime) -> None:
    earliest = model.earliest_effective(now, lowers=True)
    assert model.is_midnight(earliest)
    assert timedelta(days=7) <= earliest - now < timedelta(days=8)


@given(MOMENTS)
def test_a_rise_begins_at_the_next_midnight(now: datetime) -> None:
    earliest = model.earliest_effective(now, lowers=False)
    assert earliest.timetz() == time(tzinfo=UTC)
    assert timedelta() <= earliest - now < timedelta(days=1)


@given(st.sampled_from(WORSE_DOWN + WORSE_UP), st.integers(1, 5))
def test_each_number_that_takes_from_creators_is_seen(name: str, by: int) -> None:
    base = msgspec.structs.replace(FIRST, promo_share_bps=1000, payout_fee_bps=150)
    step = by * 10
    down = msgspec.structs.replace(base, **{name: getattr(base, name) - min(step, getattr(base, name))})
    up = msgspec.structs.replace(base, **{name: getattr(base, name) + step})
    worse, better = (down, up) if name in WORSE_DOWN else (up, down)
    assert model.lowers_creators_part(base, worse)
    assert not model.lowers_creators_part(base, better)


def test_receivables_that_are_turned_on_take_from_creators_and_turned_off_do_not() -> None:
    on = msgspec.structs.replace(FIRST, receivable=True)
    assert model.lowers_creators_part(FIRST, on)
    assert not model.lowers_creators_part(on, FIRST)
    assert not model.lowers_creators_part(on, on)


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_limits_of_viewers_are_not_a_creators_part(give: int, buy: int) -> None:
    other = msgspec.structs.replace(FIRST, give_day_coins_max=give, buy_day_minor_max=buy)
    assert not model.lowers_creators_part(FIRST, other)


@given(st.lists(st.integers(0, 1000), min_size=1, unique=True), st.integers(-5, 1005))
def test_exactly_one_version_is_in_force_from_the_first_on(days: list[int], day: int) -> None:
    start = FIRST.effective_at
    versions = [msgspec.structs.replace(FIRST, effective_at=start + timedelta(days=d)) for d in days]
    found = model.version_at(versions, start + timedelta(days=day))
    begun = [d for d in days if d <= day]
    assert (found.effective_at - start).days == max(begun) if found else not begun


def test_rates_refuse_a_share_that_would_round() -> None:
    values = {f: getattr(FIRST, f) for f in Rates.__struct_fields__}
    assert msgspec.convert(values, Rates).share_bps == 7000
    for bad in ({"share_bps": 7001}, {"share_bps": 10_010}, {"hold_days": -1}, {"diamond_value_micros": 1.5}):
        try:
            msgspec.convert(values | bad, Rates)
        except msgspec.ValidationError:
            continue
        raise AssertionError(bad)
