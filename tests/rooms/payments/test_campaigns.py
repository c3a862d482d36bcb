"""Campaigns: two people, one budget, a cap a person, a window; and nothing to whom nothing is due."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import psycopg
import pytest

from campaigning import Campaigning
from largesse import ledger, safety
from largesse.kit import ids
from largesse.kit.db import Database
from largesse.payments import audit_checks
from regional import hold

pytestmark = pytest.mark.timeout(120)
_SECOND = """
INSERT INTO payments.campaign_grant (id, campaign, account, n, coins)
SELECT gen_random_uuid(), campaign, account, 2, coins FROM payments.campaign_grant
"""
PASSWORD = "a horse, a battery and a staple"  # of everybody in the cast


@pytest.fixture
async def oscar(make_person: Any) -> Any:
    """The second pair of eyes."""
    return await make_person("oscar", roles=("finance",))


@pytest.fixture
async def office(
    db: Database, settings: Any, *, app_client: Any, accounts_service: Any, cast: Any, oscar: Any
) -> Campaigning:
    return await Campaigning.opened(db, settings, app_client, accounts_service, people=(cast.olga, oscar))


async def is_sound(db: Database) -> None:
    with TemporaryDirectory() as folder:
        report = await ledger.audit(db, ledger.load_keys(Path(folder)), checks=audit_checks())
    assert report.ok, report.findings


# Two people


async def test_a_campaign_runs_when_a_second_person_approves(office: Campaigning, cast: Any, oscar: Any) -> None:
    made = (await office.propose(code="WELCOME")).json()
    assert (made["status"], made["granted_coins"]) == ("proposed", 0)
    assert (await office.enter(cast.alice, "WELCOME")).json()["code"] == "unknown-code"
    alone = await office.decide(made["id"], "approve", cast.olga)
    assert (alone.status_code, alone.json()["code"]) == (409, "four-eyes")
    stranger = await office.decide(made["id"], "approve", cast.charlie)
    assert (stranger.status_code, stranger.json()["code"]) == (403, "forbidden")
    assert (await office.decide(made["id"], "approve", oscar)).json()["status"] == "running"
    again = await office.decide(made["id"], "approve", oscar)
    assert (again.status_code, again.json()["code"]) == (409, "already-decided")
    assert (await office.enter(cast.alice, "WELCOME")).status_code == 201
    async with office.db.read() as tx:
        deeds = [row["verb"] for row in await tx.rows("SELECT verb FROM kit.trail ORDER BY n")]
    assert deeds == ["payments.campaign.proposed", "payments.campaign.approved"]


async def test_a_campaign_that_is_turned_down_grants_nothing(office: Campaigning, cast: Any, oscar: Any) -> None:
    for by, status in ((oscar, "rejected"), (cast.olga, "withdrawn")):
        made = (await office.propose(code=f"CODE-{status.upper()}")).json()
        assert (await office.decide(made["id"], "reject", by)).json()["status"] == status
        assert (await office.enter(cast.alice, made["code"])).json()["code"] == "unknown-code"
        ended = await office.decide(made["id"], "end", oscar, reason="r")
        assert (ended.status_code, ended.json()["code"]) == (409, "conflict")


async def test_an_approved_campaign_is_never_changed(office: Campaigning, db: Database) -> None:
    await office.running(code="WELCOME")
    for change in (
        "coins = 9999",
        "budget_coins = 10 ^ 9",
        "ends_at = ends_at + interval '1 day'",
        "granted_coins = -1",
    ):
        with pytest.raises(psycopg.Error) as refused:
            async with db.write() as tx:
                await tx.execute(f"UPDATE payments.campaign SET {change}")
        assert refused.value.sqlstate in {"LG001", "23514"}
    with pytest.raises(psycopg.Error, match="never changed"):
        async with db.write() as tx:
            await tx.execute("DELETE FROM payments.campaign")


async def test_a_campaign_that_contradicts_itself_is_refused_by_field(office: Campaigning) -> None:
    now = datetime.now(UTC)
    for field, bad in (
        ("code", {"trigger": "code"}),
        ("code", {"trigger": "first_purchase", "code": "WELCOME"}),
        ("grants_per_person_max", {"trigger": "first_purchase", "grants_per_person_max": 2}),
        ("budget_coins", {"code": "WELCOME", "coins": 50, "budget_coins": 49}),
        ("ends_at", {"code": "WELCOME", "ends_at": now - timedelta(hours=1), "starts_at": now - timedelta(hours=2)}),
        ("ends_at", {"code": "WELCOME", "ends_at": now, "starts_at": now}),
        ("ends_at", {"code": "WELCOME", "ends_at": "9999-12-31T23:59:59-14:00"}),
        ("starts_at", {"code": "WELCOME", "starts_at": "2026-01-01T00:00:00"}),
        ("name", {"code": "WELCOME", "name": "a\u202eb"}),
        ("coins", {"code": "WELCOME", "coins": 0}),
        ("code", {"trigger": "code", "code": "short"}),
    ):
        answer = await office.propose(**bad)
        assert answer.status_code == 400, (field, answer.text)
        assert answer.json()["fields"][0]["name"] == field
    await office.running(code="TWICE-1")
    second = (await office.propose(code="TWICE-1")).json()
    taken = await office.decide(second["id"], "approve", office.second)
    assert (taken.status_code, taken.json()["code"]) == (409, "conflict")


async def test_the_same_proposal_again_is_the_same_campaign(office: Campaigning) -> None:
    same = {"id": ids.encode("campaign", ids.new()), "code": "WELCOME"}
    same |= {"starts_at": datetime.now(UTC), "ends_at": datetime.now(UTC) + timedelta(days=1)}
    first, again = await office.propose(**same), await office.propose(**same)
    assert first.json() == again.json()
    assert "Idempotent-Replay" not in first.headers
    assert again.headers["Idempotent-Replay"] == "true"
    other = await office.propose(**same | {"coins": 7})
    assert (other.status_code, other.json()["code"]) == (409, "id-reused")


async def test_the_office_lists_states_and_what_was_granted(office: Campaigning, cast: Any) -> None:
    now = datetime.now(UTC)
    proposed = (await office.propose(code="PROPOSED")).json()
    coming = await office.running(code="COMING-1", starts_at=now + timedelta(hours=1))
    exhausted = await office.running(code="EXHAUSTED", coins=50, budget_coins=99)
    ended = await office.running(code="ENDED-1")
    await office.decide(ended, "end", office.first, reason="enough")
    assert (await office.enter(cast.alice, "EXHAUSTED")).status_code == 201
    found = {one["id"]: one for one in await office.campaigns()}
    states = {key: found[key]["status"] for key in (proposed["id"], coming, exhausted, ended)}
    assert list(states.values()) == ["proposed", "coming", "exhausted", "ended"]
    assert (found[exhausted]["granted_coins"], found[exhausted]["grants"]) == (50, 1)
    assert [one["id"] for one in await office.campaigns(status="coming")] == [coming]
    page = await office.get("/v1/office/campaigns?limit=3", office.first)
    rest = await office.get(f"/v1/office/campaigns?limit=3&cursor={page['next_cursor']}", office.first)
    assert [one["id"] for one in page["items"] + rest["items"]] == list(found)
    grants = await office.get(f"/v1/office/campaigns/{exhausted}/grants", office.second)
    assert [(one["username"], one["n"], one["coins"]) for one in grants["items"]] == [("alice", 1, 50)]
    assert (await office.client.get("/v1/office/campaigns", headers=cast.alice.headers)).status_code == 403


# Codes


async def test_a_code_grants_promotional_coins_once_a_person(office: Campaigning, cast: Any) -> None:
    await office.running(code="WELCOME-50", coins=50)
    first = await office.enter(cast.alice, " welcome-50 ")
    assert first.status_code == 201
    assert (first.json()["coins"], first.json()["campaign"]) == (50, "A campaign")
    again = await office.enter(cast.alice, "WELCOME-50")
    assert (again.status_code, again.json()["code"]) == (409, "already-granted")
    assert (await office.enter(cast.charlie, "WELCOME-50")).status_code == 201
    assert [await office.coins(who) for who in (cast.alice, cast.charlie)] == [(0, 50), (0, 50)]
    assert (await office.enter(cast.alice, "WELCOME-51")).json()["code"] == "unknown-code"
    await is_sound(office.db)


async def test_a_code_that_is_sent_again_under_its_id_grants_once(office: Campaigning, cast: Any) -> None:
    await office.running(code="WELCOME", grants_per_person_max=3)
    same = ids.encode("grant", ids.new())
    first, again = await office.enter(cast.alice, "WELCOME", same), await office.enter(cast.alice, "WELCOME", same)
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replay"] == "true"
    stolen = await office.enter(cast.charlie, "WELCOME", same)
    assert (stolen.status_code, stolen.json()["code"]) == (409, "id-reused")
    assert await office.coins(cast.alice) == (0, 50)


async def test_a_person_gets_no_more_than_the_cap(office: Campaigning, cast: Any) -> None:
    await office.running(code="THREE-TIMES", grants_per_person_max=3)
    answers = [await office.enter(cast.alice, "THREE-TIMES") for _ in range(5)]
    assert [one.status_code for one in answers] == [201, 201, 201, 409, 409]
    at_once = await asyncio.gather(*(office.enter(cast.bob, "THREE-TIMES") for _ in range(8)))
    assert sorted(one.status_code for one in at_once) == [201] * 3 + [409] * 5
    assert [await office.coins(who) for who in (cast.alice, cast.bob)] == [(0, 150), (0, 150)]
    await is_sound(office.db)


async def test_twenty_who_race_for_a_budget_of_three_get_three(
    office: Campaigning, make_person: Any, db: Database
) -> None:
    made = await office.running(code="FOR-THREE", coins=50, budget_coins=199)
    racers = [await make_person(f"racer{n}") for n in range(20)]
    answers = await asyncio.gather(*(office.enter(racer, "FOR-THREE") for racer in racers))
    refused = [one.json()["code"] for one in answers if one.status_code != 201]
    assert refused == ["campaign-exhausted"] * 17
    coins = [await office.coins(racer) for racer in racers]
    assert (coins.count((0, 50)), coins.count((0, 0))) == (3, 17)
    shown = await office.get(f"/v1/office/campaigns/{made}", office.first)
    assert (shown["granted_coins"], shown["grants"], shown["status"]) == (150, 3, "exhausted")
    await is_sound(db)


async def test_a_window_holds_by_the_clock(office: Campaigning, cast: Any) -> None:
    now = datetime.now(UTC)
    await office.running(code="TO-COME", starts_at=now + timedelta(hours=1))
    assert (await office.enter(cast.alice, "TO-COME")).json()["code"] == "unknown-code"
    await office.running(code="SHORT-ONE", ends_at=now + timedelta(seconds=3))
    assert (await office.enter(cast.alice, "SHORT-ONE")).status_code == 201
    await asyncio.sleep(max(0.0, (now + timedelta(seconds=3.2) - datetime.now(UTC)).total_seconds()))
    late = await office.enter(cast.bob, "SHORT-ONE")
    assert (late.status_code, late.json()["code"]) == (410, "campaign-over")
    late = await office.enter(cast.alice, "SHORT-ONE")
    assert late.json()["code"] == "already-granted"
    made = (await office.propose(code="TOO-LATE", ends_at=datetime.now(UTC) + timedelta(seconds=1))).json()
    await asyncio.sleep(1.2)
    assert (await office.decide(made["id"], "approve", office.second)).json()["code"] == "conflict"


async def test_a_campaign_that_is_ended_grants_nothing_more(office: Campaigning, cast: Any) -> None:
    made = await office.running(code="WELCOME")
    assert (await office.decide(made, "end", office.first, reason="enough")).json()["status"] == "ended"
    again = await office.decide(made, "end", office.second, reason="enough")
    assert again.json()["status"] == "ended"
    assert (await office.enter(cast.alice, "WELCOME")).json()["code"] == "campaign-over"


async def test_codes_cannot_be_guessed(
    db: Database, settings: Any, app_client: Any, accounts_service: Any, cast: Any
) -> None:
    outside = msgspec.structs.replace(settings, sandbox=False)
    people = (cast.olga, cast.olga)
    strict = await Campaigning.opened(db, outside, app_client, accounts_service, people=people)
    answers = [await strict.enter(cast.alice, f"GUESS-{n}") for n in range(11)]
    assert [one.status_code for one in answers] == [404] * 10 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0


async def test_those_to_whom_nothing_is_due_get_nothing(office: Campaigning, make_person: Any) -> None:
    await office.running(code="WELCOME")
    young = await make_person("young", born=datetime.now(UTC).date() - timedelta(days=16 * 365))
    frozen, resting = await make_person("frozen"), await make_person("resting")
    async with office.db.write() as tx:
        await ledger.freeze(tx, frozen.key, frozen=True)
    await safety.LimitsService(office.db).rest(resting.key, "cool_off", days=7)
    for who, code in ((young, "under-age"), (frozen, "account-frozen"), (resting, "resting")):
        answer = await office.enter(who, "WELCOME")
        assert (answer.status_code, answer.json()["code"]) == (403, code)
        mine = await office.get("/v1/me/campaigns", who)
        assert (mine["items"], mine["codes"]) == ([], False)
        assert await office.coins(who) == (0, 0)


async def test_the_audit_names_a_campaign_whose_books_were_changed(
    office: Campaigning, db: Database, cast: Any
) -> None:
    await office.running(code="WELCOME")
    await office.enter(cast.alice, "WELCOME")
    await is_sound(db)
    plants = (
        ("UPDATE payments.campaign SET granted_coins = granted_coins + 1", "says that it granted 51 coins"),
        ("UPDATE payments.campaign_grant SET coins = 49", "is not in the books"),
        (_SECOND, "2 times"),
        ("DELETE FROM payments.campaign_grant", "which no campaign granted"),
    )  # fmt: skip
    for plant, said in plants:
        async with db.write() as tx:
            await tx.execute("SET LOCAL session_replication_role = replica")
            await tx.execute(plant)
            found = [f"{one.about} {one.detail}" for one in await audit_checks()[0].run(tx)]
            await tx.execute("ROLLBACK")
            await tx.execute("BEGIN")
        assert any(said in one for one in found), (said, found)


async def test_where_gifts_are_not_offered_nothing_is_granted_and_where_nothing_is_sold_no_purchase_is_promised(
    office: Campaigning, make_person: Any
) -> None:
    await office.running(code="WELCOME")
    await office.running(trigger="first_purchase")
    await hold(office.db, "FR", giving=False)
    await hold(office.db, "IT", buying=False)
    french, italian = await make_person("amelie", country="FR"), await make_person("bianca", country="IT")
    answer = await office.enter(french, "WELCOME")
    assert (answer.status_code, answer.json()["code"]) == (403, "not-in-region")
    await office.buy(french)
    await office.settle()
    assert await office.coins(french) == (350, 0)
    assert (await office.enter(italian, "WELCOME")).status_code == 201
    seen = [await office.get("/v1/me/campaigns", who) for who in (french, italian)]
    assert [(one["items"], one["codes"]) for one in seen] == [([], False), ([], True)]


# The first purchase, and a proved address


async def test_a_first_purchase_grants_once_and_a_refunded_one_not_again(office: Campaigning, cast: Any) -> None:
    await office.running(trigger="first_purchase", coins=50)
    first = await office.buy(cast.alice)
    await office.until(cast.alice, (350, 50))
    await office.refund(first)
    await office.buy(cast.alice)
    await office.settle()
    assert await office.coins(cast.alice) == (350, 50)
    await is_sound(office.db)


async def test_who_bought_before_the_campaign_gets_nothing(office: Campaigning, cast: Any) -> None:
    await office.buy(cast.alice)
    await office.settle()
    await office.running(trigger="first_purchase")
    assert (await office.get("/v1/me/campaigns", cast.alice))["items"] == []
    await office.buy(cast.alice)
    await office.settle()
    assert await office.coins(cast.alice) == (700, 0)


async def test_who_may_not_spend_when_a_campaign_would_grant_gets_nothing_then_nor_later(
    office: Campaigning, make_person: Any, accounts: Any
) -> None:
    await office.running(trigger="first_purchase")
    frozen, resting, gone = [await make_person(name) for name in ("frozen", "resting", "gone")]
    for who in (frozen, resting, gone):
        await office.buy(who)
    async with office.db.write() as tx:
        await ledger.freeze(tx, frozen.key, frozen=True)
    await safety.LimitsService(office.db).rest(resting.key, "cool_off", days=1)
    await accounts.me.erase(gone.key, PASSWORD, forfeit=True)
    await office.settle()
    async with office.db.write() as tx:
        await ledger.freeze(tx, frozen.key, frozen=False)
    await office.settle()
    assert [await office.coins(who) for who in (frozen, resting, gone)] == [(350, 0)] * 3


async def test_what_happened_before_an_end_is_granted_and_what_comes_after_it_is_not(
    office: Campaigning, cast: Any
) -> None:
    made = await office.running(trigger="first_purchase")
    await office.buy(cast.alice)
    await office.decide(made, "end", office.first, reason="enough")
    await office.buy(cast.bob)
    await office.until(cast.alice, (350, 50))
    await office.settle()
    assert await office.coins(cast.bob) == (350, 0)


async def test_many_first_purchases_keep_to_the_budget(office: Campaigning, make_person: Any, db: Database) -> None:
    await office.running(trigger="first_purchase", coins=50, budget_coins=150)
    buyers = [await make_person(f"buyer{n}") for n in range(6)]
    await asyncio.gather(*(office.buy(buyer) for buyer in buyers))
    await asyncio.gather(*(office.settle() for _ in range(4)))  # four workers at once
    promo = [(await office.coins(buyer))[1] for buyer in buyers]
    assert sorted(promo) == [0, 0, 0, 50, 50, 50]
    await is_sound(db)


async def test_a_grant_makes_no_more_round_trips_for_a_campaign(office: Campaigning, cast: Any) -> None:
    await office.running(trigger="first_purchase")
    await office.buy(cast.alice)
    assert await office.coins(cast.alice) == (350, 0)  # its own transaction knows nothing of campaigns
    await office.until(cast.alice, (350, 50))


async def test_a_proved_address_grants_those_who_are_new_once(
    office: Campaigning, make_person: Any, accounts: Any
) -> None:
    old, new = await make_person("oldtimer"), await make_person("newcomer")
    await office.is_new(old, datetime.now(UTC) - timedelta(days=1))
    await office.running(trigger="email_verified", coins=20)
    await office.is_new(new, datetime.now(UTC))
    mine = await office.get("/v1/me/campaigns", new)
    assert [(one["trigger"], one["coins"]) for one in mine["items"]] == [("email_verified", 20)]
    assert "earn creators nothing" in mine["note"]
    assert mine["promo_share_bps"] == 0
    for who in (old, new, new):
        await office.prove(accounts, who)
    await office.until(new, (0, 20))
    await office.settle()
    assert (await office.coins(new), await office.coins(old)) == ((0, 20), (0, 0))
    assert (await office.get("/v1/me/campaigns", new))["items"] == []


async def test_a_person_sees_what_runs_for_them(office: Campaigning, cast: Any) -> None:
    end = datetime.now(UTC) + timedelta(days=5)
    made = await office.running(trigger="first_purchase", name="First coins", ends_at=end)
    await office.running(code="SECRET-CODE")
    mine = await office.get("/v1/me/campaigns", cast.alice)
    assert mine["codes"] is True
    assert [(one["id"], one["name"], one["coins"]) for one in mine["items"]] == [(made, "First coins", 50)]
    assert datetime.fromisoformat(mine["items"][0]["until"]) == end
    assert "SECRET" not in str(mine)


async def test_the_wallets_statement_names_the_campaign(office: Campaigning, cast: Any) -> None:
    await office.running(code="WELCOME", name="Spring welcome")
    await office.enter(cast.alice, "WELCOME")
    async with office.db.read() as tx:
        entries = (await ledger.wallet_entries(tx, cast.alice.key, None, 10)).entries
    assert await office.names(entries) == ["Spring welcome"]
