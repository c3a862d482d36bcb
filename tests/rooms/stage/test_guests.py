"""Guests of a LIVE: a place is asked for or offered, taken by the other side, and ended by either and with the LIVE."""

import asyncio
from datetime import date
from typing import Any

import httpx
import pytest

from largesse import ledger, media
from largesse.kit.db import Database
from largesse.stage import guests as guests_module


class Room:
    """Bob's running LIVE, and what people ask of its guests."""

    def __init__(self, client: httpx.AsyncClient, path: str, creator: Any) -> None:
        self.client, self.path, self.creator = client, path, creator

    async def ask(self, who: Any, status: int = 201) -> dict[str, Any]:
        answer = await self.client.post(f"{self.path}/guests", headers=who.headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def act(self, who: Any, person: Any, action: str, status: int = 200) -> Any:
        body = {"action": action}
        answer = await self.client.post(f"{self.path}/guests/{person.acct}", json=body, headers=who.headers)
        assert answer.status_code == status, answer.text
        return answer.json()["guests"] if status == 200 else answer.json()["code"]

    async def bring(self, person: Any) -> None:
        """In they come."""
        await self.ask(person)
        await self.act(self.creator, person, "accept")

    async def leave(self, who: Any) -> None:
        answer = await self.client.delete(f"{self.path}/guests/me", headers=who.headers)
        assert answer.status_code == 204, answer.text

    async def seen(self, by: Any = None) -> list[tuple[str, str]]:
        """Who has a place, as somebody sees it."""
        answer = await self.client.get(f"{self.path}/guests", headers=by.headers if by else {})
        return [(g["person"]["username"], g["status"]) for g in answer.json()["guests"]]


@pytest.fixture
async def room(client: httpx.AsyncClient, cast: Any, bobs_live: Any) -> Room:
    live = await bobs_live()
    return Room(client, f"/v1/lives/{live['id']}", cast.bob)


async def _told(db: Database) -> list[tuple[str, dict[str, Any]]]:
    async with db.read() as tx:
        rows = await tx.rows("SELECT topic, body FROM kit.outbox WHERE topic LIKE 'guest.%%' ORDER BY id")
    return [(row["topic"], row["body"]) for row in rows]


async def test_who_asks_and_is_accepted_is_on_with_a_stream_of_their_own(room: Room, cast: Any, db: Database) -> None:
    asked = await room.ask(cast.alice)
    assert (asked["status"], asked["signal"]["state"], asked["coins"], asked["ingest"]) == ("asked", "none", 0, None)
    assert (await room.ask(cast.alice))["status"] == "asked", "a repeat changes nothing"
    assert await room.seen(cast.bob) == await room.seen(cast.alice) == [("alice", "asked")]
    assert await room.seen(cast.charlie) == await room.seen() == [], "who asks is not told to strangers"
    (on,) = await room.act(cast.bob, cast.alice, "accept")
    assert (on["status"], on["ingest"]) == ("on", None), "the key is the guest's alone"
    assert await room.seen() == [("alice", "on")]
    mine = (await room.client.get(f"{room.path}/guests", headers=cast.alice.headers)).json()["guests"][0]
    assert mine["ingest"]["ws"] == f"{room.path}/guests/{cast.alice.acct}/ingest"
    assert mine["ingest"]["key"]
    assert await _told(db) == [("guest.asked", {"waiting": 1}), ("guest.joined", {"account": cast.alice.key})]


async def test_who_is_invited_comes_in_by_their_own_consent(room: Room, cast: Any, db: Database) -> None:
    assert (await room.act(cast.bob, cast.alice, "invite"))[0]["status"] == "invited"
    assert await room.act(cast.bob, cast.alice, "accept", 409) == "not-asked", "a creator cannot consent for somebody"
    assert await room.act(cast.charlie, cast.charlie, "accept", 409) == "not-invited"
    assert (await room.act(cast.alice, cast.alice, "accept"))[0]["status"] == "on"
    assert (await room.act(cast.bob, cast.alice, "invite"))[0]["status"] == "on"
    assert [topic for topic, _ in await _told(db)] == ["guest.invited", "guest.joined"]


async def test_an_ask_can_be_declined_an_invitation_refused_and_a_guest_removed(
    room: Room, cast: Any, db: Database
) -> None:
    await room.ask(cast.alice)
    assert await room.act(cast.bob, cast.alice, "decline") == []
    assert await room.act(cast.bob, cast.alice, "accept", 409) == "not-asked"
    await room.act(cast.bob, cast.alice, "invite")
    assert await room.act(cast.alice, cast.alice, "decline") == []
    await room.bring(cast.alice)
    assert await room.act(cast.bob, cast.alice, "remove") == []
    assert await room.act(cast.bob, cast.alice, "remove") == [], "again changes nothing"
    assert await room.seen(cast.bob) == []
    left = [body for topic, body in await _told(db) if topic == "guest.left"]
    assert left == [{"account": cast.alice.key}], "only who was on has left"
    async with db.read() as tx:
        stage = await tx.scalar("SELECT key FROM stage.stage")
        streams = await media.list_guest_streams(tx, [stage])
    assert [stream.open for stream in streams.values()] == [False]


async def test_a_guest_leaves_and_may_ask_again(room: Room, cast: Any) -> None:
    await room.leave(cast.alice)
    await room.bring(cast.alice)
    await room.leave(cast.alice)
    await room.leave(cast.alice)
    assert await room.seen(cast.bob) == []
    assert (await room.ask(cast.alice))["status"] == "asked"


async def test_strangers_decide_nothing_and_moderators_remove(room: Room, cast: Any) -> None:
    await room.ask(cast.alice)
    for action in ("accept", "decline", "remove", "invite"):
        assert await room.act(cast.charlie, cast.alice, action, 403) == "not-your-live"
    body = {"action": "moderator", "account": "charlie"}
    await room.client.post(f"{room.path}/moderation", json=body, headers=cast.bob.headers)
    assert await room.seen(cast.charlie) == [("alice", "asked")]
    assert await room.act(cast.charlie, cast.alice, "accept", 403) == "not-your-live"
    await room.act(cast.bob, cast.alice, "accept")
    assert await room.act(cast.charlie, cast.alice, "remove") == []


async def test_who_may_not_be_a_guest_is_told_why(
    room: Room, cast: Any, make_person: Any, db: Database, client: httpx.AsyncClient
) -> None:
    assert (await room.ask(cast.bob, 409))["code"] == "your-own-live"
    young = await make_person("young", born=date(2012, 1, 1))
    assert (await room.ask(young, 403))["code"] == "under-age", "a guest earns, and only who is of age may"
    assert await room.act(cast.bob, young, "invite", 403) == "under-age"
    for action, code in (("mute", "muted"), ("ban", "banned-from-room")):
        body = {"action": action, "account": "charlie"}
        await client.post(f"{room.path}/moderation", json=body, headers=cast.bob.headers)
        assert (await room.ask(cast.charlie, 403))["code"] == code
    async with db.write() as tx:
        await tx.execute(
            "INSERT INTO ledger.wallet (account, gives_from) VALUES (%s, '2008-01-01')"
            " ON CONFLICT (account) DO NOTHING", [cast.alice.key],
        )  # fmt: skip
        await ledger.freeze(tx, cast.alice.key, True)
    assert (await room.ask(cast.alice, 403))["code"] == "account-frozen"
    assert (await client.post(f"{room.path}/guests")).status_code == 401
    assert await room.act(cast.bob, cast.bob, "invite", 400) == "invalid"


async def test_a_ban_ends_a_guests_place(room: Room, cast: Any, client: httpx.AsyncClient) -> None:
    await room.bring(cast.alice)
    body = {"action": "ban", "account": "alice"}
    await client.post(f"{room.path}/moderation", json=body, headers=cast.bob.headers)
    assert await room.seen(cast.bob) == []


async def test_at_most_so_many_are_on_and_ask(
    room: Room, cast: Any, make_person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [await make_person(f"guest{n}") for n in range(7)]
    monkeypatch.setattr(guests_module, "ASKS_MAX", 6)
    for person in people[:6]:
        await room.ask(person)
    assert (await room.ask(people[6], 409))["code"] == "too-many-asks"
    answers = await asyncio.gather(
        *(
            room.client.post(f"{room.path}/guests/{p.acct}", json={"action": "accept"}, headers=cast.bob.headers)
            for p in people[:6]
        )
    )
    assert sorted(a.status_code for a in answers) == [200, 200, 200, 200, 200, 409], "five, however they race"
    assert [a.json()["code"] for a in answers if a.status_code == 409] == ["guests-full"]
    assert len(await room.seen()) == 5


async def test_all_places_end_with_the_live(room: Room, cast: Any, db: Database) -> None:
    await room.bring(cast.alice)
    await room.ask(cast.charlie)
    await room.client.post(f"{room.path}/end", headers=cast.bob.headers)
    assert await room.seen(cast.bob) == []
    assert (await room.ask(cast.alice, 409))["code"] == "not-live"
    assert await room.act(cast.bob, cast.charlie, "accept", 409) == "not-live"
    async with db.read() as tx:
        streams = await media.list_guest_streams(tx, [await tx.scalar("SELECT key FROM stage.stage")])
    assert [stream.open for stream in streams.values()] == [False]
