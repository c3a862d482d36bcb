"""The office's side of payouts over HTTP. Roles: finance; support may look."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import msgspec
from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, PathParameter

from largesse.accounts import AccountsService, Person, PersonBody, person_body
from largesse.kit import http
from largesse.kit.approval import FourEyes
from largesse.kit.http import Forbidden, Invalid, NotConfigured, NotFound, NotSignedIn, Page, staff
from largesse.kit.places import place_of, written
from largesse.kit.principal import Principal
from largesse.payouts.errors import NotNow
from largesse.payouts.rails.manual import Said
from largesse.payouts.routes_withdrawals import METHOD, PREFIX, Codes, MethodBody, PayoutBody, method_body, payout_body
from largesse.payouts.service_batches import BatchesService
from largesse.payouts.service_methods import MethodsService
from largesse.payouts.service_office import Outcome, PayoutsOffice
from largesse.payouts.store_batches import Batch, Ruling
from largesse.payouts.withdrawal import Payout, Status
from largesse.safety import Fact

_NO_CONTROL = r"^[^\x00-\x1f\x7f]*$"
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=_NO_CONTROL)]


class Because(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why; the creator reads it."""

    reason: Reason


class PlayReturn(Because, frozen=True, forbid_unknown_fields=True):
    """What the bank says; `back_minor` is what comes back, in the payout's currency, or all of it."""

    back_minor: Annotated[int, msgspec.Meta(ge=0, le=10**12)] | None = None


class Rule(Because, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person found out, how they know, and the rail's own number where they have it."""

    outcome: Outcome
    reference: Annotated[str, msgspec.Meta(max_length=100, pattern=_NO_CONTROL)] = ""


class SayTransfer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What became of a transfer made by hand; `back_minor` is what came back of it, in the payout's currency."""

    said: Said
    reference: Annotated[str, msgspec.Meta(max_length=100, pattern=_NO_CONTROL)] = ""
    reason: Annotated[str, msgspec.Meta(max_length=500, pattern=_NO_CONTROL)] = ""
    back_minor: Annotated[int, msgspec.Meta(ge=0, le=10**12)] | None = None


class PutRate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Units of the currency for one US dollar, as a decimal text, and the day that it is of."""

    per_dollar: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,12}(\.[0-9]{1,10})?$")]
    as_of: date


class PayoutSignal(msgspec.Struct, frozen=True, kw_only=True):
    """A fact about the creator that speaks of risk, and how many others it is about."""

    kind: Fact
    related_count: int
    weight: int
    noted_at: datetime


class OfficePayout(msgspec.Struct, frozen=True, kw_only=True):
    """A payout, as operators see it; `creator` is an account's key, `reasons` are why a person looks at it.

    `person` is who that is, in lists and of one payout alone; `signals` are the creator's newest, of one payout alone.
    """

    payout: PayoutBody
    creator: int
    reasons: list[str]
    rail_ref: str | None
    attempt: int
    rulings: list[Ruling] = []
    person: PersonBody | None = None
    signals: list[PayoutSignal] = []


@get("/v1/office/payouts", tags=["Office"], summary="Payouts", responses=http.declares(NotSignedIn, Forbidden))
async def list_office_payouts(
    *,
    payouts_office: NamedDependency[PayoutsOffice],
    accounts: NamedDependency[AccountsService],
    principal: NamedDependency[Principal],
    status: FromQuery[Status | None] = None,
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> Page[OfficePayout]:
    """Everybody's, the newest first; `status=review` is the queue."""
    staff(principal, "finance", "support")
    before = place_of(cursor) if cursor else None
    found = await payouts_office.list_payouts(status=status, before=before, limit=limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    people = await accounts.people({one.creator for one in found})
    return Page([_shown(one, people) for one in found[:limit]], written(last.requested_at, last.id) if last else None)


@get(
    "/v1/office/payouts/{payout:str}",
    tags=["Office"],
    summary="A payout",
    responses=http.declares(NotSignedIn, Forbidden, NotFound),
)
async def get_office_payout(
    payouts_office: NamedDependency[PayoutsOffice],
    accounts: NamedDependency[AccountsService],
    principal: NamedDependency[Principal],
    payout: FromPath[str],
) -> OfficePayout:
    """With every state that it came to, what people found out where its rail was silent, and the creator's signals."""
    staff(principal, "finance", "support")
    found = await payouts_office.get(http.path_id(PREFIX, payout))
    shown = _shown(found, await accounts.people([found.creator]))
    signals = [
        PayoutSignal(kind=one.kind, related_count=one.related_count, weight=one.weight, noted_at=one.noted_at)
        for one in await payouts_office.list_signals(found.creator)
    ]
    return msgspec.structs.replace(shown, rulings=await payouts_office.list_rulings(found.id), signals=signals)


@post(
    "/v1/office/payouts/{payout:str}/approve",
    tags=["Office"],
    summary="Approve a payout",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, NotNow, FourEyes),
)
async def approve_payout(
    payouts_office: NamedDependency[PayoutsOffice], principal: NamedDependency[Principal], payout: FromPath[str]
) -> OfficePayout:
    """Above the bound of `LARGESSE_PAYOUT_FOUR_EYES_MINOR` it takes two different people; nobody approves their own."""
    by = staff(principal, "finance").account
    return _shown(await payouts_office.approve(by, http.path_id(PREFIX, payout)))


@post(
    "/v1/office/payouts/{payout:str}/hold",
    tags=["Office"],
    summary="Hold a payout",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, NotNow),
)
async def hold_payout(
    data: JSONBody[Because],
    payouts_office: NamedDependency[PayoutsOffice],
    principal: NamedDependency[Principal],
    payout: FromPath[str],
) -> OfficePayout:
    """Nobody approves it until it is released; an approval before that is taken back, as long as no rail has it."""
    by = staff(principal, "finance").account
    return _shown(await payouts_office.hold(by, http.path_id(PREFIX, payout), data.reason))


@post(
    "/v1/office/payouts/{payout:str}/release",
    tags=["Office"],
    summary="Release a held payout",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, NotNow),
)
async def release_payout(
    data: JSONBody[Because],
    payouts_office: NamedDependency[PayoutsOffice],
    principal: NamedDependency[Principal],
    payout: FromPath[str],
) -> OfficePayout:
    """It is decided anew."""
    by = staff(principal, "finance").account
    return _shown(await payouts_office.release(by, http.path_id(PREFIX, payout), data.reason))


@post(
    "/v1/office/payouts/{payout:str}/rule",
    tags=["Office"],
    summary="Say what became of a payout whose rail is silent",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, NotNow, FourEyes),
)
async def rule_payout(
    data: JSONBody[Rule],
    payouts_office: NamedDependency[PayoutsOffice],
    principal: NamedDependency[Principal],
    payout: FromPath[str],
) -> OfficePayout:
    """Once its rail is not asked any more (`rail-silent`). Above the bound two people must say the same.

    `failed` gives the diamonds back: be sure that the money did not leave.
    """
    by = staff(principal, "finance").account
    ruled = await payouts_office.rule(
        by, http.path_id(PREFIX, payout), data.outcome, reference=data.reference, reason=data.reason
    )
    return msgspec.structs.replace(_shown(ruled), rulings=await payouts_office.list_rulings(ruled.id))


@post(
    "/v1/office/payouts/{payout:str}/play-return",
    tags=["Office"],
    summary="Play the bank that sends a payout back",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, NotConfigured, NotNow),
)
async def play_return(
    data: JSONBody[PlayReturn],
    payouts_office: NamedDependency[PayoutsOffice],
    principal: NamedDependency[Principal],
    payout: FromPath[str],
) -> OfficePayout:
    """Only in a sandbox, of what has arrived there. The payout follows within seconds."""
    by = staff(principal, "finance").account
    return _shown(await payouts_office.play_return(by, http.path_id(PREFIX, payout), data.reason, data.back_minor))


@get(
    "/v1/office/payout-batches",
    tags=["Office"],
    summary="Batches of payouts",
    responses=http.declares(NotSignedIn, Forbidden),
)
async def list_payout_batches(
    *,
    payout_batches: NamedDependency[BatchesService],
    principal: NamedDependency[Principal],
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> Page[Batch]:
    """What was handed over between which audits, the newest first; one with findings before it was stopped."""
    staff(principal, "finance", "support")
    found = await payout_batches.list_batches(http.key_cursor(cursor), limit + 1)
    return Page(found[:limit], str(found[limit - 1].key) if len(found) > limit else None)


@post(
    "/v1/office/payouts/{payout:str}/reject",
    tags=["Office"],
    summary="Reject a payout",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, NotNow),
)
async def reject_payout(
    data: JSONBody[Because],
    payouts_office: NamedDependency[PayoutsOffice],
    principal: NamedDependency[Principal],
    payout: FromPath[str],
) -> OfficePayout:
    """The creator's diamonds are available again."""
    by = staff(principal, "finance").account
    return _shown(await payouts_office.reject(by, http.path_id(PREFIX, payout), data.reason))


@post(
    "/v1/office/payouts/{payout:str}/transfer",
    tags=["Office"],
    summary="Say what became of a transfer made by hand",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, NotNow, Invalid),
)
async def say_transfer(
    data: JSONBody[SayTransfer],
    payouts_office: NamedDependency[PayoutsOffice],
    principal: NamedDependency[Principal],
    payout: FromPath[str],
) -> OfficePayout:
    """Only of the manual rail. The payout follows within seconds."""
    by = staff(principal, "finance").account
    done = await payouts_office.say(
        by, http.path_id(PREFIX, payout), data.said, ref=data.reference, reason=data.reason, back_minor=data.back_minor
    )
    return _shown(done)


@post(
    "/v1/office/payout-methods/{method:str}/deposits",
    tags=["Office"],
    summary="Say which two deposits were sent",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound),
)
async def send_deposits(
    data: JSONBody[Codes],
    payout_methods: NamedDependency[MethodsService],
    principal: NamedDependency[Principal],
    method: FromPath[str],
) -> MethodBody:
    """The creator names them to verify the method."""
    by = staff(principal, "finance").account
    return method_body(await payout_methods.send_codes(by, http.path_id(METHOD, method), (data.first, data.second)))


@post(
    "/v1/office/payout-methods/{method:str}/verify",
    tags=["Office"],
    summary="Verify a payout method",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound),
)
async def verify_office_method(
    data: JSONBody[Because],
    payout_methods: NamedDependency[MethodsService],
    principal: NamedDependency[Principal],
    method: FromPath[str],
) -> MethodBody:
    """The operator has seen that the account is the creator's."""
    by = staff(principal, "finance").account
    return method_body(await payout_methods.verify(by, http.path_id(METHOD, method), data.reason))


@put(
    "/v1/office/exchange-rates/{currency:str}",
    tags=["Office"],
    summary="Set an exchange rate",
    status_code=204,
    responses=http.declares(NotSignedIn, Forbidden, Invalid),
)
async def put_rate(
    data: JSONBody[PutRate],
    payouts_office: NamedDependency[PayoutsOffice],
    principal: NamedDependency[Principal],
    currency: Annotated[str, PathParameter(pattern="^[A-Z]{3}$")],
) -> None:
    """Quotes use the newest of this table and the embedded one."""
    by = staff(principal, "finance").account
    rate = Decimal(data.per_dollar)
    if not rate:
        raise Invalid.field("per_dollar", "more than nothing")
    await payouts_office.put_rate(by, currency, rate, data.as_of)


def _shown(payout: Payout, people: Mapping[int, Person] | None = None) -> OfficePayout:
    person = (people or {}).get(payout.creator)
    return OfficePayout(
        payout=msgspec.structs.replace(payout_body(payout), history=payout.history), creator=payout.creator,
        reasons=payout.reasons, rail_ref=payout.rail_ref, attempt=payout.attempt,
        person=person_body(person) if person else None,
    )  # fmt: skip


routes = [
    list_office_payouts,
    get_office_payout,
    approve_payout,
    hold_payout,
    release_payout,
    rule_payout,
    play_return,
    list_payout_batches,
    reject_payout,
    say_transfer,
    send_deposits,
    verify_office_method,
    put_rate,
]
