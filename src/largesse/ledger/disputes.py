"""Disputes: a bank asks about a purchase, and decides; it may decide otherwise than before.

While one is open the buyer spends nothing, and what creators earned with its coins is held. Lost, its coins are taken;
won, everything is as if it had not been. Rules: docs/explanation/books.md, docs/decisions/0014-taking-back.md
"""

from datetime import datetime
from typing import NamedTuple

from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.kit.money import Money
from largesse.ledger import lots, parts
from largesse.ledger.entering import Cause, enter, money
from largesse.ledger.errors import SourceReused, UnknownDispute
from largesse.ledger.line import union, without
from largesse.ledger.model import Book, Leg, Taken
from largesse.ledger.parts import Held
from largesse.ledger.reckoning import Piece, netted
from largesse.ledger.taking import (
    CHARGEBACK,
    Booking,
    Bought,
    Order,
    find_event,
    list_legs,
    lock_purchase,
    owed_after,
    put_taking,
    release,
    take,
    tell_wallet,
    undo,
)
from largesse.ledger.wallets import DEBT, DISPUTE, freeze_for, thaw_dispute

OPENED, WON = "dispute", "won"


class Dispute(NamedTuple):
    """A dispute as the books have it; the last decision, of `rounds`, is named by its cause."""

    transfer: int
    purchase: str
    minor: int
    currency: str
    fee_minor: int
    fee_currency: str
    state: str
    rounds: int
    decided_kind: str | None
    decided_source: str | None

    @property
    def money(self) -> Money:
        """What the bank took."""
        return Money(self.minor, self.currency)

    def cause(self, kind: str, source: str, happened_at: datetime) -> Cause:
        """The cause of its next decision. Decisions alternate: the third and fourth are second ones of their kinds."""
        again = self.rounds // 2 + 1
        return Cause(kind, source if again == 1 else f"{source}#{again}", happened_at)


async def open_dispute(
    tx: WriteTx, *, purchase: str, disputed: Money, fee: Money, source: str, happened_at: datetime
) -> Taken:
    """The bank has taken `disputed` and its `fee`, and asks: freeze the buyer, hold what the coins made creators earn.

    Raises `UnknownPurchase`, `SourceReused`.
    """
    cause = Cause(OPENED, source, happened_at)
    bought = await lock_purchase(tx, purchase)
    assert bought.purchase.via == "psp", purchase
    known = await find_event(tx, OPENED, source)
    if known:
        found = await _find(tx, source)
        if (known.lot, found.money, found.fee_minor, found.fee_currency) != (
            bought.purchase.lot, disputed, fee.minor, fee.currency,
        ):  # fmt: skip
            raise SourceReused(source)
        return known.taken
    legs = [
        *money(Book.DISPUTED, disputed),
        *money(Book.DISPUTE_FEES, fee),
        *money(Book.PSP, disputed, credit=True),
        *money(Book.PSP, fee, credit=True),
    ]
    key = await enter(tx, cause, netted(legs))
    if key is None:
        raise SourceReused(source)
    await put_taking(tx, Taken(transfer=key, money=Money(0, disputed.currency)), bought)
    held = await _ask(tx, key, bought, disputed, fee)
    account = bought.wallet.account
    await freeze_for(tx, account, DISPUTE, key)
    await tell_wallet(tx, account, cause, key, OPENED)
    await parts.book(tx, [], held)
    return Taken(transfer=key, held_milli=sum(h.milli for h in held), money=Money(0, disputed.currency))


async def lose_dispute(tx: WriteTx, *, source: str, happened_at: datetime) -> Taken:
    """The bank keeps the money: take the coins that it stands for.

    Gifts that were in their hold when the dispute was opened are reversed; what is owed then freezes the account until
    it is repaid, or an operator lifts it. Raises `UnknownDispute`.
    """
    bought, dispute = await _lock(tx, source)
    if dispute.state == "lost":
        return await _decision(tx, dispute)
    is_open = dispute.state == "open"
    account = bought.wallet.account
    cause = dispute.cause(CHARGEBACK, source, happened_at)
    plan = bought.plan(bought.purchase.coins_due(dispute.money))
    order = Order(
        plan,
        dispute.money,
        Book.DISPUTED if is_open else Book.PSP,
        CHARGEBACK,
        dispute=dispute.transfer if is_open else 0,
    )
    taken, booking = await take(tx, cause, bought, order)
    await _decide(tx, dispute, "lost", taken.transfer)
    await thaw_dispute(tx, account, dispute.transfer)
    if owed_after(bought.wallet, taken):
        await freeze_for(tx, account, DEBT)
    await parts.book(tx, *booking)
    return taken


async def win_dispute(tx: WriteTx, *, source: str, fee_back: Money, happened_at: datetime) -> Taken:
    """The bank gives the money back, and `fee_back`: let go of all that is held, or undo the loss exactly.

    Of a loss the numbers are negative. Raises `UnknownDispute`.
    """
    bought, dispute = await _lock(tx, source)
    if dispute.state == "won":
        return await _decision(tx, dispute)
    cause = dispute.cause(WON, source, happened_at)
    fee = [*money(Book.PSP, fee_back), *money(Book.DISPUTE_FEES, fee_back, credit=True)]
    back = [*money(Book.PSP, dispute.money), *money(Book.DISPUTED, dispute.money, credit=True), *fee]
    if dispute.state == "open":
        taken, booking = await _let_go(tx, cause, bought, dispute, netted(back))
    else:
        assert dispute.decided_source is not None
        lost = await find_event(tx, CHARGEBACK, dispute.decided_source)
        assert lost is not None
        disputed = any(leg.book == Book.DISPUTED for leg in await list_legs(tx, lost.taken.transfer))
        taken, booking = await undo(tx, cause, bought, lost, back if disputed else fee)
    await _decide(tx, dispute, "won", taken.transfer)
    await parts.book(tx, *booking)
    return taken


async def _ask(tx: WriteTx, key: int, bought: Bought, disputed: Money, fee: Money) -> list[Held]:
    """Note the dispute and what it holds: the gifts whose coins it would claw, if it were lost now."""
    others = bought.questions
    asked = sum(q.coins for q in others)
    due = bought.purchase.coins_due(disputed + Money(sum(q.minor for q in others), disputed.currency))
    coins = max(0, due - asked)
    spans = without(bought.plan(asked + coins).spans, union(span for q in others for span in q.spans))
    await tx.execute(
        sql("ledger", "put_dispute"),
        {
            "transfer": key,
            "lot": bought.purchase.lot,
            "minor": disputed.minor,
            "currency": disputed.currency,
            "fee_minor": fee.minor,
            "fee_currency": fee.currency,
            "coins": coins,
            "spans": lots.text_of(spans),
        },
    )
    pieces = [Piece(span, bought.purchase.now) for span in spans]
    return await parts.hold(tx, key, bought.wallet.account, pieces, bought.purchase.laid_at)


async def _let_go(
    tx: WriteTx, cause: Cause, bought: Bought, dispute: Dispute, legs: list[Leg]
) -> tuple[Taken, Booking]:
    """Everything that a dispute held is free again; the earnings are left to be booked."""
    key = await enter(tx, cause, legs)
    assert key is not None, cause
    taken = Taken(transfer=key, money=Money(0, dispute.currency))
    await put_taking(tx, taken, bought)
    await thaw_dispute(tx, bought.wallet.account, dispute.transfer)
    await tell_wallet(tx, bought.wallet.account, cause, key, WON)
    held = await release(tx, dispute.transfer)
    await parts.put_held(tx, key, held)
    return taken, Booking([], held)


async def _lock(tx: WriteTx, source: str) -> tuple[Bought, Dispute]:
    """A dispute under its buyer's wallet lock."""
    bought = await lock_purchase(tx, (await _find(tx, source)).purchase)
    return bought, await _find(tx, source)


async def _find(tx: ReadTx, source: str) -> Dispute:
    found = await tx.one(Dispute, sql("ledger", "find_dispute"), {"source": source})
    if found is None:
        raise UnknownDispute(source)
    return found


async def _decision(tx: ReadTx, dispute: Dispute) -> Taken:
    assert dispute.decided_kind is not None
    assert dispute.decided_source is not None
    event = await find_event(tx, dispute.decided_kind, dispute.decided_source)
    assert event is not None
    return event.taken


async def _decide(tx: WriteTx, dispute: Dispute, state: str, decided: int) -> None:
    named = {"dispute": dispute.transfer, "state": state, "decided": decided}
    await tx.execute(sql("ledger", "decide_dispute"), named)
