"""Stripe, played by localstripe: a program that nobody here wrote, driven through the official library.

It sends its own signed webhooks to our running service. It knows no idempotency keys, Checkout, disputes or warnings
(tests/rooms/payments/test_stripe.py), and sends no event for a refund.
"""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import stripe

from largesse.kit import ids
from running import PASSWORD, Service, Someone, running
from stripe_peers import DECLINED, KEY, THREE_D_SECURE, VISA, LocalStripe, localstripe, notify

_WAIT_S_MAX = 30
MAPLE = {"coins": 100, "price_minor": 135}


@pytest.fixture(scope="module")
def peer() -> Iterator[LocalStripe]:
    with localstripe() as made:
        yield made


@pytest.fixture(scope="module")
def service(peer: LocalStripe) -> Iterator[Service]:
    with running(**peer.settings) as made:
        peer.tell(f"{made.base}/v1/webhooks/stripe")
        yield made


def order(who: Someone, **more: Any) -> dict[str, Any]:
    body = {"id": str(ids.new()), "bundle_id": "web-us-350", "provider": "stripe", "channel": "web"} | more
    answer = who.http.post("/v1/purchases", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json() | {"sent": body}
    return made


def intent_of(made: dict[str, Any]) -> str:
    """The payment behind a client secret, as Stripe.js reads it."""
    secret: str = made["next"]["client_secret"]
    return secret.partition("_secret_")[0]


def coins(who: Someone) -> int:
    """The wallet's coins; reading them asks no provider."""
    answer = who.http.get("/v1/me/wallet")
    assert answer.status_code == 200, answer.text
    n: int = answer.json()["coins"]
    return n


def until_coins(who: Someone, n: int) -> None:
    deadline = time.monotonic() + _WAIT_S_MAX
    while coins(who) != n:
        assert time.monotonic() < deadline, (coins(who), n)
        time.sleep(0.1)


def state(who: Someone, made: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = who.http.get(f"/v1/purchases/{made['id']}").json()
    return found


def test_a_card_buys_coins_and_the_signed_webhook_grants_them(service: Service, peer: LocalStripe) -> None:
    alice = service.join("alice")
    made = order(alice)
    assert (made["status"], made["next"]["type"]) == ("awaiting_payment", "client_secret")
    assert made["next"]["publishable_key"] == "pk_test_of_a_test"
    paid = peer.pay(intent_of(made), VISA)
    assert (paid.status, paid.amount, paid.currency) == ("succeeded", 320, "usd")
    until_coins(alice, 350)
    found = state(alice, made)
    assert [step["status"] for step in found["history"]] == ["created", "awaiting_payment", "paid", "granted"]
    assert found["granted_class"] == "paid"
    assert found["receipt"]["total"] == {"minor": 320, "currency": "USD"}


def test_a_buyer_who_comes_back_sees_the_coins_without_waiting_for_a_webhook(
    service: Service, peer: LocalStripe
) -> None:
    alice = service.join("alice")
    made = order(alice)
    time.sleep(2.1)  # an order is not looked at more often than this
    peer.pay(intent_of(made))
    assert state(alice, made)["status"] == "granted"
    assert coins(alice) == 350


def test_the_same_order_again_is_the_same_payment(service: Service, peer: LocalStripe) -> None:
    alice = service.join("alice")
    made = order(alice)
    again = alice.http.post("/v1/purchases", json=made["sent"])
    assert (again.status_code, again.headers["idempotent-replay"]) == (201, "true")
    assert again.json()["next"] == made["next"]
    peer.pay(intent_of(made))
    until_coins(alice, 350)
    late = alice.http.post("/v1/purchases", json=made["sent"])
    assert (late.json()["status"], late.json()["next"]) == ("granted", {"type": "none"})
    assert coins(alice) == 350


def test_a_declined_card_charges_nothing_and_leaves_the_order_to_be_paid(service: Service, peer: LocalStripe) -> None:
    """localstripe takes no second card for one payment, as Stripe does: another order stands for it."""
    alice = service.join("alice")
    made = order(alice)
    with pytest.raises(stripe.CardError):
        peer.pay(intent_of(made), DECLINED)
    assert (state(alice, made)["status"], coins(alice)) == ("awaiting_payment", 0)
    again = alice.http.post("/v1/purchases", json=made["sent"])
    assert again.json()["next"] == made["next"]
    peer.pay(intent_of(order(alice)), VISA)
    until_coins(alice, 350)


def test_a_card_that_asks_for_its_owner_waits_for_the_owner(service: Service, peer: LocalStripe) -> None:
    alice = service.join("alice")
    made = order(alice)
    assert peer.pay(intent_of(made), THREE_D_SECURE).status == "requires_action"
    assert state(alice, made)["status"] == "awaiting_payment"
    body = {"client_secret": made["next"]["client_secret"], "key": "pk_test_of_a_test"}
    address = f"{peer.base}/v1/payment_intents/{intent_of(made)}/_authenticate"
    assert httpx.post(address, params={"success": "true"}, json=body).is_success
    until_coins(alice, 350)


def test_an_order_that_is_answered_in_other_words_than_stripes_waits(service: Service) -> None:
    alice = service.join("alice")
    body = {"id": str(ids.new()), "coins": 70, "provider": "stripe", "channel": "web", "return_url": service.base}
    # A page of Stripe's, which localstripe does not have: its 404 is plain text, as a proxy's would be.
    answer = alice.http.post("/v1/purchases", json=body)
    assert (answer.status_code, answer.json()["code"]) == (503, "provider-away")
    found = alice.http.get(f"/v1/purchases/{body['id']}").json()
    assert found["status"] == "created"


def test_webhooks_that_come_twice_late_or_not_at_all_grant_once(service: Service, peer: LocalStripe) -> None:
    alice = service.join("alice")
    made = order(alice)
    peer.pay(intent_of(made))
    until_coins(alice, 350)
    for kind in ("payment_intent.succeeded", "charge.succeeded", "payment_intent.created"):
        for _ in range(2):
            notify(service.base, kind, {"id": intent_of(made), "object": "payment_intent"})
    time.sleep(1)
    assert (coins(alice), state(alice, made)["status"]) == (350, "granted")


# Refunds


@pytest.fixture(scope="module")
def operators(service: Service) -> list[httpx.Client]:
    """Two of them: one proposes, the other approves."""
    made = []
    for name in ("olga", "oscar"):
        created = service.command("account", "create", "--username", name, "--role", "finance", input_=PASSWORD)
        assert created.returncode == 0, created.stderr
        answer = httpx.post(f"{service.base}/v1/sessions", json={"login": name, "password": PASSWORD}, timeout=30)
        client = httpx.Client(
            base_url=service.base, headers={"Authorization": f"Bearer {answer.json()['token']}"}, timeout=30
        )
        service.clients.append(client)
        made.append(client)
    return made


def give_back(operators: list[httpx.Client], made: dict[str, Any], **body: Any) -> None:
    """One proposes a refund, the other approves it; Stripe is asked before the answer."""
    proposed = operators[0].post(f"/v1/office/purchases/{made['id']}/refunds", json={"reason": "asked nicely"} | body)
    assert proposed.status_code == 201, proposed.text
    approved = operators[1].post(f"/v1/office/payment-proposals/{proposed.json()['id']}/approve", json={})
    assert approved.is_success, approved.text


def refunded(peer: LocalStripe, made: dict[str, Any]) -> list[int]:
    return sorted(one.amount for one in peer.client().refunds.list({"payment_intent": intent_of(made)}).data)


def test_operators_give_back_a_part_and_then_the_rest(
    service: Service, peer: LocalStripe, operators: list[httpx.Client]
) -> None:
    alice = service.join("alice")
    made = order(alice)
    peer.pay(intent_of(made))
    until_coins(alice, 350)
    give_back(operators, made, coins=100)
    assert (coins(alice), refunded(peer, made)) == (250, [91])
    assert state(alice, made)["status"] == "partially_refunded"
    give_back(operators, made)
    assert (coins(alice), refunded(peer, made)) == (0, [91, 229])
    found = state(alice, made)
    assert (found["status"], found["refunded"]) == ("refunded", {"minor": 320, "currency": "USD"})


def test_money_given_back_at_stripe_takes_the_coins_back_however_often_it_is_told(
    service: Service, peer: LocalStripe
) -> None:
    alice = service.join("alice")
    made = order(alice)
    peer.pay(intent_of(made))
    until_coins(alice, 350)
    peer.client().refunds.create({"payment_intent": intent_of(made), "amount": 64})
    about = {"id": "ch_1", "object": "charge", "payment_intent": intent_of(made)}
    for _ in range(3):
        notify(service.base, "charge.refunded", about)
    until_coins(alice, 280)  # a fifth of the money, a fifth of the coins
    peer.client().refunds.create({"payment_intent": intent_of(made), "amount": 256})
    for _ in range(2):
        notify(service.base, "charge.refunded", about)
    until_coins(alice, 0)
    assert state(alice, made)["status"] == "refunded"


def test_a_buyer_withdraws_and_stripe_gives_the_money_back_once(service: Service, peer: LocalStripe) -> None:
    greta = service.join("greta", country="DE")
    made = order(greta)
    peer.pay(intent_of(made))
    until_coins(greta, 350)
    path, key = f"/v1/purchases/{made['id']}/withdraw", {"Idempotency-Key": "one"}
    answers = [greta.http.post(path, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["money"] == {"minor": 320, "currency": "USD"}
    assert (answers[1].headers["idempotent-replay"], answers[1].json()["status"]) == ("true", "done")
    assert (coins(greta), refunded(peer, made), state(greta, made)["status"]) == (0, [320], "refunded")


def test_where_tax_is_added_stripe_is_asked_for_the_sum_with_it(
    service: Service, peer: LocalStripe, operators: list[httpx.Client]
) -> None:
    book = {"currency": "CAD", "tax_bps": 1300, "unit_usd_micros": 720_000, "bundles": [MAPLE]}
    assert operators[0].put("/v1/office/price-books/CA/web", json=book).is_success
    terms = {
        "countries": ["CA"], "buying": True, "giving": True, "withdrawing": False, "providers": ["stripe"],
        "withdraw_days": 7, "tax": "added", "reason": "how prices are told there",
    }  # fmt: skip
    proposed = operators[0].post("/v1/office/regions", json=terms)
    assert operators[1].post(f"/v1/office/regions/{proposed.json()['id']}/approve").is_success
    maple = service.join("maple", country="CA")
    made = order(maple, bundle_id="web-ca-100")
    paid = peer.pay(intent_of(made))
    assert (paid.amount, paid.currency) == (153, "cad")  # 1.35 and 13 % of it
    until_coins(maple, 100)
    receipt = state(maple, made)["receipt"]
    assert [receipt[part]["minor"] for part in ("net", "tax", "total")] == [135, 18, 153]
    assert maple.http.post(f"/v1/purchases/{made['id']}/withdraw").json()["money"]["minor"] == 153
    assert refunded(peer, made) == [153]


def entries(service: Service) -> list[str]:
    """The books' entries, behind a head that says when they were written out."""
    return service.command("export", "--format", "jsonl").stdout.splitlines()[1:]


def test_our_own_money_that_stripe_pays_out_to_our_bank_is_heard_and_is_no_purchase(
    service: Service, peer: LocalStripe, operators: list[httpx.Client]
) -> None:
    alice = service.join("alice")
    made = order(alice)
    peer.pay(intent_of(made))
    until_coins(alice, 350)
    before = entries(service)
    for status in ("pending", "paid", "failed"):
        body = {"amount": "320", "currency": "eur", "status": status}  # that localstripe takes, and its library not
        made_out = httpx.post(f"{peer.base}/v1/payouts", data=body, auth=(KEY, ""), timeout=30)
        assert made_out.json()["status"] == status, made_out.text
    time.sleep(2)  # longer than a round of notices
    stuck = operators[0].get("/v1/office/provider-notices").json()["items"]
    assert [notice for notice in stuck if notice["event"].startswith("payout")] == []
    assert entries(service) == before
    assert state(alice, made)["status"] == "granted"


def test_the_books_are_whole_after_all_of_it(service: Service) -> None:
    audited = service.command("audit")
    assert audited.returncode == 0, audited.stdout + audited.stderr
