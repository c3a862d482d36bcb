"""What follows from what banks say, by properties: forward only, once, and never guessed."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from largesse.kit.money import Money
from largesse.payouts import bank_news
from largesse.payouts.bank_news import Transfer
from largesse.payouts.rails.by_file import Told

FILE = UUID(int=9)
RANK = {"submitted": 0, "in_transit": 1, "paid": 2, "failed": 2, "returned": 3}


def transfer(n: int, minor: int = 100, state: str = "submitted", status: str = "submitted") -> Transfer:
    return Transfer(
        key=f"payout:{UUID(int=n)}:1", bank_id=f"id{n}", file=FILE, minor=minor, currency="EUR", state=state,
        status=status, payout=UUID(int=n), creator=n, method=UUID(int=100 + n),
    )  # fmt: skip


def told(n: int, what: str, minor: int | None = None, reason: str = "") -> Told:
    money = None if minor is None else Money(minor, "EUR")
    return Told(place=f"at {n}", what=what, bank_id=f"id{n}", money=money, reason=reason, is_ours=True)


TRANSFERS = st.lists(
    st.tuples(st.integers(1, 500), st.sampled_from(sorted(RANK))), min_size=1, max_size=5
).map(lambda some: [transfer(n, minor, state) for n, (minor, state) in enumerate(some)])  # fmt: skip
SAID = st.lists(
    st.one_of(
        st.builds(
            told, st.integers(0, 6), st.sampled_from(["nothing", "in_transit", "paid", "failed", "returned"]),
            st.none() | st.integers(0, 600), st.sampled_from(["", "AC04"]),
        ),
        st.builds(
            Told, place=st.just("all"), what=st.sampled_from(["in_transit", "paid", "failed", "returned", "nothing"]),
            file=st.sampled_from([FILE, UUID(int=1)]), is_ours=st.just(True),
            money=st.none() | st.integers(0, 2_000).map(lambda minor: Money(minor, "EUR")),
        ),
    ),
    max_size=12,
)  # fmt: skip


@given(TRANSFERS, SAID)
def test_transfers_go_forward_and_a_repeat_moves_nothing(transfers, said):
    found = bank_news.judge(said, transfers)
    by_key = {one.key: one for one in transfers}
    for key, change in found.changes.items():
        assert RANK[change.state] > RANK[by_key[key].state]
        assert (by_key[key].state, change.state) not in {("failed", "returned"), ("paid", "failed")}
        assert change.back_minor is None or 0 <= change.back_minor <= by_key[key].minor
    alone = [one for one in said if one.file is None]
    once = bank_news.judge(alone, transfers).changes
    after = [replace(one, state=once[one.key].state) if one.key in once else one for one in transfers]
    assert bank_news.judge(alone, after).changes == {}
    known = {one.bank_id for one in transfers}
    counted = found.counts(len(said))
    assert counted.read == len(said)
    unknown = sum(one.bank_id not in known and one.file != FILE for one in said)
    assert sum(one.reason == "unknown-transfer" for one in found.misfits) == unknown


def test_a_whole_sum_pays_those_that_were_not_refused_one_by_one():
    said = [
        told(1, "failed", reason="AC01"),
        Told(place="all", what="paid", file=FILE, money=Money(300, "EUR"), is_ours=True),
    ]
    found = bank_news.judge(said, [transfer(1, 100), transfer(2, 100), transfer(3, 200)])
    assert {key[-3]: change.state for key, change in found.changes.items()} == {"1": "failed", "2": "paid", "3": "paid"}
    assert found.misfits == []


def test_a_sum_that_differs_moves_nothing():
    said = [Told(place="all", what="paid", file=FILE, money=Money(299, "EUR"), is_ours=True)]
    found = bank_news.judge(said, [transfer(1, 100), transfer(2, 200)])
    assert (found.changes, [one.reason for one in found.misfits]) == ({}, ["sum-differs"])


def test_another_currency_or_too_much_money_moves_nothing():
    for money in (Money(100, "USD"), Money(101, "EUR")):
        for what in ("paid", "returned"):
            one = Told(place="x", what=what, bank_id="id1", money=money, is_ours=True)
            found = bank_news.judge([one], [transfer(1, 100)])
            assert (found.changes, [m.reason for m in found.misfits]) == ({}, ["amount-differs"])


def test_money_back_after_a_refusal_is_for_a_person():
    found = bank_news.judge([told(1, "failed"), told(1, "returned", 100)], [transfer(1, 100)])
    assert [change.state for change in found.changes.values()] == ["failed"]
    assert [one.reason for one in found.misfits] == ["returned-after-failed"]


def test_what_a_bank_says_against_a_ruling_is_for_a_person():
    found = bank_news.judge([told(1, "paid", 100)], [transfer(1, status="failed")])
    assert (found.changes, [one.reason for one in found.misfits]) == ({}, ["paid-after-failed"])
    found = bank_news.judge([told(1, "failed")], [transfer(1, status="paid")])
    assert (found.changes, [one.reason for one in found.misfits]) == ({}, ["failed-after-paid"])
    found = bank_news.judge([told(1, "returned", 100)], [transfer(1, status="paid")])
    assert [change.state for change in found.changes.values()] == ["returned"]
