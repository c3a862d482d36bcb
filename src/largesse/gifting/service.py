"""The verbs of gifting: give, give for many, and read what was given."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from uuid import UUID

import structlog
from prometheus_client import Gauge

from largesse import accounts, ledger, safety, stage
from largesse.accounts import AccountsService
from largesse.catalog import CatalogService, NotInRegion
from largesse.gifting.bodies import HostUser
from largesse.gifting.committer import Committer
from largesse.gifting.errors import SelfGift, TooFast, UnderAge, UnknownGift, UnknownSender
from largesse.gifting.model import Outcome, Receipt, Request
from largesse.kit import ids
from largesse.kit.batch import Batcher
from largesse.kit.config import Settings
from largesse.kit.db import Database, ReadTx
from largesse.kit.http import Busy, Invalid, NotFound
from largesse.kit.news import News
from largesse.kit.principal import Principal
from largesse.kit.problems import Problem
from largesse.stage import VIDEO, Stage, StageService

log = structlog.get_logger(__name__)
_WAITING = Gauge("largesse_gifts_waiting", "gifts that wait for a batch in this process")
_RATE_ACCOUNTS_MAX = 100_000
# By their causes in the books, the names of transfers that have one: what a campaign is called.
Names = Callable[[ReadTx, list[str]], Awaitable[dict[str, str]]]
_NAMED_S, _NAMED_MAX = 5.0, 100_000  # how long and how many senders of a host are kept by name


class Pace:
    """Gifts an account and second: a counter per second and process, forgotten with the second."""

    def __init__(self, per_second: int) -> None:
        self.per_second = per_second
        self._second = 0
        self._counts: dict[int, int] = {}

    def take(self, account: int, gifts: int = 1) -> None:
        """Count, or raise `TooFast`."""
        second = int(time.monotonic())
        if second != self._second or len(self._counts) > _RATE_ACCOUNTS_MAX:
            self._second, self._counts = second, {}
        count = self._counts.get(account, 0) + gifts
        if count > self.per_second:
            raise TooFast(limit=self.per_second)
        self._counts[account] = count


async def nobody_names(_: ReadTx, __: list[str]) -> dict[str, str]:
    """Where no transfer has a name."""
    return {}


class GiftingService:
    """Gives gifts through this process's committer. Build it once, in `main`; `open` starts the committer."""

    def __init__(
        self, db: Database, news: News | None, secret: bytes, settings: Settings, *,
        people: AccountsService, catalog: CatalogService, stages: StageService, names: Names = nobody_names,
    ) -> None:  # fmt: skip
        self.db = db
        self.people = people
        self.catalog = catalog
        self.stages = stages
        self._names = names
        self.committer = Committer(db, news, secret)
        self.pace = Pace(settings.limit(settings.gifts_per_second))
        self.batcher: Batcher[Request, Outcome] = Batcher(
            size_max=settings.batch_gifts_max, linger_us=settings.linger_us, waiting_max=settings.queue_gifts_max
        )
        self._named: dict[str | HostUser, int | Problem] = {}
        self._named_at = 0.0
        self._lane: asyncio.Task[None] | None = None

    def observe(self) -> None:
        """Set the gauges of this process."""
        _WAITING.set(self.batcher.waiting)

    async def open(self) -> None:
        """Start settling."""
        self._lane = asyncio.create_task(self.batcher.run(self.committer.settle), name="committer")

    async def close(self) -> None:
        """Settle what waits, then stop."""
        self.batcher.close()
        if self._lane is not None:
            with suppress(TimeoutError, asyncio.CancelledError):
                await asyncio.wait_for(self._lane, 10)
        await self.committer.close()

    async def give(self, giver: Principal, place: Stage, request: Request) -> Receipt:
        """Give one gift and return its receipt; raises the refusal (errors.REFUSALS).

        Cached facts refuse early what can never be accepted; what decides is read under the wallet's lock.
        """
        if giver.adult_from > datetime.now(UTC).date():
            raise UnderAge
        if not self.catalog.region(giver.country).giving:
            raise NotInRegion("giving", giver.country)
        if (request.receiver or place.creator) == giver.account:
            raise SelfGift
        self.pace.take(giver.account)
        outcome = await self.batcher.ask(request)
        if isinstance(outcome, Problem):
            raise outcome
        return outcome

    def kind_of(self, gift_id: str) -> int:
        """The books' key of a catalogue gift; raises `UnknownGift`."""
        kind = self.find_kind(gift_id)
        if kind is None:
            raise UnknownGift
        return kind

    def find_kind(self, gift_id: str) -> int | None:
        """The books' key of a catalogue gift, from 1; None where there is no such gift."""
        gift = self.catalog.gift(gift_id)
        return gift.key if gift else None

    async def place_of(self, public: UUID, kind: str = "live") -> Stage:
        """The LIVE or the published video of a public id; raises `NotFound`."""
        place = await self.stages.find(public, kind)
        if place is None or (kind == VIDEO and place.status != "live"):
            raise NotFound
        return place

    async def guest_of(self, place: Stage, to: str | None) -> int:
        """The books' key of the guest whom `to` names, 0 for the creator; raises `Invalid` where it names nobody."""
        if to is None:
            return 0
        named = (await self.guests_of({to}))[to]
        if isinstance(named, Problem):
            raise named
        return 0 if named == place.creator else named

    async def guests_of(self, named: Collection[str]) -> dict[str, int | Problem]:
        """The accounts whom `to` of some gifts names, by what names them."""
        found: dict[str, int | Problem] = {}
        for to in named:
            value = ids.decode(to, "acct")
            person = await self.people.person_by_id(value) if value else None
            found[to] = person.key if person else Invalid.field("to", "is not the creator of this LIVE, nor a guest")
        return found

    async def give_all(self, requests: Sequence[Request | Problem]) -> list[Outcome]:
        """Settle many gifts together, in order; what is refused already passes through."""
        asked = [r for r in requests if isinstance(r, Request)]
        try:
            answers = await self.batcher.ask_all(asked)
        except Busy as busy:
            return [r if isinstance(r, Problem) else busy for r in requests]
        if len(asked) == len(requests):
            return answers
        following = iter(answers)
        return [r if isinstance(r, Problem) else next(following) for r in requests]

    async def senders_of(self, caller: Principal, senders: Sequence[str | HostUser]) -> list[int | Problem]:
        """The accounts that a key names, or why it may not: unknown, not its own, under age, not in their country.

        Who was found for an operator is kept for a few seconds, so that a flood looks its senders up once; who was not
        is asked for each time. For a host everybody is: who unlinked an account has it back at once.
        """
        unknown = UnknownSender()
        if caller.host is not None:
            found = await self._look_up(caller.host, list(set(senders)))
            return [found.get(sender, unknown) for sender in senders]
        now = time.monotonic()
        if now - self._named_at > _NAMED_S:
            self._named, self._named_at = {}, now
        named = self._named
        missing = set(senders) - named.keys()
        if missing:
            if len(named) > _NAMED_MAX:
                named.clear()
                missing = set(senders)
            named.update(await self._look_up(None, list(missing)))
        return [named.get(sender, unknown) for sender in senders]

    async def _look_up(self, host: int | None, senders: list[str | HostUser]) -> dict[str | HostUser, int | Problem]:
        """Those that were found."""
        keys = await self.people.resolve_senders(
            host, [s if isinstance(s, str) else {"host_user": s.host_user} for s in senders]
        )
        people = await self.people.people({key for key in keys if key is not None})
        today = datetime.now(UTC).date()
        return {
            sender: self._why_not(people[key], today) or key
            for sender, key in zip(senders, keys, strict=True)
            if key is not None and key in people
        }

    def _why_not(self, sender: accounts.Person, today: date) -> Problem | None:
        if sender.adult_from > today:
            return UnderAge()
        is_open = self.catalog.region(sender.country).giving
        return None if is_open else NotInRegion("giving", sender.country)

    async def wallet_of(self, who: Principal) -> tuple[ledger.Wallet, tuple[int, int, int], dict[str, safety.Amount]]:
        """The caller's wallet, the coins given this UTC day, week and month, and their own limits on buying."""
        async with self.db.read() as tx:
            wallet = await ledger.get_wallet(tx, who.account)
            now: datetime = await tx.scalar("SELECT now()")
            buying = await safety.list_buy_limits(tx, who.account, now)
        return wallet, wallet.given(now.astimezone(UTC).date()), buying

    async def get_own(self, giver: Principal, gift: UUID) -> ledger.GiftRow:
        """The giver's own gift; raises `NotFound`."""
        async with self.db.read() as tx:
            found = await ledger.find_gift(tx, gift, giver.account)
        if found is None:
            raise NotFound
        return found

    async def get_by_receipt(self, caller: Principal, number: str) -> ledger.GiftRow:
        """A gift by its receipt number, for its parties and finance; raises `NotFound` for everybody else."""
        parsed = ledger.parse_receipt(number)
        if parsed is None:
            raise NotFound
        async with self.db.read() as tx:
            found = await ledger.find_by_receipt(tx, *parsed)
        finance = caller.kind == "session" and bool(caller.roles & {"finance", "admin"})
        if found is None or not (finance or caller.account in {found.sender, found.receiver}):
            raise NotFound
        return found

    async def list_sent(self, giver: Principal, before: str | None, limit: int) -> list[ledger.GiftRow]:
        """The caller's gifts, newest first."""
        async with self.db.read() as tx:
            return await ledger.list_sent(tx, giver.account, before, limit)

    async def list_received(
        self, creator: Principal, before: str | None, limit: int, day: date | None = None
    ) -> list[ledger.GiftRow]:
        """Gifts to the caller, newest first: all, or those that are earnings of one UTC day."""
        async with self.db.read() as tx:
            stages = await stage.list_keys_of(tx, creator.account)
            if day:
                return await ledger.list_received_on(tx, creator.account, stages, day=day, before=before, limit=limit)
            return await ledger.list_received(tx, creator.account, stages, before, limit)

    async def programs(self, gifts: Sequence[ledger.GiftRow]) -> dict[int, str]:
        """The names of the programs that gave these, by the key that each gift keeps."""
        keys = sorted({g.api_key for g in gifts if g.api_key})
        if not keys:
            return {}
        async with self.db.read() as tx:
            return await accounts.names_of_keys(tx, keys)

    async def names(self, entries: Sequence[ledger.WalletEntry]) -> dict[str, str]:
        """What transfers of a statement are called, by their causes: the campaign of a grant."""
        sources = [entry.source for entry in entries if entry.kind == "grant" and entry.source]
        if not sources:
            return {}
        async with self.db.read() as tx:
            return await self._names(tx, sources)

    async def around(
        self, gifts: Sequence[ledger.GiftRow]
    ) -> tuple[dict[int, accounts.Person], dict[int, Stage], dict[tuple[int, UUID], stage.Note]]:
        """Who and where and what was said: all that a list of gifts shows besides the books."""
        people = await self.people.people(sorted({key for g in gifts for key in (g.sender, g.receiver)}))
        places = await self.stages.list_by_key(sorted({g.stage for g in gifts}))
        async with self.db.read() as tx:
            notes = await stage.read_notes(tx, [(g.sender, g.id) for g in gifts])
        return people, places, notes
