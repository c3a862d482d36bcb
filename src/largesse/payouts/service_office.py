"""The office's verbs: the queue, yes, wait and no; two people above the bound, and never one's own."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from largesse import ledger
from largesse.kit import ids, trail
from largesse.kit.approval import FourEyes
from largesse.kit.config import Settings
from largesse.kit.db import Database, WriteTx
from largesse.kit.http import Invalid, NotFound
from largesse.kit.jobs import enqueue
from largesse.kit.money import Money
from largesse.payouts import store, withdrawal
from largesse.payouts.errors import NotNow
from largesse.payouts.rails import Manual, Rail
from largesse.payouts.rails.manual import Said
from largesse.payouts.service_requests import JOB, tell
from largesse.payouts.withdrawal import DOLLAR, Payout, Status


class PayoutsOffice:
    """Payouts, as operators decide them."""

    def __init__(self, db: Database, settings: Settings, rails: Mapping[str, Rail]) -> None:
        self._db = db
        self._rails = rails
        self._bound_minor = settings.payout_four_eyes_minor

    async def list_payouts(
        self, *, status: str | None, before: tuple[datetime, UUID] | None, limit: int
    ) -> list[Payout]:
        """Payouts of everybody, newest first, behind a place."""
        async with self._db.read() as tx:
            return await store.list_payouts(tx, creator=None, status=status, before=before, limit=limit)

    async def get(self, payout: UUID) -> Payout:
        """A payout. Raises `NotFound`."""
        async with self._db.read() as tx:
            found = await store.find_payout(tx, payout)
        if found is None:
            raise NotFound
        return found

    async def approve(self, by: int, payout: UUID) -> Payout:
        """Say yes; above the bound it takes two. Raises `NotFound`, `NotNow`, `FourEyes` (a second yes, one's own)."""

        async def do(tx: WriteTx, found: Payout) -> None:
            if found.status != "review":
                raise NotNow(found.status)
            said = None if by == found.creator else await store.approve(tx, payout, by)
            if said is None:
                raise FourEyes
            if said >= withdrawal.approvals_needed(found.quote.gross_minor, self._bound_minor):
                await self._move(tx, found, "approved", by)
                await store.schedule(tx, payout, await store.get_now(tx))
                await enqueue(tx, JOB)

        return await self._decide(by, payout, "payout.approved", "", do)

    async def hold(self, by: int, payout: UUID, reason: str) -> Payout:
        """Take an approval back before the rail has it: it is decided anew. Raises `NotFound`, `NotNow`."""

        async def do(tx: WriteTx, found: Payout) -> None:
            if found.status != "approved":
                raise NotNow(found.status)
            await self._move(tx, found, "review", by, reason)
            await store.withdraw_approvals(tx, payout)
            await store.call_person(tx, payout, "held")

        return await self._decide(by, payout, "payout.held", reason, do)

    async def reject(self, by: int, payout: UUID, reason: str) -> Payout:
        """Say no: the diamonds are available again. Raises `NotFound`, `NotNow`."""

        async def do(tx: WriteTx, found: Payout) -> None:
            if found.status not in {"review", "approved"}:
                raise NotNow(found.status)
            await self._move(tx, found, "rejected", by, reason)
            await store.schedule(tx, payout, None)
            await ledger.let_payout_go(tx, payout=found.source, happened_at=await store.get_now(tx))

        return await self._decide(by, payout, "payout.rejected", reason, do)

    async def say(self, by: int, payout: UUID, said: Said, *, ref: str, reason: str, back_minor: int | None) -> Payout:
        """Say what became of a transfer that people made by hand; the payout follows when it is asked for, at once.

        `back_minor` is what came back, of the payout's currency. Raises `NotFound`, `NotNow`, `Invalid`.
        """
        found = await self.get(payout)
        rail = self._rails.get(found.rail)
        if not isinstance(rail, Manual):
            raise Invalid(detail="this payout's rail says itself what becomes of it")
        back = None if back_minor is None else Money(back_minor, found.quote.net_currency)
        if not await rail.say(found.key, said, ref=ref, reason=reason, back=back):
            raise NotNow(found.status)

        async def do(tx: WriteTx, now: Payout) -> None:
            await store.schedule(tx, now.id, await store.get_now(tx))
            await enqueue(tx, JOB)

        return await self._decide(by, payout, f"payout.said_{said}", reason, do)

    async def put_rate(self, by: int, currency: str, per_dollar: Decimal, as_of: date) -> None:
        """Put a rate into the operator's table: units of a currency for one US dollar. Raises `Invalid`."""
        if currency == DOLLAR:
            raise Invalid.field("currency", "rates are of other currencies for one US dollar")
        async with self._db.write() as tx:
            if as_of > (await store.get_now(tx)).date():
                raise Invalid.field("as_of", "lies ahead")
            await store.put_rate(tx, currency, per_dollar, as_of, by)
            body = {"per_dollar": str(per_dollar), "as_of": as_of.isoformat()}
            await trail.write(tx, by, "payout.rate_set", currency, body)

    async def _decide(
        self, by: int, payout: UUID, verb: str, reason: str, do: Callable[[WriteTx, Payout], Awaitable[None]]
    ) -> Payout:
        """Under the creator's lock: decide, and write it into the trail."""
        async with self._db.write() as tx:
            found = await store.find_payout(tx, payout)
            if found is None:
                raise NotFound
            await ledger.lock_creator(tx, found.creator)
            locked = await store.find_payout(tx, payout)
            assert locked is not None, payout
            await do(tx, locked)
            await trail.write(tx, by, verb, ids.encode("payout", payout), {"reason": reason})
            now = await store.find_payout(tx, payout)
        assert now is not None, payout
        return now

    async def _move(self, tx: WriteTx, payout: Payout, status: Status, by: int, reason: str = "") -> None:
        await store.move(tx, payout.id, status, f"staff:{by}", reason=reason)
        await tell(tx, payout, status)
