from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from largesse.kit import ids
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.payouts import PayoutsService
from largesse.payouts.routes import routes
from largesse.policy import PolicyService, Rates


@pytest.fixture
async def policy(db: Database, settings: Settings) -> PolicyService:
    return PolicyService(db, settings)


@pytest.fixture
async def client(app_client: Any, db: Database, policy: PolicyService, accounts_service: Any) -> httpx.AsyncClient:
    made: httpx.AsyncClient = await app_client(
        routes,
        accounts=accounts_service,
        payouts=PayoutsService(db, policy),
        payout_methods=None,
        withdrawals=None,
        payouts_office=None,
        payout_batches=None,
        bank_files=None,
    )
    return made


async def earn(db: Database, creator: int, day: date, milli: int, *, stripe: int = 0, **parts: int) -> None:
    gone = {"reversed": 0, "held": 0, "reserved": 0} | parts
    async with db.write() as tx:
        await tx.execute(
            "INSERT INTO ledger.earning (creator, day, policy, stripe, gifts, coins, milli_in, milli_reversed,"
            " milli_held, milli_reserved) VALUES (%s, %s, 1, %s, 1, %s, %s, %s, %s, %s)",
            [creator, day, stripe, milli // 700, milli, gone["reversed"], gone["held"], gone["reserved"]],
        )


async def test_a_creator_sees_what_is_pending_and_when_it_clears(
    client: httpx.AsyncClient, db: Database, cast: Any
) -> None:
    today = datetime.now(UTC).date()
    await earn(db, cast.bob.key, today, 70_000)
    await earn(db, cast.bob.key, today, 7_000, stripe=5)
    await earn(db, cast.bob.key, today - timedelta(days=15), 700_000, reserved=100_000)
    answer = await client.get("/v1/me/diamonds", headers=cast.bob.headers)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body.pop("policy") | {"id": ""} == {
        "id": "", "share_bps": 7000, "diamond_value_micros": 7000, "hold_days": 14,
        "effective_at": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    assert body == {
        "pending_milli": 77_000, "available_milli": 600_000, "held_milli": 0, "reserved_milli": 100_000,
        "paid_milli": 0, "owed_milli": 0, "lifetime_milli": 777_000,
        "estimated_value": {"minor": 473, "currency": "USD"}, "estimated_local": None,
        "releases": [{"date": str(today + timedelta(days=15)), "milli": 77_000}], "next_policy": None,
    }  # fmt: skip


async def test_what_is_owed_is_told_and_not_available(client: httpx.AsyncClient, db: Database, cast: Any) -> None:
    today = datetime.now(UTC).date()
    await earn(db, cast.bob.key, today, 70_000)
    await earn(db, cast.bob.key, today - timedelta(days=15), 700_000)
    async with db.write() as tx:
        key = await tx.scalar(
            "INSERT INTO ledger.transfer (id, kind, source, happened_at)"
            " VALUES (gen_random_uuid(), 'refund', 'x', now()) RETURNING key"
        )
        await tx.execute("INSERT INTO ledger.receivable VALUES (%s, %s, 1, 100000, 70)", [key, cast.bob.key])
    body = (await client.get("/v1/me/diamonds", headers=cast.bob.headers)).json()
    shown = {name: body[f"{name}_milli"] for name in ("pending", "available", "owed", "lifetime")}
    assert shown == {"pending": 70_000, "available": 600_000, "owed": 100_000, "lifetime": 770_000}
    assert body["estimated_value"]["minor"] == 469


async def test_what_is_reversed_or_held_is_neither_pending_nor_available(
    client: httpx.AsyncClient, db: Database, cast: Any
) -> None:
    today = datetime.now(UTC).date()
    await earn(db, cast.bob.key, today, 70_000, reversed=30_000, held=10_000)
    await earn(db, cast.bob.key, today - timedelta(days=15), 700_000, reversed=100_000, held=500_000)
    body = (await client.get("/v1/me/diamonds", headers=cast.bob.headers)).json()
    shown = {name: body[f"{name}_milli"] for name in ("pending", "available", "held", "lifetime")}
    assert shown == {"pending": 30_000, "available": 100_000, "held": 510_000, "lifetime": 640_000}
    assert body["releases"] == [{"date": str(today + timedelta(days=15)), "milli": 30_000}]
    assert body["estimated_value"]["minor"] == 91


async def test_a_creator_without_gifts_sees_zeros(client: httpx.AsyncClient, cast: Any) -> None:
    body = (await client.get("/v1/me/diamonds", headers=cast.bob.headers)).json()
    assert (body["lifetime_milli"], body["releases"], body["estimated_value"]["minor"]) == (0, [], 0)


async def test_an_announced_policy_shows_its_difference_and_changes_nothing_earned(
    client: httpx.AsyncClient, db: Database, policy: PolicyService, make_person: Any, cast: Any
) -> None:
    await earn(db, cast.bob.key, datetime.now(UTC).date(), 70_000)
    before = (await client.get("/v1/me/diamonds", headers=cast.bob.headers)).json()
    oscar = await make_person("oscar", roles=("finance",))
    now = await policy.current()
    rates = Rates(**{f: getattr(now, f) for f in Rates.__struct_fields__} | {"share_bps": 5000})
    proposal, _ = await policy.propose(
        by=cast.olga.key, proposal=ids.new(), rates=rates, effective_at=datetime.now(UTC) + timedelta(days=9),
        reason="costs", ticket="",
    )  # fmt: skip
    await policy.approve(by=oscar.key, proposal=proposal.id)
    after = (await client.get("/v1/me/diamonds", headers=cast.bob.headers)).json()
    coming = after.pop("next_policy")
    assert coming["share_bps"] == 5000
    assert coming["difference"] == {
        "days": 28, "now_milli": 70_000, "next_milli": 50_000,
        "now_value": {"minor": 49, "currency": "USD"}, "next_value": {"minor": 35, "currency": "USD"},
    }  # fmt: skip
    assert coming["announced_at"] < coming["effective_at"]
    assert after | {"next_policy": None} == before


async def test_only_creators_have_diamonds(client: httpx.AsyncClient, cast: Any) -> None:
    for headers, status, code in ((cast.alice.headers, 403, "forbidden"), ({}, 401, "not-signed-in")):
        answer = await client.get("/v1/me/diamonds", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
