"""Earnings that have cleared, and a desk where they are withdrawn: real services on real books, the sandbox rail."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

import clocked
from bookkeeping import Bookkeeper, Gift
from largesse import ledger, payouts
from largesse.accounts import AccountsService, PersonalKeys
from largesse.kit import ids
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.principal import Principal
from largesse.ledger import Finding, keys
from largesse.ledger.audit import audit
from largesse.payouts import (
    BankFilesService,
    BatchesService,
    ChecksService,
    MethodsService,
    PapersOffice,
    PapersService,
    PayoutsOffice,
    RailsService,
    RequestsService,
    SecondFactor,
    store,
)
from largesse.payouts.rails import configured
from largesse.payouts.rails.port import Rail
from largesse.payouts.sealing import Seals
from largesse.payouts.withdrawal import Method, Payout, Quote
from largesse.policy import PolicyService
from regional import hold
from servers import Clones

EARNED_COINS = 30_000  # 21,000 diamonds, worth USD 147


@dataclass
class Desk:
    """Bob's withdrawals: his verbs, the office's, and the rail's turn."""

    db: Database
    books: Bookkeeper
    cast: Any
    people: AccountsService
    policy: PolicyService
    settings: Settings
    rails: dict[str, Rail] = field(default_factory=dict)
    is_broken: bool = False  # on purpose: a test has changed the books behind their back

    def __post_init__(self) -> None:
        seals, second = Seals(self.books.keys.salt_secret), SecondFactor(self.db, self.people)
        self.rails = self.rails or configured(self.settings, self.db)
        self.methods = MethodsService(self.db, self.settings, self.rails, seals, second)
        self.personal = PersonalKeys(self.settings.data_path)
        self.checks = ChecksService(self.db, self.settings, self.personal, seals)
        self.papers = PapersService(self.db, self.settings, self.personal, self.checks)
        self.papers_office = PapersOffice(self.db, self.personal)
        self.requests = RequestsService(self.db, self.settings, self.policy, second, self.checks)
        self.batches = BatchesService(self.db, self.settings, self.prove)
        self.carrying = RailsService(self.db, self.rails, self.methods, self.batches)
        self.bank_files = BankFilesService(self.db, self.rails, seals, self.batches)
        self.office = PayoutsOffice(self.db, self.settings, self.rails, self.checks)

    def principal(self, member: Any) -> Principal:
        return Principal(
            account=member.key, id=ids.new(), username="x", display_name="x", bearer=member.bearer, kind="session",
            adult_from=date(2000, 1, 1), creator=True, country="US",
        )  # fmt: skip

    @property
    def bob(self) -> Principal:
        return self.principal(self.cast.bob)

    async def earn(self, coins: int = EARNED_COINS, creator: int = 0) -> None:
        """Alice gives, and the hold passes."""
        await self.books.buy(self.cast.alice.key, coins, coins)
        await self.books.give([Gift(self.cast.alice.key, creator or self.cast.bob.key, coins)])
        await self.wait(15)

    async def wait(self, days: int) -> None:
        async with self.db.write() as tx:
            await tx.execute(clocked.PASS, [days])

    async def method(self, member: Any = None, *, rail: str = "sandbox", currency: str = "USD", **given: str) -> Method:
        caller = self.principal(member or self.cast.bob)
        await self.give_code(member or self.cast.bob)
        made, _ = await self.methods.add(caller, method=ids.new(), rail=rail, currency=currency, given=given)
        return made

    async def give_code(self, member: Any) -> None:
        """Somebody's second factor is on, and their session gave a code of it just now."""
        async with self.db.write() as tx:
            await tx.execute(
                "INSERT INTO accounts.totp (account, secret, created_at, confirmed_at) VALUES (%s, '', now(), now())"
                " ON CONFLICT DO NOTHING",
                [member.key],
            )
            await tx.execute("UPDATE accounts.bearer SET second_factor_at = now() WHERE key = %s", [member.bearer])

    async def quote(self, method: Method, milli: int | None = 14_286_000) -> Quote:
        return await self.requests.quote(self.cast.bob.key, method=method.id, milli=milli)

    async def ask(self, quote: Quote, payout: UUID | None = None) -> Payout:
        await self.give_code(self.cast.bob)
        made, _ = await self.requests.request(self.bob, payout=payout or ids.new(), quote=quote.id)
        return made

    async def asked(self, milli: int | None = 14_286_000, **method: Any) -> Payout:
        return await self.ask(await self.quote(await self.method(**method), milli))

    async def prove(self) -> list[Finding]:
        """What `largesse audit` finds."""
        return (await audit(self.db, self.books.keys, checks=payouts.audit_checks())).findings

    async def get(self, payout: Payout) -> Payout:
        return await self.office.get(payout.id)

    async def transfers(self) -> list[dict[str, Any]]:
        async with self.db.read() as tx:
            return await tx.rows("SELECT * FROM payouts.transfer ORDER BY at")

    async def posted(self, job: str = "payouts.mail") -> list[dict[str, Any]]:
        """What letters, about payouts if no other job is named, wait to be sent."""
        async with self.db.read() as tx:
            rows = await tx.rows(
                "SELECT args FROM procrastinate.procrastinate_jobs WHERE task_name = %s ORDER BY id", [job]
            )
        return [row["args"] for row in rows]

    async def places(self) -> tuple[int, int, int]:
        """Left, reserved and redeemed milli-diamonds of Bob's."""
        async with self.db.read() as tx:
            days = await ledger.list_earnings(tx, self.cast.bob.key)
        left = sum(d.milli_in - d.milli_reserved - d.milli_redeemed for d in days)
        return left, sum(d.milli_reserved for d in days), sum(d.milli_redeemed for d in days)

    async def is_used(self, quote: Quote) -> bool:
        async with self.db.read() as tx:
            found = await store.find_quote(tx, quote.id)
        assert found is not None
        return found[1]


@pytest.fixture
def clock_url(clones: Clones) -> Iterator[str]:
    """A database in which days can pass."""
    url = clones.take()
    clocked.install(url)
    yield url
    clones.give_back(url)


@pytest.fixture
def desk_settings(settings: Settings) -> Settings:
    """A sandbox without a cool-off."""
    return replace(settings, sandbox=True, payout_cool_off_hours=0)


@pytest.fixture
async def desk(
    db: Database, cast: Any, desk_settings: Settings, accounts_service: AccountsService, tmp_path: Path
) -> AsyncIterator[Desk]:
    """A desk; whatever a test did at it, the books and the payouts hold afterwards."""
    books = Bookkeeper(db, keys.load_keys(tmp_path / "data"))
    await hold(db, "", withdrawing=True)
    made = Desk(db, books, cast, accounts_service, PolicyService(db, desk_settings), desk_settings)
    yield made
    if not made.is_broken:
        assert await made.prove() == []
