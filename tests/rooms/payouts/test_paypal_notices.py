"""PayPal's word about payouts, as it comes to the webhook: a hint to ask at once, whatever it says, however often."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import httpx
import pytest

from largesse.kit import ids
from largesse.payments import NoticesService, PaymentsService
from largesse.payments.providers.paypal import PayPal as Sells
from largesse.payments.routes_notices import routes
from largesse.payouts.rails.paypal import PayPal
from paypal_payouts import Bank, settings_of
from paypal_peer import Theirs, certificate
from paypal_peer import settings_of as sells_by

BATCH, BACK = "PAYMENT.PAYOUTSBATCH.SUCCESS", "PAYMENT.PAYOUTS-ITEM.RETURNED"


@pytest.fixture
def database_url(clock_url: str) -> str:
    return clock_url


@dataclass
class Told:
    """Bob's payout at PayPal, which pays by `bank` and sends word by `theirs`."""

    desk: Any
    bank: Bank
    theirs: Theirs
    client: httpx.AsyncClient
    notices: NoticesService
    payout: Any = None

    async def tell(self, kind: str, resource: dict[str, Any], times: int = 1) -> None:
        body, headers = self.theirs.told(kind, resource)
        for _ in range(times):
            answer = await self.client.post("/v1/webhooks/paypal", content=body, headers=headers)
            assert (answer.status_code, answer.json()) == (200, {"status": "kept"})
        await self.notices.work()

    async def tell_of(self, kind: str, times: int = 1) -> None:
        """An event of the payout's batch, or of its item, as PayPal's pages show them."""
        key = (await self.desk.get(self.payout)).key
        (batch,) = self.bank.batches.values()
        of_batch = {"batch_header": batch["batch_header"] | {"sender_batch_header": {"sender_batch_id": key}}}
        of_item = batch["items"][0] | {"sender_batch_id": key}
        await self.tell(kind, of_batch if "PAYOUTSBATCH" in kind else of_item, times)

    async def status(self) -> str:
        return str((await self.desk.get(self.payout)).status)

    async def kept(self) -> list[tuple[str, bool]]:
        """What came of each notice, and whether it was worked on."""
        async with self.desk.db.read() as tx:
            rows = await tx.rows("SELECT outcome, done_at IS NOT NULL AS done FROM payments.notice ORDER BY key")
        return [(row["outcome"], row["done"]) for row in rows]


@pytest.fixture
async def told(desk: Any, app_client: Any) -> AsyncIterator[Told]:
    bank, theirs = Bank(), Theirs()
    theirs.certificate = certificate()
    desk.rails["paypal"] = PayPal(settings_of(), httpx.MockTransport(bank))
    payments = PaymentsService(desk.db, desk.settings)
    payments.settler.providers["paypal"] = Sells(sells_by(), httpx.MockTransport(theirs))
    notices = NoticesService(payments, hears=desk.carrying.hear)
    await notices.open()
    made = Told(desk, bank, theirs, await app_client(routes, accounts=desk.people, notices=notices), notices)
    await desk.earn()
    method = await desk.method(rail="paypal", email="bob@example.org")
    await desk.methods.verify(desk.cast.olga.key, method.id, "seen")
    made.payout = await desk.ask(await desk.quote(method))
    await desk.office.approve(desk.cast.olga.key, made.payout.id)
    yield made
    await notices.close()
    await payments.close()
    await desk.rails["paypal"].close()


async def hand_over(told: Told) -> None:
    await told.desk.carrying.hand_over()
    assert await told.status() == "submitted"


@pytest.mark.parametrize("kind", [BATCH, "PAYMENT.PAYOUTS-ITEM.SUCCEEDED"])
async def test_word_of_an_arrival_is_asked_for_at_once(told: Told, kind: str) -> None:
    await hand_over(told)
    told.bank.say("SUCCESS")
    await told.tell_of(kind, times=3)
    assert await told.status() == "paid"
    assert await told.kept() == [("payout is paid", True)], "a repeat is kept once"


async def test_what_a_notice_says_is_not_believed(told: Told) -> None:
    await hand_over(told)
    await told.tell_of("PAYMENT.PAYOUTS-ITEM.FAILED")
    assert await told.status() == "submitted"
    assert await told.kept() == [("payout is submitted", True)]


async def test_what_comes_back_long_after_is_the_creators_again_at_once(told: Told) -> None:
    await hand_over(told)
    told.bank.say("SUCCESS")
    await told.tell_of(BATCH)
    await told.desk.wait(200)
    await told.desk.carrying.ask()
    asked = len(told.bank.asked)
    await told.desk.carrying.ask()
    assert len(told.bank.asked) == asked, "it is watched no more"
    told.bank.say("RETURNED")
    await told.tell_of(BACK)
    assert await told.status() == "returned"
    assert await told.desk.places() == (21_000_000, 0, 0)


@pytest.mark.parametrize("order", list(permutations([BACK, "PAYMENT.PAYOUTS-ITEM.SUCCEEDED", BATCH])), ids=str)
async def test_in_whichever_order_word_comes_it_ends_alike(told: Told, order: tuple[str, ...]) -> None:
    await hand_over(told)
    told.bank.say("RETURNED")
    for kind in order:
        await told.tell_of(kind)
    assert await told.status() == "returned"
    assert await told.desk.places() == (21_000_000, 0, 0)
    assert {outcome for outcome, _ in await told.kept()} == {"payout is returned"}
    assert len(told.bank.moved) == 1


async def test_word_of_what_is_not_ours_is_kept_and_does_nothing(told: Told) -> None:
    await hand_over(told)
    told.bank.say("SUCCESS")
    asked = len(told.bank.asked)
    payout = told.payout.id
    for key in (
        f"payout:{ids.new()}:1",
        f"payout:{payout}:2",
        f"payout:{payout}",
        "payout:x",
        "payout:",
        "salary-2026",
    ):
        await told.tell("PAYMENT.PAYOUTS-ITEM.SUCCEEDED", {"sender_batch_id": key, "payout_item_id": "I"})
    odd: list[dict[str, Any]] = [{}, {"batch_header": 7}, {"batch_header": {"sender_batch_header": None}}]
    for strange in [*odd, {"sender_batch_id": [1]}]:
        await told.tell(BATCH, strange)
    assert (await told.status(), len(told.bank.asked)) == ("submitted", asked)
    kept = await told.kept()
    assert len(kept) == 10
    assert all(done for _, done in kept)
    assert {outcome for outcome, _ in kept} == {"no payout of ours", "unknown kind"}


async def test_a_notice_hands_nothing_over(told: Told) -> None:
    approved = await told.desk.get(told.payout)
    await told.tell(BATCH, {"batch_header": {"sender_batch_header": {"sender_batch_id": approved.key}}})
    assert (await told.status(), told.bank.asked) == ("approved", [])


async def test_word_that_comes_before_the_answer_finds_the_payout(told: Told) -> None:
    told.bank.lost = ["after"]
    await told.desk.carrying.hand_over()
    assert await told.status() == "unknown"
    told.bank.say("SUCCESS")
    await told.tell_of(BATCH)
    assert await told.status() == "paid"
    assert len(told.bank.moved) == 1


async def test_where_paypal_does_not_answer_the_notice_waits(told: Told) -> None:
    await hand_over(told)
    told.bank.say("SUCCESS")
    told.bank.lost = ["before"]
    await told.tell_of(BATCH)
    assert await told.status() == "submitted"
    ((_, done),) = await told.kept()
    assert not done
    async with told.desk.db.write() as tx:
        await tx.execute("UPDATE payments.notice SET due_at = now()")
    await told.notices.work()
    assert await told.status() == "paid"
    assert (await told.kept())[0] == ("payout is paid", True)


async def test_word_that_was_lost_is_read_from_paypals_own_list(told: Told) -> None:
    await hand_over(told)
    told.bank.say("SUCCESS")
    key = (await told.desk.get(told.payout)).key
    about = {"batch_header": {"sender_batch_header": {"sender_batch_id": key}}}
    told.theirs.events = [{"id": "WH-LOST", "event_type": BATCH, "resource": about}]
    await told.notices.catch_up()
    assert await told.status() == "paid"
