from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from largesse.kit.money import Diamonds, worth_minor
from largesse.ledger import Earned, EarningDay
from largesse.payouts import model
from largesse.policy import Policy

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
TODAY = NOON.date()
FIRST = Policy(
    key=1, id=UUID(int=1), share_bps=7000, promo_share_bps=0, diamond_value_micros=7000, hold_days=14,
    payout_minor_min=10_000, payout_week_minor_max=100_000, payout_fee_bps=150, payout_fee_minor=25,
    give_day_coins_max=100_000, buy_day_minor_max=1_000_000, announced_at=NOON, effective_at=NOON, proposed_by=None,
    approved_by=None, reason="",
)  # fmt: skip
AT_ONCE = msgspec.structs.replace(FIRST, key=2, hold_days=0, diamond_value_micros=5000, share_bps=5000)
VERSIONS = {1: FIRST, 2: AT_ONCE}


def earned(day: date, milli: int, policy: int = 1, **parts: int) -> EarningDay:
    return EarningDay(
        day=day, policy=policy, gifts=1, coins=milli // 700, milli_in=milli,
        **({"milli_reversed": 0, "milli_held": 0, "milli_reserved": 0, "milli_redeemed": 0} | parts),
    )  # fmt: skip


def _day(ago: int, policy: int, parts: tuple[int, int, int, int, int]) -> EarningDay:
    _, reversed_, held, reserved, redeemed = parts
    return earned(
        TODAY - timedelta(days=ago), sum(parts), policy,
        milli_reversed=reversed_, milli_held=held, milli_reserved=reserved, milli_redeemed=redeemed,
    )  # fmt: skip


_MILLI = st.integers(0, 10**9)
DAYS = st.lists(st.builds(_day, st.integers(0, 40), st.sampled_from([1, 2]), st.tuples(*[_MILLI] * 5)), max_size=6)


@given(DAYS)
def test_everything_earned_is_in_exactly_one_place(earnings: list[EarningDay]) -> None:
    own = model.balance(earnings, VERSIONS.__getitem__, NOON)
    parts = (own.pending_milli, own.available_milli, own.held_milli, own.reserved_milli, own.paid_milli)
    assert own.lifetime_milli == sum(parts)
    assert own.pending_milli == sum(milli for _, milli in own.releases)
    assert list(own.releases) == sorted(own.releases)
    assert all(day > TODAY for day, _ in own.releases)


@given(DAYS, st.integers(0, 30))
def test_waiting_only_moves_pending_to_available_on_the_days_that_were_said(
    earnings: list[EarningDay], later: int
) -> None:
    before = model.balance(earnings, VERSIONS.__getitem__, NOON)
    after = model.balance(earnings, VERSIONS.__getitem__, NOON + timedelta(days=later))
    due = sum(milli for day, milli in before.releases if day <= TODAY + timedelta(days=later))
    assert after.available_milli == before.available_milli + due
    assert after.estimated_minor == before.estimated_minor


@given(DAYS)
def test_the_estimate_is_each_days_own_value_rounded_down_once(earnings: list[EarningDay]) -> None:
    own = model.balance(earnings, VERSIONS.__getitem__, NOON)
    each = [worth_minor(Diamonds(model.left(e)), VERSIONS[e.policy].diamond_value_micros) for e in earnings]
    assert sum(each) <= own.estimated_minor <= sum(each) + len(each)
    if len(each) == 1:
        assert own.estimated_minor == each[0]


@pytest.mark.parametrize(
    ("now", "available"),
    [(datetime(2026, 3, 24, 23, 59, 59, 999_999, UTC), 0), (datetime(2026, 3, 25, tzinfo=UTC), 70_000)],
)
def test_a_day_clears_at_midnight_after_its_hold(now: datetime, available: int) -> None:
    own = model.balance([earned(date(2026, 3, 10), 70_000)], VERSIONS.__getitem__, now)
    assert own.available_milli == available
    assert own.releases == (() if available else ((date(2026, 3, 25), 70_000),))


def test_without_a_hold_diamonds_are_available_at_once() -> None:
    assert model.balance([earned(TODAY, 70_000, 2)], VERSIONS.__getitem__, NOON).available_milli == 70_000


def test_what_reaches_the_smallest_withdrawal_is_worth_it() -> None:
    assert model.balance([earned(TODAY, 14_286_000)], VERSIONS.__getitem__, NOON).estimated_minor == 10_000
    assert model.balance([earned(TODAY, 14_285_000)], VERSIONS.__getitem__, NOON).estimated_minor == 9999


def test_the_next_policy_is_shown_in_the_creators_own_numbers() -> None:
    earnings = [earned(TODAY, 70_000), earned(TODAY - timedelta(days=27), 7_000), earned(TODAY - timedelta(days=28), 7)]
    found = model.difference(earnings, VERSIONS.__getitem__, FIRST, AT_ONCE, NOON)
    assert (found.days, found.now_milli, found.next_milli) == (28, 77_000, 55_000)
    assert (found.now_minor, found.next_minor) == (53, 27)


def test_the_effect_of_a_policy_is_what_the_same_gifts_would_have_given() -> None:
    days = [
        Earned(policy=1, creators=3, coins=1_000, milli=700_000),
        Earned(policy=2, creators=1, coins=100, milli=50_000),
    ]
    found = model.effect(days, VERSIONS.__getitem__, FIRST, msgspec.structs.replace(AT_ONCE, share_bps=8000))
    assert (found.coins, found.creators) == (1_100, 4)
    assert (found.now_milli, found.next_milli) == (770_000, 880_000)
    assert (found.now_minor, found.next_minor) == (539, 440)


def test_a_policy_that_gave_nothing_gives_nothing_by_another_share() -> None:
    never = msgspec.structs.replace(FIRST, key=3, share_bps=0)
    days = [Earned(policy=3, creators=1, coins=1_000, milli=0)]
    assert model.effect(days, {3: never}.__getitem__, FIRST, AT_ONCE).next_milli == 0
