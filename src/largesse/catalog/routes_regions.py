"""The office's side of regions: what exists in which country, proposed by one and approved by another."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from largesse.catalog.regions import EVERYWHERE, Region, Terms, terms_of
from largesse.catalog.service import CatalogService
from largesse.catalog.service_regions import ANY, WantedTerms
from largesse.kit import http, ids
from largesse.kit.approval import AlreadyDecided, FourEyes, Proposal
from largesse.kit.http import Conflict, Forbidden, NotFound, NotSignedIn, Page, staff
from largesse.kit.idempotency import IdempotencyKey, IdReused, chosen_id, created
from largesse.kit.principal import Principal

_NO_CONTROL = r"^[^\x00-\x1f\x7f]*$"
Country = Annotated[str, msgspec.Meta(pattern=r"^([A-Z]{2}|\*)$", description="ISO 3166-1 alpha-2; * for all others")]
CountryAsked = Annotated[
    str, QueryParameter(pattern=r"^([A-Z]{2}|\*)$", description="country; * is every one without terms of its own")
]


class ProposeRegions(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shall hold in each of `countries` from a date on; null is the moment of the approval."""

    countries: Annotated[list[Country], msgspec.Meta(min_length=1, max_length=300)]
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=_NO_CONTROL)]
    ticket: Annotated[str, msgspec.Meta(max_length=100, pattern=_NO_CONTROL)] = ""
    effective_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    id: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class RegionProposal(msgspec.Struct, frozen=True, kw_only=True):
    """Proposed terms. `state` is open, approved, rejected or withdrawn; people are account keys."""

    id: str
    state: str
    countries: list[str]
    terms: Terms
    effective_at: datetime | None
    reason: str
    ticket: str
    proposed_by: int
    proposed_at: datetime
    decided_by: int | None
    decided_at: datetime | None


class RegionVersion(msgspec.Struct, frozen=True, kw_only=True):
    """What held, holds or will hold; people are account keys, null for what was installed with the database."""

    country: str
    terms: Terms
    announced_at: datetime
    effective_at: datetime
    proposed_by: int | None
    approved_by: int | None
    reason: str


@post(
    "/v1/office/regions",
    summary="Propose what exists in a country",
    responses=http.declares(NotSignedIn, Forbidden, IdReused),
)
async def propose_regions(
    catalog: NamedDependency[CatalogService],
    principal: NamedDependency[Principal],
    data: JSONBody[ProposeRegions],
    idempotency_key: IdempotencyKey = None,
) -> Response[RegionProposal]:
    """Propose features, providers, withdrawal right and tax; a second person's approval announces them.

    Roles: finance, admin.
    """
    staff(principal, "finance")
    terms = {name: getattr(data, name) for name in Terms.__struct_fields__}
    countries = [EVERYWHERE if one == ANY else one for one in data.countries]
    found, replayed = await catalog.regions.propose(
        by=principal.account,
        proposal=chosen_id("proposal", data.id, idempotency_key, principal),
        wanted=WantedTerms(countries=countries, effective_at=data.effective_at, **terms),
        reason=data.reason,
        ticket=data.ticket,
    )
    return created(_proposal(found), replayed=replayed)


@get("/v1/office/regions", summary="Proposed changes of regions", responses=http.declares(NotSignedIn, Forbidden))
async def list_region_proposals(
    catalog: NamedDependency[CatalogService],
    principal: NamedDependency[Principal],
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> Page[RegionProposal]:
    """Proposals in every state, the newest first. Roles: finance, admin."""
    staff(principal, "finance")
    before = http.id_cursor("proposal", cursor)
    found = await catalog.regions.list_proposals(before=before, limit=limit + 1)
    return http.page(found, limit, _proposal)


@get(
    "/v1/office/region-versions",
    summary="What ever held in a country",
    responses=http.declares(NotSignedIn, Forbidden),
)
async def list_region_versions(
    catalog: NamedDependency[CatalogService], principal: NamedDependency[Principal], country: CountryAsked = ANY
) -> Page[RegionVersion]:
    """Every version of a country's own terms, the newest first; none is ever rewritten. Roles: finance, admin."""
    staff(principal, "finance")
    found = await catalog.regions.list_versions(EVERYWHERE if country == ANY else country)
    return Page([_version(region) for region in found])


@post(
    "/v1/office/regions/{proposal:str}/approve",
    summary="Approve a proposed change of regions",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, FourEyes, AlreadyDecided, Conflict),
)
async def approve_regions(
    catalog: NamedDependency[CatalogService], principal: NamedDependency[Principal], proposal: FromPath[str]
) -> RegionProposal:
    """Announce what another person proposed. Roles: finance, admin."""
    staff(principal, "finance")
    return _proposal(await catalog.regions.approve(by=principal.account, proposal=http.path_id("proposal", proposal)))


@post(
    "/v1/office/regions/{proposal:str}/reject",
    summary="Reject or withdraw a proposed change of regions",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, AlreadyDecided),
)
async def reject_regions(
    catalog: NamedDependency[CatalogService], principal: NamedDependency[Principal], proposal: FromPath[str]
) -> RegionProposal:
    """Turn a proposal down; one's own is withdrawn. Roles: finance, admin."""
    staff(principal, "finance")
    return _proposal(await catalog.regions.reject(by=principal.account, proposal=http.path_id("proposal", proposal)))


def _proposal(found: Proposal) -> RegionProposal:
    wanted = msgspec.convert(found.body, WantedTerms)
    return RegionProposal(
        id=ids.encode("proposal", found.id),
        state=found.state,
        countries=[one or ANY for one in wanted.countries],
        terms=Terms(**{name: getattr(wanted, name) for name in Terms.__struct_fields__}),
        effective_at=wanted.effective_at,
        reason=found.reason,
        ticket=found.ticket,
        proposed_by=found.proposed_by,
        proposed_at=found.proposed_at,
        decided_by=found.decided_by,
        decided_at=found.decided_at,
    )


def _version(region: Region) -> RegionVersion:
    return RegionVersion(
        country=region.country or ANY,
        terms=terms_of(region),
        announced_at=region.announced_at,
        effective_at=region.effective_at,
        proposed_by=region.proposed_by,
        approved_by=region.approved_by,
        reason=region.reason,
    )


region_routes = [propose_regions, list_region_proposals, list_region_versions, approve_regions, reject_regions]
