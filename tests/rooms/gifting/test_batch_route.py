"""Many gifts in one request: each has its own result, in its place."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest

from largesse.accounts import AccountsService
from largesse.catalog import CatalogService
from largesse.gifting import GiftingService
from largesse.gifting.routes import routes
from largesse.kit import ids
from largesse.kit.clock import SetClock
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.news import News
from largesse.media import StreamKeys
from largesse.policy import PolicyService
from largesse.stage import StageService

KEY = "lg_" + "k" * 43
MakeClient = Any


@pytest.fixture
async def key(db: Database, cast: Any) -> int:
    """An operator's API key, in force; its number in the books."""
    async with db.write() as tx:
        return int(
            await tx.scalar(
                "INSERT INTO accounts.bearer (id, kind, hash, account, scopes, expires_at, approved_at)"
                " VALUES (%s, 'api_key', sha256(%s::bytea), %s, '{gifts:write}', now() + interval '1 day', now())"
                " RETURNING key",
                [ids.new(), KEY.encode(), cast.olga.key],
            )
        )


@pytest.fixture
async def give(  # noqa: PLR0917 - fixtures
    db: Database, accounts: AccountsService, clock: SetClock, settings: Settings, room: Any, app_client: MakeClient
) -> AsyncIterator[httpx.AsyncClient]:
    """A program that gives with the key."""
    policy = PolicyService(db, settings)
    catalog = CatalogService(db, News(""), policy, settings)
    await catalog.refresh()
    stages = StageService(db, News(""), accounts, clock, settings, keys=StreamKeys(b"stream keys"))
    gifting = GiftingService(db, None, room.secret, settings, people=accounts, catalog=catalog, stages=stages)
    await gifting.open()
    client = await app_client(routes, accounts=accounts, gifting=gifting, policy=policy, ledger=None, giving=None)
    client.headers["Authorization"] = f"Bearer {KEY}"
    yield client
    await gifting.close()


@pytest.fixture
async def live(db: Database, room: Any) -> str:
    """The public id of Bob's LIVE."""
    async with db.read() as tx:
        return ids.encode("live", await tx.scalar("SELECT id FROM stage.stage WHERE key = %s", [room.stage]))


def gift(live: str, sender: Any, **more: Any) -> dict[str, Any]:
    return {"id": str(ids.new()), "sender": sender, "live_id": live, "gift_id": "rose", **more}


async def test_each_gift_of_a_batch_has_its_own_result_in_its_place(  # noqa: PLR0917 - fixtures
    give: httpx.AsyncClient, live: str, cast: Any, fill: Any, key: int, db: Database
) -> None:
    await fill(cast.alice.key, 10)
    await fill(cast.charlie.key, 3)
    first = gift(live, "alice", count=2)
    asked = [
        first,
        gift(live, "nobody"),
        gift(live, cast.charlie.acct, count=5),
        gift(live, "charlie", id=ids.encode("gift", ids.new()), count=3),
        gift(ids.encode("live", ids.new()), "alice"),
        gift("none", "alice"),
        gift(live, "alice", gift_id="no-such-gift"),
        gift(live, "alice", id="no id"),
        gift(live, "bob"),
        first,
        first | {"count": 3},
    ]
    answer = await give.post("/v1/gifts/batch", json=asked)
    assert answer.status_code == 200, answer.text
    results = answer.json()["results"]
    assert [result["id"] for result in results] == [one["id"] for one in asked]
    assert [(result["status"], result.get("code")) for result in results] == [
        ("settled", None), ("refused", "unknown-sender"), ("refused", "not-enough-coins"), ("settled", None),
        ("refused", "not-found"), ("refused", "not-found"), ("refused", "unknown-gift"), ("refused", "invalid"),
        ("refused", "self-gift"), ("duplicate", None), ("refused", "id-reused"),
    ]  # fmt: skip
    receipts = [results[n]["receipt"] for n in (0, 3, 9)]
    assert [(r["coins"], r["coins_promo"], r["diamonds_milli"]) for r in receipts] == [
        (2, 0, 1400), (3, 0, 2100), (2, 0, 1400),
    ]  # fmt: skip
    assert [r["balance"] for r in receipts] == [{"coins": 8}, {"coins": 0}, {"coins": 8}]
    assert receipts[0] == receipts[2]
    async with db.read() as tx:
        rows = await tx.rows("SELECT sender, coins_paid, api_key FROM ledger.gift ORDER BY sender")
    assert rows == [
        {"sender": cast.alice.key, "coins_paid": 2, "api_key": key},
        {"sender": cast.charlie.key, "coins_paid": 3, "api_key": key},
    ]


async def test_a_sender_who_was_unknown_is_known_as_soon_as_there_is_an_account(
    give: httpx.AsyncClient, live: str, fill: Any, key: int, make_person: Any
) -> None:
    assert key
    refused = (await give.post("/v1/gifts/batch", json=[gift(live, "dora")])).json()["results"][0]
    assert refused["code"] == "unknown-sender"
    dora = await make_person("dora")
    await fill(dora.key, 1)
    settled = (await give.post("/v1/gifts/batch", json=[gift(live, "dora")])).json()["results"][0]
    assert settled["status"] == "settled"


async def test_a_key_of_a_host_gives_for_its_own_users_alone(  # noqa: PLR0917 - fixtures
    give: httpx.AsyncClient, live: str, cast: Any, fill: Any, key: int, db: Database
) -> None:
    await fill(cast.alice.key, 5)
    await fill(cast.charlie.key, 5)
    async with db.write() as tx:
        host = await tx.scalar("INSERT INTO accounts.host (id, name) VALUES (%s, 'A host') RETURNING key", [ids.new()])
        await tx.execute("UPDATE accounts.bearer SET host = %s WHERE key = %s", [host, key])
        await tx.execute(
            "INSERT INTO accounts.host_user (host, host_user, account) VALUES (%s, 'a-1', %s)", [host, cast.alice.key]
        )
    asked = [
        gift(live, {"host_user": "a-1"}),
        gift(live, "alice"),
        gift(live, "charlie"),
        gift(live, {"host_user": "x"}),
    ]
    results = (await give.post("/v1/gifts/batch", json=asked)).json()["results"]
    assert [result["status"] for result in results] == ["settled", "settled", "refused", "refused"]
    assert {result.get("code") for result in results[2:]} == {"unknown-sender"}


async def test_a_batch_needs_a_key_with_the_scope_and_has_a_limit(
    give: httpx.AsyncClient, live: str, cast: Any, key: int
) -> None:
    assert key
    person = await give.post("/v1/gifts/batch", json=[gift(live, "alice")], headers=cast.alice.headers)
    assert (person.status_code, person.json()["code"]) == (403, "forbidden")
    one = msgspec.json.encode(gift(live, "alice"))
    for count in (0, 1001):
        body = b"[" + b",".join([one] * count) + b"]"
        answer = await give.post("/v1/gifts/batch", content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


async def test_gifts_of_a_batch_go_to_published_videos_too(  # noqa: PLR0917 - fixtures
    give: httpx.AsyncClient, live: str, cast: Any, fill: Any, key: int, db: Database
) -> None:
    await fill(cast.alice.key, 10)
    names = {}
    async with db.write() as tx:
        for status, started in (("live", "now()"), ("scheduled", "NULL")):
            video = ids.new()
            names[status] = ids.encode("video", video)
            await tx.execute(
                "INSERT INTO stage.stage (id, kind, creator, title, status, started_at)"
                f" VALUES (%s, 'video', %s, 'At sea', %s, {started})",  # type: ignore[arg-type]
                [video, cast.bob.key, status],
            )
    on_video = {"live_id": None, "video_id": names["live"]}
    asked = [
        gift(live, "alice", **on_video),
        gift(live, "alice", live_id=None, video_id=names["scheduled"]),
        gift(live, "alice", video_id=names["live"]),
        gift(live, "alice", live_id=str(ids.decode(names["live"], "video"))),
        gift(live, "alice", live_id=None, video_id=str(ids.decode(live, "live"))),
    ]
    results = (await give.post("/v1/gifts/batch", json=asked)).json()["results"]
    assert [(result["status"], result.get("code")) for result in results] == [
        ("settled", None), ("refused", "gifting-off"), ("refused", "not-found"), ("refused", "not-found"),
        ("refused", "not-found"),
    ]  # fmt: skip
