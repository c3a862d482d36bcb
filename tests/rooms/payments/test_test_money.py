"""Test money outside a sandbox never becomes earnings, whatever policies say; a sandbox takes no other money."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from largesse import catalog, ledger
from largesse.catalog import CatalogService
from largesse.gifting import Committer, Receipt, Request
from largesse.kit import ids
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.news import News
from largesse.ledger import UNEARNING
from largesse.ledger.audit import audit
from largesse.payments import OfficeService, PaymentsService
from largesse.payments.errors import NotRefundable
from largesse.payments.service_office import KIND_DECISION, DecisionBody
from largesse.policy import PolicyService, Rates
from payments_shop import Shop

BODY = {"bundle_id": "web-us-350", "provider": "stripe", "channel": "web"}
ROSES = 30


class Stall:
    """A shop that takes test money in earnest, a LIVE of Bob's, and a committer."""

    def __init__(self, db: Database, settings: Settings, keys: ledger.Keys) -> None:
        self.db, self.settings, self.keys = db, settings, keys
        self.payments = PaymentsService(db, settings)
        self.committer = Committer(db, None, keys.salt_secret)
        self.shop = Shop("stripe")
        self.payments.settler.providers["stripe"] = self.shop

    async def buy(self, client: Any, who: Any) -> None:
        """350 coins for test money, by an order as anybody makes one."""
        made = (await client.post("/v1/purchases", json=BODY, headers=who.headers)).json()
        ref = f"shop_{ids.decode(made['id'], 'purchase')}"
        self.shop.pay(ref)
        assert await self.payments.settler.look(self.shop, ref) == "settled"

    async def grant(self, who: Any, coins: int) -> None:
        """Promotional coins as a campaign grants them."""
        async with self.db.write() as tx:
            await ledger.grant_promo(
                tx, account=who.key, gives_from=datetime(2008, 1, 1, tzinfo=UTC).date(), coins=coins,
                source=f"campaign:{ids.new()}", happened_at=datetime.now(UTC),
            )  # fmt: skip

    async def pay_promo(self, share_bps: int, cast: Any) -> None:
        """A policy that pays creators for promotional coins comes into force now."""
        policies = PolicyService(self.db, msgspec.structs.replace(self.settings, sandbox=True))
        current = msgspec.structs.asdict(await policies.current())
        rates = Rates(**{f: current[f] for f in Rates.__struct_fields__} | {"promo_share_bps": share_bps})
        name = ids.new()
        await policies.propose(
            by=cast.olga.key, proposal=name, rates=rates, effective_at=None, reason="promotions", ticket="T"
        )
        await policies.approve(by=cast.bob.key, proposal=name)

    async def give(self, who: Any, roses: int) -> ledger.Entry:
        """Roses of one coin each, in Bob's LIVE."""
        async with self.db.read() as tx:
            stage = await tx.scalar("SELECT key FROM stage.stage")
            rose = await tx.scalar("SELECT key FROM catalog.gift WHERE id = 'rose'")
        (receipt,) = await self.committer.settle([Request(ids.new().bytes, who.key, stage, rose, count=roses)])
        assert isinstance(receipt, Receipt), receipt
        return receipt.entry

    async def found(self) -> list[str]:
        """What an audit finds amiss: what it is about."""
        return [finding.about for finding in (await audit(self.db, self.keys)).findings]

    async def earned(self, creator: Any) -> int:
        """Milli-diamonds of all days."""
        async with self.db.read() as tx:
            return sum(day.milli_in for day in await ledger.list_earnings(tx, creator.key))


@pytest.fixture
async def stall(db: Database, settings: Settings, cast: Any, tmp_path: Path) -> AsyncIterator[Stall]:
    async with db.write() as tx:
        await catalog.seed(tx)
        await tx.execute(
            "INSERT INTO stage.stage (id, kind, creator, title, status, started_at)"
            " VALUES (%s, 'live', %s, 'Evening songs', 'live', now())",
            [ids.new(), cast.bob.key],
        )
    earnest = msgspec.structs.replace(settings, sandbox=False, test_accounts="alice")
    made = Stall(db, earnest, ledger.load_keys(tmp_path))
    yield made
    await made.committer.close()


@pytest.fixture
async def buyers(stall: Stall, client_of: Any) -> Any:
    return await client_of(stall.payments)


async def test_test_money_earns_nothing_under_a_policy_that_pays_promotional_coins(
    stall: Stall, buyers: Any, cast: Any
) -> None:
    await stall.pay_promo(2000, cast)
    await stall.buy(buyers, cast.alice)
    entry = await stall.give(cast.alice, ROSES)
    assert (entry.coins_promo, entry.coins_paid, entry.diamonds_milli) == (ROSES, 0, 0)
    assert await stall.earned(cast.bob) == 0
    await stall.grant(cast.charlie, ROSES)
    assert (await stall.give(cast.charlie, ROSES)).diamonds_milli == ROSES * 200  # the policy does pay
    assert await stall.earned(cast.bob) == ROSES * 200


async def test_nor_under_one_that_comes_later_nor_mixed_with_coins_that_would_earn(
    stall: Stall, buyers: Any, cast: Any
) -> None:
    await stall.grant(cast.alice, 10)
    await stall.buy(buyers, cast.alice)
    await stall.grant(cast.alice, 40)
    await stall.pay_promo(10_000, cast)
    for roses in (5, 200, 195):
        entry = await stall.give(cast.alice, roses)
        assert (entry.coins_promo, entry.diamonds_milli, entry.flags & UNEARNING) == (roses, 0, UNEARNING)
    assert await stall.earned(cast.bob) == 0
    async with stall.db.read() as tx:
        assert (await ledger.get_wallet(tx, cast.alice.key)).coins == 0
    assert await stall.found() == []


async def test_the_quote_says_before_sending_that_nothing_is_earned(
    stall: Stall, buyers: Any, cast: Any, settings: Settings
) -> None:
    await stall.pay_promo(2000, cast)
    await stall.buy(buyers, cast.alice)
    await stall.grant(cast.charlie, 100)
    quotes = CatalogService(stall.db, News(""), PolicyService(stall.db, settings), settings)
    await quotes.refresh()
    assert (await quotes.quote("rose", 10, "US", cast.alice.key)).promo_milli == 0
    assert (await quotes.quote("rose", 10, "US", cast.charlie.key)).promo_milli == 10 * 200


async def test_an_audit_names_test_money_that_earned(stall: Stall, buyers: Any, cast: Any) -> None:
    await stall.buy(buyers, cast.alice)
    await stall.pay_promo(2000, cast)
    async with stall.db.write() as tx:
        await tx.execute("UPDATE ledger.wallet SET test_money = false")
    assert (await stall.give(cast.alice, ROSES)).diamonds_milli == ROSES * 200
    assert sorted(about.split()[0] for about in await stall.found()) == ["gift", "wallet"]


async def test_live_money_in_a_sandbox_buys_nothing_and_can_only_be_sent_back(
    client: httpx.AsyncClient, db: Database, payments: PaymentsService, cast: Any
) -> None:
    shop, office = Shop("stripe"), OfficeService(payments)
    payments.settler.providers["stripe"] = shop
    made = (await client.post("/v1/purchases", json=BODY, headers=cast.alice.headers)).json()
    purchase = ids.decode(made["id"], "purchase")
    assert purchase
    ref = f"shop_{purchase}"
    shop.pay(ref)
    shop.payments[ref]["live"] = True
    await payments.settler.look(shop, ref)

    async def decide(decision: Any) -> None:
        name, body = ids.new(), DecisionBody(purchase=purchase, decision=decision)
        await office.propose(by=cast.olga.key, proposal=name, kind=KIND_DECISION, body=body, reason="r", ticket="T")
        await office.approve(by=cast.bob.key, proposal=name)

    with pytest.raises(NotRefundable):
        await decide("grant")
    assert (await payments.get(cast.alice.key, purchase)).status == "mismatch"
    await decide("send_back")
    assert (await payments.get(cast.alice.key, purchase)).status == "refunded"
    assert [money for _, money in shop.refunds.values()] == [shop.payments[ref]["order"].price]
    async with db.read() as tx:
        assert (await ledger.get_wallet(tx, cast.alice.key)).coins == 0
