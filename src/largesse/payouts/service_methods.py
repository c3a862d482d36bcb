"""Payout methods: added with a second factor, verified before use, sealed at rest."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import structlog

from largesse import ledger, safety
from largesse.kit import trail
from largesse.kit.config import Settings
from largesse.kit.db import Database, WriteTx
from largesse.kit.http import Invalid, NotConfigured, NotFound
from largesse.kit.idempotency import IdReused
from largesse.kit.principal import Principal
from largesse.payouts import destinations, store, store_bank, store_methods
from largesse.payouts.bankfiles import nacha_returns
from largesse.payouts.errors import NotNow, WrongCodes
from largesse.payouts.rails.port import Rail
from largesse.payouts.sealing import Seals
from largesse.payouts.second_factor import SecondFactor
from largesse.payouts.withdrawal import Method

log = structlog.get_logger(__name__)
TRIES_MAX = 5
METHODS_MAX = 10
_SHARERS_MAX = 50  # creators with one account that are told apart
_HOUR_S = 3600


class MethodsService:
    """Where creators' money goes."""

    def __init__(
        self, db: Database, settings: Settings, rails: Mapping[str, Rail], seals: Seals, second_factor: SecondFactor
    ) -> None:
        self._db = db
        self._cool_s = settings.payout_cool_off_hours * _HOUR_S
        self._rails = rails
        self._seals = seals
        self._second_factor = second_factor

    def offered(self) -> dict[str, list[str]]:
        """The rails that accounts can be added for, each with its currencies; none: all."""
        return {name: sorted(rail.capabilities.currencies) for name, rail in self._rails.items()}

    async def add(
        self,
        caller: Principal,
        *,
        method: UUID,
        rail: str,
        currency: str,
        given: Mapping[str, str],
        code: str | None = None,
    ) -> tuple[Method, bool]:
        """Add an account; True beside it: it was added before under this id.

        Nothing goes there before the cool-off is over and it is verified; the sandbox's is at once. `code` is of the
        second factor, where the session gave none just now. Raises `NotConfigured`, `Invalid`, `IdReused`, and what the
        second factor says.
        """
        found = self._rails.get(rail)
        if found is None:
            raise NotConfigured(f"there is no rail {rail} here")
        where = destinations.read(rail, given)
        country = where.country or caller.country
        if not found.capabilities.reaches(country, currency):
            raise Invalid.field("currency", f"{rail} does not reach {country} in {currency}")
        async with self._db.read() as tx:
            is_known = await store.find_method(tx, method) is not None
        if not is_known:
            await self._second_factor.take(caller, code)
        print_ = self._seals.fingerprint(rail, where.identity)
        async with self._db.write() as tx:
            await ledger.lock_creator(tx, caller.account)
            before = await store.find_method(tx, method)
            if before is not None:
                return await self._same(tx, before, caller.account, print_), True
            await self._second_factor.require(tx, caller)
            if len(await store_methods.list_methods(tx, caller.account)) >= METHODS_MAX:
                raise Invalid(detail=f"{METHODS_MAX} methods are the most: remove one first")
            key = await store_methods.get_person_key(tx, caller.account, self._seals.new_person_key(caller.account))
            await store_methods.put_method(
                tx, id=method, creator=caller.account, rail=rail, country=country, currency=currency,
                shown=where.shown, sealed=self._seals.seal(key, caller.account, where.details), fingerprint=print_,
                cool_s=self._cool_s,
            )  # fmt: skip
            if rail == "sandbox":
                await store_methods.verify(tx, method, "sandbox")
            else:
                await note_sharers(tx, method, caller.account, print_)
            made = await store.find_method(tx, method)
        assert made is not None, method
        log.info("payout_method.added", method=str(method), account=caller.account, rail=rail)
        return made, False

    async def list_own(self, creator: int) -> list[Method]:
        """A creator's methods, newest first."""
        async with self._db.read() as tx:
            return await store_methods.list_methods(tx, creator)

    async def remove(self, creator: int, method: UUID) -> None:
        """Remove a method; a payout on its way there is not touched. Raises `NotFound`."""
        async with self._db.write() as tx:
            await self._own(tx, creator, method)
            await store_methods.remove(tx, method)

    async def tell_codes(self, creator: int, method: UUID, minors: tuple[int, int]) -> Method:
        """Verify a method by the two small deposits that came to it, in either order.

        Raises `NotFound`, `NotNow` where none were sent, `WrongCodes`; after five wrong ones the method is removed.
        """
        tries = 0
        async with self._db.write() as tx:
            await ledger.lock_creator(tx, creator)
            found = await self._own(tx, creator, method)
            if found.verified_at is not None:
                return found
            sealed = await store_methods.find_sealed(tx, method)
            if sealed is None or sealed[2] is None:
                raise NotNow("no deposits were sent")
            if sealed[2] == self._seals.code(method.bytes, minors):
                await store_methods.verify(tx, method, "deposits")
            else:  # counted in a transaction that commits
                tries = await store_methods.count_try(tx, method)
                if tries >= TRIES_MAX:
                    await store_methods.remove(tx, method)
            now = await store.find_method(tx, method)
        assert now is not None, method
        if tries:
            raise WrongCodes(max(0, TRIES_MAX - tries))
        return now

    async def send_codes(self, by: int, method: UUID, minors: tuple[int, int]) -> Method:
        """An operator says which two small deposits were sent to a method. Raises `NotFound`."""
        async with self._db.write() as tx:
            await self._anyones(tx, method)
            await store_methods.put_codes(tx, method, self._seals.code(method.bytes, minors))
            await trail.write(tx, by, "payout_method.deposits_sent", str(method), {})
            return await self._anyones(tx, method)

    async def verify(self, by: int, method: UUID, reason: str) -> Method:
        """An operator has seen that the account is the creator's. Raises `NotFound`."""
        async with self._db.write() as tx:
            await self._anyones(tx, method)
            await store_methods.verify(tx, method, f"staff:{by}")
            await trail.write(tx, by, "payout_method.verified", str(method), {"reason": reason})
            return await self._anyones(tx, method)

    async def find(self, method: UUID, creator: int) -> dict[str, str] | None:
        """The account itself, for its rail; None where its owner was erased."""
        async with self._db.read() as tx:
            sealed = await store_methods.find_sealed(tx, method)
            key = await store_methods.find_person_key(tx, creator)
        if sealed is None or key is None:
            return None
        return self._seals.open(key, creator, sealed[0])

    async def list_notes(self, by: int, method: UUID) -> list[tuple[str, str, str | None, datetime]]:
        """What banks want changed about a method, newest first: code, meaning, what is right, when.

        Raises `NotFound`.
        """
        async with self._db.write() as tx:
            found = await self._anyones(tx, method)
            notes = await store_bank.list_notes(tx, method)
            key = await store_methods.find_person_key(tx, found.creator)
            if notes:  # it opens what only a payout needs to read
                await trail.write(tx, by, "payout_method.notes_read", str(method), {})
        opened = [
            self._seals.open(key, found.creator, note.sealed) if key and note.sealed else {} for note in notes
        ]  # fmt: skip
        return [
            (note.code, nacha_returns.meaning(note.code), right.get("corrected"), note.at)
            for note, right in zip(notes, opened, strict=True)
        ]

    async def _same(self, tx: WriteTx, before: Method, creator: int, print_: bytes) -> Method:
        sealed = await store_methods.find_sealed(tx, before.id)
        if before.creator != creator or sealed is None or sealed[1] != print_:
            raise IdReused
        return before

    async def _own(self, tx: WriteTx, creator: int, method: UUID) -> Method:
        found = await store.find_method(tx, method)
        if found is None or found.creator != creator or found.removed_at is not None:
            raise NotFound
        return found

    async def _anyones(self, tx: WriteTx, method: UUID) -> Method:
        found = await store.find_method(tx, method)
        if found is None or found.removed_at is not None:
            raise NotFound
        return found


async def note_sharers(tx: WriteTx, method: UUID, creator: int, fingerprint: bytes) -> bool:
    """Whether other creators have, or had, the account of a method; where they have, safety is told, once."""
    others = await store_methods.list_sharers(tx, fingerprint, creator, _SHARERS_MAX)
    if others:
        await safety.note_fact(tx, "shared-payout-method", [creator, *others], source=f"payout_method:{method}")
    return bool(others)
