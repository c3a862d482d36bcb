"""The office's side of payments over HTTP. Roles: finance; support may look."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from largesse.kit import http, ids
from largesse.kit.approval import AlreadyDecided, FourEyes, Proposal
from largesse.kit.http import Forbidden, Invalid, MoneyBody, NotConfigured, NotFound, NotSignedIn, Page, staff
from largesse.kit.idempotency import IdempotencyKey, IdReused, chosen_id, created
from largesse.kit.places import place_of, written
from largesse.kit.principal import Principal
from largesse.ledger import Line, NotEnoughUnspent
from largesse.payments.errors import NotRefundable
from largesse.payments.model import Step
from largesse.payments.service_office import (
    KIND_DECISION,
    KIND_REFUND,
    KINDS,
    DecisionBody,
    OfficeService,
    RefundBody,
)
from largesse.payments.store_office import DisputeRow, Listed, Wanted

_NO_CONTROL = r"^[^\x00-\x1f\x7f]*$"
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=_NO_CONTROL)]
Ticket = Annotated[str, msgspec.Meta(max_length=100, pattern=_NO_CONTROL)]
OptionalId = Annotated[str, msgspec.Meta(max_length=64, description="UUIDv7, bare or prefixed")] | None
StatusFilter = FromQuery[Annotated[str, msgspec.Meta(pattern="^[a-z_]{1,30}$")] | None]


class ProposeRefund(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Give back `coins` of a purchase, or (null) all that is left. `unspent_only` touches nobody who got a gift."""

    reason: Reason
    ticket: Ticket = ""
    coins: Annotated[int, msgspec.Meta(ge=1, le=10_000_000)] | None = None
    unspent_only: bool = True
    id: OptionalId = None


class ProposeDecision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What becomes of money that arrived and was not the order's."""

    decision: Literal["grant", "send_back"]
    reason: Reason
    ticket: Ticket = ""
    id: OptionalId = None


class ProposeAdjustment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Coins to give (plus) or to take (minus, unspent ones only)."""

    account: Annotated[str, msgspec.Meta(max_length=64)]
    coins: Annotated[int, msgspec.Meta(ge=-10_000_000, le=10_000_000)]
    line: Line = "paid"
    reason: Reason
    ticket: Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=_NO_CONTROL)]
    id: OptionalId = None


class PlayBank(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the bank of a sandbox's buyer does."""

    status: Literal["open", "won", "lost"]


class PaymentProposal(msgspec.Struct, frozen=True, kw_only=True):
    """What one person proposed. `state` is open, approved, rejected or withdrawn; people are account keys."""

    id: str
    kind: str
    state: str
    body: dict[str, Any]
    reason: str
    ticket: str
    proposed_by: int
    proposed_at: datetime
    decided_by: int | None
    decided_at: datetime | None


class OfficePurchase(msgspec.Struct, frozen=True, kw_only=True):
    """A purchase, as operators see it; `paid` is what arrived, `fee` what the provider kept."""

    id: str
    account: str
    username: str
    status: str
    coins: int
    price: MoneyBody
    paid: MoneyBody | None
    fee: MoneyBody
    refunded: MoneyBody
    provider: str
    provider_ref: str | None
    channel: str
    live: bool
    flags: list[str]
    created_at: datetime
    granted_at: datetime | None


class OfficeRefund(msgspec.Struct, frozen=True, kw_only=True):
    """Money given back, by us or at the provider."""

    id: str
    ref: str | None
    money: MoneyBody
    status: str
    reason: str
    made_at: datetime
    moved_at: datetime


class OfficeDispute(msgspec.Struct, frozen=True, kw_only=True):
    """What a buyer's bank asks about; evidence is handed in at the provider, by `evidence_due_at`."""

    id: str
    purchase: str
    username: str
    provider: str
    ref: str
    money: MoneyBody
    fee: MoneyBody
    status: str
    reason: str
    evidence_due_at: datetime | None
    opened_at: datetime
    decided_at: datetime | None


class OfficePurchaseWhole(msgspec.Struct, frozen=True, kw_only=True):
    """A purchase with all that happened to it."""

    purchase: OfficePurchase
    history: list[Step]
    refunds: list[OfficeRefund]
    disputes: list[OfficeDispute]


@get("/v1/office/purchases", tags=["Office"], summary="Purchases", responses=http.declares(NotSignedIn, Forbidden))
async def list_office_purchases(
    *,
    office: NamedDependency[OfficeService],
    principal: NamedDependency[Principal],
    status: StatusFilter = None,
    provider: StatusFilter = None,
    account: FromQuery[Annotated[str, msgspec.Meta(max_length=64)] | None] = None,
    flagged: FromQuery[bool] = False,
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> Page[OfficePurchase]:
    """Purchases of everybody, the newest first; `flagged` are those that a person should look at."""
    staff(principal, "finance", "support")
    wanted = Wanted(
        status=status,
        provider=provider,
        account=http.body_id("acct", "account", account) if account else None,
        flagged=flagged,
    )
    found = await office.list_purchases(wanted, before=place_of(cursor) if cursor else None, limit=limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return Page([_listed(one) for one in found[:limit]], written(last.created_at, last.id) if last else None)


@get(
    "/v1/office/purchases/{purchase:str}",
    tags=["Office"],
    summary="A purchase with all that happened to it",
    responses=http.declares(NotSignedIn, Forbidden, NotFound),
)
async def get_office_purchase(
    office: NamedDependency[OfficeService], principal: NamedDependency[Principal], purchase: FromPath[str]
) -> OfficePurchaseWhole:
    """History, refunds, disputes. Roles: finance, support, admin."""
    staff(principal, "finance", "support")
    listed, found, refunds, disputes = await office.get(http.path_id("purchase", purchase))
    return OfficePurchaseWhole(
        purchase=_listed(listed),
        history=found.history,
        refunds=[
            OfficeRefund(
                id=str(row["id"]), ref=row["ref"], money=MoneyBody(row["minor"], row["currency"]), status=row["status"],
                reason=row["reason"], made_at=row["made_at"], moved_at=row["moved_at"],
            )
            for row in refunds
        ],
        disputes=[_dispute(row) for row in disputes],
    )  # fmt: skip


@get("/v1/office/disputes", tags=["Office"], summary="Disputes", responses=http.declares(NotSignedIn, Forbidden))
async def list_office_disputes(
    office: NamedDependency[OfficeService],
    principal: NamedDependency[Principal],
    status: StatusFilter = None,
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> Page[OfficeDispute]:
    """Disputes, the newest first. Roles: finance, support, admin."""
    staff(principal, "finance", "support")
    before = http.id_cursor("dispute", cursor)
    found = await office.list_disputes(status=status, before=before, limit=limit + 1)
    return http.page(found, limit, _dispute)


_PROPOSES = http.declares(NotSignedIn, Forbidden, NotFound, NotConfigured, IdReused)


@post("/v1/office/purchases/{purchase:str}/refunds", tags=["Office"], summary="Propose a refund", responses=_PROPOSES)
async def propose_refund(
    office: NamedDependency[OfficeService], principal: NamedDependency[Principal], purchase: FromPath[str],
    data: JSONBody[ProposeRefund], idempotency_key: IdempotencyKey = None,
) -> Response[PaymentProposal]:  # fmt: skip
    """Money goes back when a second person approves. Roles: finance, admin."""
    staff(principal, "finance")
    body = RefundBody(purchase=http.path_id("purchase", purchase), coins=data.coins, unspent_only=data.unspent_only)
    await office.get(body.purchase)
    return await _propose(office, principal, KIND_REFUND, body, data, idempotency_key)


@post(
    "/v1/office/purchases/{purchase:str}/decisions",
    tags=["Office"],
    summary="Propose what becomes of money that was kept apart",
    responses=_PROPOSES,
)
async def propose_decision(
    office: NamedDependency[OfficeService], principal: NamedDependency[Principal], purchase: FromPath[str],
    data: JSONBody[ProposeDecision], idempotency_key: IdempotencyKey = None,
) -> Response[PaymentProposal]:  # fmt: skip
    """Grant the coins for what arrived, or send it back. Roles: finance, admin."""
    staff(principal, "finance")
    body = DecisionBody(purchase=http.path_id("purchase", purchase), decision=data.decision)
    await office.get(body.purchase)
    return await _propose(office, principal, KIND_DECISION, body, data, idempotency_key)


@post("/v1/office/adjustments", tags=["Office"], summary="Propose an adjustment", responses=_PROPOSES)
async def propose_adjustment(
    office: NamedDependency[OfficeService], principal: NamedDependency[Principal], data: JSONBody[ProposeAdjustment],
    idempotency_key: IdempotencyKey = None,
) -> Response[PaymentProposal]:  # fmt: skip
    """Coins are given or taken when a second person approves; journalled with the reason. Roles: finance, admin."""
    staff(principal, "finance")
    if data.coins == 0:
        raise Invalid.field("coins", "not 0")
    found, replayed = await office.propose_adjustment(
        by=principal.account,
        proposal=chosen_id("proposal", data.id, idempotency_key, principal),
        account=http.body_id("acct", "account", data.account),
        line=data.line,
        coins=data.coins,
        reason=data.reason,
        ticket=data.ticket,
    )
    return created(_shown(found), replayed=replayed)


@get(
    "/v1/office/payment-proposals",
    tags=["Office"],
    summary="Proposed refunds, decisions or adjustments",
    responses=http.declares(NotSignedIn, Forbidden),
)
async def list_payment_proposals(
    *,
    office: NamedDependency[OfficeService],
    principal: NamedDependency[Principal],
    kind: FromQuery[Literal["refund", "decision", "adjustment"]] = "refund",
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> Page[PaymentProposal]:
    """Proposals of one kind in every state, the newest first. Roles: finance, admin."""
    staff(principal, "finance")
    before = http.id_cursor("proposal", cursor)
    found = await office.list_proposals(f"payments.{kind}", before=before, limit=limit + 1)
    return http.page(found, limit, _shown)


@post(
    "/v1/office/payment-proposals/{proposal:str}/approve",
    tags=["Office"],
    summary="Approve a refund, decision or adjustment",
    status_code=200,
    responses=http.declares(
        NotSignedIn, Forbidden, NotFound, FourEyes, AlreadyDecided, NotRefundable, NotEnoughUnspent
    ),
)
async def approve_payment_proposal(
    office: NamedDependency[OfficeService], principal: NamedDependency[Principal], proposal: FromPath[str]
) -> PaymentProposal:
    """Act on it, as a second person. Roles: finance, admin."""
    staff(principal, "finance")
    return _shown(await office.approve(by=principal.account, proposal=http.path_id("proposal", proposal)))


@post(
    "/v1/office/payment-proposals/{proposal:str}/reject",
    tags=["Office"],
    summary="Reject or withdraw a refund, decision or adjustment",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, AlreadyDecided),
)
async def reject_payment_proposal(
    office: NamedDependency[OfficeService], principal: NamedDependency[Principal], proposal: FromPath[str]
) -> PaymentProposal:
    """Turn it down; one's own is withdrawn. Roles: finance, admin."""
    staff(principal, "finance")
    return _shown(await office.reject(by=principal.account, proposal=http.path_id("proposal", proposal)))


@post(
    "/v1/office/purchases/{purchase:str}/sandbox-bank",
    tags=["Office"],
    summary="In a sandbox: play the buyer's bank",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, NotConfigured),
)
async def play_bank(
    office: NamedDependency[OfficeService], principal: NamedDependency[Principal], purchase: FromPath[str],
    data: JSONBody[PlayBank],
) -> OfficePurchaseWhole:  # fmt: skip
    """Dispute a purchase, or decide the dispute. Roles: finance, admin."""
    staff(principal, "finance")
    await office.play_bank(http.path_id("purchase", purchase), data.status)
    whole: OfficePurchaseWhole = await get_office_purchase.fn(office, principal, purchase)
    return whole


async def _propose(  # noqa: PLR0917 - what a proposal is made of
    office: OfficeService, principal: Principal, kind: str, body: msgspec.Struct, data: Any, key: str | None
) -> Response[PaymentProposal]:
    found, replayed = await office.propose(
        by=principal.account,
        proposal=chosen_id("proposal", data.id, key, principal),
        kind=kind,
        body=body,
        reason=data.reason,
        ticket=data.ticket,
    )
    return created(_shown(found), replayed=replayed)


def _shown(found: Proposal) -> PaymentProposal:
    assert found.kind in KINDS, found.kind
    body = dict(found.body)
    if "purchase" in body:
        body["purchase"] = ids.encode("purchase", UUID(body["purchase"]))
    return PaymentProposal(
        id=ids.encode("proposal", found.id), kind=found.kind.removeprefix("payments."), state=found.state, body=body,
        reason=found.reason, ticket=found.ticket, proposed_by=found.proposed_by, proposed_at=found.proposed_at,
        decided_by=found.decided_by, decided_at=found.decided_at,
    )  # fmt: skip


def _listed(one: Listed) -> OfficePurchase:
    paid = None if one.paid_minor is None or one.paid_currency is None else MoneyBody(one.paid_minor, one.paid_currency)
    return OfficePurchase(
        id=ids.encode("purchase", one.id), account=ids.encode("acct", one.account), username=one.username,
        status=one.status, coins=one.coins, price=MoneyBody(one.price_minor, one.currency), paid=paid,
        fee=MoneyBody(one.fee_minor, one.currency), refunded=MoneyBody(one.refunded_minor, one.currency),
        provider=one.provider, provider_ref=one.provider_ref, channel=one.channel, live=one.live, flags=one.flags,
        created_at=one.created_at, granted_at=one.granted_at,
    )  # fmt: skip


def _dispute(row: DisputeRow) -> OfficeDispute:
    return OfficeDispute(
        id=str(row.id), purchase=ids.encode("purchase", row.purchase), username=row.username, provider=row.provider,
        ref=row.ref, money=MoneyBody(row.minor, row.currency), fee=MoneyBody(row.fee_minor, row.currency),
        status=row.status, reason=row.reason, evidence_due_at=row.evidence_due_at, opened_at=row.opened_at,
        decided_at=row.decided_at,
    )  # fmt: skip


routes = [
    list_office_purchases, get_office_purchase, list_office_disputes, propose_refund, propose_decision,
    propose_adjustment, list_payment_proposals, approve_payment_proposal, reject_payment_proposal, play_bank,
]  # fmt: skip
