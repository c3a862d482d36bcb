"""What people decide: of payouts whose rail is silent, in a sandbox for its bank; and batches between two audits."""

from typing import Any

import pytest
from msgspec.structs import replace

from largesse.kit.approval import FourEyes
from largesse.kit.http import NotConfigured
from largesse.payouts import BatchesService, RailsService, errors
from largesse.payouts.rails import Manual, Sandbox
from largesse.payouts.rails.port import Attempt, Away, Seen


@pytest.fixture
def database_url(clock_url: str) -> str:
    return clock_url


class Mute(Sandbox):
    """Says nothing, whatever it did."""

    async def submit(self, attempt: Attempt) -> Seen:  # noqa: ARG002 - the port's
        raise Away("nothing")

    async def look(self, attempt: Attempt) -> Seen:  # noqa: ARG002
        raise Away("nothing")


async def silent(desk: Any, milli: int = 14_286_000) -> Any:
    """A payout about which its rail said nothing until its window was over."""
    await desk.earn(200_000)
    made = await desk.asked(milli)
    desk.rails["sandbox"] = Mute(desk.db)
    await desk.office.approve(desk.cast.olga.key, made.id)
    if made.quote.gross_minor > desk.settings.payout_four_eyes_minor:
        await desk.office.approve(desk.cast.charlie.key, made.id)
    await desk.carrying.work()
    with pytest.raises(errors.NotNow):  # as long as it is asked, nobody decides
        await rule(desk, desk.cast.olga, made, "paid")
    await desk.wait(2)
    await desk.carrying.work()
    return await desk.get(made)


async def rule(desk: Any, who: Any, payout: Any, outcome: str) -> Any:
    return await desk.office.rule(who.key, payout.id, outcome, reference="slip 7", reason="seen at the bank")


async def test_a_person_says_that_a_silent_rail_has_paid(desk: Any) -> None:
    left = await silent(desk)
    assert (left.status, left.due_at) == ("unknown", None)
    with pytest.raises(FourEyes):
        await rule(desk, desk.cast.bob, left, "paid")
    end = await rule(desk, desk.cast.olga, left, "paid")
    assert (end.status, end.rail_ref) == ("paid", "slip 7")
    assert end.history[-1].actor == f"staff:{desk.cast.olga.key}"
    assert (await desk.places())[1:] == (0, 14_285_715)
    with pytest.raises(errors.NotNow):
        await rule(desk, desk.cast.charlie, left, "failed")


async def test_a_person_says_that_a_silent_rail_has_not_paid(desk: Any) -> None:
    left = await silent(desk)
    assert (await rule(desk, desk.cast.olga, left, "failed")).status == "failed"
    assert await desk.places() == (140_000_000, 0, 0)


async def test_above_the_bound_two_people_say_the_same_of_a_silent_rail(desk: Any) -> None:
    left = await silent(desk, 140_000_000)
    olga, charlie = desk.cast.olga, desk.cast.charlie
    assert (await rule(desk, olga, left, "failed")).status == "unknown"
    with pytest.raises(FourEyes):
        await rule(desk, olga, left, "failed")
    assert (await rule(desk, charlie, left, "paid")).status == "unknown"  # they differ: nothing is decided
    assert [(r.ruled_by, r.outcome) for r in await desk.office.list_rulings(left.id)] == [
        (olga.key, "failed"), (charlie.key, "paid"),
    ]  # fmt: skip
    assert (await rule(desk, olga, left, "paid")).status == "paid"


async def test_the_bank_of_a_sandbox_is_played_and_no_other(desk: Any) -> None:
    await desk.earn()
    made, olga = await desk.asked(), desk.cast.olga.key
    with pytest.raises(errors.NotNow):
        await desk.office.play_return(olga, made.id, "closed", None)
    await desk.office.approve(olga, made.id)
    await desk.carrying.work()
    with pytest.raises(errors.NotNow):
        await desk.office.play_return(olga, made.id, "closed", 9826)
    await desk.office.play_return(olga, made.id, "closed", None)
    await desk.carrying.work()
    assert (await desk.get(made)).status == "returned"
    assert await desk.places() == (21_000_000, 0, 0)
    desk.rails["sandbox"] = Manual(desk.db)
    with pytest.raises(NotConfigured):
        await desk.office.play_return(olga, made.id, "closed", None)


# Batches


async def approved(desk: Any) -> Any:
    await desk.earn()
    made = await desk.asked()
    return await desk.office.approve(desk.cast.olga.key, made.id)


async def test_a_batch_stands_between_two_audits(desk: Any) -> None:
    made = await approved(desk)
    await desk.carrying.hand_over()
    (batch,) = await desk.batches.list_batches(None, 10)
    assert (batch.kind, batch.findings_before, batch.payouts, batch.findings_after) == ("rails", 0, 1, 0)
    assert batch.ended_at is not None
    assert (await desk.get(made)).status == "paid"
    await desk.carrying.hand_over()
    assert len(await desk.batches.list_batches(None, 10)) == 1, "nothing was approved: no batch"


async def test_books_that_do_not_hold_stop_a_batch_before_anything_leaves(desk: Any) -> None:
    made = await approved(desk)
    desk.is_broken = True
    async with desk.db.write() as tx:
        await tx.execute("UPDATE ledger.wallet SET promo_in = promo_in + 1 WHERE account = %s", [desk.cast.alice.key])
    await desk.carrying.work()
    (batch,) = await desk.batches.list_batches(None, 10)
    assert batch.findings_before, batch
    assert (batch.payouts, batch.findings_after, batch.finding != "") == (0, None, True)
    assert ((await desk.get(made)).status, await desk.transfers()) == ("approved", [])
    await desk.carrying.work()
    assert len(await desk.batches.list_batches(None, 10)) == 1, "not again at once"
    async with desk.db.write() as tx:
        await tx.execute("UPDATE ledger.wallet SET promo_in = promo_in - 1 WHERE account = %s", [desk.cast.alice.key])
        await tx.execute("UPDATE payouts.batch SET ended_at = ended_at - interval '2 minutes'")
    await desk.carrying.work()
    assert (await desk.get(made)).status == "paid"


async def test_a_batch_that_dies_is_not_the_last_one(desk: Any) -> None:
    made = await approved(desk)

    async def die(_batch: int) -> int:
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        await desk.batches.run("rails", die)
    async with desk.db.write() as tx:
        await tx.execute("UPDATE payouts.batch SET ended_at = ended_at - interval '2 minutes'")
        await tx.execute(
            "INSERT INTO payouts.batch (kind, began_at) VALUES ('rails', now())"
        )  # another worker's, which runs
    await desk.carrying.work()
    assert (await desk.get(made)).status == "approved"
    async with desk.db.write() as tx:
        await tx.execute("ALTER TABLE payouts.batch DISABLE TRIGGER batch_for_ever")
        await tx.execute("UPDATE payouts.batch SET began_at = began_at - interval '6 minutes'")
    await desk.carrying.work()
    assert (await desk.get(made)).status == "paid"


async def test_outside_a_sandbox_there_is_a_pause_between_batches(desk: Any) -> None:
    outside = replace(desk.settings, sandbox=False, payout_batch_seconds=600)
    batches = BatchesService(desk.db, outside, desk.prove)
    desk.carrying = RailsService(desk.db, desk.rails, desk.methods, batches)
    first = await approved(desk)
    await desk.carrying.work()
    assert (await desk.get(first)).status == "paid"
    second = await approved(desk)
    async with desk.db.write() as tx:
        await tx.execute("UPDATE payouts.batch SET ended_at = now()")
    await desk.carrying.work()
    assert (await desk.get(second)).status == "approved"
    await desk.wait(1)
    await desk.carrying.work()
    assert (await desk.get(second)).status == "paid"
