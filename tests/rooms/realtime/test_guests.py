"""What a room is told of guests: who comes and goes, who is on for those who come in, and what is given to them."""

from typing import Any

import pytest

from largesse.kit import outbox
from largesse.ledger import GUEST
from largesse.realtime.model import Room
from largesse.stage import events
from rooms_made import AT, gift, lease, row, stage
from watching import Watcher

BOB, GUEST_KEY = 2, 5


@pytest.fixture
async def charlie_on(live: Any, cast: Any) -> None:
    """Charlie is a guest of Bob's LIVE."""
    async with live.db.write() as tx:
        await tx.execute(
            "INSERT INTO stage.guest (stage, account, status, joined_at) VALUES (%s, %s, 'on', now())",
            [live.key, cast.charlie.key],
        )


def test_diamonds_are_the_creators_alone_and_guests_coins_are_told_when_they_change() -> None:
    one = Room(lease(guests={"5": 40}), stage())
    one.add_gifts([gift(64, 0, coins=10), gift(64, 1, coins=7, receiver=GUEST_KEY, flags=GUEST)], lambda _: False)
    draft = one.take(AT, 1.0)
    assert (draft.totals.coins, draft.diamonds_milli, draft.received) == (17, 7_000, [(GUEST_KEY, 47)])
    parts = [[64, 1, 1, GUEST_KEY, 7, 4900, False], [64, 0, 1, BOB, 3, 2100, False]]
    one.add_rows([row(1, events.GIFT_REVERSED, reason="refund", parts=parts)])
    draft = one.take(AT, 2.0)
    assert (draft.totals.coins, draft.diamonds_milli, draft.received) == (7, 4_900, [(GUEST_KEY, 40)])
    assert one.take(AT, 3.0).received == []


def test_no_coming_or_going_is_lost_in_a_flood() -> None:
    one = Room(lease(), stage())
    one.add_rows([row(n, events.GUEST_JOINED, account=n) for n in range(1, 100)])
    assert len(one.take(AT, 1.0).rows) == 99


async def test_who_comes_in_is_told_who_is_on_and_what_they_were_given(
    process: Any, live: Any, cast: Any, charlie_on: None
) -> None:
    async with Watcher.watching(process.port, live.id, token=cast.bob.token) as watcher:
        await live.give(cast.alice, count=90)
        await live.give(cast.alice, count=10, receiver=cast.charlie.key)
        _, given = await watcher.until_events("gift.sent", 2)
        assert given["receiver"]["username"] == "charlie"
        told = watcher.frames[-1]
        assert told["guests"] == [{"account": cast.charlie.acct, "coins": 10}]
        assert (told["totals"]["coins"], told["totals"]["diamonds_milli"]) == (100, 63_000)
    async with Watcher.watching(process.port, live.id) as late:
        (on,) = late.snapshot["guests"]
        assert (on["person"]["username"], on["status"], on["coins"]) == ("charlie", "on", 10)
        async with live.db.write() as tx:
            await tx.execute("UPDATE stage.guest SET status = 'off'")
            await outbox.put(tx, events.GUEST_LEFT, live.key, {"account": cast.charlie.key})
        await live.news.publish(outbox.NEWS_SUBJECT, b"")
        (left,) = await late.until_events("guest.left")
        assert left["account"]["username"] == "charlie"
    async with Watcher.watching(process.port, live.id) as last:
        assert last.snapshot["guests"] == [], "at once, not a second later"


async def test_a_new_owner_goes_on_with_what_guests_were_given(
    make_process: Any, live: Any, cast: Any, charlie_on: None
) -> None:
    first = await make_process()
    place = (await first.stage.list_by_key([live.key]))[live.key]
    await live.give(cast.alice, count=10, receiver=cast.charlie.key)
    await first.close()
    second = await make_process()
    figure = (await second.stage.figures([place]))[live.key]
    assert (figure.coins, dict(figure.received)) == (10, {cast.charlie.key: 10})
