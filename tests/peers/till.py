"""A service that sells through app stores, as its callers see it: apps that claim, stores that notify."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import msgspec

from largesse import catalog, ledger
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.payments import NoticesService, PaymentsService
from largesse.payments.routes import routes


@dataclass
class Till:
    """The room's routes and jobs over one database."""

    db: Database
    payments: PaymentsService
    notices: NoticesService
    client: httpx.AsyncClient

    async def claim_apple(self, who: Any, signed: str) -> httpx.Response:
        body = {"signed_transaction": signed}
        return await self.client.post("/v1/purchases/apple", json=body, headers=who.headers)

    async def claim_google(self, who: Any, product: str, token: str) -> httpx.Response:
        body = {"product_id": product, "purchase_token": token}
        return await self.client.post("/v1/purchases/google", json=body, headers=who.headers)

    async def hear(self, store: str, body: Any, **headers: str) -> int:
        """A notice comes, and is worked on."""
        answer = await self.client.post(f"/v1/webhooks/{store}", json=body, headers=headers)
        await self.notices.work()
        return answer.status_code

    async def coins(self, who: Any) -> tuple[int, int]:
        """What somebody has: paid and promotional coins."""
        async with self.db.read() as tx:
            found = await ledger.get_wallet(tx, who.key)
        return found.paid, found.promo

    async def status(self, who: Any) -> list[str]:
        """Where somebody's purchases stand, the newest first."""
        found = (await self.client.get("/v1/purchases", headers=who.headers)).json()["items"]
        return [each["status"] for each in found]

    async def rows(self, statement: Any) -> list[dict[str, Any]]:
        async with self.db.read() as tx:
            return await tx.rows(statement)

    async def outcomes(self) -> list[str]:
        """What came of the notices that were kept, the oldest first."""
        return [row["outcome"] for row in await self.rows("SELECT outcome FROM payments.notice ORDER BY key")]

    async def waits_for_its_product(self, cast: Any, product: str) -> None:
        """The office sees what waits, the book gets the product (in place of `coins_70`), and it is tried again."""
        await self.notices.work()
        assert await self.is_untouched()
        stuck = "/v1/office/provider-notices"
        (waiting,) = (await self.client.get(stuck, headers=cast.olga.headers)).json()["items"]
        assert "bad-receipt" in waiting["why"]
        async with self.db.write() as tx:
            await tx.execute("UPDATE catalog.bundle SET product_id = %s WHERE product_id = 'coins_70'", [product])
        retry = f"{stuck}/{waiting['id']}/retry"
        assert (await self.client.post(retry, headers=cast.alice.headers)).status_code == 403
        assert (await self.client.post(retry, headers=cast.olga.headers)).status_code == 204
        await self.notices.work()
        assert (await self.client.get(stuck, headers=cast.olga.headers)).json()["items"] == []
        assert (await self.client.post(retry, headers=cast.olga.headers)).status_code == 404

    async def happened(self, kind: str) -> list[datetime]:
        """When the transfers of a kind happened, by the word of the store, in the order in which we heard of them."""
        statement = "SELECT kind, happened_at FROM ledger.transfer ORDER BY key"
        return [row["happened_at"] for row in await self.rows(statement) if row["kind"] == kind]

    async def is_untouched(self) -> bool:
        """Whether neither the books nor the purchases have heard of anything."""
        tables = ("ledger.transfer", "payments.purchase")
        return not any([await self.rows(f"SELECT 1 FROM {table}") for table in tables])  # type: ignore[arg-type]


async def opened(db: Database, settings: Settings, app_client: Any, accounts: Any) -> Till:
    """One on a seeded catalogue; the caller closes `notices` and `payments`."""
    async with db.write() as tx:
        await catalog.seed(tx)
    payments = PaymentsService(db, settings)
    notices = NoticesService(payments)
    await notices.open()
    client = await app_client(routes, accounts=accounts, payments=payments, notices=notices, office=None)
    return Till(db, payments, notices, client)


def changed(settings: Settings, **values: Any) -> Settings:
    return msgspec.structs.replace(settings, **values)
