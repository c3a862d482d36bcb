"""Changing what exists in a country: one person proposes, another approves, and it is dated."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from uuid import UUID

import msgspec

from largesse import accounts
from largesse.catalog import store_regions
from largesse.catalog.regions import EVERYWHERE, Region, Terms
from largesse.kit import approval, ids, trail
from largesse.kit.approval import Proposal
from largesse.kit.db import Database, WriteTx
from largesse.kit.http import Invalid

KIND = "catalog.regions"
ANY = "*"
"""How every country without terms of its own is written by callers."""
_YEARS = range(2000, 2201)


class WantedTerms(Terms, frozen=True, kw_only=True):
    """Terms for countries, from a date; None is the moment of the approval. `EVERYWHERE` is one of the countries."""

    countries: list[str]
    effective_at: datetime | None


class RegionsOffice:
    """The office's verbs about regions; `editing` opens the catalogue's transaction."""

    def __init__(self, db: Database, editing: Callable[[], AbstractAsyncContextManager[WriteTx]]) -> None:
        self._db = db
        self._editing = editing

    async def propose(
        self, *, by: int, proposal: UUID, wanted: WantedTerms, reason: str, ticket: str
    ) -> tuple[Proposal, bool]:
        """Propose terms; True beside the proposal says that it was there before. Raises `Invalid`, `IdReused`."""
        unknown = [one for one in wanted.countries if one != EVERYWHERE and not accounts.is_country(one)]
        if unknown:
            raise Invalid.field("countries", f"no country of ISO 3166-1, nor {ANY}: {unknown[0]}")
        if len(set(wanted.countries)) < len(wanted.countries):
            raise Invalid.field("countries", "one of them is named twice")
        if len(set(wanted.providers)) < len(wanted.providers):
            raise Invalid.field("providers", "one of them is named twice")
        if wanted.effective_at is not None and wanted.effective_at.year not in _YEARS:
            raise Invalid.field("effective_at", f"not between the years {_YEARS[0]} and {_YEARS[-1]}")
        body = msgspec.to_builtins(wanted)
        async with self._db.write() as tx:
            found, replayed = await approval.propose(
                tx, proposal=proposal, kind=KIND, body=body, reason=reason, ticket=ticket, proposed_by=by
            )
            if not replayed:
                about = ids.encode("proposal", proposal)
                await trail.write(tx, by, f"{KIND}.proposed", about, {**body, "reason": reason, "ticket": ticket})
        return found, replayed

    async def approve(self, *, by: int, proposal: UUID) -> Proposal:
        """Announce proposed terms, as a second person; every process knows them at once, or in five seconds.

        Raises `NotFound`, `AlreadyDecided`, `FourEyes`, and `Conflict` where it was approved too late for its date, or
        another version begins then: it stays open, to be rejected and proposed anew.
        """
        async with self._editing() as tx:
            found = await approval.approve(tx, proposal=proposal, kind=KIND, by=by)
            wanted = msgspec.convert(found.body, WantedTerms)
            await store_regions.add_regions(
                tx, wanted.countries, wanted, effective_at=wanted.effective_at, proposed_by=found.proposed_by,
                approved_by=by, reason=found.reason,
            )  # fmt: skip
            await trail.write(tx, by, f"{KIND}.announced", ids.encode("proposal", proposal), found.body)
        return found

    async def reject(self, *, by: int, proposal: UUID) -> Proposal:
        """Turn a proposal down, or withdraw one's own. Raises `NotFound`, `AlreadyDecided`."""
        async with self._db.write() as tx:
            return await approval.reject(tx, proposal=proposal, kind=KIND, by=by)

    async def list_proposals(self, *, before: UUID | None, limit: int) -> list[Proposal]:
        """Proposals, the newest first."""
        async with self._db.read() as tx:
            return await approval.list_proposals(tx, kind=KIND, before=before, limit=limit)

    async def list_versions(self, country: str) -> list[Region]:
        """Every version that a country ever had of its own, the newest first."""
        async with self._db.read() as tx:
            return list((await store_regions.read_regions(tx)).get(country, ()))
