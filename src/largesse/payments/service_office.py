"""What operators do about purchases: look, refund, decide on money that was kept apart, adjust balances.

What moves value takes two people (`kit.approval`); every deed is in the staff trail.
"""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
import structlog

from largesse import accounts, catalog, ledger
from largesse.kit import approval, ids, outbox, trail
from largesse.kit.approval import Proposal
from largesse.kit.db import WriteTx
from largesse.kit.http import Invalid, NotConfigured, NotFound
from largesse.kit.money import Money
from largesse.ledger import Line
from largesse.payments import store, store_office
from largesse.payments.errors import NotRefundable
from largesse.payments.events import TOPIC_CHANGED, TOPIC_GRANTED
from largesse.payments.model import GRANTED, MISMATCH, Purchase
from largesse.payments.providers.sandbox import Sandbox
from largesse.payments.service import PaymentsService
from largesse.payments.store_office import DisputeRow, Listed, Wanted

log = structlog.get_logger(__name__)
KIND_REFUND, KIND_DECISION, KIND_ADJUSTMENT = "payments.refund", "payments.decision", "payments.adjustment"
LIVE_MONEY = "mismatch:live-money"
KINDS = (KIND_REFUND, KIND_DECISION, KIND_ADJUSTMENT)
Decision = Literal["grant", "send_back"]


class RefundBody(msgspec.Struct, frozen=True, kw_only=True):
    """Give back `coins` of a purchase, or all that is left of it."""

    purchase: UUID
    coins: int | None
    unspent_only: bool


class DecisionBody(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of money that was kept apart."""

    purchase: UUID
    decision: Decision


class AdjustmentBody(msgspec.Struct, frozen=True, kw_only=True):
    """Coins given (plus) or taken (minus) by decision; `worth_minor` is what given paid coins cost without tax."""

    account: int
    line: Line
    coins: int
    worth_minor: int
    currency: str


class OfficeService:
    """Purchases, refunds, decisions, adjustments, disputes, as operators see them."""

    def __init__(self, payments: PaymentsService) -> None:
        self._db = payments.db
        self._payments = payments
        self._refunds = payments.refunds

    async def list_purchases(self, wanted: Wanted, *, before: tuple[datetime, UUID] | None, limit: int) -> list[Listed]:
        """Purchases of everybody, the newest first."""
        async with self._db.read() as tx:
            return await store_office.list_purchases(tx, wanted, before, limit)

    async def get(self, purchase: UUID) -> tuple[Listed, Purchase, list[dict[str, Any]], list[DisputeRow]]:
        """A purchase whole: with its history, refunds and disputes. Raises `NotFound`."""
        async with self._db.read() as tx:
            listed = await store_office.get_listed(tx, purchase)
            found = await store.find(tx, purchase)
            if listed is None or found is None:
                raise NotFound
            refunds = await store_office.list_refunds(tx, purchase)
            disputes = await store_office.list_disputes(tx, purchase=purchase, status=None, before=None, limit=100)
        return listed, found, refunds, disputes

    async def list_disputes(self, *, status: str | None, before: UUID | None, limit: int) -> list[DisputeRow]:
        """Disputes, the newest first."""
        async with self._db.read() as tx:
            return await store_office.list_disputes(tx, purchase=None, status=status, before=before, limit=limit)

    # Proposing

    async def propose(
        self, *, by: int, proposal: UUID, kind: str, body: msgspec.Struct, reason: str, ticket: str
    ) -> tuple[Proposal, bool]:
        """Propose what a second person approves; True beside it says that it was there before. Raises `IdReused`."""
        assert kind in KINDS, kind
        plain: dict[str, Any] = msgspec.to_builtins(body)
        async with self._db.write() as tx:
            found, replayed = await approval.propose(
                tx, proposal=proposal, kind=kind, body=plain, reason=reason, ticket=ticket, proposed_by=by
            )
            if not replayed:
                about = ids.encode("proposal", proposal)
                await trail.write(tx, by, f"{kind}.proposed", about, plain | {"reason": reason, "ticket": ticket})
        return found, replayed

    async def propose_adjustment(
        self, *, by: int, proposal: UUID, account: UUID, line: Line, coins: int, reason: str, ticket: str
    ) -> tuple[Proposal, bool]:
        """Propose to give or take coins. What paid ones are worth is fixed now, at the smallest web bundle's net rate.

        Raises `NotFound`, `NotConfigured`, `IdReused`.
        """
        async with self._db.read() as tx:
            found = await accounts.find_account(tx, account)
            if found is None:
                raise NotFound
            shelf = await catalog.read_shelf(tx)
            shown = shelf.region(found.country, await store.get_now(tx)).tax
        book = shelf.book(found.country, self._payments.settings.region_default, "web")
        if book is None:
            raise NotConfigured("nothing is sold on the web")
        smallest = shelf.on_sale(book)[0]
        gross, tax = catalog.asked(book, smallest.price_minor, shown)
        net = gross - tax
        worth = net.minor * coins // smallest.coins if coins > 0 and line == "paid" else 0
        body = AdjustmentBody(account=found.key, line=line, coins=coins, worth_minor=worth, currency=book.currency)
        return await self.propose(
            by=by, proposal=proposal, kind=KIND_ADJUSTMENT, body=body, reason=reason, ticket=ticket
        )

    async def list_proposals(self, kind: str, *, before: UUID | None, limit: int) -> list[Proposal]:
        """Proposals of a kind, the newest first."""
        async with self._db.read() as tx:
            return await approval.list_proposals(tx, kind=kind, before=before, limit=limit)

    # Deciding

    async def approve(self, *, by: int, proposal: UUID) -> Proposal:
        """Approve and act, in one transaction; a provider is asked after it.

        Raises `NotFound`, `AlreadyDecided`, `FourEyes`, `NotRefundable`, `NotEnoughUnspent`: then it stays open.
        """
        async with self._db.write() as tx:
            kind = await store_office.kind_of(tx, proposal)
            if kind not in KINDS:
                raise NotFound
            found = await approval.approve(tx, proposal=proposal, kind=kind, by=by)
            if kind == KIND_REFUND:
                await self._refund(tx, found, by)
            elif kind == KIND_DECISION:
                await self._decide(tx, found, by)
            else:
                await self._adjust(tx, found)
            about = ids.encode("proposal", proposal)
            await trail.write(tx, by, f"{kind}.approved", about, {"proposed_by": found.proposed_by})
        await self._refunds.ask_for(proposal)
        return found

    async def reject(self, *, by: int, proposal: UUID) -> Proposal:
        """Turn a proposal down, or withdraw one's own. Raises `NotFound`, `AlreadyDecided`."""
        async with self._db.write() as tx:
            kind = await store_office.kind_of(tx, proposal)
            if kind not in KINDS:
                raise NotFound
            return await approval.reject(tx, proposal=proposal, kind=kind, by=by)

    async def _refund(self, tx: WriteTx, found: Proposal, by: int) -> None:
        body = msgspec.convert(found.body, RefundBody)
        if await store.find(tx, body.purchase) is None:
            raise NotFound
        await self._refunds.decide(
            tx, body.purchase, refund=found.id, coins=body.coins, by=by, reason=found.reason,
            unspent_only=body.unspent_only,
        )  # fmt: skip

    async def _decide(self, tx: WriteTx, found: Proposal, by: int) -> None:
        body = msgspec.convert(found.body, DecisionBody)
        await store.lock(tx, body.purchase)
        record = await store.find_record(tx, body.purchase, sandbox=False, testers=())
        arrived = await store_office.get_arrived(tx, body.purchase)
        if record is None or arrived is None or record[0].purchase.status != MISMATCH:
            raise NotRefundable("no money of it is kept apart")
        purchase, buyer = record[0].purchase, record[1]
        if any(row.status == "open" for row in record[0].disputes):
            raise NotRefundable("the buyer's bank asks about it: decide when the bank has")
        if body.decision == "send_back":
            left = Money(arrived.minor - purchase.refunded_minor - record[0].lost_minor, arrived.currency)
            await self._refunds.send_back(tx, purchase, refund=found.id, money=left, by=by)
            return
        if LIVE_MONEY in purchase.flags:
            raise NotRefundable("a sandbox sells nothing for live money: send it back")
        if purchase.refunded_minor or record[0].lost_minor:
            raise NotRefundable("a part of its money has gone back")
        source, now = f"purchase:{purchase.id}", await store.get_now(tx)
        via = self._payments.provider(purchase.provider).via
        await store_office.grant_kept(tx, purchase.id, actor=f"account:{by}", reason=found.reason)
        await outbox.put(
            tx, TOPIC_GRANTED, purchase.account,
            {"purchase": str(purchase.id), "account": purchase.account, "coins": purchase.coins},
        )  # fmt: skip
        await outbox.put(
            tx, TOPIC_CHANGED, purchase.account,
            {"purchase": str(purchase.id), "account": purchase.account, "status": GRANTED},
        )  # fmt: skip
        await ledger.allocate(
            tx, purchase=source, money=arrived, via=via, source=f"allocate:{purchase.id}", happened_at=now
        )
        tax = Money(purchase.tax_minor * arrived.minor // purchase.price_minor, arrived.currency)
        await ledger.sell_coins(
            tx, account=purchase.account, gives_from=buyer.adult_from, coins=purchase.coins, gross=arrived, tax=tax,
            provider_fee=Money(0, arrived.currency), via=via, source=source, happened_at=now,
        )  # fmt: skip

    async def _adjust(self, tx: WriteTx, found: Proposal) -> None:
        body = msgspec.convert(found.body, AdjustmentBody)
        account = await accounts.get_account(tx, body.account)
        source, now = f"adjustment:{found.id}", await store.get_now(tx)
        if body.coins > 0:
            await ledger.adjust_up(
                tx, account=account.key, gives_from=account.adult_from, line=body.line, coins=body.coins,
                worth=Money(body.worth_minor, body.currency), source=source, happened_at=now,
            )  # fmt: skip
        else:
            await ledger.adjust_down(
                tx, account=account.key, gives_from=account.adult_from, line=body.line, coins=-body.coins,
                source=source, happened_at=now,
            )  # fmt: skip

    # A sandbox

    async def play_bank(self, purchase: UUID, status: Literal["open", "won", "lost"]) -> Purchase:
        """In a sandbox: dispute a purchase as its buyer's bank, or decide the dispute. Raises `NotFound`, `Invalid`."""
        async with self._db.read() as tx:
            found = await store.find(tx, purchase)
            open_ones = await store_office.list_disputes(tx, purchase=purchase, status=None, before=None, limit=1)
        if found is None:
            raise NotFound
        bank = self._payments.provider("sandbox")
        if not isinstance(bank, Sandbox) or found.provider != bank.name or found.provider_ref is None:
            raise NotConfigured("only purchases of the sandbox provider can be played with")
        if status == "open":
            await bank.dispute(found.provider_ref, found.price)
        elif open_ones:
            await bank.decide(open_ones[0].ref, won=status == "won")
        else:
            raise Invalid.field("status", "nothing is disputed")
        await self._payments.settler.look(bank, found.provider_ref, purchase)
        return await self._payments.get(found.account, purchase)
