"""Campaigns over HTTP, as people see them."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from largesse.accounts import UnderAge
from largesse.catalog import NotInRegion
from largesse.kit import http, ids
from largesse.kit.http import Forbidden, NotSignedIn
from largesse.kit.idempotency import IdempotencyKey, IdReused, chosen_id, created
from largesse.kit.principal import Principal
from largesse.payments.errors import AccountFrozen
from largesse.payments.errors_campaigns import AlreadyGranted, CampaignExhausted, CampaignOver, UnknownCode
from largesse.payments.routes_office_campaigns import routes as office_routes
from largesse.payments.service_campaigns import CampaignsService
from largesse.safety import Resting


class RunningCampaign(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign that would grant you `coins` promotional coins before `until`."""

    id: str
    name: str
    trigger: Literal["email_verified", "first_purchase"]
    coins: int
    until: datetime


class MyCampaigns(msgspec.Struct, frozen=True, kw_only=True):
    """What runs for you, and what promotional coins are; `codes`: whether any campaign takes a code now.

    `promo_share_bps` is what creators earn of promotional coins by the policy in force: diamonds per coin x 10,000.
    """

    items: list[RunningCampaign]
    codes: bool
    promo_share_bps: int
    note: str


class CodeBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code as somebody typed it: case and spaces do not matter."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    id: Annotated[str, msgspec.Meta(max_length=64, description="UUIDv7, bare or prefixed")] | None = None


class GrantBody(msgspec.Struct, frozen=True, kw_only=True):
    """Promotional coins that a campaign granted."""

    id: str
    campaign: str
    coins: int
    granted_at: datetime


@get("/v1/me/campaigns", summary="Campaigns that run for you", responses=http.declares(NotSignedIn, Forbidden))
async def list_my_campaigns(
    campaigns: NamedDependency[CampaignsService], principal: NamedDependency[Principal]
) -> MyCampaigns:
    """What you can still have, the one that ends first before. Codes are not told."""
    found = await campaigns.list_running(http.oneself(principal).account)
    items = [
        RunningCampaign(
            id=ids.encode("campaign", one.id), name=one.name, trigger=one.trigger, coins=one.coins, until=one.ends_at
        )
        for one in found.campaigns
        if one.trigger != "code"
    ]
    return MyCampaigns(
        items=items, codes=found.codes, promo_share_bps=found.promo_share_bps, note=_note(found.promo_share_bps)
    )


@post(
    "/v1/me/campaign-codes",
    summary="Enter a campaign's code",
    responses=http.declares(
        NotSignedIn,
        Forbidden,
        UnderAge,
        NotInRegion,
        AccountFrozen,
        Resting,
        UnknownCode,
        CampaignOver,
        CampaignExhausted,
        AlreadyGranted,
        IdReused,
    ),
)
async def enter_code(
    campaigns: NamedDependency[CampaignsService], principal: NamedDependency[Principal], data: JSONBody[CodeBody],
    idempotency_key: IdempotencyKey = None,
) -> Response[GrantBody]:  # fmt: skip
    """Have a code's promotional coins; the same `id` or key again is the same grant. Ten tries an hour."""
    account = http.person(principal).account
    grant, replayed = await campaigns.enter_code(
        account, chosen_id("grant", data.id, idempotency_key, principal), data.code
    )
    body = GrantBody(
        id=ids.encode("grant", grant.id), campaign=grant.name, coins=grant.coins, granted_at=grant.granted_at
    )
    return created(body, replayed=replayed)


def _note(promo_share_bps: int) -> str:
    if promo_share_bps == 0:
        return "Promotional coins are spent first, and earn creators nothing."
    whole, rest = divmod(promo_share_bps, 100)
    earned = f"{whole}.{rest // 10}" if rest else str(whole)
    return f"Promotional coins are spent first; 100 of them earn a creator {earned} diamonds."


campaign_routes = [list_my_campaigns, enter_code, *office_routes]
