"""API keys of operators and of host platforms; the only place of this room that opens a transaction."""

from collections.abc import Mapping, Sequence
from typing import Literal
from uuid import UUID

from largesse import accounts
from largesse.accounts import AccountsService, ApiKey, Host, Person
from largesse.kit import ids, trail
from largesse.kit.approval import FourEyes
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.http import Invalid, NotFound

KEY_PREFIX = "key"
Scope = Literal["gifts:write", "gifts:read", "lives:read", "events:read", "users:write"]
HOSTS_ONLY = "users:write"


class OutreachService:
    """Makes, approves and revokes the keys of programs."""

    def __init__(self, db: Database, people: AccountsService, settings: Settings) -> None:
        self._db = db
        self._people = people
        self._settings = settings

    async def create_key(
        self, by: int, name: str, scopes: Sequence[Scope], host_id: UUID | None
    ) -> tuple[ApiKey, str, Host | None]:
        """A key, its token, which is shown this once, and its host. In a sandbox it works at once.

        A host's key acts for that host's users and the accounts linked to it; the operator's, without a host, for all.
        Raises `Invalid` for an unknown host, and for a scope that only hosts' keys have.
        """
        token = accounts.new_token(accounts.KEY_MARK)
        if host_id is None and HOSTS_ONLY in scopes:
            raise Invalid.field("scopes", f"{HOSTS_ONLY} is for the key of a host")
        async with self._db.write() as tx:
            host = await accounts.find_host(tx, host_id) if host_id else None
            if host_id is not None and host is None:
                raise Invalid.field("host", "no such host")
            key = await accounts.insert_key(
                tx,
                id=ids.new(),
                hash=accounts.hash_of(token),
                account=by,
                name=name,
                scopes=sorted(set(scopes)),
                host=host.key if host else None,
                approved_by=by if self._settings.sandbox else None,
                now=self._people.now,
            )
            named = ids.encode(accounts.HOST_PREFIX, host.id) if host else None
            body = {"name": name, "scopes": key.scopes, "approved": key.approved_at is not None, "host": named}
            await trail.write(tx, by, "api-key.create", ids.encode(KEY_PREFIX, key.id), body)
        return key, token, host

    async def list_keys(
        self, before: int | None, limit: int
    ) -> tuple[list[ApiKey], Mapping[int, Person], Mapping[int, Host]]:
        """Keys, newest first, revoked ones too, the people who made and approved them, and their hosts."""
        async with self._db.read() as tx:
            keys = await accounts.list_keys(tx, before, limit)
        named = {k.account for k in keys} | {k.approved_by for k in keys if k.approved_by is not None}
        hosts = await self._people.hosts.hosts_by_key([k.host for k in keys if k.host is not None])
        return keys, await self._people.people(named), hosts

    async def approve_key(self, by: int, key_id: UUID) -> ApiKey:
        """Let a key work; approving again changes nothing. Raises `NotFound`, `FourEyes` for whoever made it."""
        async with self._db.write() as tx:
            key = await accounts.lock_key(tx, key_id)
            if key is None:
                raise NotFound
            if key.approved_at is not None:
                return key
            if key.account == by:
                raise FourEyes
            approved = await accounts.approve_key(tx, key.key, by, self._people.now)
            await trail.write(tx, by, "api-key.approve", ids.encode(KEY_PREFIX, key_id), {"name": key.name})
        return approved

    async def revoke_key(self, by: int, key_id: UUID) -> None:
        """Let a key never work again; raises `NotFound`."""
        async with self._db.write() as tx:
            revoked = await accounts.revoke_key(tx, key_id, self._people.now)
            if revoked is None:
                raise NotFound
            await trail.write(tx, by, "api-key.revoke", ids.encode(KEY_PREFIX, key_id), {})
        await self._people.revoked([revoked])
