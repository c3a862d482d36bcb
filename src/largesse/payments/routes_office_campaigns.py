"""Campaigns over HTTP, as operators see them. Roles: finance; support may look."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from largesse.kit import fields, http, ids
from largesse.kit.approval import AlreadyDecided, FourEyes
from largesse.kit.http import Conflict, Forbidden, NotFound, NotSignedIn, Page, staff
from largesse.kit.idempotency import IdempotencyKey, IdReused, chosen_id, created
from largesse.kit.principal import Principal
from largesse.payments.model_campaigns import NAME_CHARS_MAX, CampaignContent, Status
from largesse.payments.service_office_campaigns import PREFIX, CampaignsOffice
from largesse.payments.store_campaigns import GrantRow, Listed

_NO_CONTROL = r"^[^\x00-\x1f\x7f]*$"
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=_NO_CONTROL)]
Ticket = Annotated[str, msgspec.Meta(max_length=100, pattern=_NO_CONTROL)]


class NewCampaign(CampaignContent, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A campaign to propose, and why."""

    reason: Reason
    ticket: Ticket = ""
    id: Annotated[str, msgspec.Meta(max_length=64, description="UUIDv7, bare or prefixed")] | None = None


class EndCampaign(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a campaign ends before its time; it is kept in the staff trail."""

    reason: Reason


class OfficeCampaign(CampaignContent, frozen=True, kw_only=True):
    """A campaign. `granted_coins` of the budget went out in so many `grants`; people are account keys.

    `status`: proposed, rejected or withdrawn; then coming, running, exhausted (no grant fits into the budget any more),
    over (its window has passed) or ended (by an operator). Once approved it begins at `starts_at` or at the approval.
    """

    id: str
    status: Status
    reason: str
    ticket: str
    proposed_by: int
    proposed_at: datetime
    decided_by: int | None
    decided_at: datetime | None
    ended_at: datetime | None
    granted_coins: int
    grants: int


class OfficeGrant(msgspec.Struct, frozen=True, kw_only=True):
    """One grant: the `n`-th to this person. In the books it is the transfer of kind grant, source `campaign:<uuid>`."""

    id: str
    account: str
    username: str
    n: int
    coins: int
    granted_at: datetime


_READS = http.declares(NotSignedIn, Forbidden, NotFound)


@post(
    "/v1/office/campaigns",
    tags=["Office"],
    summary="Propose a campaign",
    responses=http.declares(NotSignedIn, Forbidden, IdReused),
)
async def propose_campaign(
    campaigns_office: NamedDependency[CampaignsOffice], principal: NamedDependency[Principal],
    data: JSONBody[NewCampaign], idempotency_key: IdempotencyKey = None,
) -> Response[OfficeCampaign]:  # fmt: skip
    """It runs when a second person approves, and is never changed then. Roles: finance, admin."""
    staff(principal, "finance")
    content = CampaignContent(**{name: getattr(data, name) for name in CampaignContent.__struct_fields__})
    found, replayed = await campaigns_office.propose(
        by=principal.account,
        campaign=chosen_id(PREFIX, data.id, idempotency_key, principal),
        content=msgspec.structs.replace(content, name=fields.line("name", data.name, NAME_CHARS_MAX)),
        reason=data.reason,
        ticket=data.ticket,
    )
    return created(_shown(found), replayed=replayed)


@get("/v1/office/campaigns", tags=["Office"], summary="Campaigns", responses=http.declares(NotSignedIn, Forbidden))
async def list_campaigns(
    campaigns_office: NamedDependency[CampaignsOffice],
    principal: NamedDependency[Principal],
    status: FromQuery[Status | None] = None,
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> Page[OfficeCampaign]:
    """Campaigns in every state or in one, the newest first. Roles: finance, support, admin."""
    staff(principal, "finance", "support")
    before = http.id_cursor(PREFIX, cursor)
    found = await campaigns_office.list_campaigns(status=status, before=before, limit=limit + 1)
    return http.page(found, limit, _shown)


@get("/v1/office/campaigns/{campaign:str}", tags=["Office"], summary="A campaign", responses=_READS)
async def get_campaign(
    campaigns_office: NamedDependency[CampaignsOffice], principal: NamedDependency[Principal], campaign: FromPath[str]
) -> OfficeCampaign:
    """Its state, and what it granted. Roles: finance, support, admin."""
    staff(principal, "finance", "support")
    return _shown(await campaigns_office.get(http.path_id(PREFIX, campaign)))


@get("/v1/office/campaigns/{campaign:str}/grants", tags=["Office"], summary="Grants of a campaign", responses=_READS)
async def list_campaign_grants(
    campaigns_office: NamedDependency[CampaignsOffice],
    principal: NamedDependency[Principal],
    campaign: FromPath[str],
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> Page[OfficeGrant]:
    """Whom it granted, the newest first. Roles: finance, support, admin."""
    staff(principal, "finance", "support")
    before = http.id_cursor("grant", cursor)
    found = await campaigns_office.list_grants(http.path_id(PREFIX, campaign), before=before, limit=limit + 1)
    return http.page(found, limit, _grant)


@post(
    "/v1/office/campaigns/{campaign:str}/approve",
    tags=["Office"],
    summary="Approve a campaign",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, FourEyes, AlreadyDecided, Conflict),
)
async def approve_campaign(
    campaigns_office: NamedDependency[CampaignsOffice], principal: NamedDependency[Principal], campaign: FromPath[str]
) -> OfficeCampaign:
    """Let it run, as a second person. Roles: finance, admin."""
    staff(principal, "finance")
    return _shown(await campaigns_office.approve(by=principal.account, campaign=http.path_id(PREFIX, campaign)))


@post(
    "/v1/office/campaigns/{campaign:str}/reject",
    tags=["Office"],
    summary="Reject or withdraw a campaign",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, AlreadyDecided),
)
async def reject_campaign(
    campaigns_office: NamedDependency[CampaignsOffice], principal: NamedDependency[Principal], campaign: FromPath[str]
) -> OfficeCampaign:
    """Turn a proposed one down; one's own is withdrawn. Roles: finance, admin."""
    staff(principal, "finance")
    return _shown(await campaigns_office.reject(by=principal.account, campaign=http.path_id(PREFIX, campaign)))


@post(
    "/v1/office/campaigns/{campaign:str}/end",
    tags=["Office"],
    summary="End a campaign before its time",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, Conflict),
)
async def end_campaign(
    campaigns_office: NamedDependency[CampaignsOffice], principal: NamedDependency[Principal],
    campaign: FromPath[str], data: JSONBody[EndCampaign],
) -> OfficeCampaign:  # fmt: skip
    """From now on it grants nothing; what happened before is still granted. Roles: finance, admin."""
    staff(principal, "finance")
    found = http.path_id(PREFIX, campaign)
    return _shown(await campaigns_office.end(by=principal.account, campaign=found, reason=data.reason))


def _shown(one: Listed) -> OfficeCampaign:
    content = msgspec.convert(one.body, CampaignContent)
    said = {name: getattr(content, name) for name in CampaignContent.__struct_fields__}
    return OfficeCampaign(
        **said | {"starts_at": one.starts_at or content.starts_at},
        id=ids.encode(PREFIX, one.id),
        status=one.status,
        reason=one.reason,
        ticket=one.ticket,
        proposed_by=one.proposed_by,
        proposed_at=one.proposed_at,
        decided_by=one.decided_by,
        decided_at=one.decided_at,
        ended_at=one.ended_at,
        granted_coins=one.granted_coins or 0,
        grants=one.grants,
    )


def _grant(one: GrantRow) -> OfficeGrant:
    return OfficeGrant(
        id=ids.encode("grant", one.id), account=ids.encode("acct", one.account), username=one.username, n=one.n,
        coins=one.coins, granted_at=one.granted_at,
    )  # fmt: skip


routes = [
    propose_campaign,
    list_campaigns,
    get_campaign,
    list_campaign_grants,
    approve_campaign,
    reject_campaign,
    end_campaign,
]
