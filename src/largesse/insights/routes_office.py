"""Finance's reports as JSON and CSV, and closing a month. Roles: finance, admin."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from largesse import ledger
from largesse.accounts import AccountsService, Person, PersonBody, person_body
from largesse.insights.service_office import FinanceService
from largesse.kit import http, ids
from largesse.kit.approval import AlreadyDecided, FourEyes, Proposal
from largesse.kit.http import Busy, Forbidden, NotFound, NotSignedIn, Page, staff
from largesse.kit.idempotency import IdempotencyKey, IdReused, chosen_id, created
from largesse.kit.principal import Principal
from largesse.ledger import Cohort, HoursOpen, Liability, MonthFrozen, MonthNotOver, Period, RollForward, TrialLine

_NO_CONTROL = r"^[^\x00-\x1f\x7f]*$"
_MONTH = r"^20[0-9]{2}-(0[1-9]|1[0-2])$"
Month = Annotated[str, QueryParameter(pattern=_MONTH, description="YYYY-MM, in UTC")]
_PERIODS_MAX = 1200
CSV = "text/csv"
_REFUSED = http.declares(NotSignedIn, Forbidden)


class Trial(msgspec.Struct, frozen=True):
    """A month's trial balance."""

    items: list[TrialLine]


class Deferred(msgspec.Struct, frozen=True):
    """A month's deferred revenue."""

    items: list[RollForward]


class Owed(msgspec.Struct, frozen=True):
    """What is owed now."""

    items: list[Liability]


class Breakage(msgspec.Struct, frozen=True):
    """What is unspent of each month's coins."""

    items: list[Cohort]


class Periods(msgspec.Struct, frozen=True):
    """Frozen months, the newest first."""

    items: list[Period]


class MonthBody(msgspec.Struct, frozen=True, kw_only=True):
    """A month and how it stands: `open`, `closable` (over, all its hours closed), `proposed` to be frozen, or `frozen`.

    `proposal` is the one that is open, or that froze it. `frozen_with` is the month in whose freezing it was frozen:
    itself, or a later one.
    """

    month: str
    state: Literal["open", "closable", "proposed", "frozen"]
    proposal: str | None = None
    reason: str = ""
    ticket: str = ""
    proposed_by: PersonBody | None = None
    proposed_at: datetime | None = None
    approved_by: PersonBody | None = None
    frozen_at: datetime | None = None
    frozen_with: str | None = None


class Months(msgspec.Struct, frozen=True):
    """Every month with entries up to that of now, the newest first."""

    items: list[MonthBody]


class ProposeClose(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A month to freeze, with every one before it."""

    month: Annotated[str, msgspec.Meta(pattern=_MONTH)]
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=_NO_CONTROL)]
    ticket: Annotated[str, msgspec.Meta(max_length=100, pattern=_NO_CONTROL)] = ""
    id: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class CloseProposal(msgspec.Struct, frozen=True, kw_only=True):
    """A proposed close. `state` is open, approved, rejected or withdrawn; people are account keys."""

    id: str
    state: str
    month: str
    reason: str
    ticket: str
    proposed_by: int
    proposed_at: datetime
    decided_by: int | None
    decided_at: datetime | None


@get("/v1/office/reports/trial-balance", tags=["Office"], summary="A month's trial balance", responses=_REFUSED)
async def trial_balance(
    finance: NamedDependency[FinanceService], principal: NamedDependency[Principal], month: Month
) -> Trial:
    """Every book: what it had, what went in and out, and what it has, in its own unit; of a frozen month for ever."""
    staff(principal, "finance")
    return Trial(await finance.trial_balance(_first(month)))


@get(
    "/v1/office/reports/trial-balance.csv",
    tags=["Office"],
    summary="The same as CSV",
    media_type=CSV,
    responses=_REFUSED,
)
async def trial_balance_csv(
    finance: NamedDependency[FinanceService], principal: NamedDependency[Principal], month: Month
) -> str:
    """With a line of names first."""
    staff(principal, "finance")
    return _csv(TrialLine, await finance.trial_balance(_first(month)))


@get("/v1/office/reports/deferred-revenue", tags=["Office"], summary="Deferred revenue of a month", responses=_REFUSED)
async def deferred_revenue(
    finance: NamedDependency[FinanceService], principal: NamedDependency[Principal], month: Month
) -> Deferred:
    """By currency: opening + sold + given - recognised - removed = closing, in minor units."""
    staff(principal, "finance")
    return Deferred(await finance.deferred_revenue(_first(month)))


@get(
    "/v1/office/reports/deferred-revenue.csv",
    tags=["Office"],
    summary="The same as CSV",
    media_type=CSV,
    responses=_REFUSED,
)
async def deferred_revenue_csv(
    finance: NamedDependency[FinanceService], principal: NamedDependency[Principal], month: Month
) -> str:
    """With a line of names first."""
    staff(principal, "finance")
    return _csv(RollForward, await finance.deferred_revenue(_first(month)))


@get("/v1/office/reports/liabilities", tags=["Office"], summary="What is owed now", responses=_REFUSED)
async def liabilities(finance: NamedDependency[FinanceService], principal: NamedDependency[Principal]) -> Owed:
    """Unspent coins, creators' diamonds, and what the books owe."""
    staff(principal, "finance")
    return Owed(await finance.liabilities())


@get(
    "/v1/office/reports/liabilities.csv", tags=["Office"], summary="The same as CSV", media_type=CSV, responses=_REFUSED
)
async def liabilities_csv(finance: NamedDependency[FinanceService], principal: NamedDependency[Principal]) -> str:
    """With a line of names first."""
    staff(principal, "finance")
    return _csv(Liability, await finance.liabilities())


@get("/v1/office/reports/breakage", tags=["Office"], summary="What is unspent of each month", responses=_REFUSED)
async def breakage(finance: NamedDependency[FinanceService], principal: NamedDependency[Principal]) -> Breakage:
    """Coins do not expire: a report, of which nothing is booked."""
    staff(principal, "finance")
    return Breakage(await finance.breakage())


@get("/v1/office/reports/breakage.csv", tags=["Office"], summary="The same as CSV", media_type=CSV, responses=_REFUSED)
async def breakage_csv(finance: NamedDependency[FinanceService], principal: NamedDependency[Principal]) -> str:
    """With a line of names first."""
    staff(principal, "finance")
    return _csv(Cohort, await finance.breakage())


@get("/v1/office/months", tags=["Office"], summary="Months and how they stand", responses=_REFUSED)
async def list_months(
    finance: NamedDependency[FinanceService],
    accounts: NamedDependency[AccountsService],
    principal: NamedDependency[Principal],
) -> Months:
    """From the month of the first entry to this one (UTC), the newest first; all of them."""
    staff(principal, "finance")
    months = await finance.list_months()
    proposers = {proposal.proposed_by for _, proposal in months if proposal}
    approvers = {month.period.approved_by for month, _ in months if month.period}
    people = await accounts.people(proposers | approvers)
    return Months([_month(month, proposal, people) for month, proposal in months])


@get("/v1/office/periods", tags=["Office"], summary="Frozen months", responses=_REFUSED)
async def list_periods(finance: NamedDependency[FinanceService], principal: NamedDependency[Principal]) -> Periods:
    """The newest first; each is frozen with all before it."""
    staff(principal, "finance")
    return Periods(await finance.list_periods(_PERIODS_MAX))


@post(
    "/v1/office/period-closes",
    tags=["Office"],
    summary="Propose to close a month",
    responses=http.declares(NotSignedIn, Forbidden, MonthFrozen, MonthNotOver, HoursOpen, IdReused),
)
async def propose_close(
    data: JSONBody[ProposeClose],
    finance: NamedDependency[FinanceService],
    principal: NamedDependency[Principal],
    idempotency_key: IdempotencyKey = None,
) -> Response[CloseProposal]:
    """It is frozen when a second person approves it."""
    by = staff(principal, "finance").account
    found, replayed = await finance.propose_close(
        by=by,
        proposal=chosen_id("proposal", data.id, idempotency_key, principal),
        month=_first(data.month),
        reason=data.reason,
        ticket=data.ticket,
    )
    return created(_shown(found), replayed=replayed)


@get("/v1/office/period-closes", tags=["Office"], summary="Proposed closes of months", responses=_REFUSED)
async def list_closes(
    finance: NamedDependency[FinanceService],
    principal: NamedDependency[Principal],
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> Page[CloseProposal]:
    """In every state, the newest first."""
    staff(principal, "finance")
    found = await finance.list_proposals(before=http.id_cursor("proposal", cursor), limit=limit + 1)
    return http.page(found, limit, _shown)


@post(
    "/v1/office/period-closes/{proposal:str}/approve",
    tags=["Office"],
    summary="Close a proposed month",
    status_code=200,
    responses=http.declares(
        NotSignedIn, Forbidden, NotFound, FourEyes, AlreadyDecided, MonthFrozen, MonthNotOver, HoursOpen, Busy
    ),
)
async def approve_close(
    finance: NamedDependency[FinanceService], principal: NamedDependency[Principal], proposal: FromPath[str]
) -> Period:
    """Two different people. From then on whatever is recorded belongs to the first open month."""
    by = staff(principal, "finance").account
    return await finance.approve_close(by=by, proposal=http.path_id("proposal", proposal))


@post(
    "/v1/office/period-closes/{proposal:str}/reject",
    tags=["Office"],
    summary="Reject or withdraw a proposed close",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, AlreadyDecided),
)
async def reject_close(
    finance: NamedDependency[FinanceService], principal: NamedDependency[Principal], proposal: FromPath[str]
) -> CloseProposal:
    """One's own is withdrawn."""
    by = staff(principal, "finance").account
    return _shown(await finance.reject_close(by=by, proposal=http.path_id("proposal", proposal)))


def _first(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _csv(kind: type[msgspec.Struct], rows: Sequence[msgspec.Struct]) -> str:
    """RFC 4180, with a line of names."""
    out = io.StringIO()
    writer = csv.DictWriter(out, kind.__struct_encode_fields__)
    writer.writeheader()
    writer.writerows(msgspec.to_builtins(row) for row in rows)
    return out.getvalue()


def _month(month: ledger.Month, proposal: Proposal | None, people: Mapping[int, Person]) -> MonthBody:
    period = month.period
    proposed_by = people.get(proposal.proposed_by) if proposal else None
    approved_by = people.get(period.approved_by) if period else None
    return MonthBody(
        month=f"{month.month:%Y-%m}",
        state="proposed" if proposal and not period else month.state,
        proposal=ids.encode("proposal", proposal.id) if proposal else None,
        reason=proposal.reason if proposal else "",
        ticket=proposal.ticket if proposal else "",
        proposed_by=person_body(proposed_by) if proposed_by else None,
        proposed_at=proposal.proposed_at if proposal else None,
        approved_by=person_body(approved_by) if approved_by else None,
        frozen_at=period.frozen_at if period else None,
        frozen_with=f"{period.month:%Y-%m}" if period else None,
    )


def _shown(proposal: Proposal) -> CloseProposal:
    return CloseProposal(
        id=ids.encode("proposal", proposal.id),
        state=proposal.state,
        month=proposal.body["month"][:7],
        reason=proposal.reason,
        ticket=proposal.ticket,
        proposed_by=proposal.proposed_by,
        proposed_at=proposal.proposed_at,
        decided_by=proposal.decided_by,
        decided_at=proposal.decided_at,
    )


office_routes = [
    trial_balance,
    trial_balance_csv,
    deferred_revenue,
    deferred_revenue_csv,
    liabilities,
    liabilities_csv,
    breakage,
    breakage_csv,
    list_months,
    list_periods,
    propose_close,
    list_closes,
    approve_close,
    reject_close,
]
