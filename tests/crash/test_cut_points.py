"""kill -9 between every two steps of a grant and of a refund, with localstripe as the provider: each happens once."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from largesse.kit import ids
from running import PASSWORD, Service, Someone, running
from stripe_peers import LocalStripe, localstripe, notify

pytestmark = [pytest.mark.crash, pytest.mark.timeout(180)]
PLANTED = Path(__file__).with_name("planted")
_WAIT_S_MAX = 60


@pytest.fixture(scope="module")
def peer() -> Iterator[LocalStripe]:
    with localstripe() as made:
        yield made


@pytest.fixture(scope="module")
def order_to_die(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cut")
    folder.chmod(0o755)
    return folder / "order"


@pytest.fixture(scope="module")
def shop(peer: LocalStripe, order_to_die: Path) -> Iterator[Service]:
    """A service in whose processes the deaths are planted; the product has no switch for that."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(PLANTED))
        with running(**peer.settings, planted="cut", cut=str(order_to_die)) as made:
            peer.tell(f"{made.base}/v1/webhooks/stripe")
            yield made


@pytest.fixture(scope="module")
def operators(shop: Service) -> list[httpx.Client]:
    """Two of them: one proposes, the other approves."""
    made = []
    for name in ("olga", "oscar"):
        created = shop.command("account", "create", "--username", name, "--role", "finance", input_=PASSWORD)
        assert created.returncode == 0, created.stderr
        answer = httpx.post(f"{shop.base}/v1/sessions", json={"login": name, "password": PASSWORD}, timeout=30)
        token = answer.json()["token"]
        client = httpx.Client(base_url=shop.base, headers={"Authorization": f"Bearer {token}"}, timeout=30)
        shop.clients.append(client)
        made.append(client)
    return made


def die_at(order: Path, role: str, step: str) -> Path:
    """Order the death; the file that will be there when it happened."""
    done = order.with_suffix(".carried-out")
    done.unlink(missing_ok=True)
    order.write_text(f"{role} {step}")
    return done


def until(what: Any, true: Any, why: str) -> None:
    deadline = time.monotonic() + _WAIT_S_MAX
    while not true(found := answer(what)):
        assert time.monotonic() < deadline, (why, found)
        time.sleep(0.2)


def answer(what: Any) -> Any:
    """What it says; nothing while a process of the service is being born again."""
    with contextlib.suppress(httpx.HTTPError, KeyError, ValueError):
        return what()
    return None


def coins(who: Someone) -> int:
    n: int = who.http.get("/v1/me/wallet").json()["coins"]
    return n


def history(who: Someone, purchase: str) -> list[str]:
    items = who.http.get("/v1/purchases").json()["items"]  # a list asks no provider
    found = next(one for one in items if one["id"] == purchase)
    return [step["status"] for step in found["history"]]


def order_of(who: Someone) -> dict[str, Any]:
    body = {"id": str(ids.new()), "bundle_id": "web-us-350", "provider": "stripe", "channel": "web"}
    made = who.http.post("/v1/purchases", json=body)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


def intent_of(made: dict[str, Any]) -> str:
    secret: str = made["next"]["client_secret"]
    return secret.partition("_secret_")[0]


@pytest.mark.parametrize("step", ["taken", "looked", "locked", "arrived", "granted", "settling", "settled", "done"])
def test_a_worker_that_dies_at_any_step_of_a_grant_grants_once(
    shop: Service, peer: LocalStripe, order_to_die: Path, step: str
) -> None:
    alice = shop.join("alice")
    made = order_of(alice)
    died = die_at(order_to_die, "worker", step)
    peer.pay(intent_of(made))
    until(died.exists, bool, f"nobody died at: {step}")
    until(lambda: coins(alice), lambda n: n == 350, "the coins")
    time.sleep(5)  # everything that is done by the clock has had its turn twice
    assert coins(alice) == 350
    assert history(alice, made["id"]) == ["created", "awaiting_payment", "paid", "granted"]


@pytest.mark.parametrize("step", ["asked", "given back", "looked", "locked", "counted", "settling", "settled"])
def test_a_process_that_dies_at_any_step_of_a_refund_gives_back_once(
    shop: Service, peer: LocalStripe, operators: list[httpx.Client], order_to_die: Path, step: str
) -> None:
    alice = shop.join("alice")
    made = order_of(alice)
    peer.pay(intent_of(made))
    until(lambda: coins(alice), lambda n: n == 350, "the coins")
    olga, oscar = operators
    body = {"reason": "asked nicely", "coins": 100}
    proposed = olga.post(f"/v1/office/purchases/{made['id']}/refunds", json=body)
    assert proposed.status_code == 201, proposed.text
    died = die_at(order_to_die, "api", step)
    path = f"/v1/office/payment-proposals/{proposed.json()['id']}/approve"
    # Whoever hears no answer asks again, as a person does; what was decided is answered 409.
    until(lambda: oscar.post(path, json={}).status_code, lambda code: code in {200, 409}, "the approval")
    assert died.exists(), f"nobody died at: {step}"
    until(lambda: history(alice, made["id"])[-1], lambda s: s == "partially_refunded", "the refund")
    time.sleep(5)
    assert coins(alice) == 250
    assert history(alice, made["id"]).count("partially_refunded") == 1
    refunds = peer.client().refunds.list({"payment_intent": intent_of(made)}).data
    assert [one.amount for one in refunds] == [91]


@pytest.mark.parametrize("step", ["taken", "looked", "taken back", "counted", "settling", "settled", "done"])
def test_a_worker_that_dies_at_any_step_of_a_refund_made_at_stripe_takes_coins_once(
    shop: Service, peer: LocalStripe, order_to_die: Path, step: str
) -> None:
    alice = shop.join("alice")
    made = order_of(alice)
    peer.pay(intent_of(made))
    until(lambda: coins(alice), lambda n: n == 350, "the coins")
    peer.client().refunds.create({"payment_intent": intent_of(made), "amount": 91})
    died = die_at(order_to_die, "worker", step)
    notify(shop.base, "charge.refunded", {"id": "ch_1", "object": "charge", "payment_intent": intent_of(made)})
    until(died.exists, bool, f"nobody died at: {step}")
    until(lambda: history(alice, made["id"])[-1], lambda s: s == "partially_refunded", "the refund")
    time.sleep(5)
    assert coins(alice) == 250
    assert history(alice, made["id"]).count("partially_refunded") == 1


def test_the_books_are_whole_after_all_of_it(shop: Service) -> None:
    audited = shop.command("audit")
    assert audited.returncode == 0, audited.stdout + audited.stderr
