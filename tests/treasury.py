"""A world for the pages of money: creators with payouts in every state, and what operators have before them."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pictured
from largesse.kit import ids
from office import announce_policy, hired
from running import Service, Someone

LISTED = "Viktor Bout"
PASSPORT = {
    "kind": "passport", "country": "US", "name": LISTED, "birth_date": "1990-05-17", "number": "P1234567",
}  # fmt: skip
_LONG_NAME = "Bartholomew von Hohenstaufen-Wittelsbach"
_DIAMONDS_MILLI = 14_286_000
_WAIT_S_MAX = 60
_REPORT = """balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,source_id,payment_intent_id
txn_1,{on} 10:00:00,usd,5.00,0.45,4.55,charge,ch_1,pi_3PzQm2LkdIwHu7ix0stranger
txn_2,{on} 11:00:00,usd,12.00,0.65,11.35,charge,ch_2,pi_of_another_shop
"""


@dataclass
class Treasury:
    """People with money, and where each of it stands."""

    service: Service
    olga: Someone  # an operator for everything
    paula: Someone  # a creator with a long name: one payout came back, one arrived, one waits for a person
    nora: Someone  # a creator who may withdraw, and seems to stand on the list of names
    returned: str
    paid: str
    review: str
    paper: str
    report: str

    def someone(self, name: str) -> Someone:
        """Somebody by name."""
        return getattr(self, name)  # type: ignore[no-any-return]

    def places(self) -> dict[str, str]:
        """What stands in addresses."""
        names = ("returned", "paid", "review", "paper", "report")
        return {name: getattr(self, name) for name in names} | {"month": f"{datetime.now(UTC):%Y-%m}"}


def make(service: Service) -> Treasury:
    """The world, made through the API of a sandbox that asks who creators are and has a list with `LISTED` on it."""
    olga, oscar = hired(service, "admin"), hired(service, "admin")
    announce_policy(service, hold_days=0)
    paula, nora = _earns(service, "paula", 5), _earns(service, "nora", 3)
    assert paula.http.patch("/v1/me", json={"display_name": _LONG_NAME}).is_success
    paper = _hands_in(paula, name=f"{_LONG_NAME} Maximilian", number="P" + "1" * 39)
    _hands_in(nora)
    returned = _withdraws(olga, paula, until="paid")
    _posted(olga, f"payouts/{returned}/play-return", reason="the account is closed")
    paid = _withdraws(olga, paula, until="paid")
    review = _withdraws(olga, paula)
    _quoted(nora)
    member = service.join("alice")
    service.turn_on_second_factor(member)
    lost = {"account": member.account["id"], "reason": "a call with the passport " * 6, "ticket": "T" * 60}
    _posted(oscar, "second-factor-resets", **lost)
    prize = {"account": nora.account["id"], "diamonds_milli": 12_345_000, "ticket": "T" * 60}
    _posted(oscar, "diamond-grants", **prize, reason="The winner of the song contest of this autumn.")
    rates = olga.http.get("/v1/office/policies").json()["items"][0]["rates"]
    _posted(oscar, "policies", **rates | {"share_bps": 7500, "hold_days": 7}, reason="More for whoever sings.")
    on = f"{datetime.now(UTC):%Y-%m-%d}"
    read = olga.http.post(
        "/v1/office/reconciliations/stripe", params={"from_on": on, "to_on": on}, content=_REPORT.format(on=on).encode()
    )
    assert read.is_success, read.text
    return Treasury(service, olga, paula, nora, returned, paid, review, paper, read.json()["id"])


def _earns(service: Service, name: str, rockets: int) -> Someone:
    """A creator with a method for euros, to whom so many gifts of ten thousand coins were given."""
    who, fan = service.join(name), service.join("fan")
    service.prove_address(who)
    service.turn_on_second_factor(who)
    live = service.live(who)["id"]
    service.recharge(fan, rockets * 10_000)
    for _ in range(rockets):
        given = fan.http.post(f"/v1/lives/{live}/gifts", json={"id": str(ids.new()), "gift_id": "rocket", "count": 1})
        assert given.status_code == 201, given.text
    assert who.http.post(f"/v1/lives/{live}/end").is_success
    made = who.http.post("/v1/me/payout-methods", json={"rail": "sandbox", "currency": "EUR"})
    assert made.status_code == 201, made.text
    return who


def _hands_in(who: Someone, **says: str) -> str:
    made = who.http.post("/v1/me/papers", json=PASSPORT | says)
    assert made.status_code == 201, made.text
    paper: str = made.json()["id"]
    assert who.http.put(f"/v1/me/papers/{paper}/files/front", content=pictured.png(320, 200)).is_success
    assert who.http.post(f"/v1/me/papers/{paper}/submit").is_success
    return paper


def _quoted(who: Someone) -> str:
    method = who.http.get("/v1/me/payout-methods").json()["items"][0]["id"]
    asked = who.http.post("/v1/me/payouts/quote", json={"diamonds_milli": _DIAMONDS_MILLI, "method_id": method})
    assert asked.is_success, asked.text
    quote: str = asked.json()["quote_id"]
    return quote


def _withdraws(olga: Someone, who: Someone, *, until: str = "") -> str:
    """A withdrawal of somebody; where a state is named it is approved and waited for."""
    asked = who.http.post("/v1/me/payouts", json={"quote_id": _quoted(who)})
    assert asked.status_code == 201, asked.text
    payout: str = asked.json()["id"]
    if until:
        _posted(olga, f"payouts/{payout}/approve")
        deadline = time.monotonic() + _WAIT_S_MAX
        while who.http.get(f"/v1/me/payouts/{payout}").json()["status"] != until:
            assert time.monotonic() < deadline, who.http.get(f"/v1/me/payouts/{payout}").text
            time.sleep(0.2)
    return payout


def _posted(who: Someone, path: str, **body: Any) -> None:
    answer = who.http.post(f"/v1/office/{path}", json=body or None)
    assert answer.is_success, answer.text
