"""The office's side of second factors: taken off by two people, for who lost the device."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from largesse.accounts.errors import SecondFactorOff
from largesse.accounts.model import ACCOUNT_PREFIX, PersonBody, person_body
from largesse.accounts.service import AccountsService
from largesse.kit import http, ids
from largesse.kit.approval import AlreadyDecided, FourEyes, Proposal
from largesse.kit.http import CsrfFailed, Forbidden, NotFound, NotSignedIn
from largesse.kit.idempotency import IdempotencyKey, IdReused, chosen_id, created
from largesse.kit.principal import Principal

_NO_CONTROL = r"^[^\x00-\x1f\x7f]*$"
_STAFF = (NotSignedIn, CsrfFailed, Forbidden)


class ProposeReset(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose second factor, and how you know that it is them who ask."""

    account: Annotated[str, msgspec.Meta(max_length=64)]
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=_NO_CONTROL)]
    ticket: Annotated[str, msgspec.Meta(max_length=100, pattern=_NO_CONTROL)] = ""
    id: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class ResetProposal(msgspec.Struct, frozen=True, kw_only=True):
    """A proposed reset. `state` is open, approved, rejected or withdrawn; operators are account keys.

    `person` is whose second factor it is and `proposer` who proposed it; both are there in the list.
    """

    id: str
    state: str
    account: str
    reason: str
    ticket: str
    proposed_by: int
    proposed_at: datetime
    decided_by: int | None
    decided_at: datetime | None
    person: PersonBody | None = None
    proposer: PersonBody | None = None


@post(
    "/v1/office/second-factor-resets",
    tags=["Office"],
    summary="Propose to take a second factor off",
    responses=http.declares(*_STAFF, IdReused),
)
async def propose_reset(
    accounts: NamedDependency[AccountsService],
    principal: NamedDependency[Principal],
    data: JSONBody[ProposeReset],
    idempotency_key: IdempotencyKey = None,
) -> Response[ResetProposal]:
    """Propose to take somebody's second factor off; a second person's approval does it. Roles: support, admin."""
    http.staff(principal, "support")
    found, replayed = await accounts.second_factor.propose_reset(
        by=principal.account,
        proposal=chosen_id("proposal", data.id, idempotency_key, principal),
        account=http.body_id(ACCOUNT_PREFIX, "account", data.account),
        reason=data.reason,
        ticket=data.ticket,
    )
    return created(_shown(found), replayed=replayed)


@get(
    "/v1/office/second-factor-resets",
    tags=["Office"],
    summary="Proposed resets of second factors",
    responses=http.declares(NotSignedIn, Forbidden),
)
async def list_resets(
    accounts: NamedDependency[AccountsService],
    principal: NamedDependency[Principal],
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> http.Page[ResetProposal]:
    """Proposals in every state, the newest first. Roles: support, admin."""
    http.staff(principal, "support")
    before = http.body_id("proposal", "cursor", cursor) if cursor else None
    found = await accounts.second_factor.list_resets(before=before, limit=limit + 1)
    shown = await _named(accounts, found[:limit])
    return http.Page(shown, shown[-1].id if len(found) > limit else None)


@post(
    "/v1/office/second-factor-resets/{proposal:str}/approve",
    tags=["Office"],
    summary="Take a second factor off",
    status_code=200,
    responses=http.declares(*_STAFF, NotFound, FourEyes, AlreadyDecided, SecondFactorOff),
)
async def approve_reset(
    accounts: NamedDependency[AccountsService], principal: NamedDependency[Principal], proposal: FromPath[str]
) -> ResetProposal:
    """Do what another person proposed: the account signs in by password alone, anew on every device.

    Never for one's own account. Roles: support, admin.
    """
    http.staff(principal, "support")
    done = await accounts.second_factor.approve_reset(by=principal.account, proposal=http.path_id("proposal", proposal))
    return _shown(done)


@post(
    "/v1/office/second-factor-resets/{proposal:str}/reject",
    tags=["Office"],
    summary="Reject or withdraw a proposed reset",
    status_code=200,
    responses=http.declares(*_STAFF, NotFound, AlreadyDecided),
)
async def reject_reset(
    accounts: NamedDependency[AccountsService], principal: NamedDependency[Principal], proposal: FromPath[str]
) -> ResetProposal:
    """Turn a proposal down; one's own is withdrawn. Roles: support, admin."""
    http.staff(principal, "support")
    done = await accounts.second_factor.reject_reset(by=principal.account, proposal=http.path_id("proposal", proposal))
    return _shown(done)


def _shown(found: Proposal) -> ResetProposal:
    return ResetProposal(
        id=ids.encode("proposal", found.id),
        state=found.state,
        account=found.body["account"],
        reason=found.reason,
        ticket=found.ticket,
        proposed_by=found.proposed_by,
        proposed_at=found.proposed_at,
        decided_by=found.decided_by,
        decided_at=found.decided_at,
    )


async def _named(accounts: AccountsService, found: Sequence[Proposal]) -> list[ResetProposal]:
    """With the people: a page of fifty reads each account once, and known ones not at all."""
    operators = await accounts.people({one.proposed_by for one in found})
    shown = []
    for one in found:
        account, proposer = ids.decode(one.body["account"], ACCOUNT_PREFIX), operators.get(one.proposed_by)
        person = await accounts.person_by_id(account) if account else None
        shown.append(
            msgspec.structs.replace(
                _shown(one),
                person=person_body(person) if person else None,
                proposer=person_body(proposer) if proposer else None,
            )
        )
    return shown


office_routes: list[Any] = [propose_reset, list_resets, approve_reset, reject_reset]
