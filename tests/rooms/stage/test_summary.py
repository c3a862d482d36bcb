import pytest

from largesse import catalog
from largesse.gifting import Committer, Request
from largesse.kit import ids


@pytest.fixture
async def given(db, cast, client, bobs_live, stage):
    """A LIVE of Bob's with gifts: Alice 5 roses by name, Charlie 3 and 2 of them without one."""
    async with db.write() as tx:
        await catalog.seed(tx)
        rose = await tx.scalar("SELECT key FROM catalog.gift WHERE id = 'rose'")
        for member in (cast.alice, cast.charlie):
            await tx.execute(
                "INSERT INTO ledger.wallet (account, paid_in, gives_from) VALUES (%s, 1000, '2008-01-01')", [member.key]
            )
    live = await bobs_live()
    place = await stage.get(ids.decode(live["id"], "live"))
    committer = Committer(db, None, b"a secret of the tests, 32 bytes!")
    wanted = [(cast.alice, 5, False), (cast.charlie, 1, False), (cast.charlie, 2, True)]
    requests = [Request(ids.new().bytes, who.key, place.key, rose, n, anonymous=hidden) for who, n, hidden in wanted]
    outcomes = await committer.settle(requests)
    await committer.close()
    return live, requests, outcomes


async def test_the_summary_is_exact_and_keeps_money_and_thanks_to_the_creator(client, cast, given):
    live, _, _ = given
    path = f"/v1/lives/{live['id']}/summary"
    public = (await client.get(path, headers=cast.alice.headers)).json()
    assert (public["gifts"], public["gifters"], public["coins"]) == (3, 2, 8)
    assert "diamonds_milli" not in public
    assert "unthanked" not in public
    own = (await client.get(path, headers=cast.bob.headers)).json()
    assert own["diamonds_milli"] == 8 * 700
    assert [(r["rank"], r["account"]["username"], r["coins"]) for r in own["top_gifters"]] == [
        (1, "alice", 5),
        (2, "charlie", 1),
    ]
    assert [(u["account"]["username"], u["coins"]) for u in own["unthanked"]] == [("alice", 5), ("charlie", 1)]


async def test_who_was_thanked_is_not_waiting_for_thanks(client, cast, given):
    live, requests, _ = given
    path = f"/v1/lives/{live['id']}"
    alices = ids.encode("gift", ids.UUID(bytes=requests[0].id))
    hidden = ids.encode("gift", ids.UUID(bytes=requests[2].id))
    stranger = await client.post(f"{path}/thanks", json={"gift_ids": [alices]}, headers=cast.alice.headers)
    assert stranger.json()["code"] == "not-your-live"
    thanked = await client.post(f"{path}/thanks", json={"gift_ids": [alices, hidden]}, headers=cast.bob.headers)
    assert thanked.json() == {"count": 1}, "an anonymous giver stays unknown"
    left = (await client.get(f"{path}/summary", headers=cast.bob.headers)).json()["unthanked"]
    assert [u["account"]["username"] for u in left] == ["charlie"]
    await client.post(f"{path}/thanks", json={"top": 10}, headers=cast.bob.headers)
    assert (await client.get(f"{path}/summary", headers=cast.bob.headers)).json()["unthanked"] == []
    assert (await client.post(f"{path}/thanks", json={"gift_ids": ["x"]}, headers=cast.bob.headers)).status_code == 400
