"""Campaigns from both sides, for tests: two operators who propose and approve, people who enter codes and buy."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec

from largesse import catalog, ledger
from largesse.accounts import AccountsService
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.outbox import Cursor
from largesse.payments import (
    CampaignsOffice,
    CampaignsService,
    NoticesService,
    OfficeService,
    PaymentsService,
    name_grants,
)
from largesse.payments.routes import routes
from largesse.payments.routes_campaigns import campaign_routes

_WAIT_S_MAX = 30
_LAST = """
SELECT epoch, xid::text::bigint AS xid, id FROM kit.outbox
WHERE topic IN ('purchase.granted', 'account.verified') ORDER BY epoch DESC, xid DESC, id DESC LIMIT 1
"""
_VERIFIED = "UPDATE accounts.account SET email_verified_at = NULL, created_at = %s WHERE key = %s"


@dataclass
class Campaigning:
    """The room's routes over one database; `first` proposes, `second` approves."""

    db: Database
    settings: Settings
    client: httpx.AsyncClient
    first: Any
    second: Any

    @classmethod
    async def opened(
        cls, db: Database, settings: Settings, app_client: Any, accounts: Any, *, people: tuple[Any, Any]
    ) -> "Campaigning":  # fmt: skip
        async with db.write() as tx:
            await catalog.seed(tx)
        service = PaymentsService(db, settings)
        client = await app_client(
            [*routes, *campaign_routes],
            accounts=accounts,
            payments=service,
            notices=NoticesService(service),
            office=OfficeService(service),
            campaigns=CampaignsService(db, settings),
            campaigns_office=CampaignsOffice(db),
        )
        return cls(db, settings, client, *people)

    # The office

    async def propose(self, **changes: Any) -> httpx.Response:
        now = datetime.now(UTC)
        body: dict[str, Any] = {
            "name": "A campaign", "trigger": "code", "coins": 50, "budget_coins": 1000,
            "starts_at": now - timedelta(minutes=1), "ends_at": now + timedelta(days=3), "reason": "r",
        }  # fmt: skip
        return await self._post("/v1/office/campaigns", self.first, body | changes)

    async def decide(self, campaign: str, verb: str, by: Any, **body: Any) -> httpx.Response:
        return await self._post(f"/v1/office/campaigns/{campaign}/{verb}", by, body)

    async def running(self, **changes: Any) -> str:
        """The id of a campaign that both want."""
        made = await self.propose(**changes)
        assert made.status_code == 201, made.text
        found: str = made.json()["id"]
        approved = await self.decide(found, "approve", self.second)
        assert approved.status_code == 200, approved.text
        return found

    async def campaigns(self, **query: str) -> list[dict[str, Any]]:
        answer = await self.client.get("/v1/office/campaigns", params=query, headers=self.first.headers)
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    async def refund(self, purchase: str) -> None:
        made = await self._post(f"/v1/office/purchases/{purchase}/refunds", self.first, {"reason": "r"})
        path = f"/v1/office/payment-proposals/{made.json()['id']}/approve"
        answer = await self._post(path, self.second, {})
        assert answer.status_code == 200, answer.text

    # People

    async def enter(self, who: Any, code: str, grant: str | None = None) -> httpx.Response:
        return await self._post("/v1/me/campaign-codes", who, {"code": code} | ({"id": grant} if grant else {}))

    async def buy(self, who: Any) -> str:
        """350 coins."""
        body = {"bundle_id": "web-us-350", "channel": "web", "provider": "sandbox"}
        answer = await self._post("/v1/purchases", who, body)
        assert (answer.status_code, answer.json()["status"]) == (201, "granted"), answer.text
        found: str = answer.json()["id"]
        return found

    async def coins(self, who: Any) -> tuple[int, int]:
        """Paid and promotional coins."""
        async with self.db.read() as tx:
            found = await ledger.get_wallet(tx, who.key)
        return found.paid, found.promo

    async def get(self, path: str, who: Any) -> Any:
        answer = await self.client.get(path, headers=who.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def names(self, entries: list[ledger.WalletEntry]) -> list[str]:
        async with self.db.read() as tx:
            return list((await name_grants(tx, [entry.source or "" for entry in entries])).values())

    async def prove(self, accounts: AccountsService, who: Any) -> None:
        """Follow the link that a letter brought; where the address is proved already no letter comes."""
        letter = await accounts.me.write_verification(who.key)
        if letter is not None:
            await accounts.me.verify_email(letter.token)

    async def is_new(self, who: Any, joined: datetime) -> None:
        """Somebody who joined then and has not proved their address."""
        async with self.db.write() as tx:
            await tx.execute(_VERIFIED, [joined, who.key])

    # The worker

    async def settle(self) -> None:
        """A worker grants for everything that has happened: news waits for transactions that are older than it."""
        service, last = CampaignsService(self.db, self.settings), await self._last_news()
        deadline = time.monotonic() + _WAIT_S_MAX
        while await service.follow() or service._seen < last:
            assert time.monotonic() < deadline, "news is kept back"
            await asyncio.sleep(0.05)

    async def until(self, who: Any, coins: tuple[int, int]) -> None:
        """Wait until somebody has so many coins."""
        await self.settle()
        assert await self.coins(who) == coins

    async def _last_news(self) -> Cursor:
        async with self.db.read() as tx:
            return await tx.one(Cursor, _LAST) or Cursor()

    async def _post(self, path: str, who: Any, body: dict[str, Any]) -> httpx.Response:
        content = msgspec.json.encode(body)
        return await self.client.post(path, content=content, headers=who.headers | {"Content-Type": "application/json"})
