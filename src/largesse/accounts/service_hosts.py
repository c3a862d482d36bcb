"""Host platforms: their users here, and the people who link an account of their own to one."""

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from largesse.accounts import model, store, store_hosts
from largesse.accounts.bearers import hash_of
from largesse.accounts.errors import AgeKnown, AlreadyLinked, CodeGone, HostUserKnown, StillHolds, TooYoung
from largesse.accounts.fields import country_of, name_of
from largesse.accounts.model import Holdings, Host, HostAccount, HostLink, HostUserFacts
from largesse.kit import ids, throttle, trail
from largesse.kit.clock import Clock
from largesse.kit.config import Settings
from largesse.kit.db import Database, ReadTx, WriteTx
from largesse.kit.http import Invalid, NotFound
from largesse.kit.idempotency import IdReused

CODE_LIFE = timedelta(minutes=10)
_USERS_A_MINUTE = 600
_CODES_AN_HOUR = 20
_TRIES_A_MINUTE = 60  # of 50 random bits that live ten minutes
_MINUTE_S, _HOUR_S = 60, 3_600
_NAME_CHARS = "abcdefghjkmnpqrstvwxyz23456789"
_NAME_LENGTH = 12

Holds = Callable[[ReadTx, int], Awaitable[Holdings]]
Forgets = Callable[[WriteTx, int], Awaitable[None]]
Changed = Callable[[int, Sequence[bytes]], Awaitable[None]]


class HostsService:
    """Built by `AccountsService`.

    `holds` says what an erased account would lose, `forgets` lets other rooms forget who it was; `changed` tells every
    process.
    """

    def __init__(
        self, db: Database, clock: Clock, settings: Settings, *, holds: Holds, forgets: Forgets, changed: Changed
    ) -> None:
        self._db = db
        self._clock = clock
        self._settings = settings
        self._holds = holds
        self._forgets = forgets
        self._changed = changed

    # Hosts

    async def create(self, by: int, host: UUID, name: str) -> tuple[Host, bool]:
        """Make a host; again with the same id and name is the same (and True). Raises `IdReused`, `HostNameTaken`."""
        async with self._db.write() as tx:
            before = await store_hosts.find_host(tx, host)
            if before is not None:
                if before.name != name:
                    raise IdReused
                return before, True
            made = await store_hosts.insert_host(tx, host, name, self._clock.now())
            await trail.write(tx, by, "host.create", ids.encode(model.HOST_PREFIX, host), {"name": name})
        return made, False

    async def list_hosts(self, before: int | None, limit: int) -> list[Host]:
        """Hosts, newest first."""
        async with self._db.read() as tx:
            return await store_hosts.list_hosts(tx, before, limit)

    # Their users, as their own servers tell of them

    async def put_user(self, host: int, facts: HostUserFacts) -> tuple[HostAccount, bool]:
        """Make an account for a user of the host, or change the one that it made; True where it is new.

        An account that a person linked is that person's: nothing of it is changed. Raises `TooMany`, `Invalid`,
        `TooYoung`, `AgeKnown`.
        """
        self._check(facts)
        await self._count(f"host-users:{host}", _MINUTE_S, _USERS_A_MINUTE)
        async with self._db.write() as tx:
            await store_hosts.lock_host(tx, host)
            before = await store_hosts.find_user(tx, host, facts.host_user)
            if before is not None and not before.made:
                return before, False
            account = before.account if before else await self._make(tx, host, facts)
            if before is not None:
                await self._change(tx, before, facts)
            after = await store_hosts.find_user(tx, host, facts.host_user)
            assert after is not None
            hashes = await store.bearers_of(tx, account)
        await self._changed(account, hashes)
        return after, before is None

    async def list_users(self, host: int, after: str, limit: int) -> list[HostAccount]:
        """Users of the host in the order of their names there, behind `after`."""
        async with self._db.read() as tx:
            return await store_hosts.list_users(tx, host, after, limit)

    async def remove_user(self, host: int, host_user: str, *, forfeit: bool) -> None:
        """Unlink a person's account, or erase the one that the host made and what it holds, where `forfeit` agrees.

        Raises `NotFound`, `StillHolds`, `PayoutUnderWay`.
        """
        hashes: list[bytes] = []
        async with self._db.write() as tx:
            await store_hosts.lock_host(tx, host)
            found = await store_hosts.find_user(tx, host, host_user)
            if found is None:
                raise NotFound
            if found.made:
                await self._forgets(tx, found.account)  # under the creator's lock: nothing is granted after this look
                held = await self._holds(tx, found.account)
                if held != Holdings() and not forfeit:
                    raise StillHolds(held.coins, held.diamonds_milli)
                await store.erase(tx, found.account, self._clock.now())
                hashes = await store.revoke(tx, found.account, store.ALL_KINDS, self._clock.now())
            await store_hosts.delete_user(tx, host, found.account)
        await self._changed(found.account, hashes)

    # People who link an account of their own

    async def make_code(self, account: int, host_id: UUID) -> tuple[str, Host, datetime]:
        """A person agrees to one host for ten minutes: the code, shown this once, and when it ends.

        An earlier code for the same host ends with it. Raises `NotFound`, `AlreadyLinked`, `TooMany`.
        """
        await self._count(f"host-codes:{account}", _HOUR_S, _CODES_AN_HOUR)
        code, expires_at = model.new_code(), self._clock.now() + CODE_LIFE
        async with self._db.write() as tx:
            host = await store_hosts.find_host(tx, host_id)
            if host is None:
                raise NotFound
            if any(link.key == host.key for link in await store_hosts.list_links(tx, account)):
                raise AlreadyLinked
            hashed = hash_of(model.plain_code(code))
            await store_hosts.put_code(tx, hash=hashed, host=host.key, account=account, expires_at=expires_at)
        return code, host, expires_at

    async def link(self, host: int, code: str, host_user: str) -> tuple[HostAccount, bool]:
        """Make the account of whoever made the code known to the host as `host_user`; a repeat is the same (and True).

        Raises `TooMany`, `CodeGone`, `HostUserKnown`, `AlreadyLinked`.
        """
        await self._count(f"host-code-tries:{host}", _MINUTE_S, _TRIES_A_MINUTE)
        hashed, now = hash_of(model.plain_code(code)), self._clock.now()
        async with self._db.write() as tx:
            await store_hosts.lock_host(tx, host)
            account = await store_hosts.use_code(tx, hash=hashed, host=host, host_user=host_user, now=now)
            if account is None:
                raise CodeGone
            before = await store_hosts.find_user(tx, host, host_user)
            if before is not None and before.account == account:
                return before, True
            if before is not None:
                raise HostUserKnown
            await store_hosts.insert_user(tx, host=host, host_user=host_user, account=account, made=False, now=now)
            linked = await store_hosts.find_user(tx, host, host_user)
            assert linked is not None
        return linked, False

    async def list_links(self, account: int) -> list[HostLink]:
        """The hosts that the account is linked to, by name."""
        async with self._db.read() as tx:
            return await store_hosts.list_links(tx, account)

    async def unlink(self, account: int, host_id: UUID) -> None:
        """Take the account back from a host, at once; raises `NotFound`."""
        async with self._db.write() as tx:
            link = next((link for link in await store_hosts.list_links(tx, account) if link.id == host_id), None)
            if link is None:
                raise NotFound
            await store_hosts.delete_user(tx, link.key, account)

    async def hosts_by_key(self, hosts: Sequence[int]) -> Mapping[int, Host]:
        """Hosts by key."""
        async with self._db.read() as tx:
            return await store_hosts.hosts_by_key(tx, hosts)

    def _check(self, facts: HostUserFacts) -> None:
        country_of(facts.country)
        if facts.birth_date is not None:
            today = self._clock.now().date()
            if not model.is_birth_date(facts.birth_date, today):
                raise Invalid.field("birth_date", "not a date on which one can be born")
            if not model.may_join(facts.birth_date, today):
                raise TooYoung

    async def _make(self, tx: WriteTx, host: int, facts: HostUserFacts) -> int:
        username = "viewer." + "".join(secrets.choice(_NAME_CHARS) for _ in range(_NAME_LENGTH))
        rules = store.rules_of(await store.age_rules(tx), facts.country)
        made = await store.insert_account(
            tx, id=ids.new(), username=username, email=None, password_hash=None, roles=[], country=facts.country,
            display_name=name_of(facts.display_name or username), birth_date=facts.birth_date,
            adult_from=model.age_of_host_user(None, facts.birth_date, rules), now=self._clock.now(),
        )  # fmt: skip
        await store_hosts.insert_user(
            tx, host=host, host_user=facts.host_user, account=made.key, made=True, now=self._clock.now()
        )
        return made.key

    async def _change(self, tx: WriteTx, before: HostAccount, facts: HostUserFacts) -> None:
        rules = store.rules_of(await store.age_rules(tx), facts.country)
        day = model.age_of_host_user(before, facts.birth_date, rules)
        if day is None:
            raise AgeKnown
        name = name_of(facts.display_name) if facts.display_name is not None else None
        await store_hosts.update_user(
            tx, before.account, display_name=name, country=facts.country, birth_date=facts.birth_date, adult_from=day
        )

    async def _count(self, key: str, window_s: int, attempts_max: int) -> None:
        async with self._db.write() as tx:
            await throttle.hit(tx, key, window_s, self._settings.limit(attempts_max))
