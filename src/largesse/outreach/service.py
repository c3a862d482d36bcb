"""API keys of operators; the only place of this room that opens a transaction."""

from collections.abc import Mapping, Sequence
from typing import Literal
from uuid import UUID

from largesse import accounts
from largesse.accounts import AccountsService, ApiKey, Person
from largesse.kit import ids, trail
from largesse.kit.approval import FourEyes
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.http import NotFound

KEY_PREFIX = "key"
Scope = Literal["gifts:write", "gifts:read", "lives:read", "events:read"]


class OutreachService:
    """Makes, approves and revokes the keys of programs."""

    def __init__(self, db: Database, people: AccountsService, settings: Settings) -> None:
        self._db = db
        self._people = people
        self._settings = settings

    async def create_key(self, by: int, name: str, scopes: Sequence[Scope]) -> tuple[ApiKey, str]:
        """A key of the operator's, and its token, which is shown this once. In a sandbox it works at once."""
        token = accounts.new_token(accounts.KEY_MARK)
        async with self._db.write() as tx:
            key = await accounts.insert_key(
                tx,
                id=ids.new(),
                hash=accounts.hash_of(token),
                account=by,
                name=name,
                scopes=sorted(set(scopes)),
                approved_by=by if self._settings.sandbox else None,
                now=self._people.now,
            )
            body = {"name": name, "scopes": key.scopes, "approved": key.approved_at is not None}
            await trail.write(tx, by, "api-key.create", ids.encode(KEY_PREFIX, key.id), body)
        return key, token

    async def list_keys(self, before: int | None, limit: int) -> tuple[list[ApiKey], Mapping[int, Person]]:
        """Keys, newest first, revoked ones too, and the people who made and approved them."""
        async with self._db.read() as tx:
            keys = await accounts.list_keys(tx, before, limit)
        named = {k.account for k in keys} | {k.approved_by for k in keys if k.approved_by is not None}
        return keys, await self._people.people(named)

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
