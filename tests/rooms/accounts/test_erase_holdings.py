"""As the program is put together, nobody loses coins by leaving in haste."""

from datetime import UTC, datetime

from largesse import ledger
from largesse.accounts import AccountsService, routes
from largesse.kit.news import News
from largesse.main.compose import holds

PASSWORD = "a horse, a battery and a staple"


async def test_coins_in_the_wallet_are_named_before_they_are_lost(app_client, cast, db, clock, settings):
    async with db.write() as tx:
        wallet = await ledger.open_wallet(tx, cast.alice.key, clock.now().date())
        await ledger.grant_promo(
            tx,
            account=cast.alice.key,
            gives_from=wallet.gives_from,
            coins=350,
            source="test",
            happened_at=datetime.now(UTC),
        )
    service = AccountsService(db, News(""), clock, settings, holds=holds)
    client = await app_client(routes, accounts=service, as_=cast.alice)
    refused = await client.post("/v1/me/erase", json={"password": PASSWORD})
    assert (refused.status_code, refused.json()["code"]) == (409, "still-holds")
    assert (refused.json()["coins"], refused.json()["diamonds_milli"]) == (350, 0)
    agreed = await client.post("/v1/me/erase", json={"password": PASSWORD, "forfeit": True})
    assert agreed.status_code == 204
    await service.close()
