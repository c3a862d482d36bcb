"""People and their sessions. With `service_me`, the only place of this room that opens a transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from largesse.accounts import store
from largesse.accounts.bearers import Bearers, hash_of, new_token
from largesse.accounts.errors import TooYoung, UsernameTaken, WrongCredentials
from largesse.accounts.fields import country_of, email_of, name_of, password_of, username_of
from largesse.accounts.jobs import register
from largesse.accounts.model import (
    ACCOUNT_PREFIX,
    Account,
    Device,
    NewAccount,
    NewPerson,
    Person,
    Session,
    SignedIn,
    adult_from,
    is_birth_date,
    may_join,
)
from largesse.accounts.passwords import Passwords
from largesse.accounts.people import People
from largesse.accounts.personal import PersonalKeys
from largesse.accounts.service_hosts import HostsService
from largesse.accounts.service_me import (
    MAIL_VERIFICATION,
    Forgets,
    Holds,
    Kept,
    MeService,
    forgets_nothing,
    holds_nothing,
    keeps_nothing,
)
from largesse.accounts.service_second_factor import SecondFactorService
from largesse.kit import ids, jobs, throttle
from largesse.kit.clock import Clock
from largesse.kit.config import Settings
from largesse.kit.db import Database, WriteTx
from largesse.kit.http import Invalid, NotFound
from largesse.kit.idempotency import IdReused
from largesse.kit.jobs import Jobs
from largesse.kit.mail import Mail
from largesse.kit.news import News
from largesse.kit.principal import Principal
from largesse.kit.wording import Words

REVOKED = "bearer.revoked"
CHANGED = "account.changed"
GRADED = "account.graded"
_HASH_BYTES = 32
_KEYS_A_MESSAGE = 50_000
_HOUR_S = 3_600
_FAILURES_S = 900
_HASHES_MAX = 3  # a hash is renewed once, and a password hardly changed twice, while somebody signs in
_OPERATOR_BORN = date(1970, 1, 1)


class AccountsService:
    """One a process: it holds the caches of bearers and people.

    `me` is what people do with their own account, `second_factor` what they sign in with besides the password, `hosts`
    what host platforms do with their users; `personal` seals what dies with a person.
    """

    def __init__(
        self, db: Database, news: News, clock: Clock, settings: Settings, *, holds: Holds = holds_nothing,
        keeps: Kept = keeps_nothing, forgets: Forgets = forgets_nothing,
    ) -> None:  # fmt: skip
        self._db = db
        self._news = news
        self._clock = clock
        self._settings = settings
        self._passwords = Passwords()
        self._bearers = Bearers(self._load_bearers, clock)
        self._people = People(self._load_people)
        self.me = MeService(
            db, clock, settings, self._passwords, holds=holds, keeps=keeps, forgets=forgets, changed=self.changed
        )
        self.personal = PersonalKeys(settings.data_path)
        self.second_factor = SecondFactorService(
            db, clock, settings, self.personal, prove=self.me.prove, changed=self.changed
        )
        self.hosts = HostsService(db, clock, settings, holds=holds, forgets=forgets, changed=self.changed)

    async def open(self) -> None:
        """Hear of what other processes revoke and change."""
        await self._news.listen(REVOKED, self._hear_revoked)
        await self._news.listen(CHANGED, self._hear_changed)
        await self._news.listen(GRADED, self._hear_graded)

    async def close(self) -> None:
        """Let what runs end."""
        await self._bearers.close()
        self._passwords.close()

    def add_jobs(self, queue: Jobs, mail: Mail, words: Words) -> None:
        """Let a worker send this room's mail; `words` gives a message of a language by its key."""
        register(queue, self.me, self.second_factor, mail=mail, words=words, settings=self._settings)

    @property
    def now(self) -> datetime:
        """The moment by which sessions end and ages are told."""
        return self._clock.now()

    # Who is this?

    async def authenticate(self, token: str) -> Principal | None:
        """Whose session or key this is; None for unknown, expired, revoked and unapproved ones."""
        return await self._bearers.find(token)

    async def people(self, accounts: Iterable[int]) -> dict[int, Person]:
        """The people with these keys, erased ones by the name that stands there now; unknown keys are left out."""
        return await self._people.get(accounts)

    async def person_by_username(self, username: str) -> Person | None:
        """The person with this name, in any case."""
        async with self._db.read() as tx:
            return await store.find_person(tx, username.lower())

    async def person_by_id(self, account_id: UUID) -> Person | None:
        """The person with this public id; cached."""
        person = self._people.find(account_id)
        if person is None:
            async with self._db.read() as tx:
                person = await store.find_person_by_id(tx, account_id)
            if person is not None:
                self._people.hold(person)
        return person

    async def resolve_senders(self, host: int | None, senders: Sequence[str | Mapping[str, str]]) -> list[int | None]:
        """The accounts that a batch names by id, username or `{"host_user": …}`, in order, by one statement.

        None for who is unknown or erased, or not an account of the `host` whose key asks.
        """
        async with self._db.read() as tx:
            return await store.resolve_senders(tx, host, [_sender(s) for s in senders])

    async def find_account(self, account_id: UUID) -> Account | None:
        """For operators: the account with this id, erased or not."""
        async with self._db.read() as tx:
            return await store.find_account(tx, account_id)

    async def search(self, text: str, account_id: UUID | None, before: int | None, limit: int) -> list[Account]:
        """For operators: accounts by id, address or beginning of the username, erased ones too; newest first."""
        async with self._db.read() as tx:
            return await store.search(tx, text, account_id, before, limit)

    # News of what changed

    async def revoked(self, hashes: Sequence[bytes]) -> None:
        """Tell every process, after the commit, that these bearers are not what they were."""
        if hashes:
            self._bearers.forget(hashes)
            await self._news.publish(REVOKED, b"".join(hashes))

    async def changed(self, account: int, hashes: Sequence[bytes]) -> None:
        """Tell every process, after the commit, that somebody changed, and which of their bearers with them."""
        self._people.forget([account])
        await self._news.publish(CHANGED, b"%d" % account)
        await self.revoked(hashes)

    async def graded(self, accounts: Sequence[int]) -> None:
        """Tell every process, after the commit, whose gifter's level changed."""
        self._people.forget(accounts)
        for at in range(0, len(accounts), _KEYS_A_MESSAGE):
            await self._news.publish(GRADED, msgspec.json.encode(accounts[at : at + _KEYS_A_MESSAGE]))

    async def _hear_revoked(self, _: str, body: bytes) -> None:
        self._bearers.forget(body[at : at + _HASH_BYTES] for at in range(0, len(body), _HASH_BYTES))

    async def _hear_changed(self, _: str, body: bytes) -> None:
        self._people.forget([int(body)])

    async def _hear_graded(self, _: str, body: bytes) -> None:
        self._people.forget(msgspec.json.decode(body, type=list[int]))

    async def _load_bearers(self, hashes: list[bytes]) -> list[store.Caller]:
        async with self._db.write() as tx:
            return await store.load_bearers(tx, hashes, self._clock.now())

    async def _load_people(self, accounts: Sequence[int]) -> list[Person]:
        async with self._db.read() as tx:
            return await store.people(tx, accounts)

    # Joining

    async def sign_up(self, new: NewAccount, device: Device) -> SignedIn:
        """Make an account with the terms in force accepted, sign it in, and mail a link that proves the address.

        The same id with the same name, address and password signs in again. Raises `TooMany`, `Invalid`, `TooYoung`,
        `UsernameTaken`, `EmailTaken`, `IdReused`.
        """
        await self._count(f"sign-up:{device.throttled}", _HOUR_S, self._settings.sign_ups_per_hour)
        today = self._clock.now().date()
        if not is_birth_date(new.birth_date, today):
            raise Invalid.field("birth_date", "not a date on which you can be born")
        if not may_join(new.birth_date, today):
            raise TooYoung
        username = username_of(new.username)
        email = email_of(new.email, sandbox=self._settings.sandbox)
        values: dict[str, Any] = {
            "username": username,
            "email": email,
            "display_name": name_of(new.display_name),
            "roles": [],
            "language": new.language,
        }
        values |= {"birth_date": new.birth_date, "country": country_of(new.country)}
        plain = password_of(new.password, username, email)
        values["password_hash"] = await self._passwords.hash(plain)
        try:
            async with self._db.write() as tx:
                account = await self._make(tx, new.id or ids.new(), **values)
                await store.accept_terms(tx, account.key, ["service", "coins"], self._clock.now())
                await jobs.enqueue(tx, MAIL_VERIFICATION, account=account.key)
                return await self._open_session(tx, account, device)
        except IdReused:
            again = await self._sign_up_again(new.id, username, email, plain, device) if new.id else None
            if again is None:
                raise
            return again

    async def create_operator(self, username: str, password: str, roles: Sequence[str]) -> Account:
        """For the command line: a person of the house, with roles and without an address.

        Raises `Invalid`, `UsernameTaken`.
        """
        name = username.lower()
        password_hash = await self._passwords.hash(password_of(password, name))
        async with self._db.write() as tx:
            account = await self._make(
                tx, ids.new(), username=name, email=None, display_name=username, password_hash=password_hash,
                birth_date=_OPERATOR_BORN, country="US", roles=list(roles),
            )  # fmt: skip
            await store.accept_terms(tx, account.key, ["service", "coins"], self._clock.now())
        return account

    async def create_many(self, people: Sequence[NewPerson]) -> list[int]:
        """Simulated people with their terms accepted, by one statement; their keys, in order.

        Those that exist already, and are simulated, are given as they are. Raises `UsernameTaken` for a real one.
        """
        async with self._db.write() as tx:
            rules = await store.age_rules(tx)
            made = await store.make_people(
                tx,
                ids=[ids.new() for _ in people],
                usernames=[p.username for p in people],
                display_names=[p.display_name for p in people],
                countries=[p.country for p in people],
                birth_dates=[p.birth_date for p in people],
                adult_froms=[adult_from(p.birth_date, store.rules_of(rules, p.country)) for p in people],
                creators=[p.creator for p in people],
                now=self._clock.now(),
            )
            if any(p.username not in made for p in people):
                raise UsernameTaken
        return [made[p.username] for p in people]

    async def _sign_up_again(
        self, account_id: UUID, username: str, email: str, password: str, device: Device
    ) -> SignedIn | None:
        async with self._db.read() as tx:
            found = await store.find_credential_by_id(tx, account_id)
        if found is None or (found.username, found.email) != (username, email):
            return None
        if not await self._passwords.verify(found.password_hash, password):
            return None
        async with self._db.write() as tx:
            account = await store.get_account(tx, found.key)
            return None if account.second_factor else await self._open_session(tx, account, device, replayed=True)

    async def _make(self, tx: WriteTx, account_id: UUID, **values: Any) -> Account:
        rules = store.rules_of(await store.age_rules(tx), values["country"])
        day = adult_from(values["birth_date"], rules)
        return await store.insert_account(tx, id=account_id, adult_from=day, now=self._clock.now(), **values)

    # Coming and going

    async def sign_in(self, login: str, password: str, device: Device, code: str | None = None) -> SignedIn:
        """A session for a username or address, its password, and a code of its second factor where one is on.

        Raises `TooMany` (by the device's address, and by account after failures) and `WrongCredentials`, which takes
        as long for an unknown name; after the right password `SecondFactorNeeded` and `WrongSecondFactor`.
        """
        await self._count(f"sign-in:{device.throttled}", 60, self._settings.sign_ins_per_minute)
        async with self._db.read() as tx:
            found = await store.find_credential(tx, login)
        failures = f"sign-in-failures:{found.key if found else hash_of(login.lower()).hex()}"
        await self._count(failures, _FAILURES_S, self._settings.sign_in_failures_max)
        for attempt in range(_HASHES_MAX):
            matches = await self._passwords.verify(found.password_hash if found else None, password)
            if found is None or not matches:
                break
            renewed = await self._passwords.renewed(found.password_hash, password)
            if code is not None and attempt == 0:
                await self.second_factor.count(found.key)
            async with self._db.write() as tx:
                still = await store.lock_credential(tx, found.key)
                if still is not None and still.password_hash == found.password_hash:
                    if renewed is not None:
                        await store.set_password(tx, found.key, renewed)
                    proved = await self.second_factor.pass_sign_in(tx, found.key, code, self._clock.now())
                    await throttle.forgive(tx, failures)
                    return await self._open_session(tx, await store.get_account(tx, found.key), device, proved=proved)
            found = (
                still  # renewed by another sign-in, or changed: what was typed is held against what stands there now
            )
        raise WrongCredentials

    async def issue_sessions(self, accounts: Sequence[int]) -> list[str]:
        """Sessions for these accounts, by one statement; their tokens, in order. For crowds that have no passwords."""
        tokens, now = [new_token() for _ in accounts], self._clock.now()
        async with self._db.write() as tx:
            await store.insert_sessions(
                tx, [ids.new() for _ in accounts], [hash_of(token) for token in tokens], accounts,
                now=now, expires_at=now + self._session_life, device=Device(),
            )  # fmt: skip
        return tokens

    async def list_sessions(self, account: int) -> list[Session]:
        """The devices that are signed in, newest first."""
        async with self._db.read() as tx:
            return await store.list_sessions(tx, account, self._clock.now())

    async def sign_out(self, account: int, session: UUID) -> None:
        """End one session of the account; raises `NotFound`."""
        if not await self._revoke(account, session=session):
            raise NotFound

    async def sign_out_key(self, account: int, bearer: int) -> None:
        """End the session with this key."""
        await self._revoke(account, only=bearer)

    async def sign_out_everywhere(self, account: int) -> None:
        """End every session of the account."""
        await self._revoke(account)

    async def _revoke(self, account: int, *, session: UUID | None = None, only: int | None = None) -> list[bytes]:
        async with self._db.write() as tx:
            hashes = await store.revoke(tx, account, store.SESSION, self._clock.now(), session=session, only=only)
        await self.revoked(hashes)
        return hashes

    async def _open_session(
        self, tx: WriteTx, account: Account, device: Device, *, replayed: bool = False, proved: bool = False
    ) -> SignedIn:
        token, now = new_token(), self._clock.now()
        expires_at = now + self._session_life
        await store.insert_sessions(
            tx, [ids.new()], [hash_of(token)], [account.key], now=now, expires_at=expires_at, device=device,
            second_factor_at=now if proved else None,
        )  # fmt: skip
        return SignedIn(account, token, expires_at, replayed)

    @property
    def _session_life(self) -> timedelta:
        return timedelta(days=self._settings.session_days)

    async def _count(self, key: str, window_s: int, attempts_max: int) -> None:
        async with self._db.write() as tx:
            await throttle.hit(tx, key, window_s, self._settings.limit(attempts_max))


def _sender(named: str | Mapping[str, str]) -> UUID | str | store.HostUser:
    if isinstance(named, str):
        return ids.decode(named, ACCOUNT_PREFIX) or named
    return store.HostUser(named["host_user"])
