"""Pure rules of a wallet's line: every coin is taken once, its worth comes to the price, and undoing is exact."""

from hypothesis import assume, given
from hypothesis import strategies as st

from largesse.ledger.line import (
    Lot,
    Worth,
    length,
    overlap,
    plan_removal,
    plan_taking,
    union,
    without,
)
from largesse.ledger.model import Book, Leg
from largesse.ledger.reckoning import half_even, netted
from largesse.ledger.restoring import changes_of, plan_giving_back

SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)).map(sorted).map(tuple), max_size=6)
MINOR = st.integers(0, 5000)


def coins_of(spans):
    return {coin for low, high in spans for coin in range(low, high)}


def lot(key=1, **more):
    blank = {
        "key": key, "start": 0, "coins": 10, "removed": 0, "to_debt": 0, "clawed": 0, "net_minor": 100,
        "gross_minor": 120, "currency": "USD",
    }  # fmt: skip
    return Lot(**blank | more)


@given(SPANS, SPANS)
def test_spans_are_sets_of_coins(some, others):
    mine, theirs = coins_of(some), coins_of(others)
    assert coins_of(union(some)) == mine
    assert coins_of(overlap(some, others)) == mine & theirs
    assert coins_of(without(some, others)) == mine - theirs
    for found in (union(some), overlap(some, others), without(some, others)):
        assert length(found) == len(coins_of(found)), "no coin twice"
        assert found == sorted(found)


@st.composite
def lines(draw):
    """Lots end to end, some of their coins gone or clawed, and how much of the line is spent."""
    found, at = [], 0
    for key in range(1, draw(st.integers(1, 5)) + 1):
        coins = draw(st.integers(1, 30))
        to_debt = draw(st.integers(0, coins))
        removed = draw(st.integers(0, coins - to_debt))
        net = draw(MINOR)
        gross = net + draw(MINOR)
        origin = draw(st.sampled_from([None, *[one.key for one in found if one.origin is None]]))
        whole = Worth(net, gross)
        found.append(
            lot(key, start=at, coins=coins, to_debt=to_debt, removed=removed, net_minor=net, gross_minor=gross,
                origin=origin, repaid=whole.part(to_debt, coins))
        )  # fmt: skip
        at = found[-1].end
    spent = draw(st.integers(0, at))
    lots = []
    for one in found:
        clawed_at = overlap(draw(SPANS), [(one.start, min(one.end, spent))])
        lots.append(lot(one.key, **{**_fields(one), "clawed": length(clawed_at), "clawed_at": tuple(clawed_at)}))
    return lots, spent


def _fields(one):
    return {name: getattr(one, name) for name in Lot.__slots__ if name != "key"}


@given(lines(), st.integers(1, 200))
def test_a_taking_takes_each_coin_once_and_the_newest_first(line, coins):
    lots, spent = line
    own = [one for one in lots if one.root == lots[0].root]
    plan = plan_taking(own, spent, coins)
    left = sum(one.coins - one.removed - one.clawed for one in own)
    assert plan.coins == min(coins, left)
    for one in own:
        removed = sum(cut.coins for cut in plan.removed if cut.lot is one)
        clawed = coins_of(span for claw in plan.clawed if claw.lot is one for span in claw.spans)
        free = coins_of([(one.start, min(one.end, spent))]) - coins_of(one.clawed_at)
        assert removed <= one.unspent(spent)
        assert clawed <= free
        if clawed:
            assert removed == one.unspent(spent), "unspent coins go first"
            assert min(clawed) > max(free - clawed, default=-1), "from the top"
    if plan.reopened:
        assert sum(claw.coins for claw in plan.clawed) == sum(length(one.free(spent)) for one in own)


@given(st.integers(1, 60), MINOR, MINOR, st.integers(0, 60), st.lists(st.integers(1, 20), max_size=12))
def test_what_leaves_and_what_is_clawed_come_to_the_price(coins, net, tax, spent, steps):
    """Whatever is taken in whatever steps, all of a lot is worth its price, and no coin is worth less than nothing."""
    spent = min(spent, coins)
    worth, one = Worth(), lot(coins=coins, net_minor=net, gross_minor=net + tax)
    for step in [*steps, coins]:
        plan = plan_taking([one], spent, step)
        assert plan.worth.net >= 0
        assert plan.worth.gross >= plan.worth.net or plan.worth.gross >= 0
        worth += plan.worth
        removed = sum(cut.coins for cut in plan.removed)
        one = lot(
            **{**_fields(one), "removed": one.removed + removed, "clawed": one.clawed + length(plan.spans),
               "clawed_at": tuple(union([*one.clawed_at, *plan.spans]))}
        )  # fmt: skip
    assert one.removed + one.clawed == coins
    assert worth == Worth(net, net + tax)


@given(lines(), st.integers(1, 60))
def test_a_removal_takes_unspent_coins_of_the_newest_lots(line, coins):
    lots, spent = line
    unspent = sum(one.unspent(spent) for one in lots)
    assume(unspent)
    cuts = plan_removal(lots, spent, min(coins, unspent))
    assert sum(cut.coins for cut in cuts) == min(coins, unspent)
    for cut in cuts:
        newer = [one for one in lots if one.key > cut.lot.key]
        assert sum(one.unspent(spent) for one in newer) == sum(c.coins for c in cuts if c.lot.key > cut.lot.key)


@given(lines(), st.integers(1, 200), st.integers(0, 100), st.integers(0, 100))
def test_giving_back_undoes_a_taking_exactly(line, coins, reversed_coins, debt):
    lots, spent = line
    own = [one for one in lots if one.root == lots[0].root]
    plan = plan_taking(own, spent, coins)
    others = [one for one in lots if one.root != lots[0].root]
    clawed = sum(claw.coins for claw in plan.clawed)
    owed = clawed - min(reversed_coins, clawed) + sum(cut.coins for cut in plan.reopened)
    set_off = plan_removal(others, spent, min(owed, sum(one.unspent(spent) for one in others)))
    changes = changes_of(plan, set_off)
    after = [_after(one, changes) for one in lots]
    assume(debt >= owed - sum(one.to_debt for one in after) - sum(cut.coins for cut in plan.reopened))
    back = plan_giving_back(changes, after, debt=debt, owed=owed)
    short = owed - min(debt, owed)
    assert back.cancelled + sum(cut.coins for cut in back.returned) == owed
    assert sum(r.coins for r in back.restored) == sum(cut.coins for cut in plan.removed) + short
    assert sum(r.to_debt for r in back.restored) == min(debt - back.cancelled, sum(r.coins for r in back.restored))
    again = [_after(one, back.changes) for one in after]
    for one, then in zip(lots, again, strict=True):
        assert (then.clawed, then.clawed_at) == (one.clawed, tuple(union(one.clawed_at)))
        assert then.removed >= 0
        assert then.to_debt >= 0
        assert then.removed + then.to_debt + then.clawed <= then.coins
    # What comes back is worth what was removed and what repaid debt, to the last minor unit.
    worth = sum((r.worth for r in back.restored), Worth())
    assert worth == sum((cut.worth for cut in [*plan.removed, *back.returned]), Worth())
    assert len({r.root for r in back.restored}) == len(back.restored)


def _after(one, changes):
    mine = [c for c in changes if c.lot == one.key]
    gone = {what: sum(c.coins for c in mine if c.what == what) for what in ("removed", "to_debt", "clawed")}
    spans = list(one.clawed_at)
    for change in mine:
        if change.what == "clawed":
            spans = union([*spans, *change.spans]) if change.coins > 0 else without(spans, change.spans)
    repaid = one.repaid + sum((c.worth for c in mine if c.what == "to_debt"), Worth())
    return lot(
        one.key,
        **{
            **_fields(one),
            "removed": one.removed + gone["removed"],
            "to_debt": one.to_debt + gone["to_debt"],
            "clawed": one.clawed + gone["clawed"],
            "clawed_at": tuple(union(spans)),
            "repaid": repaid,
        },
    )


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**7))
def test_a_half_goes_to_the_even_neighbour(numerator, denominator):
    whole = half_even(numerator, denominator)
    assert 2 * abs(numerator - whole * denominator) <= denominator
    if 2 * abs(numerator - whole * denominator) == denominator:
        assert whole % 2 == 0
    assert half_even(-numerator, denominator) == -whole


def test_legs_of_one_account_become_one():
    assert netted([Leg(Book.PSP, 5, 0, "USD"), Leg(Book.PSP, -5, 0, "USD"), Leg(Book.PSP, 3, 0, "EUR")]) == [
        Leg(Book.PSP, 3, 0, "EUR")
    ]
