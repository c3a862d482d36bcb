"""The second factor: turned on by a first code, asked for at sign-in and before what needs it, turned off by a code."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from largesse.accounts import store
from largesse.accounts import store_second_factor as rows
from largesse.accounts.errors import SecondFactorNeeded, SecondFactorOff, SecondFactorOn, WrongSecondFactor
from largesse.accounts.model import ACCOUNT_PREFIX, Account, Letter
from largesse.accounts.personal import PersonalKeys
from largesse.accounts.totp import ENROLMENT, FRESH, Enrolment, enrolment, new_secret, step_of
from largesse.kit import approval, ids, jobs, outbox, throttle, trail
from largesse.kit.approval import FourEyes, Proposal
from largesse.kit.clock import Clock
from largesse.kit.config import Settings
from largesse.kit.db import Database, WriteTx
from largesse.kit.http import Invalid, NotFound, NotSignedIn

SECOND_FACTOR = "account.second_factor"  # outbox: subject is the account, body {"account": key, "change": on|off|reset}
MAIL_SECOND_FACTOR = "accounts.mail_second_factor"
KIND = "accounts.second_factor_reset"
_WHAT = "totp"
_FAILURES_S = 900
_DAY_S = 86_400
_A_DAY = 5  # times the failures of 15 minutes: a code is one of a million, so a day of guessing is nothing

Prove = Callable[[int, str], Awaitable[store.Credential]]
Changed = Callable[[int, Sequence[bytes]], Awaitable[None]]


class SecondFactorService:
    """Built by `AccountsService`. `prove` checks a password, `changed` tells every process."""

    def __init__(
        self, db: Database, clock: Clock, settings: Settings, personal: PersonalKeys, *, prove: Prove, changed: Changed
    ) -> None:
        self._db = db
        self._clock = clock
        self._settings = settings
        self._personal = personal
        self._prove = prove
        self._changed = changed

    # One's own

    async def enrol(self, account: int, password: str) -> Enrolment:
        """A new secret, shown this once; it counts from its first code on, and replaces one that waits for its own.

        Raises `TooMany`, `WrongPassword`, `SecondFactorOn`.
        """
        proved = await self._prove(account, password)
        secret = new_secret()
        async with self._db.write() as tx:
            sealed = await self._personal.seal(tx, account, _WHAT, secret.encode())
            if not await rows.begin_totp(tx, account, sealed, self._clock.now()):
                raise SecondFactorOn
        return enrolment(secret, proved.username, urlsplit(self._settings.origin).hostname or "Largesse")

    async def confirm(self, account: int, bearer: int, code: str) -> Account:
        """Turn it on by its first code, which is fresh for this session.

        Raises `TooMany`, `WrongSecondFactor`, `SecondFactorOn`, and `SecondFactorOff` where no secret was shown in the
        last hour.
        """
        await self.count(account)
        now = self._clock.now()
        async with self._db.write() as tx:
            await self._note(tx, account, bearer, now)
            found = await rows.lock_totp(tx, account)
            if found is not None and found.confirmed_at is not None:
                raise SecondFactorOn
            if found is None or now > found.created_at + ENROLMENT:
                raise SecondFactorOff
            await self._accept(tx, account, found, code, now)
            await self._tell(tx, account, account, "on")
            return await store.get_account(tx, account)

    async def step_up(self, account: int, bearer: int, code: str) -> datetime:
        """Prove the person again in this session; until when that is fresh.

        Raises `TooMany`, `WrongSecondFactor`, `SecondFactorOff`.
        """
        await self.count(account)
        now = self._clock.now()
        async with self._db.write() as tx:
            await self._note(tx, account, bearer, now)
            await self._check(tx, account, code, now)
        return now + FRESH

    async def remove(self, account: int, code: str) -> None:
        """Turn it off by a code of it. Raises `TooMany`, `WrongSecondFactor`, `SecondFactorOff`."""
        await self.count(account)
        async with self._db.write() as tx:
            await self._check(tx, account, code, self._clock.now())
            await rows.delete_totp(tx, account)
            await self._tell(tx, account, account, "off")

    # Signing in

    async def count(self, account: int) -> None:
        """Count an attempt, in a transaction of its own, so that many at once cannot pass; raises `TooMany`.

        Ten in 15 minutes and fifty a day, until one is right (RFC 6238, 5.2: a server throttles).
        """
        limit = self._settings.limit(self._settings.sign_in_failures_max)
        async with self._db.write() as tx:
            for key, window_s, attempts_max in _windows(account, limit):
                await throttle.hit(tx, key, window_s, attempts_max)

    async def pass_sign_in(self, tx: WriteTx, account: int, code: str | None, now: datetime) -> bool:
        """Whether a code was asked for and given, after `count`; False where none is on.

        Raises `SecondFactorNeeded` where one is on and there is no code, and `WrongSecondFactor`.
        """
        found = await rows.lock_totp(tx, account)
        if found is None or found.confirmed_at is None:
            await self._forgive(tx, account)
            return False
        if code is None:
            raise SecondFactorNeeded
        await self._accept(tx, account, found, code, now)
        return True

    # By operators, for who lost the device

    async def propose_reset(
        self, *, by: int, proposal: UUID, account: UUID, reason: str, ticket: str
    ) -> tuple[Proposal, bool]:
        """Propose to take somebody's second factor off; True beside it: it was there before.

        Raises `Invalid` for an unknown account, `IdReused`.
        """
        body = {"account": ids.encode(ACCOUNT_PREFIX, account)}
        async with self._db.write() as tx:
            found = await store.find_account(tx, account)
            if found is None or found.erased_at is not None:
                raise Invalid.field("account", "no such account")
            made, replayed = await approval.propose(
                tx, proposal=proposal, kind=KIND, body=body, reason=reason, ticket=ticket, proposed_by=by
            )
            if not replayed:
                about = ids.encode("proposal", proposal)
                await trail.write(tx, by, f"{KIND}.proposed", about, {**body, "reason": reason, "ticket": ticket})
        return made, replayed

    async def approve_reset(self, *, by: int, proposal: UUID) -> Proposal:
        """Take it off, as a second person, and end every session of the account; the person is told by mail.

        Raises `NotFound`, `AlreadyDecided`, `SecondFactorOff`, and `FourEyes` also for one's own.
        """
        async with self._db.write() as tx:
            found = await approval.approve(tx, proposal=proposal, kind=KIND, by=by)
            account = await store.find_account(tx, _named(found))
            if account is None or account.erased_at is not None:
                raise NotFound
            if account.key == by:
                raise FourEyes
            hashes = await store.revoke(tx, account.key, store.SESSION, self._clock.now())
            if await rows.delete_totp(tx, account.key) is None:
                raise SecondFactorOff
            await self._forgive(tx, account.key)
            await self._tell(tx, by, account.key, "reset")
        await self._changed(account.key, hashes)
        return found

    async def reject_reset(self, *, by: int, proposal: UUID) -> Proposal:
        """Turn a proposal down, or withdraw one's own. Raises `NotFound`, `AlreadyDecided`."""
        async with self._db.write() as tx:
            return await approval.reject(tx, proposal=proposal, kind=KIND, by=by)

    async def list_resets(self, *, before: UUID | None, limit: int) -> list[Proposal]:
        """Proposals, the newest first."""
        async with self._db.read() as tx:
            return await approval.list_proposals(tx, kind=KIND, before=before, limit=limit)

    # Mail

    async def write_change(self, account: int) -> Letter | None:
        """For the job that mails a change: to whom, in which language; None for who has no address."""
        async with self._db.read() as tx:
            found = await store.get_account(tx, account)
        return None if found.email is None else Letter(found.email, found.username, found.language, "")

    async def _note(self, tx: WriteTx, account: int, bearer: int, now: datetime) -> None:
        if not await rows.note_proof(tx, account, bearer, now):
            raise NotSignedIn

    async def _check(self, tx: WriteTx, account: int, code: str, now: datetime) -> None:
        found = await rows.lock_totp(tx, account)
        if found is None or found.confirmed_at is None:
            raise SecondFactorOff
        await self._accept(tx, account, found, code, now)

    async def _accept(self, tx: WriteTx, account: int, found: rows.Totp, code: str, now: datetime) -> None:
        secret = await self._personal.open(tx, account, _WHAT, found.secret)
        step = step_of(secret.decode(), code, now, found.last_step) if secret is not None else None
        if step is None:
            raise WrongSecondFactor
        await rows.accept_step(tx, account, step, now)
        await self._forgive(tx, account)

    async def _forgive(self, tx: WriteTx, account: int) -> None:
        for key, _, _ in _windows(account, 0):
            await throttle.forgive(tx, key)

    async def _tell(self, tx: WriteTx, by: int, account: int, change: str) -> None:
        await outbox.put(tx, SECOND_FACTOR, account, {"account": account, "change": change})
        await jobs.enqueue(tx, MAIL_SECOND_FACTOR, account=account, change=change)
        person = await store.get_account(tx, account)
        await trail.write(tx, by, f"accounts.second_factor.{change}", ids.encode(ACCOUNT_PREFIX, person.id), {})


def _windows(account: int, limit: int) -> list[tuple[str, int, int]]:
    return [
        (f"second-factor-failures:{account}", _FAILURES_S, limit),
        (f"second-factor-failures-day:{account}", _DAY_S, _A_DAY * limit),
    ]


def _named(proposal: Proposal) -> UUID:
    account = ids.decode(proposal.body["account"], ACCOUNT_PREFIX)
    assert account is not None, proposal.body
    return account
