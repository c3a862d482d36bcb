"""The verbs of the policy room."""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from largesse.kit import approval, ids, trail
from largesse.kit.approval import Proposal
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.http import Invalid
from largesse.policy import model, store
from largesse.policy.errors import AnnouncedTooLate
from largesse.policy.model import Policy, Rates

KIND = "policy"
_FRESH_S = 1.0
_YEARS = range(2000, 2201)


@dataclass(frozen=True, slots=True)
class _Standing:
    """Every version, newest first, and which of them holds; `until` is a monotonic time in seconds."""

    versions: tuple[Policy, ...]
    current: Policy
    next: Policy | None
    until: float


class PolicyService:
    """Reads versions, and lets two people announce one. What is in force follows the database's clock."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self._db = db
        self._settings = settings
        self._standing: _Standing | None = None
        self._reading = asyncio.Lock()

    async def current(self) -> Policy:
        """The version in force; at most one second old, and never past the next one's beginning."""
        return (await self._now()).current

    async def next(self) -> Policy | None:
        """The version that is announced and comes next, or None."""
        return (await self._now()).next

    async def by_key(self, key: int) -> Policy | None:
        """A version by the books' key. Versions never change, so what is known is not asked again."""
        if self._standing is not None:
            known = next((v for v in self._standing.versions if v.key == key), None)
            if known is not None:
                return known
        return next((v for v in (await self._now()).versions if v.key == key), None)

    async def list_versions(self) -> tuple[tuple[Policy, ...], Policy]:
        """Every version, newest first, and the one in force."""
        standing = await self._now()
        return standing.versions, standing.current

    async def propose(
        self, *, by: int, proposal: UUID, rates: Rates, effective_at: datetime | None, reason: str, ticket: str
    ) -> tuple[Proposal, bool]:
        """Propose a version; it is announced when a second person approves it.

        `effective_at` None means: at the approval, which only a sandbox allows. Raises `Invalid`, `AnnouncedTooLate`
        (judged again at the approval) and `IdReused`; True beside the proposal says that it was there before.
        """
        if rates.payout_week_minor_max < rates.payout_minor_min:
            raise Invalid.field("payout_week_minor_max", "less than payout_minor_min")
        if effective_at is not None and effective_at.year not in _YEARS:
            raise Invalid.field("effective_at", f"not between the years {_YEARS[0]} and {_YEARS[-1]}")
        body = {"effective_at": effective_at.isoformat() if effective_at else None, **msgspec.to_builtins(rates)}
        async with self._db.write() as tx:
            found, replayed = await approval.propose(
                tx, proposal=proposal, kind=KIND, body=body, reason=reason, ticket=ticket, proposed_by=by
            )
            if not replayed:
                self._judge(await store.list_versions(tx), await store.get_now(tx), rates, effective_at)
                await trail.write(
                    tx, by, "policy.proposed", ids.encode("proposal", proposal), {**body, "reason": reason}
                )
        return found, replayed

    async def approve(self, *, by: int, proposal: UUID) -> Policy:
        """Announce a proposed version, as a second person.

        Raises `NotFound`, `AlreadyDecided`, `FourEyes`, `DateTaken`, and `AnnouncedTooLate` where it was approved too
        late for its date: it stays open, to be rejected and proposed anew.
        """
        async with self._db.write() as tx:
            found = await approval.approve(tx, proposal=proposal, kind=KIND, by=by)
            await store.lock(tx)
            rates = msgspec.convert({f: found.body[f] for f in Rates.__struct_fields__ if f in found.body}, Rates)
            at = found.body["effective_at"]
            effective_at = datetime.fromisoformat(at) if at else None
            self._judge(await store.list_versions(tx), await store.get_now(tx), rates, effective_at)
            made = await store.announce(
                tx,
                version=found.id,
                rates=msgspec.to_builtins(rates),
                effective_at=effective_at,
                proposed_by=found.proposed_by,
                approved_by=by,
                reason=found.reason,
            )
            await trail.write(tx, by, "policy.announced", ids.encode("policy", made.id), found.body)
        self._standing = None
        return made

    async def reject(self, *, by: int, proposal: UUID) -> Proposal:
        """Turn a proposal down, or withdraw one's own. Raises `NotFound`, `AlreadyDecided`."""
        async with self._db.write() as tx:
            return await approval.reject(tx, proposal=proposal, kind=KIND, by=by)

    async def list_proposals(self, *, before: UUID | None, limit: int) -> list[Proposal]:
        """Proposals, the newest first."""
        async with self._db.read() as tx:
            return await approval.list_proposals(tx, kind=KIND, before=before, limit=limit)

    def _judge(self, versions: list[Policy], now: datetime, rates: Rates, effective_at: datetime | None) -> None:
        """Raise `AnnouncedTooLate` where creators would learn too late; a sandbox may begin at once."""
        before = model.version_at(versions, effective_at or now)
        lowers = before is not None and model.lowers_creators_part(before, rates)
        if self._settings.sandbox:
            if effective_at is not None and effective_at <= now:
                raise AnnouncedTooLate(now)
            return
        earliest = model.earliest_effective(now, lowers=lowers)
        if effective_at is None or not model.is_midnight(effective_at) or effective_at < earliest:
            raise AnnouncedTooLate(earliest)

    async def _now(self) -> _Standing:
        standing = self._standing
        if standing is not None and time.monotonic() < standing.until:
            return standing
        async with self._reading:
            standing = self._standing
            if standing is None or time.monotonic() >= standing.until:
                standing = self._standing = await self._read()
        return standing

    async def _read(self) -> _Standing:
        asked = time.monotonic()
        async with self._db.read() as tx:
            versions, now = await store.list_versions(tx), await store.get_now(tx)
        current = model.version_at(versions, now)
        assert current is not None, "the first version is installed by a migration"
        coming = min((v for v in versions if v.effective_at > now), key=lambda v: v.effective_at, default=None)
        fresh = min(_FRESH_S, (coming.effective_at - now).total_seconds()) if coming else _FRESH_S
        return _Standing(tuple(versions), current, coming, asked + fresh)
