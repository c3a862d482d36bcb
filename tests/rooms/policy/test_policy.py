import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import psycopg
import pytest

from largesse import policy as room
from largesse.kit import ids, trail
from largesse.kit.approval import FourEyes
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.idempotency import IdReused
from largesse.policy import PolicyService, Rates, model
from largesse.policy.errors import AnnouncedTooLate, DateTaken

RATES = Rates(
    share_bps=7000,
    promo_share_bps=0,
    diamond_value_micros=7000,
    hold_days=14,
    payout_minor_min=10_000,
    payout_week_minor_max=100_000,
    payout_fee_bps=150,
    payout_fee_minor=25,
    give_day_coins_max=100_000,
    buy_day_minor_max=1_000_000,
)
CUT = msgspec.structs.replace(RATES, share_bps=6000)


@pytest.fixture
async def strict(db: Database, settings: Settings) -> PolicyService:
    """Outside a sandbox."""
    return PolicyService(db, msgspec.structs.replace(settings, sandbox=False))


@pytest.fixture
async def loose(db: Database, settings: Settings) -> PolicyService:
    return PolicyService(db, settings)


@pytest.fixture
async def oscar(make_person: Any) -> Any:
    """A second operator."""
    return await make_person("oscar", roles=("finance",))


async def announce(service: PolicyService, olga: int, oscar: int, rates: Rates, at: datetime | None) -> room.Policy:
    proposal, _ = await service.propose(
        by=olga, proposal=ids.new(), rates=rates, effective_at=at, reason="costs", ticket="T-1"
    )
    return await service.approve(by=oscar, proposal=proposal.id)


async def test_the_first_version_is_there_from_the_start(strict: PolicyService, db: Database) -> None:
    current = await strict.current()
    assert (current.key, current.share_bps, current.diamond_value_micros, current.hold_days) == (1, 7000, 7000, 14)
    assert await strict.next() is None
    async with db.read() as tx:
        row = await (await room.ask_in_force(tx)).fetchone()
        assert await room.get_in_force(tx) == current
    assert row == (1, current.id, 7000, 0, 7000, 14, 100_000)


async def test_a_cut_is_announced_seven_days_ahead(strict: PolicyService, cast: Any, oscar: Any) -> None:
    now = datetime.now(UTC)
    for at in (None, now + timedelta(days=30), model.earliest_effective(now, lowers=False)):
        with pytest.raises(AnnouncedTooLate) as refused:
            await announce(strict, cast.olga.key, oscar.key, CUT, at)
    earliest = refused.value.earliest
    made = await announce(strict, cast.olga.key, oscar.key, CUT, earliest)
    assert (made.effective_at, made.proposed_by, made.approved_by) == (earliest, cast.olga.key, oscar.key)
    assert (await strict.current()).key == 1
    upcoming = await strict.next()
    assert upcoming == made
    assert await strict.by_key(made.key) == made
    assert await strict.by_key(99) is None


async def test_a_rise_may_begin_at_the_next_midnight(strict: PolicyService, cast: Any, oscar: Any) -> None:
    at = model.earliest_effective(datetime.now(UTC), lowers=False)
    made = await announce(strict, cast.olga.key, oscar.key, msgspec.structs.replace(RATES, share_bps=8000), at)
    assert made.effective_at == at
    with pytest.raises(DateTaken):
        await announce(strict, cast.olga.key, oscar.key, msgspec.structs.replace(RATES, share_bps=9000), at)


async def test_a_cut_hidden_behind_an_announced_rise_is_a_cut(strict: PolicyService, cast: Any, oscar: Any) -> None:
    at = model.earliest_effective(datetime.now(UTC), lowers=False)
    await announce(strict, cast.olga.key, oscar.key, msgspec.structs.replace(RATES, share_bps=8000), at)
    with pytest.raises(AnnouncedTooLate):
        await announce(strict, cast.olga.key, oscar.key, RATES, at + timedelta(days=1))


async def test_a_sandbox_may_begin_at_once(loose: PolicyService, cast: Any, oscar: Any) -> None:
    made = await announce(loose, cast.olga.key, oscar.key, CUT, None)
    assert made.announced_at == made.effective_at
    assert await loose.current() == made
    versions, in_force = await loose.list_versions()
    assert [v.key for v in versions] == [made.key, 1]
    assert in_force == made


async def test_a_version_begins_on_time_in_every_process(
    loose: PolicyService, db: Database, settings: Settings, cast: Any, oscar: Any
) -> None:
    elsewhere = PolicyService(db, settings)
    assert (await elsewhere.current()).key == 1
    soon = datetime.now(UTC) + timedelta(seconds=1.2)
    made = await announce(loose, cast.olga.key, oscar.key, CUT, soon)
    while datetime.now(UTC) < soon - timedelta(seconds=0.1):
        await asyncio.sleep(0.05)
        assert (await loose.current()).key == 1
    await asyncio.sleep((soon - datetime.now(UTC)).total_seconds() + 0.02)
    assert (await loose.current()).key == made.key
    await asyncio.sleep(1)
    assert (await elsewhere.current()).key == made.key


async def test_nobody_announces_alone_and_every_step_is_in_the_trail(
    loose: PolicyService, db: Database, cast: Any, oscar: Any
) -> None:
    olga = cast.olga.key
    id_ = ids.new()

    async def propose(rates: Rates) -> bool:
        _, replayed = await loose.propose(by=olga, proposal=id_, rates=rates, effective_at=None, reason="r", ticket="")
        return replayed

    assert [await propose(CUT), await propose(CUT)] == [False, True]
    with pytest.raises(IdReused):
        await propose(RATES)
    with pytest.raises(FourEyes):
        await loose.approve(by=olga, proposal=id_)
    await loose.approve(by=oscar.key, proposal=id_)
    withdrawn, _ = await loose.propose(by=olga, proposal=ids.new(), rates=CUT, effective_at=None, reason="r", ticket="")
    assert (await loose.reject(by=olga, proposal=withdrawn.id)).state == "withdrawn"
    async with db.read() as tx:
        assert [r["verb"] for r in await tx.rows("SELECT verb FROM kit.trail ORDER BY n")] == [
            "policy.proposed", "policy.announced", "policy.proposed", "policy.withdrawn"]  # fmt: skip
        assert (await trail.verify(tx)).broken_at is None


async def test_versions_are_for_ever(db: Database) -> None:
    with pytest.raises(psycopg.Error, match="for ever"):
        async with db.write() as tx:
            await tx.execute("UPDATE policy.version SET share_bps = 10")


# Over HTTP


@pytest.fixture
async def client(app_client: Any, loose: PolicyService, accounts_service: Any) -> httpx.AsyncClient:
    from largesse.policy.routes import routes  # noqa: PLC0415 - the application is built here

    made: httpx.AsyncClient = await app_client(routes, accounts=accounts_service, policy=loose)
    return made


BODY = {f: getattr(CUT, f) for f in Rates.__struct_fields__} | {"reason": "costs"}


async def test_rates_are_public_and_change_by_two_operators(client: httpx.AsyncClient, cast: Any, oscar: Any) -> None:
    proposed = await client.post(
        "/v1/office/policies", json=BODY, headers=cast.olga.headers | {"Idempotency-Key": "cut-1"}
    )
    assert proposed.status_code == 201, proposed.text
    again = await client.post(
        "/v1/office/policies", json=BODY, headers=cast.olga.headers | {"Idempotency-Key": "cut-1"}
    )
    assert (again.json(), again.headers["Idempotent-Replay"]) == (proposed.json(), "true")
    url = f"/v1/office/policies/{proposed.json()['id']}/approve"
    alone = await client.post(url, headers=cast.olga.headers)
    assert (alone.status_code, alone.json()["code"]) == (409, "four-eyes")
    done = await client.post(url, headers=oscar.headers)
    assert done.status_code == 200, done.text
    listed = (await client.get("/v1/policies")).json()["items"]
    assert [(v["status"], v["share_bps"]) for v in listed] == [("in_force", 6000), ("past", 7000)]
    assert listed[0]["id"] == done.json()["id"]
    twice = await client.post(url, headers=oscar.headers)
    assert (twice.status_code, twice.json()["code"], twice.json()["state"]) == (409, "already-decided", "approved")
    page = (await client.get("/v1/office/policies?limit=1", headers=oscar.headers)).json()
    assert (page["items"][0]["state"], page["next_cursor"]) == ("approved", None)


@pytest.mark.parametrize(
    "change",
    [{"share_bps": 7001}, {"share_bps": -10}, {"hold_days": 10**30}, {"reason": "a\x00"}, {"reason": ""}, {"extra": 1},
     {"effective_at": "0001-01-01T00:00:00+23:59"}, {"effective_at": "2030-01-01T00:00:00"},
     {"payout_minor_min": 200_000}, {"id": "policy_1"}, {"diamond_value_micros": 0.5}, {"give_day_coins_max": None}],
)  # fmt: skip
async def test_bad_numbers_are_refused_by_name(client: httpx.AsyncClient, cast: Any, change: dict[str, Any]) -> None:
    answer = await client.post("/v1/office/policies", json=BODY | change, headers=cast.olga.headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), answer.text
    assert (await client.get("/v1/office/policies", headers=cast.olga.headers)).json()["items"] == []


async def test_the_office_is_for_staff(client: httpx.AsyncClient, cast: Any) -> None:
    for headers, status in ((cast.alice.headers, 403), ({}, 401)):
        assert (await client.post("/v1/office/policies", json=BODY, headers=headers)).status_code == status
        assert (await client.get("/v1/office/policies", headers=headers)).status_code == status
        for verb in ("approve", "reject"):
            url = f"/v1/office/policies/{ids.encode('proposal', ids.new())}/{verb}"
            assert (await client.post(url, headers=headers)).status_code == status
    unknown = await client.post("/v1/office/policies/nonsense/approve", headers=cast.olga.headers)
    assert unknown.status_code == 404
