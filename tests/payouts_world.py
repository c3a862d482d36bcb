"""One creator who withdraws, the office, and a bank that pays, forgets to answer, refuses and sends back on demand."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bookkeeping import Bookkeeper, people
from largesse import payouts
from largesse.accounts import AccountsService, PersonalKeys
from largesse.kit import ids
from largesse.kit.clock import SystemClock
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.money import Money
from largesse.kit.news import News
from largesse.kit.principal import Principal
from largesse.ledger import Finding
from largesse.ledger.audit import audit
from largesse.ledger.keys import Keys
from largesse.payouts.rails.port import Attempt, Away, Capabilities, Refused, Seen
from largesse.policy import PolicyService
from regional import hold

BOB, OLGA, OSCAR, FIRST_VIEWER = 1, 2, 3, 4
BOUND_MINOR = 20_000
WINDOW_DAYS = 3


@dataclass
class Bank:
    """A rail with a record of its own. `manner` is how it takes the next calls: fine, lost, away, refuses."""

    name: str = "sandbox"
    capabilities: Capabilities = Capabilities(  # noqa: RUF009 - frozen
        repeats=True, late=timedelta(0), window=timedelta(days=WINDOW_DAYS)
    )
    manner: str = "fine"
    states: dict[str, str] = field(default_factory=dict)
    moved: list[tuple[str, Money]] = field(default_factory=list)

    async def submit(self, attempt: Attempt) -> Seen:
        if self.manner == "away":
            raise Away("nobody there")
        if self.manner == "refuses" and attempt.key not in self.states:
            raise Refused("no_such_account")
        if attempt.key not in self.states:
            self.states[attempt.key] = "submitted"
            self.moved.append((attempt.key, attempt.money))
        if self.manner == "lost":
            raise Away("no answer")
        return await self.look(attempt)

    async def look(self, attempt: Attempt) -> Seen:
        if self.manner in {"away", "lost"}:
            raise Away("nobody there")
        state: Any = self.states.get(attempt.key, "absent")
        return Seen(state=state, ref=f"bank-{attempt.key}")

    async def close(self) -> None:
        """Nothing is open."""


class World:
    """Real services on a database of their own."""

    async def open(self, url: str, keys: Keys, folder: Path, viewers: int) -> None:
        self.db, self.keys, self.bank = Database(url, connections_max=3), keys, Bank()
        await self.db.open()
        self.books = Bookkeeper(self.db, keys)
        await people(self.books, FIRST_VIEWER - 1 + viewers)
        settings = Settings(
            sandbox=True, database_url=url, data_dir=str(folder), payout_cool_off_hours=0,
            payout_four_eyes_minor=BOUND_MINOR,
        )  # fmt: skip
        seals, rails = payouts.Seals(keys.salt_secret), {self.bank.name: self.bank}
        second = payouts.SecondFactor(self.db, AccountsService(self.db, News(""), SystemClock(), settings))
        checks = payouts.ChecksService(self.db, settings, PersonalKeys(folder), seals)
        self.methods = payouts.MethodsService(self.db, settings, rails, seals, second)
        self.requests = payouts.RequestsService(self.db, settings, PolicyService(self.db, settings), second, checks)
        batches = payouts.BatchesService(self.db, settings, self.prove)
        self.carrying = payouts.RailsService(self.db, rails, self.methods, batches)
        self.office = payouts.PayoutsOffice(self.db, settings, rails, checks)
        await hold(self.db, "", withdrawing=True)
        self.bearer = await self._bearer()
        self.method = await self._method()

    async def close(self) -> None:
        await self.db.close()

    async def prove(self) -> list[Finding]:
        """What `largesse audit` finds."""
        return (await audit(self.db, self.keys, checks=payouts.audit_checks())).findings

    @property
    def bob(self) -> Principal:
        return Principal(
            account=BOB, id=ids.new(), username="bob", display_name="Bob", bearer=self.bearer, kind="session",
            adult_from=date(2000, 1, 1), creator=True, country="US",
        )  # fmt: skip

    async def give_code(self) -> None:
        """Bob's session gave a code of his second factor just now."""
        async with self.db.write() as tx:
            await tx.execute("UPDATE accounts.bearer SET second_factor_at = now() WHERE key = %s", [self.bearer])

    async def _bearer(self) -> int:
        async with self.db.write() as tx:
            await tx.execute(
                "UPDATE accounts.account SET email = 'bob@example.org', email_verified_at = now() WHERE key = 1"
            )
            await tx.execute(
                "INSERT INTO accounts.totp (account, secret, created_at, confirmed_at) VALUES (1, '', now(), now())"
            )
            key: int = await tx.scalar(
                "INSERT INTO accounts.bearer (id, kind, hash, account, created_at, seen_at, expires_at)"
                " VALUES (%s, 'session', %s, 1, now(), now(), %s) RETURNING key",
                [ids.new(), b"h" * 32, datetime(2099, 1, 1, tzinfo=UTC)],
            )
        return key

    async def _method(self) -> Any:
        await self.give_code()
        made, _ = await self.methods.add(self.bob, method=ids.new(), rail="sandbox", currency="USD", given={})
        return made
