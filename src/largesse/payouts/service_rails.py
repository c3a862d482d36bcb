"""Handing payouts to their rails and asking what became of them: *intend, commit, call, record*.

An attempt and its key are committed before the rail is called; whatever happens after that, it is asked, never guessed.
A payout is worked on by whoever took it (`take_due` moves its time on), and everything is decided again under the
creator's lock, so two who work on one at once do no harm either.
"""

from collections.abc import Mapping
from uuid import UUID

import structlog

from largesse import ledger
from largesse.kit.db import Database, WriteTx
from largesse.kit.jobs import Jobs
from largesse.payouts import reconcile, settling, store
from largesse.payouts.jobs import register
from largesse.payouts.rails.port import Attempt, Away, Rail, Refused, Seen
from largesse.payouts.reconcile import Verdict
from largesse.payouts.service_batches import BatchesService
from largesse.payouts.service_methods import MethodsService
from largesse.payouts.service_requests import tell
from largesse.payouts.withdrawal import Payout, Status, payout_of

log = structlog.get_logger(__name__)
_TAKEN_MAX, _LEASE_S = 20, 60
BATCH = "rails"
_HEARD: frozenset[Status] = frozenset({"submitting", "unknown", "submitted", "in_transit", "paid"})
SILENT, UNREADABLE, NO_RAIL = "rail-silent", "method-unreadable", "rail-not-configured"


class RailsService:
    """What happens between an approval and the money's arrival."""

    def __init__(
        self, db: Database, rails: Mapping[str, Rail], methods: MethodsService, batches: BatchesService
    ) -> None:
        self._db = db
        self._rails = rails
        self._methods = methods
        self._batches = batches
        # What goes out by a file waits for the office to make one.
        self._by_file = [name for name, rail in rails.items() if rail.capabilities.by_file]

    def add_jobs(self, jobs: Jobs) -> None:
        """Let the worker do this room's later work."""
        register(jobs, self)

    async def work(self) -> None:
        """Hand over what was approved, then ask of what was handed over."""
        await self.hand_over()
        await self.ask()

    async def hand_over(self) -> None:
        """Hand over what was approved, in a batch between two audits; a keeper of the worker calls it."""
        async with self._db.read() as tx:
            if not await store.is_approved(tx, self._by_file):
                return
        await self._batches.run(BATCH, self._hand_over)

    async def ask(self) -> None:
        """Ask of every payout whose time has come what became of it; a job, by news and by the clock."""
        while True:
            async with self._db.write() as tx:
                taken = await store.take_due(tx, _TAKEN_MAX, _LEASE_S)
            for payout in taken:
                await self.step(payout)
            if len(taken) < _TAKEN_MAX:
                return

    async def hear(self, rail: str, key: str) -> str:
        """Ask a rail at once of an attempt of which it has sent word, and say how that stands then.

        The word is believed in nothing: what stands at the rail counts, so it may come twice, late or in another order.
        Nothing is handed over that was not. Raises `Away` where the rail does not answer: ask again later.
        """
        payout = payout_of(key)
        async with self._db.read() as tx:
            found = await store.find_payout(tx, payout) if payout else None
        if found is None or (found.rail, found.key) != (rail, key):
            return "no payout of ours"
        if found.status in _HEARD and not await self.step(found.id):
            raise Away(f"{rail} does not answer about {found.id}")
        async with self._db.read() as tx:
            now = await store.find_payout(tx, found.id)
        assert now is not None, key
        return f"payout is {now.status}"

    async def open(self) -> None:
        """Nothing connects before it is needed."""

    async def close(self) -> None:
        """Close what rails have open."""
        for rail in self._rails.values():
            await rail.close()

    async def _hand_over(self, _batch: int) -> int:
        count = 0
        while True:
            async with self._db.write() as tx:
                taken = await store.take_approved(tx, self._by_file, _TAKEN_MAX, _LEASE_S)
            for payout in taken:
                await self.step(payout)
            count += len(taken)
            if len(taken) < _TAKEN_MAX:
                return count

    async def step(self, payout: UUID) -> bool:
        """Hand an approved payout over, or ask what became of one that was; nothing where neither is to be done.

        False: its rail did not answer.
        """
        found = await self._begin(payout)
        if found is None:
            return True
        is_fresh, one = found
        rail = self._rails.get(one.rail)
        if rail is None:
            await self._call_person(one.id, NO_RAIL)
            return True
        account = await self._methods.find(one.quote.method, one.creator)
        if account is None and one.status != "paid":
            await self._call_person(one.id, UNREADABLE)
            return True
        attempt = Attempt(key=one.key, payout=one.id, money=one.net, account=account or {}, ref=one.rail_ref or "")
        seen = await self._submit(rail, attempt) if is_fresh else await self._look(rail, attempt)
        if await self._record(rail, one, seen):
            return await self._hand_over_again(rail, one, attempt)
        return seen is not None

    async def _hand_over_again(self, rail: Rail, payout: Payout, attempt: Attempt) -> bool:
        """Hand over an attempt of which the rail knows nothing; a refusal now says nothing of the first time."""
        try:
            seen = await rail.submit(attempt)
        except Away as error:
            log.warning("payout.rail_away", payout=str(payout.id), rail=rail.name, error=str(error))
            await self._record(rail, payout, None)
            return False
        except Refused as refused:
            log.warning("payout.refused_again", payout=str(payout.id), rail=rail.name, reason=refused.reason)
            await self._record(rail, payout, None)
            await self._call_person(payout.id, f"refused: {refused.reason}"[:100])
        else:
            await self._record(rail, payout, seen)
        return True

    async def _begin(self, payout: UUID) -> tuple[bool, Payout] | None:
        """Commit the attempt before anybody is called; True beside the payout: it is to be handed over now."""
        async with self._db.write() as tx:
            found = await self._lock(tx, payout)
            if found.status == "approved":
                if found.due_at is None or found.rail in self._by_file:
                    return None
                await store.move(tx, payout, "submitting", "system")
                await store.begin_attempt(tx, payout)
                await tell(tx, found, "submitting")
            elif found.status not in _HEARD:
                await store.schedule(tx, payout, None)
                return None
            now = await store.find_payout(tx, payout)
        assert now is not None, payout
        return found.status == "approved", now

    async def _submit(self, rail: Rail, attempt: Attempt) -> Seen | None:
        try:
            return await rail.submit(attempt)
        except Away as error:
            log.warning("payout.rail_away", payout=str(attempt.payout), rail=rail.name, error=str(error))
            return None
        except Refused as refused:
            return Seen(state="failed", reason=refused.reason)

    async def _look(self, rail: Rail, attempt: Attempt) -> Seen | None:
        try:
            return await rail.look(attempt)
        except Away as error:
            log.warning("payout.rail_away", payout=str(attempt.payout), rail=rail.name, error=str(error))
            return None

    async def _record(self, rail: Rail, before: Payout, seen: Seen | None) -> bool:
        """Record what stands at the rail; True: the same attempt is to be handed over again."""
        async with self._db.write() as tx:
            found = await self._lock(tx, before.id)
            assert found.submitted_at is not None, found
            now = await store.get_now(tx)
            if seen is None:
                if found.status == "submitting":
                    await store.move(tx, found.id, "unknown", f"rail:{rail.name}", reason="no answer")
                    await tell(tx, found, "unknown")
                is_late = now >= found.submitted_at + rail.capabilities.window
                verdict = Verdict(person=is_late and found.status != "paid")  # what has arrived is watched on
            else:
                verdict = reconcile.judge(
                    found.status, seen, capabilities=rail.capabilities, submitted_at=found.submitted_at, now=now
                )
                for act in verdict.acts:
                    await settling.act(tx, found, act, seen, f"rail:{rail.name}")
            if verdict.person:
                await store.call_person(tx, found.id, SILENT)
            else:
                last = verdict.acts[-1] if verdict.acts else found.status
                next_at = reconcile.next_look(
                    last, found.looks, capabilities=rail.capabilities, submitted_at=found.submitted_at, now=now
                )
                await store.schedule(tx, found.id, next_at)
        return verdict.again

    async def _lock(self, tx: WriteTx, payout: UUID) -> Payout:
        found = await store.find_payout(tx, payout)
        assert found is not None, payout
        await ledger.lock_creator(tx, found.creator)
        locked = await store.find_payout(tx, payout)
        assert locked is not None, payout
        return locked

    async def _call_person(self, payout: UUID, reason: str) -> None:
        async with self._db.write() as tx:
            await store.call_person(tx, payout, reason)
        log.warning("payout.needs_a_person", payout=str(payout), reason=reason)
