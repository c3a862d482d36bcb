"""A dispute at Stripe through the product, on its API's recorded shapes: no stand-in of Stripe has disputes."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from stripe import WebhookSignature

import stripe_shapes as shapes
from bookkeeping import Bookkeeper
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.ledger.keys import load_keys
from largesse.payments import NoticesService, PaymentsService
from largesse.payments.providers.stripe import Stripe
from payments_through import Through
from recorded import Recorded, recorded

SECRET, PRICE = "whsec_of_a_test", 320
INTENT, LOOK = "POST /v1/payment_intents", "GET /v1/payment_intents/pi_1"
DISPUTES, WARNINGS, REFUNDS = "GET /v1/disputes", "GET /v1/radar/early_fraud_warnings", "GET /v1/refunds"
TAKEN, GIVEN_BACK = shapes.transaction(-PRICE, 1500), shapes.transaction(PRICE, -1500)
SOLD = {"assets:psp": PRICE - 39, "expenses:psp": 39, "liabilities:coins": -PRICE}


class Charged(Through):
    """Alice's card was charged; the bank acts, and Stripe tells."""

    api: Recorded
    purchase: str
    intent: dict[str, Any]
    told = 0

    async def pay(self) -> None:
        self.api.put(INTENT, shapes.intent("requires_payment_method", amount=PRICE))
        self.purchase = (await self.order("stripe")).json()["id"]
        form = self.api.of(INTENT)[0].form
        marks = {name.removeprefix("metadata[").removesuffix("]"): form[name] for name in form if "metadata" in name}
        charge = shapes.charge(amount=PRICE, amount_captured=PRICE, balance_transaction=shapes.transaction(PRICE, 39))
        self.intent = shapes.intent("succeeded", charge, amount=PRICE, metadata=marks, livemode=False)
        await self.tell("payment_intent.succeeded", self.intent)
        assert await self.status(self.purchase) == "granted"
        assert await self.balances() == SOLD

    async def dispute(self, kind: str, status: str, *booked: dict[str, Any]) -> None:
        """It stands so, and Stripe says that something happened to it."""
        self.intent["latest_charge"]["disputed"] = True
        one = shapes.dispute(status, *booked, amount=PRICE)
        self.api.put(DISPUTES, shapes.listed(one))
        await self.tell(f"charge.dispute.{kind}", one)

    async def tell(self, kind: str, about: dict[str, Any]) -> None:
        self.api.put(LOOK, self.intent)
        self.told += 1
        body = msgspec.json.encode(shapes.event(kind, about, f"evt_{self.told}"))
        now = int((await self.now()).timestamp())
        header = WebhookSignature.generate_signature_header(body.decode(), SECRET, now)  # type: ignore[no-untyped-call]
        await self.hear("stripe", (body, {"stripe-signature": header, "content-type": "application/json"}), times=2)

    async def now(self) -> Any:
        async with self.db.read() as tx:
            return await tx.scalar("SELECT now()")


@pytest.fixture
def api() -> Iterator[Recorded]:
    with recorded() as made:
        made.put(WARNINGS, shapes.listed())
        made.put(REFUNDS, shapes.listed())
        yield made


@pytest.fixture
async def charged(
    client: httpx.AsyncClient, db: Database, payments: PaymentsService, *, cast: Any, tmp_path: Path, api: Recorded
) -> AsyncIterator[Charged]:
    keys = {"stripe_api_key": "sk_test_1", "stripe_publishable_key": "pk_test_1", "stripe_webhook_secret": SECRET}
    stripe = Stripe(Settings(sandbox=True, stripe_api_base=api.base, **keys))
    payments.settler.providers["stripe"] = stripe
    made = Charged(client, db, NoticesService(payments), Bookkeeper(db, load_keys(tmp_path)), cast)
    made.api = api
    await made.pay()
    await made.give(300)
    yield made
    await stripe.close()


async def test_a_dispute_is_opened_when_the_money_is_taken_and_won_when_it_is_given_back(charged: Charged) -> None:
    await charged.dispute("created", "needs_response")
    assert await charged.status(charged.purchase) == "granted", "nothing was taken yet"
    await charged.dispute("funds_withdrawn", "needs_response", TAKEN)
    assert await charged.status(charged.purchase) == "disputed"
    assert await charged.wallet() == (50, 0, ["dispute"])
    assert await charged.earned() == (210_000, 0, 210_000)
    assert await charged.balances() == SOLD | {
        "assets:psp": -39 - 1500, "assets:disputed": PRICE, "expenses:disputefee": 1500}  # fmt: skip
    await charged.is_sound()
    await charged.dispute("funds_reinstated", "won", TAKEN, GIVEN_BACK)
    await charged.dispute("closed", "won", TAKEN, GIVEN_BACK)
    assert await charged.status(charged.purchase) == "dispute_won"
    assert await charged.wallet() == (50, 0, [])
    assert await charged.earned() == (210_000, 0, 0)
    assert await charged.balances() == SOLD
    await charged.is_sound()


async def test_a_dispute_that_is_lost_takes_coins_and_gifts_and_an_appeal_gives_them_back(charged: Charged) -> None:
    await charged.dispute("closed", "lost", TAKEN)  # the first that is heard of it
    assert await charged.status(charged.purchase) == "charged_back"
    assert await charged.wallet() == (0, 0, [])
    assert await charged.earned() == (210_000, 210_000, 0)
    assert await charged.balances() == {"assets:psp": -39 - 1500, "expenses:psp": 39, "expenses:disputefee": 1500}
    await charged.is_sound()
    await charged.dispute("funds_reinstated", "won", TAKEN, GIVEN_BACK)
    assert await charged.status(charged.purchase) == "dispute_won"
    assert await charged.wallet() == (50, 0, [])
    assert await charged.earned() == (210_000, 0, 0)
    assert await charged.balances() == SOLD
    await charged.is_sound()
