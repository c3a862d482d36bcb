"""What the App Store notifies: refunds whole and in part, their reversal, purchases that no app claimed, questions."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from largesse.kit import ids
from largesse.kit.config import Settings
from peers.app_store import AppStore, refusal
from peers.conftest import MakeTill
from peers.loopback import Answer
from peers.till import Till, changed

NUMBER = "2000000123"
KEYLESS = {"apple_key_id": "", "apple_issuer_id": "", "apple_key_file": ""}


def uuid() -> str:
    return str(ids.new())


@pytest.fixture(params=["with a key", "without a key"])
async def either(request: pytest.FixtureRequest, make_till: MakeTill, apple: Settings) -> Till:
    """A service that reads everything again, and one that has only what Apple signed."""
    return await make_till(apple if request.param == "with a key" else changed(apple, **KEYLESS))


async def test_a_refund_takes_the_coins_back_and_its_reversal_gives_them_again(
    either: Till, store: AppStore, cast: Any
) -> None:
    await either.claim_apple(cast.alice, store.buy(cast.alice.id, "coins_70"))
    store.refund(NUMBER)
    refund = store.notice("REFUND", NUMBER, uuid())
    assert [await either.hear("apple", refund), await either.hear("apple", refund)] == [200, 200]
    assert await either.status(cast.alice) == ["refunded"]
    assert await either.coins(cast.alice) == (0, 0)
    store.reverse(NUMBER)
    reversal = store.notice("REFUND_REVERSED", NUMBER, uuid())
    assert [await either.hear("apple", reversal), await either.hear("apple", reversal)] == [200, 200]
    assert await either.status(cast.alice) == ["granted"]
    assert await either.coins(cast.alice) == (70, 0)
    assert await either.outcomes() == ["settled", "settled"]
    store.refund(NUMBER, at=1_800_000_000_000)
    await either.hear("apple", store.notice("REFUND", NUMBER, uuid()))
    assert await either.coins(cast.alice) == (0, 0)
    rows = await either.rows("SELECT status, minor, reason FROM payments.refund ORDER BY made_at")
    assert [tuple(row.values()) for row in rows] == [("undone", 99, "issue"), ("done", 99, "issue")]


async def test_a_refund_happened_when_apple_made_it_and_not_when_it_was_bought(
    either: Till, store: AppStore, cast: Any
) -> None:
    await either.claim_apple(cast.alice, store.buy(cast.alice.id, "coins_70", purchaseDate=1_700_000_000_000))
    store.refund(NUMBER, at=1_800_000_000_000)
    await either.hear("apple", store.notice("REFUND", NUMBER, uuid()))
    assert await either.happened("purchase") == [datetime.fromtimestamp(1_700_000_000, UTC)]
    assert await either.happened("refund") == [datetime.fromtimestamp(1_800_000_000, UTC)]
    store.reverse(NUMBER)
    before = datetime.now(UTC) - timedelta(seconds=5)
    await either.hear("apple", store.notice("REFUND_REVERSED", NUMBER, uuid()))
    (at,) = await either.happened("restored")  # Apple does not say when: it is when we hear of it
    assert before < at < before + timedelta(minutes=1)


async def test_a_refund_that_apple_declined_changes_nothing(either: Till, store: AppStore, cast: Any) -> None:
    await either.claim_apple(cast.alice, store.buy(cast.alice.id, "coins_70"))
    await either.hear("apple", store.notice("CONSUMPTION_REQUEST", NUMBER, uuid()))
    assert await either.hear("apple", store.notice("REFUND_DECLINED", NUMBER, uuid())) == 200
    assert (await either.outcomes())[-1] == "nothing to do"
    assert (await either.status(cast.alice), await either.coins(cast.alice)) == (["granted"], (70, 0))
    assert await either.rows("SELECT 1 FROM payments.purchase WHERE flags <> '{}'") == []
    assert await either.rows("SELECT 1 FROM ledger.freeze") == []
    assert await either.rows("SELECT 1 FROM payments.refund") == []


@pytest.mark.parametrize("told", ["claimed", "notified"])
async def test_a_purchase_of_a_product_that_no_book_has_yet_waits_for_the_book(
    either: Till, store: AppStore, cast: Any, told: str
) -> None:
    signed = store.buy(cast.alice.id, "coins_new")
    if told == "claimed":
        assert (await either.claim_apple(cast.alice, signed)).json()["code"] == "bad-receipt"
    else:
        await either.hear("apple", store.notice("ONE_TIME_CHARGE", NUMBER, uuid()))
    await either.waits_for_its_product(cast, "coins_new")
    assert await either.coins(cast.alice) == (70, 0)
    assert (await either.claim_apple(cast.alice, signed)).json()["status"] == "granted"
    assert await either.coins(cast.alice) == (70, 0)


async def test_an_old_transaction_sent_again_by_the_app_undoes_no_refund(
    either: Till, store: AppStore, cast: Any
) -> None:
    signed = store.buy(cast.alice.id, "coins_70")
    await either.claim_apple(cast.alice, signed)
    store.refund(NUMBER)
    await either.hear("apple", store.notice("REFUND", NUMBER, uuid()))
    assert (await either.claim_apple(cast.alice, signed)).json()["status"] == "refunded"
    assert await either.coins(cast.alice) == (0, 0)


async def test_news_out_of_order_ends_where_apple_stands(counter: Till, store: AppStore, cast: Any) -> None:
    await counter.claim_apple(cast.alice, store.buy(cast.alice.id, "coins_70"))
    store.refund(NUMBER)
    refund = store.notice("REFUND", NUMBER, uuid())
    store.reverse(NUMBER)
    await counter.hear("apple", store.notice("REFUND_REVERSED", NUMBER, uuid()))
    await counter.hear("apple", refund)
    assert await counter.coins(cast.alice) == (70, 0)
    assert await counter.status(cast.alice) == ["granted"]


async def test_a_part_is_a_part_and_a_bigger_one_takes_its_place(either: Till, store: AppStore, cast: Any) -> None:
    await either.claim_apple(cast.alice, store.buy(cast.alice.id, "coins_740", price=9990))
    store.refund(NUMBER, milli_percent=40_000, reason=0)
    await either.hear("apple", store.notice("REFUND", NUMBER, uuid()))
    assert await either.status(cast.alice) == ["partially_refunded"]
    (row,) = await either.rows("SELECT minor, reason, status FROM payments.refund")
    assert row == {"minor": 400, "reason": "other", "status": "done"}
    assert (await either.coins(cast.alice))[0] == 740 - 297
    store.refund(NUMBER)
    await either.hear("apple", store.notice("REFUND", NUMBER, uuid()))
    assert await either.status(cast.alice) == ["refunded"]
    assert await either.coins(cast.alice) == (0, 0)


async def test_what_no_app_claimed_is_granted_by_the_notice_and_claimed_later(
    either: Till, store: AppStore, cast: Any
) -> None:
    signed = store.buy(cast.alice.id, "coins_70")
    assert await either.hear("apple", store.notice("ONE_TIME_CHARGE", NUMBER, uuid())) == 200
    assert await either.coins(cast.alice) == (70, 0)
    answer = await either.claim_apple(cast.alice, signed)
    assert (answer.status_code, answer.headers["Idempotent-Replay"]) == (201, "true")
    assert (await either.claim_apple(cast.charlie, signed)).status_code == 409
    assert await either.coins(cast.alice) == (70, 0)


async def test_the_notice_and_the_claim_at_once_grant_once(counter: Till, store: AppStore, cast: Any) -> None:
    for n in range(6):
        number = f"2000000{n}"
        signed = store.buy(cast.alice.id, "coins_70", number)
        notice = store.notice("ONE_TIME_CHARGE", number, uuid())
        heard, claimed, again = await asyncio.gather(
            counter.hear("apple", notice),
            counter.claim_apple(cast.alice, signed),
            counter.claim_apple(cast.alice, signed),
        )
        assert (heard, claimed.status_code, again.status_code) == (200, 201, 201)
    assert await counter.coins(cast.alice) == (6 * 70, 0)
    assert await counter.status(cast.alice) == ["granted"] * 6


async def test_a_refund_of_what_nobody_claimed_grants_nothing(either: Till, store: AppStore, cast: Any) -> None:
    store.buy(cast.alice.id, "coins_70")
    store.refund(NUMBER)
    await either.hear("apple", store.notice("REFUND", NUMBER, uuid()))
    assert await either.outcomes() == ["not claimed: bad-receipt"]
    assert await either.is_untouched()


@pytest.mark.parametrize("buyer", [None, "01890000-0000-7000-8000-000000000000", "no uuid"])
async def test_a_purchase_of_nobody_here_is_kept_and_left_alone(
    counter: Till, store: AppStore, cast: Any, buyer: str | None
) -> None:
    store.buy("", "coins_70", appAccountToken=buyer)
    assert await counter.hear("apple", store.notice("ONE_TIME_CHARGE", NUMBER, uuid())) == 200
    assert await counter.outcomes() == ["no purchase of ours"]
    assert await counter.is_untouched()


async def test_kinds_that_are_not_about_a_purchase_of_coins_are_kept(counter: Till, store: AppStore, cast: Any) -> None:
    store.buy(cast.alice.id, "coins_70")
    store.buy(cast.alice.id, "monthly", "2000000124", rawType="Auto-Renewable Subscription")
    for kind, number in [("TEST", NUMBER), ("SOMETHING_NEW", NUMBER), ("REFUND", "2000000124")]:
        assert await counter.hear("apple", store.notice(kind, number, uuid())) == 200
    assert await counter.hear("apple", store.notice("TEST", NUMBER, uuid(), signedTransactionInfo=None)) == 200
    assert await counter.outcomes() == ["unknown kind"] * 4
    assert await counter.is_untouched()


@pytest.mark.parametrize(
    "fields",
    [
        {"bundleId": "org.example.other"},
        {"appAppleId": 1},
        {"appAppleId": None},
        {"rawEnvironment": "Sandbox"},
        {"rawEnvironment": "Xcode"},
        {"signedTransactionInfo": "x.y.z"},
    ],
    ids=str,
)
async def test_a_notice_for_something_else_is_refused_and_not_kept(
    counter: Till, store: AppStore, cast: Any, fields: dict[str, Any]
) -> None:
    store.buy(cast.alice.id, "coins_70")
    assert await counter.hear("apple", store.notice("REFUND", NUMBER, uuid(), **fields)) == 400
    assert await counter.outcomes() == []


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'"x"', b"{}", b'{"signedPayload": 1}', b"\xff", b'{"signedPayload": "a.b"}']
)
async def test_what_is_not_a_notice_is_refused_and_not_kept(counter: Till, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await counter.client.post("/v1/webhooks/apple", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-notice")
    assert await counter.outcomes() == []


async def test_wrong_types_and_ten_megabytes_are_refused_and_not_kept(counter: Till, store: AppStore) -> None:
    post = counter.client.post
    plain = await post("/v1/webhooks/apple", content=b"{}", headers={"Content-Type": "text/plain"})
    form = await post("/v1/webhooks/apple", data={"signedPayload": "x"})
    huge = await post("/v1/webhooks/apple", content=b" " * 10_000_000, headers={"Content-Type": "application/json"})
    assert [plain.status_code, form.status_code, huge.status_code] == [415, 415, 413]
    assert await counter.outcomes() == []


async def test_when_apple_is_away_the_notice_waits_and_is_worked_on_again(
    counter: Till, store: AppStore, cast: Any
) -> None:
    store.buy(cast.alice.id, "coins_70")
    store.next = [Answer(503)]
    assert await counter.hear("apple", store.notice("ONE_TIME_CHARGE", NUMBER, uuid())) == 200
    assert await counter.is_untouched()
    async with counter.db.write() as tx:
        await tx.execute("UPDATE payments.notice SET due_at = now()")
    await counter.notices.work()
    assert await counter.coins(cast.alice) == (70, 0)


# What did not reach us


async def test_what_could_not_be_delivered_is_read_from_the_history(counter: Till, store: AppStore, cast: Any) -> None:
    await counter.claim_apple(cast.alice, store.buy(cast.alice.id, "coins_70"))
    for n in range(1, 4):
        store.buy(cast.alice.id, "coins_360", f"2000000{n}")
        store.undelivered.append(store.notice("ONE_TIME_CHARGE", f"2000000{n}", uuid()))
    store.refund(NUMBER)
    store.undelivered += [store.notice("REFUND", NUMBER, uuid()), {"signedPayload": "a.b.c"}]
    await counter.notices.catch_up()
    await counter.notices.work()
    assert sorted(await counter.status(cast.alice)) == ["granted", "granted", "granted", "refunded"]
    assert await counter.coins(cast.alice) == (3 * 360, 0)
    asked = len(store.asked)
    await counter.notices.catch_up()
    await counter.notices.work()
    assert store.asked[asked:] == ["POST /inApps/v1/notifications/history"] * 3  # what is known is not worked on again
    assert len(await counter.outcomes()) == 4


async def test_a_history_that_cannot_be_read_is_read_from_the_same_place_later(
    counter: Till, store: AppStore, cast: Any
) -> None:
    store.next = [Answer(500)]
    await counter.notices.catch_up()
    assert await counter.rows("SELECT 1 FROM payments.caught_up") == []
    await counter.notices.catch_up()
    (row,) = await counter.rows("SELECT provider, until > now() - interval '1 minute' AS fresh FROM payments.caught_up")
    assert row == {"provider": "apple", "fresh": True}


async def test_history_is_not_asked_for_further_back_than_apple_keeps_it(counter: Till, store: AppStore) -> None:
    provider: Any = counter.payments.provider("apple")
    assert await provider.catch_up(datetime.now(UTC) - timedelta(days=400)) == []
    assert store.faults == []


# Questions


async def consent(counter: Till, who: Any) -> None:
    answer = await counter.client.put("/v1/me/purchase-consent", json={"consented": True}, headers=who.headers)
    assert answer.status_code == 200, answer.text


async def test_a_question_is_answered_where_the_buyer_has_consented(counter: Till, store: AppStore, cast: Any) -> None:
    await counter.claim_apple(cast.alice, store.buy(cast.alice.id, "coins_70"))
    await consent(counter, cast.alice)
    question = store.notice("CONSUMPTION_REQUEST", NUMBER, uuid(), rawConsumptionRequestReason="UNINTENDED_PURCHASE")
    assert await counter.hear("apple", question) == 200
    told = store.consumption[NUMBER]
    assert told.customerConsented is True
    assert (told.rawDeliveryStatus, told.consumptionPercentage, told.rawRefundPreference) == ("DELIVERED", 0, None)
    assert await counter.outcomes() == ["nothing to do; answered"]


async def test_without_consent_there_is_no_answer(counter: Till, store: AppStore, cast: Any) -> None:
    await counter.claim_apple(cast.alice, store.buy(cast.alice.id, "coins_70"))
    await consent(counter, cast.charlie)
    assert await counter.hear("apple", store.notice("CONSUMPTION_REQUEST", NUMBER, uuid())) == 200
    assert store.consumption == {}
    assert await counter.outcomes() == ["nothing to do; not answered: no consent"]


async def test_a_question_that_apple_could_not_deliver_is_answered_when_it_is_found(
    counter: Till, store: AppStore, cast: Any
) -> None:
    await counter.claim_apple(cast.alice, store.buy(cast.alice.id, "coins_70"))
    await consent(counter, cast.alice)
    store.undelivered.append(store.notice("CONSUMPTION_REQUEST", NUMBER, uuid()))
    await counter.notices.catch_up()
    await counter.notices.work()
    assert list(store.consumption) == [NUMBER]


async def test_an_answer_that_apple_refuses_is_noted_and_one_that_is_lost_is_sent_again(
    counter: Till, store: AppStore, cast: Any
) -> None:
    await counter.claim_apple(cast.alice, store.buy(cast.alice.id, "coins_70"))
    await consent(counter, cast.alice)
    found = Answer(200, {"signedTransactionInfo": store.signed(NUMBER)})
    store.next = [found, refusal(400, 4000047, "Transaction type not supported.")]
    await counter.hear("apple", store.notice("CONSUMPTION_REQUEST", NUMBER, uuid()))
    assert await counter.outcomes() == ["nothing to do; not answered: invalid_transaction_type_not_supported"]
    store.next = [found, Answer(500)]
    await counter.hear("apple", store.notice("CONSUMPTION_REQUEST", NUMBER, uuid()))
    assert store.consumption == {}
    async with counter.db.write() as tx:
        await tx.execute("UPDATE payments.notice SET due_at = now()")
    await counter.notices.work()
    assert list(store.consumption) == [NUMBER]
