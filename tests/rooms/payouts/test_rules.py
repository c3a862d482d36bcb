"""The pure rules of withdrawals: what is taken, what it costs, what follows from what a rail says, what can be read."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

import msgspec
import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from largesse.kit.http import Invalid
from largesse.kit.money import Money
from largesse.ledger import DayPart
from largesse.payouts import destinations, fx, reconcile, withdrawal
from largesse.payouts.rails.port import Capabilities, Seen
from largesse.payouts.sealing import Seals
from largesse.policy import Policy

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
DAY = NOON.date()
FIRST = Policy(
    key=1, id=UUID(int=1), share_bps=7000, promo_share_bps=0, diamond_value_micros=7000, hold_days=14,
    payout_minor_min=10_000, payout_week_minor_max=100_000, payout_fee_bps=150, payout_fee_minor=25,
    give_day_coins_max=100_000, buy_day_minor_max=1_000_000, announced_at=NOON, effective_at=NOON, proposed_by=None,
    approved_by=None, reason="",
)  # fmt: skip
OTHER = msgspec.structs.replace(FIRST, key=2, diamond_value_micros=4999)
POLICIES = {1: FIRST, 2: OTHER}
CENT = 10_000_000
PARTS = st.lists(
    st.builds(DayPart, st.dates(date(2026, 1, 1), DAY), st.sampled_from([1, 2]), st.integers(1, 10**8)), max_size=6
)


def worth(parts: tuple[DayPart, ...]) -> int:
    return sum(p.milli * POLICIES[p.policy].diamond_value_micros for p in parts)


@given(PARTS, st.none() | st.integers(1, 3 * 10**8), st.integers(0, 200_000))
def test_a_plan_takes_what_its_gross_is_worth_and_less_than_a_milli_more(
    there: list[DayPart], milli: int | None, gross_minor_max: int
) -> None:
    plan = withdrawal.plan(there, POLICIES.__getitem__, milli=milli, gross_minor_max=gross_minor_max)
    if plan is None:
        assert milli is not None
        assert milli > sum(part.milli for part in there)
        return
    over = worth(plan.days) - plan.gross_minor * CENT
    assert 0 <= over < max([POLICIES[p.policy].diamond_value_micros for p in plan.days], default=1)
    assert plan.milli <= (sum(part.milli for part in there) if milli is None else milli)
    assert milli is not None or plan.gross_minor <= gross_minor_max
    for taken, whole in zip(plan.days, there, strict=False):  # oldest first: only the last one is taken in part
        assert taken[:2] == whole[:2]
        assert 0 < taken.milli <= whole.milli
    assert all(taken == whole for taken, whole in list(zip(plan.days, there, strict=False))[: len(plan.days) - 1])


def test_14286_diamonds_are_usd_100_and_cost_usd_1_75() -> None:
    plan = withdrawal.plan([DayPart(DAY, 1, 14_286_000)], POLICIES.__getitem__, milli=14_286_000, gross_minor_max=0)
    assert plan is not None
    assert (plan.gross_minor, withdrawal.fee_of(plan.gross_minor, FIRST)) == (10_000, 175)


@pytest.mark.parametrize(
    ("currency", "rate", "minor"),
    [
        ("USD", "1", 9825),
        ("EUR", "0.9", 8842),
        ("JPY", "150.005", 14738),
        ("KWD", "0.3075", 30212),
        ("EUR", "0.2", 1965),
    ],
)
def test_money_is_exchanged_half_even_to_its_own_minor_unit(currency: str, rate: str, minor: int) -> None:
    assert withdrawal.exchanged(Money(9825, "USD"), currency, Decimal(rate)) == Money(minor, currency)


CAPABLE = Capabilities(repeats=True, late=timedelta(0), window=timedelta(days=1))
ONCE = Capabilities(repeats=False, late=timedelta(minutes=5), window=timedelta(days=1))


@pytest.mark.parametrize("status", ["submitting", "unknown"])
def test_an_attempt_that_a_rail_does_not_know_is_handed_over_again_or_fails_late(status: withdrawal.Status) -> None:
    absent = Seen(state="absent")

    def judged(capabilities: Capabilities, after: timedelta) -> reconcile.Verdict:
        return reconcile.judge(status, absent, capabilities=capabilities, submitted_at=NOON, now=NOON + after)

    assert judged(CAPABLE, timedelta(0)) == reconcile.Verdict(again=True)
    assert judged(ONCE, timedelta(minutes=4)) == reconcile.Verdict()
    assert judged(ONCE, timedelta(minutes=5)) == reconcile.Verdict(acts=("failed",))
    assert judged(CAPABLE, timedelta(days=1)) == judged(ONCE, timedelta(days=1)) == reconcile.Verdict(person=True)


MOVES = {
    ("submitting", "submitted"), ("submitting", "failed"), ("unknown", "submitted"), ("unknown", "failed"),
    ("submitted", "in_transit"), ("submitted", "paid"), ("submitted", "failed"), ("in_transit", "paid"),
    ("in_transit", "failed"), ("paid", "returned"),
}  # fmt: skip


@given(
    st.sampled_from(["submitting", "unknown", "submitted", "in_transit", "paid", "returned", "failed", "canceled"]),
    st.sampled_from(["submitted", "in_transit", "paid", "failed", "returned"]),
    st.timedeltas(timedelta(0), timedelta(days=3)),
)
def test_every_verdict_is_a_walk_of_legal_moves_and_looking_again_says_nothing_new(
    status: withdrawal.Status, state: reconcile.Act, after: timedelta
) -> None:
    def judged(now: withdrawal.Status) -> reconcile.Verdict:
        return reconcile.judge(now, Seen(state=state), capabilities=CAPABLE, submitted_at=NOON, now=NOON + after)

    verdict = judged(status)
    walk = [status, *verdict.acts]
    assert set(pairwise(walk)) <= MOVES
    assert judged(walk[-1]).acts == ()
    assert not verdict.again


def test_the_embedded_rates_know_the_large_currencies_and_their_day() -> None:
    yen = fx.embedded("JPY")
    assert yen is not None
    assert (yen.source, yen.on.year >= 2026, 50 < yen.per_dollar < 500) == ("ecb", True, True)
    assert fx.embedded("ZZZ") is None


@pytest.mark.parametrize(
    ("rail", "given_", "shown", "country"),
    [
        ("sepa", {"iban": "de89 3704 0044 0532 0130 00", "name": "Bob"}, "…3000", "DE"),
        ("ach", {"routing": "011000015", "account": "000123456", "name": "Bob"}, "…3456", "US"),
        ("paypal", {"email": "Bob@Example.com"}, "b…@example.com", None),
        ("manual", {"where": "Bank  of  Chad 77", "name": "Bob"}, "…d 77", None),
    ],
)
def test_an_account_is_read_however_it_is_written(
    rail: str, given_: dict[str, str], shown: str, country: str | None
) -> None:
    found = destinations.read(rail, given_)
    assert (found.shown, found.country) == (shown, country)


@pytest.mark.parametrize(
    ("rail", "given_", "field"),
    [
        ("sepa", {"iban": "DE89370400440532013001", "name": "Bob"}, "iban"),
        ("sepa", {"iban": "", "name": "Bob"}, "iban"),
        ("sepa", {"iban": "DE89370400440532013000"}, "name"),
        ("ach", {"routing": "011000016", "account": "1234", "name": "Bob"}, "routing"),
        ("ach", {"routing": "011000015", "account": "12x4", "name": "Bob"}, "account"),
        ("ach", {"routing": "011000015", "account": "1234", "name": "Bob", "type": "gold"}, "type"),
        ("paypal", {"email": "bob"}, "email"),
        ("moon", {}, "rail"),
    ],
)
def test_an_account_that_cannot_be_is_refused_by_its_field(rail: str, given_: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        destinations.read(rail, given_)
    assert refused.value.fields
    assert refused.value.fields[0].name == field


@given(st.binary(min_size=1, max_size=4), st.integers(0, 200))
def test_what_is_sealed_opens_for_its_owner_alone_and_never_changed(noise: bytes, at: int) -> None:
    seals = Seals(b"secret of a data directory")
    key, details = seals.new_person_key(7), {"iban": "DE89"}
    sealed = seals.seal(key, 7, details)
    assert seals.open(key, 7, sealed) == details
    assert b"DE89" not in sealed
    at %= len(sealed)
    changed = sealed[:at] + noise + sealed[at + len(noise) :]
    wrong = [(seals, key, 8, sealed), (Seals(b"another"), key, 7, sealed), (seals, seals.new_person_key(7), 7, sealed)]
    if changed != sealed:
        wrong.append((seals, key, 7, changed))
    for by, own, account, content in wrong:
        with pytest.raises(InvalidTag):
            by.open(own, account, content)


def test_the_same_account_has_the_same_fingerprint_and_the_deposits_are_told_in_either_order() -> None:
    seals = Seals(b"secret")
    assert seals.fingerprint("sepa", "DE89") == seals.fingerprint("sepa", "DE89")
    assert seals.fingerprint("sepa", "DE89") != seals.fingerprint("ach", "DE89")
    assert seals.code(b"m", (3, 41)) == seals.code(b"m", (41, 3)) != seals.code(b"m", (3, 14))
