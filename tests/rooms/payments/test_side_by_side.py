"""One provider hangs, or answers what nobody foresaw; the buyers of another one wait for nothing."""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Never
from uuid import UUID

import httpx
import pytest
import structlog

from largesse import ledger
from largesse.kit import ids
from largesse.kit.db import Database
from largesse.payments import NoticesService, PaymentsService, side_by_side
from largesse.payments.providers.port import Away, Seen
from payments_shop import HEADER, Shop

SICK, WELL = "paypal", "stripe"


class Sick(Shop):
    """A shop that takes orders and, once it is ill, answers no look at all: `ails` is what it does instead."""

    def __init__(self) -> None:
        super().__init__(SICK)
        self.ails: Callable[[], Any] | None = None

    async def look(self, ref: str) -> Seen:
        if self.ails is not None:
            self.calls.append("look")
            await self.ails()
        return await super().look(ref)

    async def catch_up(self, since: datetime) -> list[str]:
        if self.ails is not None and not self.news:
            await self.ails()
        return list(await super().catch_up(since))


async def hangs() -> None:
    await asyncio.sleep(3600)


async def falls_silent() -> Never:
    raise Away("nobody at home")


async def answers_nonsense() -> Never:
    raise KeyError("status")


AILS = pytest.mark.parametrize("ails", [hangs, falls_silent, answers_nonsense])


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[list[Any]]:
    """What the log says; and waits that a test can afford where one hangs, but no busy machine takes for hanging."""
    asked = getattr(request.node, "callspec", None)
    if asked and asked.params.get("ails") is hangs:
        monkeypatch.setattr(side_by_side, "CALL_S_MAX", 2.0)
        monkeypatch.setattr(side_by_side, "ROUND_S_MAX", 10.0)
        monkeypatch.setattr("largesse.payments.service_notices._NOTICE_S_MAX", 2.0)
        monkeypatch.setattr("largesse.payments.service_notices._CATCH_UP_S_MAX", 10.0)
    with structlog.testing.capture_logs() as logs:
        yield logs


@dataclass
class Scene:
    """A service with two providers, the one that falls ill first, and its callers."""

    client: httpx.AsyncClient
    db: Database
    payments: PaymentsService
    notices: NoticesService
    sick: Sick
    well: Shop

    async def order(self, who: Any, shop: Shop) -> str:
        """Somebody orders coins; the reference of the payment."""
        body = {"bundle_id": "web-us-350", "provider": shop.name, "channel": "web"}
        answer = await self.client.post("/v1/purchases", json=body, headers=who.headers)
        assert answer.status_code == 201, answer.text
        return "shop_" + str(ids.decode(answer.json()["id"], "purchase"))

    async def hear(self, shop: Shop, event: str, ref: str) -> None:
        """A notice comes, and is kept."""
        body = json.dumps({"event": event, "refs": [ref]})
        answer = await self.client.post(f"/v1/webhooks/{shop.name}", content=body, headers=HEADER)
        assert answer.status_code == 200

    async def coins(self, who: Any) -> int:
        async with self.db.read() as tx:
            return (await ledger.get_wallet(tx, who.key)).paid

    async def rows(self, statement: Any) -> list[dict[str, Any]]:
        async with self.db.read() as tx:
            return await tx.rows(statement)

    async def change(self, statement: Any) -> None:
        async with self.db.write() as tx:
            await tx.execute(statement)


@pytest.fixture
def scene(client: httpx.AsyncClient, db: Database, payments: PaymentsService) -> Scene:
    made = Scene(client, db, payments, NoticesService(payments), Sick(), Shop(WELL))
    payments.settler.providers.clear()
    payments.settler.providers.update({SICK: made.sick, WELL: made.well})
    return made


@AILS
async def test_waiting_orders_of_one_are_looked_at_while_another_is_ill(
    scene: Scene, cast: Any, told: list[Any], ails: Any
) -> None:
    for _ in range(side_by_side.AT_ONCE + 2):
        await scene.order(cast.charlie, scene.sick)
    scene.well.pay(await scene.order(cast.alice, scene.well))
    await scene.change("UPDATE payments.purchase SET looked_at = now() - interval '1 hour'")
    scene.sick.ails = ails
    await scene.notices.look_at_waiting()
    assert await scene.coins(cast.alice) == 350
    assert scene.sick.calls.count("look") == side_by_side.AT_ONCE + 2
    old = await scene.rows("SELECT 1 FROM payments.purchase WHERE looked_at < now() - interval '1 minute'")
    assert old == [], "those that were asked about come last"
    (line,) = [line for line in told if line["event"] == "provider.round"]
    counted = {"failed": 6} if ails is answers_nonsense else {"away": 6}
    assert (
        line
        == {"event": "provider.round", "what": "waiting", "provider": SICK, "left": 0, "log_level": "warning"} | counted
    )


async def test_the_orders_that_are_asked_about_are_others_the_next_time(
    scene: Scene, cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("largesse.payments.service_notices._WAITING_MAX", 3)
    for _ in range(3):
        await scene.order(cast.charlie, scene.sick)
    scene.sick.pay(await scene.order(cast.alice, scene.sick))
    await scene.change("UPDATE payments.purchase SET looked_at = NULL, created_at = created_at - interval '20 minutes'")
    scene.sick.ails = falls_silent
    await scene.notices.look_at_waiting()
    scene.sick.ails = None
    await scene.notices.look_at_waiting()
    assert await scene.coins(cast.alice) == 350


async def test_an_order_of_a_provider_that_is_not_set_up_any_more_is_in_nobodys_way(scene: Scene, cast: Any) -> None:
    ref = await scene.order(cast.charlie, scene.sick)
    await scene.hear(scene.sick, "gone", ref)
    scene.well.pay(await scene.order(cast.alice, scene.well))
    await scene.change("UPDATE payments.purchase SET looked_at = now() - interval '1 hour'")
    del scene.payments.settler.providers[SICK]
    await scene.notices.look_at_waiting()
    await scene.notices.work()
    assert await scene.coins(cast.alice) == 350


@AILS
async def test_notices_of_one_are_worked_on_while_another_is_ill(scene: Scene, cast: Any, ails: Any) -> None:
    for number in range(9):
        await scene.hear(scene.sick, f"sick-{number}", await scene.order(cast.charlie, scene.sick))
    ref = await scene.order(cast.alice, scene.well)
    scene.well.pay(ref)
    await scene.hear(scene.well, "well", ref)
    scene.sick.ails = ails
    await scene.notices.work()
    assert await scene.coins(cast.alice) == 350
    waiting = "SELECT 1 FROM payments.notice WHERE done_at IS NULL"
    assert len(await scene.rows(waiting + " AND outcome <> '' AND due_at > now()")) == 9
    scene.sick.ails = None
    await scene.change("UPDATE payments.notice SET due_at = now()")
    await scene.notices.work()
    assert await scene.rows(waiting) == []


async def test_while_one_hangs_another_job_works_on_what_comes(scene: Scene, cast: Any) -> None:
    begun, recovered = asyncio.Event(), asyncio.Event()

    async def hangs_for_a_while() -> None:
        begun.set()
        await recovered.wait()

    waiting = await scene.order(cast.charlie, scene.sick)
    await scene.hear(scene.sick, "sick", waiting)
    scene.sick.ails = hangs_for_a_while
    first = asyncio.create_task(scene.notices.work())
    await begun.wait()
    ref = await scene.order(cast.alice, scene.well)
    scene.well.pay(ref)
    await scene.hear(scene.well, "well", ref)
    await asyncio.wait_for(scene.notices.work(), 20)
    assert await scene.coins(cast.alice) == 350
    # What came for the one that hangs is worked on as soon as it answers, without another word.
    await scene.hear(scene.sick, "sick-2", waiting)
    await asyncio.wait_for(scene.notices.work(), 20)
    recovered.set()
    await first
    assert await scene.rows("SELECT 1 FROM payments.notice WHERE done_at IS NULL") == []


@AILS
async def test_news_of_one_are_read_while_another_is_ill(scene: Scene, cast: Any, ails: Any) -> None:
    ref = await scene.order(cast.alice, scene.well)
    scene.well.pay(ref)
    scene.well.news = [ref]
    scene.sick.ails = ails
    await scene.notices.catch_up()
    assert await scene.coins(cast.alice) == 350
    assert await scene.rows("SELECT provider FROM payments.caught_up") == [{"provider": WELL}]


@pytest.mark.parametrize("ails", [falls_silent, answers_nonsense])
async def test_news_that_cannot_be_looked_at_are_kept_for_later_and_stop_no_others(
    scene: Scene, cast: Any, ails: Any
) -> None:
    scene.sick.news = [await scene.order(cast.alice, scene.sick), await scene.order(cast.charlie, scene.sick)]
    for ref in scene.sick.news:
        scene.sick.pay(ref)
    scene.sick.ails = ails
    await scene.notices.catch_up()
    assert await scene.rows("SELECT provider FROM payments.caught_up WHERE until > now() - interval '1 minute'")
    scene.sick.ails = None
    await scene.notices.work()
    assert (await scene.coins(cast.alice), await scene.coins(cast.charlie)) == (350, 350)


@AILS
async def test_refunds_of_one_are_asked_for_while_another_is_ill(scene: Scene, cast: Any, ails: Any) -> None:
    for who, shop in ((cast.charlie, scene.sick), (cast.alice, scene.well)):
        ref = await scene.order(who, shop)
        shop.pay(ref)
        await scene.payments.settler.look(shop, ref)
        async with scene.db.write() as tx:
            await scene.payments.refunds.decide(
                tx, UUID(ref.removeprefix("shop_")), refund=ids.new(), coins=None, by=cast.olga.key, reason="asked",
                unspent_only=True,
            )  # fmt: skip
    await scene.change("UPDATE payments.refund SET moved_at = now() - interval '1 hour'")
    scene.sick.ails = ails
    await scene.payments.refunds.ask_all()
    found = await scene.rows("SELECT provider, status FROM payments.refund ORDER BY provider")
    assert found == [{"provider": SICK, "status": "wanted"}, {"provider": WELL, "status": "done"}]
