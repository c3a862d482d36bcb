"""Who is told of LIVEs: followers and those who asked, in the notification centre.

A broadcast is a row of the transaction that gives cause for it. Workers tell its people in batches, each batch and how
far it came in one transaction: killed at any point, nobody is told twice and nobody is left out.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from largesse.accounts import AccountsService
from largesse.kit.db import Database, WriteTx, sql
from largesse.kit.http import KEY_MAX
from largesse.kit.principal import Principal
from largesse.stage.errors import LiveEnded
from largesse.stage.model import LIVE, SCHEDULED, Stage

SOON_S = 15 * 60
KEPT_DAYS = 90
UNREAD_MAX = 100
_PEOPLE_AT_ONCE = 5_000
_SOON_AT_ONCE = 1_000
_PRUNED_AT_ONCE = 20_000


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody was told of a LIVE. `kind`: announced, moved, cancelled, soon or started."""

    broadcast: int
    kind: str
    at: datetime
    seen_at: datetime | None
    live: UUID
    title: str
    creator: int
    status: str
    scheduled_at: datetime | None


class Reminder(msgspec.Struct, frozen=True):
    """How many asked to be reminded of a LIVE, and whether the caller did."""

    count: int
    set: bool


class RemindersService:
    """Reminders and notifications. Build it once, in `main`."""

    def __init__(self, db: Database, accounts: AccountsService) -> None:
        self.db = db
        self.accounts = accounts

    async def remind(self, who: Principal, stage: Stage) -> None:
        """Remind somebody of a LIVE that has not begun. Raises `LiveEnded`."""
        if stage.status != SCHEDULED:
            raise LiveEnded
        async with self.db.write() as tx:
            await tx.execute(sql("stage", "reminder_put"), {"stage": stage.key, "account": who.account})

    async def forget(self, who: Principal, stage: Stage) -> None:
        """Remind somebody of a LIVE no more."""
        async with self.db.write() as tx:
            await tx.execute(sql("stage", "reminder_remove"), {"stage": stage.key, "account": who.account})

    async def get_reminder(self, who: Principal | None, stage: Stage) -> Reminder:
        """How many want to be reminded of a LIVE, and whether the caller does."""
        async with self.db.read() as tx:
            asked = {"stage": stage.key, "account": who.account if who else 0}
            found = await tx.one(Reminder, sql("stage", "reminder_get"), asked)
        assert found
        return found

    async def list_notifications(self, who: Principal, before: int | None, limit: int) -> list[Notification]:
        """What somebody was told, newest first."""
        async with self.db.read() as tx:
            asked = {"account": who.account, "before": before or KEY_MAX, "limit": limit}
            return await tx.all(Notification, sql("stage", "notifications"), asked)

    async def count_unread(self, who: Principal) -> int:
        """How much somebody has not seen; a hundred at most."""
        async with self.db.read() as tx:
            asked = {"account": who.account, "most": UNREAD_MAX}
            found: int = await tx.scalar(sql("stage", "notifications_unread"), asked)
        return found

    async def see(self, who: Principal, until: int | None) -> None:
        """Somebody has seen what they were told, up to a broadcast or all."""
        async with self.db.write() as tx:
            asked = {"account": who.account, "until": until or KEY_MAX}
            await tx.execute(sql("stage", "notifications_seen"), asked)

    async def tell_due(self) -> None:
        """Tell what is to be told, and let LIVEs that begin soon be told of: a worker's, often."""
        async with self.db.write() as tx:
            await tx.execute(sql("stage", "broadcasts_soon"), {"soon_s": SOON_S, "limit": _SOON_AT_ONCE})
        while await self._tell_some():
            pass

    async def prune(self) -> None:
        """Forget what was told long ago."""
        async with self.db.write() as tx:
            asked = {"kept_days": KEPT_DAYS, "limit": _PRUNED_AT_ONCE}
            await tx.execute(sql("stage", "notifications_prune"), asked)

    async def _tell_some(self) -> bool:
        """Tell the next people of the oldest broadcast; False where none waits."""
        async with self.db.write() as tx:
            row = await tx.row(sql("stage", "broadcast_next"))
            if row is None:
                return False
            people, last = 0, row["told_until"]
            if not row["stale"]:
                told = await tx.row(
                    sql("stage", "notifications_put"),
                    {
                        "broadcast": row["key"],
                        "stage": row["stage"],
                        "creator": row["creator"],
                        "kind": row["kind"],
                        "after": last,
                        "limit": _PEOPLE_AT_ONCE,
                    },
                )
                assert told
                people, last = told["people"], max(last, told["last"])
            moved = {"key": row["key"], "told_until": last, "done": people < _PEOPLE_AT_ONCE}
            await tx.execute(sql("stage", "broadcast_move"), moved)
        return True


async def announce(tx: WriteTx, before: Stage | None, after: Stage | None) -> None:
    """Let people be told of what changed of a LIVE, if anything did, once this transaction has committed."""
    if after is None:
        return
    kind = None
    was = before.scheduled_at if before else None
    if after.status == LIVE:
        kind = "started"
    elif after.scheduled_at != was:
        kind = "cancelled" if after.scheduled_at is None else "announced" if was is None else "moved"
    if kind:
        await tx.execute(sql("stage", "broadcast_put"), {"stage": after.key, "kind": kind})
