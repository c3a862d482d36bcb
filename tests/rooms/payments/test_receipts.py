"""What a buyer keeps of a purchase: its receipt with all that became of it, and mail in the buyer's own language."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from largesse import catalog, safety
from largesse.kit import ids
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.mail import Letter
from largesse.kit.money import Money
from largesse.payments import PaymentsService
from mailing import words
from payments_shop import Shop

BODY = {"bundle_id": "web-us-350", "provider": "stripe", "channel": "web"}
SELLER = {"seller_name": "Lantern GmbH", "seller_address": "Uferweg 3; 10999 Berlin;", "seller_tax_id": "DE123456789"}


@pytest.fixture
async def payments(db: Database, settings: Settings) -> AsyncIterator[PaymentsService]:
    async with db.write() as tx:
        await catalog.seed(tx)
    service = PaymentsService(db, msgspec.structs.replace(settings, **SELLER))
    service.settler.providers["stripe"] = Shop("stripe")
    yield service
    await service.close()


@pytest.fixture
def shop(payments: PaymentsService) -> Shop:
    found = payments.settler.providers["stripe"]
    assert isinstance(found, Shop)
    return found


async def bought(client: httpx.AsyncClient, payments: PaymentsService, shop: Shop, who: Any) -> tuple[str, UUID, str]:
    answer = await client.post("/v1/purchases", json=BODY, headers=who.headers)
    assert answer.status_code == 201, answer.text
    number = answer.json()["id"]
    purchase = ids.decode(number, "purchase")
    assert purchase is not None
    ref = f"shop_{purchase}"
    shop.pay(ref)
    await payments.settler.look(shop, ref, purchase)
    return number, purchase, ref


async def receipt_of(client: httpx.AsyncClient, who: Any, number: str) -> dict[str, Any]:
    answer = await client.get(f"/v1/purchases/{number}/receipt", headers=who.headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def jobs_of(db: Database, name: str) -> list[dict[str, Any]]:
    async with db.read() as tx:
        rows = await tx.rows(
            "SELECT args FROM procrastinate.procrastinate_jobs WHERE task_name = %s ORDER BY id", [f"payments.{name}"]
        )
    return [row["args"] for row in rows]


async def test_a_receipt_says_who_sold_what_to_whom_for_how_much(
    client: httpx.AsyncClient, cast: Any, payments: PaymentsService, shop: Shop
) -> None:
    number, _, _ = await bought(client, payments, shop, cast.alice)
    receipt = await receipt_of(client, cast.alice, number)
    assert receipt["seller"] == {
        "name": "Lantern GmbH", "address": ["Uferweg 3", "10999 Berlin"], "tax_id": "DE123456789",
    }  # fmt: skip
    assert (receipt["buyer"]["username"], receipt["buyer"]["country"]) == ("alice", "US")
    assert (receipt["number"], receipt["coins"], receipt["provider"]) == (number, 350, "stripe")
    assert receipt["net"]["minor"] + receipt["tax"]["minor"] == receipt["total"]["minor"] == 320
    assert [step["status"] for step in receipt["history"]][-1] == receipt["status"] == "granted"
    assert receipt["issued_at"] >= receipt["ordered_at"]
    assert (receipt["refunds"], receipt["disputes"]) == ([], [])


async def test_a_receipt_is_its_buyers_alone(
    client: httpx.AsyncClient, cast: Any, payments: PaymentsService, shop: Shop
) -> None:
    number, _, _ = await bought(client, payments, shop, cast.alice)
    path = f"/v1/purchases/{number}/receipt"
    assert (await client.get(path)).status_code == 401
    for who in (cast.charlie, cast.olga):
        assert (await client.get(path, headers=who.headers)).status_code == 404
    unknown = ids.encode("purchase", ids.new())
    assert (await client.get(f"/v1/purchases/{unknown}/receipt", headers=cast.alice.headers)).status_code == 404


async def test_refunds_and_disputes_stand_with_the_coins_that_they_took(
    client: httpx.AsyncClient, db: Database, cast: Any, *, payments: PaymentsService, shop: Shop
) -> None:
    number, purchase, ref = await bought(client, payments, shop, cast.alice)
    shop.refunds[ids.new()] = (ref, Money(100, "USD"))
    await payments.settler.look(shop, ref, purchase)
    receipt = await receipt_of(client, cast.alice, number)
    (refund,) = receipt["refunds"]
    assert (refund["status"], refund["money"]["minor"], refund["coins"]) == ("done", 100, 110)
    assert receipt["refunded"]["minor"] == 100
    for status, coins in (("open", 0), ("lost", 240), ("won", 0)):
        shop.dispute(ref, status)
        await payments.settler.look(shop, ref, purchase)
        (dispute,) = (await receipt_of(client, cast.alice, number))["disputes"]
        assert (dispute["status"], dispute["coins"]) == (status, coins), status
        assert (dispute["moved_at"] is None) == (status == "open")
    assert [job["status"] for job in await jobs_of(db, "mail_dispute")] == ["open", "lost", "won"]
    assert len(await jobs_of(db, "mail_refund")) == 1
    async with db.read() as tx:
        signals = await safety.list_signals_of(tx, cast.alice.key, 10)
    assert [(one.kind, one.related) for one in signals] == [("payment-disputed", [])], "of one dispute, once"


# What stands in a letter of each language, whoever wrote its sentences.
SAID = {
    None: ("Hello Alice,", "Total: 3.20\u00a0USD", "Coins: 350", "Given back: 1.00\u00a0USD", "the bank disputes"),
    "de": ("Hallo Alice,", "Summe: 3,20\u00a0USD", "Münzen: 350", "Erstattet: 1,00\u00a0USD", "die Bank bestreitet"),
    "es": ("Hola, Alice:", "Total: 3,20\u00a0USD", "Monedas: 350", "Devuelto: 1,00\u00a0USD", "el banco disputa"),
    "ar": (
        "مرحبًا \u2068Alice\u2069،", "الإجمالي: \u2068٣٫٢٠\u00a0USD\u2069", "العملات: \u2068٣٥٠\u2069",
        "المبلغ المُعاد: \u2068١٫٠٠\u00a0USD\u2069", "يعترض المصرف",
    ),
    "zh": ("Alice，你好：", "合计：3.20\u00a0USD", "金币：350", "退款金额：1.00\u00a0USD", "银行对你的一笔金币付款"),
}  # fmt: skip


@pytest.mark.parametrize("language", SAID)
async def test_mail_of_a_purchase_comes_in_its_buyers_language(
    client: httpx.AsyncClient, db: Database, cast: Any, *, payments: PaymentsService, shop: Shop, language: str | None
) -> None:
    async with db.write() as tx:
        await tx.execute("UPDATE accounts.account SET language = %s WHERE key = %s", [language, cast.alice.key])
    number, purchase, ref = await bought(client, payments, shop, cast.alice)
    hello, total, coins, given, asks = SAID[language]

    def checked(letter: Letter | None, kind: str, *said: str) -> str:
        assert letter is not None, kind
        assert (letter.to, letter.subject) == ("alice@example.org", words(language or "en", f"mail.{kind}_subject"))
        lines = letter.text.splitlines()
        assert {hello, f"{payments.settings.origin}/account/purchases/{number}"} <= set(lines), letter.text
        assert "{" not in letter.text
        assert set(said) <= set(lines), letter.text
        return letter.text

    (job,) = await jobs_of(db, "mail_receipt")
    receipt = await payments.receipts.find_letter(job["purchase"], words)
    text = checked(receipt, "receipt", total, coins)
    assert "Lantern GmbH\nUferweg 3\n10999 Berlin\nDE123456789" in text
    shop.refunds[ids.new()] = (ref, Money(100, "USD"))
    await payments.settler.look(shop, ref, purchase)
    (job,) = await jobs_of(db, "mail_refund")
    checked(await payments.receipts.find_refund_letter(job["refund"], words), "refund", given)
    for status in ("open", "won", "lost"):
        shop.dispute(ref, status)
        await payments.settler.look(shop, ref, purchase)
        job = (await jobs_of(db, "mail_dispute"))[-1]
        text = checked(await payments.receipts.find_dispute_letter(**job, words=words), f"dispute_{status}")
        assert (asks in text) == (status == "open")
        assert await payments.receipts.find_dispute_letter(job["dispute"], "open", words) is None or status == "open"
    async with db.write() as tx:
        await tx.execute("UPDATE accounts.account SET email = NULL, erased_at = now() WHERE key = %s", [cast.alice.key])
    assert await payments.receipts.find_letter(str(purchase), words) is None
