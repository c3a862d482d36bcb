"""The days behind a creator's figures, and their statements of months, over HTTP."""

import asyncio
import csv
import io
from datetime import UTC, date, datetime
from typing import Annotated, Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from largesse.kit import http, ids
from largesse.kit.http import Forbidden, Invalid, MoneyBody, NotFound, NotSignedIn, Page
from largesse.kit.money import Money
from largesse.kit.principal import Principal
from largesse.ledger import Move
from largesse.payouts.monthly import GRANT, DayLine, Month, State
from largesse.payouts.service import PayoutsService
from largesse.payouts.statement_pdf import amount, diamonds, drawn
from largesse.payouts.withdrawal import DOLLAR

_MONTH_LENGTH = len("2026-11")
_COLUMNS = (
    "date", "kind", "gifts", "coins", "diamonds_milli", "amount_minor", "fee_minor", "currency", "policy", "payout",
)  # fmt: skip
_KINDS = {"payout": "withdrawn", "paidout": "arrived", "letgo": "released", "return": "returned", GRANT: "granted"}
InState = Annotated[State | None, QueryParameter(name="in", description="days that this figure counts; all if absent")]
Since = Annotated[date | None, QueryParameter(name="from", description="the first UTC day")]
Until = Annotated[date | None, QueryParameter(name="to", description="the last UTC day, included")]


class PinnedPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """The rates that the day's gifts are pinned to; the value of a diamond is in millionths of a US dollar."""

    id: str
    share_bps: int
    diamond_value_micros: int
    hold_days: int


class EarningDayBody(msgspec.Struct, frozen=True, kw_only=True):
    """What a UTC day gave under one policy, and where it is now.

    `granted_milli` of it came from the operator, without a gift. earned = reversed + held + pending + available +
    reserved + paid. `value` is what was earned at the pinned value. `clears_on`: available from its beginning; null
    where there was no hold. `gifts_url` pages through the gifts of the day: those of its `policy.id` sum to
    `earned_milli` less `granted_milli`.
    """

    clears_on: date | None
    date: date
    gifts: int
    coins: int
    earned_milli: int
    granted_milli: int
    reversed_milli: int
    held_milli: int
    pending_milli: int
    available_milli: int
    reserved_milli: int
    paid_milli: int
    value: MoneyBody
    policy: PinnedPolicy
    gifts_url: str


class MoveBody(msgspec.Struct, frozen=True, kw_only=True):
    """What changed your diamonds besides gifts; `diamonds_milli` is signed, and 0 where a withdrawal arrived.

    `kind`: withdrawn, arrived, released (turned down, canceled or failed), returned by the bank; reversed or restored
    for parts of gifts whose coins were taken back, or came again; granted by the operator (`gross` is its worth);
    set_off for what you owed of such gifts, which a month counts as reversed.
    """

    at: datetime
    kind: str
    diamonds_milli: int
    payout_id: str | None
    gross: MoneyBody | None
    fee: MoneyBody | None
    sent: MoneyBody | None


class MonthBody(msgspec.Struct, frozen=True, kw_only=True):
    """A UTC month: opening + earned + granted - reversed - withdrawn + given back = closing, in milli-diamonds.

    What is reserved for a withdrawal has left. A month that is `over` changes only by what was under way as it ended.
    `earned_value` sums the days' values.
    """

    month: str
    over: bool
    gifts: int
    coins: int
    opening_milli: int
    earned_milli: int
    granted_milli: int
    reversed_milli: int
    withdrawn_milli: int
    given_back_milli: int
    closing_milli: int
    earned_value: MoneyBody


class DayEarned(msgspec.Struct, frozen=True, kw_only=True):
    """A day of a statement: what its gifts gave, under which policy."""

    date: date
    gifts: int
    coins: int
    earned_milli: int
    value: MoneyBody
    policy: PinnedPolicy


class StatementBody(MonthBody, frozen=True, kw_only=True):
    """A month with its days, and what moved besides."""

    days: list[DayEarned]
    moves: list[MoveBody]


@get("/v1/me/diamonds/days", summary="The days behind your diamonds", responses=http.declares(NotSignedIn, Forbidden))
async def list_days(  # noqa: PLR0917 - a parameter of the query each
    payouts: NamedDependency[PayoutsService],
    principal: NamedDependency[Principal],
    figure: InState = None,
    since: Since = None,
    until: Until = None,
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> Page[EarningDayBody]:
    """Newest first. Each sum of `/v1/me/diamonds` is the sum of these days."""
    before = _place(cursor) if cursor else None
    found = await payouts.list_days(_creator(principal).account, state=figure, since=since, until=until)
    after = [line for line in found if before is None or _key(line) < before]
    shown = after[:limit]
    return Page([_day(line) for line in shown], _written(shown[-1]) if len(after) > limit else None)


@get("/v1/me/statements", summary="Your statements", responses=http.declares(NotSignedIn, Forbidden))
async def list_statements(
    payouts: NamedDependency[PayoutsService],
    principal: NamedDependency[Principal],
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> Page[MonthBody]:
    """One a UTC month since your first gift, newest first; the month that runs is not `over`."""
    before = _first_of(cursor) if cursor else None
    if cursor and before is None:
        raise Invalid.field("cursor", "not a next_cursor of this list")
    found = await payouts.list_months(_creator(principal).account)
    after = [month for month in found if before is None or month.first < before]
    shown = after[:limit]
    next_cursor = _name(shown[-1]) if len(after) > limit else None
    return Page([MonthBody(**_sums(month)) for month in shown], next_cursor)


@get("/v1/me/statements/{month:str}", summary="A statement", responses=http.declares(NotSignedIn, Forbidden, NotFound))
async def get_statement(
    payouts: NamedDependency[PayoutsService], principal: NamedDependency[Principal], month: FromPath[str]
) -> StatementBody:
    """Of a UTC month such as `2026-11`, with its days and what moved besides."""
    found = await _find(payouts, principal, month)
    days = [
        DayEarned(
            date=line.earning.day,
            gifts=line.earning.gifts,
            coins=line.earning.coins,
            earned_milli=line.gifted_milli,
            value=MoneyBody(line.gifted_minor, DOLLAR),
            policy=_policy(line),
        )
        for line in found.days
    ]
    return StatementBody(**_sums(found), days=days, moves=[_move(move) for move in found.moves])


@get(
    "/v1/me/statements/{month:str}/csv",
    summary="A statement as CSV",
    media_type="text/csv",
    responses=http.declares(NotSignedIn, Forbidden, NotFound),
)
async def get_statement_csv(
    payouts: NamedDependency[PayoutsService], principal: NamedDependency[Principal], month: FromPath[str]
) -> Response[str]:
    """One line a day and policy, and one for everything that moved besides; UTF-8, RFC 4180.

    The signed `diamonds_milli` of all lines sum to closing less opening.
    """
    found = await _find(payouts, principal, month)
    headers = {
        "Content-Disposition": f'attachment; filename="statement-{_name(found)}.csv"',
        "Cache-Control": "no-store",
    }
    return Response(_csv(found), media_type="text/csv", headers=headers)


@get(
    "/v1/me/statements/{month:str}/pdf",
    summary="A statement as PDF",
    media_type="application/pdf",
    responses=http.declares(NotSignedIn, Forbidden, NotFound),
)
async def get_statement_pdf(
    payouts: NamedDependency[PayoutsService], principal: NamedDependency[Principal], month: FromPath[str]
) -> Response[bytes]:
    """A4 pages in English, with the sums, days and moves of the statement's body."""
    found = await _find(payouts, principal, month)
    moves = [_written_move(_move(move)) for move in found.moves]
    pages = await asyncio.to_thread(drawn, found, moves, principal.username, datetime.now(UTC))
    headers = {
        "Content-Disposition": f'attachment; filename="statement-{_name(found)}.pdf"',
        "Cache-Control": "no-store",
    }
    return Response(pages, media_type="application/pdf", headers=headers)


def _written_move(body: MoveBody) -> tuple[str, ...]:
    money = [amount(Money(each.minor, each.currency)) if each else "" for each in (body.gross, body.fee)]
    return (body.at.date().isoformat(), body.kind, diamonds(body.diamonds_milli), *money)


def _csv(month: Month) -> str:
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(_COLUMNS)
    for line in month.days:
        own = line.earning
        policy = ids.encode("policy", line.policy.id)
        table.writerow(
            [own.day, "earned", own.gifts, own.coins, line.gifted_milli, line.gifted_minor, "", DOLLAR, policy, ""]
        )
    for move in month.moves:
        body = _move(move)
        amount = body.gross
        table.writerow(
            [
                body.at.date(), body.kind, "", "", body.diamonds_milli, amount.minor if amount else "",
                "" if body.fee is None else body.fee.minor, amount.currency if amount else "", "", body.payout_id or "",
            ]
        )  # fmt: skip
    return out.getvalue()


async def _find(payouts: PayoutsService, principal: Principal, name: str) -> Month:
    own, first = _creator(principal), _first_of(name)
    found = [month for month in await payouts.list_months(own.account) if month.first == first]
    if not found:
        raise NotFound
    return found[0]


def _creator(principal: Principal) -> Principal:
    if not principal.creator or principal.kind != "session":
        raise Forbidden(detail="only creators have diamonds")
    return principal


def _day(line: DayLine) -> EarningDayBody:
    own = line.earning
    return EarningDayBody(
        date=own.day,
        gifts=own.gifts,
        coins=own.coins,
        earned_milli=own.milli_in,
        granted_milli=own.milli_granted,
        reversed_milli=own.milli_reversed,
        held_milli=own.milli_held,
        pending_milli=line.pending_milli,
        available_milli=line.available_milli,
        reserved_milli=own.milli_reserved,
        paid_milli=own.milli_redeemed,
        value=MoneyBody(line.earned_minor, DOLLAR),
        clears_on=line.clears_at.date() if line.clears_at else None,
        policy=_policy(line),
        gifts_url=f"/v1/me/gifts/received?day={own.day}",
    )


def _policy(line: DayLine) -> PinnedPolicy:
    return PinnedPolicy(
        id=ids.encode("policy", line.policy.id),
        share_bps=line.policy.share_bps,
        diamond_value_micros=line.policy.diamond_value_micros,
        hold_days=line.policy.hold_days,
    )


def _sums(month: Month) -> dict[str, Any]:
    return {
        "month": _name(month),
        "over": month.is_over,
        "gifts": sum(line.earning.gifts for line in month.days),
        "coins": sum(line.earning.coins for line in month.days),
        "opening_milli": month.opening_milli,
        "earned_milli": month.earned_milli,
        "granted_milli": month.granted_milli,
        "reversed_milli": month.reversed_milli,
        "withdrawn_milli": month.withdrawn_milli,
        "given_back_milli": month.given_back_milli,
        "closing_milli": month.closing_milli,
        "earned_value": MoneyBody(sum(line.gifted_minor for line in month.days), DOLLAR),
    }


def _move(move: Move) -> MoveBody:
    payout = None
    if move.source and move.kind != GRANT:
        payout = ids.decode(move.source.removeprefix("payout:"), "payout")
    sent = MoneyBody(move.sent_minor, move.sent_currency) if move.sent_minor and move.sent_currency else None
    return MoveBody(
        at=move.at,
        kind=_kind(move),
        diamonds_milli=move.milli,
        payout_id=ids.encode("payout", payout) if payout else None,
        gross=None if move.gross_minor is None else MoneyBody(move.gross_minor, DOLLAR),
        fee=None if move.fee_minor is None else MoneyBody(move.fee_minor, DOLLAR),
        sent=sent,
    )


def _kind(move: Move) -> str:
    if move.source:
        return _KINDS[move.kind]
    if move.milli > 0:
        return "restored"
    return "set_off" if move.kind == "setoff" else "reversed"


def _name(month: Month) -> str:
    return month.first.isoformat()[:_MONTH_LENGTH]


def _first_of(name: str) -> date | None:
    """The first day of a month by its name; None for what names none."""
    if len(name) != _MONTH_LENGTH:
        return None
    try:
        return date.fromisoformat(f"{name}-01")
    except ValueError:
        return None


def _key(line: DayLine) -> tuple[date, int]:
    return line.earning.day, line.earning.policy


def _written(line: DayLine) -> str:
    return f"{line.earning.day}.{line.earning.policy}"


def _place(cursor: str) -> tuple[date, int]:
    day, _, policy = cursor.partition(".")
    try:
        return date.fromisoformat(day), http.key_cursor(policy) or 0
    except ValueError as error:
        raise Invalid.field("cursor", "not a next_cursor of this list") from error


routes = [list_days, list_statements, get_statement, get_statement_csv, get_statement_pdf]
