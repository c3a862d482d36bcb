"""What operators do about campaigns: one proposes, a second one approves, anybody of them ends."""

from typing import Any
from uuid import UUID

import msgspec

from largesse.kit import approval, ids, trail
from largesse.kit.db import Database
from largesse.kit.http import Conflict, Invalid, NotFound
from largesse.payments import store, store_campaigns
from largesse.payments.model_campaigns import CampaignContent
from largesse.payments.store_campaigns import GrantRow, Listed

PREFIX = "campaign"
KIND = "payments.campaign"
_YEARS = range(2000, 2201)


class CampaignsOffice:
    """Campaigns as operators see them. What moves value takes two people; ending one takes one."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def propose(
        self, *, by: int, campaign: UUID, content: CampaignContent, reason: str, ticket: str
    ) -> tuple[Listed, bool]:
        """Propose a campaign; True beside it says that it was there before. Raises `Invalid`, `IdReused`."""
        _check(content)
        body: dict[str, Any] = msgspec.to_builtins(content)
        async with self._db.write() as tx:
            _, replayed = await approval.propose(
                tx, proposal=campaign, kind=KIND, body=body, reason=reason, ticket=ticket, proposed_by=by
            )
            if not replayed:
                if content.ends_at <= await store.get_now(tx):
                    raise Invalid.field("ends_at", "in the past")
                noted = body | {"reason": reason, "ticket": ticket}
                await trail.write(tx, by, f"{KIND}.proposed", ids.encode(PREFIX, campaign), noted)
        return await self.get(campaign), replayed

    async def approve(self, *, by: int, campaign: UUID) -> Listed:
        """Let a campaign run, as a second person; it begins now at the earliest.

        Raises `NotFound`, `AlreadyDecided`, `FourEyes`, `Conflict` (its window is over, or its code is another's).
        """
        async with self._db.write() as tx:
            found = await approval.approve(tx, proposal=campaign, kind=KIND, by=by)
            content = msgspec.convert(found.body, CampaignContent)
            if content.ends_at <= await store.get_now(tx):
                raise Conflict("its window is over")
            await store_campaigns.put(tx, campaign, content)
            about = ids.encode(PREFIX, campaign)
            await trail.write(tx, by, f"{KIND}.approved", about, {"proposed_by": found.proposed_by})
        return await self.get(campaign)

    async def reject(self, *, by: int, campaign: UUID) -> Listed:
        """Turn a campaign down, or withdraw one's own. Raises `NotFound`, `AlreadyDecided`."""
        async with self._db.write() as tx:
            await approval.reject(tx, proposal=campaign, kind=KIND, by=by, prefix=PREFIX)
        return await self.get(campaign)

    async def end(self, *, by: int, campaign: UUID, reason: str) -> Listed:
        """End an approved campaign now: what happened before is still granted. Again changes nothing.

        Raises `NotFound`, `Conflict` where it was not approved.
        """
        async with self._db.write() as tx:
            locked = await store_campaigns.lock(tx, campaign)
            if locked is None:
                if await store_campaigns.find_for_office(tx, campaign) is None:
                    raise NotFound
                raise Conflict("it was not approved")
            if locked.ended_at is None:
                await store_campaigns.end(tx, campaign)
                await trail.write(tx, by, f"{KIND}.ended", ids.encode(PREFIX, campaign), {"reason": reason})
        return await self.get(campaign)

    async def get(self, campaign: UUID) -> Listed:
        """A campaign in any state; raises `NotFound`."""
        async with self._db.read() as tx:
            found = await store_campaigns.find_for_office(tx, campaign)
        if found is None:
            raise NotFound
        return found

    async def list_campaigns(self, *, status: str | None, before: UUID | None, limit: int) -> list[Listed]:
        """Campaigns in every state or in one, the newest first."""
        async with self._db.read() as tx:
            return await store_campaigns.list_for_office(tx, status=status, before=before, limit=limit)

    async def list_grants(self, campaign: UUID, *, before: UUID | None, limit: int) -> list[GrantRow]:
        """What a campaign granted, the newest first; raises `NotFound`."""
        await self.get(campaign)
        async with self._db.read() as tx:
            return await store_campaigns.list_grants(tx, campaign, before=before, limit=limit)


def _check(content: CampaignContent) -> None:
    for name, at in (("starts_at", content.starts_at), ("ends_at", content.ends_at)):
        if at.tzinfo is None or at.year not in _YEARS:
            raise Invalid.field(name, f"without its zone, or not between the years {_YEARS[0]} and {_YEARS[-1]}")
    if content.ends_at <= content.starts_at:
        raise Invalid.field("ends_at", "not after starts_at")
    if content.budget_coins < content.coins:
        raise Invalid.field("budget_coins", "less than one grant")
    if (content.trigger == "code") != (content.code is not None):
        raise Invalid.field("code", "only a campaign whose trigger is a code has one, and it must")
    if content.trigger != "code" and content.grants_per_person_max != 1:
        raise Invalid.field("grants_per_person_max", "this happens once to a person")
