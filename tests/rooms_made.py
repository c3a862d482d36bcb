"""Rows as a room's owner reads them, made for tests of pure rules."""

from datetime import UTC, datetime

from largesse.kit import ids
from largesse.kit.outbox import Row
from largesse.ledger import GiftRow
from largesse.realtime.model import Lease
from largesse.stage import Stage

AT = datetime(2026, 3, 4, tzinfo=UTC)


def lease(**more) -> Lease:
    blank = {
        "stage": 7, "owner": "me", "epoch": 1, "cursor": [], "outbox_epoch": 0, "outbox_xid": 0, "outbox_id": 0,
        "gifts": 0, "gifters": 0, "coins": 0, "diamonds_milli": 0, "likes": 0, "viewers": 0, "seq": 0, "fresh": True,
    }  # fmt: skip
    return Lease(**blank | more)


def stage(**more) -> Stage:
    blank = {
        "key": 7, "id": ids.new(), "kind": "live", "creator": 2, "title": "T", "description": "", "cover": None,
        "status": "live", "gifts_enabled": True, "scheduled_at": None, "started_at": AT, "ended_at": None,
        "created_at": AT, "likes": 0, "viewers_peak": 0, "viewer_seconds": 0, "simulated": False,
        "visibility": "public",
    }  # fmt: skip
    return Stage(**blank | more)


def gift(
    batch: int, leaf: int = 0, *, sender: int = 1, coins: int = 1, flags: int = 0, kind: int = 1, receiver: int = 2
) -> GiftRow:
    return GiftRow(
        id=ids.new(), batch=batch, leaf=leaf, sender=sender, receiver=receiver, stage=7, kind=kind, count=1,
        coins_paid=coins, coins_promo=0, diamonds_milli=coins * 700, policy=1,
        flags=flags, api_key=0, paid_before=0, promo_before=0,
        recorded_at=AT,
    )  # fmt: skip


def row(n: int, topic: str = "chat.message", **body) -> Row:
    return Row(
        epoch=1,
        xid=10,
        id=n,
        topic=topic,
        subject=7,
        body=body or {"id": ids.new().hex, "sender": 1, "text": "x"},
        at=AT,
    )
