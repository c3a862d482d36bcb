"""The withdrawal right: unspent coins of a web purchase go back, in their country's days, for their exact price."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from bookkeeping import Bookkeeper, Gift
from largesse import ledger
from largesse.catalog.model import BookContent, BundleContent
from largesse.catalog.store import put_book
from largesse.gifting import Committer, Request
from largesse.kit import ids
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.money import Money
from largesse.kit.problems import Problem
from largesse.ledger import keys
from largesse.ledger.audit import audit
from largesse.payments import PaymentsService
from mailing import words
from payments_shop import Shop
from regional import hold

ORDER = {"bundle_id": "web-us-350", "channel": "web"}


@pytest.fixture
def shop(payments: PaymentsService) -> Shop:
    made = Shop("stripe")
    payments.settler.providers["stripe"] = made
    return made


@pytest.fixture
async def greta(make_person: Any) -> Any:
    """A buyer in Germany, where the right is."""
    return await make_person("greta", country="DE")


@dataclass(frozen=True)
class Evening:
    """Bob's LIVE, in which Greta gives."""

    books: Bookkeeper
    greta: int
    bob: int
    stage: int
    rose: int

    async def spend(self, coins: int) -> None:
        await self.books.give([Gift(self.greta, self.bob, coins, self.stage)])

    async def findings(self) -> Any:
        """What an audit of the books finds."""
        return (await audit(self.books.db, self.books.keys)).findings


@pytest.fixture
async def evening(db: Database, payments: PaymentsService, *, greta: Any, cast: Any, tmp_path: Path) -> Evening:
    del payments  # has seeded the catalogue
    async with db.write() as tx:
        stage = await tx.scalar(
            "INSERT INTO stage.stage (id, kind, creator, title, status, started_at)"
            " VALUES (%s, 'live', %s, 'Evening songs', 'live', now()) RETURNING key",
            [ids.new(), cast.bob.key],
        )
        rose = await tx.scalar("SELECT key FROM catalog.gift WHERE id = 'rose'")
    books = Bookkeeper(db, keys.load_keys(tmp_path / "data"))
    return Evening(books, greta.key, cast.bob.key, stage, rose)


@pytest.fixture
async def committer(db: Database, evening: Evening) -> AsyncIterator[Committer]:
    made = Committer(db, None, evening.books.keys.salt_secret)
    yield made
    await made.close()


async def bought(client: httpx.AsyncClient, who: Any, **order: Any) -> str:
    body = {**ORDER, "provider": "sandbox", **order}
    answer = await client.post("/v1/purchases", json=body, headers=who.headers)
    assert answer.json()["status"] == "granted", answer.text
    return str(answer.json()["id"])


async def bought_at(shop: Shop, client: httpx.AsyncClient, payments: PaymentsService, who: Any) -> tuple[str, str]:
    """A purchase at a shop, and the shop's name for it."""
    answer = await client.post("/v1/purchases", json=ORDER | {"provider": "stripe"}, headers=who.headers)
    purchase = str(answer.json()["id"])
    ref = f"shop_{ids.decode(purchase, 'purchase')}"
    shop.pay(ref)
    await payments.settler.look(shop, ref)
    return purchase, ref


async def withdraw(client: httpx.AsyncClient, who: Any, purchase: str, key: str | None = None) -> httpx.Response:
    headers = who.headers | ({"Idempotency-Key": key} if key else {})
    return await client.post(f"/v1/purchases/{purchase}/withdraw", headers=headers)


async def shown(client: httpx.AsyncClient, who: Any, purchase: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"/v1/purchases/{purchase}", headers=who.headers)).json()
    return found


async def coins(db: Database, account: int) -> int:
    async with db.read() as tx:
        return (await ledger.get_wallet(tx, account)).paid


async def days_pass(db: Database, purchase: str, days: float) -> None:
    """As if it had been granted so long before."""
    async with db.write() as tx:
        await tx.execute(
            "UPDATE payments.purchase SET granted_at = now() - %s WHERE id = %s",
            [timedelta(days=days), ids.decode(purchase, "purchase")],
        )


async def refused(client: httpx.AsyncClient, who: Any, purchase: str) -> tuple[int, str]:
    answer = await withdraw(client, who, purchase)
    return answer.status_code, answer.json()["code"]


async def test_what_is_unspent_goes_back_for_its_part_of_the_price_and_what_is_spent_stays(
    client: httpx.AsyncClient, db: Database, greta: Any, evening: Evening
) -> None:
    purchase = await bought(client, greta)
    await evening.spend(100)
    before = await shown(client, greta, purchase)
    assert (before["withdrawable_coins"], before["withdrawable"]) == (250, {"minor": 228, "currency": "USD"})
    assert before["withdrawable_until"] > before["receipt"]["issued_at"]
    listed = (await client.get("/v1/purchases", headers=greta.headers)).json()["items"]
    assert listed == [before]
    answer = await withdraw(client, greta, purchase)
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert body.pop("id").startswith("refund_")
    assert body == {
        "purchase": purchase, "status": "done", "coins": 250, "money": {"minor": 228, "currency": "USD"}}  # fmt: skip
    after = await shown(client, greta, purchase)
    assert (after["status"], after["refunded"]["minor"], after["withdrawable_coins"]) == ("partially_refunded", 228, 0)
    assert await coins(db, greta.key) == 0
    assert await evening.findings() == []


@pytest.mark.parametrize(
    ("currency", "rate", "listed", "gross", "tax", "back", "back_net"),
    [
        ("JPY", 1000, 185, 203, 18, 136, 123), ("EUR", 1900, 1399, 1665, 266, 1115, 937),
        ("KWD", 500, 4555, 4783, 228, 3204, 3051),
    ],
    ids=["JPY", "EUR", "KWD"],
)  # fmt: skip
async def test_added_tax_goes_back_with_its_part_of_the_price_to_the_minor_unit(
    client: httpx.AsyncClient, db: Database, *, greta: Any, evening: Evening, currency: str, rate: int, listed: int,
    gross: int, tax: int, back: int, back_net: int,
) -> None:  # fmt: skip
    bundles = [BundleContent(coins=100, price_minor=listed)]
    async with db.write() as tx:
        await put_book(tx, "DE", "web", BookContent(currency=currency, tax_bps=rate, bundles=bundles))
    await hold(db, "DE", withdraw_days=14, tax="added")
    answer = await client.post("/v1/purchases", json={"coins": 100, "provider": "sandbox"}, headers=greta.headers)
    purchase, receipt = str(answer.json()["id"]), answer.json()["receipt"]
    assert [receipt[part]["minor"] for part in ("total", "tax")] == [gross, tax]
    await evening.spend(33)
    assert (await withdraw(client, greta, purchase)).json()["money"] == {"minor": back, "currency": currency}
    async with db.read() as tx:
        rows = await tx.rows(
            "SELECT b.name, l.amount FROM ledger.leg l JOIN ledger.book b ON b.key = l.book JOIN ledger.transfer t"
            " ON t.key = l.transfer WHERE t.kind = 'refund' AND l.currency <> ''"
        )
    assert {row["name"]: row["amount"] for row in rows} == {
        "liabilities:coins": back_net, "liabilities:tax": back - back_net, "assets:psp": -back}  # fmt: skip
    assert await evening.findings() == []


async def test_a_purchase_that_is_unspent_goes_back_whole(client: httpx.AsyncClient, db: Database, greta: Any) -> None:
    first, second = await bought(client, greta), await bought(client, greta)
    assert (await withdraw(client, greta, first)).json()["money"] == {"minor": 320, "currency": "USD"}
    assert (await shown(client, greta, first))["status"] == "refunded"
    assert (await shown(client, greta, second))["withdrawable_coins"] == 350
    assert await coins(db, greta.key) == 350
    assert await refused(client, greta, first) == (409, "already-withdrawn")


async def test_the_same_key_answers_as_the_first_time_and_another_purchase_has_another(
    client: httpx.AsyncClient, db: Database, greta: Any
) -> None:
    first, second = await bought(client, greta), await bought(client, greta)
    once = await withdraw(client, greta, first, "one")
    again = await withdraw(client, greta, first, "one")
    assert (again.status_code, again.headers["Idempotent-Replay"], again.json()) == (201, "true", once.json())
    other = await withdraw(client, greta, second, "one")
    assert (other.status_code, other.json()["code"]) == (409, "id-reused")
    assert await coins(db, greta.key) == 350


async def test_the_right_lasts_as_long_as_it_did_where_and_when_the_coins_were_bought(
    client: httpx.AsyncClient, db: Database, greta: Any, cast: Any
) -> None:
    assert await refused(client, cast.alice, await bought(client, cast.alice)) == (403, "no-withdrawal-right")
    early, kept = await bought(client, greta), await bought(client, greta)
    await hold(db, "DE", withdraw_days=0)
    late = await bought(client, greta)
    async with db.write() as tx:
        await tx.execute("UPDATE accounts.account SET country = 'US' WHERE key = %s", [greta.key])
    assert await refused(client, greta, late) == (403, "no-withdrawal-right")
    assert (await shown(client, greta, late))["withdrawable_until"] is None
    await days_pass(db, kept, 14.999)
    assert (await shown(client, greta, kept))["withdrawable_coins"] == 350
    assert (await withdraw(client, greta, kept)).status_code == 201
    await days_pass(db, early, 15)
    assert (await shown(client, greta, early))["withdrawable_coins"] == 0
    assert await refused(client, greta, early) == (409, "withdrawal-over")


async def test_what_cannot_be_given_back_says_why(
    client: httpx.AsyncClient, db: Database, *, greta: Any, cast: Any, shop: Shop, payments: PaymentsService,
    evening: Evening,
) -> None:  # fmt: skip
    spent = await bought(client, greta)
    assert await refused(client, cast.alice, spent) == (404, "not-found")
    assert await refused(client, greta, ids.encode("purchase", ids.new())) == (404, "not-found")
    await evening.spend(350)
    assert await refused(client, greta, spent) == (409, "nothing-unspent")
    waits = await client.post("/v1/purchases", json=ORDER | {"provider": "stripe"}, headers=greta.headers)
    assert await refused(client, greta, waits.json()["id"]) == (409, "not-refundable")
    disputed, ref = await bought_at(shop, client, payments, greta)
    shop.dispute(ref, "open")
    await payments.settler.look(shop, ref)
    assert await refused(client, greta, disputed) == (409, "purchase-disputed")
    shop.dispute(ref, "won")
    await payments.settler.look(shop, ref)
    async with db.write() as tx:
        await ledger.freeze(tx, greta.key, True)
    assert await refused(client, greta, disputed) == (403, "account-frozen")
    async with db.write() as tx:
        await ledger.freeze(tx, greta.key, False)
        await tx.execute("UPDATE payments.purchase SET channel = 'apple', provider = 'apple' WHERE id = %s",
                         [ids.decode(disputed, "purchase")])  # fmt: skip
    answer = await withdraw(client, greta, disputed)
    assert (answer.status_code, answer.json()["code"], answer.json()["store"]) == (409, "ask-the-store", "apple")


async def test_a_dispute_about_one_purchase_does_not_keep_another_from_going_back(
    client: httpx.AsyncClient, db: Database, *, greta: Any, shop: Shop, payments: PaymentsService
) -> None:
    (_, ref), (other, _) = [await bought_at(shop, client, payments, greta) for _ in range(2)]
    shop.dispute(ref, "open")
    await payments.settler.look(shop, ref)
    answer = await withdraw(client, greta, other)
    assert (answer.status_code, answer.json()["coins"], answer.json()["status"]) == (201, 350, "done")
    async with db.read() as tx:
        assert await ledger.list_freezes(tx, greta.key) == ["dispute"]
    assert await coins(db, greta.key) == 350


async def test_of_ten_withdrawals_at_once_one_gives_the_money_back(
    client: httpx.AsyncClient, db: Database, *, greta: Any, shop: Shop, payments: PaymentsService
) -> None:
    purchase, _ = await bought_at(shop, client, payments, greta)
    answers = await asyncio.gather(*(withdraw(client, greta, purchase) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"already-withdrawn"}
    assert [money for _, money in shop.refunds.values()] == [Money(320, "USD")]
    assert await coins(db, greta.key) == 0


async def test_a_gift_of_the_same_moment_is_before_a_withdrawal_or_finds_its_coins_gone(
    client: httpx.AsyncClient, db: Database, greta: Any, evening: Evening, committer: Committer
) -> None:
    races = 12
    for _ in range(races):
        purchase = await bought(client, greta)
        answer, given = await asyncio.gather(withdraw(client, greta, purchase), _give(committer, evening))
        assert answer.status_code == 201, answer.text
        assert answer.json()["coins"] == 350 - given
        assert await coins(db, greta.key) == 0
    assert await evening.findings() == []


async def _give(committer: Committer, evening: Evening) -> int:
    """Give fifty coins four times, and say how many were given."""
    given = 0
    for _ in range(4):
        request = Request(ids.new().bytes, evening.greta, evening.stage, evening.rose, 50)
        outcome = None
        while outcome is None:  # the wallet is held
            (outcome,) = await committer.settle([request])
        given += 0 if isinstance(outcome, Problem) else 50
    return given


async def test_a_provider_that_refuses_gives_the_coins_back_and_one_that_is_silent_is_asked_again(
    client: httpx.AsyncClient, db: Database, *, greta: Any, shop: Shop, payments: PaymentsService
) -> None:
    purchase, _ = await bought_at(shop, client, payments, greta)
    shop.refuses = {"refund"}
    answer = await withdraw(client, greta, purchase)
    assert (answer.status_code, answer.json()["status"], answer.json()["coins"]) == (201, "failed", 350)
    assert (await coins(db, greta.key), (await shown(client, greta, purchase))["withdrawable_coins"]) == (350, 350)
    shop.refuses, shop.away = set(), {"refund"}
    answer = await withdraw(client, greta, purchase, "again")
    assert (answer.json()["status"], await coins(db, greta.key)) == ("wanted", 0)
    shop.away = set()
    again = await withdraw(client, greta, purchase, "again")
    assert (again.headers["Idempotent-Replay"], again.json()["status"]) == ("true", "done")
    assert len(shop.refunds) == 1
    assert (await shown(client, greta, purchase))["status"] == "refunded"


async def test_what_went_back_is_told_by_mail_in_the_buyers_language(
    client: httpx.AsyncClient, db: Database, *, greta: Any, payments: PaymentsService, settings: Settings
) -> None:
    async with db.write() as tx:
        await tx.execute("UPDATE accounts.account SET language = 'de' WHERE key = %s", [greta.key])
    purchase = await bought(client, greta)
    refund = (await withdraw(client, greta, purchase)).json()["id"]
    async with db.read() as tx:
        (job,) = await tx.rows(
            "SELECT args FROM procrastinate.procrastinate_jobs WHERE task_name = 'payments.mail_refund'"
        )
    assert ids.encode("refund", UUID(job["args"]["refund"])) == refund

    letter = await payments.receipts.find_refund_letter(job["args"]["refund"], words)
    assert letter is not None
    assert letter.to == "greta@example.org"
    for line in ("Hallo Greta,", f"Kauf: {purchase}", "Erstattet: 3,20\u00a0USD", "Münzen zurückgenommen: 350"):
        assert line in letter.text.splitlines(), letter.text
    assert letter.text.rstrip().endswith(f"{settings.origin}/account/purchases/{purchase}")
    assert await payments.receipts.find_refund_letter(str(ids.new()), words) is None


async def test_tries_without_end_are_stopped(
    client: httpx.AsyncClient, client_of: Any, *, db: Database, settings: Settings, greta: Any
) -> None:
    purchase = await bought(client, greta)
    strict = await client_of(PaymentsService(db, msgspec.structs.replace(settings, sandbox=False)))
    codes = [(await withdraw(strict, greta, purchase)).status_code for _ in range(21)]
    assert (codes[-1], set(codes[:-1])) == (429, {409})  # its provider is not set up there
