"""Lost answers, played by stripe-stateful-mock behind a wire that loses them.

It knows charges and refunds with idempotency keys, declines, 429 and 500, but no PaymentIntents: what is proved is how
we ask (library, keys, repetitions, what an error means), on the calls that it knows.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest
import stripe as official

from largesse.kit import ids
from largesse.kit.config import Settings
from largesse.payments.providers.port import Away, Refused
from largesse.payments.providers.stripe import Stripe, asked, once
from stripe_peers import Lossy, lossy, stateful_mock


@pytest.fixture(scope="module")
def mock() -> Iterator[int]:
    with stateful_mock() as port:
        yield port


@pytest.fixture
async def wire(mock: int) -> AsyncIterator[Lossy]:
    async with lossy(mock) as made:
        yield made


@pytest.fixture
async def ours(wire: Lossy) -> AsyncIterator[Stripe]:
    """Our provider, with an account of its own at the mock."""
    base, key = f"http://127.0.0.1:{wire.port}", f"sk_test_{ids.new().hex}"
    made = Stripe(Settings(sandbox=True, stripe_api_key=key, stripe_api_base=base))
    yield made
    await made.close()


async def charge(ours: Stripe, order: UUID, source: str = "tok_visa") -> Any:
    """A charge as our provider asks for everything: under the order's id."""
    call = ours.api.charges.create_async(
        {"amount": 1399, "currency": "usd", "source": source}, {"idempotency_key": str(order)}
    )
    return await asked(call)


Charged = Callable[[], Awaitable[int]]


@pytest.fixture
async def charged(mock: int) -> Charged:
    """How often money was taken since the test began; the mock has one list for everybody."""

    async def count() -> int:
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"http://127.0.0.1:{mock}/v1/charges?limit=100", auth=("sk_test_of_the_list", ""))
        return len(answer.json()["data"])

    before = await count()

    async def since() -> int:
        return await count() - before

    return since


async def test_a_naive_retry_after_a_lost_answer_charges_twice(ours: Stripe, wire: Lossy, charged: Charged) -> None:
    """What this file protects from, shown: no key, asked again by hand."""

    async def naive() -> Any:
        options: Any = {"max_network_retries": 0}
        return await ours.api.charges.create_async({"amount": 1399, "currency": "usd", "source": "tok_visa"}, options)

    wire.to_lose = 1
    with pytest.raises(official.APIConnectionError):
        await naive()
    await naive()
    assert (await charged(), wire.lost) == (2, 1)


async def test_an_answer_that_is_lost_is_asked_for_again_and_charged_once(
    ours: Stripe, wire: Lossy, charged: Charged
) -> None:
    wire.to_lose = 1
    assert (await charge(ours, ids.new())).amount == 1399
    assert (await charged(), wire.lost) == (1, 1)


async def test_answers_that_stay_lost_are_an_unknown_outcome_and_the_same_order_again_is_the_same_charge(
    ours: Stripe, wire: Lossy, charged: Charged
) -> None:
    order = ids.new()
    wire.to_lose = 4
    for _ in range(2):
        with pytest.raises(Away):
            await charge(ours, order)
    first = await charge(ours, order)
    assert (await charge(ours, order)).id == first.id
    assert (await charged(), wire.lost) == (1, 4)


async def test_a_refund_whose_answer_is_lost_gives_back_once(ours: Stripe, wire: Lossy) -> None:
    paid = await charge(ours, ids.new())
    refund = ids.new()

    async def give_back() -> Any:
        call = ours.api.refunds.create_async({"charge": paid.id, "amount": 400}, {"idempotency_key": str(refund)})
        return await asked(call)

    wire.to_lose = 2
    with pytest.raises(Away):
        await give_back()
    await give_back()
    found = await ours.api.charges.retrieve_async(paid.id)
    assert (found.amount_refunded, wire.lost) == (400, 2)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("tok_chargeDeclined", "generic_decline"),
        ("tok_chargeDeclinedInsufficientFunds", "insufficient_funds"),
        ("tok_chargeDeclinedFraudulent", "fraudulent"),
        ("tok_chargeDeclinedIncorrectCvc", "incorrect_cvc"),
        ("tok_chargeDeclinedExpiredCard", "expired_card"),
        ("tok_chargeDeclinedProcessingError", "processing_error"),
    ],
)
async def test_a_declined_card_is_a_no_with_the_banks_reason(ours: Stripe, source: str, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        await charge(ours, ids.new(), source)
    assert refused.value.reason == reason
    assert refused.value.detail


@pytest.mark.parametrize("source", ["tok_429", "tok_500"])
async def test_too_many_requests_and_a_fault_of_theirs_are_an_unknown_outcome(
    ours: Stripe, source: str, charged: Charged
) -> None:
    with pytest.raises(Away):
        await charge(ours, ids.new(), source)
    assert await charged() == 0


Order = Callable[[], Awaitable[Any]]


@pytest.fixture
def order(ours: Stripe) -> Order:
    """Takes one order as our provider takes orders; the first two keys that get through meet a fault of Stripe's."""
    name = ids.new()
    source = f"tok_500|tok_500|tok_visa|{name.hex}"

    async def take() -> Any:
        body: Any = {"amount": 1399, "currency": "usd", "source": source}
        return await once(name, lambda options: ours.api.charges.create_async(body, options))

    return take


async def test_one_key_alone_meets_the_same_fault_for_ever(ours: Stripe, charged: Charged) -> None:
    """Why an order has several: Stripe repeats a fault to whoever sends the key again."""
    name = ids.new()
    for _ in range(3):
        with pytest.raises(Away):
            await charge(ours, name, f"tok_500|tok_visa|{name.hex}")
    assert await charged() == 0


async def test_a_fault_that_stripe_repeats_is_left_behind_and_the_order_is_charged_once(
    order: Order, charged: Charged
) -> None:
    with pytest.raises(Away):
        await order()
    first = await order()
    assert first.amount == 1399
    assert [(await order()).id for _ in range(3)] == [first.id] * 3
    assert await charged() == 1


@pytest.mark.parametrize("lost", [(0,), (1,), (2,), (1, 1), (1, 2), (2, 1), (2, 2), (2, 2, 2), (1, 0, 1, 0, 2)])
async def test_whatever_answers_are_lost_beside_faults_the_order_is_charged_once(
    order: Order, charged: Charged, wire: Lossy, lost: tuple[int, ...]
) -> None:
    found = []
    for number in (*lost, 0, 0, 0):
        wire.to_lose = number
        try:
            found.append((await order()).id)
        except Away:
            continue
    assert len(set(found)) == 1, found
    assert await charged() == 1


async def test_the_same_order_with_other_content_is_refused(ours: Stripe, charged: Charged) -> None:
    order = ids.new()
    await charge(ours, order)
    with pytest.raises(Refused, match="idempotency_error"):
        await charge(ours, order, "tok_mastercard")
    assert await charged() == 1
