"""Google Play's purchases, through Google's own client, judged by its bundled discovery document."""

import asyncio
import json
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from largesse.kit.config import BadSettings, Settings
from largesse.kit.money import Money
from largesse.payments.providers.google import Google
from largesse.safety import LimitsService
from peers import google_play
from peers.conftest import MakeTill
from peers.discovery import Discovery
from peers.google_play import GooglePlay
from peers.loopback import Answer
from peers.push_tokens import Issuer, purchased
from peers.till import Till, changed

GET, VOIDED = "products.get", "voidedpurchases.list"


async def test_what_an_app_bought_is_granted_and_then_consumed(kiosk: Till, play: GooglePlay, cast: Any) -> None:
    answer = await kiosk.claim_google(cast.alice, "coins_70", play.buy(cast.alice.id, "coins_70"))
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert (body["status"], body["coins"], body["price"]) == ("granted", 70, {"minor": 99, "currency": "USD"})
    assert (body["provider"], body["channel"], body["granted_class"]) == ("google", "google", "paid")
    assert await kiosk.coins(cast.alice) == (70, 0)
    assert play.asked == [GET]
    (row,) = await kiosk.rows("SELECT provider_ref, fee_minor, live, unfinished FROM payments.purchase")
    assert row == {"provider_ref": "coins_70:token-1", "fee_minor": 30, "live": True, "unfinished": True}
    await kiosk.notices.finish_all()
    assert play.purchases["token-1"]["consumptionState"] == 1
    assert await kiosk.rows("SELECT 1 FROM payments.purchase WHERE unfinished") == []


async def test_the_same_token_again_is_the_same_purchase(kiosk: Till, play: GooglePlay, cast: Any) -> None:
    token = play.buy(cast.alice.id, "coins_70")
    answers = await asyncio.gather(*(kiosk.claim_google(cast.alice, "coins_70", token) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("Idempotent-Replay" in answer.headers for answer in answers) == 4
    await kiosk.notices.finish_all()
    assert (await kiosk.claim_google(cast.alice, "coins_70", token)).headers["Idempotent-Replay"] == "true"
    assert await kiosk.coins(cast.alice) == (70, 0)


async def test_somebody_elses_token_is_refused(kiosk: Till, play: GooglePlay, cast: Any) -> None:
    token = play.buy(cast.alice.id, "coins_70")
    answer = await kiosk.claim_google(cast.charlie, "coins_70", token)
    assert (answer.status_code, answer.json()["code"]) == (409, "receipt-taken")
    for n, buyer in enumerate([None, "", "no uuid"]):
        other = play.buy("", "coins_70", f"other-{n}", obfuscatedExternalAccountId=buyer)
        assert (await kiosk.claim_google(cast.charlie, "coins_70", other)).status_code == 409
    assert await kiosk.is_untouched()
    assert (await kiosk.claim_google(cast.alice, "coins_70", token)).status_code == 201
    assert (await kiosk.claim_google(cast.charlie, "coins_70", token)).status_code == 409


async def test_a_token_is_one_products_and_serves_once(kiosk: Till, play: GooglePlay, cast: Any) -> None:
    token = play.buy(cast.alice.id, "coins_70")
    wrong = await kiosk.claim_google(cast.alice, "coins_20500", token)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "bad-receipt")
    assert "purchaseTokenDoesNotMatchProductId" in wrong.text
    assert (await kiosk.claim_google(cast.alice, "coins_70", token)).status_code == 201
    play.products[token] = "coins_360"  # even if Google said so
    taken = await kiosk.claim_google(cast.alice, "coins_360", token)
    assert (taken.status_code, taken.json()["code"]) == (409, "receipt-taken")
    play.purchases[token]["productId"] = "coins_70"
    assert (await kiosk.claim_google(cast.alice, "coins_360", token)).status_code == 422
    assert await kiosk.coins(cast.alice) == (70, 0)


@pytest.mark.parametrize(("product", "token"), [("coins_70", "nobody-bought-this"), ("no_such_product", "token-1")])
async def test_what_google_does_not_know_or_nobody_sells_is_refused(
    kiosk: Till, play: GooglePlay, cast: Any, product: str, token: str
) -> None:
    play.buy(cast.alice.id, "no_such_product")
    answer = await kiosk.claim_google(cast.alice, product, token)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad-receipt")
    assert await kiosk.is_untouched()


async def test_a_purchase_of_a_product_that_no_book_has_yet_waits_for_the_book(
    kiosk: Till, play: GooglePlay, cast: Any
) -> None:
    token = play.buy(cast.alice.id, "coins_new")
    assert (await kiosk.claim_google(cast.alice, "coins_new", token)).json()["code"] == "bad-receipt"
    await kiosk.waits_for_its_product(cast, "coins_new")
    assert await kiosk.coins(cast.alice) == (70, 0)
    assert (await kiosk.claim_google(cast.alice, "coins_new", token)).json()["status"] == "granted"
    assert await kiosk.coins(cast.alice) == (70, 0)


async def test_a_token_that_would_leave_its_place_in_the_address_is_refused(kiosk: Till, cast: Any) -> None:
    for product, token in [("a/b", "t"), ("coins_70", "a:consume"), ("coins_70", "../x"), ("", "t"), ("coins_70", "")]:
        assert (await kiosk.claim_google(cast.alice, product, token)).status_code == 400
    assert await kiosk.is_untouched()


async def test_a_pending_purchase_grants_nothing_until_it_is_paid(
    kiosk: Till, play: GooglePlay, issuer: Issuer, cast: Any
) -> None:
    token = play.buy(cast.alice.id, "coins_70", purchaseState=2, refundableQuantity=0)
    answer = await kiosk.claim_google(cast.alice, "coins_70", token)
    assert (answer.status_code, answer.json()["status"]) == (201, "pending")
    assert await kiosk.coins(cast.alice) == (0, 0)
    await kiosk.notices.finish_all()
    assert play.asked == [GET]
    play.purchases[token] |= {"purchaseState": 0, "refundableQuantity": 1}
    told = purchased("evt-1", "coins_70", token)
    assert await kiosk.hear("google", told, authorization=issuer.bearer()) == 200
    assert await kiosk.status(cast.alice) == ["granted"]
    assert await kiosk.coins(cast.alice) == (70, 0)


async def test_a_pending_purchase_that_is_paid_without_a_word_is_found(
    kiosk: Till, play: GooglePlay, cast: Any
) -> None:
    token = play.buy(cast.alice.id, "coins_70", purchaseState=2)
    await kiosk.claim_google(cast.alice, "coins_70", token)
    play.purchases[token]["purchaseState"] = 0
    async with kiosk.db.write() as tx:
        await tx.execute("UPDATE payments.purchase SET looked_at = now() - interval '1 hour'")
    await kiosk.notices.look_at_waiting()
    assert await kiosk.coins(cast.alice) == (70, 0)


async def test_a_pending_purchase_that_is_canceled_is_canceled(
    kiosk: Till, play: GooglePlay, issuer: Issuer, cast: Any
) -> None:
    token = play.buy(cast.alice.id, "coins_70", purchaseState=2)
    await kiosk.claim_google(cast.alice, "coins_70", token)
    play.purchases[token]["purchaseState"] = 1
    await kiosk.hear("google", purchased("evt-1", "coins_70", token, kind=2), authorization=issuer.bearer())
    assert await kiosk.status(cast.alice) == ["canceled"]
    assert await kiosk.coins(cast.alice) == (0, 0)


@pytest.mark.parametrize(
    "fields", [{"purchaseState": 1}, {"refundableQuantity": 0}, {"purchaseState": 1, "consumptionState": 1}], ids=str
)
async def test_what_was_canceled_or_given_back_before_its_claim_is_refused(
    kiosk: Till, play: GooglePlay, cast: Any, fields: dict[str, Any]
) -> None:
    token = play.buy(cast.alice.id, "coins_70", **fields)
    answer = await kiosk.claim_google(cast.alice, "coins_70", token)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad-receipt")
    assert await kiosk.is_untouched()


async def test_a_late_claim_is_looked_for_among_what_was_voided(kiosk: Till, play: GooglePlay, cast: Any) -> None:
    long_ago = str(int((time.time() - 7200) * 1000))
    voided_token = play.buy(cast.alice.id, "coins_70", "voided-1", purchaseTimeMillis=long_ago)
    play.void(voided_token)
    assert (await kiosk.claim_google(cast.alice, "coins_70", voided_token)).status_code == 422
    assert await kiosk.is_untouched()
    token = play.buy(cast.alice.id, "coins_70", "fine-1", purchaseTimeMillis=long_ago)
    assert (await kiosk.claim_google(cast.alice, "coins_70", token)).status_code == 201
    assert play.asked == [GET, VOIDED, GET]  # the list has just been read


async def test_what_was_consumed_before_we_heard_of_it_is_put_before_a_person(
    kiosk: Till, play: GooglePlay, cast: Any
) -> None:
    token = play.buy(cast.alice.id, "coins_70", consumptionState=1, acknowledgementState=1)
    assert (await kiosk.claim_google(cast.alice, "coins_70", token)).json()["status"] == "granted"
    assert await kiosk.rows("SELECT flags FROM payments.purchase") == [{"flags": ["finished-before"]}]


async def test_an_acknowledged_purchase_is_granted_and_consumed(kiosk: Till, play: GooglePlay, cast: Any) -> None:
    token = play.buy(cast.alice.id, "coins_70", acknowledgementState=1)
    assert (await kiosk.claim_google(cast.alice, "coins_70", token)).json()["status"] == "granted"
    await kiosk.notices.finish_all()
    assert play.purchases[token]["consumptionState"] == 1


async def test_a_quantity_is_granted_so_many_times(kiosk: Till, play: GooglePlay, cast: Any) -> None:
    token = play.buy(cast.alice.id, "coins_70", quantity=3)
    body = (await kiosk.claim_google(cast.alice, "coins_70", token)).json()
    assert (body["coins"], body["price"]["minor"]) == (210, 297)


async def test_a_paid_purchase_is_never_refused_for_a_limit_but_flagged(
    kiosk: Till, play: GooglePlay, cast: Any
) -> None:
    token = play.buy(cast.alice.id, "coins_20500", quantity=50)  # 12,499.50 dollars in a day
    assert (await kiosk.claim_google(cast.alice, "coins_20500", token)).json()["status"] == "granted"
    assert await kiosk.rows("SELECT flags FROM payments.purchase") == [{"flags": ["over-limit"]}]


@pytest.mark.parametrize("name", ["buy_day", "buy_week", "buy_month"])
async def test_a_buyers_own_limit_and_break_refuse_nothing_that_is_paid(
    kiosk: Till, play: GooglePlay, cast: Any, name: str
) -> None:
    limits = LimitsService(kiosk.db)
    await limits.set_limits(cast.alice.key, {name: Money(150, "USD")})
    for token in ("within", "over"):
        await kiosk.claim_google(cast.alice, "coins_70", play.buy(cast.alice.id, "coins_70", token))
    await limits.rest(cast.alice.key, "cool_off", days=7)
    last = await kiosk.claim_google(cast.alice, "coins_70", play.buy(cast.alice.id, "coins_70", "resting"))
    assert last.json()["status"] == "granted"
    rows = await kiosk.rows("SELECT flags FROM payments.purchase ORDER BY created_at")
    assert [set(row["flags"]) for row in rows] == [set(), {"over-limit"}, {"over-limit", "own-break"}]
    assert await kiosk.coins(cast.alice) == (210, 0)


async def test_a_minor_and_whoever_has_not_accepted_the_terms_are_refused(
    kiosk: Till, play: GooglePlay, make_person: Any
) -> None:
    robin = await make_person("robin", born=date(datetime.now(UTC).year - 15, 1, 1))
    answer = await kiosk.claim_google(robin, "coins_70", play.buy(robin.id, "coins_70", "token-r"))
    assert (answer.status_code, answer.json()["code"]) == (403, "under-age")
    dora = await make_person("dora")
    async with kiosk.db.write() as tx:
        await tx.execute("DELETE FROM accounts.acceptance WHERE account = %s AND document = 'coins'", [dora.key])
    answer = await kiosk.claim_google(dora, "coins_70", play.buy(dora.id, "coins_70", "token-d"))
    assert (answer.status_code, answer.json()["code"]) == (403, "terms-not-accepted")
    assert await kiosk.is_untouched()


# Test money, and what nobody paid


async def test_licence_testers_are_test_money(
    make_till: MakeTill, google: Settings, play: GooglePlay, cast: Any
) -> None:
    kiosk = await make_till(changed(google, test_accounts="alice"))
    token = play.buy(cast.alice.id, "coins_70", purchaseType=0)
    assert (await kiosk.claim_google(cast.alice, "coins_70", token)).json()["granted_class"] == "promo"
    assert await kiosk.coins(cast.alice) == (0, 70)
    await kiosk.notices.finish_all()
    assert play.purchases[token]["consumptionState"] == 1
    other = play.buy(cast.charlie.id, "coins_70", "token-2", purchaseType=0)
    assert (await kiosk.claim_google(cast.charlie, "coins_70", other)).json()["status"] == "mismatch"
    assert await kiosk.coins(cast.charlie) == (0, 0)


async def test_a_sandbox_grants_licence_testers_like_any_buyer(
    make_till: MakeTill, google: Settings, play: GooglePlay, cast: Any
) -> None:
    kiosk = await make_till(changed(google, sandbox=True))
    token = play.buy(cast.alice.id, "coins_70", purchaseType=0)
    assert (await kiosk.claim_google(cast.alice, "coins_70", token)).json()["granted_class"] == "paid"


async def test_a_sandbox_sells_nothing_for_live_money(
    make_till: MakeTill, google: Settings, play: GooglePlay, cast: Any
) -> None:
    kiosk = await make_till(changed(google, sandbox=True, test_accounts="alice"))
    token = play.buy(cast.alice.id, "coins_70")
    assert (await kiosk.claim_google(cast.alice, "coins_70", token)).json()["status"] == "mismatch"
    assert await kiosk.coins(cast.alice) == (0, 0)
    (row,) = await kiosk.rows("SELECT flags FROM payments.purchase")
    assert row["flags"] == ["mismatch:live-money"]
    await kiosk.notices.finish_all()
    assert play.purchases[token]["consumptionState"] == 0  # so Google gives the money back by itself


@pytest.mark.parametrize("kind", [1, 2], ids=["promo code", "watched video"])
async def test_what_nobody_paid_for_is_kept_for_a_person(kiosk: Till, play: GooglePlay, cast: Any, kind: int) -> None:
    token = play.buy(cast.alice.id, "coins_70", purchaseType=kind, refundableQuantity=0)
    assert (await kiosk.claim_google(cast.alice, "coins_70", token)).json()["status"] == "mismatch"
    assert await kiosk.coins(cast.alice) == (0, 0)
    (row,) = await kiosk.rows("SELECT flags FROM payments.purchase")
    assert set(row["flags"]) == {"mismatch:test-money", "not-bought"}


# Faults


@pytest.mark.parametrize(
    "fault",
    [
        Answer(500),
        google_play.refusal(503, "backendError"),
        google_play.refusal(429, "rateLimitExceeded"),
        google_play.refusal(403, "permissionDenied"),
        Answer(200, b"<html>"),
        Answer(200, {"purchaseState": "soon"}),
        Answer(200, {"purchaseState": 7}),
        Answer(200, {"consumptionState": 0}),
    ],
    ids=lambda a: f"{a.status}-{str(a.content)[:30]}",
)
async def test_when_google_does_not_answer_the_claim_can_be_sent_again(
    kiosk: Till, play: GooglePlay, cast: Any, fault: Answer
) -> None:
    token = play.buy(cast.alice.id, "coins_70")
    play.next = [fault]
    answer = await kiosk.claim_google(cast.alice, "coins_70", token)
    assert (answer.status_code, answer.json()["code"]) == (503, "provider-away"), answer.text
    assert await kiosk.is_untouched()
    assert (await kiosk.claim_google(cast.alice, "coins_70", token)).json()["status"] == "granted"


async def test_a_token_that_google_has_forgotten_is_refused(kiosk: Till, play: GooglePlay, cast: Any) -> None:
    play.next = [google_play.refusal(410, "purchaseTokenNoLongerValid")]
    answer = await kiosk.claim_google(cast.alice, "coins_70", play.buy(cast.alice.id, "coins_70"))
    assert (answer.status_code, answer.json()["detail"]) == (
        422, "purchaseTokenNoLongerValid: purchaseTokenNoLongerValid")  # fmt: skip


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"google_credentials_file": "", "google_api_base": ""}, "GOOGLE_CREDENTIALS_FILE"),
        ({"google_credentials_file": "/nowhere/key.json"}, "GOOGLE_CREDENTIALS_FILE"),
        ({"google_credentials_file": __file__}, "GOOGLE_CREDENTIALS_FILE"),
    ],
)
def test_a_setting_that_cannot_be_used_ends_the_program_and_is_named(
    google: Settings, values: dict[str, Any], named: str
) -> None:
    with pytest.raises(BadSettings, match=named):
        Google(changed(google, **values))


async def test_without_a_working_key_google_is_away(
    make_till: MakeTill, google: Settings, play: GooglePlay, cast: Any, tmp_path: Path
) -> None:
    other = tmp_path / "other.json"
    other.write_text(json.dumps(play.credentials | {"token_uri": f"{play.url}/elsewhere"}))
    kiosk = await make_till(changed(google, google_credentials_file=str(other)))
    answer = await kiosk.claim_google(cast.alice, "coins_70", play.buy(cast.alice.id, "coins_70"))
    assert (answer.status_code, answer.json()["code"]) == (503, "provider-away")
    play.faults.clear()


def test_the_judge_refuses_what_the_document_does_not_allow() -> None:
    document = Discovery("androidpublisher.v3")
    path = f"/androidpublisher/v3/applications/{google_play.PACKAGE}/purchases/products/coins_70/tokens/t"
    call = document.read("GET", path, {"alt": "json"}, b"")
    assert call.id == "androidpublisher.purchases.products.get"
    assert call.parameters == {"packageName": google_play.PACKAGE, "productId": "coins_70", "token": "t"}
    for method, where, query, body in [
        ("PUT", path, {}, b""),
        ("GET", path + "/more", {}, b""),
        ("GET", path, {"fields": "x"}, b""),
        ("GET", path, {}, b"{}"),
        ("GET", path.rpartition("/purchases")[0] + "/purchases/voidedpurchases", {"startTime": "yesterday"}, b""),
    ]:
        with pytest.raises(AssertionError):
            document.read(method, where, query, body)
    for wrong in [{"purchaseState": "0"}, {"purchaseState": True}, {"purchaseTimeMillis": 1}, {"state": 0}, []]:
        with pytest.raises(AssertionError):
            document.answered(call, wrong)
