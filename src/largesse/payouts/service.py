"""The verbs of payouts."""

from dataclasses import dataclass

from largesse import ledger
from largesse.kit.db import Database
from largesse.payouts import model, store
from largesse.payouts.model import Balance, Difference, Effect
from largesse.policy import Policy, PolicyService, Rates


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A creator's balance, the policy in force, and the next one with what it means for them."""

    balance: Balance
    policy: Policy
    coming: Policy | None
    difference: Difference | None


class PayoutsService:
    """What creators have earned."""

    def __init__(self, db: Database, policy: PolicyService) -> None:
        self._db = db
        self._policy = policy

    async def get_statement(self, creator: int) -> Statement:
        """A creator's earnings as of now, by the database's clock."""
        async with self._db.read() as tx:
            earnings = await ledger.list_earnings(tx, creator)
            now = await store.get_now(tx)
        versions: dict[int, Policy] = {}
        for key in {e.policy for e in earnings}:
            pinned = await self._policy.by_key(key)
            assert pinned is not None, key
            versions[key] = pinned
        current, coming = await self._policy.current(), await self._policy.next()
        policy_of = versions.__getitem__
        return Statement(
            balance=model.balance(earnings, policy_of, now),
            policy=current,
            coming=coming,
            difference=model.difference(earnings, policy_of, current, coming, now) if coming else None,
        )

    async def get_effect(self, proposed: Rates) -> Effect:
        """What a proposed policy would have made of everybody's last 28 days, beside the one in force."""
        async with self._db.read() as tx:
            earned = await ledger.sum_earned(tx, model.first_of_recent(await store.get_now(tx)))
        versions: dict[int, Policy] = {}
        for key in {e.policy for e in earned}:
            pinned = await self._policy.by_key(key)
            assert pinned is not None, key
            versions[key] = pinned
        return model.effect(earned, versions.__getitem__, await self._policy.current(), proposed)
