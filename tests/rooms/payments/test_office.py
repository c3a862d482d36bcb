"""What operators do about purchases, two by two."""

from typing import Any

import httpx
import pytest

from largesse import ledger
from largesse.kit import ids
from largesse.kit.db import Database
from largesse.kit.money import Money
from largesse.payments import PaymentsService
from payments_shop import Shop

BUY = {"bundle_id": "web-us-350", "channel": "web"}


@pytest.fixture
def shop(payments: PaymentsService) -> Shop:
    made = Shop("stripe")
    payments.settler.providers["stripe"] = made
    return made


@pytest.fixture
async def oscar(make_person: Any) -> Any:
    """The second pair of eyes."""
    return await make_person("oscar", roles=("finance",))


async def wallet(db: Database, account: int) -> ledger.Wallet:
    async with db.read() as tx:
        return await ledger.get_wallet(tx, account)


async def bought(client: httpx.AsyncClient, who: Any, provider: str = "sandbox") -> str:
    answer = await client.post("/v1/purchases", json=BUY | {"provider": provider}, headers=who.headers)
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["id"]
    return found


async def post(client: httpx.AsyncClient, path: str, who: Any, **body: Any) -> httpx.Response:
    return await client.post(f"/v1/office/{path}", json=body, headers=who.headers)


async def decided(client: httpx.AsyncClient, path: str, by: Any, then: Any, **body: Any) -> httpx.Response:
    """One proposes, the other approves."""
    proposed = await post(client, path, by, **body)
    assert proposed.status_code == 201, proposed.text
    return await post(client, f"payment-proposals/{proposed.json()['id']}/approve", then)


async def test_a_refund_takes_two_people_and_then_coins_and_money_go_back(
    client: httpx.AsyncClient, db: Database, cast: Any, oscar: Any
) -> None:
    purchase = await bought(client, cast.alice)
    proposed = await post(client, f"purchases/{purchase}/refunds", cast.olga, reason="asked nicely", ticket="T-1")
    path = f"payment-proposals/{proposed.json()['id']}"
    alone = await post(client, f"{path}/approve", cast.olga)
    assert (alone.status_code, alone.json()["code"]) == (409, "four-eyes")
    assert (await wallet(db, cast.alice.key)).paid == 350
    assert (await post(client, f"{path}/approve", oscar)).json()["state"] == "approved"
    assert (await wallet(db, cast.alice.key)).paid == 0
    whole = (await client.get(f"/v1/office/purchases/{purchase}", headers=oscar.headers)).json()
    assert whole["purchase"]["status"] == "refunded"
    assert whole["purchase"]["refunded"] == {"minor": 320, "currency": "USD"}
    assert [(r["status"], r["money"]["minor"]) for r in whole["refunds"]] == [("done", 320)]
    again = await post(client, f"{path}/approve", oscar)
    assert (again.status_code, again.json()["code"]) == (409, "already-decided")


async def test_a_part_of_a_purchase_can_be_given_back_and_the_last_part_takes_the_rest(
    client: httpx.AsyncClient, db: Database, cast: Any, oscar: Any
) -> None:
    purchase = await bought(client, cast.alice)
    for coins, status, refunded in ((100, "partially_refunded", 91), (250, "refunded", 320)):
        answer = await decided(client, f"purchases/{purchase}/refunds", cast.olga, oscar, reason="r", coins=coins)
        assert answer.status_code == 200, answer.text
        shown = (await client.get(f"/v1/purchases/{purchase}", headers=cast.alice.headers)).json()
        assert (shown["status"], shown["refunded"]["minor"]) == (status, refunded)
    more = await decided(client, f"purchases/{purchase}/refunds", cast.olga, oscar, reason="r", coins=1)
    assert (more.status_code, more.json()["code"]) == (409, "not-refundable")


async def test_coins_leave_before_the_provider_is_asked_and_come_back_where_it_refuses(
    client: httpx.AsyncClient, db: Database, *, cast: Any, oscar: Any, shop: Shop, payments: PaymentsService
) -> None:
    purchase = await bought(client, cast.alice, "stripe")
    ref = "shop_" + str(ids.decode(purchase, "purchase"))
    shop.pay(ref)
    await payments.settler.look(shop, ref)
    shop.refuses = {"refund"}
    await decided(client, f"purchases/{purchase}/refunds", cast.olga, oscar, reason="r")
    whole = (await client.get(f"/v1/office/purchases/{purchase}", headers=oscar.headers)).json()
    assert [r["status"] for r in whole["refunds"]] == ["failed"]
    assert whole["purchase"]["flags"] == ["refund-refused:refund_refused"]
    assert (whole["purchase"]["status"], (await wallet(db, cast.alice.key)).paid) == ("granted", 350)


async def test_a_refund_without_an_answer_is_asked_for_again_and_made_once(
    client: httpx.AsyncClient, db: Database, *, cast: Any, oscar: Any, shop: Shop, payments: PaymentsService
) -> None:
    purchase = await bought(client, cast.alice, "stripe")
    ref = "shop_" + str(ids.decode(purchase, "purchase"))
    shop.pay(ref)
    await payments.settler.look(shop, ref)
    shop.away = {"refund"}
    await decided(client, f"purchases/{purchase}/refunds", cast.olga, oscar, reason="r")
    assert (await wallet(db, cast.alice.key)).paid == 0
    shop.away = set()
    async with db.write() as tx:
        await tx.execute("UPDATE payments.refund SET moved_at = now() - interval '2 minutes'")
    await payments.refunds.ask_all()
    await payments.refunds.ask_all()
    shown = (await client.get(f"/v1/purchases/{purchase}", headers=cast.alice.headers)).json()
    assert (shown["status"], len(shop.refunds)) == ("refunded", 1)


async def test_money_kept_apart_is_granted_or_sent_back_by_two_people(
    client: httpx.AsyncClient, db: Database, *, cast: Any, oscar: Any, shop: Shop, payments: PaymentsService
) -> None:
    purchases = [await bought(client, who, "stripe") for who in (cast.alice, cast.charlie)]
    for purchase in purchases:
        ref = "shop_" + str(ids.decode(purchase, "purchase"))
        shop.pay(ref, Money(300, "USD"))
        await payments.settler.look(shop, ref)
    flagged = (await client.get("/v1/office/purchases?flagged=true", headers=oscar.headers)).json()["items"]
    assert {(one["id"], one["status"], one["flags"][0]) for one in flagged} == {
        (purchase, "mismatch", "mismatch:amount") for purchase in purchases}  # fmt: skip
    for purchase, decision, status in zip(purchases, ("grant", "send_back"), ("granted", "refunded"), strict=True):
        path = f"purchases/{purchase}/decisions"
        answer = await decided(client, path, cast.olga, oscar, decision=decision, reason="r")
        assert answer.status_code == 200, answer.text
        whole = (await client.get(f"/v1/office/purchases/{purchase}", headers=oscar.headers)).json()
        assert whole["purchase"]["status"] == status
    assert ((await wallet(db, cast.alice.key)).paid, (await wallet(db, cast.charlie.key)).paid) == (350, 0)
    async with db.read() as tx:
        kept = await tx.scalar(
            "SELECT coalesce(sum(l.amount), 0) FROM ledger.leg l JOIN ledger.book b ON b.key = l.book"
            " WHERE b.name = 'liabilities:unallocated'"
        )
    assert kept == 0


async def test_a_dispute_freezes_a_win_restores_and_a_loss_takes_back(
    client: httpx.AsyncClient, db: Database, cast: Any
) -> None:
    purchase = await bought(client, cast.alice)
    for played, status, frozen, paid in (
        ("open", "disputed", True, 350), ("won", "dispute_won", False, 350), ("lost", "charged_back", False, 0),
        ("won", "dispute_won", False, 350),
    ):  # fmt: skip
        answer = await post(client, f"purchases/{purchase}/sandbox-bank", cast.olga, status=played)
        assert answer.json()["purchase"]["status"] == status, answer.text
        now = await wallet(db, cast.alice.key)
        assert (now.frozen, now.paid) == (frozen, paid), played
    listed = (await client.get("/v1/office/disputes?status=won", headers=cast.olga.headers)).json()["items"]
    assert [(one["purchase"], one["money"]["minor"], one["fee"]["minor"]) for one in listed] == [(purchase, 320, 1500)]


async def test_an_adjustment_takes_two_people_and_is_journalled(
    client: httpx.AsyncClient, db: Database, cast: Any, oscar: Any
) -> None:
    for coins, line, left in ((500, "paid", 500), (-200, "paid", 300), (50, "promo", 300)):
        body = {"account": cast.alice.acct, "coins": coins, "line": line, "reason": "a broken stream", "ticket": "T-2"}
        assert (await decided(client, "adjustments", cast.olga, oscar, **body)).status_code == 200
        assert (await wallet(db, cast.alice.key)).paid == left
    assert (await wallet(db, cast.alice.key)).promo == 50
    more = {"account": cast.alice.acct, "coins": -301, "reason": "r", "ticket": "T-3"}
    refused = await decided(client, "adjustments", cast.olga, oscar, **more)
    assert (refused.status_code, refused.json()["code"]) == (409, "not-enough-unspent")
    listed = (await client.get("/v1/office/payment-proposals?kind=adjustment", headers=oscar.headers)).json()["items"]
    assert [one["state"] for one in listed] == ["open", "approved", "approved", "approved"]
    async with db.read() as tx:
        verbs = await tx.rows("SELECT verb FROM kit.trail ORDER BY n")
    assert [row["verb"] for row in verbs][-3:] == [
        "payments.adjustment.proposed", "payments.adjustment.approved", "payments.adjustment.proposed"]  # fmt: skip


async def test_only_finance_moves_money_and_support_may_look(
    client: httpx.AsyncClient, cast: Any, make_person: Any
) -> None:
    sara = await make_person("sara", roles=("support",))
    purchase = await bought(client, cast.alice)
    assert (await client.get(f"/v1/office/purchases/{purchase}", headers=sara.headers)).status_code == 200
    for who in (sara, cast.alice):
        answer = await post(client, f"purchases/{purchase}/refunds", who, reason="r")
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert (await client.get("/v1/office/purchases", headers=cast.alice.headers)).status_code == 403
    missing = await post(client, f"purchases/{ids.encode('purchase', ids.new())}/refunds", cast.olga, reason="r")
    assert missing.status_code == 404


@pytest.mark.parametrize(
    "body",
    [{"coins": 0}, {"coins": 10**9}, {"line": "gold"}, {"ticket": ""}, {"reason": ""}, {"account": "x"}, {"x": 1}],
)
async def test_an_adjustment_that_makes_no_sense_is_refused(
    client: httpx.AsyncClient, cast: Any, body: dict[str, Any]
) -> None:
    sane = {"account": cast.alice.acct, "coins": 1, "reason": "r", "ticket": "T"}
    answer = await client.post("/v1/office/adjustments", json=sane | body, headers=cast.olga.headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
