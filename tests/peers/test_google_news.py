"""What Google Play says of purchases: what went back, whole and in pieces, and what no app had claimed."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from peers.google_play import GooglePlay
from peers.loopback import Answer
from peers.push_tokens import Issuer, purchased, voided
from peers.till import Till

GET, VOIDED = "products.get", "voidedpurchases.list"


async def test_a_voided_purchase_takes_the_coins_back_once_whoever_tells(
    kiosk: Till, play: GooglePlay, issuer: Issuer, cast: Any
) -> None:
    token = play.buy(cast.alice.id, "coins_70")
    await kiosk.claim_google(cast.alice, "coins_70", token)
    await kiosk.notices.finish_all()
    play.void(token, reason=7)
    assert await kiosk.hear("google", voided("evt-1", token), authorization=issuer.bearer()) == 200
    assert await kiosk.status(cast.alice) == ["refunded"]
    await kiosk.notices.catch_up()
    play.purchases[token] |= {"purchaseState": 1, "refundableQuantity": 0}
    await kiosk.hear("google", purchased("evt-2", "coins_70", token, kind=2), authorization=issuer.bearer())
    assert await kiosk.status(cast.alice) == ["refunded"]
    rows = await kiosk.rows("SELECT minor, reason, status FROM payments.refund")
    assert rows == [{"minor": 99, "reason": "chargeback", "status": "done"}]
    assert await kiosk.coins(cast.alice) == (0, 0)


async def test_voided_purchases_are_found_page_by_page_without_a_notice(
    kiosk: Till, play: GooglePlay, cast: Any
) -> None:
    for n in range(5):
        await kiosk.claim_google(cast.alice, "coins_70", play.buy(cast.alice.id, "coins_70", f"token-{n}"))
    play.buy(cast.charlie.id, "coins_70", "not-ours")
    for token in ("token-0", "not-ours", "token-2", "token-4"):
        play.void(token)
    play.asked.clear()
    await kiosk.notices.catch_up()
    assert await kiosk.status(cast.alice) == ["refunded", "granted", "refunded", "granted", "refunded"]
    assert play.asked == [VOIDED, VOIDED, GET, GET, GET]
    assert await kiosk.coins(cast.alice) == (140, 0)


async def test_what_was_voided_happened_when_google_voided_it_piece_by_piece(
    kiosk: Till, play: GooglePlay, cast: Any
) -> None:
    token = play.buy(cast.alice.id, "coins_70", quantity=3, purchaseTimeMillis="1700000000000")
    await kiosk.claim_google(cast.alice, "coins_70", token)
    bought = datetime.fromtimestamp(1_700_000_000, UTC)
    for days in (2, 1):  # the newest first, as any order is possible
        play.void(token, quantity=1)
        play.voided[-1]["voidedTimeMillis"] = str((1_700_000_000 + days * 86_400) * 1000)
    await kiosk.notices.catch_up()
    assert await kiosk.happened("purchase") == [bought]
    assert await kiosk.happened("refund") == [bought + timedelta(days=1), bought + timedelta(days=2)]


async def test_parts_of_a_quantity_go_back_piece_by_piece(
    kiosk: Till, play: GooglePlay, issuer: Issuer, cast: Any
) -> None:
    token = play.buy(cast.alice.id, "coins_70", quantity=3)
    await kiosk.claim_google(cast.alice, "coins_70", token)
    play.void(token, quantity=1)
    await kiosk.notices.catch_up()
    assert await kiosk.status(cast.alice) == ["partially_refunded"]
    assert await kiosk.coins(cast.alice) == (140, 0)
    play.purchases[token]["refundableQuantity"] = 1  # another one, and the list does not know it yet
    await kiosk.hear("google", purchased("evt-1", "coins_70", token), authorization=issuer.bearer())
    assert await kiosk.coins(cast.alice) == (70, 0)
    play.void(token, quantity=1)
    await kiosk.hear("google", voided("evt-2", token, refund_type=2), authorization=issuer.bearer())
    assert await kiosk.coins(cast.alice) == (70, 0)
    play.void(token)
    play.purchases[token]["purchaseState"] = 1
    await kiosk.hear("google", purchased("evt-3", "coins_70", token), authorization=issuer.bearer())
    assert await kiosk.status(cast.alice) == ["refunded"]
    assert await kiosk.coins(cast.alice) == (0, 0)
    rows = await kiosk.rows("SELECT minor FROM payments.refund")
    assert [row["minor"] for row in rows] == [99, 99, 99]


async def test_a_purchase_that_was_canceled_before_it_could_be_consumed_needs_no_consuming(
    kiosk: Till, play: GooglePlay, cast: Any
) -> None:
    token = play.buy(cast.alice.id, "coins_70")
    await kiosk.claim_google(cast.alice, "coins_70", token)
    play.purchases[token]["purchaseState"] = 1
    await kiosk.notices.finish_all()
    assert await kiosk.rows("SELECT 1 FROM payments.purchase WHERE unfinished") == []


# Order of claim and notice


async def test_what_no_app_claimed_is_granted_by_the_notice_and_claimed_later(
    kiosk: Till, play: GooglePlay, issuer: Issuer, cast: Any
) -> None:
    token = play.buy(cast.alice.id, "coins_70")
    told = purchased("evt-1", "coins_70", token)
    bearer = issuer.bearer()
    assert [await kiosk.hear("google", told, authorization=bearer) for _ in range(2)] == [200, 200]
    assert await kiosk.coins(cast.alice) == (70, 0)
    answer = await kiosk.claim_google(cast.alice, "coins_70", token)
    assert (answer.status_code, answer.headers["Idempotent-Replay"]) == (201, "true")
    assert await kiosk.coins(cast.alice) == (70, 0)
    assert await kiosk.outcomes() == ["settled"]


async def test_the_notice_and_the_claim_at_once_grant_once(
    kiosk: Till, play: GooglePlay, issuer: Issuer, cast: Any
) -> None:
    bearer = issuer.bearer()
    for n in range(6):
        token = play.buy(cast.alice.id, "coins_70", f"token-{n}")
        heard, claimed, again = await asyncio.gather(
            kiosk.hear("google", purchased(f"evt-{n}", "coins_70", token), authorization=bearer),
            kiosk.claim_google(cast.alice, "coins_70", token),
            kiosk.claim_google(cast.alice, "coins_70", token),
        )
        assert (heard, claimed.status_code, again.status_code) == (200, 201, 201)
    assert await kiosk.coins(cast.alice) == (6 * 70, 0)


async def test_a_voided_notice_about_what_nobody_claimed_is_left_alone(
    kiosk: Till, play: GooglePlay, issuer: Issuer, cast: Any
) -> None:
    play.void(play.buy(cast.alice.id, "coins_70"))
    assert await kiosk.hear("google", voided("evt-1", "token-1"), authorization=issuer.bearer()) == 200
    assert await kiosk.outcomes() == ["no purchase of ours"]
    assert await kiosk.is_untouched()


async def test_a_list_that_cannot_be_read_is_read_from_the_same_place_later(
    kiosk: Till, play: GooglePlay, cast: Any
) -> None:
    await kiosk.claim_google(cast.alice, "coins_70", play.buy(cast.alice.id, "coins_70"))
    play.void("token-1")
    play.next = [Answer(500)]
    await kiosk.notices.catch_up()
    assert await kiosk.status(cast.alice) == ["granted"]
    assert await kiosk.rows("SELECT 1 FROM payments.caught_up") == []
    await kiosk.notices.catch_up()
    assert await kiosk.status(cast.alice) == ["refunded"]
