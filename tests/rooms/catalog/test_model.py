from fractions import Fraction

import msgspec
from hypothesis import assume, given
from hypothesis import strategies as st

from largesse.catalog import model
from largesse.catalog.model import Bundle, Cost, PriceBook
from largesse.kit.money import Money, included_tax

US = PriceBook(
    key=1,
    region="US",
    channel="web",
    currency="USD",
    tax_bps=0,
    channel_fee_bps=290,
    channel_fee_minor=30,
    custom_coins_min=20,
    custom_coins_max=250_000,
    custom_micros_per_coin=9430,
    unit_usd_micros=1_000_000,
)
JAPAN = msgspec.structs.replace(US, key=2, region="JP", currency="JPY", tax_bps=1000, unit_usd_micros=6_500)
REFERENCE = [(175, 165), (350, 320), (875, 775), (1750, 1500), (3500, 2900), (8750, 7000), (17500, 13500)]


def bundles(pairs: list[tuple[int, int]]) -> list[Bundle]:
    return [
        Bundle(key=n, id=f"web-us-{coins}", book=1, coins=coins, price_minor=minor, product_id=None, retired_at=None)
        for n, (coins, minor) in enumerate(pairs)
    ]


WEB = bundles(REFERENCE)


@st.composite
def price_lines(draw: st.DrawFn) -> list[Bundle]:
    """Bundles in line: dearer in all, and no dearer per coin, the bigger they are."""
    pairs = [(draw(st.integers(1, 500)), draw(st.integers(1, 100_000)))]
    for _ in range(draw(st.integers(0, 6))):
        coins, minor = pairs[-1]
        more = coins + draw(st.integers(1, 5000))
        most = minor * more // coins
        assume(most > minor)
        pairs.append((more, draw(st.integers(minor + 1, most))))
    return bundles(pairs)


@given(price_lines(), st.integers(1, 40_000), st.integers(1, 10**6))
def test_a_custom_amount_never_costs_more_than_a_bundle_above_it(line: list[Bundle], coins: int, micros: int) -> None:
    assert model.is_in_line(line)
    book = msgspec.structs.replace(US, custom_micros_per_coin=micros)
    price = model.price_of(book, line, coins).money.minor
    assert all(price <= b.price_minor for b in line if b.coins >= coins)
    assert price >= 1


@given(price_lines(), st.integers(1, 40_000), st.integers(0, 500), st.integers(1, 10**6))
def test_more_coins_never_cost_less(line: list[Bundle], coins: int, more: int, micros: int) -> None:
    book = msgspec.structs.replace(US, custom_micros_per_coin=micros)
    assert model.price_of(book, line, coins).money.minor <= model.price_of(book, line, coins + more).money.minor


@given(st.sampled_from(WEB))
def test_a_bundles_number_of_coins_costs_what_the_bundle_costs(bundle: Bundle) -> None:
    price = model.price_of(US, WEB, bundle.coins)
    assert (price.money.minor, price.bundle) == (bundle.price_minor, bundle)


def test_the_reference_prices_and_savings() -> None:
    assert [model.saving_bps(WEB[0], b.coins, b.price_minor) for b in WEB] == [0, 303, 606, 909, 1212, 1515, 1818]
    costs = {20: 19, 174: 165, 176: 166, 460: 421, 1749: 1500, 17501: 13501, 250_000: 192_858}
    assert {n: model.price_of(US, WEB, n).money.minor for n in costs} == costs
    assert model.gift_price(US, WEB[0], 1) == 1
    assert model.gift_price(US, WEB[0], 500) == 472


def test_a_book_out_of_line_is_seen() -> None:
    assert model.is_in_line(WEB)
    assert not model.is_in_line(bundles([(100, 100), (200, 201)]))
    assert not model.is_in_line(bundles([(100, 100), (200, 100)]))


@given(
    st.sampled_from([US, JAPAN]),
    st.builds(
        lambda gross, tax, fee: Cost(gross, gross * tax, gross * fee),
        st.fractions(0, 10**7, max_denominator=1000),
        st.fractions(0, 1, max_denominator=100),
        st.fractions(0, 1, max_denominator=100),
    ),
    st.integers(0, 10**9),
    st.integers(0, 10**6),
)
def test_the_lines_of_a_quote_sum_to_its_price(book: PriceBook, cost: Cost, milli: int, micros: int) -> None:
    parts = model.split(cost, diamonds_milli=milli, value_micros=micros, book=book)
    assert parts.tax + parts.channel_fee + parts.platform + parts.creator == parts.price
    assert 0 <= parts.price - cost.gross < 1
    assert min(parts.tax, parts.channel_fee, parts.creator) >= 0


@given(st.integers(1, 10**6), st.integers(0, 10**4), st.integers(0, 10**4), st.sampled_from(["web", "apple"]))
def test_a_channel_never_keeps_more_than_the_net(gross: int, tax: int, bps: int, channel: str) -> None:
    book = msgspec.structs.replace(US, tax_bps=tax, channel_fee_bps=bps, channel_fee_minor=bps // 3, channel=channel)
    money = Money(gross, "USD")
    assert 0 <= model.channel_fee(book, money).minor <= (money - included_tax(money, tax)).minor


def test_the_fees_of_the_books_are_those_of_the_economy() -> None:
    european = msgspec.structs.replace(US, tax_bps=2000)
    store = msgspec.structs.replace(US, tax_bps=2000, channel="apple", channel_fee_bps=3000, channel_fee_minor=0)
    gross = Money(1399, "USD")
    assert included_tax(gross, 2000).minor == 233
    assert model.channel_fee(european, gross).minor == 71
    assert model.channel_fee(store, gross).minor == 350


@given(st.fractions(0, 10**6, max_denominator=100), st.sampled_from([US, JAPAN]), st.sampled_from([US, JAPAN]))
def test_exchanging_there_and_back_loses_nothing(gross: Fraction, source: PriceBook, target: PriceBook) -> None:
    cost = Cost(gross, gross / 10, gross / 20)
    there = model.exchange(cost, source=source, target=target)
    assert model.exchange(there, source=target, target=source) == cost


def test_a_creators_part_is_shown_in_the_viewers_currency() -> None:
    # 100 coins give 70 diamonds of USD 0.007: USD 0.49, at 0.0065 dollars a yen 75 yen
    parts = model.split(
        Cost(Fraction(110), Fraction(10), Fraction(0)), diamonds_milli=70_000, value_micros=7000, book=JAPAN
    )
    assert (parts.price, parts.tax, parts.creator, parts.platform) == (110, 10, 75, 25)
