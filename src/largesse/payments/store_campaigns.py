"""Statements of campaigns."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.kit.http import Conflict
from largesse.kit.idempotency import IdReused
from largesse.payments.model_campaigns import Campaign, CampaignContent, Grant, Status, source_of


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign as operators see it; what it granted is None until it is approved. People are account keys."""

    id: UUID
    body: dict[str, Any]
    reason: str
    ticket: str
    status: Status
    proposed_by: int
    proposed_at: datetime
    decided_by: int | None
    decided_at: datetime | None
    starts_at: datetime | None
    granted_coins: int | None
    grants: int
    ended_at: datetime | None


class GrantRow(msgspec.Struct, frozen=True, kw_only=True):
    """A grant in the office's list."""

    id: UUID
    account: UUID
    username: str
    n: int
    coins: int
    granted_at: datetime


async def put(tx: WriteTx, campaign: UUID, content: CampaignContent) -> None:
    """Enter an approved campaign; raises `Conflict` where its code was another campaign's."""
    try:
        await tx.execute(sql("payments", "campaign_put"), {"id": campaign, **msgspec.structs.asdict(content)})
    except psycopg.errors.UniqueViolation as error:
        if error.diag.constraint_name == "campaign_code_key":
            raise Conflict("the code is another campaign's") from error
        raise


async def lock(tx: WriteTx, campaign: UUID) -> Campaign | None:
    """A campaign as it stands, locked until the transaction ends. Lock it before a wallet."""
    return await tx.one(Campaign, sql("payments", "campaign_lock"), {"id": campaign})


async def lock_code(tx: WriteTx, code: str) -> Campaign | None:
    """The same, by its code."""
    return await tx.one(Campaign, sql("payments", "campaign_lock_code"), {"code": code})


async def end(tx: WriteTx, campaign: UUID) -> None:
    """End a locked campaign now; one that was ended stays so."""
    await tx.execute(sql("payments", "campaign_end"), {"id": campaign})


async def list_counting(tx: ReadTx, triggers: Sequence[str], since: datetime, until: datetime) -> list[Campaign]:
    """Campaigns for which something counts that happened between two times."""
    values = {"triggers": list(triggers), "since": since, "until": until}
    return await tx.all(Campaign, sql("payments", "campaign_counting"), values)


async def list_running(tx: ReadTx, limit: int) -> list[Campaign]:
    """Campaigns that run now and have coins left, those that end first before."""
    return await tx.all(Campaign, sql("payments", "campaigns_running"), {"limit": limit})


async def count_grants(tx: ReadTx, campaign: UUID, account: int) -> int:
    """How often a campaign has granted somebody."""
    n: int = await tx.scalar(sql("payments", "campaign_grants_had"), {"campaign": campaign, "account": account})
    return n


async def enter_grant(tx: WriteTx, grant: UUID, campaign: Campaign, account: int, n: int) -> None:
    """Enter a grant of a locked campaign; raises `IdReused` where somebody's grant has this id."""
    values = {"id": grant, "campaign": campaign.id, "account": account, "n": n, "coins": campaign.coins}
    try:
        await tx.execute(sql("payments", "campaign_grant"), values)
    except psycopg.errors.UniqueViolation as error:
        if error.diag.constraint_name == "campaign_grant_pkey":
            raise IdReused from error
        raise


async def find_grants(tx: ReadTx, grants: Sequence[UUID]) -> list[Grant]:
    """Grants by their ids."""
    return await tx.all(Grant, sql("payments", "campaign_grant_find"), {"ids": list(grants)})


async def name_grants(tx: ReadTx, grants: Sequence[UUID]) -> dict[str, str]:
    """The names of the campaigns that made these grants, by the grants' causes in the books."""
    return {source_of(grant.id): grant.name for grant in await find_grants(tx, grants)} if grants else {}


async def is_first_purchase(tx: ReadTx, purchase: UUID) -> bool:
    """Whether it is the first for which its buyer was granted coins for money."""
    return bool(await tx.scalar(sql("payments", "campaign_is_first"), {"id": purchase}))


async def has_bought(tx: ReadTx, account: int) -> bool:
    """Whether somebody was ever granted coins for money."""
    return bool(await tx.scalar(sql("payments", "campaign_bought"), {"account": account}))


async def list_for_office(tx: ReadTx, *, status: str | None, before: UUID | None, limit: int) -> list[Listed]:
    """Campaigns in every state or in one, the newest first."""
    values = {"id": None, "status": status, "before": before, "limit": limit}
    return await tx.all(Listed, sql("payments", "campaigns_office"), values)


async def find_for_office(tx: ReadTx, campaign: UUID) -> Listed | None:
    """One campaign in any state."""
    values = {"id": campaign, "status": None, "before": None, "limit": 1}
    return await tx.one(Listed, sql("payments", "campaigns_office"), values)


async def list_grants(tx: ReadTx, campaign: UUID, *, before: UUID | None, limit: int) -> list[GrantRow]:
    """What a campaign granted, the newest id first."""
    values = {"campaign": campaign, "before": before, "limit": limit}
    return await tx.all(GrantRow, sql("payments", "campaign_grants_office"), values)
