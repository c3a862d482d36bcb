"""Facts that speak of risk are noted once, by numbers, and read by those whose work it is."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from largesse import safety
from largesse.accounts import AccountsService
from largesse.kit import ids
from largesse.kit.db import Database
from largesse.safety import SignalsService, signal_routes

PATH = "/v1/office/signals"


@pytest.fixture
async def client(app_client: Any, accounts: AccountsService, db: Database) -> httpx.AsyncClient:
    made: httpx.AsyncClient = await app_client(signal_routes, accounts=accounts, signals=SignalsService(db, accounts))
    return made


async def note(
    db: Database, *who: Any, fact: safety.Fact = "shared-payout-method", source: str = "payout_method:1"
) -> None:
    async with db.write() as tx:
        await safety.note_fact(tx, fact, [one.key for one in who], source=source)


async def shown(client: httpx.AsyncClient, by: Any, status: int = 200, **params: Any) -> Any:
    answer = await client.get(PATH, params=params, headers=by.headers)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_a_fact_is_noted_for_each_whom_it_is_about_and_names_the_others(
    client: httpx.AsyncClient, db: Database, cast: Any
) -> None:
    await note(db, cast.bob, cast.charlie, cast.bob)
    found = (await shown(client, cast.olga))["items"]
    about = {one["account"]["username"]: [other["username"] for other in one["related"]] for one in found}
    assert about == {"bob": ["charlie"], "charlie": ["bob"]}
    assert {(one["kind"], one["related_count"], one["weight"], one["source"]) for one in found} == {
        ("shared-payout-method", 1, 60, "payout_method:1")
    }


async def test_the_same_fact_of_the_same_cause_is_noted_once_however_many_tell_it_at_once(
    client: httpx.AsyncClient, db: Database, cast: Any
) -> None:
    await asyncio.gather(*(note(db, cast.bob, cast.charlie) for _ in range(8)))
    assert len((await shown(client, cast.olga))["items"]) == 2
    await note(db, cast.bob, cast.charlie, cast.alice)
    assert len((await shown(client, cast.olga))["items"]) == 3, "who is new to it"
    await note(db, cast.bob, fact="payment-disputed", source="dispute:1")
    await note(db, cast.bob, cast.charlie, source="payout_method:2")
    assert len((await shown(client, cast.olga))["items"]) == 6
    await note(db)
    assert len((await shown(client, cast.olga))["items"]) == 6


async def test_they_are_listed_newest_first_of_one_account_and_page_by_page(
    client: httpx.AsyncClient, db: Database, cast: Any
) -> None:
    for n in range(5):
        await note(db, cast.bob, fact="payment-disputed", source=f"dispute:{n}")
        await note(db, cast.alice, fact="payment-disputed", source=f"dispute:{n}")
    for account in (cast.bob.acct, str(cast.bob.id)):
        sources: list[str] = []
        cursor: str | None = None
        while True:
            page = await shown(client, cast.olga, account=account, limit=2, **({"cursor": cursor} if cursor else {}))
            sources += [one["source"] for one in page["items"]]
            assert {one["account"]["username"] for one in page["items"]} == {"bob"}
            if (cursor := page["next_cursor"]) is None:
                break
        assert sources == [f"dispute:{n}" for n in (4, 3, 2, 1, 0)]
    assert len((await shown(client, cast.olga, limit=4))["items"]) == 4


async def test_only_moderators_and_finance_read_them(
    client: httpx.AsyncClient, db: Database, cast: Any, make_person: Any
) -> None:
    await note(db, cast.bob)
    assert (await client.get(PATH)).status_code == 401
    for who in (cast.alice, cast.bob):
        assert (await shown(client, who, 403))["code"] == "forbidden"
    for role, status in (("support", 403), ("moderator", 200), ("finance", 200)):
        await shown(client, await make_person(role, roles=(role,)), status)


async def test_what_is_asked_for_wrongly_is_refused(client: httpx.AsyncClient, cast: Any) -> None:
    await shown(client, cast.olga, 404, account=ids.encode("acct", uuid4()))
    await shown(client, cast.olga, 404, account="nobody")
    await shown(client, cast.olga, 404, account="x" * 4000)
    await shown(client, cast.olga, 400, cursor="x")
    await shown(client, cast.olga, 400, limit=0)


async def test_a_crowd_is_counted_whole_and_named_in_part(client: httpx.AsyncClient, db: Database, cast: Any) -> None:
    async with db.write() as tx:
        rows = await tx.rows(
            "INSERT INTO accounts.account (id, username, display_name, birth_date, country, adult_from)"
            " SELECT gen_random_uuid(), 'crowd' || i, 'Somebody', '1990-01-01', 'US', '2008-01-01'"
            " FROM generate_series(1, 30) i RETURNING key"
        )
        crowd = [row["key"] for row in rows]
        await safety.note_fact(tx, "shared-payout-method", [cast.bob.key, *crowd], source="payout_method:3")
    (found,) = (await shown(client, cast.olga, account=cast.bob.acct))["items"]
    assert (found["related_count"], len(found["related"])) == (30, 20)


async def test_a_signal_is_for_ever(db: Database, cast: Any) -> None:
    await note(db, cast.bob)
    for statement in ("UPDATE safety.signal SET weight = 1", "DELETE FROM safety.signal"):
        with pytest.raises(psycopg.Error):
            async with db.write() as tx:
                await tx.execute(statement)


async def test_a_person_reads_what_was_noted_about_them_and_not_about_whom_else(db: Database, cast: Any) -> None:
    await note(db, cast.bob, cast.charlie)
    async with db.read() as tx:
        kept = (await safety.export_person(tx, cast.bob.key))["signals"]
        others = (await safety.export_person(tx, cast.alice.key))["signals"]
    assert [(one["kind"], one["others"]) for one in kept] == [("shared-payout-method", 1)]
    assert set(kept[0]) == {"kind", "source", "others", "noted_at"}
    assert others == []
