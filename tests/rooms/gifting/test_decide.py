"""What the decision promises: in order, exact, and a refusal changes nothing."""

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from largesse.gifting import Facts, Kind, Outcome, Place, Receipt, Request, Terms, decide
from largesse.gifting import errors as refusals
from largesse.kit import ids
from largesse.kit.http import NotFound
from largesse.ledger import FROZEN, IN_DEBT, RESTING, TEST_MONEY, UNDER_AGE, UNEARNING, WalletState
from largesse.safety import Resting

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
ALICE, BOB, CHARLIE = 1, 2, 3
LIVE, ENDED, OFF = 10, 11, 12
ROSE, LION, GALAXY, OLD = 1, 2, 3, 4


def facts(**changes: Any) -> Facts:
    wallets = {
        ALICE: WalletState(ALICE, paid=1000, paid_out=50, promo=0, promo_out=0, given=0, barred=0),
        CHARLIE: WalletState(CHARLIE, paid=10, paid_out=0, promo=7, promo_out=3, given=0, barred=0),
    }
    given = {
        "batch": 64, "now": NOW, "wallets": wallets, "known": {}, "bans": set(),
        "kinds": {
            ROSE: Kind(1, True, False), LION: Kind(500, True, False), GALAXY: Kind(1000, False, False),
            OLD: Kind(5, True, True),
        },
        "places": {LIVE: Place(BOB, 0), ENDED: Place(BOB, 1), OFF: Place(BOB, None)},
        "terms": Terms(policy=1, share_bps=7000, promo_share_bps=0, give_day_coins_max=5000),
    }  # fmt: skip
    return Facts(**(given | changes))


def ask(sender: int = ALICE, stage: int = LIVE, kind: int = ROSE, count: int = 1, **more: Any) -> Request:
    return Request(more.pop("id", ids.at(NOW).bytes[:6] + ids.new().bytes[6:]), sender, stage, kind, count, **more)


def test_a_gift_takes_coins_and_makes_diamonds_in_the_same_instant() -> None:
    around = facts()
    (receipt,), (entry,) = decide(around, [ask(kind=LION)])
    assert isinstance(receipt, Receipt)
    assert (entry.coins_paid, entry.coins_promo, entry.diamonds_milli) == (500, 0, 350_000)
    assert (entry.paid_before, entry.receiver, entry.policy) == (50, BOB, 1)
    assert receipt.coins_left == 500
    assert around.wallets[ALICE].paid_out == 550


def test_promotional_coins_are_spent_first_and_earn_the_creator_nothing() -> None:
    (_,), (entry,) = decide(facts(), [ask(CHARLIE, count=9)])
    assert (entry.coins_promo, entry.coins_paid, entry.diamonds_milli) == (7, 2, 1400)
    assert (entry.promo_before, entry.paid_before) == (3, 0)


@pytest.mark.parametrize(("marked", "milli", "flag"), [(0, 1400 + 700, 0), (TEST_MONEY, 1400, UNEARNING)])
def test_promotional_coins_earn_by_the_policy_but_never_where_test_money_came_in(
    marked: int, milli: int, flag: int
) -> None:
    around = facts(terms=Terms(policy=1, share_bps=7000, promo_share_bps=1000, give_day_coins_max=5000))
    around.wallets[CHARLIE].barred = marked
    (_, _), (both, paid) = decide(around, [ask(CHARLIE, count=9), ask(CHARLIE)])
    assert (both.coins_promo, both.coins_paid, both.diamonds_milli, both.flags) == (7, 2, milli, flag)
    assert (paid.coins_promo, paid.diamonds_milli, paid.flags) == (0, 700, 0)  # the mark is of promotional coins


def test_a_refused_big_gift_does_not_refuse_the_small_one_behind_it() -> None:
    outcomes, entries = decide(facts(), [ask(kind=LION), ask(kind=GALAXY), ask(kind=ROSE)])
    assert [isinstance(o, Receipt) for o in outcomes] == [True, False, True]
    assert isinstance(outcomes[1], refusals.NotEnoughCoins)
    assert (outcomes[1].needed, outcomes[1].available) == (1000, 500)
    assert len(entries) == 2


CASES: list[tuple[Request, type[Exception]]] = [
    (ask(kind=OLD), refusals.GiftRetired),
    (ask(kind=99), refusals.UnknownGift),
    (ask(stage=99), NotFound),
    (ask(stage=OFF), refusals.GiftingOff),
    (ask(BOB), refusals.SelfGift),
    (ask(kind=GALAXY, count=2), refusals.NotStreakable),
    (ask(count=2, expected_coins=1), refusals.PriceChanged),
    (ask(not_after_s=NOW.timestamp() - 1), refusals.Expired),
    (ask(id=ids.at(NOW - timedelta(hours=25)).bytes), refusals.IdOutOfWindow),
    (ask(id=ids.at(NOW + timedelta(hours=25)).bytes), refusals.IdOutOfWindow),
    (ask(id=b"\0" * 16), refusals.IdOutOfWindow),
    (ask(77), refusals.NotEnoughCoins),
]


@pytest.mark.parametrize(("request_", "refusal"), CASES)
def test_what_cannot_be_given_is_refused_by_its_own_code(request_: Request, refusal: type[Exception]) -> None:
    around = facts()
    before = copy.deepcopy(around.wallets)
    (outcome,), entries = decide(around, [request_])
    assert isinstance(outcome, refusal)
    assert entries == []
    assert {k: msgspec.structs.astuple(w) for k, w in around.wallets.items()} == {
        k: msgspec.structs.astuple(w) for k, w in before.items()
    }


@pytest.mark.parametrize(
    ("barred", "refusal"),
    [
        (FROZEN, refusals.AccountFrozen),
        (IN_DEBT, refusals.InDebt),
        (UNDER_AGE, refusals.UnderAge),
        (FROZEN | UNDER_AGE, refusals.UnderAge),
    ],
)
def test_a_barred_wallet_gives_nothing(barred: int, refusal: type[Exception]) -> None:
    around = facts()
    around.wallets[ALICE].barred = barred
    (outcome,), _ = decide(around, [ask()])
    assert isinstance(outcome, refusal)


def test_who_rests_is_told_until_when() -> None:
    until = datetime(2027, 2, 3, 4, 5, 6, 789_012, tzinfo=UTC)
    around = facts()
    ends_us = (until - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    around.wallets[ALICE].barred = RESTING | ends_us << 5
    (outcome,), _ = decide(around, [ask()])
    assert isinstance(outcome, Resting)
    assert outcome.until == until


def test_a_ban_holds_in_its_room_alone() -> None:
    around = facts(bans={(LIVE, ALICE)})
    outcomes, _ = decide(around, [ask(), ask(stage=ENDED)])
    assert isinstance(outcomes[0], refusals.BannedFromRoom)
    assert isinstance(outcomes[1], Receipt)


def test_the_days_maximum_is_counted_gift_by_gift_and_resets_at_midnight() -> None:
    around = facts()
    around.wallets[ALICE].given = 4999
    outcomes, _ = decide(around, [ask(), ask()])
    assert isinstance(outcomes[0], Receipt)
    assert isinstance(outcomes[1], refusals.LimitReached)
    assert outcomes[1].resets_at == datetime(2026, 5, 5, tzinfo=UTC)


def test_the_same_id_twice_in_one_batch_is_charged_once() -> None:
    once = ask(kind=LION)
    again = msgspec.structs.replace(once)
    other = msgspec.structs.replace(once, count=2)
    outcomes, entries = decide(facts(), [once, again, other])
    assert len(entries) == 1
    assert isinstance(outcomes[1], Receipt)
    assert outcomes[1].duplicate
    assert isinstance(outcomes[2], refusals.IdReused)


def test_another_senders_use_of_an_id_is_another_gift() -> None:
    one = ask()
    two = msgspec.structs.replace(one, sender=CHARLIE)
    outcomes, entries = decide(facts(), [one, two])
    assert all(isinstance(o, Receipt) for o in outcomes)
    assert len(entries) == 2


def test_an_anonymous_gift_is_marked_and_one_after_the_live_is_not_live() -> None:
    _, (entry,) = decide(facts(), [ask(stage=ENDED, anonymous=True)])
    assert entry.flags == 1 | 4


requests = st.lists(
    st.builds(
        ask,
        st.sampled_from([ALICE, BOB, CHARLIE, 77]),
        st.sampled_from([LIVE, ENDED, OFF, 99]),
        st.sampled_from([ROSE, LION, GALAXY, OLD, 99]),
        st.integers(1, 999),
        anonymous=st.booleans(),
    ),
    max_size=30,
)


@given(requests)
def test_coins_are_conserved_and_never_overdrawn_whatever_is_asked(asked: list[Request]) -> None:
    around = facts()
    before = {k: w.paid + w.promo for k, w in around.wallets.items()}
    outcomes, entries = decide(around, asked)
    given_: dict[int, int] = {}
    for e in entries:
        given_[e.sender] = given_.get(e.sender, 0) + e.coins_paid + e.coins_promo
        assert e.diamonds_milli == e.coins_paid * 700
    for key, wallet in around.wallets.items():
        assert wallet.paid >= 0
        assert wallet.promo >= 0
        assert before[key] - given_.get(key, 0) == wallet.paid + wallet.promo
        assert wallet.given <= around.terms.give_day_coins_max
    assert sum(isinstance(o, Receipt) for o in outcomes) == len(entries)


def _kinds(outcomes: list[Outcome]) -> list[str]:
    return ["settled" if isinstance(o, Receipt) else o.code for o in outcomes]


@given(requests)
def test_the_glance_and_the_reasons_agree(asked: list[Request]) -> None:
    """One request at a time, the fast way through says yes exactly where no reason is found against it."""
    together = _kinds(decide(facts(), asked)[0])
    around = facts()
    one_by_one = [_kinds(decide(around, [request])[0])[0] for request in asked]
    assert together == one_by_one
