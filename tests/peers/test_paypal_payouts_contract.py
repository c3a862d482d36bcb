"""Prism judges every call of the PayPal rail: by PayPal's own document where somebody brought it, and by ours."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from largesse.kit import ids
from largesse.kit.money import Money
from largesse.payouts.rails.paypal import PayPal
from largesse.payouts.rails.port import Attempt, Away, Refused
from paypal_payouts import PATH, Bank, settings_of
from peers import paypal_prism
from peers.loopback import Answer, Asked
from peers.paypal_prism import Judged

PREFIX = "/v1/payments/payouts"
Bench = tuple[list[Bank], dict[str, int]]


@pytest.fixture(scope="module", params=["our contract", "PayPal's documents"])
def bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    documents: dict[str, Path] | None = {PREFIX: paypal_prism.OURS}
    if request.param != "our contract":
        theirs = paypal_prism.documents_of_theirs(tmp_path_factory.mktemp("documents"))
        documents = {PREFIX: theirs[PREFIX]} if theirs else None
    if documents is None:
        pytest.skip(f"{paypal_prism.SETTING} names no folder of PayPal's documents (docs/howto/paypal.md)")
    banks = [Bank()]

    def answer(asked: Asked) -> Answer:
        status, body = banks[0].answer(asked.method, asked.path, httpx.Response(200, content=asked.body))
        return Answer(status, body)

    with paypal_prism.judged_by(documents, answer) as ways:
        yield banks, ways


@pytest.fixture
def bank(bench: Bench) -> Bank:
    bench[0][0] = Bank()
    return bench[0][0]


@pytest.fixture
async def judged(bench: Bench) -> AsyncIterator[Judged]:
    made = Judged(bench[1])
    yield made
    await made.aclose()


@pytest.fixture
def rail(judged: Judged) -> PayPal:
    return PayPal(settings_of(), judged)


def attempt(money: Money | None = None, *, ref: str = "") -> Attempt:
    payout = ids.new()
    return Attempt(
        key=f"payout:{payout}:1", payout=payout, money=money or Money(9825, "USD"), ref=ref,
        account={"email": "bob@example.org"},
    )  # fmt: skip


async def test_every_call_and_every_answer_is_as_documented(rail: PayPal, judged: Judged, bank: Bank) -> None:
    wanted = attempt()
    assert (await rail.look(wanted)).state == "absent"
    assert (await rail.submit(wanted)).state == "submitted"
    bank.say("SUCCESS")
    again = await rail.submit(wanted)
    assert (again.state, again.ref, again.cost) == ("paid", "BATCH1", Money(25, "USD"))
    assert bank.moved == [(wanted.key, "98.25")]
    assert [(method, path, status) for method, path, status, _ in judged.calls if "oauth2" not in path] == [
        ("POST", PATH, 201), ("POST", PATH, 400), ("GET", f"{PATH}/BATCH1", 200),
    ]  # fmt: skip


@pytest.mark.parametrize("money", [Money(1500, "JPY"), Money(1, "EUR"), Money(123_456_789, "GBP")])
async def test_amounts_of_every_kind_are_taken(rail: PayPal, bank: Bank, money: Money) -> None:
    wanted = attempt(money)
    seen = await rail.submit(wanted)
    bank.say("UNCLAIMED")
    assert (await rail.submit(wanted)).state == "in_transit"
    assert seen.ref == "BATCH1"


async def test_a_request_that_is_not_as_documented_is_refused(rail: PayPal, bank: Bank) -> None:
    for body in ({}, {"items": []}, {"sender_batch_header": {"sender_batch_id": "x"}, "items": []}):
        with pytest.raises(Refused):
            await rail._client.post(PATH, body, key="k")
    assert bank.moved == [], "it reached PayPal"


async def test_an_answer_that_is_not_as_documented_is_a_fault(rail: PayPal, bank: Bank) -> None:
    wanted = attempt()
    await rail.submit(wanted)
    bank.batches["BATCH1"]["items"][0]["transaction_status"] = 7
    with pytest.raises(Away):
        await rail.submit(wanted)


@pytest.mark.parametrize("bench", ["our contract"], indirect=True)
async def test_our_contract_knows_every_field_that_we_send(rail: PayPal, bank: Bank) -> None:
    item = {"recipient_type": "EMAIL", "receiver": "b@example.org", "amount": {"currency": "USD", "value": "1.00"}}
    header = {"sender_batch_id": f"payout:{ids.new()}:1"}
    for strange in ({**item, "sender_item_id": str(ids.new()), "note": "hello"}, item):
        with pytest.raises(Refused):
            await rail._client.post(PATH, {"sender_batch_header": header, "items": [strange]}, key="k")
    assert bank.moved == []
