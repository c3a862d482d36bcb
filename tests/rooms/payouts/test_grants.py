"""Diamonds that the operator grants: by two people, earned as of a gift, withdrawn like any other, in the books."""

import asyncio
from typing import Any

import httpx
import psycopg
import pytest

from bookkeeping import AT, Gift
from largesse import ledger
from largesse.kit import ids
from largesse.kit.config import Settings
from largesse.kit.http import NotFound
from largesse.kit.wording import Writer
from largesse.payouts import GrantsOffice, LettersService, PayoutsService, erase_person
from largesse.payouts.routes import routes
from largesse.payouts.routes_grants import routes as grant_routes
from mailing import words

PATH = "/v1/office/diamond-grants"
GRANTED = 14_286_000


@pytest.fixture
def database_url(clock_url: str) -> str:
    return clock_url


@pytest.fixture
async def client(app_client: Any, desk: Any, accounts_service: Any) -> httpx.AsyncClient:
    made: httpx.AsyncClient = await app_client(
        [*routes, *grant_routes], accounts=accounts_service, payouts=PayoutsService(desk.db, desk.policy),
        payout_methods=desk.methods, withdrawals=desk.requests, payouts_office=desk.office,
        payout_batches=desk.batches, bank_files=desk.bank_files, diamond_grants=GrantsOffice(desk.db, desk.settings),
    )  # fmt: skip
    return made


async def account(desk: Any, member: Any) -> str:
    async with desk.db.read() as tx:
        return ids.encode("acct", await tx.scalar("SELECT id FROM accounts.account WHERE key = %s", [member.key]))


async def hire(desk: Any, member: Any) -> None:
    async with desk.db.write() as tx:
        await tx.execute("UPDATE accounts.account SET roles = '{finance}' WHERE key = %s", [member.key])


async def grant(desk: Any, milli: int = GRANTED, source: str = "grant:x", creator: int = 0) -> int:
    current = await desk.policy.current()
    async with desk.db.write() as tx:
        return await ledger.grant_diamonds(
            tx, creator=creator or desk.cast.bob.key, policy=current.key, micros=current.diamond_value_micros,
            milli=milli, source=source, happened_at=AT,
        )  # fmt: skip


async def test_two_people_grant_and_the_creator_sees_it_everywhere(
    client: httpx.AsyncClient, desk: Any, cast: Any
) -> None:
    await hire(desk, cast.charlie)
    body = {"account": await account(desk, cast.bob), "diamonds_milli": 1_500, "reason": "a prize", "ticket": "T-1"}
    keyed = cast.olga.headers | {"Idempotency-Key": "once"}
    made = await client.post(PATH, json=body, headers=keyed)
    assert made.status_code == 201, made.text
    assert (await client.post(PATH, json=body, headers=keyed)).json() == made.json()
    path = f"{PATH}/{made.json()['id']}"
    alone = await client.post(f"{path}/approve", headers=cast.olga.headers)
    assert (alone.status_code, alone.json()["code"]) == (409, "four-eyes")
    done = await client.post(f"{path}/approve", headers=cast.charlie.headers)
    assert (done.status_code, done.json()["state"]) == (200, "approved"), done.text
    late = await client.post(f"{path}/reject", headers=cast.olga.headers)
    assert (late.status_code, late.json()["code"]) == (409, "already-decided")
    listed = (await client.get(PATH, headers=cast.olga.headers)).json()["items"]
    assert [(one["state"], one["diamonds_milli"]) for one in listed] == [("approved", 1_500)]
    assert [listed[0][by]["id"] for by in ("person", "proposer")] == [
        await account(desk, one) for one in (cast.bob, cast.olga)
    ]
    own = cast.bob.headers
    figures = (await client.get("/v1/me/diamonds", headers=own)).json()
    assert (figures["pending_milli"], figures["lifetime_milli"]) == (1_500, 1_500)
    (day,) = (await client.get("/v1/me/diamonds/days", headers=own)).json()["items"]
    assert (day["earned_milli"], day["granted_milli"], day["gifts"]) == (1_500, 1_500, 0)
    (month,) = (await client.get("/v1/me/statements", headers=own)).json()["items"]
    assert (month["earned_milli"], month["granted_milli"], month["closing_milli"]) == (0, 1_500, 1_500)
    whole = (await client.get(f"/v1/me/statements/{month['month']}", headers=own)).json()
    assert whole["days"] == []
    assert [(m["kind"], m["diamonds_milli"], m["gross"]["minor"]) for m in whole["moves"]] == [("granted", 1_500, 1)]
    for form in ("csv", "pdf"):
        assert (await client.get(f"/v1/me/statements/{month['month']}/{form}", headers=own)).is_success


async def test_what_cannot_be_granted_is_refused(client: httpx.AsyncClient, desk: Any, cast: Any) -> None:
    bob = await account(desk, cast.bob)
    body = {"account": bob, "diamonds_milli": 1_000, "reason": "a prize", "ticket": "T-1"}

    async def refused(status: int, headers: Any = None, **changes: Any) -> None:
        answer = await client.post(PATH, json=body | changes, headers=headers or cast.olga.headers)
        assert answer.status_code == status, answer.text

    await refused(403, cast.alice.headers)
    await refused(404, account=ids.encode("acct", ids.new()))
    await refused(409, account=await account(desk, cast.alice))
    await refused(400, diamonds_milli=0)
    await refused(400, diamonds_milli=Settings().grant_diamonds_max * 1_000 + 1)
    await hire(desk, cast.bob)
    await refused(409, cast.bob.headers)
    made = await client.post(PATH, json=body, headers=cast.olga.headers)
    path = f"{PATH}/{made.json()['id']}"
    assert (await client.post(f"{path}/approve", headers=cast.bob.headers)).status_code == 409
    async with desk.db.write() as tx:
        await tx.execute("UPDATE accounts.account SET creator_since = NULL WHERE key = %s", [cast.bob.key])
    await hire(desk, cast.charlie)
    answer = await client.post(f"{path}/approve", headers=cast.charlie.headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "not-a-creator")
    own = await client.post(f"{path}/reject", headers=cast.olga.headers)
    assert own.json()["state"] == "withdrawn"
    assert await desk.places() == (0, 0, 0)


async def proposed(desk: Any, milli: int = 1_000) -> Any:
    bob = ids.decode(await account(desk, desk.cast.bob), "acct")
    assert bob is not None
    made, _ = await GrantsOffice(desk.db, desk.settings).propose(
        by=desk.cast.olga.key, proposal=ids.new(), account=bob, milli=milli, reason="a prize", ticket="T-1"
    )
    return made


async def gone(tx: Any, desk: Any) -> None:
    """What erasing a person does."""
    await erase_person(tx, desk.cast.bob.key)
    await tx.execute("UPDATE accounts.account SET email = NULL, erased_at = now() WHERE key = %s", [desk.cast.bob.key])


async def test_who_is_erased_is_granted_nothing(desk: Any) -> None:
    office, made = GrantsOffice(desk.db, desk.settings), await proposed(desk)
    async with desk.db.write() as tx:
        await gone(tx, desk)
    with pytest.raises(NotFound):
        await office.approve(by=desk.cast.charlie.key, proposal=made.id)
    with pytest.raises(NotFound):
        await proposed(desk)
    assert [one.state for one in await office.list_proposals(before=None, limit=9)] == ["open"]
    assert await desk.places() == (0, 0, 0)


async def test_an_approval_waits_for_who_is_being_erased(desk: Any) -> None:
    office, made = GrantsOffice(desk.db, desk.settings), await proposed(desk)
    async with desk.db.write() as tx:
        await gone(tx, desk)
        approving = asyncio.create_task(office.approve(by=desk.cast.charlie.key, proposal=made.id))
        done, _ = await asyncio.wait([approving], timeout=0.5)
        assert not done
    with pytest.raises(NotFound):
        await approving
    assert await desk.places() == (0, 0, 0)


async def test_who_was_granted_diamonds_is_told_once_by_mail(desk: Any) -> None:
    office = GrantsOffice(desk.db, desk.settings)
    for milli in (1_234_567, 999):
        await office.approve(by=desk.cast.charlie.key, proposal=(await proposed(desk, milli)).id)
    (asked,) = await desk.posted("payouts.mail_grant")  # of less than one diamond nobody writes
    letters = LettersService(desk.db, desk.settings)
    for language in ("en", "de", "es", "zh", "ar"):
        async with desk.db.write() as tx:
            await tx.execute("UPDATE accounts.account SET language = %s WHERE key = %s", [language, desk.cast.bob.key])
        letter = await letters.find_grant(int(asked["creator"]), int(asked["diamonds"]), words)
        assert letter is not None
        assert (letter.to, letter.subject) == ("bob@example.org", words(language, "mail.grant_subject"))
        assert Writer(words, language).number(1_234) in letter.text
        assert f"{desk.settings.origin}/studio/balance" in letter.text
    async with desk.db.write() as tx:
        await gone(tx, desk)
    assert await letters.find_grant(int(asked["creator"]), int(asked["diamonds"]), words) is None


async def test_a_granted_day_is_withdrawn_once_its_hold_is_over(desk: Any) -> None:
    await grant(desk)
    method = await desk.method()
    with pytest.raises(ledger.NotEnoughDiamonds):
        await desk.quote(method)
    await desk.wait(15)
    payout = await desk.ask(await desk.quote(method))
    await desk.office.approve(desk.cast.olga.key, payout.id)
    await desk.carrying.work()
    assert await desk.places() == (285, 0, 14_285_715)


async def test_a_grant_stands_once_and_beside_what_is_reversed(desk: Any) -> None:
    first = await grant(desk, 2_500)
    assert await grant(desk, 2_500) == first
    for milli, creator in ((2_501, 0), (2_500, desk.cast.charlie.key)):
        with pytest.raises(ledger.SourceReused):
            await grant(desk, milli, creator=creator)
    await desk.books.buy(desk.cast.alice.key, 1_000)
    await desk.books.give([Gift(desk.cast.alice.key, desk.cast.bob.key, 1_000)])
    async with desk.db.write() as tx:
        await ledger.refund_coins(
            tx, purchase="purchase:1", coins=1_000, via="psp", source="refund:1", happened_at=AT, reason="asked"
        )
    async with desk.db.read() as tx:
        (day,) = await ledger.list_earnings(tx, desk.cast.bob.key)
        legs = await tx.rows("SELECT book, amount FROM ledger.leg WHERE transfer = %s", [first])
    assert (day.milli_in, day.milli_granted, day.milli_reversed) == (702_500, 2_500, 700_000)
    assert {(leg["book"], leg["amount"]) for leg in legs} == {(60, 2), (33, -2), (11, -2_500), (12, 2_500)}


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ("UPDATE ledger.diamond_grant SET milli = milli + 1", 6),
        ("UPDATE ledger.diamond_grant SET minor = minor + 1", 6),
        ("UPDATE ledger.diamond_grant SET day = day - 1", 6),
        ("DELETE FROM ledger.diamond_grant", 6),
        ("UPDATE ledger.earning SET milli_in = milli_in + 1 WHERE stripe = 64", 8),
        ("UPDATE ledger.earning SET day = day + 1 WHERE stripe = 64", 6),
    ],
)  # fmt: skip
async def test_the_audit_names_what_was_changed_behind_a_grant(desk: Any, change: str, promise: int) -> None:
    await grant(desk)
    assert await desk.prove() == []
    desk.is_broken = True
    async with desk.db.write() as tx:
        await tx.execute("SET LOCAL session_replication_role = replica")
        assert (await tx.execute(change)).rowcount != 0
    assert promise in {found.promise for found in await desk.prove()}


async def test_the_database_lets_nobody_say_otherwise_of_a_grant(desk: Any) -> None:
    await grant(desk)
    with pytest.raises(psycopg.Error):
        async with desk.db.write() as tx:
            await tx.execute("UPDATE ledger.diamond_grant SET milli = 1")
