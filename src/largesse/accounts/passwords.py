"""Passwords as argon2id hashes, made in a few threads so that the event loop never waits for one."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import argon2
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from largesse.accounts.model import password
from largesse.kit.http import Busy

THREADS = 2
WAITING_MAX = 100  # at about 50 ms each: five seconds


# Of a random password that nobody kept, by the same parameters: an unknown name takes as long as a known one.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$owVzdZvsyFf29ZAqJxVqVQ$kqUu97CiLeI+IxgIyXn3b5gM0fut2awpqNdJOhoPFD8"

T = TypeVar("T")


class Passwords:
    """Hashes and checks. Parameters: RFC 9106, second recommended option (64 MiB, 3 passes, 4 lanes)."""

    def __init__(self) -> None:
        self._hasher = argon2.PasswordHasher()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="argon2")
        self._waiting = 0

    async def hash(self, given: str) -> str:
        """The hash of a password; raises `Busy` where too many wait."""
        return await self._run(partial(self._hasher.hash, password(given)))

    async def verify(self, stored: str | None, given: str) -> bool:
        """Whether it is the password; takes as long for `None` (nobody) as for somebody. Raises `Busy`."""
        matches = await self._run(partial(self._matches, stored or _NOBODY, password(given)))
        return matches and stored is not None

    async def renewed(self, stored: str, given: str) -> str | None:
        """A hash by today's parameters, where the stored one has others."""
        return await self.hash(given) if self._hasher.check_needs_rehash(stored) else None

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False)

    def _matches(self, stored: str, given: str) -> bool:
        try:
            return self._hasher.verify(stored, given)
        except VerifyMismatchError:
            return False
        except (VerificationError, InvalidHashError) as error:
            raise AssertionError("a stored hash is broken") from error

    async def _run(self, work: Callable[[], T]) -> T:
        if self._waiting >= WAITING_MAX:
            raise Busy(retry_after_s=5)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1
