"""Bringing a purchase to where its provider stands: look (outside a transaction), decide, act (in one)."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

import msgspec
import structlog

from largesse import ledger, safety
from largesse.kit import ids, jobs, outbox
from largesse.kit.config import Settings
from largesse.kit.db import Database, WriteTx
from largesse.kit.money import Money
from largesse.payments import reconcile as rules
from largesse.payments import store, store_money
from largesse.payments.events import (
    JOB_DISPUTE,
    JOB_FINISH,
    JOB_RECEIPT,
    JOB_REFUND,
    TOPIC_CHANGED,
    TOPIC_FLAGGED,
    TOPIC_GRANTED,
)
from largesse.payments.model import DISPUTED, GRANTED, MISMATCH, disputed_status, kept_status, refund_status
from largesse.payments.providers.port import Provider, Refused, Seen, SeenDispute, SeenRefund, Store
from largesse.payments.reconcile import Record, reconcile

log = structlog.get_logger(__name__)
ANOTHER = "another object pays this purchase"


class Settler:
    """Acts on what providers say. Whatever is said twice, late or in another order ends the same."""

    def __init__(self, db: Database, providers: dict[str, Provider], settings: Settings) -> None:
        self.providers = providers
        self._db = db
        self._sandbox = settings.sandbox
        self._testers = settings.listed("test_accounts")

    async def look(self, provider: Provider, ref: str, purchase: UUID | None = None) -> str:
        """Ask the provider about one of its objects, and act; says what came of it, in a word or two.

        Raises `Away`. An object that is nobody's here is left alone.
        """
        if ref.startswith(":"):
            async with self._db.read() as tx:
                product = await store.find_product(tx, provider.name, ref.split(":")[1])
            if product is None:
                return "no purchase of ours"
            ref = product + ref
        try:
            seen = await provider.look(ref)
        except Refused as refused:
            log.info("payment.unknown", provider=provider.name, reason=refused.reason)
            return "unknown to the provider"
        if purchase is None:
            async with self._db.read() as tx:
                purchase = await store.find_by_ref(tx, provider.name, seen.ref) or seen.purchase
        if purchase is None:
            return "no purchase of ours"
        return await self.settle(provider, seen, purchase)

    async def settle(self, provider: Provider, seen: Seen, purchase: UUID) -> str:
        """Act on what the provider says of a purchase; says what came of it, in a word or two."""
        async with self._db.write_piped() as tx:
            await store.lock(tx, purchase)
            found = await store.find_record(tx, purchase, sandbox=self._sandbox, testers=self._testers)
            if found is None or found[0].purchase.provider != provider.name:
                return "no purchase of ours"
            record, buyer = found
            ref = record.purchase.provider_ref
            if ref is not None and ref != seen.ref:
                return ANOTHER
            acts = reconcile(record, seen)
            doing = _Acts(tx, provider, record, buyer, seen)
            for act in acts:
                await doing.do(act)
            await store.looked(tx, purchase, seen.ref, seen.order)
        for act in acts:
            name = type(act).__name__.lower()
            log.info("purchase.settled", purchase=str(purchase), provider=provider.name, act=name)
        return "settled" if acts else "nothing to do"


class _Acts:
    """The acts on one locked purchase. Money, coins, states and news are of one transaction."""

    def __init__(self, tx: WriteTx, provider: Provider, record: Record, buyer: store.Buyer, seen: Seen) -> None:
        self.tx = tx
        self.provider = provider
        self.record = record
        self.purchase = record.purchase
        self.buyer = buyer
        self.seen = seen
        self.actor = f"provider:{provider.name}"
        self.source = f"purchase:{record.purchase.id}"
        # When the money came; what happened later says its own time, and where nobody does it is when we hear of it.
        self.at: datetime = seen.at or record.now

    async def do(self, act: rules.Act) -> None:
        """Do one."""
        match act:
            case rules.Move():
                await self._move(act)
            case rules.Grant():
                await self._grant(act)
            case rules.Keep():
                await self._keep(act)
            case rules.TakeBack():
                await self._take_back(act)
            case rules.SendBack():
                await self._send_back(act)
            case rules.NoteRefund():
                await self._note_refund(act)
            case rules.GiveAgain():
                await self._give_again(act)
            case rules.OpenDispute():
                await self._open_dispute(act)
            case rules.DecideDispute():
                await self._decide_dispute(act)
            case rules.Flag():
                await self._flag(act.word)

    async def _move(self, act: rules.Move) -> None:
        await store.move(
            self.tx, self.purchase.id, act.status, self.actor, reason=act.reason, provider_ref=self.seen.ref
        )
        await self._tell(act.status)

    async def _grant(self, act: rules.Grant) -> None:
        await self._arrive(GRANTED, act.paid, act.fee, line=act.line)
        if isinstance(self.provider, Store):
            await jobs.send(self.tx, JOB_FINISH, purchase=str(self.purchase.id))
        await jobs.send(self.tx, JOB_RECEIPT, purchase=str(self.purchase.id))
        news = {"purchase": str(self.purchase.id), "account": self.purchase.account, "coins": self.purchase.coins}
        await outbox.put(self.tx, TOPIC_GRANTED, self.purchase.account, news)
        if act.line == "promo":
            await ledger.grant_test_coins(
                self.tx, account=self.purchase.account, gives_from=self.buyer.adult_from, coins=self.purchase.coins,
                source=self.source, happened_at=self.at,
            )  # fmt: skip
            return
        await ledger.sell_coins(
            self.tx, account=self.purchase.account, gives_from=self.buyer.adult_from, coins=self.purchase.coins,
            gross=act.paid, tax=Money(self.purchase.tax_minor, act.paid.currency), provider_fee=act.fee,
            via=self.provider.via, source=self.source, happened_at=self.at,
        )  # fmt: skip

    async def _keep(self, act: rules.Keep) -> None:
        await self._arrive(MISMATCH, act.paid, act.fee, flag=f"mismatch:{act.why}", reason=act.why)
        if self.seen.live or self.record.sandbox:
            await ledger.hold_unallocated(
                self.tx, paid=act.paid, provider_fee=act.fee, via=self.provider.via, source=self.source,
                happened_at=self.at,
            )  # fmt: skip
        await self._tell(MISMATCH)

    async def _arrive(
        self,
        status: str,
        paid: Money,
        fee: Money,
        *,
        line: ledger.Line | None = None,
        flag: str | None = None,
        reason: str = "",
    ) -> None:
        await store.arrive(
            self.tx, self.purchase.id, provider_ref=self.seen.ref, status=status, line=line, paid_minor=paid.minor,
            paid_currency=paid.currency, fee_minor=fee.minor, live=self.seen.live, flag=flag, actor=self.actor,
            unfinished=status == GRANTED and isinstance(self.provider, Store), reason=reason,
        )  # fmt: skip
        self.purchase = msgspec.structs.replace(
            self.purchase, status=status, granted_class=line, live=self.seen.live, provider_ref=self.seen.ref
        )

    async def _take_back(self, act: rules.TakeBack) -> None:
        refund = act.known or act.seen.id or ids.new()
        known = self._row(refund)
        await self._put_refund(refund, act.seen, act.money, "done")
        await jobs.send(self.tx, JOB_REFUND, refund=str(refund))
        if self._in_books(act.money.currency) and not (known and known.taken):
            await ledger.refund_coins(
                self.tx, purchase=self.source, refunded=act.money, via=self.provider.via, source=f"refund:{refund}",
                happened_at=act.seen.at or self.record.now, reason=act.seen.reason or "refund",
            )  # fmt: skip
        await self._refunded(act.money.minor, act.seen.reason)

    async def _note_refund(self, act: rules.NoteRefund) -> None:
        """It is on its way, or it failed: then coins that had left already come back."""
        refund = act.known or act.seen.id or ids.new()
        known = self._row(refund)
        await self._put_refund(refund, act.seen, act.money, act.seen.status)
        if act.seen.status == "failed" and known and known.taken:
            await ledger.restore_refund(self.tx, source=f"refund:{refund}", happened_at=self.record.now)

    def _row(self, refund: UUID) -> rules.RefundRow | None:
        return next((row for row in self.record.refunds if row.id == refund), None)

    def _in_books(self, currency: str) -> bool:
        """Whether coins were sold for this money: test money gave promotional ones, which nobody takes back."""
        return self.purchase.granted_class == "paid" and currency == self.purchase.currency

    def _is_kept_in_books(self) -> bool:
        """Whether money that was kept apart is money at all: a provider's test money is not, outside a sandbox."""
        return self.purchase.live or self.record.sandbox

    async def _refunded(self, minor: int, reason: str) -> None:
        status = refund_status(self.purchase, self.purchase.refunded_minor + minor)
        await store_money.refunded(
            self.tx, self.purchase.id, minor=minor, status=status, actor=self.actor, reason=reason
        )
        self.purchase = self.purchase.moved(status, minor)
        await self._tell(self.purchase.status)

    async def _send_back(self, act: rules.SendBack) -> None:
        refund = act.known or act.seen.id or ids.new()
        await self._put_refund(refund, act.seen, act.money, "done")
        await jobs.send(self.tx, JOB_REFUND, refund=str(refund))
        if self._is_kept_in_books():
            await ledger.send_back(
                self.tx, purchase=self.source, money=act.money, via=self.provider.via, source=f"refund:{refund}",
                happened_at=act.seen.at or self.record.now,
            )  # fmt: skip
        await self._sent_back(act.money.minor, "sent back")

    async def _sent_back(self, minor: int, reason: str) -> None:
        """Count money that was kept apart and went back or (below zero) came again; the rest waits for a decision."""
        back = self.purchase.refunded_minor + minor
        status = self._kept_status(back)
        moves = status if status != self.purchase.status else None
        await store_money.refunded(
            self.tx, self.purchase.id, minor=minor, status=moves, actor=self.actor, reason=reason
        )
        self.purchase = self.purchase.moved(status, minor)
        await self._tell(status)

    async def _put_refund(self, refund: UUID, seen: SeenRefund, money: Money, status: str) -> None:
        await store_money.put_refund(
            self.tx, id=refund, purchase=self.purchase.id, provider=self.provider.name, ref=seen.ref, minor=money.minor,
            currency=money.currency, status=status, reason=seen.reason, wanted_by=None, taken=False,
        )  # fmt: skip

    async def _give_again(self, act: rules.GiveAgain) -> None:
        row = self._row(act.known)
        assert row is not None
        await store_money.move_refund(self.tx, act.known, "undone")
        if self.purchase.is_kept:
            if self._is_kept_in_books():
                await ledger.keep_again(
                    self.tx, purchase=self.source, money=Money(row.minor, row.currency), via=self.provider.via,
                    source=f"refund:{act.known}", happened_at=self.record.now,
                )  # fmt: skip
            await self._sent_back(-row.minor, "refund undone")
            return
        if self._in_books(row.currency):
            await ledger.restore_refund(self.tx, source=f"refund:{act.known}", happened_at=self.record.now)
        await self._refunded(-row.minor, "refund undone")

    async def _open_dispute(self, act: rules.OpenDispute) -> None:
        seen, dispute = act.seen, ids.new()
        await store_money.put_dispute(
            self.tx, id=dispute, purchase=self.purchase.id, provider=self.provider.name, ref=seen.ref,
            minor=seen.money.minor, currency=seen.money.currency, fee_minor=seen.fee.minor, reason=seen.reason,
            evidence_due_at=seen.evidence_due_at,
        )  # fmt: skip
        self.record = self.record.with_dispute(dispute, seen)
        await safety.note_fact(self.tx, "payment-disputed", [self.purchase.account], source=f"dispute:{dispute}")
        if self.purchase.is_kept:
            await self._ask_for_kept(dispute, seen)
            return
        await jobs.send(self.tx, JOB_DISPUTE, dispute=str(dispute), status="open")
        await self._to(DISPUTED, seen.reason)
        if self._in_books(seen.money.currency):
            await ledger.open_dispute(
                self.tx, purchase=self.source, disputed=seen.money, fee=seen.fee, source=f"dispute:{dispute}",
                happened_at=seen.at or self.record.now,
            )  # fmt: skip

    async def _decide_dispute(self, act: rules.DecideDispute) -> None:
        row = next(row for row in self.record.disputes if row.ref == act.seen.ref)
        won = act.seen.status == "won"
        await store_money.decide_dispute(self.tx, row.id, act.seen.status)
        self.record = self.record.with_decision(row.id, act.seen.status)
        if self.purchase.is_kept:
            await self._decide_on_kept(row, act.seen)
            return
        await jobs.send(self.tx, JOB_DISPUTE, dispute=str(row.id), status=act.seen.status)
        await self._to(disputed_status(one.status for one in self.record.disputes), act.seen.reason)
        if not self._in_books(row.currency):
            return
        source, at = f"dispute:{row.id}", act.seen.decided_at or self.record.now
        if row.status == "won":  # and lost now
            await self._know_in_books(row, at)
        if won:
            fee_back = act.seen.fee_back or Money(0, act.seen.fee.currency)
            await ledger.win_dispute(self.tx, source=source, fee_back=fee_back, happened_at=at)
        else:
            await ledger.lose_dispute(self.tx, source=source, happened_at=at)

    async def _know_in_books(self, row: rules.DisputeRow, at: datetime) -> None:
        """Open a dispute that was won while its money was kept apart, and was none of coins: they are bought by now."""
        with suppress(ledger.UnknownDispute):
            await ledger.win_dispute(self.tx, source=f"dispute:{row.id}", fee_back=Money(0, row.currency),
                                     happened_at=at)  # fmt: skip
            return
        await ledger.open_dispute(
            self.tx, purchase=self.source, disputed=Money(row.minor, row.currency), fee=Money(0, row.currency),
            source=f"dispute:{row.id}", happened_at=at,
        )  # fmt: skip

    # Money kept apart that a bank asks about: nobody is frozen, and nobody may decide on it before the bank has

    async def _ask_for_kept(self, dispute: UUID, seen: SeenDispute) -> None:
        if "disputed" not in self.purchase.flags:
            await self._flag("disputed")
        if self._is_kept_in_books() and seen.money.currency == self._arrived.currency:
            await ledger.ask_for_kept(
                self.tx, purchase=self.source, disputed=seen.money, fee=seen.fee, source=f"kept:{dispute}",
                happened_at=seen.at or self.record.now,
            )  # fmt: skip

    async def _decide_on_kept(self, row: rules.DisputeRow, seen: SeenDispute) -> None:
        disputed, source = Money(row.minor, row.currency), f"kept:{row.id}"
        at = seen.decided_at or self.record.now
        if self._is_kept_in_books() and row.currency == self._arrived.currency:
            if seen.status == "won":
                fee_back = seen.fee_back or Money(0, seen.fee.currency)
                await ledger.win_kept(
                    self.tx, purchase=self.source, disputed=disputed, fee_back=fee_back, before=row.status,
                    source=source, happened_at=at,
                )  # fmt: skip
            else:
                await ledger.lose_kept(
                    self.tx, purchase=self.source, disputed=disputed, before=row.status, source=source,
                    happened_at=at,
                )  # fmt: skip
        await self._to(self._kept_status(self.purchase.refunded_minor), seen.reason)

    @property
    def _arrived(self) -> Money:
        return self.seen.paid or self.purchase.price

    def _kept_status(self, refunded_minor: int) -> str:
        return kept_status(self._arrived.minor, refunded_minor, self.record.lost_minor)

    async def _to(self, status: str, reason: str) -> None:
        if self.purchase.status != status:
            await store.move(self.tx, self.purchase.id, status, self.actor, reason=reason)
        self.purchase = self.purchase.moved(status, 0)
        await self._tell(status)

    async def _flag(self, word: str) -> None:
        await store.flag(self.tx, self.purchase.id, word)
        await outbox.put(
            self.tx, TOPIC_FLAGGED, self.purchase.account, {"purchase": str(self.purchase.id), "word": word}
        )

    async def _tell(self, status: str) -> None:
        news = {"purchase": str(self.purchase.id), "account": self.purchase.account, "status": status}
        await outbox.put(self.tx, TOPIC_CHANGED, self.purchase.account, news)
