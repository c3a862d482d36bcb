"""The operator's grants of diamonds over HTTP. Role: finance."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from largesse.accounts import AccountsService, Person, PersonBody, person_body
from largesse.kit import http, ids
from largesse.kit.approval import AlreadyDecided, FourEyes, Proposal
from largesse.kit.http import Forbidden, Invalid, NotFound, NotSignedIn, Page, staff
from largesse.kit.idempotency import IdempotencyKey, IdReused, chosen_id, created
from largesse.kit.principal import Principal
from largesse.payouts.errors import NotCreator
from largesse.payouts.service_grants import GrantsOffice

_NO_CONTROL = r"^[^\x00-\x1f\x7f]*$"


class ProposeGrant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Milli-diamonds for a creator, and why."""

    account: Annotated[str, msgspec.Meta(max_length=64)]
    diamonds_milli: Annotated[int, msgspec.Meta(ge=1, le=10**12)]
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=_NO_CONTROL)]
    ticket: Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=_NO_CONTROL)]
    id: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class GrantProposal(msgspec.Struct, frozen=True, kw_only=True):
    """A proposed grant. `state` is open, approved, rejected or withdrawn; people are account keys.

    `person` is whose diamonds they are and `proposer` who proposed it; both are there in the list.
    """

    id: str
    state: str
    creator: int
    diamonds_milli: int
    reason: str
    ticket: str
    proposed_by: int
    proposed_at: datetime
    decided_by: int | None
    decided_at: datetime | None
    person: PersonBody | None = None
    proposer: PersonBody | None = None


@post(
    "/v1/office/diamond-grants",
    tags=["Office"],
    summary="Propose a grant of diamonds",
    responses=http.declares(NotSignedIn, Forbidden, Invalid, NotFound, NotCreator, FourEyes, IdReused),
)
async def propose_grant(
    data: JSONBody[ProposeGrant],
    diamond_grants: NamedDependency[GrantsOffice],
    principal: NamedDependency[Principal],
    idempotency_key: IdempotencyKey = None,
) -> Response[GrantProposal]:
    """They are granted when a second person approves, and clear as a gift of that day would."""
    found, replayed = await diamond_grants.propose(
        by=staff(principal, "finance").account,
        proposal=chosen_id("proposal", data.id, idempotency_key, principal),
        account=http.body_id("acct", "account", data.account),
        milli=data.diamonds_milli,
        reason=data.reason,
        ticket=data.ticket,
    )
    return created(_shown(found), replayed=replayed)


@get(
    "/v1/office/diamond-grants",
    tags=["Office"],
    summary="Proposed grants of diamonds",
    responses=http.declares(NotSignedIn, Forbidden),
)
async def list_grants(
    diamond_grants: NamedDependency[GrantsOffice],
    accounts: NamedDependency[AccountsService],
    principal: NamedDependency[Principal],
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> Page[GrantProposal]:
    """In every state, the newest first."""
    staff(principal, "finance")
    found = await diamond_grants.list_proposals(before=http.id_cursor("proposal", cursor), limit=limit + 1)
    people = await accounts.people({key for one in found for key in (one.body["creator"], one.proposed_by)})
    return http.page(found, limit, lambda one: _shown(one, people))


@post(
    "/v1/office/diamond-grants/{proposal:str}/approve",
    tags=["Office"],
    summary="Grant proposed diamonds",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, FourEyes, AlreadyDecided, NotCreator),
)
async def approve_grant(
    diamond_grants: NamedDependency[GrantsOffice], principal: NamedDependency[Principal], proposal: FromPath[str]
) -> GrantProposal:
    """Two different people, and neither is the creator."""
    by = staff(principal, "finance").account
    return _shown(await diamond_grants.approve(by=by, proposal=http.path_id("proposal", proposal)))


@post(
    "/v1/office/diamond-grants/{proposal:str}/reject",
    tags=["Office"],
    summary="Reject or withdraw a proposed grant",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, AlreadyDecided),
)
async def reject_grant(
    diamond_grants: NamedDependency[GrantsOffice], principal: NamedDependency[Principal], proposal: FromPath[str]
) -> GrantProposal:
    """One's own is withdrawn."""
    by = staff(principal, "finance").account
    return _shown(await diamond_grants.reject(by=by, proposal=http.path_id("proposal", proposal)))


def _shown(proposal: Proposal, people: Mapping[int, Person] | None = None) -> GrantProposal:
    person, proposer = ((people or {}).get(key) for key in (proposal.body["creator"], proposal.proposed_by))
    return GrantProposal(
        id=ids.encode("proposal", proposal.id),
        state=proposal.state,
        creator=proposal.body["creator"],
        diamonds_milli=proposal.body["milli"],
        reason=proposal.reason,
        ticket=proposal.ticket,
        proposed_by=proposal.proposed_by,
        proposed_at=proposal.proposed_at,
        decided_by=proposal.decided_by,
        decided_at=proposal.decided_at,
        person=person_body(person) if person else None,
        proposer=person_body(proposer) if proposer else None,
    )


routes = [propose_grant, list_grants, approve_grant, reject_grant]
