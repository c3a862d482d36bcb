"""Files to banks and back: wanted by the office, made by the worker between two audits, handed out, answered.

A file is made in one transaction: its payouts' attempts and transfers are there, or none is. It is written from those
rows whenever somebody asks, and its SHA-256 is kept with the first hand-out, so what is handed out again is the same
file or nothing. Accounts stay sealed; no file lies anywhere.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

import structlog

from largesse import ledger
from largesse.kit import ids, outbox, trail
from largesse.kit.approval import FourEyes
from largesse.kit.db import Database, ReadTx, WriteTx
from largesse.kit.http import Invalid, NotConfigured, NotFound
from largesse.kit.idempotency import IdReused
from largesse.kit.jobs import enqueue
from largesse.kit.money import Money
from largesse.payouts import bank_news, letters, store, store_bank, store_methods
from largesse.payouts.bank_news import Change
from largesse.payouts.errors import BankFileLost, BankFileNotReady, NothingToPay, NotNow
from largesse.payouts.rails.by_file import PAYOUTS_MAX, FileRail, Heard, Letter, Line
from largesse.payouts.rails.port import Rail, State
from largesse.payouts.sealing import Seals
from largesse.payouts.service_batches import BatchesService
from largesse.payouts.service_requests import JOB, TOPIC
from largesse.payouts.store_bank import BankFile, BankReport, Content, FileLine, Report

log = structlog.get_logger(__name__)
DAYS_AHEAD_MAX = 30
DIFFERS, UNREADABLE = "bank-differs", "method-unreadable"
_ASK_AFTER_S = 3600
Said = Literal["settled", "refused"]


class BankFilesService:
    """Files of payouts to banks, and what banks say of them."""

    def __init__(self, db: Database, rails: Mapping[str, Rail], seals: Seals, batches: BatchesService) -> None:
        self._db = db
        self._rails = rails
        self._seals = seals
        self._batches = batches

    async def want(self, by: int, *, file: UUID, rail: str, execution_on: date | None) -> tuple[BankFile, bool]:
        """Ask for a file of everything that is approved; True beside it: it was asked for before under this id.

        The day is tomorrow where None. Raises `NotConfigured`, `NothingToPay`, `Invalid`, `IdReused`.
        """
        self._rail(rail)
        async with self._db.write() as tx:
            before = await store_bank.find_file(tx, file)
            if before is not None:
                if before.rail != rail or execution_on not in {None, before.execution_on}:
                    raise IdReused
                return before, True
            today = (await store.get_now(tx)).date()
            day = execution_on or today + timedelta(days=1)
            if not today <= day <= today + timedelta(days=DAYS_AHEAD_MAX):
                raise Invalid.field("execution_on", f"from today to {DAYS_AHEAD_MAX} days ahead")
            if not await store_bank.list_ready(tx, rail, 1):
                raise NothingToPay
            await store_bank.want(tx, file, rail, by, day)
            await trail.write(tx, by, "payout_file.wanted", str(file), {"rail": rail, "execution_on": day.isoformat()})
            return await self._get(tx, file), False

    async def make_wanted(self) -> None:
        """Make what is wanted, and prove what was made by a batch that died; a keeper of the worker calls it."""
        async with self._db.read() as tx:
            waiting = await store_bank.list_unproved(tx)
        for file in waiting:  # each between audits of its own

            async def make(batch: int, file: UUID = file) -> int:
                return await self._make(file, batch)

            async with self._db.read() as tx:
                rail = (await self._get(tx, file)).rail
            if rail not in self._rails or not await self._batches.run(rail, make):
                return

    async def write(self, by: int, file: UUID) -> tuple[bytes, BankFile]:
        """The file itself, for a person to carry to the bank; the first time, its payouts are submitted by it.

        Raises `NotFound`, `BankFileNotReady`, `NothingToPay`, `BankFileLost`.
        """
        async with self._db.read() as tx:
            found = await self._get(tx, file)
            lines = await store_bank.list_lines(tx, file)
        if found.state == "empty":
            raise NothingToPay
        if found.state not in {"ready", "handed", "settled"} or found.made_at is None:
            raise BankFileNotReady(found.state, found.findings_before or found.findings_after or 0)
        rail = self._rail(found.rail)
        assert found.number is not None
        assert found.originator is not None
        letter = Letter(
            id=file, made_at=found.made_at, number=found.number, execution_on=found.execution_on,
            originator=found.originator,
        )  # fmt: skip
        raw = await asyncio.to_thread(rail.write, letter, [self._line(line) for line in lines])
        digest = hashlib.sha256(raw).digest()
        async with self._db.write() as tx:
            await store_bank.lock_making(tx)
            await ledger.lock_creators(tx, [line.creator for line in lines])
            now = await self._get(tx, file)
            if now.digest not in {None, digest}:
                raise BankFileLost
            if now.said == "refused":
                raise BankFileNotReady(now.state, 0)
            moved = set(await store_bank.note_handed(tx, file, digest, by, _ASK_AFTER_S))
            news = [(TOPIC, one.creator, {"payout": str(one.payout), "status": "submitted"})
                    for one in lines if one.payout in moved]  # fmt: skip
            await outbox.put_all(tx, news)
            await letters.post(tx, "sent", sorted(moved))
            body = {"sha256": digest.hex(), "payouts": len(lines), "again": now.handed_at is not None}
            await trail.write(tx, by, "payout_file.handed_out", str(file), body)
            now = await self._get(tx, file)
        log.info("payout_file.handed_out", file=str(file), rail=rail.name, payouts=len(lines), moved=len(moved))
        return raw, now

    async def say(self, by: int, file: UUID, said: Said, *, reference: str, reason: str) -> BankFile:
        """Say that the bank has debited a whole file, or refused it: what no file of its own has said otherwise.

        Refusing gives diamonds back, so somebody else than who carried the file says it. Raises `NotFound`, `NotNow`,
        `FourEyes`.
        """
        state: State = "paid" if said == "settled" else "failed"
        async with self._db.write() as tx:
            await store_bank.lock_making(tx)
            found = await self._get(tx, file)
            if found.state not in ({"handed"} if said == "settled" else {"handed", "ready", "made"}):
                raise NotNow(found.state)
            if said == "refused" and by == (found.handed_by or found.wanted_by):
                raise FourEyes
            if not await store_bank.note_said(tx, file, said, by, reference):
                raise NotNow(found.state)
            transfers = await store_bank.lock_transfers(tx, found.rail, [], [file])
            waiting = [one for one in transfers if one.state in {"submitted", "in_transit"}]
            await store_bank.note_changes(tx, [Change(key=one.key, state=state, reason=reason) for one in waiting])
            await enqueue(tx, JOB)
            body = {"reason": reason, "reference": reference, "payouts": len(waiting)}
            await trail.write(tx, by, f"payout_file.{said}", str(file), body)
            return await self._get(tx, file)

    async def hear(self, by: int, rail: str, raw: bytes) -> tuple[BankReport, bool]:
        """Read a file from the bank, whole or not at all; True beside what followed: it was read before.

        Raises `NotConfigured`, `BankFileRefused`, `IdReused` where the bank's id stands for another file.
        """
        heard = await asyncio.to_thread(self._rail(rail).read, raw)
        digest = hashlib.sha256(raw).digest()
        async with self._db.write() as tx:
            await store_bank.lock_making(tx)
            before = await store_bank.find_report(tx, rail, heard.kind, heard.ref)
            if before is not None:
                if before.digest != digest:
                    raise IdReused
                return before, True
            await self._follow(tx, by, rail, heard, digest)
            made = await store_bank.find_report(tx, rail, heard.kind, heard.ref)
        assert made is not None, heard.ref
        log.info(
            "payout_report.read", report=str(made.id), rail=rail, kind=heard.kind, misfits=len(made.result.misfits)
        )
        return made, False

    async def get(self, file: UUID) -> BankFile:
        """A file. Raises `NotFound`."""
        async with self._db.read() as tx:
            return await self._get(tx, file)

    async def list_files(self, before: tuple[datetime, UUID] | None, limit: int) -> list[BankFile]:
        """Files, newest first, behind a place."""
        async with self._db.read() as tx:
            return await store_bank.list_files(tx, before, limit)

    async def list_reports(self, before: tuple[datetime, UUID] | None, limit: int) -> list[BankReport]:
        """Files from banks, newest first, behind a place."""
        async with self._db.read() as tx:
            return await store_bank.list_reports(tx, before, limit)

    async def _make(self, file: UUID, batch: int) -> int:
        """Commit the attempts of a file, once; returns how many. A file that is made already is only proved again."""
        async with self._db.write() as tx:
            await store_bank.lock_making(tx)
            found = await self._get(tx, file)
            await store_bank.adopt(tx, file, batch)
            if found.made_at is not None:
                return found.payouts or 0
            rail = self._rail(found.rail)
            ready = await store_bank.list_ready(tx, found.rail, PAYOUTS_MAX)
            await ledger.lock_creators(tx, [creator for _, creator in ready])
            contents = await self._readable(tx, await store_bank.list_contents(tx, [one for one, _ in ready]))
            parts = [(one, rail.bank_id(one.id, one.attempt + 1)) for one in contents]
            is_made = await store_bank.note_made(
                tx, file, rail.originator(), payouts=len(contents), minor=sum(one.minor for one in contents),
                number_max=rail.number_max(),
            )  # fmt: skip
            if not is_made:  # tomorrow, then
                return 0
            await store_bank.begin(tx, file, found.rail, f"staff:{found.wanted_by}", parts)
            news = [(TOPIC, one.creator, {"payout": str(one.id), "status": "submitting"}) for one in contents]
            await outbox.put_all(tx, news)
        return len(contents)

    async def _readable(self, tx: WriteTx, contents: list[Content]) -> list[Content]:
        """Those whose accounts can be opened; a person looks at the others."""
        for one in contents:
            if one.person_key is None:
                await store.call_person(tx, one.id, UNREADABLE)
        return [one for one in contents if one.person_key is not None]

    async def _follow(self, tx: WriteTx, by: int, rail: str, heard: Heard, digest: bytes) -> None:
        """Everything that follows from a bank's file, in the one transaction that keeps it."""
        transfers = await store_bank.lock_transfers(
            tx, rail, sorted({one.bank_id for one in heard.told if one.bank_id}),
            sorted({one.file for one in heard.told if one.file is not None}),
        )  # fmt: skip
        judged = bank_news.judge(heard.told, transfers)
        report, counts = ids.new(), judged.counts(len(heard.told))
        await store_bank.put_report(
            tx, id=report, rail=rail, kind=heard.kind, bank_ref=heard.ref, digest=digest, by=by,
            result=Report(counts=counts, misfits=judged.misfits),
        )  # fmt: skip
        await store_bank.note_changes(tx, list(judged.changes.values()))
        for misfit in judged.misfits:  # few, and each for a person
            if misfit.payout is not None:
                await store.flag(tx, misfit.payout, DIFFERS)
        for note in judged.notes:
            key = await store_methods.find_person_key(tx, note.transfer.creator)
            sealed = self._seals.seal(key, note.transfer.creator, {"corrected": note.text}) if key else None
            await store_bank.put_note(tx, note.transfer.method, report, note.code, sealed)
        await enqueue(tx, JOB)
        body = {"kind": heard.kind, "bank_ref": heard.ref, "moved": counts.moved, "misfits": len(judged.misfits)}
        await trail.write(tx, by, "payout_report.read", str(report), body)

    def _line(self, line: FileLine) -> Line:
        if line.person_key is None:
            raise BankFileLost
        account = self._seals.open(line.person_key, line.creator, line.sealed)
        return Line(bank_id=line.bank_id, money=Money(line.minor, line.currency), account=account)

    def _rail(self, name: str) -> FileRail:
        rail = self._rails.get(name)
        if not isinstance(rail, FileRail):
            raise NotConfigured(f"there are no files of {name} here")
        return rail

    async def _get(self, tx: ReadTx, file: UUID) -> BankFile:
        found = await store_bank.find_file(tx, file)
        if found is None:
            raise NotFound
        return found
