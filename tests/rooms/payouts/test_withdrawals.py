"""A withdrawal is what its quote said, is judged under the creator's lock, and reaches its end once."""

import asyncio
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from bookkeeping import AT
from largesse import ledger
from largesse.catalog import NotInRegion
from largesse.kit import ids
from largesse.kit.approval import FourEyes
from largesse.kit.db import Database
from largesse.kit.http import NotFound
from largesse.kit.idempotency import IdReused
from largesse.kit.money import Money
from largesse.payouts import PayoutsService, errors
from largesse.payouts.rails import Sandbox
from largesse.payouts.rails.port import Attempt, Away, Refused, Seen
from regional import hold


@pytest.fixture
def database_url(clock_url: str) -> str:
    return clock_url


def states(payout: Any) -> list[str]:
    return [step.status for step in payout.history]


async def approve(desk: Any, payout: Any) -> None:
    await desk.office.approve(desk.cast.olga.key, payout.id)


async def test_usd_100_costs_what_the_policy_says_and_arrives(desk: Any) -> None:
    await desk.earn()
    quote = await desk.quote(await desk.method())
    assert (quote.gross_minor, quote.fee_minor, quote.net_minor, quote.net_currency) == (10_000, 175, 9825, "USD")
    assert sum(part.milli for part in quote.days) == 14_285_715  # what is worth less than a cent stays diamonds
    made = await desk.ask(quote)
    assert (made.status, made.reasons) == ("review", ["first-payout", "new-method"])
    assert await desk.places() == (21_000_000 - 14_285_715, 14_285_715, 0)
    await approve(desk, made)
    await desk.carrying.work()
    paid = await desk.get(made)
    assert states(paid) == ["requested", "review", "approved", "submitting", "submitted", "paid"]
    assert await desk.places() == (21_000_000 - 14_285_715, 0, 14_285_715)
    assert [(t["minor"], t["currency"]) for t in await desk.transfers()] == [(9825, "USD")]


async def test_the_second_one_to_the_same_method_needs_nobody(desk: Any) -> None:
    await desk.earn(60_000)
    method = await desk.method()
    first = await desk.ask(await desk.quote(method))
    await approve(desk, first)
    await desk.carrying.work()
    second = await desk.ask(await desk.quote(method))
    assert (second.status, second.reasons) == ("approved", [])
    await desk.carrying.work()
    assert (await desk.get(second)).status == "paid"


async def test_in_yen_the_rate_is_the_operators_and_is_on_the_quote(desk: Any) -> None:
    await desk.earn()
    today = await _today(desk.db)
    await desk.office.put_rate(desk.cast.olga.key, "JPY", Decimal("150.005"), today)
    quote = await desk.quote(await desk.method(currency="JPY"))
    assert (quote.rate, quote.rate_source, quote.rate_on) == (Decimal("150.005"), "operator", today)
    assert (quote.net_minor, quote.net_currency) == (14738, "JPY")  # 98.25 x 150.005, half-even
    made = await desk.ask(quote)
    await approve(desk, made)
    await desk.carrying.work()
    assert (await desk.get(made)).status == "paid"


async def test_what_is_asked_for_must_be_there_and_within_the_limits(desk: Any) -> None:
    await desk.earn(200_000)
    method = await desk.method()
    with pytest.raises(errors.BelowMinimum):
        await desk.quote(method, 14_285_000)
    with pytest.raises(ledger.NotEnoughDiamonds):
        await desk.quote(method, 140_001_000)
    await desk.earn(100_000)
    await desk.ask(await desk.quote(method, 120_000_000))
    with pytest.raises(errors.OverWeeklyMaximum) as over:
        await desk.quote(method, 23_000_000)
    assert over.value.left.minor == 16_000


async def test_all_is_what_is_left_of_the_week(desk: Any) -> None:
    await desk.earn(200_000)
    quote = await desk.quote(await desk.method(), None)
    assert quote.gross_minor == 98_000
    await desk.earn(100_000)
    assert (await desk.quote(await desk.method(), None)).gross_minor == 100_000


async def test_the_week_is_seven_days_to_the_second_and_forgets_what_came_to_nothing(desk: Any) -> None:
    await desk.earn(300_000)
    method = await desk.method()
    first = await desk.ask(await desk.quote(method, 142_000_000))
    await desk.requests.cancel(desk.bob.account, first.id)
    second = await desk.ask(await desk.quote(method, 142_000_000))
    await approve_by_two(desk, second)
    await desk.carrying.work()
    with pytest.raises(errors.OverWeeklyMaximum):
        await desk.quote(method)
    await desk.wait(7)
    assert (await desk.quote(method)).gross_minor == 10_000


async def approve_by_two(desk: Any, payout: Any) -> None:
    await desk.office.approve(desk.cast.olga.key, payout.id)
    with pytest.raises(FourEyes):
        await desk.office.approve(desk.cast.olga.key, payout.id)
    assert (await desk.get(payout)).status == "review"
    await desk.office.approve(desk.cast.charlie.key, payout.id)


async def test_above_the_bound_two_people_say_yes_and_never_the_creator(desk: Any) -> None:
    await desk.earn(200_000)
    made = await desk.asked(140_000_000)
    assert "over-four-eyes" in made.reasons
    with pytest.raises(FourEyes):
        await desk.office.approve(desk.bob.account, made.id)
    await approve_by_two(desk, made)
    assert (await desk.get(made)).status == "approved"


async def test_a_held_payout_is_decided_anew_and_a_rejected_one_gives_back(desk: Any) -> None:
    await desk.earn()
    made = await desk.asked()
    await approve(desk, made)
    await desk.office.hold(desk.cast.olga.key, made.id, "a question")
    await desk.carrying.work()
    held = await desk.get(made)
    assert (held.status, "held" in held.reasons) == ("review", True)
    with pytest.raises(errors.NotNow):
        await approve(desk, made)
    await desk.office.release(desk.cast.charlie.key, made.id, "answered")
    with pytest.raises(errors.NotNow):
        await desk.office.release(desk.cast.charlie.key, made.id, "answered")
    await approve(desk, made)
    await desk.office.hold(desk.cast.olga.key, made.id, "another question")
    await desk.office.reject(desk.cast.olga.key, made.id, "not theirs")
    assert (await desk.get(made)).history[-1].reason == "not theirs"
    assert await desk.places() == (21_000_000, 0, 0)
    with pytest.raises(errors.NotNow):
        await approve(desk, made)


async def test_the_same_request_again_is_the_same_payout_and_a_quote_is_used_once(desk: Any) -> None:
    await desk.earn(60_000)
    quote, payout = await desk.quote(await desk.method()), ids.new()
    first = await desk.ask(quote, payout)
    again, replayed = await desk.requests.request(desk.bob, payout=payout, quote=quote.id)
    assert (again, replayed) == (first, True)
    with pytest.raises(errors.QuoteOver):
        await desk.ask(quote)
    with pytest.raises(IdReused):
        await desk.ask(await desk.quote(await desk.method(), None), payout)
    with pytest.raises(NotFound):
        await desk.requests.cancel(desk.cast.charlie.key, payout)


async def test_a_quote_is_over_after_ten_minutes(desk: Any) -> None:
    await desk.earn()
    quote = await desk.quote(await desk.method())
    await desk.wait(1)
    with pytest.raises(errors.QuoteOver):
        await desk.ask(quote)
    assert not await desk.is_used(quote)


async def test_of_two_requests_at_once_one_wins(desk: Any) -> None:
    await desk.earn()
    method = await desk.method()
    quotes = [await desk.quote(method) for _ in range(6)]
    answers = await asyncio.gather(*(desk.ask(quote) for quote in quotes), return_exceptions=True)
    assert sum(isinstance(a, ledger.PayoutOpen | errors.QuoteOver) for a in answers) == 5, answers
    assert await desk.places() == (21_000_000 - 14_285_715, 14_285_715, 0)


async def test_twenty_quotes_at_once_set_off_what_is_owed_once(desk: Any) -> None:
    async with desk.db.write() as tx:
        await tx.execute("SET LOCAL session_replication_role = replica")
        await tx.execute("UPDATE policy.version SET receivable = true")
    await desk.earn()
    async with desk.db.write() as tx:
        await ledger.refund_coins(
            tx, purchase="purchase:1", coins=5_000, via="psp", source="refund:1", happened_at=AT, reason="asked"
        )
    shown = (await PayoutsService(desk.db, desk.policy).get_statement(desk.cast.bob.key)).balance
    assert (shown.owed_milli, shown.available_milli, shown.lifetime_milli) == (3_500_000, 17_500_000, 21_000_000)
    method = await desk.method()
    quotes = await asyncio.gather(*(desk.quote(method, None) for _ in range(20)))
    assert {sum(day.milli for day in quote.days) for quote in quotes} == {17_500_000}
    async with desk.db.read() as tx:
        assert await tx.scalar("SELECT sum(milli)::bigint FROM ledger.setoff") == 3_500_000
        assert await ledger.owed_milli(tx, desk.cast.bob.key) == 0
    made = await desk.ask(quotes[0])
    await approve(desk, made)
    await desk.carrying.work()
    assert await desk.places() == (3_500_000, 0, 17_500_000)  # the first was reversed


async def test_approving_and_canceling_at_once_does_one_of_them(desk: Any) -> None:
    await desk.earn()
    made = await desk.asked()
    await asyncio.gather(
        approve(desk, made), desk.requests.cancel(desk.bob.account, made.id), desk.carrying.work(),
        desk.carrying.work(), return_exceptions=True,
    )  # fmt: skip
    await desk.carrying.work()
    end = await desk.get(made)
    assert (end.status, len(await desk.transfers())) in {("paid", 1), ("canceled", 0)}


async def test_many_workers_at_once_pay_once(desk: Any) -> None:
    await desk.earn()
    made = await desk.asked()
    await approve(desk, made)
    await asyncio.gather(*(desk.carrying.step(made.id) for _ in range(6)))
    assert ((await desk.get(made)).status, len(await desk.transfers())) == ("paid", 1)


async def test_where_withdrawing_does_not_exist_nobody_withdraws(desk: Any) -> None:
    await desk.earn()
    method = await desk.method()
    quote = await desk.quote(method)
    await hold(desk.db, "US", withdrawing=False)
    with pytest.raises(NotInRegion):
        await desk.quote(method)
    with pytest.raises(NotInRegion):
        await desk.ask(quote)


class Lossy(Sandbox):
    """Acts, and then drops its answer, so many times; or is not there at all."""

    def __init__(self, db: Database, *, acts: bool, times: int = 1) -> None:
        super().__init__(db)
        self.acts, self.times = acts, times

    async def submit(self, attempt: Attempt) -> Seen:
        if self.times:
            self.times -= 1
            if self.acts:
                await super().submit(attempt)
            raise Away("the answer was lost")
        return await super().submit(attempt)


@pytest.mark.parametrize("acts", [True, False])
async def test_an_answer_that_was_lost_is_asked_for_and_paid_once(desk: Any, *, acts: bool) -> None:
    await desk.earn()
    made = await desk.asked()
    desk.rails["sandbox"] = Lossy(desk.db, acts=acts)
    await approve(desk, made)
    await desk.carrying.work()
    assert (await desk.get(made)).status == "unknown"
    await desk.carrying.step(made.id)
    assert (await desk.get(made)).status == "paid"
    assert len(await desk.transfers()) == 1


async def test_past_the_rails_window_a_person_is_called(desk: Any) -> None:
    await desk.earn()
    made = await desk.asked()
    desk.rails["sandbox"] = Lossy(desk.db, acts=False, times=9)
    await approve(desk, made)
    await desk.carrying.work()
    await desk.wait(2)
    await desk.carrying.step(made.id)
    left = await desk.get(made)
    assert (left.status, left.due_at, "rail-silent" in left.reasons) == ("unknown", None, True)


class Refusing(Sandbox):
    async def submit(self, attempt: Attempt) -> Seen:
        raise Refused("no_such_account", attempt.key)


async def test_what_a_rail_refuses_is_available_again(desk: Any) -> None:
    await desk.earn()
    made = await desk.asked()
    desk.rails["sandbox"] = Refusing(desk.db)
    await approve(desk, made)
    await desk.carrying.work()
    end = await desk.get(made)
    assert (end.status, end.history[-1].reason) == ("failed", "no_such_account")
    assert await desk.places() == (21_000_000, 0, 0)


async def test_a_return_ten_days_later_credits_all_of_it(desk: Any) -> None:
    await desk.earn()
    made = await desk.asked()
    await approve(desk, made)
    await desk.carrying.work()
    await desk.wait(10)
    paid = await desk.get(made)
    await desk.rails["sandbox"].play_return(paid.key, Money(9800, "USD"), "account closed")
    await desk.carrying.step(made.id)
    assert states(await desk.get(made))[-2:] == ["paid", "returned"]
    assert await desk.places() == (21_000_000, 0, 0)
    assert (await desk.asked(None)).quote.gross_minor == 14_700


async def test_the_database_refuses_an_illegal_move(desk: Any) -> None:
    await desk.earn()
    made = await desk.asked()
    with pytest.raises(psycopg.Error, match="not a legal move"):
        async with desk.db.write() as tx:
            await tx.execute("UPDATE payouts.payout SET status = 'paid' WHERE id = %s", [made.id])


async def _today(db: Database) -> Any:
    async with db.read() as tx:
        return await tx.scalar("SELECT now()::date")
