"""Giving money back by our own decision: decide and take the coins, commit, ask the provider, record what it did.

The coins leave first, so that nobody spends what is on its way back; where the provider refuses they come back.
"""

from contextlib import suppress
from functools import partial
from uuid import UUID

import structlog

from largesse import ledger
from largesse.kit.db import Database, WriteTx
from largesse.kit.money import Money
from largesse.payments import store, store_money
from largesse.payments.errors import NotRefundable
from largesse.payments.model import MISMATCH, Purchase
from largesse.payments.providers.port import Away, Refused, Seller
from largesse.payments.service_settle import Settler
from largesse.payments.side_by_side import Call, ask_each
from largesse.payments.store_money import WantedRefund

log = structlog.get_logger(__name__)
_ASKED_MAX = 50
_GIVEN = {"granted", "partially_refunded", "dispute_won"}


class Refunds:
    """Refunds that we decide. `decide` is of somebody's transaction, `ask` goes to the provider after its commit."""

    def __init__(self, db: Database, settler: Settler) -> None:
        self._db = db
        self._settler = settler

    async def decide(
        self, tx: WriteTx, purchase: UUID, *, refund: UUID, coins: int | None, by: int, reason: str, unspent_only: bool
    ) -> Money:
        """Decide to give back `coins` of a purchase (None: all that is left of it), and take them; says how much money.

        With `unspent_only` nobody who was given a gift loses anything. Raises `NotRefundable`, `NotEnoughUnspent`.
        """
        await store.lock(tx, purchase)
        found = await store.find(tx, purchase)
        assert found is not None, purchase
        seller = self._settler.providers.get(found.provider)
        if not isinstance(seller, Seller):
            raise NotRefundable(f"{found.provider} gives money back itself, when its customer asks there")
        if found.status not in _GIVEN or found.granted_class != "paid" or found.provider_ref is None:
            raise NotRefundable(f"it is {found.status}")
        left = found.price_minor - found.refunded_minor
        source, now = f"refund:{refund}", await store.get_now(tx)
        if coins is None:
            money = Money(left, found.currency)
            taken = await ledger.refund_coins(
                tx, purchase=f"purchase:{purchase}", refunded=money, via=seller.via, source=source, happened_at=now,
                reason=reason, unspent_only=unspent_only,
            )  # fmt: skip
        else:
            taken = await ledger.refund_coins(
                tx, purchase=f"purchase:{purchase}", coins=coins, via=seller.via, source=source, happened_at=now,
                reason=reason, unspent_only=unspent_only,
            )  # fmt: skip
        money = Money(min(left, taken.money.minor), found.currency)
        if money.minor <= 0:
            raise NotRefundable("nothing is left of it")
        await self._want(tx, found, refund, money, by=by, reason=reason, taken=True)
        return money

    async def send_back(self, tx: WriteTx, found: Purchase, *, refund: UUID, money: Money, by: int) -> None:
        """Decide to send back money that was kept apart; no coins were granted for it. Raises `NotRefundable`."""
        if found.status != MISMATCH or not isinstance(self._settler.providers.get(found.provider), Seller):
            raise NotRefundable(f"it is {found.status}, paid by {found.provider}")
        await self._want(tx, found, refund, money, by=by, reason="not the order's", taken=False)

    async def _want(
        self, tx: WriteTx, found: Purchase, refund: UUID, money: Money, *, by: int, reason: str, taken: bool
    ) -> None:
        await store_money.put_refund(
            tx, id=refund, purchase=found.id, provider=found.provider, ref=None, minor=money.minor,
            currency=money.currency, status="wanted", reason=reason, wanted_by=by, taken=taken,
        )  # fmt: skip

    async def ask(self, wanted: WantedRefund) -> None:
        """Ask the provider for a refund that we want, and record what it did; again is the same refund.

        Raises `Away`: the outcome is unknown, and `ask_all` asks again.
        """
        seller = self._settler.providers.get(wanted.provider)
        if not isinstance(seller, Seller):
            return
        async with self._db.write() as tx:
            await store_money.asked(tx, wanted.id)
        try:
            await seller.refund(wanted.provider_ref, wanted.id, Money(wanted.minor, wanted.currency), wanted.reason)
        except Refused as refused:
            await self._refused(wanted, refused.reason)
            return
        await self._settler.look(seller, wanted.provider_ref, wanted.purchase)

    async def _refused(self, wanted: WantedRefund, reason: str) -> None:
        """The provider said no: coins that had left come back, and a person is told."""
        async with self._db.write() as tx:
            await store.lock(tx, wanted.purchase)
            if not await store_money.fail_refund(tx, wanted.id):
                return
            if await store_money.is_taken(tx, wanted.id):
                now = await store.get_now(tx)
                await ledger.restore_refund(tx, source=f"refund:{wanted.id}", happened_at=now)
            await store.flag(tx, wanted.purchase, f"refund-refused:{reason}"[:100])
        log.warning("refund.refused", refund=str(wanted.id), purchase=str(wanted.purchase), reason=reason)

    async def ask_all(self) -> None:
        """Ask for every refund that we want and the provider does not show: after a crash, or without an answer."""
        async with self._db.read() as tx:
            wanted = await store_money.list_wanted_refunds(tx, list(self._settler.providers), _ASKED_MAX)
        calls: dict[str, list[Call]] = {}
        for one in wanted:
            calls.setdefault(one.provider, []).append(partial(self.ask, one))
        await ask_each("refunds", calls)

    async def ask_for(self, refund: UUID) -> None:
        """Ask for one refund at once; without an answer it is asked for again later."""
        async with self._db.read() as tx:
            wanted = await store_money.find_wanted_refund(tx, refund)
        if wanted is not None:
            with suppress(Away):
                await self.ask(wanted)
