"""The service of payments over a database of its own, with a bank of the tests: what a state machine does to it."""

from typing import Any
from uuid import UUID

import psycopg
import pytest

from bookkeeping import Bookkeeper, people
from largesse import catalog
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.money import Money
from largesse.ledger.keys import Keys
from largesse.payments import NoticesService, OfficeService, PaymentsService
from payments_bank import Bank
from payments_shop import HEADER


class Served:
    """Opened by `open`, on the database at `url`."""

    url: str

    async def open(self, keys: Keys, people_max: int) -> None:
        """On a clone at `url`, with so many people who have accepted everything."""
        self.db = Database(self.url, connections_max=4)
        await self.db.open()
        self.books = Bookkeeper(self.db, keys)
        self.service = PaymentsService(self.db, Settings(sandbox=True, database_url=self.url))
        self.bank = Bank()
        self.service.settler.providers["stripe"] = self.bank
        self.notices = NoticesService(self.service)
        self.office = OfficeService(self.service)
        await people(self.books, people_max)
        async with self.db.write() as tx:
            await catalog.seed(tx)
            await tx.execute(
                "INSERT INTO accounts.acceptance (account, document, version)"
                " SELECT a.key, t.document, t.version FROM accounts.account a, accounts.terms t"
            )
        await self.notices.open()

    async def close(self) -> None:
        await self.notices.close()
        await self.service.close()
        await self.db.close()

    async def hear(self, told: bytes) -> None:
        """A notice comes, and is worked on."""
        await self.notices.receive("stripe", HEADER, told)
        await self.notices.work()

    async def hear_later(self) -> None:
        """What could not be worked on is worked on."""
        async with self.db.write() as tx:
            await tx.execute("UPDATE payments.notice SET due_at = now() WHERE done_at IS NULL")
        await self.notices.work()

    async def two_people(self, first: int, second: int, *proposed: Any) -> None:
        """One proposes (proposal, kind, body), the other approves."""
        proposal, kind, body = proposed
        await self.office.propose(by=first, proposal=proposal, kind=kind, body=body, reason="asked", ticket="T")
        await self.office.approve(by=second, proposal=proposal)

    async def decided(self, refund: Any) -> tuple[int, Money]:
        """What the books count of a refund, and what the bank was asked for."""
        async with self.db.read() as tx:
            booked = await tx.scalar(
                "SELECT k.money_minor FROM ledger.taking k JOIN ledger.transfer t ON t.key = k.transfer"
                " WHERE t.kind = 'refund' AND t.source = %s",
                [f"refund:{refund}"],
            )
            row = await tx.row("SELECT minor, currency FROM payments.refund WHERE id = %s", [refund])
        assert row is not None
        return booked, Money(row["minor"], row["currency"])

    async def ask_all(self) -> None:
        """In the order in which they were decided: each may set off what the next one finds."""
        async with self.db.write() as tx:
            await tx.execute(
                "UPDATE payments.refund r SET moved_at = now() - interval '1 day' + n * interval '1 second'"
                " FROM (SELECT r.id, row_number() OVER (ORDER BY p.created_at, p.id, r.made_at, r.id) AS n"
                "       FROM payments.refund r JOIN payments.purchase p ON p.id = r.purchase) o WHERE o.id = r.id"
            )
        await self.service.refunds.ask_all()

    async def try_to_move(self, purchase: UUID, status: str, to: str) -> None:
        """Move a purchase by hand; what is not in the table of moves must be refused."""
        async with self.db.read() as tx:
            legal = await tx.scalar(
                "SELECT EXISTS (SELECT FROM payments.purchase_move WHERE (from_status, to_status) = (%s, %s))",
                [status, to],
            )
        if legal or to == status:
            return
        with pytest.raises(psycopg.Error, match="not a legal move"):
            async with self.db.write() as tx:
                await tx.execute("UPDATE payments.purchase SET status = %s WHERE id = %s", [to, purchase])
