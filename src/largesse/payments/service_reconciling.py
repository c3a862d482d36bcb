"""Reports of providers, held against ours: read once, and each difference resolved by a person with a note.

Nothing here moves money or a balance. What a difference asks for is done by the verbs that are there for it.
"""

import asyncio
import hashlib
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import structlog

from largesse import ledger
from largesse.kit import ids, trail
from largesse.kit.approval import AlreadyDecided
from largesse.kit.db import Database, WriteTx
from largesse.kit.http import Invalid, NotConfigured, NotFound
from largesse.kit.iso20022 import Statement
from largesse.payments import store_reconciling
from largesse.payments.errors import ReportRefused
from largesse.payments.reconciling import bank_statement, comparing, reading, sums, totals
from largesse.payments.reconciling.apple_store import Sold
from largesse.payments.reconciling.bank_statement import Bank
from largesse.payments.reconciling.comparing import Compared
from largesse.payments.reconciling.lines import Theirs
from largesse.payments.reconciling.sums import Cause, Sum
from largesse.payments.store_reconciling import DifferingLine, Reconciliation

log = structlog.get_logger(__name__)
DAYS_MAX = 100
# What happens at the edge of a day is in the provider's report of the next one as often as not.
_EDGE = timedelta(hours=1)
# Google's days are those of the Pacific, whose midnight is up to eight hours after ours.
_EDGES = {"google": timedelta(hours=9)}
_STORES = {"google"}
_BANK = "bank"
# The books record what a bank did when its statement is read: up to so many days after the bank did it.
_HEARD_LATE = timedelta(days=5)
Report = list[Theirs] | Sold | Statement


class ReconcilingService:
    """Providers' reports against ours."""

    def __init__(self, db: Database, bank: Bank | None = None) -> None:
        self._db, self._bank = db, bank

    async def read(
        self, by: int, provider: str, raw: bytes, *, from_on: date, to_on: date
    ) -> tuple[Reconciliation, bool]:  # fmt: skip
        """Hold a report of some UTC days, both included, against ours; True beside it: it was read before.

        A report that names its own days must be of these: Apple's of all, a bank's of no others. Raises
        `NotConfigured`, `Invalid`, `ReportRefused`.
        """
        if provider not in reading.PROVIDERS and not (provider == _BANK and self._bank):
            raise NotConfigured(f"reports of {provider} are not read")
        if not timedelta(0) <= to_on - from_on < timedelta(days=DAYS_MAX):
            raise Invalid.field("to_on", f"not before from_on, and at most {DAYS_MAX} days")
        theirs = await asyncio.to_thread(self._read, provider, raw)
        days = _days(theirs)
        if isinstance(theirs, Sold) and days and days != (from_on, to_on):
            raise ReportRefused("other-days", f"it is of {days[0]} to {days[1]}")
        if isinstance(theirs, Statement) and days and not from_on <= days[0] <= days[1] <= to_on:
            raise ReportRefused("other-days", f"it is of {days[0]} to {days[1]}")
        lines = _count(theirs)
        digest, made = hashlib.sha256(raw).digest(), ids.new()
        async with self._db.write() as tx:
            before = await store_reconciling.find_same(tx, provider, from_on, to_on, digest)
            if before is not None:
                return before, True
            compared, summed = await self._compare(tx, provider, theirs, from_on, to_on)
            await store_reconciling.put(
                tx, compared, summed, id=made, provider=provider, from_on=from_on, to_on=to_on, digest=digest, by=by,
                lines=lines,
            )  # fmt: skip
            body = {"provider": provider, "lines": lines, "matched": compared.matched}
            await trail.write(tx, by, "reconciliation.read", str(made), body | {"differing": len(compared.lines)})
        log.info("reconciliation.read", reconciliation=str(made), provider=provider, differing=len(compared.lines))
        return await self.get(made), False

    async def get(self, reconciliation: UUID) -> Reconciliation:
        """A report that was read. Raises `NotFound`."""
        async with self._db.read() as tx:
            found = await store_reconciling.find(tx, reconciliation)
        if found is None:
            raise NotFound
        return found

    async def list_read(self, before: tuple[datetime, UUID] | None, limit: int) -> list[Reconciliation]:
        """Reports that were read, newest first, behind a place."""
        async with self._db.read() as tx:
            return await store_reconciling.list_read(tx, before, limit)

    async def list_lines(self, reconciliation: UUID, after: int, limit: int, *, is_open: bool) -> list[DifferingLine]:
        """What does not agree in a report, behind a number. Raises `NotFound`."""
        await self.get(reconciliation)
        async with self._db.read() as tx:
            return await store_reconciling.list_lines(tx, reconciliation, after, limit, is_open=is_open)

    async def resolve(self, by: int, reconciliation: UUID, n: int, note: str) -> Reconciliation:
        """Say why something does not agree. Raises `NotFound`, `AlreadyDecided`."""
        async with self._db.write() as tx:
            if not await store_reconciling.resolve(tx, reconciliation, n, by, note):
                if not await store_reconciling.list_lines(tx, reconciliation, n - 1, 1, is_open=False):
                    raise NotFound
                raise AlreadyDecided("resolved")
            await trail.write(tx, by, "reconciliation.resolved", f"{reconciliation} {n}", {"note": note})
        return await self.get(reconciliation)

    def _read(self, provider: str, raw: bytes) -> Report:
        if provider == _BANK and self._bank:
            return bank_statement.read(raw, self._bank.account)
        return reading.read(provider, raw)

    async def _compare(
        self, tx: WriteTx, provider: str, report: Report, from_on: date, to_on: date
    ) -> tuple[Compared, list[Sum]]:
        if isinstance(report, Sold):
            ours_sold = await store_reconciling.list_totals(tx, provider, from_on, to_on)
            causes = await store_reconciling.list_causes(tx, provider, from_on, to_on)
            booked = await ledger.sum_clearing(tx, sums.entered(causes))
            return totals.compare_totals(report, ours_sold), sums.side_by_side(sums.net_of_totals(report), booked)
        from_at = datetime.combine(from_on, time(), UTC)
        to_at = datetime.combine(to_on, time(), UTC) + timedelta(days=1)
        if isinstance(report, Statement):
            assert self._bank is not None
            theirs = bank_statement.theirs_of(report)
            moved = await self._bank.moved(tx, bank_statement.wanted(theirs, from_at, to_at))
            ours = bank_statement.ours_of(theirs, moved, from_at + _HEARD_LATE, to_at)
            both = sums.side_by_side(sums.net_of(theirs), bank_statement.net_of(moved), report.spans)
            return comparing.compare(theirs, ours), both
        edge = _EDGES.get(provider, _EDGE)
        ours = await store_reconciling.list_ours(
            tx, provider=provider, from_at=from_at, to_at=to_at, due_from=from_at + edge, due_to=to_at - edge,
            net=provider in _STORES, names=sorted({name for one in report for name in one.names}),
        )  # fmt: skip
        booked = await ledger.sum_clearing(tx, sums.entered(Cause(one.kind, one.source) for one in ours))
        return comparing.compare(report, ours), sums.side_by_side(sums.net_of(report), booked)


def _days(report: Report) -> tuple[date, date] | None:
    """The first and last day that a report says it is of."""
    if isinstance(report, Sold):
        return report.days
    days = [one.on for one in report.entries if one.on] if isinstance(report, Statement) else []
    return (min(days), max(days)) if days else None


def _count(report: Report) -> int:
    if isinstance(report, Sold):
        return report.rows
    return len(report.entries) if isinstance(report, Statement) else len(report)
