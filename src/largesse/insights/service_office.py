"""Reports of one moment, and the closing of a month by two people."""

from datetime import date
from uuid import UUID

import psycopg

from largesse import ledger
from largesse.kit import approval, ids, trail
from largesse.kit.approval import Proposal
from largesse.kit.db import Database
from largesse.kit.http import Busy

KIND = "period.close"
_PROPOSALS_MAX = 500


class FinanceService:
    """What finance asks for."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def trial_balance(self, month: date) -> list[ledger.TrialLine]:
        """Every book in a month, by its first day."""
        async with self._db.read() as tx:
            return await ledger.trial_balance(tx, month)

    async def deferred_revenue(self, month: date) -> list[ledger.RollForward]:
        """The roll-forward of what buyers paid for and did not spend."""
        async with self._db.read() as tx:
            return await ledger.deferred_revenue(tx, month)

    async def liabilities(self) -> list[ledger.Liability]:
        """What is owed now."""
        async with self._db.read() as tx:
            return await ledger.liabilities(tx)

    async def breakage(self) -> list[ledger.Cohort]:
        """What is unspent of each month's coins."""
        async with self._db.read() as tx:
            return await ledger.breakage(tx)

    async def list_periods(self, limit: int) -> list[ledger.Period]:
        """Frozen months, the newest first."""
        async with self._db.read() as tx:
            return await ledger.list_periods(tx, limit)

    async def list_months(self) -> list[tuple[ledger.Month, Proposal | None]]:
        """Every month with entries, the newest first, with the proposal that froze it, or the newest open one."""
        async with self._db.read() as tx:
            months = await ledger.list_months(tx)
            found = await approval.list_proposals(tx, kind=KIND, before=None, limit=_PROPOSALS_MAX)
        standing = {(proposal.state, proposal.body["month"]): proposal for proposal in reversed(found)}
        return [(month, standing.get(_standing(month))) for month in months]

    async def propose_close(
        self, *, by: int, proposal: UUID, month: date, reason: str, ticket: str
    ) -> tuple[Proposal, bool]:
        """Propose to freeze a month; True beside it says that it was there before.

        Raises `MonthFrozen`, `MonthNotOver`, `HoursOpen` (judged again at the approval), `IdReused`.
        """
        body = {"month": month.isoformat()}
        async with self._db.write() as tx:
            found, replayed = await approval.propose(
                tx, proposal=proposal, kind=KIND, body=body, reason=reason, ticket=ticket, proposed_by=by
            )
            if not replayed:
                await ledger.check_month(tx, month)
                about = ids.encode("proposal", proposal)
                await trail.write(tx, by, "period.proposed", about, {**body, "reason": reason})
        return found, replayed

    async def approve_close(self, *, by: int, proposal: UUID) -> ledger.Period:
        """Freeze a proposed month, as a second person.

        Raises `NotFound`, `AlreadyDecided`, `FourEyes`, `MonthFrozen`, `MonthNotOver`, `HoursOpen`, and `Busy` where an
        entry under way takes too long.
        """
        try:
            async with self._db.write() as tx:
                found = await approval.approve(tx, proposal=proposal, kind=KIND, by=by)
                month = date.fromisoformat(found.body["month"])
                await ledger.freeze_month(tx, month=month, proposed_by=found.proposed_by, approved_by=by)
                await trail.write(tx, by, "period.frozen", found.body["month"][:7], found.body)
                (frozen,) = await ledger.list_periods(tx, 1)
        except psycopg.errors.LockNotAvailable as error:
            raise Busy from error
        return frozen

    async def reject_close(self, *, by: int, proposal: UUID) -> Proposal:
        """Turn a proposal down, or withdraw one's own. Raises `NotFound`, `AlreadyDecided`."""
        async with self._db.write() as tx:
            return await approval.reject(tx, proposal=proposal, kind=KIND, by=by)

    async def list_proposals(self, *, before: UUID | None, limit: int) -> list[Proposal]:
        """Proposals, the newest first."""
        async with self._db.read() as tx:
            return await approval.list_proposals(tx, kind=KIND, before=before, limit=limit)


def _standing(month: ledger.Month) -> tuple[str, str]:
    """State and month of the proposal that belongs to how a month stands."""
    if month.period:
        return "approved", month.period.month.isoformat()
    return "open", month.month.isoformat()
