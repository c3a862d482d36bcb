"""What creators are told of what earned, over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from bookkeeping import Bookkeeper, Gift
from largesse import catalog
from largesse.catalog import CatalogService
from largesse.insights import Fold, InsightsService
from largesse.insights.routes import routes
from largesse.kit import ids
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.news import News
from largesse.ledger import ANONYMOUS
from largesse.main import worker
from largesse.media import StreamKeys
from largesse.policy import PolicyService
from largesse.stage import StageService

PATHS = [f"/v1/me/insights/{name}" for name in ("days", "hours", "lives", "gifts", "gifters")]


@pytest.fixture
async def client(  # noqa: PLR0917 - fixtures
    app_client: Any, db: Database, settings: Settings, accounts_service: Any, clock: Any, cast: Any
) -> httpx.AsyncClient:
    async with db.write() as tx:
        await catalog.seed(tx)
    news = News("")
    shelf = CatalogService(db, news, PolicyService(db, settings), settings)
    await shelf.refresh()
    stages = StageService(db, news, accounts_service, clock, settings, keys=StreamKeys(b"stream keys"))
    made: httpx.AsyncClient = await app_client(
        routes, as_=cast.bob, accounts=accounts_service,
        insights=InsightsService(db, accounts_service, shelf, stages),
    )  # fmt: skip
    return made


@pytest.fixture
async def given(db: Database, cast: Any, books: Bookkeeper, wait: Any) -> list[int]:
    """Two LIVEs a day apart: Alice gave on both, Charlie on the second, and somebody anonymously; their keys."""
    async with db.write() as tx:
        stages = [
            await tx.scalar(
                "INSERT INTO stage.stage (id, kind, creator, title, status, started_at, ended_at)"
                " VALUES (%s, 'live', %s, %s, 'ended', now(), now()) RETURNING key",
                [ids.new(), cast.bob.key, title],
            )
            for title in ("Morning songs", "Evening songs")
        ]
    for giver in (cast.alice.key, cast.charlie.key):
        await books.buy(giver, 1000)
    await books.give([Gift(cast.alice.key, cast.bob.key, 100, stages[0])])
    await wait(1)
    await books.give([
        Gift(cast.alice.key, cast.bob.key, 10, stages[1]), Gift(cast.charlie.key, cast.bob.key, 20, stages[1]),
        Gift(cast.charlie.key, cast.bob.key, 5, stages[1], flags=ANONYMOUS),
    ])  # fmt: skip
    await worker.fold_insights(Fold(db))
    return stages


def _days() -> tuple[str, str]:
    today = datetime.now(UTC).date()
    return str(today), str(today + timedelta(days=1))


def _sums(rows: list[dict[str, Any]]) -> list[tuple[int, int, int]]:
    return [(row["gifts"], row["coins"], row["diamonds_milli"]) for row in rows]


async def test_days_tell_new_gifters_from_returning_ones(client: httpx.AsyncClient, given: Any) -> None:
    del given
    first, second = _days()
    answer = await client.get(PATHS[0], params={"from": first, "to": second})
    assert answer.status_code == 200, answer.text
    assert answer.json()["items"] == [
        {
            "date": first, "gifts": 1, "coins": 100, "diamonds_milli": 70_000, "new_gifters": 1,
            "returning_gifters": 0, "new_milli": 70_000, "returning_milli": 0, "anonymous_milli": 0,
        },
        {
            "date": second, "gifts": 3, "coins": 35, "diamonds_milli": 24_500, "new_gifters": 1,
            "returning_gifters": 1, "new_milli": 14_000, "returning_milli": 7_000, "anonymous_milli": 3_500,
        },
    ]  # fmt: skip


async def test_lives_hours_and_gifts_sum_to_the_days(client: httpx.AsyncClient, given: Any) -> None:
    del given
    first, second = _days()
    span = {"from": first, "to": second}
    lives = (await client.get(PATHS[2], params=span)).json()
    assert [row["live"]["title"] for row in lives["items"]] == ["Evening songs", "Morning songs"]
    assert _sums(lives["items"]) == [(3, 35, 24_500), (1, 100, 70_000)]
    hours = (await client.get(PATHS[1], params=span)).json()["items"]
    assert _sums(hours) == [(1, 100, 70_000), (3, 35, 24_500)]
    assert [row["hour"][:10] for row in hours] == [first, second]
    (gift,) = (await client.get(PATHS[3], params=span)).json()["items"]
    assert gift["name"]
    assert (gift["pieces"], *_sums([gift])) == (4, (4, 135, 94_500))
    assert (await client.get(PATHS[3], params={"from": second, "to": second})).json()["items"][0]["pieces"] == 3


async def test_gifters_are_named_and_those_who_gave_anonymously_are_not(client: httpx.AsyncClient, given: Any) -> None:
    del given
    first, second = _days()
    rows = (await client.get(PATHS[4], params={"from": second, "to": second})).json()["items"]
    assert [(row["account"] and row["account"]["username"], row["new"], row["coins"]) for row in rows] == [
        ("charlie", True, 20), ("alice", False, 10), (None, False, 5),
    ]  # fmt: skip
    assert [row["first_on"] for row in rows] == [second, first, None]


@pytest.mark.parametrize("path", PATHS[1:])
async def test_a_list_read_page_by_page_is_the_list(client: httpx.AsyncClient, given: Any, path: str) -> None:
    del given
    first, second = _days()
    span = {"from": first, "to": second}
    whole = (await client.get(path, params=span)).json()
    assert whole["next_cursor"] is None
    rows, cursor = [], None
    while True:
        page = (await client.get(path, params=span | {"limit": "1"} | ({"cursor": cursor} if cursor else {}))).json()
        assert len(page["items"]) == 1
        rows += page["items"]
        if (cursor := page["next_cursor"]) is None:
            break
    assert rows == whole["items"]


@pytest.mark.parametrize("path", PATHS)
async def test_only_creators_see_them_and_each_only_their_own(
    client: httpx.AsyncClient, cast: Any, make_person: Any, given: Any, path: str
) -> None:
    del given
    assert (await client.get(path, headers={"authorization": ""})).status_code == 401
    assert (await client.get(path, headers=cast.alice.headers)).status_code == 403
    dora = await make_person("dora", creator=True)
    assert (await client.get(path, headers=dora.headers)).json()["items"] == []


@pytest.mark.parametrize(
    "asked",
    [
        {"from": "2026-02-02", "to": "2026-02-01"}, {"from": "2020-01-01", "to": "2026-01-01"},
        {"to": "1969-12-31"}, {"from": "0001-01-01", "to": "0001-01-02"}, {"from": "yesterday"},
    ],
)  # fmt: skip
async def test_what_is_no_span_is_refused(client: httpx.AsyncClient, asked: dict[str, str]) -> None:
    for path in PATHS:
        assert (await client.get(path, params=asked)).status_code == 400, path


@pytest.mark.parametrize("cursor", ["x", "1.x", "-", "9" * 30, "1.9999999999", "\uff11.1", "1." + "9" * 200])
async def test_what_is_no_cursor_is_refused(client: httpx.AsyncClient, cursor: str) -> None:
    for path in PATHS[1:]:
        assert (await client.get(path, params={"cursor": cursor})).status_code == 400, path


async def test_the_last_day_there_is_can_be_asked_for(client: httpx.AsyncClient) -> None:
    for path in PATHS:
        assert (await client.get(path, params={"to": "9999-12-31"})).json()["items"] == []
        assert (await client.get(path, params={"from": "9999-12-31"})).json()["items"] == []
