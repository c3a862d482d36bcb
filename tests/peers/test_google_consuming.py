"""Consuming at Google Play: tried until Google has heard, ever later, and not for ever where it has forgotten."""

from typing import Any

from peers.google_play import GooglePlay
from peers.loopback import Answer
from peers.till import Till

GET, CONSUME = "products.get", "products.consume"


async def finish_later(kiosk: Till, pause: str = "1 hour") -> None:
    """The clock's round, as if so much time had passed."""
    async with kiosk.db.write() as tx:
        await tx.execute("UPDATE payments.purchase SET finish_at = finish_at - %s::interval", [pause])
    await kiosk.notices.finish_all()


async def test_consuming_is_tried_until_google_has_heard(kiosk: Till, play: GooglePlay, cast: Any) -> None:
    await kiosk.claim_google(cast.alice, "coins_70", play.buy(cast.alice.id, "coins_70"))

    def acted_and_fell_silent() -> None:
        play.purchases["token-1"] |= {"consumptionState": 1, "acknowledgementState": 1}
        play.next.append(Answer(500))

    play.next = [Answer(503)]
    await kiosk.notices.finish_all()
    assert len(await kiosk.rows("SELECT 1 FROM payments.purchase WHERE unfinished")) == 1
    play.next = [acted_and_fell_silent]
    await finish_later(kiosk)
    assert len(await kiosk.rows("SELECT 1 FROM payments.purchase WHERE unfinished")) == 1
    play.asked.clear()
    await kiosk.notices.finish_all()
    assert play.asked == [], "it pauses first"
    await finish_later(kiosk)
    assert play.asked == [CONSUME, GET]  # it was consumed already
    assert await kiosk.rows("SELECT 1 FROM payments.purchase WHERE unfinished") == []
    assert await kiosk.coins(cast.alice) == (70, 0)


async def test_what_google_has_forgotten_keeps_no_newer_purchase_from_being_consumed(
    kiosk: Till, play: GooglePlay, cast: Any
) -> None:
    forgotten = [play.buy(cast.alice.id, "coins_70", f"old-{number}") for number in range(105)]
    for token in forgotten:
        assert (await kiosk.claim_google(cast.alice, "coins_70", token)).status_code == 201
        del play.purchases[token]
    await kiosk.notices.finish_all()
    await kiosk.claim_google(cast.alice, "coins_70", play.buy(cast.alice.id, "coins_70", "new"))
    await kiosk.notices.finish_all()
    assert play.purchases["new"]["consumptionState"] == 1
    assert len(await kiosk.rows("SELECT 1 FROM payments.purchase WHERE unfinished")) == 105
    # Every pause is twice the one before, and six hours at most.
    pauses = []
    for _ in range(12):
        await finish_later(kiosk, "7 hours")
        pauses += await kiosk.rows(
            "SELECT round(extract(epoch FROM max(finish_at) - now()) / 60)::int AS minutes FROM payments.purchase"
            " WHERE unfinished"
        )
    assert [row["minutes"] for row in pauses] == [2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360, 360]


async def test_what_google_has_forgotten_for_a_day_is_put_before_a_person(
    kiosk: Till, play: GooglePlay, cast: Any
) -> None:
    del play.purchases[await _claimed(kiosk, play, cast, "gone")]
    await _claimed(kiosk, play, cast, "silent")
    async with kiosk.db.write() as tx:
        await tx.execute("UPDATE payments.purchase SET granted_at = now() - interval '23 hours'")
    await kiosk.notices.finish_all()
    play.purchases["silent"]["consumptionState"] = 0
    flags = "SELECT flags, unfinished FROM payments.purchase ORDER BY provider_ref"
    assert (await kiosk.rows(flags))[0] == {"flags": [], "unfinished": True}
    async with kiosk.db.write() as tx:
        await tx.execute("UPDATE payments.purchase SET granted_at = now() - interval '25 hours', unfinished = true")
    play.next = [Answer(503), Answer(503)]
    await finish_later(kiosk)
    assert {tuple(row["flags"]) for row in await kiosk.rows(flags)} == {()}, "silence is not a word"
    await finish_later(kiosk)
    assert await kiosk.rows(flags) == [
        {"flags": ["not-consumed"], "unfinished": False}, {"flags": [], "unfinished": False},
    ]  # fmt: skip
    assert await kiosk.coins(cast.alice) == (140, 0)


async def _claimed(kiosk: Till, play: GooglePlay, cast: Any, token: str) -> str:
    made = play.buy(cast.alice.id, "coins_70", token)
    assert (await kiosk.claim_google(cast.alice, "coins_70", made)).status_code == 201
    return made
