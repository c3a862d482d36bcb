"""A host platform from its first key to a gift that it gives for somebody, and to the moment when they take it back."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from largesse.kit import ids
from running import PASSWORD, Service, Someone


@dataclass
class Host:
    """A platform's server, with its key."""

    id: str
    http: httpx.Client

    def give(self, live: str, sender: Any, **more: Any) -> dict[str, Any]:
        """The result of one rose in a batch."""
        gift = {"id": str(ids.new()), "sender": sender, "live_id": live, "gift_id": "rose"} | more
        answer = self.http.post("/v1/gifts/batch", json={"gifts": [gift]})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()["results"][0]
        return found

    def tell(self, host_user: str, **more: Any) -> dict[str, Any]:
        """Tell of a user."""
        answer = self.http.post("/v1/host-users", json={"host_user": host_user, "country": "US"} | more)
        assert answer.status_code in {200, 201}, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture(scope="module")
def admin(service: Service) -> Iterator[httpx.Client]:
    made = service.command("account", "create", "--username", "hostess", "--role", "admin", input_=PASSWORD + "\n")
    assert made.returncode == 0, made.stderr
    answer = httpx.post(f"{service.base}/v1/sessions", json={"login": "hostess", "password": PASSWORD}, timeout=30)
    with _client(service, answer.json()["token"]) as client:
        yield client


def _client(service: Service, token: str) -> httpx.Client:
    return httpx.Client(base_url=service.base, headers={"Authorization": f"Bearer {token}"}, timeout=30)


def _key(service: Service, admin: httpx.Client, host: str | None, *scopes: str) -> httpx.Client:
    body = {"name": "their server", "scopes": scopes} | ({"host": host} if host else {})
    made = admin.post("/v1/api-keys", json=body)
    assert made.status_code == 201, made.text
    client = _client(service, made.json()["key"])
    service.clients.append(client)
    return client


def _host(service: Service, admin: httpx.Client, name: str) -> Host:
    made = admin.post("/v1/office/hosts", json={"name": name})
    assert made.status_code == 201, made.text
    return Host(made.json()["id"], _key(service, admin, made.json()["id"], "gifts:write", "users:write"))


@pytest.fixture(scope="module")
def acme(service: Service, admin: httpx.Client) -> Host:
    return _host(service, admin, "Acme Live")


@pytest.fixture(scope="module")
def live(service: Service) -> str:
    found: str = service.live(service.join("bob"))["id"]
    return found


def _link(host: Host, who: Someone, name: str) -> None:
    code = who.http.post("/v1/me/host-codes", json={"host": host.id}).json()["code"]
    assert host.http.post("/v1/host-links", json={"code": code, "host_user": name}).status_code == 201


def test_a_host_gives_for_who_agreed_and_the_statement_says_so(service: Service, acme: Host, live: str) -> None:
    alice = service.join("alice")
    service.recharge(alice, 100)
    assert acme.give(live, alice.username)["code"] == "unknown-sender", "she has not agreed"
    _link(acme, alice, "alice at acme")
    given = acme.give(live, {"host_user": "alice at acme"}, count=5)
    assert (given["status"], given["receipt"]["coins"], given["receipt"]["balance"]) == ("settled", 5, {"coins": 95})
    assert acme.give(live, alice.account["id"])["status"] == "settled"
    sent = alice.http.get("/v1/me/gifts/sent").json()["items"]
    assert [(gift["api_key"], gift["given_by"]) for gift in sent] == [(True, "Acme Live")] * 2
    first = alice.http.get("/v1/me/wallet/entries").json()["items"][0]
    assert (first["kind"], first["about"]["given_by"]) == ("gift", "Acme Live")


def test_what_somebody_takes_back_is_theirs_at_once(service: Service, acme: Host, live: str) -> None:
    kai = service.join("kai")
    service.recharge(kai, 100)
    _link(acme, kai, "kai")
    assert acme.give(live, {"host_user": "kai"})["status"] == "settled"
    assert kai.http.delete(f"/v1/me/hosts/{acme.id}").status_code == 204
    for sender in ({"host_user": "kai"}, kai.username, kai.account["id"]):
        refused = acme.give(live, sender)
        assert (refused["status"], refused["code"]) == ("refused", "unknown-sender")
    assert kai.http.get("/v1/me/wallet").json()["coins"] == 99


def test_every_refusal_applies_to_a_hosts_users(service: Service, acme: Host, live: str) -> None:
    acme.tell("grown", birth_date="1990-05-17")
    acme.tell("young", birth_date=f"{time.gmtime().tm_year - 16}-01-01")
    acme.tell("silent")
    codes = {name: acme.give(live, {"host_user": name})["code"] for name in ("grown", "young", "silent", "nobody")}
    assert codes == {
        "grown": "not-enough-coins", "young": "under-age", "silent": "under-age", "nobody": "unknown-sender",
    }  # fmt: skip
    acme.tell("silent", birth_date="1990-05-17")
    assert acme.give(live, {"host_user": "silent"})["code"] == "not-enough-coins", "of age from now on"


def test_hosts_do_not_reach_each_others_users(service: Service, admin: httpx.Client, acme: Host, live: str) -> None:
    other = _host(service, admin, "Other")
    told = acme.tell("shared name", birth_date="1990-05-17")
    assert other.give(live, {"host_user": "shared name"})["code"] == "unknown-sender"
    assert other.give(live, told["account"]["id"])["code"] == "unknown-sender"
    assert other.tell("shared name", birth_date="1990-05-17")["account"]["id"] != told["account"]["id"]
    operator = _key(service, admin, None, "gifts:write")
    gift = {"id": str(ids.new()), "sender": told["account"]["id"], "live_id": live, "gift_id": "rose"}
    answer = operator.post("/v1/gifts/batch", json=[gift]).json()["results"][0]
    assert answer["code"] == "not-enough-coins", "an operator's key names anybody"


def test_a_key_is_never_the_person_who_made_it(service: Service, admin: httpx.Client, acme: Host, live: str) -> None:
    own = admin.post("/v1/me/creator", json={"accept_terms": True})
    assert own.is_success
    theirs = admin.post("/v1/lives", json={"title": "The admin's own"}).json()["id"]
    assert admin.post(f"/v1/lives/{theirs}/start").is_success
    assert "diamonds_milli" in admin.get(f"/v1/lives/{theirs}/summary").json()
    assert "diamonds_milli" not in acme.http.get(f"/v1/lives/{theirs}/summary").json()
    assert acme.http.get(f"/v1/lives/{live}").json()["you_follow"] is None
    for path in ("/v1/me", "/v1/me/wallet", "/v1/me/wallet/entries", "/v1/me/gifts/sent", "/v1/me/gifts/received",
                 "/v1/me/badge", "/v1/me/hosts", "/v1/me/diamonds", "/v1/purchases", "/v1/receipts/1.0",
                 f"/v1/gifts/{ids.new()}", f"/v1/gifts/{ids.new()}/proof"):  # fmt: skip
        answer = acme.http.get(path)
        assert (path, answer.status_code, answer.json()["code"]) == (path, 403, "forbidden")
    gift = {"id": str(ids.new()), "gift_id": "rose"}
    assert acme.http.post(f"/v1/lives/{live}/gifts", json=gift).status_code == 403
    assert acme.http.post(f"/v1/lives/{live}/comments", json={"text": "hi"}).status_code == 403


def test_a_key_watches_as_a_guest(service: Service, admin: httpx.Client, acme: Host, live: str) -> None:
    url = f"{service.base.replace('http', 'ws')}/v1/lives/{live}/stream"
    key = acme.http.headers["Authorization"]
    with connect(url, additional_headers={"Authorization": key}) as stream:
        assert json.loads(stream.recv(10))["you"] is None
    with connect(url) as stream:
        stream.send(json.dumps({"auth": key.removeprefix("Bearer ")}))
        assert json.loads(stream.recv(10))["you"] is None
    with connect(url, additional_headers={"Authorization": admin.headers["Authorization"]}) as stream:
        assert json.loads(stream.recv(10))["you"]["account"]["username"] == "hostess"
