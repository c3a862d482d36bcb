"""The summary of a LIVE says what the books say: to the coin, by minute, by day of release, and who is new."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from bookkeeping import Bookkeeper, Gift
from largesse import ledger
from largesse.catalog import CatalogService
from largesse.insights import Fold, InsightsService
from largesse.kit import ids
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.money import Money
from largesse.kit.news import News
from largesse.ledger import ANONYMOUS
from largesse.main import worker
from largesse.media import StreamKeys
from largesse.policy import PolicyService
from largesse.stage import StageService
from largesse.stage.routes import routes

AFTER_LIVE = 1  # of a gift's flags: the context


@pytest.fixture
async def client(  # noqa: PLR0917 - fixtures
    app_client: Any, db: Database, settings: Settings, accounts_service: Any, clock: Any, cast: Any
) -> httpx.AsyncClient:
    news = News("")
    stages = StageService(db, news, accounts_service, clock, settings, keys=StreamKeys(b"stream keys"))
    InsightsService(db, accounts_service, CatalogService(db, news, PolicyService(db, settings), settings), stages)
    made: httpx.AsyncClient = await app_client(routes, as_=cast.bob, accounts=accounts_service, stage=stages)
    return made


async def _live(db: Database, cast: Any, title: str) -> tuple[str, int]:
    """A running LIVE of Bob's that began four and a half minutes ago; its id and key."""
    live = ids.new()
    async with db.write() as tx:
        key = await tx.scalar(
            "INSERT INTO stage.stage (id, kind, creator, title, status, started_at)"
            " VALUES (%s, 'live', %s, %s, 'live', now() - interval '4 minutes 30 seconds') RETURNING key",
            [live, cast.bob.key, title],
        )
    return ids.encode("live", live), int(key)


async def _end(db: Database, key: int) -> None:
    async with db.write() as tx:
        await tx.execute("UPDATE stage.stage SET status = 'ended', ended_at = now() WHERE key = %s", [key])


async def _summary(client: httpx.AsyncClient, live: str, **more: Any) -> dict[str, Any]:
    answer = await client.get(f"/v1/lives/{live}/summary", **more)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _csv(client: httpx.AsyncClient, live: str, table: str) -> list[dict[str, str]]:
    answer = await client.get(f"/v1/lives/{live}/summary.csv", params={"table": table})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    assert f'{live}-{table}.csv"' in answer.headers["content-disposition"]
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


async def test_the_summary_adds_up_with_the_books(
    client: httpx.AsyncClient, db: Database, cast: Any, books: Bookkeeper, wait: Any
) -> None:
    alice, bob, charlie = cast.alice.key, cast.bob.key, cast.charlie.key
    _, other = await _made_ended(db, cast)
    live, stage = await _live(db, cast, "Evening songs")
    await books.buy(alice, 1000)
    await books.buy(charlie, 1000)
    await books.give([Gift(alice, bob, 7, other)])
    await books.give([Gift(alice, bob, 100, stage), Gift(charlie, bob, 31, stage, flags=ANONYMOUS)])
    await wait(1)
    await _end(db, stage)
    await books.give([Gift(charlie, bob, 50, stage, flags=AFTER_LIVE), Gift(charlie, bob, 3, stage)])
    async with db.write() as tx:  # 100 of Charlie's 1,000 coins go back, of which 84 were given here
        await ledger.refund_coins(
            tx, purchase="purchase:2", refunded=Money(1340, "USD"), via="psp", source="r",
            happened_at=datetime.now(UTC), reason="asked",
        )  # fmt: skip
    own = await _summary(client, live)
    async with db.read() as tx:
        feed = await ledger.read_feed(tx, ledger.start())
        earned = await ledger.list_earnings(tx, bob)
        back = await tx.rows("SELECT coins, milli FROM ledger.gift_part WHERE stage = %s", [stage])
        hold = await tx.scalar("SELECT hold_days FROM policy.version WHERE key = 1")
    here = [gift for gift in feed.gifts if gift.stage == stage]
    assert back, "something was reversed"
    assert own["gifts"] == len(here) == 4
    assert own["coins"] == sum(g.coins for g in here) - sum(row["coins"] for row in back)
    assert own["diamonds_milli"] == sum(g.diamonds_milli for g in here) - sum(row["milli"] for row in back)
    assert sum(own["curves"]["coins"]) + own["after_end"]["coins"] == own["coins"]
    assert sum(own["curves"]["gifts"]) + own["after_end"]["gifts"] == own["gifts"]
    assert own["after_end"]["gifts"] == 1
    assert sum(each["milli"] for each in own["releases"]) == own["diamonds_milli"]
    elsewhere = {row.day: 7 * 700 for row in earned[:1]}
    by_release = {
        str(row.day.fromordinal(row.day.toordinal() + hold + 1)): row.milli_in
        - row.milli_reversed
        - elsewhere.get(row.day, 0)
        for row in earned
    }
    assert {each["date"]: each["milli"] for each in own["releases"]} == by_release
    assert len(by_release) == 2, "of two days"
    written = {row["name"]: row["value"] for row in await _csv(client, live, "totals")}
    assert written["diamonds_milli"] == str(own["diamonds_milli"])
    assert written["coins_after_end"] == str(own["after_end"]["coins"])
    releases = await _csv(client, live, "releases")
    assert {row["date"]: int(row["diamonds_milli"]) for row in releases} == by_release
    gifters = await _csv(client, live, "gifters")
    assert sum(int(row["coins"]) for row in gifters) == own["coins"]
    assert gifters[-1]["name"] == "anonymous"


async def test_only_a_first_gift_ever_by_name_makes_somebody_new(  # noqa: PLR0917 - fixtures
    client: httpx.AsyncClient, db: Database, cast: Any, books: Bookkeeper, wait: Any, make_person: Any
) -> None:
    alice, bob, charlie = cast.alice.key, cast.bob.key, cast.charlie.key
    dora = (await make_person("dora")).key
    for giver in (alice, charlie, dora):
        await books.buy(giver, 1000)
    before, first = await _made_ended(db, cast)
    await books.give([Gift(alice, bob, 1, first), Gift(dora, bob, 1, first, flags=ANONYMOUS)])
    await worker.fold_insights(Fold(db))
    await wait(1)
    earlier, second = await _made_ended(db, cast)
    await books.give([Gift(charlie, bob, 1, second)])
    live, third = await _live(db, cast, "Evening songs")
    await books.give([Gift(who, bob, 5, third) for who in (alice, charlie, dora)])
    for folded in (False, True):
        if folded:
            await worker.fold_insights(Fold(db))
        assert [(await _summary(client, each))["new_gifters"] for each in (before, earlier, live)] == [1, 1, 1]
        own = await _summary(client, live)
        assert [u["account"]["username"] for u in own["unthanked"] if u["new"]] == ["dora"]
    assert own["missed_thanks"] == 3
    assert "new_gifters" not in await _summary(client, live, headers=cast.alice.headers)


async def test_curves_have_a_step_a_minute_and_sum_to_what_happened(
    client: httpx.AsyncClient, db: Database, cast: Any, books: Bookkeeper
) -> None:
    live, stage = await _live(db, cast, "Evening songs")
    await books.buy(cast.alice.key, 1000)
    await books.give([Gift(cast.alice.key, cast.bob.key, 9, stage)])
    async with db.write() as tx:
        await tx.execute(
            "INSERT INTO stage.minute (stage, minute, viewers, likes) VALUES (%(s)s, 0, 3, 2), (%(s)s, 2, 8, 0)",
            {"s": stage},
        )
        for ago, hidden in (("4 minutes", None), ("1 second", None), ("1 second", cast.bob.key)):
            await tx.execute(
                "INSERT INTO stage.comment (id, stage, sender, text, at, hidden_by)"
                " VALUES (%s, %s, %s, 'hello', now() - %s::interval, %s)",
                [ids.new(), stage, cast.alice.key, ago, hidden],
            )
    own = await _summary(client, live)
    assert own["curves"] == {
        "step_s": 60,
        "viewers": [3, None, 8, None, None],
        "coins": [0, 0, 0, 0, 9],
        "gifts": [0, 0, 0, 0, 1],
        "comments": [1, 0, 0, 0, 1],
        "likes": [2, 0, 0, 0, 0],
    }
    rows = await _csv(client, live, "minutes")
    assert [(row["second"], row["viewers"], row["coins"]) for row in rows][2:] == [
        ("120", "8", "0"), ("180", "", "0"), ("240", "", "9"),
    ]  # fmt: skip


async def test_a_spreadsheet_computes_nothing_of_what_people_call_themselves(
    client: httpx.AsyncClient, db: Database, cast: Any, books: Bookkeeper
) -> None:
    live, stage = await _live(db, cast, '=HYPERLINK("https://evil.example")')
    async with db.write() as tx:
        await tx.execute("UPDATE accounts.account SET display_name = '+1+1' WHERE key = %s", [cast.alice.key])
    await books.buy(cast.alice.key, 100)
    await books.give([Gift(cast.alice.key, cast.bob.key, 5, stage)])
    written = {row["name"]: row["value"] for row in await _csv(client, live, "totals")}
    assert written["title"] == '\'=HYPERLINK("https://evil.example")'
    assert [row["name"] for row in await _csv(client, live, "gifters")] == ["'+1+1"]


async def test_tables_are_the_creators_alone(client: httpx.AsyncClient, db: Database, cast: Any) -> None:
    live, _ = await _live(db, cast, "Evening songs")
    path = f"/v1/lives/{live}/summary.csv"
    other = await client.get(path, headers=cast.alice.headers)
    assert (other.status_code, other.json()["code"]) == (403, "not-your-live")
    assert (await client.get(path, params={"table": "people"})).status_code == 400
    assert (await client.get(path.replace(live, ids.encode("live", ids.new())))).status_code == 404


async def _made_ended(db: Database, cast: Any) -> tuple[str, int]:
    """A LIVE of Bob's that is over."""
    live, key = await _live(db, cast, "Morning songs")
    await _end(db, key)
    return live, key
