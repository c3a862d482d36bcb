"""Reports of providers over HTTP. Roles: finance; support may look."""

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, PathParameter

from largesse.kit import http, ids
from largesse.kit.approval import AlreadyDecided
from largesse.kit.http import Forbidden, Invalid, MoneyBody, NotConfigured, NotFound, NotSignedIn, Page, staff
from largesse.kit.idempotency import created
from largesse.kit.places import place_of, written
from largesse.kit.principal import Principal
from largesse.payments.errors import ReportRefused
from largesse.payments.reconciling.lines import BYTES_MAX
from largesse.payments.routes_office import Reason
from largesse.payments.service_reconciling import ReconcilingService
from largesse.payments.store_reconciling import DifferingLine, Reconciliation

PREFIX = "reconciliation"


class SumBody(msgspec.Struct, frozen=True, kw_only=True):
    """What a report moves in all beside what the books moved, in minor units of a currency; plus is in our favour.

    `difference_minor` is theirs less ours. `opening_minor` and `closing_minor` are balances of a bank's account.
    """

    currency: str
    theirs_minor: int
    ours_minor: int
    difference_minor: int
    opening_minor: int | None
    closing_minor: int | None


class ReconciliationBody(msgspec.Struct, frozen=True, kw_only=True):
    """A report that was read: how many lines it has, how many agree, how many are no sale's, what does not agree."""

    id: str
    provider: str
    from_on: date
    to_on: date
    read_at: datetime
    lines: int
    matched: int
    other: int
    differing: int
    open: int
    sums: list[SumBody]


class LineBody(msgspec.Struct, frozen=True, kw_only=True):
    """Something that does not agree: missing there, unknown here, differs, duplicate; `place` is a line of the file.

    Units are those of a store's total, and null where a line is one sale's.
    """

    n: int
    status: str
    kind: str
    ref: str
    place: int | None
    purchase: str | None
    theirs: MoneyBody | None
    ours: MoneyBody | None
    theirs_units: int | None
    ours_units: int | None
    resolved_at: datetime | None
    note: str


class Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why it does not agree, and what was done about it."""

    note: Reason


@post(
    "/v1/office/reconciliations/{provider:str}",
    tags=["Office"],
    summary="Hold a provider's report against ours",
    request_max_body_size=BYTES_MAX + 1,
    responses=http.declares(NotSignedIn, Forbidden, NotConfigured, Invalid, ReportRefused),
)
async def read_report(
    *,
    request: Request[Any, Any, Any],
    reconciling: NamedDependency[ReconcilingService],
    principal: NamedDependency[Principal],
    provider: FromPath[str],
    from_on: FromQuery[date],
    to_on: FromQuery[date],
) -> Response[ReconciliationBody]:
    """The report itself is the body: Stripe's itemised balance changes, PayPal's activity, Google Play's earnings.

    CSV, Google's in its zip file too; the days are UTC's. Of a line of the kind `fee` both amounts are fees. Apple's
    financial report (tab-separated, in its gzip file too) has totals of products only, by the days that it names. Of
    a bank (`bank`) it is the account statement, camt.053.
    """
    by = staff(principal, "finance").account
    made, replayed = await reconciling.read(by, provider, await request.body(), from_on=from_on, to_on=to_on)
    return created(_shown(made), replayed=replayed)


@get(
    "/v1/office/reconciliations",
    tags=["Office"],
    summary="Reports that were read",
    responses=http.declares(NotSignedIn, Forbidden),
)
async def list_reconciliations(
    reconciling: NamedDependency[ReconcilingService],
    principal: NamedDependency[Principal],
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> Page[ReconciliationBody]:
    """Newest first."""
    staff(principal, "finance", "support")
    found = await reconciling.list_read(place_of(cursor) if cursor else None, limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return Page([_shown(one) for one in found[:limit]], written(last.read_at, last.id) if last else None)


@get(
    "/v1/office/reconciliations/{reconciliation:str}",
    tags=["Office"],
    summary="A report that was read, with its sums",
    responses=http.declares(NotSignedIn, Forbidden, NotFound),
)
async def get_reconciliation(
    reconciling: NamedDependency[ReconcilingService],
    principal: NamedDependency[Principal],
    reconciliation: FromPath[str],
) -> ReconciliationBody:
    """Sums are net of fees, of what is a sale's or a payout's: the report's lines beside the books' own accounts."""
    staff(principal, "finance", "support")
    return _shown(await reconciling.get(http.path_id(PREFIX, reconciliation)))


@get(
    "/v1/office/reconciliations/{reconciliation:str}/lines",
    tags=["Office"],
    summary="What does not agree in a report",
    responses=http.declares(NotSignedIn, Forbidden, NotFound),
)
async def list_reconciliation_lines(
    *,
    reconciling: NamedDependency[ReconcilingService],
    principal: NamedDependency[Principal],
    reconciliation: FromPath[str],
    is_open: FromQuery[bool] = False,
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> Page[LineBody]:
    """In the report's order, what it misses last; `is_open=true`: only what nobody has resolved."""
    staff(principal, "finance", "support")
    after = http.key_cursor(cursor) or 0
    found = await reconciling.list_lines(http.path_id(PREFIX, reconciliation), after, limit + 1, is_open=is_open)
    return Page([_line(one) for one in found[:limit]], str(found[limit - 1].n) if len(found) > limit else None)


@post(
    "/v1/office/reconciliations/{reconciliation:str}/lines/{n:int}/resolve",
    tags=["Office"],
    summary="Say why something does not agree",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, Invalid, AlreadyDecided),
)
async def resolve_line(
    data: JSONBody[Note],
    reconciling: NamedDependency[ReconcilingService],
    principal: NamedDependency[Principal],
    reconciliation: FromPath[str],
    n: Annotated[int, PathParameter(ge=1, le=http.KEY_MAX)],
) -> ReconciliationBody:
    """It moves nothing: refunds, decisions and adjustments have verbs of their own."""
    by = staff(principal, "finance").account
    return _shown(await reconciling.resolve(by, http.path_id(PREFIX, reconciliation), n, data.note))


def _shown(one: Reconciliation) -> ReconciliationBody:
    return ReconciliationBody(
        id=ids.encode(PREFIX, one.id), provider=one.provider, from_on=one.from_on, to_on=one.to_on, read_at=one.read_at,
        lines=one.lines, matched=one.matched, other=one.other, differing=one.differing, open=one.open,
        sums=[
            SumBody(
                currency=each.currency, theirs_minor=each.theirs_minor, ours_minor=each.ours_minor,
                difference_minor=each.theirs_minor - each.ours_minor, opening_minor=each.opening_minor,
                closing_minor=each.closing_minor,
            )
            for each in one.sums
        ],
    )  # fmt: skip


def _line(one: DifferingLine) -> LineBody:
    return LineBody(
        n=one.n, status=one.status, kind=one.kind, ref=one.ref, place=one.place,
        purchase=ids.encode("purchase", one.purchase) if one.purchase else None,
        theirs=_money(one.theirs_minor, one.theirs_currency), ours=_money(one.ours_minor, one.ours_currency),
        theirs_units=one.theirs_units, ours_units=one.ours_units, resolved_at=one.resolved_at, note=one.note,
    )  # fmt: skip


def _money(minor: int | None, currency: str | None) -> MoneyBody | None:
    return None if minor is None or currency is None else MoneyBody(minor, currency)


routes = [read_report, list_reconciliations, get_reconciliation, list_reconciliation_lines, resolve_line]
