"""Who a token belongs to: a cache in front of the bearer table, because every request asks.

Misses of one moment are looked up together. What is revoked or changed is forgotten at once here and, through NATS,
in the other processes; without NATS within `HELD_S`.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from time import monotonic

from largesse.accounts.store import Caller
from largesse.kit.clock import Clock
from largesse.kit.principal import Principal

HELD_S = 5.0
HELD_MAX = 100_000
KEY_MARK = "lg_"
_CHARS_MIN, _CHARS_MAX = 43, 60  # 32 random bytes in base64, and room for a mark
_BATCH_MAX = 1_000

Load = Callable[[list[bytes]], Awaitable[list[Caller]]]


def new_token(mark: str = "") -> str:
    """A fresh token: 256 random bits; only its hash is ever stored."""
    return mark + secrets.token_urlsafe(32)


def hash_of(token: str) -> bytes:
    """What is stored of a token: its SHA-256. The token is random, so nothing slower is needed."""
    return hashlib.sha256(token.encode()).digest()


class Bearers:
    """Principals by the hash of their token."""

    def __init__(self, load: Load, clock: Clock) -> None:
        self._load = load
        self._clock = clock
        self._held: dict[bytes, tuple[Principal, float, datetime | None]] = {}
        self._waiting: dict[bytes, asyncio.Future[Principal | None]] = {}
        self._changed: set[bytes] = set()  # while a look-up is under way
        self._loading: asyncio.Task[None] | None = None

    async def find(self, token: str) -> Principal | None:
        """Whose token this is; None for unknown, expired, revoked and unapproved ones."""
        if not _CHARS_MIN <= len(token) <= _CHARS_MAX:
            return None
        digest = hash_of(token)
        held = self._held.get(digest)
        if held is not None:
            principal, until, expires_at = held
            if monotonic() < until and (expires_at is None or self._clock.now() < expires_at):
                return principal
            del self._held[digest]
        waiting = self._waiting.get(digest)
        if waiting is None:
            waiting = self._waiting[digest] = asyncio.get_running_loop().create_future()
            if self._loading is None or self._loading.done():
                self._loading = asyncio.create_task(self._load_all())
        return await asyncio.shield(waiting)

    def forget(self, hashes: Iterable[bytes]) -> None:
        """The next request with one of these looks it up again."""
        for digest in hashes:
            self._held.pop(digest, None)
            if self._loading is not None and not self._loading.done():
                self._changed.add(digest)

    async def close(self) -> None:
        """Wait for the look-ups under way."""
        if self._loading is not None:
            await asyncio.wait([self._loading])

    async def _load_all(self) -> None:
        while self._waiting:
            batch = {digest: self._waiting.pop(digest) for digest in list(self._waiting)[:_BATCH_MAX]}
            self._changed.clear()
            asked = monotonic()
            try:
                callers = {caller.hash: caller for caller in await self._load(list(batch))}
            except Exception as error:  # noqa: BLE001 - each request that waits fails with it
                for waiting in batch.values():
                    waiting.set_exception(error)
                continue
            if len(self._held) > HELD_MAX:
                self._held.clear()
            for digest, waiting in batch.items():
                if digest in self._changed:  # what was read may be of before the change: read it again
                    self._again(digest, waiting)
                else:
                    waiting.set_result(self._hold(callers.get(digest), asked + HELD_S))

    def _again(self, digest: bytes, waiting: asyncio.Future[Principal | None]) -> None:
        newer = self._waiting.setdefault(digest, waiting)
        if newer is not waiting:
            newer.add_done_callback(lambda done: _copy(done, waiting))

    def _hold(self, caller: Caller | None, until: float) -> Principal | None:
        if caller is None:
            return None
        person = caller.kind == "session"
        principal = Principal(
            account=caller.account,
            id=caller.id,
            username=caller.username,
            display_name=caller.display_name,
            bearer=caller.bearer,
            kind=caller.kind,
            adult_from=caller.adult_from,
            creator=caller.creator,
            roles=frozenset(caller.roles) if person else frozenset(),
            scopes=frozenset(caller.scopes),
            host=caller.host,
            badge=caller.badge,
            country=caller.country,
        )
        self._held[caller.hash] = (principal, until, caller.expires_at)
        return principal


def _copy(done: asyncio.Future[Principal | None], waiting: asyncio.Future[Principal | None]) -> None:
    error = done.exception()
    if error is None:
        waiting.set_result(done.result())
    else:
        waiting.set_exception(error)
