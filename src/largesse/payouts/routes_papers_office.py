"""Reviewing papers and matches over HTTP. Role: finance; whoever looks is written down."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, PathParameter

from largesse.accounts import AccountsService, UnderAge
from largesse.kit import http
from largesse.kit.approval import FourEyes
from largesse.kit.http import Forbidden, Invalid, NotFound, NotSignedIn, Page, staff
from largesse.kit.principal import Principal
from largesse.payouts.errors import PaperNotNow
from largesse.payouts.paper import Details, Side, Status
from largesse.payouts.routes_office import Because
from largesse.payouts.service_papers import PREFIX
from largesse.payouts.service_papers_office import PapersOffice
from largesse.payouts.shown_papers import (
    PICTURE,
    OfficeLook,
    OfficeMatch,
    OfficePaper,
    office_look,
    office_match,
    office_paper,
    picture_answer,
)
from largesse.payouts.store_papers import Ruling


class LookedAt(msgspec.Struct, frozen=True, kw_only=True):
    """A paper, what it says (null once that is kept no longer), and who looked at it before."""

    paper: OfficePaper
    says: Details | None
    looks: list[OfficeLook]


class ApprovePaper(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last day on which it counts; null: as the paper says itself, or by the rule of its form."""

    valid_until: date | None = None


class RuleMatch(Because, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether the entry names this creator, and how you know; nobody but operators reads it."""

    outcome: Literal["cleared", "confirmed"]


@get("/v1/office/papers", tags=["Office"], summary="Papers", responses=http.declares(NotSignedIn, Forbidden))
async def list_office_papers(
    *,
    papers_office: NamedDependency[PapersOffice],
    accounts: NamedDependency[AccountsService],
    principal: NamedDependency[Principal],
    status: FromQuery[Status] = "waiting",
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> Page[OfficePaper]:
    """Everybody's, the oldest first, without what they say; `waiting` is the queue."""
    staff(principal, "finance")
    after = http.id_cursor(PREFIX, cursor)
    found = await papers_office.list_papers(status=status, after=after, limit=limit + 1)
    people = await accounts.people({one.creator for one in found})
    return http.page(found, limit, lambda one: office_paper(one, people))


@get(
    "/v1/office/papers/{paper:str}",
    tags=["Office"],
    summary="Look at a paper",
    responses=http.declares(NotSignedIn, Forbidden, NotFound),
)
async def look_at_paper(
    papers_office: NamedDependency[PapersOffice],
    accounts: NamedDependency[AccountsService],
    principal: NamedDependency[Principal],
    paper: FromPath[str],
) -> Response[LookedAt]:
    """With what it says; that you looked is in the audit trail."""
    by = staff(principal, "finance").account
    found, says, looks = await papers_office.look(by, http.path_id(PREFIX, paper))
    people = await accounts.people({found.creator, *(look.looked_by for look in looks)})
    seen = [office_look(look, people) for look in looks]
    body = LookedAt(paper=office_paper(found, people), says=says, looks=seen)
    return Response(body, headers={"Cache-Control": "no-store"})


@get(
    "/v1/office/papers/{paper:str}/files/{side:str}",
    tags=["Office"],
    summary="Look at a picture of a paper",
    media_type=PICTURE,
    responses=http.declares(NotSignedIn, Forbidden, NotFound),
)
async def look_at_picture(
    papers_office: NamedDependency[PapersOffice],
    principal: NamedDependency[Principal],
    paper: FromPath[str],
    side: FromPath[Side],
) -> Response[bytes]:
    """The file as it was sent, never shown by itself; that you looked is in the audit trail."""
    by = staff(principal, "finance").account
    _, content = await papers_office.look_at_picture(by, http.path_id(PREFIX, paper), side)
    return picture_answer(side, content)


@post(
    "/v1/office/papers/{paper:str}/approve",
    tags=["Office"],
    summary="Approve a paper",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, PaperNotNow, FourEyes, UnderAge),
)
async def approve_paper(
    data: JSONBody[ApprovePaper],
    papers_office: NamedDependency[PapersOffice],
    principal: NamedDependency[Principal],
    paper: FromPath[str],
) -> OfficePaper:
    """It counts from now on, in the place of the one before. Nobody approves their own."""
    by = staff(principal, "finance").account
    return office_paper(await papers_office.approve(by, http.path_id(PREFIX, paper), data.valid_until))


@post(
    "/v1/office/papers/{paper:str}/reject",
    tags=["Office"],
    summary="Reject a paper",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, PaperNotNow, FourEyes),
)
async def reject_paper(
    data: JSONBody[Because],
    papers_office: NamedDependency[PapersOffice],
    principal: NamedDependency[Principal],
    paper: FromPath[str],
) -> OfficePaper:
    """One that waits, or one that was approved; the creator reads why."""
    by = staff(principal, "finance").account
    return office_paper(await papers_office.reject(by, http.path_id(PREFIX, paper), data.reason))


@get(
    "/v1/office/screening",
    tags=["Office"],
    summary="Names that the list seems to name",
    responses=http.declares(NotSignedIn, Forbidden, Invalid),
)
async def list_matches(
    *,
    papers_office: NamedDependency[PapersOffice],
    accounts: NamedDependency[AccountsService],
    principal: NamedDependency[Principal],
    status: FromQuery[Ruling] = "open",
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> Page[OfficeMatch]:
    """The oldest first; an open one stops its creator's payouts until a person rules."""
    staff(principal, "finance")
    found = await papers_office.list_matches(status=status, after=http.key_cursor(cursor) or 0, limit=limit + 1)
    people = await accounts.people({one.creator for one in found})
    shown = [office_match(one, people) for one in found[:limit]]
    return Page(shown, str(shown[-1].key) if len(found) > limit else None)


@post(
    "/v1/office/screening/{key:int}/rule",
    tags=["Office"],
    summary="Say whether the list names a creator",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, Invalid, FourEyes),
)
async def rule_match(
    data: JSONBody[RuleMatch],
    papers_office: NamedDependency[PapersOffice],
    principal: NamedDependency[Principal],
    key: Annotated[int, PathParameter(ge=1, le=http.KEY_MAX)],
) -> OfficeMatch:
    """`confirmed` stops every payout of theirs; the last word counts. Nobody rules of themselves."""
    by = staff(principal, "finance").account
    return office_match(await papers_office.decide_match(by, key, data.outcome, data.reason))


routes = [
    list_office_papers,
    look_at_paper,
    look_at_picture,
    approve_paper,
    reject_paper,
    list_matches,
    rule_match,
]
