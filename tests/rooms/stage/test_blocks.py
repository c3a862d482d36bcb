"""Who is blocked is kept out of all rooms of who blocked them, and an anonymous giver stays unknown."""

from largesse import catalog, safety
from largesse.gifting import Committer, Request
from largesse.kit import ids
from largesse.stage.errors import BannedFromRoom


async def block(client, who, which, status=200):
    answer = await client.put(f"/v1/me/blocks/{which}", headers=who.headers)
    assert answer.status_code == status, answer.text
    return answer.json()


async def blocked_by(client, who):
    return (await client.get("/v1/me/blocks", headers=who.headers)).json()["items"]


async def say(client, path, who, kind="comments"):
    answer = await client.post(f"{path}/{kind}", json={"text": "hello"}, headers=who.headers)
    return answer.status_code, answer.json().get("code")


async def test_who_is_blocked_neither_speaks_nor_asks_nor_watches_in_any_room_of_that_creator(
    client, cast, bobs_live, stage
):
    path = f"/v1/lives/{(await bobs_live())['id']}"
    assert (await say(client, path, cast.alice))[0] == 201
    await block(client, cast.bob, "alice")
    for kind in ("comments", "questions"):
        assert await say(client, path, cast.alice, kind) == (403, BannedFromRoom.code)
        assert (await say(client, path, cast.charlie, kind))[0] == 201
    place = await stage.get(ids.decode(path.rpartition("/")[2], "live"))
    assert (await stage.standing(place.key, cast.alice.key)).banned
    assert not (await stage.standing(place.key, cast.charlie.key)).banned
    you = (await client.get(f"{path}/talk", headers=cast.alice.headers)).json()["you"]
    assert (you["banned"], you["banned_until"], you["moderates"]) == (True, None, False)
    await client.post(f"{path}/end", headers=cast.bob.headers)
    later = f"/v1/lives/{(await bobs_live())['id']}"
    assert await say(client, later, cast.alice) == (403, BannedFromRoom.code)
    assert (await client.delete("/v1/me/blocks/alice", headers=cast.bob.headers)).status_code == 204
    assert (await say(client, later, cast.alice))[0] == 201


async def test_who_is_blocked_cannot_ask_to_be_a_guest(client, cast, bobs_live):
    path = f"/v1/lives/{(await bobs_live())['id']}"
    await block(client, cast.bob, "alice")
    asked = await client.post(f"{path}/guests", headers=cast.alice.headers)
    assert (asked.status_code, asked.json()["code"]) == (403, BannedFromRoom.code)
    assert (await client.post(f"{path}/guests", headers=cast.charlie.headers)).status_code == 201


async def test_a_guest_who_is_blocked_is_on_no_longer(client, cast, bobs_live):
    path = f"/v1/lives/{(await bobs_live())['id']}"

    async def on():
        return [g["person"]["username"] for g in (await client.get(f"{path}/guests")).json()["guests"]]

    for person in (cast.alice, cast.charlie):
        await client.post(f"{path}/guests", headers=person.headers)
        accept = await client.post(f"{path}/guests/{person.acct}", json={"action": "accept"}, headers=cast.bob.headers)
        assert accept.is_success, accept.text
    assert sorted(await on()) == ["alice", "charlie"]
    await block(client, cast.bob, "alice")
    assert await on() == ["charlie"]
    await block(client, cast.charlie, "bob")
    assert await on() == ["charlie"], "whom a guest blocks is no matter of the room's"


async def test_a_guest_is_not_betrayed_by_the_block_of_an_unknown_giver(client, cast, bobs_live, stage):
    live = await bobs_live()
    path = f"/v1/lives/{live['id']}"
    await client.post(f"{path}/guests", headers=cast.alice.headers)
    await client.post(f"{path}/guests/{cast.alice.acct}", json={"action": "accept"}, headers=cast.bob.headers)
    for known, on in ((False, 1), (True, 0)):
        await stage.guests.put_out(cast.bob.key, cast.alice.key, known)
        assert len((await client.get(f"{path}/guests")).json()["guests"]) == on


async def test_blocking_is_once_and_of_somebody_else(client, cast):
    first = await block(client, cast.bob, cast.alice.acct)
    assert first["account"]["username"] == "alice"
    assert first["receipt"] is None
    assert await block(client, cast.bob, "ALICE") == first
    assert await blocked_by(client, cast.bob) == [first]
    assert await blocked_by(client, cast.alice) == [], "nobody is told"
    assert (await block(client, cast.bob, "bob", 400))["code"] == "invalid"
    assert (await block(client, cast.bob, "nobody-here", 404))["code"] == "not-found"
    assert (await client.put("/v1/me/blocks/alice")).status_code == 401


async def test_a_blocked_giver_s_gift_is_refused_and_takes_no_coins(client, cast, bobs_live, stage, db):
    async with db.write() as tx:
        await catalog.seed(tx)
        rose = await tx.scalar("SELECT key FROM catalog.gift WHERE id = 'rose'")
        for member in (cast.alice, cast.charlie):
            await tx.execute(
                "INSERT INTO ledger.wallet (account, paid_in, gives_from) VALUES (%s, 1000, '2008-01-01')", [member.key]
            )
    place = await stage.get(ids.decode((await bobs_live())["id"], "live"))
    await block(client, cast.bob, "alice")
    committer = Committer(db, None, b"a secret of the tests, 32 bytes!")
    outcomes = await committer.settle(
        [Request(ids.new().bytes, who.key, place.key, rose, 1) for who in (cast.alice, cast.charlie)]
    )
    assert [getattr(outcome, "code", "settled") for outcome in outcomes] == ["banned-from-room", "settled"]
    async with db.read() as tx:
        assert await tx.scalar("SELECT paid_out FROM ledger.wallet WHERE account = %s", [cast.alice.key]) == 0
    await committer.close()


async def test_an_anonymous_giver_is_blocked_and_stays_unknown(client, cast, given, db):
    live, _, outcomes = given
    path = f"/v1/lives/{live['id']}"
    receipts = [f"{outcome.entry.batch}.{outcome.entry.leaf}" for outcome in outcomes]
    hidden, named = receipts[2], receipts[1]

    async def by(receipt, who=cast.bob, status=200):
        answer = await client.post("/v1/me/blocks", json={"receipt": receipt}, headers=who.headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    assert (await by(hidden, cast.alice, 404))["code"] == "not-found", "only who received it"
    assert (await by("nonsense", status=400))["code"] == "invalid"
    secret = await by(hidden)
    assert (secret["account"], secret["receipt"]) == (None, hidden)
    assert await by(hidden) == secret
    assert "charlie" not in str(await blocked_by(client, cast.bob))
    async with db.read() as tx:
        assert await safety.is_blocked(tx, cast.bob.key, cast.charlie.key)
        assert not await safety.is_blocked(tx, cast.charlie.key, cast.bob.key)
    assert await say(client, path, cast.charlie) == (403, BannedFromRoom.code)
    both = [await block(client, cast.bob, "charlie"), secret]
    assert await blocked_by(client, cast.bob) == both, "blocked by name too: two rows that say nothing of each other"
    assert await by(named) == both[0], "a gift that was not anonymous names its giver"
    await client.delete("/v1/me/blocks/charlie", headers=cast.bob.headers)
    assert await blocked_by(client, cast.bob) == [secret]
    assert (await client.delete(f"/v1/me/blocks/{secret['id']}", headers=cast.alice.headers)).status_code == 204
    assert await blocked_by(client, cast.bob) == [secret], "somebody else's is not lifted"
    await client.delete(f"/v1/me/blocks/{secret['id']}", headers=cast.bob.headers)
    assert await blocked_by(client, cast.bob) == []
    assert (await say(client, path, cast.charlie))[0] == 201


async def test_the_list_comes_in_pages(client, cast):
    for name in ("alice", "charlie", "olga"):
        await block(client, cast.bob, name)
    first = (await client.get("/v1/me/blocks", params={"limit": 2}, headers=cast.bob.headers)).json()
    rest = await client.get("/v1/me/blocks", params={"cursor": first["next_cursor"]}, headers=cast.bob.headers)
    names = [block["account"]["username"] for block in (*first["items"], *rest.json()["items"])]
    assert names == ["olga", "charlie", "alice"]
