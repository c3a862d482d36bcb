"""schemathesis on the OpenAPI document: whatever is sent, no 5xx, and only answers that are declared.

Each case is sent twice: as it was generated, and with real ids and names where the document has some, so that it comes
further than the first refusal. Guests, somebody signed in, an admin of the staff and a host platform's key send them.
"""

import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import pictured
import requests
import running
from largesse.kit import ids
from largesse.kit.config import Settings
from largesse.main.app import build_app
from largesse.main.compose import build
from running import PASSWORD, Service, Someone

CHECKS = [
    schemathesis.checks.not_a_server_error, status_code_conformance, content_type_conformance,
    response_schema_conformance,
]  # fmt: skip
# The stream never ends; the others would sign the sender out, whom the last line of `world` looks for.
LEFT_OUT = r"^get .*/events$|^delete /v1/sessions(/current)?$"
EXAMPLES, EXAMPLES_SLOW = 4, 60
LOOSE: dict[str, Any] = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}


def _schema() -> schemathesis.BaseSchema:
    """The document of the application as it is built, which needs no server."""
    with tempfile.TemporaryDirectory() as folder:
        unused = Settings(data_dir=folder, database_url="postgresql://nobody@/none", nats_url="nats://127.0.0.1:1")
        document = build_app(build(unused)).openapi_schema.to_schema()
    # Every edge of every member is tried in the long form only.
    config = SchemathesisConfig.from_dict({"phases": {"coverage": {"enabled": False}}})
    return _without(schemathesis.openapi.from_dict(document, config=config))


def _without(whole: schemathesis.BaseSchema) -> schemathesis.BaseSchema:
    return whole.exclude(lambda found: re.search(LEFT_OUT, f"{found.operation.method} {found.operation.path}"))


schema = _schema()


@dataclass
class World:
    """Who sends, and what is really there for them."""

    service: Service
    senders: dict[str, requests.Session]
    real: dict[str, Callable[[], Any]]


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """One of its own: who sends anything at all retires gifts that other tests give."""
    with running.running(payout_cool_off_hours="0") as made:
        yield made


@pytest.fixture(scope="module")
def world(service: Service) -> Iterator[World]:
    creator, giver = service.join("fuzzy"), service.join("alice", country="DE")
    live = service.live(creator)
    service.recharge(giver, 5_000)
    gift = giver.http.post(f"/v1/lives/{live['id']}/gifts", json={"id": str(ids.new()), "gift_id": "rose"}).json()
    bought = giver.http.get("/v1/purchases").json()["items"][0]["id"]
    admin = _admin(service)
    host, key = _host(service, admin)
    campaign = _campaign(service, admin)
    method, payout = _payout(service, creator, giver, live["id"])
    paper = _paper(creator)
    tokens = {"guest": "", "creator": creator.token, "giver": giver.token, "admin": admin, "host": key}
    senders = {who: _session(token) for who, token in tokens.items()}
    real: dict[str, Callable[[], Any]] = {
        "live": lambda: live["id"], "live_id": lambda: live["id"], "gift_id": lambda: "rose",
        "number": lambda: gift["receipt"], "purchase": lambda: bought, "username": lambda: creator.username,
        "account_id": lambda: creator.account["id"], "account": lambda: giver.account["id"],
        "sender": lambda: giver.username, "id": lambda: str(ids.new()), "host": lambda: host, "country": lambda: "DE",
        "campaign": lambda: campaign, "method": lambda: method, "method_id": lambda: method, "payout": lambda: payout,
        "currency": lambda: "EUR", "paper": lambda: paper,
    }  # fmt: skip
    yield World(service, senders, real)
    _still_signed_in(creator, giver)
    for sender in senders.values():
        sender.close()


def _admin(service: Service, name: str = "olga") -> str:
    made = service.command("account", "create", "--username", name, "--role", "admin", input_=PASSWORD + "\n")
    assert made.returncode == 0, made.stderr
    answer = requests.post(f"{service.base}/v1/sessions", json={"login": name, "password": PASSWORD}, timeout=30)
    token: str = answer.json()["token"]
    return token


def _host(service: Service, admin: str) -> tuple[str, str]:
    """A host platform and its key."""
    with _session(admin) as session:
        host: str = session.post(f"{service.base}/v1/office/hosts", json={"name": "Fuzz"}, timeout=30).json()["id"]
        body = {"name": "fuzz", "scopes": ["gifts:write", "users:write"], "host": host}
        key: str = session.post(f"{service.base}/v1/api-keys", json=body, timeout=30).json()["key"]
    return host, key


def _campaign(service: Service, admin: str) -> str:
    """A proposed campaign."""
    body = {
        "name": "Fuzz", "trigger": "first_purchase", "coins": 5, "budget_coins": 50, "reason": "r",
        "starts_at": "2026-01-01T00:00:00Z", "ends_at": "2099-01-01T00:00:00Z",
    }  # fmt: skip
    with _session(admin) as session:
        found: str = session.post(f"{service.base}/v1/office/campaigns", json=body, timeout=30).json()["id"]
    return found


def _payout(service: Service, creator: Someone, giver: Someone, live: str) -> tuple[str, str]:
    """A payout method and a payout, by a policy of no hold and no minimum."""
    proposed = None
    rates = {
        "share_bps": 7000, "promo_share_bps": 0, "diamond_value_micros": 7000, "hold_days": 0, "payout_minor_min": 1,
        "payout_week_minor_max": 100_000, "payout_fee_bps": 150, "payout_fee_minor": 0, "give_day_coins_max": 100_000,
        "buy_day_minor_max": 1_000_000, "effective_at": None, "reason": "r", "ticket": "",
    }  # fmt: skip
    for name in ("pavel", "petra"):
        with _session(_admin(service, name)) as session:
            path = f"{service.base}/v1/office/policies"
            if proposed is None:
                proposed = session.post(path, json=rates, timeout=30).json()["id"]
            else:
                assert session.post(f"{path}/{proposed}/approve", timeout=30).ok
    service.prove_address(creator)
    service.turn_on_second_factor(creator)
    giver.http.post(f"/v1/lives/{live}/gifts", json={"id": str(ids.new()), "gift_id": "crown"}).raise_for_status()
    method = creator.http.post("/v1/me/payout-methods", json={"rail": "sandbox", "currency": "USD"}).json()["id"]
    quote = creator.http.post("/v1/me/payouts/quote", json={"method_id": method, "all": True})
    assert quote.status_code == 201, quote.text
    made = creator.http.post("/v1/me/payouts", json={"quote_id": quote.json()["quote_id"]})
    assert made.status_code == 201, made.text
    return method, made.json()["id"]


def _paper(creator: Someone) -> str:
    """A passport that waits for a person, with a picture."""
    says = {"kind": "passport", "country": "US", "name": "F", "birth_date": "1990-01-01", "number": "1"}
    paper: str = creator.http.post("/v1/me/papers", json=says).json()["id"]
    creator.http.put(f"/v1/me/papers/{paper}/files/front", content=pictured.png()).raise_for_status()
    creator.http.post(f"/v1/me/papers/{paper}/submit").raise_for_status()
    return paper


def _session(token: str) -> requests.Session:
    session = requests.Session()
    if token:
        session.headers["Authorization"] = f"Bearer {token}"
    return session


def _still_signed_in(*people: Someone) -> None:
    """Nothing that was sent ended a session: the senders really were who they seemed."""
    assert [who.http.get("/v1/me").status_code for who in people] == [200] * len(people)


def _plausible(case: schemathesis.Case, world: World) -> bool:
    """Put real values where the case has room for them; says whether that changed it."""
    changed = False
    for part in (case.path_parameters, case.body):
        for name in part if isinstance(part, dict) else ():
            if name in world.real:
                part[name] = world.real[name]()
                changed = True
    return changed


def _send(case: schemathesis.Case, world: World) -> None:
    for sender in world.senders.values():
        case.call_and_validate(base_url=world.service.base, session=sender, checks=CHECKS, timeout=30)
    if _plausible(case, world):
        for sender in world.senders.values():
            case.call_and_validate(base_url=world.service.base, session=sender, checks=CHECKS, timeout=30)


@schema.parametrize()
@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
def test_whatever_is_sent_is_answered_as_declared(case: schemathesis.Case, world: World) -> None:
    _send(case, world)


def _thorough() -> schemathesis.BaseSchema:
    whole = SchemathesisConfig.from_dict({"phases": {"coverage": {"enabled": True}}})
    return _without(schemathesis.openapi.from_dict(schema.raw_schema, config=whole))


thorough = _thorough()


@pytest.mark.slow
@thorough.parametrize()
@settings(max_examples=EXAMPLES_SLOW, **LOOSE)
def test_every_edge_of_every_member_is_answered_as_declared(case: schemathesis.Case, world: World) -> None:
    _send(case, world)
