"""Quote, request, cancel: a creator's own verbs, judged under the creator's lock.

Whoever withdraws is of age, has proved their address, lives where withdrawing exists, and has a method that is verified
and cool. What is asked at the quote is asked again at the request, when it counts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from largesse import accounts, catalog, ledger
from largesse.accounts import UnderAge
from largesse.catalog import NotInRegion
from largesse.kit import ids, outbox
from largesse.kit.config import Settings
from largesse.kit.db import Database, ReadTx, WriteTx
from largesse.kit.http import MoneyBody, NotFound
from largesse.kit.idempotency import IdReused
from largesse.kit.money import Money
from largesse.kit.principal import Principal
from largesse.ledger import NotEnoughDiamonds
from largesse.payouts import fx, letters, store, store_methods, withdrawal
from largesse.payouts.checks import ChecksService
from largesse.payouts.errors import (
    BelowMinimum,
    EmailUnverified,
    MethodCoolingOff,
    MethodUnverified,
    NotNow,
    OverWeeklyMaximum,
    QuoteOver,
)
from largesse.payouts.second_factor import SecondFactor
from largesse.payouts.service_methods import note_sharers
from largesse.payouts.withdrawal import CANCELABLE, DOLLAR, QUOTE_VALID, WEEK, Facts, Method, Payout, Quote
from largesse.policy import Policy, PolicyService

log = structlog.get_logger(__name__)
TOPIC, JOB = "payout.changed", "payouts.work"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What bounds a creator's withdrawal now: US cents; `left_minor` is what seven days still allow."""

    policy: Policy
    available_milli: int
    available_minor: int
    left_minor: int


class RequestsService:
    """A creator's withdrawals."""

    def __init__(
        self,
        db: Database,
        settings: Settings,
        policy: PolicyService,
        second_factor: SecondFactor,
        checks: ChecksService,
    ) -> None:
        self._db = db
        self._policy = policy
        self._checks = checks
        self._second_factor = second_factor
        self._bound_minor = settings.payout_four_eyes_minor
        self._age_days_max = None if settings.sandbox else settings.fx_age_days_max

    async def get_terms(self, creator: int) -> Terms:
        """What bounds a withdrawal now, by the policy in force; whether one is open is another question."""
        policy, policy_of = await self._policy.current(), await self._versions(creator)
        async with self._db.read() as tx:
            now = await store.get_now(tx)
            spent_minor = await store.sum_since(tx, creator, now - WEEK)
            owed = await ledger.owed_milli(tx, creator)
            there = withdrawal.available(await ledger.list_earnings(tx, creator), policy_of, now, owed)
        everything = withdrawal.plan(there, policy_of, milli=sum(part.milli for part in there), gross_minor_max=0)
        assert everything is not None, creator
        return Terms(
            policy=policy,
            available_milli=sum(part.milli for part in there),
            available_minor=everything.gross_minor,
            left_minor=max(0, policy.payout_week_minor_max - spent_minor),
        )

    async def quote(self, creator: int, *, method: UUID, milli: int | None) -> Quote:
        """What a withdrawal of `milli` diamonds, or (None) of all that may be withdrawn now, comes to.

        What the creator owes is set off first, for good where a quote is made.

        Raises `NotFound`, `UnderAge`, `EmailUnverified`, `NotInRegion`, `MethodUnverified`, `MethodCoolingOff`,
        `NotEnoughDiamonds`, `BelowMinimum`, `OverWeeklyMaximum`, `NoRate`, and what the checks say.
        """
        await self._checks.screen(creator)
        policy, policy_of = await self._policy.current(), await self._versions(creator)
        async with self._db.write() as tx:
            now = await store.get_now(tx)
            where, _ = await self._judge(tx, creator, method, now)
            left_minor = policy.payout_week_minor_max - await store.sum_since(tx, creator, now - WEEK)
            await ledger.set_off(tx, creator=creator, happened_at=now)
            there = withdrawal.available(await ledger.list_earnings(tx, creator), policy_of, now)
            plan = withdrawal.plan(there, policy_of, milli=milli, gross_minor_max=left_minor)
            if plan is None:
                assert milli is not None
                raise NotEnoughDiamonds(needed_milli=milli, available_milli=sum(part.milli for part in there))
            _judge_amount(plan.gross_minor, policy, left_minor)
            fee = withdrawal.fee_of(plan.gross_minor, policy)
            rate = await fx.find_rate(tx, where.currency, now.date(), self._age_days_max)
            net = Money(plan.gross_minor - fee, DOLLAR)
            arrives = withdrawal.exchanged(net, where.currency, rate.per_dollar) if net.minor > 0 else net
            if arrives.minor <= 0:
                raise BelowMinimum(MoneyBody(policy.payout_minor_min, DOLLAR))
            made = Quote(
                id=ids.new(), creator=creator, method=method, policy=policy.key, days=list(plan.days),
                gross_minor=plan.gross_minor, fee_minor=fee, net_minor=arrives.minor, net_currency=arrives.currency,
                rate=rate.per_dollar, rate_source=rate.source, rate_on=rate.on, made_at=now,
                expires_at=now + QUOTE_VALID,
            )  # fmt: skip
            await store.put_quote(tx, made)
        return made

    async def request(
        self, caller: Principal, *, payout: UUID, quote: UUID, code: str | None = None
    ) -> tuple[Payout, bool]:
        """Withdraw what a quote says; True beside the payout: it was requested before under this id.

        `code` is of the second factor, where the session gave none just now. Raises what `quote` does, `QuoteOver`,
        `PayoutOpen`, `IdReused`, and what the second factor says.
        """
        async with self._db.read() as tx:
            is_known = await store.find_payout(tx, payout) is not None
        if not is_known:
            await self._second_factor.take(caller, code)
            await self._checks.screen(caller.account)
        async with self._db.write() as tx:
            await ledger.lock_creator(tx, caller.account)
            before = await store.find_payout(tx, payout)
            if before is not None:
                if (before.creator, before.quote.id) != (caller.account, quote):
                    raise IdReused
                return before, True
            now = await store.get_now(tx)
            found = await store.find_quote(tx, quote)
            if found is None or found[0].creator != caller.account:
                raise NotFound
            pinned, used = found
            if used or pinned.expires_at <= now:
                raise QuoteOver
            await self._second_factor.require(tx, caller)
            where, checked = await self._judge(tx, caller.account, pinned.method, now)
            policy = await self._policy.by_key(pinned.policy)
            assert policy is not None, pinned
            spent_minor = await store.sum_since(tx, caller.account, now - WEEK)
            _judge_amount(pinned.gross_minor, policy, policy.payout_week_minor_max - spent_minor)
            await self._enter(tx, payout, pinned, where, checked, now)
            made = await store.find_payout(tx, payout)
        assert made is not None, payout
        log.info("payout.requested", payout=str(payout), account=caller.account, status=made.status)
        return made, False

    async def cancel(self, creator: int, payout: UUID) -> Payout:
        """Cancel a payout that was not handed over yet; one that is canceled stays so. Raises `NotFound`, `NotNow`."""
        async with self._db.write() as tx:
            await ledger.lock_creator(tx, creator)
            found = await self._own(tx, creator, payout)
            if found.status != "canceled":
                if found.status not in CANCELABLE:
                    raise NotNow(found.status)
                await store.move(tx, payout, "canceled", "creator")
                await store.schedule(tx, payout, None)
                await ledger.let_payout_go(tx, payout=found.source, happened_at=await store.get_now(tx))
                await tell(tx, found, "canceled")
            return await self._own(tx, creator, payout)

    async def get(self, creator: int, payout: UUID) -> Payout:
        """A creator's payout. Raises `NotFound`."""
        async with self._db.read() as tx:
            return await self._own(tx, creator, payout)

    async def list_own(self, creator: int, before: tuple[datetime, UUID] | None, limit: int) -> list[Payout]:
        """A creator's payouts, newest first, behind a place."""
        async with self._db.read() as tx:
            return await store.list_payouts(tx, creator=creator, status=None, before=before, limit=limit)

    async def _judge(self, tx: ReadTx, creator: int, method: UUID, now: datetime) -> tuple[Method, list[str]]:
        """The method, and why the checks want a person to look."""
        person = await accounts.get_account(tx, creator)
        if not person.is_adult(now):
            raise UnderAge
        if person.email_verified_at is None:
            raise EmailUnverified
        if not (await catalog.read_shelf(tx)).region(person.country, now).withdrawing:
            raise NotInRegion("withdrawing", person.country)
        found = await store.find_method(tx, method)
        if found is None or found.creator != creator or found.removed_at is not None:
            raise NotFound
        if found.verified_at is None:
            raise MethodUnverified
        if found.cool_until > now:
            raise MethodCoolingOff(found.cool_until)
        return found, await self._checks.judge(tx, creator, now)

    async def _enter(  # noqa: PLR0917 - what was judged, in the order of the judging
        self, tx: WriteTx, payout: UUID, quote: Quote, where: Method, checked: list[str], now: datetime
    ) -> None:
        """Reserve the diamonds, put the payout down, and decide whether a person looks at it."""
        await ledger.reserve_payout(  # first: the books say whether another one is open
            tx, creator=quote.creator, days=quote.days, gross=Money(quote.gross_minor, DOLLAR),
            source=withdrawal.source_of(payout), happened_at=now,
        )  # fmt: skip
        reasons = withdrawal.reasons(await self._facts(tx, quote, where)) + checked
        await store.put_payout(tx, quote, payout=payout, rail=where.rail, reasons=reasons)
        await store.move(tx, payout, "review" if reasons else "approved", "system", reason=", ".join(reasons))
        made = await store.find_payout(tx, payout)
        assert made is not None, payout
        if not reasons:
            await store.schedule(tx, payout, now)
        await tell(tx, made, made.status)
        await letters.post(tx, "requested", [payout])

    async def _facts(self, tx: WriteTx, quote: Quote, where: Method) -> Facts:
        ever, there = await store.has_been_paid(tx, quote.creator, where.id)
        sealed = await store_methods.find_sealed(tx, where.id)
        assert sealed is not None, where
        return Facts(
            is_first=not ever,
            is_new_method=not there,
            is_shared_method=where.rail != "sandbox" and await note_sharers(tx, where.id, quote.creator, sealed[1]),
            is_over_bound=quote.gross_minor > self._bound_minor,
            is_noted=where.noted is not None,
        )

    async def _versions(self, creator: int) -> Callable[[int], Policy]:
        async with self._db.read() as tx:
            keys = {earning.policy for earning in await ledger.list_earnings(tx, creator)}
        found: dict[int, Policy] = {}
        for key in keys:
            version = await self._policy.by_key(key)
            assert version is not None, key
            found[key] = version
        return found.__getitem__

    async def _own(self, tx: ReadTx, creator: int, payout: UUID) -> Payout:
        found = await store.find_payout(tx, payout)
        if found is None or found.creator != creator:
            raise NotFound
        return found


async def tell(tx: WriteTx, payout: Payout, status: str) -> None:
    """Put a row into the outbox: topic `payout.changed`, subject the creator."""
    await outbox.put(tx, TOPIC, payout.creator, {"payout": str(payout.id), "status": status})


def _judge_amount(gross_minor: int, policy: Policy, left_minor: int) -> None:
    if gross_minor > left_minor:
        maximum, left = policy.payout_week_minor_max, max(0, left_minor)
        raise OverWeeklyMaximum(MoneyBody(maximum, DOLLAR), MoneyBody(left, DOLLAR))
    if gross_minor < max(1, policy.payout_minor_min):
        raise BelowMinimum(MoneyBody(policy.payout_minor_min, DOLLAR))
