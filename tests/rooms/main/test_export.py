"""A person's export: what every room keeps about them, composed."""

from functools import partial
from typing import Any

import pytest

from largesse.accounts import PersonalKeys
from largesse.accounts.routes import routes as account_routes
from largesse.accounts.service import AccountsService
from largesse.kit.clock import Clock
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.news import News
from largesse.main.compose import keeps
from largesse.payments import PaymentsService
from largesse.payments.routes_consent import routes as consent_routes
from largesse.payouts import Seals
from largesse.safety import LimitsService, limit_routes


@pytest.fixture
async def client(app_client: Any, *, db: Database, clock: Clock, settings: Settings) -> Any:
    people = AccountsService(
        db, News(""), clock, settings, keeps=partial(keeps, Seals(b"s" * 32), PersonalKeys(settings.data_path))
    )
    services = {"accounts": people, "limits": LimitsService(db), "payments": PaymentsService(db, settings)}
    return await app_client([*account_routes, *limit_routes, *consent_routes], **services)


async def test_an_export_holds_limits_breaks_and_consent(client: Any, cast: Any) -> None:
    who = {"headers": cast.alice.headers}
    empty = (await client.get("/v1/me/export", **who)).json()
    assert (empty["own_limits"], empty["own_limit_changes"], empty["breaks"]) == ([], [], [])
    assert (empty["purchase_consent"], empty["signals"]) == (None, [])
    assert (empty["blocks"], empty["reports"]) == ([], [])
    assert (empty["payout_methods"], empty["payouts"], empty["papers"], empty["earnings"]) == ([], [], [], [])
    assert (empty["videos"], empty["comments"], empty["video_likes"]) == ([], [], [])
    assert empty["live_mail"] == {"announced": False, "soon": False, "started": False, "reminders": True}
    for day in (500, 800):
        assert (await client.put("/v1/me/limits", json={"give": {"day": day}}, **who)).is_success
    month = {"minor": 5000, "currency": "EUR"}
    assert (await client.put("/v1/me/limits", json={"buy": {"month": month}}, **who)).is_success
    assert (await client.post("/v1/me/cool-off", json={"days": 7}, **who)).is_success
    consent = (await client.put("/v1/me/purchase-consent", json={"consented": True}, **who)).json()
    kept = (await client.get("/v1/me/export", **who)).json()
    limits = {limit["name"]: limit for limit in kept["own_limits"]}
    assert (limits["give_day"]["amount"], limits["give_day"]["next_amount"]) == (500, 800)
    assert limits["give_day"]["next_at"] is not None
    assert (limits["buy_month"]["amount"], limits["buy_month"]["currency"]) == (5000, "EUR")
    assert [(c["name"], c["amount"]) for c in kept["own_limit_changes"]] == [
        ("give_day", 500), ("give_day", 800), ("buy_month", 5000),
    ]  # fmt: skip
    assert [rest["kind"] for rest in kept["breaks"]] == ["cool_off"]
    assert kept["purchase_consent"]["consented_at"] == consent["at"]
    other = (await client.get("/v1/me/export", headers=cast.charlie.headers)).json()
    assert (other["own_limits"], other["breaks"], other["purchase_consent"]) == ([], [], None)
