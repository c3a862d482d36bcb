"""What providers tell us, and what we ask of ourselves when they tell us nothing.

A notice is checked, kept raw and answered; a job works on it later. The rows are the state and jobs only wake it: a
notice that is due is taken under a lease, so a worker that dies gives it back by itself.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import structlog

from largesse.kit.batch import Batcher
from largesse.kit.http import NotFound
from largesse.kit.jobs import Jobs, send
from largesse.kit.mail import Mail
from largesse.kit.problems import Problem
from largesse.kit.wording import Words
from largesse.payments import store, store_money, store_notices
from largesse.payments.errors import BadNoticeSent, ProviderAway, UnknownProduct
from largesse.payments.events import JOB_NOTICES
from largesse.payments.jobs import register
from largesse.payments.providers import NAMES
from largesse.payments.providers.port import (
    PAYOUT,
    Answerer,
    Away,
    BadNotice,
    Gone,
    NewsKeeper,
    Notice,
    Provider,
    Refused,
    Seller,
    Store,
)
from largesse.payments.service import PaymentsService
from largesse.payments.side_by_side import Call, ask_each
from largesse.payments.store_notices import Arrived, Stuck, Taken

log = structlog.get_logger(__name__)
Hears = Callable[[str, str], Awaitable[str]]
"""Asks a provider at once about money that goes out, by the key of its attempt; says what came of it. Raises `Away`."""
NOT_CONSUMED = "not-consumed"
LEASE_S = 60
_TAKEN_MAX = 8
_NOTICE_S_MAX = 50.0  # shorter than the lease
_LANE_S_MAX = 60.0  # then no more are taken, and the last ones end within the time of a job
_PAUSE_S_MAX = 3600
_YOUNG_S, _LOOK_PAUSE_S = 900, 15
_WAITING_MAX = 100
_FINISH_PAUSE_S, _FINISH_PAUSE_S_MAX = 60, 6 * 3600
_NEWS_S_MAX, _CATCH_UP_S_MAX = 60.0, 110.0
_OVERLAP = timedelta(hours=1)
_FIRST_CATCH_UP = timedelta(days=3)


async def _nobody(_provider: str, _key: str) -> str:
    return "no payouts here"


class NoticesService:
    """Hears providers, and works on what they said. `hears` is told of payouts, of which this room knows nothing."""

    def __init__(self, payments: PaymentsService, hears: Hears = _nobody) -> None:
        self._db = payments.db
        self.receipts = payments.receipts
        self._payments = payments
        self._settler = payments.settler
        self._hears = hears
        self._batcher: Batcher[Arrived, bool] = Batcher(size_max=200, linger_us=1000, waiting_max=5000)
        self._lane: asyncio.Task[None] | None = None
        # Providers whose notices are worked on right now, and whether to go round once more.
        self._rounds: dict[str, bool] = {}

    async def open(self) -> None:
        """Start keeping notices."""
        self._lane = asyncio.create_task(self._batcher.run(self._keep), name="notices")

    async def close(self) -> None:
        """Keep what waits, then stop."""
        self._batcher.close()
        if self._lane is not None:
            with suppress(TimeoutError, asyncio.CancelledError):
                await asyncio.wait_for(self._lane, 5)

    async def receive(self, provider_name: str, headers: Mapping[str, str], body: bytes) -> None:
        """Check a notice and keep it; when this returns it is on disk, and somebody will work on it.

        Raises `NotConfigured`, `BadNoticeSent` (nothing is kept), `ProviderAway`, `Busy`.
        """
        provider = self._payments.provider(provider_name)
        try:
            notice = await provider.receive(headers, body)
        except BadNotice as error:
            log.warning("notice.refused", provider=provider_name, why=str(error)[:200])
            raise BadNoticeSent from error
        except Away as error:
            raise ProviderAway from error
        await self._batcher.ask(Arrived(provider_name, notice, body))

    async def _keep(self, arrived: list[Arrived]) -> list[bool | None]:
        async with self._db.write_piped() as tx:
            if await store_notices.put_notices(tx, arrived):
                await send(tx, JOB_NOTICES)
        return [True] * len(arrived)

    # The office

    async def list_stuck(self, *, before: int | None, limit: int) -> list[Stuck]:
        """Notices that were worked on in vain and wait, the newest first."""
        async with self._db.read() as tx:
            return await store_notices.list_stuck(tx, before, limit)

    async def try_again(self, key: int) -> None:
        """Work on a notice that waits as soon as somebody can. Raises `NotFound` where none waits."""
        async with self._db.write() as tx:
            if not await store_notices.notice_again(tx, key):
                raise NotFound
            await send(tx, JOB_NOTICES)

    # Jobs

    def add_jobs(self, jobs: Jobs, mail: Mail, words: Words) -> None:
        """Add this room's tasks. `words` says a message in somebody's language, for mail."""
        register(jobs, self, mail, words)

    async def work(self) -> None:
        """Work on every notice that is due, those of each provider in a lane of their own."""
        async with self._db.read() as tx:
            due = await store_notices.list_due(tx, list(self._settler.providers))
        lanes = [self._work_lane(name) for name in due]
        for ended in await asyncio.gather(*lanes, return_exceptions=True):
            if isinstance(ended, BaseException):
                raise ended

    async def _work_lane(self, provider: str) -> None:
        """Work on a provider's notices; whoever comes while somebody does lets them go round once more, and leaves.

        So of all the jobs that can run at once a provider that hangs holds one.
        """
        if provider in self._rounds:
            self._rounds[provider] = True
            return
        self._rounds[provider] = True
        until = asyncio.get_running_loop().time() + _LANE_S_MAX
        try:
            while self._rounds[provider] and asyncio.get_running_loop().time() < until:
                async with self._db.write() as tx:
                    self._rounds[provider] = False
                    taken = await store_notices.take_notices(tx, provider, _TAKEN_MAX, LEASE_S)
                self._rounds[provider] |= bool(taken)
                await asyncio.gather(*(self._work_on(one) for one in taken))
        finally:
            del self._rounds[provider]

    async def _work_on(self, taken: Taken) -> None:
        try:
            async with asyncio.timeout(_NOTICE_S_MAX):
                outcomes = await self._outcomes(taken)
        except (Away, Problem, TimeoutError) as error:
            await self._again(taken, error)
        except Exception as error:
            # What nobody foresaw is a fault of ours: it is told, and stops neither the others nor this one for ever.
            log.exception("notice.failed", notice=taken.key, provider=taken.provider)
            await self._again(taken, error)
        else:
            async with self._db.write() as tx:
                await store_notices.notice_done(tx, taken.key, "; ".join(dict.fromkeys(outcomes)))

    async def _outcomes(self, taken: Taken) -> list[str]:
        provider = self._payments.provider(taken.provider)
        outcomes = [await self._look(provider, ref) for ref in taken.refs]
        if taken.asks and isinstance(provider, Answerer):
            outcomes += [await self._answer(provider, ref) for ref in taken.refs]
        return outcomes

    async def _again(self, taken: Taken, error: Exception) -> None:
        pause = min(_PAUSE_S_MAX, 5 * 2 ** min(taken.tries, 10))
        why = (str(error) or type(error).__name__)[:200]
        log.warning("notice.later", notice=taken.key, provider=taken.provider, why=why, pause_s=pause)
        async with self._db.write() as tx:
            await store_notices.notice_later(tx, taken.key, pause, why)

    async def _look(self, provider: Provider, ref: str) -> str:
        if ref.startswith(PAYOUT):
            return await self._hears(provider.name, ref)
        outcome = await self._settler.look(provider, ref)
        if outcome != "no purchase of ours" or not isinstance(provider, Store) or ref.startswith(":"):
            return outcome
        return await self._claim(provider, ref)

    async def _claim(self, provider: Store, ref: str) -> str:
        """A store's purchase that its app has not claimed: whose it is stands in it."""
        try:
            return await self._payments.claim_seen(provider, await provider.look(ref))
        except Refused as refused:
            return f"not claimed: {refused.reason}"
        except UnknownProduct:
            raise  # the store has the money: this waits until a price book has the product
        except Problem as problem:
            log.warning("purchase.not_claimed", provider=provider.name, code=problem.code)
            return f"not claimed: {problem.code}"

    async def _answer(self, provider: Answerer, ref: str) -> str:
        """Tell a store what became of a purchase whose buyer wants the money back, if the buyer has consented."""
        assert isinstance(provider, Provider)
        async with self._db.read() as tx:
            facts = await store_notices.find_consumption(tx, provider.name, ref)
        if facts is None:
            return "not answered: no consent"
        try:
            await provider.answer(facts)
        except Refused as refused:
            return f"not answered: {refused.reason}"
        return "answered"

    async def look_at_waiting(self) -> None:
        """Ask about orders that wait for money; let nobody pay those that are a day old.

        Those of a provider that is set up no more end after a day too; money that came for one is granted where the
        provider is set up again and says so.
        """
        providers = self._settler.providers
        async with self._db.read() as tx:
            waiting = await store.list_waiting(
                tx, sorted(NAMES | providers.keys()), young_s=_YOUNG_S, pause_s=_LOOK_PAUSE_S, limit=_WAITING_MAX
            )
        calls: dict[str, list[Call]] = {}
        for purchase, name, ref, old in waiting:
            ask = partial(self._look_at, providers[name]) if name in providers else self._looked
            calls.setdefault(name, []).append(partial(ask, purchase, ref, old=old))
        await ask_each("waiting", calls)

    async def _look_at(self, provider: Provider, purchase: UUID, ref: str | None, *, old: bool) -> None:
        if ref is not None:
            # First of all, so that one about which the provider does not answer lets the others come first.
            async with self._db.write() as tx:
                await store.looked(tx, purchase, ref)
            if old and isinstance(provider, Seller):
                await provider.cancel(ref)
            await self._settler.look(provider, ref, purchase)
        await self._looked(purchase, ref, old=old)

    async def _looked(self, purchase: UUID, ref: str | None, *, old: bool) -> None:
        """Note that an order was looked at; it ends where it still waits after a day."""
        async with self._db.write() as tx:
            await store.lock(tx, purchase)
            found = await store.find(tx, purchase)
            if old and found is not None and found.status in {"created", "awaiting_payment"}:
                await store.move(tx, purchase, "expired", "payments", reason="not paid within a day")
            else:
                await store.looked(tx, purchase, ref)

    async def finish(self, purchase: str) -> None:
        """Tell the store that the coins are there; raises where it does not hear, and is tried again.

        What the store has forgotten more than a day after the grant is given up on, and put before a person.
        """
        number = UUID(purchase)
        async with self._db.write() as tx:
            found = await store.take_unfinished(tx, number, pause_s=_FINISH_PAUSE_S, pause_s_max=_FINISH_PAUSE_S_MAX)
        if found is None:
            return
        provider = self._payments.provider(found.provider)
        assert isinstance(provider, Store), found.provider
        try:
            await provider.finish(found.provider_ref)
        except Gone as gone:
            if not found.old:
                raise
            log.warning("purchase.not_finished", purchase=purchase, provider=found.provider, reason=gone.reason)
            async with self._db.write() as tx:
                await store.flag(tx, number, NOT_CONSUMED)
        async with self._db.write() as tx:
            await store.finished(tx, number)

    async def finish_all(self) -> None:
        """The same for every purchase whose store does not know it yet and is to be told now."""
        async with self._db.read() as tx:
            unfinished = await store.list_unfinished(tx, list(self._settler.providers), _WAITING_MAX)
        calls: dict[str, list[Call]] = {}
        for purchase, name in unfinished:
            calls.setdefault(name, []).append(partial(self.finish, str(purchase)))
        await ask_each("finish", calls)

    async def ask_for_refunds(self) -> None:
        """Ask providers for the refunds that we want and they do not show: after a crash, or no answer."""
        await self._payments.refunds.ask_all()

    async def catch_up(self) -> None:
        """Read what providers list of past news, from an hour before where we stopped: notices get lost."""
        keepers = {name: one for name, one in self._settler.providers.items() if isinstance(one, NewsKeeper)}
        calls: dict[str, list[Call]] = {name: [partial(self._catch_up, keeper)] for name, keeper in keepers.items()}
        await ask_each("catch_up", calls, call_s_max=_CATCH_UP_S_MAX, round_s_max=_CATCH_UP_S_MAX)

    async def _catch_up(self, provider: NewsKeeper) -> None:
        assert isinstance(provider, Provider)
        begun = datetime.now(UTC)
        async with self._db.read() as tx:
            until = await store_money.get_caught_up(tx, provider.name)
        news = await provider.catch_up((until or begun - _FIRST_CATCH_UP) - _OVERLAP)
        missed = [Arrived(provider.name, one, one.body) for one in news if isinstance(one, Notice)]
        if missed:
            await self._keep(missed)
        refs = list(dict.fromkeys(one for one in news if isinstance(one, str)))
        left = await self._look_at_news(provider, refs)
        if left:
            told = [Notice(event=f"catch-up:{begun:%Y-%m-%dT%H:%M}:{ref}", kind="catch-up", refs=[ref]) for ref in left]
            await self._keep([Arrived(provider.name, one, one.body) for one in told])
        async with self._db.write() as tx:
            await store_money.put_caught_up(tx, provider.name, begun)

    async def _look_at_news(self, provider: Provider, refs: list[str]) -> list[str]:
        """Look at each; returns those that are left where the provider falls silent, fails, or takes its time.

        They become notices, which are worked on until they are done: nothing that is listed once stops what follows.
        """
        until = asyncio.get_running_loop().time() + _NEWS_S_MAX
        for number, ref in enumerate(refs):
            if asyncio.get_running_loop().time() > until:
                return refs[number:]
            try:
                await self._look(provider, ref)
            except Away as error:
                log.warning("news.later", provider=provider.name, left=len(refs) - number, why=str(error)[:200])
                return refs[number:]
            except Exception:
                log.exception("news.failed", provider=provider.name, left=len(refs) - number)
                return refs[number:]
        return []
