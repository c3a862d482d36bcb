"""What people do with their own account, and with others'."""

import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from largesse.accounts import store
from largesse.accounts.bearers import hash_of, new_token
from largesse.accounts.errors import LinkGone, NotCurrentTerms, SelfFollow, StillHolds, UnderAge, WrongPassword
from largesse.accounts.fields import country_of, name_of, password_of
from largesse.accounts.model import Account, Device, Gifter, Holdings, Letter, Person, Profile, Terms, adult_from
from largesse.accounts.passwords import Passwords
from largesse.kit import jobs, outbox, throttle
from largesse.kit.clock import Clock
from largesse.kit.config import Settings
from largesse.kit.db import Database, ReadTx, WriteTx
from largesse.kit.http import NotFound, TooMany

EMAIL_VERIFIED = "account.verified"  # outbox, once an account: subject is the account, body {"account": key}
FOLLOWED = "follow"  # outbox: subject is who is followed, body {"follower": key, "followed": key}
MAIL_VERIFICATION = "accounts.mail_verification"
MAIL_RESET = "accounts.mail_reset"
RESET = "password-reset"
VERIFICATION = "email-verification"
_LIVES = {RESET: timedelta(hours=1), VERIFICATION: timedelta(days=3)}
_KEPT = timedelta(days=30)
_ROWS_MAX = 10_000
_HOUR_S = 3_600
_FAILURES_S = 900
_LETTERS_MAX = 5  # an address and hour

Holds = Callable[[ReadTx, int], Awaitable[Holdings]]
Kept = Callable[[ReadTx, int], Awaitable[dict[str, Any]]]
Forgets = Callable[[WriteTx, int], Awaitable[None]]
Changed = Callable[[int, Sequence[bytes]], Awaitable[None]]


async def holds_nothing(_: ReadTx, __: int) -> Holdings:
    """Where there are no wallets."""
    return Holdings()


async def keeps_nothing(_: ReadTx, __: int) -> dict[str, Any]:
    """Where there are no other rooms."""
    return {}


async def forgets_nothing(_: WriteTx, __: int) -> None:
    """Where there are no other rooms."""


class MeService:
    """Built by `AccountsService`.

    `holds` says what an erased account would lose, `keeps` what other rooms keep, `forgets` lets them forget it;
    `changed` tells every process.
    """

    def __init__(
        self, db: Database, clock: Clock, settings: Settings, passwords: Passwords, *, holds: Holds, keeps: Kept,
        forgets: Forgets, changed: Changed,
    ) -> None:  # fmt: skip
        self._db = db
        self._clock = clock
        self._settings = settings
        self._passwords = passwords
        self._holds = holds
        self._keeps = keeps
        self._forgets = forgets
        self._changed = changed

    async def get(self, account: int) -> Account:
        """The account."""
        async with self._db.read() as tx:
            return await store.get_account(tx, account)

    async def gifter(self, account: int) -> Gifter:
        """What the account gave by name, its level, and what each level asks for."""
        async with self._db.read() as tx:
            return await store.get_gifter(tx, account)

    async def update(
        self,
        account: int,
        *,
        display_name: str | None = None,
        country: str | None = None,
        badge_hidden: bool | None = None,
        language: str | None = None,
    ) -> Account:
        """Change what is given. Another country may make the day of being of age later, never earlier.

        Raises `Invalid`.
        """
        name = name_of(display_name) if display_name is not None else None
        async with self._db.write() as tx:
            before = await store.get_account(tx, account)
            day = before.adult_from
            if country is not None:
                rules = store.rules_of(await store.age_rules(tx), country_of(country))
                day = adult_from(before.birth_date, rules) if before.birth_date else before.adult_from
            after = await store.update_account(
                tx, account, display_name=name, country=country, adult_from=day, badge_hidden=badge_hidden,
                language=language,
            )  # fmt: skip
            hashes = await store.bearers_of(tx, account)
        if after is None:
            raise NotFound
        await self._changed(account, hashes)
        return after

    async def become_creator(self, account: int) -> Account:
        """Accept the creators' terms and be one; raises `UnderAge`."""
        async with self._db.write() as tx:
            creator = await store.become_creator(tx, account, self._clock.now())
            if creator is None:
                raise UnderAge
            await store.accept_terms(tx, account, ["creator"], self._clock.now())
            hashes = await store.bearers_of(tx, account)
        await self._changed(account, hashes)
        return creator

    # Passwords and links

    async def change_password(self, account: int, bearer: int, old: str, new: str) -> None:
        """Set another password and end every other session; raises `TooMany`, `WrongPassword`, `Invalid`."""
        before = await self.prove(account, old)
        renewed = await self._passwords.hash(password_of(new, before.username, before.email or ""))
        async with self._db.write() as tx:
            still = await store.lock_credential(tx, account)
            if still is None or still.password_hash != before.password_hash:
                raise WrongPassword
            await store.set_password(tx, account, renewed)
            hashes = await store.revoke(tx, account, store.SESSION, self._clock.now(), keep=bearer)
        await self._changed(account, hashes)

    async def request_reset(self, email: str, device: Device) -> None:
        """Mail a link to an account with this address, if there is one; nothing tells whether. Raises `TooMany`.

        At most five an hour go to one address, the rest are dropped without a word.
        """
        async with self._db.write() as tx:
            limit = self._settings.limit(self._settings.sign_ins_per_minute)
            await throttle.hit(tx, f"reset:{device.throttled}", 60, limit)
        with contextlib.suppress(TooMany):
            async with self._db.write() as tx:
                letters = f"reset-letters:{hash_of(email.lower()).hex()}"
                await throttle.hit(tx, letters, _HOUR_S, self._settings.limit(_LETTERS_MAX))
                await jobs.enqueue(tx, MAIL_RESET, email=email)

    async def request_verification(self, account: int) -> None:
        """Mail another link that proves the address; raises `TooMany`."""
        async with self._db.write() as tx:
            await throttle.hit(tx, f"verify:{account}", _HOUR_S, self._settings.limit(_LETTERS_MAX))
            await jobs.enqueue(tx, MAIL_VERIFICATION, account=account)

    async def write_reset(self, email: str) -> Letter | None:
        """For the job that mails it: a link for whoever has this address; None for nobody."""
        async with self._db.read() as tx:
            found = await store.find_credential(tx, email) if "@" in email else None
            account = await store.get_account(tx, found.key) if found is not None else None
        return await self._write(RESET, account) if account is not None else None

    async def write_verification(self, account: int) -> Letter | None:
        """For the job that mails it: a link that proves the address, where it is not proved yet."""
        found = await self.get(account)
        return await self._write(VERIFICATION, found) if found.email_verified_at is None else None

    async def reset_password(self, token: str, new: str) -> None:
        """Set a password by a link and end every session; the address is proved by it. Raises `LinkGone`, `Invalid`."""
        renewed = await self._passwords.hash(password_of(new))
        now = self._clock.now()
        async with self._db.write() as tx:
            used = await store.use_link(tx, hash_of(token), RESET, now)
            if used is None:
                raise LinkGone
            account, email = used
            await store.set_password(tx, account, renewed)
            await self._proved(tx, account, email, now)
            await throttle.forgive(tx, f"sign-in-failures:{account}")
            hashes = await store.revoke(tx, account, store.SESSION, now)
        await self._changed(account, hashes)

    async def verify_email(self, token: str) -> None:
        """Prove the address by a link; raises `LinkGone`."""
        async with self._db.write() as tx:
            used = await store.use_link(tx, hash_of(token), VERIFICATION, self._clock.now())
            if used is None:
                raise LinkGone
            await self._proved(tx, *used, self._clock.now())

    async def forget_ended(self) -> None:
        """For a nightly job: sessions and links that ended a month ago are kept no longer."""
        before = self._clock.now() - _KEPT
        gone = _ROWS_MAX
        while gone >= _ROWS_MAX:
            async with self._db.write() as tx:
                gone = await store.forget_ended(tx, before, _ROWS_MAX)

    async def _proved(self, tx: WriteTx, account: int, email: str, now: datetime) -> None:
        if await store.verify_email(tx, account, email, now):
            await outbox.put(tx, EMAIL_VERIFIED, account, {"account": account})

    async def _write(self, kind: str, account: Account) -> Letter | None:
        if account.email is None:
            return None
        token, now = new_token(), self._clock.now()
        async with self._db.write() as tx:
            await store.insert_link(
                tx, hash=hash_of(token), kind=kind, account=account.key, email=account.email, now=now,
                expires_at=now + _LIVES[kind],
            )  # fmt: skip
        return Letter(account.email, account.username, account.language, token)

    async def prove(self, account: int, password: str) -> store.Credential:
        """The credential, where this is the password; raises `TooMany`, `WrongPassword`, `Busy`."""
        failures = f"sign-in-failures:{account}"
        async with self._db.write() as tx:
            limit = self._settings.limit(self._settings.sign_in_failures_max)
            await throttle.hit(tx, failures, _FAILURES_S, limit)
            found = await store.lock_credential(tx, account)
        matches = await self._passwords.verify(found.password_hash if found else None, password)
        if found is None or not matches:
            raise WrongPassword
        async with self._db.write() as tx:
            await throttle.forgive(tx, failures)
        return found

    # Terms

    async def list_terms(self) -> list[Terms]:
        """The version of each document that is in force."""
        async with self._db.read() as tx:
            return await store.current_terms(tx, self._clock.now())

    async def accept_terms(self, account: int, document: str, version: int) -> None:
        """Accept the version in force; raises `NotCurrentTerms` for another one."""
        async with self._db.write() as tx:
            current = next(t for t in await store.current_terms(tx, self._clock.now()) if t.document == document)
            if current.version != version:
                raise NotCurrentTerms(document, current.version, current.effective_at)
            await store.accept_terms(tx, account, [document], self._clock.now())

    # Others

    async def profile(self, username: str, viewer: int | None) -> tuple[Person, Profile]:
        """Somebody's public profile; raises `NotFound`."""
        async with self._db.read() as tx:
            person = await store.find_person(tx, username.lower())
            if person is None:
                raise NotFound
            return person, await store.profile(tx, Profile, person.key, viewer)

    async def follow(self, account: int, username: str) -> tuple[Person, Profile]:
        """Follow somebody; again is the same. Raises `NotFound`, `SelfFollow`."""
        async with self._db.write() as tx:
            person = await store.find_person(tx, username.lower())
            if person is None:
                raise NotFound
            if person.key == account:
                raise SelfFollow
            if await store.follow(tx, account, person.key, self._clock.now()):
                await outbox.put(tx, FOLLOWED, person.key, {"follower": account, "followed": person.key})
            return person, await store.profile(tx, Profile, person.key, account)

    async def unfollow(self, account: int, username: str) -> tuple[Person, Profile]:
        """Stop following somebody; again is the same. Raises `NotFound`."""
        async with self._db.write() as tx:
            person = await store.find_person(tx, username.lower())
            if person is None:
                raise NotFound
            await store.unfollow(tx, account, person.key)
            return person, await store.profile(tx, Profile, person.key, account)

    # Data rights

    async def export(self, account: int) -> tuple[Account, dict[str, Any]]:
        """The account, and everything else that is kept about the person, here and in other rooms."""
        async with self._db.read() as tx:
            here, elsewhere = await store.export(tx, account), await self._keeps(tx, account)
            return await store.get_account(tx, account), here | elsewhere

    async def erase(self, account: int, password: str, *, forfeit: bool) -> None:
        """Erase the person; the books keep the key. What the account holds is lost, which `forfeit` agrees to.

        Raises `TooMany`, `WrongPassword`, `StillHolds`, `PayoutUnderWay`.
        """
        await self.prove(account, password)
        async with self._db.write() as tx:
            await self._forgets(tx, account)  # under the creator's lock: nothing is granted once this has looked
            held = await self._holds(tx, account)
            if held != Holdings() and not forfeit:
                raise StillHolds(held.coins, held.diamonds_milli)
            await store.erase(tx, account, self._clock.now())
            hashes = await store.revoke(tx, account, store.ALL_KINDS, self._clock.now())  # after the account, as others
        await self._changed(account, hashes)
