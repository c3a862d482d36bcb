"""The withdrawal right: a buyer gives unspent coins of a web purchase back, in their country's days, for their price.

It is a refund like any that we decide: coins leave first, then the provider is asked (service_refunds.py).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from largesse import ledger
from largesse.kit import throttle
from largesse.kit.config import Settings
from largesse.kit.db import Database, WriteTx
from largesse.kit.http import NotFound
from largesse.kit.idempotency import IdReused
from largesse.kit.money import Money
from largesse.ledger import Unspent
from largesse.payments import model, store, store_money
from largesse.payments.errors import (
    AccountFrozen,
    AlreadyWithdrawn,
    AskTheStore,
    NothingUnspent,
    NotRefundable,
    NoWithdrawalRight,
    PurchaseDisputed,
    WithdrawalOver,
)
from largesse.payments.model import Purchase
from largesse.payments.service_refunds import Refunds

REASON = "withdrawn"
_HOUR_S, _ASKED_MAX = 3600, 20
_GIVEN_BACK = {"refunded"}
_DISPUTED = {"disputed", "charged_back"}


class Withdrawal(NamedTuple):
    """Coins that left for money that goes back. `status`: wanted or pending (on its way), done, failed (coins back)."""

    refund: UUID
    status: str
    coins: int
    money: Money


class Withdrawals:
    """What buyers give back by themselves."""

    def __init__(self, db: Database, settings: Settings, refunds: Refunds) -> None:
        self._db = db
        self._asked_max = settings.limit(_ASKED_MAX)
        self._refunds = refunds

    async def withdraw(self, account: int, purchase: UUID, refund: UUID) -> tuple[Withdrawal, bool]:
        """Take the unspent coins of a purchase and have their price paid back; True beside it: that was so before.

        Under the wallet's lock, so a gift of the same moment is either before it, and its coins stay spent, or after it
        and finds them gone. Raises `TooMany`, `NotFound`, `IdReused`, and why it cannot be.
        """
        async with self._db.write() as tx:
            await throttle.hit(tx, f"withdraw:{account}", _HOUR_S, self._asked_max)
        async with self._db.write() as tx:
            await store.lock(tx, purchase)
            found = await store.find(tx, purchase)
            if found is None or found.account != account:
                raise NotFound
            before = await store_money.find_refund(tx, refund)
            if before is not None and (before.purchase, before.wanted_by) != (purchase, account):
                raise IdReused
            if before is None:
                await self._take(tx, found, refund)
        await self._refunds.ask_for(refund)
        return await self._get(refund), before is not None

    async def list_withdrawable(self, account: int, purchases: Sequence[Purchase]) -> dict[UUID, Unspent]:
        """What of these purchases of an account could be given back now; those of which nothing can are left out."""
        if not any(model.withdrawable_until(one) for one in purchases):
            return {}
        async with self._db.read() as tx:
            now = await store.get_now(tx)
            open_ones = [one for one in purchases if _why_not(one, now) is None]
            unspent = await ledger.list_unspent(tx, account, [f"purchase:{one.id}" for one in open_ones])
        found = {one.id: unspent.get(f"purchase:{one.id}") for one in open_ones}
        return {purchase: left for purchase, left in found.items() if left is not None and left.coins}

    async def _take(self, tx: WriteTx, found: Purchase, refund: UUID) -> None:
        refusal = _why_not(found, await store.get_now(tx))
        if refusal is not None:
            raise refusal
        if "operator" in await ledger.list_freezes(tx, found.account):
            raise AccountFrozen
        unspent = await ledger.lock_unspent(tx, f"purchase:{found.id}")
        if not unspent.coins:
            raise AlreadyWithdrawn if await store_money.has_withdrawn(tx, found.id) else NothingUnspent
        await self._refunds.decide(
            tx, found.id, refund=refund, coins=unspent.coins, by=found.account, reason=REASON, unspent_only=True
        )

    async def _get(self, refund: UUID) -> Withdrawal:
        async with self._db.read() as tx:
            row = await store_money.find_refund(tx, refund)
            taken = await ledger.find_refund(tx, f"refund:{refund}")
        assert row is not None, refund
        assert taken is not None, refund
        return Withdrawal(refund, row.status, taken.coins, Money(row.minor, row.currency))


def _why_not(
    found: Purchase, now: datetime
) -> AskTheStore | NoWithdrawalRight | AlreadyWithdrawn | PurchaseDisputed | NotRefundable | WithdrawalOver | None:
    """Why a purchase cannot be given back, whatever is left of it; None where it can."""
    if found.channel != "web":
        return AskTheStore(found.provider)
    if found.status in _GIVEN_BACK:
        return AlreadyWithdrawn()
    if found.status in _DISPUTED:
        return PurchaseDisputed()
    if found.granted_at is None or found.granted_class != "paid":
        return NotRefundable("no coins were bought by it")
    until = model.withdrawable_until(found)
    if until is None:
        return NoWithdrawalRight(found.country)
    return WithdrawalOver(until) if now >= until else None
