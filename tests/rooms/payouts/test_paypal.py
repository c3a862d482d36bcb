"""PayPal Payouts: every state of an item, answers that are lost, what comes back; paid once by PayPal's own record."""

import itertools
from typing import Any

import httpx
import pytest

from largesse.kit.config import BadSettings, Settings
from largesse.kit.http import Invalid
from largesse.ledger.model import Book
from largesse.payouts.rails import configured
from largesse.payouts.rails.paypal import PayPal
from paypal_payouts import Bank, settings_of

EMAIL = {"email": "Bob@Example.org"}


@pytest.fixture
def database_url(clock_url: str) -> str:
    return clock_url


@pytest.fixture
def bank() -> Bank:
    return Bank()


@pytest.fixture
async def pays(desk: Any, bank: Bank) -> Any:
    """Bob's payout to his PayPal account, approved."""
    desk.rails["paypal"] = PayPal(settings_of(), httpx.MockTransport(bank))
    await desk.earn()
    method = await desk.method(rail="paypal", **EMAIL)
    await desk.methods.verify(desk.cast.olga.key, method.id, "seen")
    desk.made = await desk.ask(await desk.quote(method))
    await desk.office.approve(desk.cast.olga.key, desk.made.id)
    yield desk
    await desk.rails["paypal"].close()


async def step(desk: Any) -> str:
    await desk.carrying.step(desk.made.id)
    return str((await desk.get(desk.made)).status)


async def test_a_payout_is_a_batch_of_one_under_its_attempts_key(pays: Any, bank: Bank) -> None:
    assert await step(pays) == "submitted"
    key = (await pays.get(pays.made)).key
    assert bank.moved == [(key, "98.25")]
    (batch,) = bank.batches.values()
    (item,) = batch["items"]
    assert item["payout_item"] == {
        "recipient_type": "EMAIL", "receiver": "bob@example.org", "amount": {"currency": "USD", "value": "98.25"},
        "sender_item_id": str(pays.made.id),
    }  # fmt: skip
    bank.say("SUCCESS")
    assert await step(pays) == "paid"
    paid = await pays.get(pays.made)
    assert (paid.rail_ref, (await pays.places())[2]) == ("BATCH1", 14_285_715)


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        ("PENDING", "submitted", ""),
        ("ONHOLD", "in_transit", "ONHOLD"),
        ("UNCLAIMED", "in_transit", "UNCLAIMED"),
        ("SUCCESS", "paid", ""),
        ("FAILED", "failed", "RECEIVER_UNREGISTERED"),
        ("BLOCKED", "failed", "BLOCKED"),
        ("RETURNED", "returned", "RETURNED"),
        ("REFUNDED", "returned", "REFUNDED"),
        ("REVERSED", "returned", "REVERSED"),
    ],
)
async def test_each_of_the_nine_states_is_read(pays: Any, bank: Bank, status: str, state: str, reason: str) -> None:
    await step(pays)
    errors = {"errors": {"name": reason, "message": "m"}} if status == "FAILED" else {}
    bank.say(status, **errors)
    assert await step(pays) == state
    end = await pays.get(pays.made)
    assert end.history[-1].reason == reason
    if state in {"failed", "returned"}:
        assert await pays.places() == (21_000_000, 0, 0)


@pytest.mark.parametrize("header", ["DENIED", "CANCELED"])
async def test_a_batch_that_paypal_did_not_touch_has_failed(pays: Any, bank: Bank, header: str) -> None:
    await step(pays)
    bank.say("PENDING", header=header)
    assert await step(pays) == "failed"


@pytest.mark.parametrize("lost", list(itertools.product(["", "before", "after", "503"], repeat=3)), ids="-".join)
async def test_whichever_answers_are_lost_it_is_paid_once(pays: Any, bank: Bank, lost: tuple[str, ...]) -> None:
    bank.lost = list(lost)
    for _ in range(6):
        if bank.batches:
            bank.say("SUCCESS")
        if await step(pays) == "paid":
            break
    assert (await pays.get(pays.made)).status == "paid"
    assert bank.moved == [((await pays.get(pays.made)).key, "98.25")]


async def test_an_unclaimed_payout_comes_back_after_a_month(pays: Any, bank: Bank) -> None:
    await step(pays)
    bank.say("UNCLAIMED")
    assert await step(pays) == "in_transit"
    for days in (20, 10):
        await pays.wait(days)
        assert await step(pays) == "in_transit"
        assert (await pays.get(pays.made)).due_at is not None, "it is asked on"
    bank.say("RETURNED")
    await pays.carrying.ask()
    await pays.wait(1)
    await pays.carrying.ask()
    assert (await pays.get(pays.made)).status == "returned"
    assert await pays.places() == (21_000_000, 0, 0)


async def test_what_has_arrived_is_watched_for_half_a_year(pays: Any, bank: Bank) -> None:
    await step(pays)
    bank.say("SUCCESS")
    assert await step(pays) == "paid"
    for days in (1, 2, 40, 100):
        await pays.wait(days)
        await pays.carrying.ask()
        assert (await pays.get(pays.made)).status == "paid"
    bank.say("REVERSED")
    await pays.wait(7)
    await pays.carrying.ask()
    assert (await pays.get(pays.made)).status == "returned"
    asked = len(bank.asked)
    await pays.wait(7)
    await pays.carrying.ask()
    assert len(bank.asked) == asked


async def test_one_silence_does_not_end_the_watch(pays: Any, bank: Bank) -> None:
    await step(pays)
    bank.say("SUCCESS")
    assert await step(pays) == "paid"
    await pays.wait(40)  # longer than it is asked for before it arrives
    bank.lost = ["before"]
    await pays.carrying.ask()
    left = await pays.get(pays.made)
    assert (left.due_at is not None, "rail-silent" in left.reasons) == (True, False)
    bank.say("RETURNED")
    await pays.wait(7)
    await pays.carrying.ask()
    assert (await pays.get(pays.made)).status == "returned"


async def test_after_a_month_of_silence_it_is_never_handed_over_again(pays: Any, bank: Bank) -> None:
    bank.lost = ["after", "before", "before", "before"]
    assert await step(pays) == "unknown"
    bank.batches.clear()  # PayPal keeps a sender_batch_id for 30 days
    await pays.wait(29)
    assert await step(pays) == "unknown"
    left = await pays.get(pays.made)
    assert (left.due_at, "rail-silent" in left.reasons) == (None, True)
    assert len(bank.moved) == 1


async def test_a_refusal_of_the_first_time_ends_it(pays: Any, bank: Bank) -> None:
    bank.refused = [{"name": "UNPROCESSABLE_ENTITY", "message": "m", "details": [{"issue": "RECEIVER_INVALID"}]}]
    assert await step(pays) == "failed"
    assert (await pays.get(pays.made)).history[-1].reason == "RECEIVER_INVALID"
    assert await pays.places() == (21_000_000, 0, 0)


async def test_a_refusal_after_silence_says_nothing_of_the_first_time(pays: Any, bank: Bank) -> None:
    bank.lost = ["after"]
    bank.refused = []
    assert await step(pays) == "unknown"
    bank.refused = [{"name": "UNPROCESSABLE_ENTITY", "message": "m", "details": [{"issue": "RECEIVER_INVALID"}]}]
    assert await step(pays) == "unknown"
    left = await pays.get(pays.made)
    assert (left.due_at, left.reasons[-1]) == (None, "refused: RECEIVER_INVALID")
    ruled = await pays.office.rule(pays.cast.olga.key, left.id, "paid", reference="BATCH1", reason="it is there")
    assert ruled.status == "paid"


async def test_what_an_operator_has_to_mend_ends_no_payout(pays: Any, bank: Bank) -> None:
    bank.refused = [{"name": "NOT_AUTHORIZED", "message": "Payouts are not enabled."}]
    assert await step(pays) == "unknown"
    assert await step(pays) == "submitted"
    assert len(bank.moved) == 1


async def test_a_batch_of_something_else_is_for_a_person(pays: Any, bank: Bank) -> None:
    await step(pays)
    bank.batches["BATCH1"]["items"][0]["payout_item"]["amount"]["value"] = "1.00"
    bank.say("SUCCESS")
    assert await step(pays) == "submitted"
    await pays.wait(36)
    assert await step(pays) == "submitted"
    assert "rail-silent" in (await pays.get(pays.made)).reasons


@pytest.mark.parametrize(
    "strange",
    [
        {}, {"batch_header": None}, {"batch_header": {"payout_batch_id": "../x"}}, {"items": [{}]},
        {"items": [{"payout_item": {"amount": {"currency": "USD", "value": "x"}}, "transaction_status": "SUCCESS"}]},
        {"items": [{"payout_item": {"amount": {"currency": "USD", "value": "98.25"}}, "transaction_status": "NEW"}]},
    ],
)  # fmt: skip
async def test_an_answer_of_another_shape_is_none(pays: Any, bank: Bank, strange: dict[str, Any]) -> None:
    await step(pays)
    before = dict(bank.batches["BATCH1"])
    bank.batches["BATCH1"] = before | strange if strange else {}
    assert await step(pays) == "submitted"
    bank.batches["BATCH1"] = before
    bank.say("SUCCESS")
    assert await step(pays) == "paid"


async def test_the_bank_may_take_a_fee_of_its_own_and_the_books_have_it(pays: Any, bank: Bank) -> None:
    await step(pays)
    bank.say("SUCCESS", payout_item_fee={"currency": "USD", "value": "0.25"})
    await step(pays)
    async with pays.db.read() as tx:
        cost = await tx.scalar(
            "SELECT sum(l.amount) FROM ledger.leg l JOIN ledger.transfer t ON t.key = l.transfer"
            " WHERE t.kind = 'paidout' AND l.book = %s",
            [Book.PAYOUT_COST],
        )
    assert cost == 25


async def test_paypal_is_set_up_whole_or_not_at_all(desk: Any) -> None:
    assert set(configured(Settings(), desk.db)) == {"manual"}
    with pytest.raises(BadSettings):
        configured(Settings(paypal_payouts=True), desk.db)
    rails = configured(settings_of(), desk.db)
    assert set(rails) == {"manual", "paypal"}
    await rails["paypal"].close()
    desk.rails["paypal"] = PayPal(settings_of(), httpx.MockTransport(Bank()))
    for currency in ("HUF", "TWD", "BRL", "KWD"):
        with pytest.raises(Invalid):
            await desk.method(rail="paypal", currency=currency, **EMAIL)
    with pytest.raises(Invalid):
        await desk.method(rail="paypal", email="b" * 60 + "@" + "e" * 70 + ".org")
