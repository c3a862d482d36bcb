"""A gifter's level: from what was given by name, by a dated rule, hidden by whoever wants it hidden."""

import asyncio

import psycopg
import pytest

from largesse import accounts as room
from largesse.accounts import AccountsService, routes
from largesse.kit.news import News

PASSWORD = "a horse, a battery and a staple"


@pytest.fixture
async def client(app_client, accounts):
    return await app_client(routes, accounts=accounts)


@pytest.fixture
def give(db, accounts):
    """Tells accounts what people gave by name, as the fold of the journal does."""

    async def add(*given):
        async with db.write() as tx:
            changed = await room.add_given(tx, [(member.key, coins) for member, coins in given])
        await accounts.graded(changed)
        return changed

    return add


async def badge(client, username="alice"):
    return (await client.get(f"/v1/accounts/{username}")).json()["badge"]


@pytest.mark.parametrize(
    ("coins", "level"), [(1, 1), (99, 1), (100, 2), (249, 2), (250, 3), (10_000, 8), (10**8, 20), (10**12, 20)]
)
async def test_a_level_is_reached_at_its_coins_and_not_before(client, cast, give, coins, level):
    assert await badge(client) is None
    await give((cast.alice, coins))
    assert await badge(client) == {"level": level}


async def test_what_is_given_adds_up_and_only_new_levels_are_told(client, cast, give):
    assert await give((cast.charlie, 100), (cast.alice, 60)) == [cast.alice.key, cast.charlie.key]
    assert await give((cast.alice, 39)) == []
    assert await give((cast.alice, 1), (cast.charlie, 149)) == [cast.alice.key]
    assert (await badge(client), await badge(client, "charlie")) == ({"level": 2}, {"level": 2})


async def test_one_sees_where_one_stands_and_what_comes_next(client, cast, give):
    blank = (await client.get("/v1/me/badge", headers=cast.alice.headers)).json()
    assert (blank["level"], blank["coins"], blank["next_coins"], blank["hidden"]) == (0, 0, 1, False)
    await give((cast.alice, 260), (cast.charlie, 10**9))
    mine = (await client.get("/v1/me/badge", headers=cast.alice.headers)).json()
    assert (mine["level"], mine["coins"], mine["next_coins"]) == (3, 260, 500)
    assert mine["levels"][: mine["level"]] == [1, 100, 250]
    highest = (await client.get("/v1/me/badge", headers=cast.charlie.headers)).json()
    assert (highest["level"], highest["next_coins"]) == (20, None)
    assert (await client.get("/v1/me/badge")).status_code == 401


async def test_who_hides_a_badge_shows_it_to_nobody_and_can_show_it_again(client, cast, give, accounts):
    await give((cast.alice, 500))
    assert (await client.get("/v1/me", headers=cast.alice.headers)).json()["badge"] == {"level": 4}
    assert (await accounts.authenticate(cast.alice.token)).badge == 4
    hidden = await client.patch("/v1/me", json={"badge_hidden": True}, headers=cast.alice.headers)
    assert (hidden.json()["badge"], hidden.json()["badge_hidden"]) == (None, True)
    assert await badge(client) is None
    assert room.person_body((await accounts.people([cast.alice.key]))[cast.alice.key]).badge is None
    assert room.principal_body(await accounts.authenticate(cast.alice.token)).badge is None
    mine = (await client.get("/v1/me/badge", headers=cast.alice.headers)).json()
    assert (mine["level"], mine["hidden"]) == (4, True)
    shown = await client.patch("/v1/me", json={"badge_hidden": False}, headers=cast.alice.headers)
    assert shown.json()["badge"] == {"level": 4}
    assert await badge(client) == {"level": 4}


async def test_a_rule_counts_from_its_day_on(client, cast, give, db):
    await give((cast.alice, 300))
    async with db.write() as tx:
        await tx.execute("INSERT INTO accounts.badge_rule VALUES (current_date + 1, '{1}')")
    assert await badge(client) == {"level": 3}
    async with db.write() as tx:
        await tx.execute("INSERT INTO accounts.badge_rule VALUES (current_date, '{1, 50, 60, 70, 80, 90}')")
    assert await badge(client) == {"level": 6}


@pytest.mark.parametrize("levels", ["{}", "{0, 10}", "{10, 10}", "{20, 10}", "{1, NULL}", "{{1, 2}, {3, 4}}"])
async def test_a_rule_that_does_not_ascend_is_refused(db, levels):
    with pytest.raises(psycopg.errors.CheckViolation):
        async with db.write() as tx:
            await tx.execute("INSERT INTO accounts.badge_rule VALUES (current_date, %s)", [levels])


async def test_an_export_says_what_is_counted(client, cast, give):
    assert (await client.get("/v1/me/export", headers=cast.alice.headers)).json()["gifter"] is None
    await give((cast.alice, 260))
    exported = (await client.get("/v1/me/export", headers=cast.alice.headers)).json()
    assert exported["gifter"] == {"coins": 260, "level": 3}


async def test_a_former_member_has_no_badge_and_gets_none_later(client, cast, give, db, accounts):
    await give((cast.alice, 260))
    left = await client.post("/v1/me/erase", json={"password": PASSWORD}, headers=cast.alice.headers)
    assert left.status_code == 204
    assert await give((cast.alice, 500)) == []
    async with db.read() as tx:
        assert await tx.scalar("SELECT count(*) FROM accounts.gifter") == 0
    assert room.person_body((await accounts.people([cast.alice.key]))[cast.alice.key]).badge is None


async def test_other_processes_hear_of_new_levels_through_nats(db, clock, settings, nats_url, cast):
    here, there = (News(nats_url) for _ in range(2))
    await here.open()
    await there.open()
    one, other = AccountsService(db, here, clock, settings), AccountsService(db, there, clock, settings)
    await other.open()
    assert (await other.people([cast.alice.key]))[cast.alice.key].level == 0
    async with db.write() as tx:
        changed = await room.add_given(tx, [(cast.alice.key, 100)])
    await one.graded(changed)
    async with asyncio.timeout(5):
        while (await other.people([cast.alice.key]))[cast.alice.key].level != 2:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    for service, news in ((one, here), (other, there)):
        await service.close()
        await news.close()
