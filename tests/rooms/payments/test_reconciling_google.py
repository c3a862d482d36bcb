"""Google Play's earnings report held against ours: an order is several rows, and a planted difference is found."""

import io
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from largesse.kit import ids
from largesse.kit.db import Database
from largesse.kit.money import Money
from largesse.payments import ReconcilingService, store
from largesse.payments.errors import ReportRefused
from largesse.payments.providers import google
from largesse.payments.reconciling import lines, reading

HEAD = (
    "Description,Transaction Date,Transaction Time,Tax Type,Transaction Type,Refund Type,Product Title,Product id,"
    "Product Type,Sku Id,Hardware,Buyer Country,Buyer State,Buyer Postal Code,Buyer Currency,Amount (Buyer Currency),"
    "Currency Conversion Rate,Merchant Currency,Amount (Merchant Currency)"
)


def row(order: str, kind: str, amount: str, *, currency: str = "EUR") -> str:
    refund = "Full" if "refund" in kind else ""
    return (
        f'{order},"Nov 20, 2026",10:01:02 AM PST,,{kind},{refund},1000 coins,org.example.live,inapp,coins_1000,phone,'
        f"DE,,10115,{currency},{amount},1.16,USD,0"
    )


def sale(order: str, charge: str = "11.66", fee: str = "-3.50") -> list[str]:
    return [row(order, "Charge", charge), row(order, "Google fee", fee)]


def report(*rows: str, head: str = HEAD) -> bytes:
    return ("\r\n".join([head, *rows, ""])).encode("utf-8-sig")


def zipped(raw: bytes, name: str = "PlayApps_202611.csv") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, raw)
    return file.getvalue()


async def bought(db: Database, buyer: int, *, refunded: int = 0) -> str:
    """A purchase of 13.99 with 2.33 tax in it, granted two days ago, and refunds of it in equal parts; its order."""
    made, order = ids.new(), f"GPA.{ids.new().hex[-12:]}"
    async with db.write() as tx:
        await tx.execute(
            "INSERT INTO payments.purchase (id, account, coins, price_minor, tax_minor, currency, region, channel,"
            " provider, provider_ref, order_ref, status, paid_minor, paid_currency, fee_minor, granted_at)"
            " VALUES (%s, %s, 1000, 1399, 233, 'EUR', 'DE', 'google', 'google', %s, %s, 'paid', 1399, 'EUR', 350,"
            " now() - interval '2 days')",
            [made, buyer, f"coins_1000:{order}", order],
        )
        for n in range(refunded):
            await tx.execute(
                "INSERT INTO payments.refund (id, purchase, provider, ref, minor, currency, status, moved_at)"
                " VALUES (%s, %s, 'google', %s, %s, 'EUR', 'done', now() - interval '1 day')",
                [ids.new(), made, f"{order}:{n}", 1399 // refunded],
            )
    return order


async def test_a_planted_difference_of_a_charge_and_of_a_fee_is_found(db: Database, cast: Any) -> None:
    agrees, dearer, other_fee, missing = [await bought(db, cast.alice.key) for _ in range(4)]
    back = await bought(db, cast.alice.key, refunded=1)
    raw = report(
        *sale(agrees), *sale(dearer, charge="11.76"), *sale(other_fee, fee="-1.75"), *sale(back),
        row(back, "Charge refund", "-11.66"), row(back, "Google fee refund", "3.50"), *sale("GPA.not-ours"),
        row("", "Balance adjustment", "-0.10"),
    )  # fmt: skip
    service, today = ReconcilingService(db), datetime.now(UTC).date()
    days = {"from_on": today - timedelta(days=9), "to_on": today}
    made, replayed = await service.read(cast.olga.key, "google", zipped(raw), **days)
    assert not replayed
    # Two charges and a refund agree; five fees, one fee's refund and an adjustment are of no sale.
    assert (made.lines, made.matched, made.other, made.differing) == (13, 3, 7, 4)
    # Five charges and one stranger less their fees; of the refund, its fee came back.
    assert [(one.currency, one.theirs_minor) for one in made.sums] == [("EUR", 3 * 816 + 826 + 991 - 816)]
    found = await service.list_lines(made.id, 0, 10, is_open=True)
    assert [(one.status, one.kind, one.ref, one.theirs_minor, one.ours_minor) for one in found] == [
        ("differs", "charge", dearer, 1176, 1166), ("differs", "fee", other_fee, 175, 350),
        ("unknown", "charge", "GPA.not-ours", 1166, None), ("missing", "charge", f"coins_1000:{missing}", None, 1166),
    ]  # fmt: skip
    assert (await service.resolve(cast.olga.key, made.id, 2, "15 % for the first million")).open == 3


async def test_an_order_refunded_in_parts_is_matched_part_by_part(db: Database, cast: Any) -> None:
    order = await bought(db, cast.alice.key, refunded=2)
    parts = [row(order, "Charge refund", "-5.83")] * 2
    today = datetime.now(UTC).date()
    made, _ = await ReconcilingService(db).read(
        cast.olga.key, "google", report(*sale(order), *parts), from_on=today - timedelta(days=9), to_on=today
    )
    assert (made.matched, made.differing) == (3, 0)


def test_amounts_are_read_to_the_currencys_minor_unit() -> None:
    raw = report(
        row("GPA.1", "Charge", '"1,200.00"', currency="JPY"), row("GPA.1", "Google fee", "-180.5", currency="JPY")
    )
    charge, fee = reading.read("google", raw)
    assert (charge.money, charge.fee, fee.kind) == (Money(1200, "JPY"), Money(180, "JPY"), "other")


BOMB = zipped(b"0" * (lines.BYTES_MAX * 3))
HOSTILE = {
    "empty": (b"", "not-whole"),
    "an empty zip": (zipped(b""), "not-whole"),
    "two files": (zipped(b"x", "x.txt"), "not-whole"),
    "a cut zip": (zipped(report(*sale("GPA.1")))[:-30], "not-whole"),
    "a zip bomb": (BOMB, "too-large"),
    "a zip in a zip": (zipped(zipped(report(*sale("GPA.1")))), "not-utf-8"),
    "another report": (report("1,2", head="Order Number,Financial Status"), "other-columns"),
    "UTF-16": (report(*sale("GPA.1")).decode("utf-8-sig").encode("utf-16"), "not-utf-8"),
    "cut short": (report(*sale("GPA.1"))[:-12], "not-whole"),
    "a giant amount": (report(row("GPA.1", "Charge", "9" * 40)), "bad-amount"),
    "an exponent": (report(row("GPA.1", "Charge", "1e9")), "bad-amount"),
    "no currency": (report(row("GPA.1", "Charge", "1.00", currency="")), "bad-amount"),
    "a charge below nothing": (report(row("GPA.1", "Charge", "-1.00")), "bad-amount"),
    "an order without end": (report(row("G" * 200, "Charge", "1.00")), "not-whole"),
    "a charge of no order": (report(row("", "Charge", "1.00")), "not-whole"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_earnings_report_is_refused_by_name(what: str) -> None:
    raw, reason = HOSTILE[what]
    assert len(raw) < lines.BYTES_MAX
    with pytest.raises(ReportRefused) as refused:
        reading.read("google", raw)
    assert refused.value.reason == reason


def test_a_zip_file_broken_at_any_byte_raises_only_the_named_error() -> None:
    whole = zipped(report(*sale("GPA.1")))
    for at in range(len(whole)):
        broken = whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
        try:
            reading.read("google", broken)
        except ReportRefused:
            continue


async def test_googles_order_number_is_kept_with_the_purchase_when_it_is_asked(db: Database, cast: Any) -> None:
    answer = {"purchaseState": 0, "orderId": "GPA.1234-5678-9012-34567"}
    seen = google._seen("coins_1000", "token", msgspec.convert(answer, google.ProductPurchase), [])
    made = ids.new()
    async with db.write() as tx:
        await tx.execute(
            "INSERT INTO payments.purchase (id, account, coins, price_minor, currency, region, channel, provider)"
            " VALUES (%s, %s, 1000, 1399, 'EUR', 'DE', 'google', 'google')",
            [made, cast.alice.key],
        )
        await store.looked(tx, made, seen.ref, seen.order)
        await store.looked(tx, made, seen.ref)
        kept = await tx.scalar("SELECT order_ref FROM payments.purchase WHERE id = %s", [made])
    assert kept == "GPA.1234-5678-9012-34567"
