"""kill -9 between every two steps of a store's purchase: granted once, consumed in the end, given back once."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest

from campaigning import Campaigning
from largesse import ledger
from largesse.kit.config import Settings
from largesse.kit.db import Database
from peers import google_play, till
from peers.google_play import GooglePlay
from peers.till import Till

pytestmark = [pytest.mark.crash, pytest.mark.timeout(120)]
PROGRAM = Path(__file__).with_name("store_process.py")
PRODUCT, TOKEN, COINS = "coins_70", "token-1", 70
_PAYMENTS = "largesse.payments"
_GOOGLE = f"{_PAYMENTS}.providers.google:Google"
# Steps in their order; before the first of a group nothing has happened, after the last of it all has.
CLAIM = [
    f"{_GOOGLE}.claim:after",
    f"{_PAYMENTS}.store:enter_order:after",
    f"{_PAYMENTS}.service_claim:Claims.enter:after",
    f"{_PAYMENTS}.service_settle:Settler.settle:before",
    f"{_PAYMENTS}.store:find_record:after",
    f"{_PAYMENTS}.store:arrive:before",
    f"{_PAYMENTS}.store:arrive:after",
    "largesse.ledger:sell_coins:before",
    "largesse.ledger:sell_coins:after",
    f"{_PAYMENTS}.store:looked:after",
    f"{_PAYMENTS}.service_settle:Settler.settle:after",
]
FINISH = [
    f"{_GOOGLE}.finish:before",
    f"{_GOOGLE}.finish:after",
    f"{_PAYMENTS}.store:finished:before",
    f"{_PAYMENTS}.store:finished:after",
    f"{_PAYMENTS}.service_notices:NoticesService.finish:after",
]
WORK = [
    f"{_PAYMENTS}.store_notices:take_notices:after",
    f"{_GOOGLE}.look:before",
    f"{_GOOGLE}.look:after",
    f"{_PAYMENTS}.service_settle:Settler.settle:before",
    f"{_PAYMENTS}.service_settle:Settler.settle:after",
    f"{_PAYMENTS}.store_notices:notice_done:before",
    f"{_PAYMENTS}.store_notices:notice_done:after",
]
GRANT = [f"{_PAYMENTS}.service_claim:Claims.enter:after", "largesse.ledger:sell_coins:after"]
# Between a grant and what a campaign grants for it.
FOLLOW = [
    "largesse.kit.outbox:read:after",
    f"{_PAYMENTS}.store_campaigns:lock:after",
    f"{_PAYMENTS}.store_campaigns:enter_grant:after",
    "largesse.ledger:grant_promo:before",
    "largesse.ledger:grant_promo:after",
    "largesse.kit.outbox:move_cursor:before",
    "largesse.kit.outbox:move_cursor:after",
]
TAKE_BACK = [
    f"{_PAYMENTS}.store_money:put_refund:after",
    "largesse.ledger:refund_coins:after",
    f"{_PAYMENTS}.store_money:refunded:after",
]


@pytest.fixture
def play() -> Iterator[GooglePlay]:
    with google_play.google_play() as made:
        yield made


@pytest.fixture
def google(settings: Settings, play: GooglePlay, tmp_path: Path) -> Settings:
    key = tmp_path / "service-account.json"
    key.write_text(json.dumps(play.credentials))
    return till.changed(
        settings,
        sandbox=False,
        google_package_name=google_play.PACKAGE,
        google_credentials_file=str(key),
        google_api_base=play.url,
    )


@pytest.fixture
async def kiosk(db: Database, app_client: Any, accounts_service: Any, google: Settings) -> AsyncIterator[Till]:
    made = await till.opened(db, google, app_client, accounts_service)
    yield made
    await made.notices.close()
    await made.payments.close()


@pytest.fixture
async def campaigns(
    db: Database, google: Settings, *, app_client: Any, accounts_service: Any, cast: Any, make_person: Any
) -> Campaigning:
    people = (cast.olga, await make_person("oscar", roles=("finance",)))
    return await Campaigning.opened(db, google, app_client, accounts_service, people=people)


async def run(google: Settings, verb: str, cut: str, account: int = 0) -> int:
    """Do it in a process that dies at the cut; returns how it ended."""
    settings = msgspec.to_builtins(google)
    orders = {"settings": settings, "cut": cut, "verb": verb, "account": account, "product": PRODUCT, "token": TOKEN}
    process = await asyncio.create_subprocess_exec(
        sys.executable, PROGRAM, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    output, _ = await process.communicate(json.dumps(orders).encode())
    assert process.returncode == (-9 if cut else 0), output.decode()[-3000:]
    return process.returncode


async def come_round(kiosk: Till) -> None:
    """The clock's jobs, as if their pauses were over."""
    async with kiosk.db.write() as tx:
        await tx.execute("UPDATE payments.notice SET due_at = now()")
        await tx.execute(
            "UPDATE payments.purchase SET created_at = now() - interval '1 hour', looked_at = NULL, finish_at = now()"
        )
    await kiosk.notices.work()
    await kiosk.notices.look_at_waiting()
    await kiosk.notices.finish_all()


async def is_sound(kiosk: Till, play: GooglePlay, alice: Any, coins: int) -> None:
    """Granted once, consumed, nothing left to do, and the books are in order."""
    assert await kiosk.coins(alice) == (coins, 0)
    assert play.purchases[TOKEN]["consumptionState"] == 1
    assert await kiosk.rows("SELECT 1 FROM payments.purchase WHERE unfinished") == []
    assert len(await kiosk.rows("SELECT 1 FROM ledger.transfer WHERE kind = 'purchase'")) == 1
    with TemporaryDirectory() as folder:
        report = await ledger.audit(kiosk.db, ledger.load_keys(Path(folder)))
    assert report.ok, report.findings


@pytest.mark.parametrize("cut", CLAIM)
async def test_a_claim_that_is_cut_is_granted_once_when_the_app_asks_again(
    kiosk: Till, play: GooglePlay, google: Settings, cast: Any, cut: str
) -> None:
    play.buy(cast.alice.id, PRODUCT, TOKEN)
    await run(google, "claim", cut, cast.alice.key)
    answer = await kiosk.claim_google(cast.alice, PRODUCT, TOKEN)
    assert (answer.status_code, answer.json()["status"]) == (201, "granted")
    await come_round(kiosk)
    await is_sound(kiosk, play, cast.alice, COINS)


async def test_a_claim_that_is_cut_before_its_grant_is_granted_by_itself(
    kiosk: Till, play: GooglePlay, google: Settings, cast: Any
) -> None:
    play.buy(cast.alice.id, PRODUCT, TOKEN)
    await run(google, "claim", f"{_PAYMENTS}.service_settle:Settler.settle:before", cast.alice.key)
    assert await kiosk.status(cast.alice) == ["paid"]
    await come_round(kiosk)
    await is_sound(kiosk, play, cast.alice, COINS)


@pytest.mark.parametrize("cut", FINISH)
async def test_consuming_that_is_cut_is_done_in_the_end(
    kiosk: Till, play: GooglePlay, google: Settings, cast: Any, cut: str
) -> None:
    await kiosk.claim_google(cast.alice, PRODUCT, play.buy(cast.alice.id, PRODUCT, TOKEN))
    await run(google, "finish_all", cut)
    await come_round(kiosk)
    await is_sound(kiosk, play, cast.alice, COINS)


@pytest.mark.parametrize("cut", [*WORK, *GRANT])
async def test_a_notice_whose_work_is_cut_grants_once(
    kiosk: Till, play: GooglePlay, google: Settings, cast: Any, cut: str
) -> None:
    play.buy(cast.alice.id, PRODUCT, TOKEN)
    await keep(kiosk, f"{PRODUCT}:{TOKEN}")
    await run(google, "work", cut)
    await come_round(kiosk)
    await is_sound(kiosk, play, cast.alice, COINS)


@pytest.mark.parametrize("cut", [*WORK, *TAKE_BACK])
async def test_a_refund_whose_work_is_cut_takes_back_once(
    kiosk: Till, play: GooglePlay, google: Settings, cast: Any, cut: str
) -> None:
    await kiosk.claim_google(cast.alice, PRODUCT, play.buy(cast.alice.id, PRODUCT, TOKEN))
    await kiosk.notices.finish_all()
    play.void(TOKEN)
    await keep(kiosk, f":{TOKEN}:void")
    await run(google, "work", cut)
    await come_round(kiosk)
    await is_sound(kiosk, play, cast.alice, 0)
    assert await kiosk.status(cast.alice) == ["refunded"]
    assert len(await kiosk.rows("SELECT 1 FROM payments.refund WHERE status = 'done'")) == 1


async def keep(kiosk: Till, ref: str) -> None:
    """A notice that was kept, and that nobody has worked on."""
    async with kiosk.db.write() as tx:
        await tx.execute(
            "INSERT INTO payments.notice (provider, event, kind, refs, body)"
            " VALUES ('google', 'evt-1', 'told', %s, '')",
            [[ref]],
        )


@pytest.mark.parametrize("cut", FOLLOW)
async def test_what_a_campaign_grants_for_a_first_purchase_survives_a_death(
    kiosk: Till, play: GooglePlay, google: Settings, *, cast: Any, campaigns: Campaigning, cut: str
) -> None:
    await campaigns.running(trigger="first_purchase", coins=50)
    play.buy(cast.alice.id, PRODUCT, TOKEN)
    await run(google, "claim", f"{_PAYMENTS}.service_settle:Settler.settle:after", cast.alice.key)
    assert await kiosk.coins(cast.alice) == (COINS, 0)
    await run(google, "follow", cut)
    await run(google, "follow", "")
    await campaigns.until(cast.alice, (COINS, 50))
    async with kiosk.db.read() as tx:
        assert await tx.scalar("SELECT granted_coins FROM payments.campaign") == 50
    with TemporaryDirectory() as folder:
        report = await ledger.audit(kiosk.db, ledger.load_keys(Path(folder)))
    assert report.ok, report.findings
