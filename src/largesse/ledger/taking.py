"""Taking coins of a purchase back, and undoing that: the lots, the gifts that they paid for, debt, money.

A purchase is named by the source of its transfer. Each verb locks the buyer's wallet, then creators' earnings, in its
last statement, and enters one transfer; the same cause again changes nothing and returns what it did.
Rules: docs/explanation/books.md, docs/decisions/0014-taking-back.md
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from largesse.kit import outbox
from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.kit.money import Money
from largesse.ledger import lots, owing, parts
from largesse.ledger.entering import Cause, add_legs, enter
from largesse.ledger.errors import NotEnoughUnspent, SourceReused, UnknownPurchase, UnknownRefund
from largesse.ledger.line import Lot, Plan, plan_removal, plan_taking
from largesse.ledger.model import Book, Leg, Taken, Via, Wallet
from largesse.ledger.parts import Held
from largesse.ledger.reckoning import (
    Purchase,
    Question,
    Reversed,
    diamond_legs,
    netted,
    opposite,
    pieces_of,
    repaying_legs,
    taking_legs,
)
from largesse.ledger.restoring import changes_of, plan_giving_back
from largesse.ledger.wallets import lock_wallet, thaw_debt

TOPIC_WALLET = "wallet.changed"
REFUND, RESTORED, CHARGEBACK = "refund", "restored", "chargeback"


class Bought(NamedTuple):
    """A purchase under its wallet's lock: the line that its coins lie on, and the disputes about it that are open."""

    purchase: Purchase
    wallet: Wallet
    lots: list[Lot]
    questions: list[Question]

    @property
    def own(self) -> list[Lot]:
        """The purchase's lot, and those in which coins of it came back."""
        return [lot for lot in self.lots if lot.root == self.purchase.lot]

    def plan(self, coins: int) -> Plan:
        """How that many coins of it would be taken."""
        return plan_taking(self.own, self.wallet.paid_out, coins)


class Event(NamedTuple):
    """What an earlier event did, as the books have it."""

    taken: Taken
    lot: int
    purchase: str
    asked_coins: int | None
    fee_minor: int


class Booking(NamedTuple):
    """What `parts.book` does to creators' earnings at the end of a verb."""

    undone: list[Reversed]
    held: list[Held]


class Order(NamedTuple):
    """What is to be taken: for how much money, out of which book (the store's where None), and why, for the news."""

    plan: Plan
    money: Money
    credit: Book | None
    reason: str
    asked_coins: int | None = None
    dispute: int = 0


async def refund_coins(
    tx: WriteTx,
    *,
    purchase: str,
    coins: int | None = None,
    refunded: Money | None = None,
    via: Via,
    source: str,
    happened_at: datetime,
    reason: str,
    unspent_only: bool = False,
) -> Taken:
    """Take coins of a purchase back, for money that goes back: `coins`, or as many as this refund's money stands for.

    Of `coins` the money is their part of the price, in `Taken.money`; of `refunded` the coins are counted on the
    running sum of what went back, so a full refund takes all that is left. `reason` is told to the buyer alone.
    Raises `UnknownPurchase`; `SourceReused`; `NotEnoughUnspent` where fewer `coins` are left, or with `unspent_only`
    fewer unspent ones: then nothing is changed.
    """
    assert (coins is None) != (refunded is None), (coins, refunded)
    cause = Cause(REFUND, source, happened_at)
    bought = await lock_purchase(tx, purchase)
    assert bought.purchase.via == via, (purchase, via)
    known = await find_event(tx, cause.kind, source)
    if known:
        same = known.asked_coins == coins and (refunded is None or known.taken.money == refunded)
        if (known.lot, same) != (bought.purchase.lot, True):
            raise SourceReused(source)
        return known.taken
    wanted = coins if refunded is None else bought.purchase.coins_due(refunded)
    assert wanted is not None
    plan = bought.plan(wanted)
    available = sum(cut.coins for cut in plan.removed) if unspent_only else plan.coins
    if available < wanted and (unspent_only or refunded is None):
        raise NotEnoughUnspent(needed=wanted, available=available)
    money = refunded or Money(plan.worth.gross, bought.purchase.currency)
    credit = Book.PSP if via == "psp" else None
    taken, booking = await take(tx, cause, bought, Order(plan, money, credit, reason, coins))
    await parts.book(tx, *booking)
    return taken


async def restore_refund(tx: WriteTx, *, source: str, happened_at: datetime) -> Taken:
    """Undo a refund exactly: the money came back to us. Its numbers are negative.

    Clawed coins are spent ones again, their gifts count again. What was removed, and what had repaid its debt since,
    lies at the end of the wallet's line again. Raises `UnknownRefund`.
    """
    event = await find_event(tx, REFUND, source)
    if event is None:
        raise UnknownRefund(source)
    bought = await lock_purchase(tx, event.purchase)
    cause = Cause(RESTORED, source, happened_at)
    known = await find_event(tx, cause.kind, source)
    if known:
        return known.taken
    taken, booking = await undo(tx, cause, bought, event, [])
    await parts.book(tx, *booking)
    return taken


async def lock_purchase(tx: WriteTx, source: str) -> Bought:
    """A purchase with its buyer's wallet locked; what is read is of after the lock. Raises `UnknownPurchase`."""
    found = await tx.one(Purchase, sql("ledger", "find_purchase"), {"source": source})
    if found is None:
        raise UnknownPurchase(source)
    wallet = await lock_wallet(tx, found.account)
    found = await tx.one(Purchase, sql("ledger", "find_purchase"), {"source": source})
    assert found is not None
    rows = await tx.rows(sql("ledger", "open_disputes"), {"lot": found.lot})
    questions = [
        Question(r["dispute"], r["opened_at"], list(lots.spans_of(r["at"])), r["coins"], r["minor"]) for r in rows
    ]
    return Bought(found, wallet, await lots.list_lots(tx, found.account, "paid"), questions)


async def take(tx: WriteTx, cause: Cause, bought: Bought, order: Order) -> tuple[Taken, Booking]:
    """Take what an order says, with what it makes of gifts, debt and money; the earnings are left to be booked."""
    purchase, wallet, plan = bought.purchase, bought.wallet, order.plan
    key = await _enter(tx, cause)
    pieces = pieces_of(plan.spans, bought.questions, purchase.now)
    undone = await parts.reverse(tx, key, wallet.account, pieces, purchase.laid_at)
    reversed_coins = sum(part.coins for part in undone)
    clawed, reopened = (sum(part.coins for part in found) for found in (plan.clawed, plan.reopened))
    debt = clawed - reversed_coins + reopened
    late = clawed > reversed_coins
    owed = await owing.claim(tx, key, wallet.account, plan.spans, purchase.laid_at) if late else []
    others = [lot for lot in bought.lots if lot.root != purchase.lot]
    spare = sum(lot.unspent(wallet.paid_out) for lot in others)
    set_off = plan_removal(others, wallet.paid_out, min(debt, spare))
    legs = [
        *taking_legs(purchase, plan, reversed_coins, order.money, order.credit),
        *repaying_legs(wallet.account, [(cut.lot.currency, cut.coins, cut.worth) for cut in set_off]),
        *diamond_legs(undone),
        *owed,
    ]
    await add_legs(tx, key, netted(legs))
    await lots.change(tx, key, changes_of(plan, set_off))
    await lots.shorten(tx, wallet.account, "paid", [*plan.removed, *set_off])
    taken = Taken(
        transfer=key,
        removed=sum(cut.coins for cut in plan.removed),
        clawed=clawed,
        reopened=reopened,
        reversed_coins=reversed_coins,
        reversed_milli=sum(part.milli for part in undone),
        debt=debt,
        set_off=sum(cut.coins for cut in set_off),
        money=order.money,
    )
    await _count_debt(tx, wallet, taken)
    fee_minor = purchase.fee_due(order.money)
    await put_taking(tx, taken, bought, fee_minor=fee_minor, asked_coins=order.asked_coins)
    await parts.tell(tx, key, CHARGEBACK if cause.kind == CHARGEBACK else REFUND)
    await tell_wallet(tx, wallet.account, cause, key, order.reason)
    let_go = _let_go(undone, [q.dispute for q in bought.questions if q.dispute != order.dispute])
    if order.dispute:
        let_go += await release(tx, order.dispute)
    await parts.put_held(tx, key, let_go)
    return taken, Booking(undone, let_go)


async def undo(tx: WriteTx, cause: Cause, bought: Bought, event: Event, legs: Sequence[Leg]) -> tuple[Taken, Booking]:
    """Undo an event exactly, with further `legs` of the same entry; the earnings are left to be booked."""
    wallet, before = bought.wallet, event.taken
    key = await _enter(tx, cause)
    undone = await parts.give_back(tx, key, before.transfer)
    changes = await lots.list_changes(tx, before.transfer)
    plan = plan_giving_back(changes, bought.lots, debt=wallet.debt, owed=before.debt)
    currencies = {lot.key: lot.currency for lot in bought.lots}
    set_off = [(currencies[c.lot], c.coins, c.worth) for c in changes if c.what == "to_debt" and c.coins > 0]
    repaying = [(r.currency, r.to_debt, r.worth.part(r.to_debt, r.coins)) for r in plan.restored]
    returned = [(cut.lot.currency, cut.coins, cut.worth) for cut in plan.returned]
    entered = [
        *opposite(await list_legs(tx, before.transfer)),
        *repaying_legs(wallet.account, [*set_off, *repaying]),
        *opposite(repaying_legs(wallet.account, returned)),
        *legs,
    ]
    await add_legs(tx, key, netted(entered))
    await lots.change(tx, key, plan.changes)
    await lots.lay_restored(tx, wallet.account, key, plan.restored)
    taken = Taken(
        transfer=key,
        removed=-before.removed,
        clawed=-before.clawed,
        reopened=-before.reopened,
        reversed_coins=-before.reversed_coins,
        reversed_milli=-before.reversed_milli,
        debt=-before.debt,
        set_off=sum(r.to_debt for r in plan.restored) - sum(cut.coins for cut in plan.returned),
        money=Money(-before.money.minor, before.money.currency),
    )
    await _count_debt(tx, wallet, taken)
    if wallet.frozen and not owed_after(wallet, taken):
        await thaw_debt(tx, wallet.account)
    await put_taking(tx, taken, bought, fee_minor=-event.fee_minor, undoes=before.transfer)
    await parts.tell(tx, key, RESTORED)
    await tell_wallet(tx, wallet.account, cause, key, RESTORED)
    held = _let_go(undone, [q.dispute for q in bought.questions])
    await parts.put_held(tx, key, held)
    given_back = await owing.forgive(tx, key, before.transfer, cause)
    return taken, Booking([*undone, *given_back], held)


async def find_refund(tx: ReadTx, source: str) -> Taken | None:
    """What a refund did when its coins were taken; None where there is no such refund."""
    event = await find_event(tx, REFUND, source)
    return event.taken if event else None


async def list_takings(tx: ReadTx, purchase: str) -> list[tuple[str, Taken]]:
    """What every event did to a purchase's coins, oldest first, by the cause's source (without its round)."""
    rows = await tx.rows(sql("ledger", "takings_of"), {"source": purchase})
    return [
        (row.pop("source").partition("#")[0], Taken(money=Money(row.pop("money_minor"), row.pop("currency")), **row))
        for row in rows
    ]


async def find_event(tx: ReadTx, kind: str, source: str) -> Event | None:
    """What the event of a cause did, or None."""
    row = await tx.row(sql("ledger", "find_taking"), {"kind": kind, "source": source})
    if row is None:
        return None
    named = {name: row.pop(name) for name in ("lot", "purchase", "asked_coins", "fee_minor")}
    money = Money(row.pop("money_minor"), row.pop("currency"))
    return Event(taken=Taken(money=money, **row), **named)


async def put_taking(
    tx: WriteTx,
    taken: Taken,
    bought: Bought,
    *,
    fee_minor: int = 0,
    asked_coins: int | None = None,
    undoes: int | None = None,
) -> None:
    """Note what an event did."""
    await tx.execute(
        sql("ledger", "put_taking"),
        {
            "transfer": taken.transfer,
            "account": bought.wallet.account,
            "lot": bought.purchase.lot,
            "undoes": undoes,
            "asked_coins": asked_coins,
            "money_minor": taken.money.minor,
            "fee_minor": fee_minor,
            "removed": taken.removed,
            "clawed": taken.clawed,
            "reopened": taken.reopened,
            "reversed_coins": taken.reversed_coins,
            "reversed_milli": taken.reversed_milli,
            "debt": taken.debt,
            "set_off": taken.set_off,
        },
    )


async def tell_wallet(tx: WriteTx, account: int, cause: Cause, transfer: int, reason: str) -> None:
    """Put a row into the outbox for the buyer's own pages: topic `wallet.changed`, subject the account."""
    body = {"transfer": transfer, "kind": cause.kind, "source": cause.source, "reason": reason}
    await outbox.put(tx, TOPIC_WALLET, account, body)


def owed_after(wallet: Wallet, taken: Taken) -> int:
    """What a wallet owes after an event, in coins."""
    return wallet.debt + taken.debt - taken.set_off


async def release(tx: WriteTx, dispute: int) -> list[Held]:
    """What lets go of all that a dispute still holds."""
    return [held._replace(milli=-held.milli) for held in await parts.list_held(tx, dispute)]


async def list_legs(tx: ReadTx, transfer: int) -> list[Leg]:
    """The legs of a transfer."""
    rows = await tx.rows(sql("ledger", "list_legs"), {"transfer": transfer})
    return [Leg(Book(r["book"]), r["amount"], r["holder"], r["currency"]) for r in rows]


def _let_go(undone: Iterable[Reversed], open_disputes: Sequence[int]) -> list[Held]:
    """What is reversed is held no longer; what comes back while its dispute is open is held again."""
    sums: dict[Held, int] = {}
    for part in undone:
        if part.dispute in open_disputes and part.milli:
            key = Held(part.dispute, part.creator, part.day, part.policy, part.stripe, 0)
            sums[key] = sums.get(key, 0) - part.milli
    return [key._replace(milli=milli) for key, milli in sums.items()]


async def _enter(tx: WriteTx, cause: Cause) -> int:
    key = await enter(tx, cause)
    if key is None:  # another account's event has this source
        raise SourceReused(cause.source)
    return key


async def _count_debt(tx: WriteTx, wallet: Wallet, taken: Taken) -> None:
    if taken.debt != taken.set_off:
        named = {"account": wallet.account, "debt": taken.debt - taken.set_off}
        await tx.execute(sql("ledger", "count_debt"), named)
