"""A provider's own adapter through the whole product: what a buyer, a creator, their books and an auditor see of it."""

from dataclasses import dataclass
from typing import Any

import httpx

from bookkeeping import Bookkeeper, Gift
from largesse import ledger
from largesse.kit.db import Database
from largesse.payments import NoticesService, audit_checks

WHOLE = {"bundle_id": "web-us-350", "channel": "web"}  # 350 coins for USD 3.20


@dataclass
class Through:
    """Alice buys coins and gives them to Bob; the provider sends notices, and everything is audited."""

    client: httpx.AsyncClient
    db: Database
    notices: NoticesService
    books: Bookkeeper
    cast: Any

    async def order(self, provider: str, **more: Any) -> httpx.Response:
        body = WHOLE | {"provider": provider} | more
        return await self.client.post("/v1/purchases", json=body, headers=self.cast.alice.headers)

    async def hear(self, provider: str, told: tuple[bytes, dict[str, str]], times: int = 1) -> None:
        """A notice comes (more than once: sent again), and is worked on."""
        for _ in range(times):
            answer = await self.client.post(f"/v1/webhooks/{provider}", content=told[0], headers=told[1])
            assert answer.status_code == 200, answer.text
        await self.notices.work()

    async def hear_later(self) -> None:
        """What could not be worked on is worked on."""
        async with self.db.write() as tx:
            await tx.execute("UPDATE payments.notice SET due_at = now() WHERE done_at IS NULL")
        await self.notices.work()

    async def give(self, coins: int) -> None:
        await self.books.give([Gift(sender=self.cast.alice.key, receiver=self.cast.bob.key, coins=coins)])

    async def status(self, purchase: str) -> str:
        found = await self.client.get(f"/v1/purchases/{purchase}", headers=self.cast.alice.headers)
        return str(found.json()["status"])

    async def wallet(self) -> tuple[int, int, list[str]]:
        """Alice's coins, what she owes, and why she spends nothing."""
        async with self.db.read() as tx:
            found = await ledger.get_wallet(tx, self.cast.alice.key)
            return found.paid, found.debt, await ledger.list_freezes(tx, self.cast.alice.key)

    async def earned(self) -> tuple[int, int, int]:
        """Thousandths of diamonds that Bob was given, that were taken back, and that are held."""
        async with self.db.read() as tx:
            days = await ledger.list_earnings(tx, self.cast.bob.key)
        return (
            sum(day.milli_in for day in days), sum(day.milli_reversed for day in days),
            sum(day.milli_held for day in days),
        )  # fmt: skip

    async def balances(self) -> dict[str, int]:
        """The books of money that are not even, without what gifts that were taken back leave open until closed."""
        async with self.db.read() as tx:
            rows = await tx.rows(
                "SELECT b.name, sum(l.amount)::bigint AS minor FROM ledger.leg l JOIN ledger.book b ON b.key = l.book"
                " WHERE b.name ~ '^(assets|expenses|liabilities|revenue|equity):' GROUP BY 1 HAVING sum(l.amount) <> 0"
            )
        found = {row["name"]: row["minor"] for row in rows}
        for here, there in (("revenue:gifts", "liabilities:coins"), ("expenses:creators", "liabilities:creators")):
            if here in found and found[here] + found.get(there, 0) == 0:
                del found[here], found[there]
        return found

    async def is_sound(self) -> None:
        report = await ledger.audit(self.db, self.books.keys, checks=audit_checks())
        assert report.ok, report.findings
