"""Bad input gets a clear problem with a code, and nothing is changed."""

import time
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from largesse.kit import ids
from running import Service, Someone

ROSE = {"gift_id": "rose", "count": 1}


@pytest.fixture(scope="module")
def alice(service: Service) -> Someone:
    who = service.join("alice")
    service.recharge(who, 1000)
    return who


@pytest.fixture(scope="module")
def live(service: Service) -> dict[str, Any]:
    return service.live(service.join("bob"))


def _old_id() -> str:
    return str(UUID(int=(int(time.time() * 1000) - 90_000_000) << 80 | 7 << 76 | 2 << 62 | 5))


BAD_GIFTS: list[tuple[str, dict[str, Any], int, str]] = [
    ("an id of another version", {"id": str(uuid4())}, 422, "id-out-of-window"),
    ("an id of yesterday", {"id": _old_id()}, 422, "id-out-of-window"),
    ("no id at all", {"id": None}, 400, "invalid"),
    ("an id that is none", {"id": "gift_x"}, 400, "invalid"),
    ("another thing's id", {"id": ids.encode("live", ids.new())}, 400, "invalid"),
    ("a negative count", {"count": -1}, 400, "invalid"),
    ("a giant count", {"count": 10**30}, 400, "invalid"),
    ("a fraction", {"count": 1.5}, 400, "invalid"),
    ("a count as text", {"count": "1"}, 400, "invalid"),
    ("a truth value as a number", {"anonymous": 1}, 400, "invalid"),
    ("an unknown gift", {"gift_id": "unicorn-of-doom"}, 404, "unknown-gift"),
    ("control characters", {"message": "hi\u0000there"}, 400, "invalid"),
    ("a reordering character", {"message": "abc\u202edef"}, 400, "invalid"),
    ("a giant message", {"message": "x" * 5000}, 400, "invalid"),
    ("an unknown member", {"cuont": 2}, 400, "invalid"),
    ("a price that changed", {"expected_coins": 99}, 409, "price-changed"),
    ("a time that has passed", {"not_after": "2020-01-01T00:00:00Z"}, 422, "expired"),
    ("a big gift in a streak", {"gift_id": "galaxy", "count": 2}, 400, "not-streakable"),
]


@pytest.mark.parametrize(("what", "change", "status", "code"), BAD_GIFTS, ids=[b[0] for b in BAD_GIFTS])
def test_a_bad_gift_is_refused_and_costs_nothing(  # noqa: PLR0917 - fixtures and a row of the table
    alice: Someone, live: dict[str, Any], what: str, change: dict[str, Any], status: int, code: str
) -> None:
    before = alice.http.get("/v1/me/wallet").json()["coins"]
    body = {"id": str(ids.new()), **ROSE} | change
    answer = alice.http.post(f"/v1/lives/{live['id']}/gifts", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert alice.http.get("/v1/me/wallet").json()["coins"] == before


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b'{"id":' * 2000, b"null", b"{}" + b" " * 10])
def test_a_body_that_cannot_be_read_is_refused(alice: Someone, live: dict[str, Any], body: bytes) -> None:
    answer = alice.http.post(
        f"/v1/lives/{live['id']}/gifts", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"


def test_a_huge_body_is_refused(alice: Someone, live: dict[str, Any]) -> None:
    answer = alice.http.post(f"/v1/lives/{live['id']}/gifts", content=b"x" * 3_000_000)
    assert answer.status_code == 413


def test_four_byte_characters_are_welcome(service: Service, alice: Someone, live: dict[str, Any]) -> None:
    body = {"id": str(ids.new()), **ROSE, "message": "🌹 für dich, 你好 👩‍🎤"}
    answer = alice.http.post(f"/v1/lives/{live['id']}/gifts", json=body)
    assert answer.status_code == 201
    assert alice.http.get(f"/v1/gifts/{body['id']}").json()["message"] == body["message"]


def test_what_belongs_to_others_is_not_found(service: Service, alice: Someone, live: dict[str, Any]) -> None:
    given = alice.http.post(f"/v1/lives/{live['id']}/gifts", json={"id": str(ids.new()), **ROSE}).json()
    stranger = service.join("charlie")
    for path in (f"/v1/gifts/{given['id']}", f"/v1/receipts/{given['receipt']}", given["proof_url"]):
        assert stranger.http.get(path).status_code == 404
    assert httpx.get(service.base + given["proof_url"]).status_code == 401


def test_a_cookie_needs_its_csrf_token_and_a_session_ends_at_once(service: Service, live: dict[str, Any]) -> None:
    who = service.join("dora")
    service.recharge(who, 100)
    browser = httpx.Client(base_url=service.base, timeout=30)
    service.clients.append(browser)
    signed = browser.post("/v1/sessions", json={"login": who.username, "password": "a horse, a battery and a staple"})
    assert signed.status_code == 201
    gift = {"id": str(ids.new()), **ROSE}
    path = f"/v1/lives/{live['id']}/gifts"
    assert browser.post(path, json=gift).json()["code"] == "csrf-failed"
    token = browser.cookies["largesse_csrf"]
    assert browser.post(path, json=gift, headers={"X-CSRF-Token": token}).status_code == 201
    assert browser.delete("/v1/sessions/current", headers={"X-CSRF-Token": token}).is_success
    late = httpx.post(service.base + path, json=gift, headers={"Authorization": f"Bearer {signed.json()['token']}"})
    assert late.status_code == 401


def test_a_minor_may_watch_but_not_buy_or_give(service: Service, live: dict[str, Any]) -> None:
    robin = service.join("robin", born=f"{time.gmtime().tm_year - 17}-01-01")
    assert robin.account["age"] == "minor"
    assert robin.http.get(f"/v1/lives/{live['id']}").status_code == 200
    buy = robin.http.post("/v1/purchases", json={"coins": 350, "provider": "sandbox", "channel": "web"})
    give = robin.http.post(f"/v1/lives/{live['id']}/gifts", json={"id": str(ids.new()), **ROSE})
    creator = robin.http.post("/v1/me/creator", json={"accept_terms": True})
    assert [a.json()["code"] for a in (buy, give, creator)] == ["under-age"] * 3


def test_the_whole_way_of_a_gift_and_its_proof(service: Service) -> None:
    mira, kai = service.join("mira"), service.join("kai")
    live = service.live(mira)
    path = f"/v1/lives/{live['id']}/gifts"
    short = kai.http.post(path, json={"id": str(ids.new()), "gift_id": "lion"})
    assert short.json() | {"needed": 500, "available": 0} == short.json()
    service.recharge(kai, 350)
    rose = {"id": str(ids.new()), "gift_id": "rose", "count": 5, "combo_id": "c1", "expected_coins": 5}
    receipt = kai.http.post(path, json=rose)
    again = kai.http.post(path, json=rose)
    assert receipt.status_code == again.status_code == 201
    assert again.headers["Idempotent-Replay"] == "true"
    assert again.json()["receipt"] == receipt.json()["receipt"]
    assert kai.http.post(path, json=rose | {"count": 6}).json()["code"] == "id-reused"
    service.recharge(kai, 155)
    assert kai.http.post(path, json={"id": str(ids.new()), "gift_id": "lion"}).json()["balance"] == {"coins": 0}
    assert mira.http.get("/v1/me/diamonds").json()["pending_milli"] == 505 * 700
    assert mira.http.post(path, json={"id": str(ids.new()), **ROSE}).json()["code"] == "self-gift"

    proof = service.folder / "proof.json"
    keys = service.folder / "keys.json"
    proof.write_bytes(kai.http.get(receipt.json()["proof_url"]).content)
    keys.write_bytes(httpx.get(f"{service.base}/.well-known/largesse-keys.json").content)
    held = service.command("verify", str(proof), "--keys", str(keys))
    assert held.returncode == 0, held.stdout + held.stderr
    proof.write_bytes(proof.read_bytes().replace(b'"count":5', b'"count":6'))
    assert service.command("verify", str(proof), "--keys", str(keys)).returncode == 1
    audit = service.command("audit", "--json")
    assert audit.returncode == 0, audit.stdout[-2000:] + audit.stderr[-2000:]
