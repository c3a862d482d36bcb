from largesse.kit import ids


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


async def test_a_shout_out_is_told_to_the_room_and_names_nobody_who_gave_anonymously(client, cast, given, db):
    live, requests, _ = given
    path = f"/v1/lives/{live['id']}"

    async def thank(status=200, **whom):
        answer = await client.post(f"{path}/thanks", json=whom, headers=cast.bob.headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def told():
        async with db.read() as tx:
            rows = await tx.rows("SELECT body FROM kit.outbox WHERE topic = 'thanks' ORDER BY id")
        return [(row["body"]["accounts"], row["body"]["count"], row["body"]["text"]) for row in rows]

    hidden = ids.encode("gift", ids.UUID(bytes=requests[2].id))
    assert await thank(gift_ids=[hidden]) == {"count": 0}
    assert await thank(accounts=[cast.olga.acct]) == {"count": 0}, "who gave nothing is not thanked"
    assert await told() == []
    waiting = (await client.get(f"{path}/unthanked", headers=cast.bob.headers)).json()["items"]
    assert [(u["account"]["username"], u["coins"], u["gifts"]) for u in waiting] == [("alice", 5, 1), ("charlie", 1, 2)]
    assert await thank(accounts=[cast.alice.acct], text="You made my evening") == {"count": 1}
    assert await told() == [([cast.alice.key], 1, "You made my evening")]
    waiting = (await client.get(f"{path}/unthanked", headers=cast.bob.headers)).json()["items"]
    assert [u["account"]["username"] for u in waiting] == ["charlie"]
    assert (await client.get(f"{path}/unthanked", headers=cast.alice.headers)).json()["code"] == "not-your-live"
    await thank(400, accounts=["x"])
    await thank(400, text="x" * 121, top=1)
    await client.post(f"{path}/end", headers=cast.bob.headers)
    assert await thank(top=10) == {"count": 2}
    assert len(await told()) == 1, "nobody is in a room that has ended"
