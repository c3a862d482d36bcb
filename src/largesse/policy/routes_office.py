"""The office's side of policies: one proposes, another approves."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from largesse.kit import http, ids
from largesse.kit.approval import AlreadyDecided, FourEyes, Proposal
from largesse.kit.http import Forbidden, NotFound, NotSignedIn, Page, staff
from largesse.kit.idempotency import IdempotencyKey, IdReused, chosen_id, created
from largesse.kit.principal import Principal
from largesse.policy.errors import AnnouncedTooLate, DateTaken
from largesse.policy.model import Rates
from largesse.policy.service import PolicyService

_NO_CONTROL = r"^[^\x00-\x1f\x7f]*$"


class ProposePolicy(Rates, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole version. `effective_at` is 00:00 UTC, or null in a sandbox for the moment of its approval."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=_NO_CONTROL)]
    ticket: Annotated[str, msgspec.Meta(max_length=100, pattern=_NO_CONTROL)] = ""
    effective_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    id: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class PolicyProposal(msgspec.Struct, frozen=True, kw_only=True):
    """A proposed version. `state` is open, approved, rejected or withdrawn; people are account keys."""

    id: str
    state: str
    rates: Rates
    effective_at: datetime | None
    reason: str
    ticket: str
    proposed_by: int
    proposed_at: datetime
    decided_by: int | None
    decided_at: datetime | None


class AnnouncedPolicy(msgspec.Struct, frozen=True):
    """The version that an approval announced."""

    id: str
    announced_at: datetime
    effective_at: datetime


@post(
    "/v1/office/policies",
    summary="Propose a policy",
    responses=http.declares(NotSignedIn, Forbidden, AnnouncedTooLate, IdReused),
)
async def propose_policy(
    policy: NamedDependency[PolicyService],
    principal: NamedDependency[Principal],
    data: JSONBody[ProposePolicy],
    idempotency_key: IdempotencyKey = None,
) -> Response[PolicyProposal]:
    """Propose a version; it is announced when a second person approves it. Roles: finance, admin."""
    staff(principal, "finance")
    found, replayed = await policy.propose(
        by=principal.account,
        proposal=chosen_id("proposal", data.id, idempotency_key, principal),
        rates=Rates(**{name: getattr(data, name) for name in Rates.__struct_fields__}),
        effective_at=data.effective_at,
        reason=data.reason,
        ticket=data.ticket,
    )
    return created(_shown(found), replayed=replayed)


@get("/v1/office/policies", summary="Proposed policies", responses=http.declares(NotSignedIn, Forbidden))
async def list_proposals(
    policy: NamedDependency[PolicyService],
    principal: NamedDependency[Principal],
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> Page[PolicyProposal]:
    """Proposals in every state, the newest first. Roles: finance, admin."""
    staff(principal, "finance")
    before = http.id_cursor("proposal", cursor)
    found = await policy.list_proposals(before=before, limit=limit + 1)
    return http.page(found, limit, _shown)


@post(
    "/v1/office/policies/{proposal:str}/approve",
    summary="Approve a proposed policy",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, FourEyes, AlreadyDecided, AnnouncedTooLate, DateTaken),
)
async def approve_policy(
    policy: NamedDependency[PolicyService], principal: NamedDependency[Principal], proposal: FromPath[str]
) -> AnnouncedPolicy:
    """Announce a proposed version, as a second person. Roles: finance, admin."""
    staff(principal, "finance")
    made = await policy.approve(by=principal.account, proposal=http.path_id("proposal", proposal))
    return AnnouncedPolicy(ids.encode("policy", made.id), made.announced_at, made.effective_at)


@post(
    "/v1/office/policies/{proposal:str}/reject",
    summary="Reject or withdraw a proposed policy",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, AlreadyDecided),
)
async def reject_policy(
    policy: NamedDependency[PolicyService], principal: NamedDependency[Principal], proposal: FromPath[str]
) -> PolicyProposal:
    """Turn a proposal down; one's own is withdrawn. Roles: finance, admin."""
    staff(principal, "finance")
    return _shown(await policy.reject(by=principal.account, proposal=http.path_id("proposal", proposal)))


def _shown(proposal: Proposal) -> PolicyProposal:
    at = proposal.body["effective_at"]
    return PolicyProposal(
        id=ids.encode("proposal", proposal.id),
        state=proposal.state,
        rates=msgspec.convert({f: proposal.body[f] for f in Rates.__struct_fields__ if f in proposal.body}, Rates),
        effective_at=datetime.fromisoformat(at) if at else None,
        reason=proposal.reason,
        ticket=proposal.ticket,
        proposed_by=proposal.proposed_by,
        proposed_at=proposal.proposed_at,
        decided_by=proposal.decided_by,
        decided_at=proposal.decided_at,
    )


office_routes = [propose_policy, list_proposals, approve_policy, reject_policy]
