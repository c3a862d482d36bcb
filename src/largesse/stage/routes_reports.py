"""Reports over HTTP: made by anybody, decided on in the office."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from largesse.accounts import Person, PersonBody, person_body
from largesse.kit import fields, http, ids
from largesse.kit.http import Conflict, CsrfFailed, Forbidden, NotFound, NotSignedIn, Page
from largesse.kit.idempotency import created
from largesse.kit.principal import Principal
from largesse.stage.reports import REPORT_PREFIX, Decision, Reason, people_of
from largesse.stage.service import StageService
from largesse.stage.store_reports import Mine, Report, Said

_TEXT_CHARS_MAX = 500
_MONTH_S = 31 * 86_400
State = Literal["open", "acted", "dismissed"]


class MakeReport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is reported (`live_…`, `video_…`, `comment_…`, `acct_…`), and why."""

    about: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    reason: Reason
    text: Annotated[str, msgspec.Meta(max_length=_TEXT_CHARS_MAX * 4)] = ""


class MyReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report as who made it sees it: what became of it is told as a state, and no more."""

    id: str
    about: str
    reason: str
    text: str
    state: str
    at: datetime


class ReportedPlace(msgspec.Struct, frozen=True):
    """The LIVE or video where it is."""

    id: str
    title: str
    status: str


class ReportSaid(msgspec.Struct, frozen=True):
    """What one person said in a report."""

    reporter: PersonBody
    reason: str
    text: str
    at: datetime


class OfficeReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report as moderators see it. `text` is a comment's; `said` are the first twenty of `times` people.

    `can` are the decisions that it takes.
    """

    id: str
    about: str
    kind: str
    account: PersonBody
    place: ReportedPlace | None
    text: str | None
    hidden: bool
    times: int
    reasons: dict[str, int]
    said: list[ReportSaid]
    state: str
    can: list[str]
    opened_at: datetime
    decided_at: datetime | None
    decided_by: PersonBody | None
    decision: str | None
    note: str | None


class DecideReport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is done: `hide` a comment; `ban` who said it (for `seconds`, or for good); `acted` elsewhere."""

    decision: Decision
    seconds: Annotated[int, msgspec.Meta(ge=1, le=_MONTH_S)] | None = None
    note: Annotated[str, msgspec.Meta(max_length=_TEXT_CHARS_MAX * 4)] = ""


@post("/v1/reports", summary="Report something", responses=http.declares(NotSignedIn, Forbidden, NotFound, Conflict))
async def post_report(
    stage: NamedDependency[StageService], principal: NamedDependency[Principal], data: JSONBody[MakeReport]
) -> Response[MyReport]:
    """Report a LIVE, a video, a comment or a person to who keeps order here; at most 30 a day."""
    typed = fields.paragraphs("text", data.text, _TEXT_CHARS_MAX)
    mine, replayed = await stage.reports.report(http.person(principal), data.about, data.reason, typed)
    return created(_mine(mine), replayed=replayed)


@get("/v1/me/reports", summary="What you reported", responses=http.declares(NotSignedIn, Forbidden))
async def list_my_reports(
    stage: NamedDependency[StageService],
    principal: NamedDependency[Principal],
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> Page[MyReport]:
    """What you reported and what became of it, the newest first: `open`, `acted` or `dismissed`."""
    before = http.id_cursor(REPORT_PREFIX, cursor)
    found = await stage.reports.mine(http.person(principal).account, before, limit + 1)
    more = ids.encode(REPORT_PREFIX, found[limit - 1].id) if len(found) > limit else None
    return Page([_mine(each) for each in found[:limit]], more)


@get("/v1/office/reports", tags=["Office"], summary="Reports", responses=http.declares(NotSignedIn, Forbidden))
async def list_office_reports(
    stage: NamedDependency[StageService],
    principal: NamedDependency[Principal],
    status: Annotated[State, QueryParameter(description="which ones")] = "open",
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> Page[OfficeReport]:
    """What people reported, the oldest first. Roles: moderator, admin."""
    http.staff(principal, "moderator")
    after = http.id_cursor(REPORT_PREFIX, cursor) or UUID(int=0)
    found, said = await stage.reports.queue(status, after, limit + 1)
    bodies = await _shown(stage, found[:limit], said)
    return Page(bodies, ids.encode(REPORT_PREFIX, found[limit - 1].id) if len(found) > limit else None)


@post(
    "/v1/office/reports/{report:str}",
    tags=["Office"],
    summary="Decide on a report",
    status_code=200,
    responses=http.declares(NotSignedIn, CsrfFailed, Forbidden, NotFound, Conflict),
)
async def decide_report(
    stage: NamedDependency[StageService],
    principal: NamedDependency[Principal],
    report: FromPath[str],
    data: JSONBody[DecideReport],
) -> OfficeReport:
    """Close a report by what is done; who made it is told whether. Roles: moderator, admin."""
    http.staff(principal, "moderator")
    closed, said = await stage.reports.decide(
        principal.account,
        http.path_id(REPORT_PREFIX, report),
        data.decision,
        seconds=data.seconds,
        note=fields.paragraphs("note", data.note, _TEXT_CHARS_MAX),
    )
    return (await _shown(stage, [closed], said))[0]


async def _shown(stage: StageService, reports: Sequence[Report], said: Sequence[Said]) -> list[OfficeReport]:
    people = await stage.accounts.people(people_of(reports, said))
    return [_office(report, [one for one in said if one.report == report.id], people) for report in reports]


def _office(report: Report, said: Sequence[Said], people: dict[int, Person]) -> OfficeReport:
    place = None
    if report.stage_id and report.stage_kind and report.stage_title is not None and report.stage_status:
        place = ReportedPlace(ids.encode(report.stage_kind, report.stage_id), report.stage_title, report.stage_status)
    return OfficeReport(
        id=ids.encode(REPORT_PREFIX, report.id),
        about=ids.encode(report.kind, report.about),
        kind=report.kind,
        account=person_body(people[report.account]),
        place=place,
        text=report.said,
        hidden=report.hidden,
        times=report.times,
        reasons=dict(Counter(one.reason for one in said)),
        said=[ReportSaid(person_body(people[one.reporter]), one.reason, one.text, one.at) for one in said],
        state=report.status,
        can=_can(report),
        opened_at=report.opened_at,
        decided_at=report.decided_at,
        decided_by=person_body(people[report.decided_by]) if report.decided_by is not None else None,
        decision=report.decision,
        note=report.note,
    )


def _can(report: Report) -> list[str]:
    if report.status != "open":
        return []
    if report.kind != "comment":
        return ["dismiss", "acted"]
    return ["dismiss", "hide", *(["ban"] if report.account != report.stage_creator else []), "acted"]


def _mine(report: Mine) -> MyReport:
    return MyReport(
        id=ids.encode(REPORT_PREFIX, report.id),
        about=ids.encode(report.kind, report.about),
        reason=report.reason,
        text=report.text,
        state=report.status,
        at=report.at,
    )


report_routes: list[Any] = [post_report, list_my_reports, list_office_reports, decide_report]
