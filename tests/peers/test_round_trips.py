"""A grant waits for the database three times, whoever brings the money: counted on the wire, in PostgreSQL's protocol.

Stripe's and PayPal's side of the port is played by a shop of the tests (no provider touches the database); Apple's and
Google's purchases go the whole way, from their peers. A trip more, anywhere between the provider's word and the commit,
fails here.
"""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from largesse import ledger
from largesse.kit import ids
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.ledger.wallets import DEBT, freeze_for
from payments_shop import HEADER, Shop
from peers.app_store import AppStore
from peers.conftest import MakeTill
from peers.google_play import GooglePlay
from peers.push_tokens import Issuer, purchased
from peers.till import Till
from wire import Wire, counted

TRIPS_MAX = 3
TIMES = 4  # the driver prepares a statement when it comes for the third time


@pytest.fixture
async def wire(database_url: str) -> AsyncIterator[Wire]:
    async with counted(database_url) as made:
        yield made


@pytest.fixture
async def db(wire: Wire) -> AsyncIterator[Database]:
    """The service's pool, all of it on the wire."""
    database = Database(wire.url, connections_max=2)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def counting(make_till: MakeTill, settings: Settings) -> Till:
    return await make_till(settings)


def trips(wire: Wire) -> list[int]:
    """How often each grant waited."""
    return [one.round_trips for one in wire.of("ledger.lot")]


def are_few(found: list[int], grants: int) -> bool:
    return len(found) == grants and max(found) <= TRIPS_MAX


@pytest.mark.parametrize("name", ["stripe", "paypal"])
async def test_a_grant_by_a_webhook_is_three_round_trips(counting: Till, wire: Wire, cast: Any, name: str) -> None:
    shop = Shop(name)
    counting.payments.settler.providers[name] = shop
    body = {"bundle_id": "web-us-350", "provider": name, "channel": "web"}
    for n in range(TIMES):
        made = await counting.client.post("/v1/purchases", json=body, headers=cast.alice.headers)
        ref = f"shop_{ids.decode(made.json()['id'], 'purchase')}"
        shop.pay(ref)
        told = json.dumps({"event": f"evt_{n}", "refs": [ref]})
        assert (await counting.client.post(f"/v1/webhooks/{name}", content=told, headers=HEADER)).status_code == 200
        await counting.notices.work()
    assert await counting.coins(cast.alice) == (TIMES * 350, 0)
    assert are_few(trips(wire), TIMES)


async def test_a_grant_at_once_is_three_round_trips(counting: Till, wire: Wire, cast: Any) -> None:
    body = {"bundle_id": "web-us-350", "provider": "sandbox", "channel": "web"}
    for _ in range(TIMES):
        assert (await counting.client.post("/v1/purchases", json=body, headers=cast.alice.headers)).status_code == 201
    assert await counting.coins(cast.alice) == (TIMES * 350, 0)
    assert are_few(trips(wire), TIMES)


async def test_a_grant_of_the_app_stores_is_three_round_trips(
    counter: Till, store: AppStore, wire: Wire, cast: Any
) -> None:
    for n in range(TIMES):
        signed = store.buy(cast.alice.id, "coins_70", f"20000000{n}")
        assert (await counter.claim_apple(cast.alice, signed)).status_code == 201
    store.buy(cast.alice.id, "coins_70", "200000009")
    assert await counter.hear("apple", store.notice("ONE_TIME_CHARGE", "200000009", str(ids.new()))) == 200
    assert await counter.coins(cast.alice) == ((TIMES + 1) * 70, 0)
    assert are_few(trips(wire), TIMES + 1)


async def test_a_grant_of_google_plays_is_three_round_trips(
    kiosk: Till, play: GooglePlay, issuer: Issuer, wire: Wire, cast: Any
) -> None:
    for n in range(TIMES):
        token = play.buy(cast.alice.id, "coins_70", f"claimed-{n}")
        assert (await kiosk.claim_google(cast.alice, "coins_70", token)).status_code == 201
    token = play.buy(cast.alice.id, "coins_70", "told")
    assert await kiosk.hear("google", purchased("evt", "coins_70", token), authorization=issuer.bearer()) == 200
    assert await kiosk.coins(cast.alice) == ((TIMES + 1) * 70, 0)
    assert are_few(trips(wire), TIMES + 1)


async def test_a_grant_that_repays_a_debt_and_thaws_is_three_round_trips(
    counting: Till, wire: Wire, db: Database, cast: Any
) -> None:
    async with db.write() as tx:
        await freeze_for(tx, cast.alice.key, DEBT)
        await tx.execute("UPDATE ledger.wallet SET debt = 100 WHERE account = %s", [cast.alice.key])
    body = {"bundle_id": "web-us-350", "provider": "sandbox", "channel": "web"}
    assert (await counting.client.post("/v1/purchases", json=body, headers=cast.alice.headers)).status_code == 201
    async with db.read() as tx:
        wallet = await ledger.get_wallet(tx, cast.alice.key)
    assert (wallet.paid, wallet.debt, wallet.frozen) == (250, 0, False)
    assert are_few(trips(wire), 1)


async def test_the_wire_counts_a_trip_more(wire: Wire, db: Database) -> None:
    async with db.read() as tx:
        await tx.scalar("SELECT 0")
    async with db.write_piped() as tx:
        for _ in range(3):
            assert await tx.scalar("SELECT 1 AS one -- INSERT INTO ledger.lot (") == 1
    async with db.write() as tx:
        await tx.execute("SELECT 2 AS two -- INSERT INTO ledger.lot (")
    assert trips(wire) == [4, 3]
