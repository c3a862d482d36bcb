"""Operators of a running service, and what two of them put into force."""

import secrets
from typing import Any

import httpx

from running import PASSWORD, Service, Someone

REGION = {
    "buying": True, "giving": True, "withdrawing": False, "providers": ["stripe", "paypal", "sandbox"],
    "withdraw_days": 7, "tax": "added",
}  # fmt: skip


def hired(service: Service, role: str = "finance") -> Someone:
    """An operator of their own."""
    name = f"boss.{secrets.token_hex(3)}"
    made = service.command("account", "create", "--username", name, "--role", role, input_=PASSWORD + "\n")
    assert made.returncode == 0, made.stderr
    signed = httpx.post(f"{service.base}/v1/sessions", json={"login": name, "password": PASSWORD}).json()
    client = httpx.Client(base_url=service.base, headers={"Authorization": f"Bearer {signed['token']}"}, timeout=30)
    service.clients.append(client)
    return Someone(name, signed["account"], signed["token"], client)


def operator(service: Service, role: str = "finance") -> dict[str, str]:
    """The headers of an operator of their own."""
    return {"Authorization": f"Bearer {hired(service, role).token}"}


def announce_region(service: Service, country: str, **terms: Any) -> None:
    """Two operators announce what holds in a country from now on."""
    _by_two(service, "regions", {**REGION, "countries": [country], "reason": "a test", **terms})


def announce_policy(service: Service, **rates: Any) -> None:
    """Two operators announce a policy that begins at once, as a sandbox may: the one in force, with changes."""
    now = httpx.get(f"{service.base}/v1/policies").json()["items"][0]
    names = (
        "share_bps", "promo_share_bps", "diamond_value_micros", "hold_days", "payout_minor_min",
        "payout_week_minor_max", "payout_fee_bps", "payout_fee_minor", "give_day_coins_max", "buy_day_minor_max",
        "receivable",
    )  # fmt: skip
    _by_two(service, "policies", {**{name: now[name] for name in names}, **rates, "reason": "a test"})


def _by_two(service: Service, what: str, body: dict[str, Any]) -> None:
    path = f"{service.base}/v1/office/{what}"
    proposed = httpx.post(path, json=body, headers=operator(service))
    assert proposed.status_code == 201, proposed.text
    approved = httpx.post(f"{path}/{proposed.json()['id']}/approve", headers=operator(service))
    assert approved.is_success, approved.text
