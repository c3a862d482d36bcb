"""The office's verbs: the queue, yes, wait and no; two people above the bound, and never one's own."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from largesse import ledger, safety
from largesse.kit import ids, trail
from largesse.kit.approval import FourEyes
from largesse.kit.config import Settings
from largesse.kit.db import Database, WriteTx
from largesse.kit.http import Invalid, NotConfigured, NotFound
from largesse.kit.jobs import enqueue
from largesse.kit.money import Money
from largesse.payouts import letters, reconcile, settling, store, store_batches, withdrawal
from largesse.payouts.checks import ChecksService
from largesse.payouts.errors import NotNow
from largesse.payouts.rails import Manual, Rail, Sandbox
from largesse.payouts.rails.manual import Said
from largesse.payouts.rails.port import Seen
from largesse.payouts.service_requests import JOB, tell
from largesse.payouts.store_batches import Ruling
from largesse.payouts.withdrawal import DOLLAR, HELD, Payout, Status
from largesse.safety import Signal

HANDED_OVER: frozenset[Status] = frozenset({"submitting", "unknown", "submitted", "in_transit", "paid"})
_UNSETTLED: frozenset[Status] = HANDED_OVER - {"paid"}
Outcome = Literal["paid", "failed"]
_SIGNALS_MAX = 20


class PayoutsOffice:
    """Payouts, as operators decide them."""

    def __init__(self, db: Database, settings: Settings, rails: Mapping[str, Rail], checks: ChecksService) -> None:
        self._db = db
        self._checks = checks
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
        """Say yes; above the bound it takes two.

        Raises `NotFound`, `NotNow` (also where the checks say no), `FourEyes` (a second yes, one's own).
        """
        await self._checks.screen((await self.get(payout)).creator)

        async def do(tx: WriteTx, found: Payout) -> None:
            if found.status != "review":
                raise NotNow(found.status)
            if HELD in found.reasons:
                raise NotNow(HELD)
            blocked = await self._checks.blocks(tx, found.creator, await store.get_now(tx))
            if blocked is not None:
                raise NotNow(blocked)
            said = None if by == found.creator else await store.approve(tx, payout, by)
            if said is None:
                raise FourEyes
            if said >= withdrawal.approvals_needed(found.quote.gross_minor, self._bound_minor):
                await self._move(tx, found, "approved", by)
                await letters.post(tx, "approved", [payout])
                await store.schedule(tx, payout, await store.get_now(tx))

        return await self._decide(by, payout, "payout.approved", "", do)

    async def hold(self, by: int, payout: UUID, reason: str) -> Payout:
        """Let nobody approve a payout until it is released; an approval before that is taken back.

        Raises `NotFound`, `NotNow` where the rail has it.
        """

        async def do(tx: WriteTx, found: Payout) -> None:
            if found.status not in {"review", "approved"}:
                raise NotNow(found.status)
            if found.status == "approved":
                await self._move(tx, found, "review", by, reason)
            await store.withdraw_approvals(tx, payout)
            await store.call_person(tx, payout, HELD)
            if HELD not in found.reasons:
                await letters.post(tx, "held", [payout])

        return await self._decide(by, payout, "payout.held", reason, do)

    async def release(self, by: int, payout: UUID, reason: str) -> Payout:
        """Let a held payout be decided anew. Raises `NotFound`, `NotNow` where it is not held."""

        async def do(tx: WriteTx, found: Payout) -> None:
            if found.status != "review" or HELD not in found.reasons:
                raise NotNow(found.status)
            await store.release(tx, payout)

        return await self._decide(by, payout, "payout.released", reason, do)

    async def reject(self, by: int, payout: UUID, reason: str) -> Payout:
        """Say no: the diamonds are available again. Raises `NotFound`, `NotNow`."""

        async def do(tx: WriteTx, found: Payout) -> None:
            if found.status not in {"review", "approved"}:
                raise NotNow(found.status)
            await self._move(tx, found, "rejected", by, reason)
            await store.schedule(tx, payout, None)
            await ledger.let_payout_go(tx, payout=found.source, happened_at=await store.get_now(tx))
            await letters.post(tx, "rejected", [payout])

        return await self._decide(by, payout, "payout.rejected", reason, do)

    async def say(self, by: int, payout: UUID, said: Said, *, ref: str, reason: str, back_minor: int | None) -> Payout:
        """Say what became of a transfer that people made by hand; the payout follows when it is asked for, at once.

        `back_minor` is what came back, of the payout's currency. Raises `NotFound`, `NotNow`, `Invalid`.
        """
        found = await self.get(payout)
        rail = self._rails.get(found.rail)
        if not isinstance(rail, Manual):
            raise Invalid(detail="this payout's rail says itself what becomes of it")
        if found.status not in HANDED_OVER:
            raise NotNow(found.status)
        if not await rail.say(found.key, said, ref=ref, reason=reason, back=_back(found, back_minor)):
            raise NotNow(found.status)
        return await self._heard(by, payout, f"payout.said_{said}", reason)

    async def play_return(self, by: int, payout: UUID, reason: str, back_minor: int | None) -> Payout:
        """Play the bank of the sandbox that sends a payout back; `back_minor` of its currency, None for all of it.

        Raises `NotFound`, `NotConfigured` for another rail, `NotNow` where it has not arrived, or less was sent.
        """
        found = await self.get(payout)
        rail = self._rails.get(found.rail)
        if not isinstance(rail, Sandbox):
            raise NotConfigured("only a sandbox's bank can be played")
        if not await rail.play_return(found.key, _back(found, back_minor) or found.net, reason):
            raise NotNow(found.status)
        return await self._heard(by, payout, "payout.played_return", reason)

    async def rule(self, by: int, payout: UUID, outcome: Outcome, *, reference: str, reason: str) -> Payout:
        """Say what became of a payout that its rail is not asked for any more; above the bound two say the same.

        Raises `NotFound`, `NotNow` as long as the rail is asked, and `FourEyes` for one's own, and for a second word of
        one person alone.
        """

        async def do(tx: WriteTx, found: Payout) -> None:
            if found.status not in _UNSETTLED or found.due_at is not None:
                raise NotNow(found.status)
            before = await store_batches.list_rulings(tx, payout)
            if by == found.creator or any((by, outcome) == (one.ruled_by, one.outcome) for one in before):
                raise FourEyes
            await store_batches.put_ruling(tx, payout, by, outcome=outcome, reference=reference, reason=reason)
            agreed = [one for one in await store_batches.list_rulings(tx, payout) if one.outcome == outcome]
            if len(agreed) >= withdrawal.approvals_needed(found.quote.gross_minor, self._bound_minor):
                seen = Seen(state=outcome, ref=reference, reason=reason)
                for act in reconcile.path(found.status, outcome):
                    await settling.act(tx, found, act, seen, f"staff:{by}")

        return await self._decide(by, payout, f"payout.ruled_{outcome}", reason, do)

    async def list_signals(self, creator: int) -> list[Signal]:
        """The newest facts that speak of risk about a creator."""
        async with self._db.read() as tx:
            return await safety.list_signals_of(tx, creator, _SIGNALS_MAX)

    async def list_rulings(self, payout: UUID) -> list[Ruling]:
        """What people found out of a payout."""
        async with self._db.read() as tx:
            return await store_batches.list_rulings(tx, payout)

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

    async def _heard(self, by: int, payout: UUID, verb: str, reason: str) -> Payout:
        """Let the rail be asked at once."""

        async def do(tx: WriteTx, now: Payout) -> None:
            await store.schedule(tx, now.id, await store.get_now(tx))
            await enqueue(tx, JOB)

        return await self._decide(by, payout, verb, reason, do)

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


def _back(payout: Payout, minor: int | None) -> Money | None:
    return None if minor is None else Money(minor, payout.quote.net_currency)
