"""The verbs of payouts."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from largesse import ledger, stage
from largesse.kit.db import Database
from largesse.kit.money import Money
from largesse.payouts import fx, model, monthly, store, store_methods
from largesse.payouts.errors import NoRate
from largesse.payouts.fx import Rate
from largesse.payouts.model import Balance, Difference, Effect
from largesse.payouts.monthly import DayLine, Month, State
from largesse.payouts.withdrawal import DOLLAR, exchanged
from largesse.policy import Policy, PolicyService, Rates


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a creator's diamonds come to in the currency that they are paid in, with the rate of that."""

    value: Money
    rate: Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A creator's balance, the policy in force, and the next one with what it means for them.

    `local` is the estimate in the currency of their newest payout method; None where that is the dollar, where there is
    no method, or no rate.
    """

    balance: Balance
    policy: Policy
    coming: Policy | None
    difference: Difference | None
    local: Estimate | None


class PayoutsService:
    """What creators have earned."""

    def __init__(self, db: Database, policy: PolicyService) -> None:
        self._db = db
        self._policy = policy

    async def get_statement(self, creator: int) -> Statement:
        """A creator's earnings as of now, by the database's clock."""
        async with self._db.read() as tx:
            earnings = await ledger.list_earnings(tx, creator)
            owed = await ledger.owed_milli(tx, creator)
            now = await store.get_now(tx)
            methods = await store_methods.list_methods(tx, creator)
        policy_of = await self._versions(e.policy for e in earnings)
        current, coming = await self._policy.current(), await self._policy.next()
        balance = model.balance(earnings, policy_of, now, owed)
        return Statement(
            balance=balance,
            policy=current,
            coming=coming,
            difference=model.difference(earnings, policy_of, current, coming, now) if coming else None,
            local=await self._local(balance, methods[0].currency, now.date()) if methods else None,
        )

    async def list_days(
        self, creator: int, *, state: State | None, since: date | None, until: date | None
    ) -> list[DayLine]:
        """The days behind a creator's figures, newest first: those with something in a state, or all."""
        async with self._db.read() as tx:
            earnings = await ledger.list_earnings(tx, creator)
            now = await store.get_now(tx)
        found = monthly.lines(earnings, await self._versions(e.policy for e in earnings), now)
        return [
            line
            for line in found
            if (since is None or since <= line.earning.day)
            and (until is None or line.earning.day <= until)
            and (state is None or monthly.is_in(line, state))
        ]

    async def list_months(self, creator: int) -> list[Month]:
        """A creator's months since their first gift, newest first, of one moment of the books."""
        async with self._db.read() as tx:
            earnings = await ledger.list_earnings(tx, creator)
            moves = await ledger.list_moves(tx, creator, await stage.list_keys_received(tx, creator))
            now = await store.get_now(tx)
        found = monthly.lines(earnings, await self._versions(e.policy for e in earnings), now)
        return monthly.months(found, moves, now)

    async def _local(self, balance: Balance, currency: str, today: date) -> Estimate | None:
        if currency == DOLLAR:
            return None
        await asyncio.to_thread(fx.embedded, currency)  # its file takes a third of a second to read, once
        try:
            async with self._db.read() as tx:
                rate = await fx.find_rate(tx, currency, today, None)
        except NoRate:
            return None
        return Estimate(exchanged(Money(balance.estimated_minor, DOLLAR), currency, rate.per_dollar), rate)

    async def _versions(self, keys: Iterable[int]) -> Callable[[int], Policy]:
        versions: dict[int, Policy] = {}
        for key in set(keys):
            pinned = await self._policy.by_key(key)
            assert pinned is not None, key
            versions[key] = pinned
        return versions.__getitem__

    async def get_effect(self, proposed: Rates) -> Effect:
        """What a proposed policy would have made of everybody's last 28 days, beside the one in force."""
        async with self._db.read() as tx:
            earned = await ledger.sum_earned(tx, model.first_of_recent(await store.get_now(tx)))
        policy_of = await self._versions(e.policy for e in earned)
        return model.effect(earned, policy_of, await self._policy.current(), proposed)
