"""Apple's financial report held against ours: totals by product and currency, and a planted difference is found."""

import gzip
import zlib
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from apple_report import DETAILED, HEAD, detailed, report, row, totals
from largesse.kit import ids
from largesse.kit.db import Database
from largesse.kit.money import Money
from largesse.payments import ReconcilingService
from largesse.payments.errors import ReportRefused
from largesse.payments.reconciling import apple_store, lines, reading
from largesse.payments.routes_reconciling import routes as reconciling_routes

FROM, TO = date(2026, 9, 27), date(2026, 10, 31)  # a fiscal month of Apple's, of five weeks
PACIFIC = ZoneInfo("America/Los_Angeles")


async def book(db: Database) -> dict[str, int]:
    """An app store's bundles with products of their own: the products by name, their bundles' keys."""
    async with db.write() as tx:
        rows = await tx.rows(
            "WITH book AS (INSERT INTO catalog.price_book (region, channel, currency) VALUES ('DE', 'apple', 'EUR')"
            " RETURNING key)"
            " INSERT INTO catalog.bundle (id, book, coins, price_minor, product_id)"
            " SELECT 'apple-' || n, key, n, 1399, 'org.example.' || n FROM book, generate_series(1, 5) n"
            " RETURNING product_id, key"
        )
    return {one["product_id"]: one["key"] for one in rows}


async def bought(
    db: Database, buyer: int, bundle: int, *, at: datetime | None = None, quantity: int = 1, live: bool = True,
    refunded: int = 0,
) -> None:  # fmt: skip
    """A purchase of 13.99 a unit with 2.33 tax and a fee of 3.50, and a refund of it."""
    made, when = ids.new(), at or datetime(2026, 10, 10, 12, tzinfo=PACIFIC)
    async with db.write() as tx:
        await tx.execute(
            "INSERT INTO payments.purchase (id, account, bundle, coins, quantity, price_minor, tax_minor, currency,"
            " region, channel, provider, provider_ref, status, live, paid_minor, paid_currency, fee_minor, granted_at)"
            " VALUES (%s, %s, %s, 1000, %s, 1399 * %s, 233 * %s, 'EUR', 'DE', 'apple', 'apple', %s, 'paid', %s,"
            " 1399 * %s, 'EUR', 350 * %s, %s)",
            [made, buyer, bundle, quantity, quantity, quantity, made.hex, live, quantity, quantity, when],
        )
        if refunded:
            await tx.execute(
                "INSERT INTO payments.refund (id, purchase, provider, ref, minor, currency, status, moved_at)"
                " VALUES (%s, %s, 'apple', %s, %s, 'EUR', 'done', %s)",
                [ids.new(), made, made.hex, refunded, when + timedelta(days=1)],
            )


async def test_a_planted_difference_of_one_unit_or_one_cent_is_found(db: Database, cast: Any) -> None:
    products = await book(db)
    agrees, fewer, cheaper, missing, back = products
    for product, bundle in products.items():
        await bought(db, cast.alice.key, bundle, quantity=2)
        await bought(db, cast.alice.key, bundle, refunded=1399 if product == back else 0)
        await bought(db, cast.alice.key, bundle, live=False)
    raw = report(
        row(agrees, 2, "16.32"), row(agrees, 1, "8.16", country="AT"), row(fewer, 2, "16.32"), row(cheaper, 3, "24.47"),
        row(back, 3, "24.48"), row(back, -1, "-8.16"), row("org.example.other", 1, "0.70"), row("free", 4, "0.00"),
        row(agrees, 1, "8.16", country="AT"), *totals(9, 16, "90.45"),
    )  # fmt: skip
    service = ReconcilingService(db)
    made, replayed = await service.read(cast.olga.key, "apple", gzip.compress(raw), from_on=FROM, to_on=TO)
    assert not replayed
    # Two rows of what agrees, and a sale and a return; one is free, and one stands twice.
    assert (made.lines, made.matched, made.other, made.differing) == (9, 4, 1, 5)
    found = await service.list_lines(made.id, 0, 10, is_open=True)
    assert [
        (one.status, one.ref, one.place, one.theirs_units, one.ours_units, one.theirs_minor, one.ours_minor)
        for one in found
    ] == [
        ("differs", fewer, 4, 2, 3, 1632, 2448), ("differs", cheaper, 5, 3, 3, 2447, 2448),
        ("unknown", "org.example.other", 8, 1, None, 70, None), ("duplicate", agrees, 10, 1, None, 816, None),
        ("missing", missing, None, None, 3, None, 2448),
    ]  # fmt: skip
    assert (await service.resolve(cast.olga.key, made.id, 2, "a cent that Apple rounded down")).open == 4


async def test_what_happened_in_the_first_and_last_minute_of_apples_days_counts(db: Database, cast: Any) -> None:
    product, bundle = next(iter((await book(db)).items()))
    for at in (
        datetime(2026, 9, 26, 23, 59, tzinfo=PACIFIC), datetime(2026, 9, 27, 0, 0, tzinfo=PACIFIC),
        datetime(2026, 10, 31, 23, 59, tzinfo=PACIFIC), datetime(2026, 11, 1, 0, 0, tzinfo=PACIFIC),
    ):  # fmt: skip
        await bought(db, cast.alice.key, bundle, at=at)
    made, _ = await ReconcilingService(db).read(
        cast.olga.key, "apple", report(row(product, 2, "16.32")), from_on=FROM, to_on=TO
    )
    found = await ReconcilingService(db).list_lines(made.id, 0, 100, is_open=True)
    assert made.matched == 1
    assert product not in {one.ref for one in found}


async def test_proceeds_in_another_currency_than_the_buyers_differ_and_agree_with_nothing(
    db: Database, cast: Any
) -> None:
    product, bundle = next(iter((await book(db)).items()))
    await bought(db, cast.alice.key, bundle)
    raw = report(row(product, 1, "9.40", paid_in="USD"), row(product, 1, "8.16"))
    made, _ = await ReconcilingService(db).read(cast.olga.key, "apple", raw, from_on=FROM, to_on=TO)
    (found, *_) = await ReconcilingService(db).list_lines(made.id, 0, 10, is_open=True)
    assert made.matched == 1
    assert (found.status, found.theirs_currency, found.theirs_minor, found.place) == ("unknown", "USD", 940, 2)


async def test_a_report_of_other_days_than_asked_is_refused_and_says_which(
    app_client: Any, db: Database, accounts_service: Any, cast: Any
) -> None:
    client: httpx.AsyncClient = await app_client(
        reconciling_routes, accounts=accounts_service, reconciling=ReconcilingService(db)
    )
    raw = gzip.compress(report(row(f"x-{ids.new().hex}", 1, "8.16")))
    days = {"from_on": FROM.isoformat(), "to_on": TO.isoformat()}
    path = "/v1/office/reconciliations/apple"
    other = await client.post(path, params=days | {"to_on": "2026-10-30"}, content=raw, headers=cast.olga.headers)
    assert (other.status_code, other.json()["reason"]) == (422, "other-days")
    assert other.json()["detail"] == "it is of 2026-09-27 to 2026-10-31"
    made = await client.post(path, params=days, content=raw, headers=cast.olga.headers)
    assert made.status_code == 201, made.text
    listed = await client.get(
        f"/v1/office/reconciliations/{made.json()['id']}/lines", headers=cast.olga.headers
    )  # fmt: skip
    line = listed.json()["items"][0]
    assert (line["status"], line["theirs_units"], line["ours_units"]) == ("unknown", 1, None)


def test_both_shapes_of_the_report_are_read_with_their_days_and_what_stands_at_the_end() -> None:
    above = "Vendor Name\tThe House\nStart Date\t09/27/2026\nEnd Date\t10/31/2026"
    summary = ["Country Of Sale\tPartner Share Currency\tQuantity\tExtended Partner Share", "DE\tEUR\t2\t16.32",
               "AT\tEUR\t-1\t-8.16"]  # fmt: skip
    for raw in (
        report(
            detailed("a", 2, "16.32"), detailed("a", -1, "-8.16", "AT"), "\t\t\t", *summary, head=f"{above}\n{DETAILED}"
        ),
        report(row("a", 2, "16.32"), row("a", -1, "-8.16", country="AT"), "", *summary),
        report(row("a", 2, "16.32"), row("a", -1, "-8.16"), *totals(2, 1, "8.16")).replace(b"\n", b"\r\n"),
    ):
        found = reading.read("apple", raw)
        assert isinstance(found, apple_store.Sold)
        assert (found.days, found.rows) == ((FROM, TO), 2)
        assert [(one.kind, one.units, one.money) for one in found.totals] == [
            ("charge", 2, Money(1632, "EUR")), ("refund", 1, Money(816, "EUR")),
        ]  # fmt: skip


def test_shares_are_summed_before_they_are_rounded_to_the_currencys_minor_unit() -> None:
    raw = report(row("a", 1, "84.50", currency="JPY"), row("a", 1, "84.00", currency="JPY", country="JP"))
    found = reading.read("apple", raw)
    assert isinstance(found, apple_store.Sold)
    assert [one.money for one in found.totals] == [Money(168, "JPY")]


GOOD = report(row("a", 2, "16.32"), *totals(1, 2))
HOSTILE = {
    "empty": (b"", "not-whole"),
    "nothing packed": (gzip.compress(b""), "not-whole"),
    "a bomb": (gzip.compress(b"0" * (lines.BYTES_MAX * 3)), "too-large"),
    "a bomb of lines": (gzip.compress(b"\n" * (lines.BYTES_MAX - 1)), "too-large"),
    "a cut gzip file": (gzip.compress(GOOD)[:-9], "not-whole"),
    "something behind the gzip file": (gzip.compress(GOOD) + b"x", "not-whole"),
    "two gzip files in one": (gzip.compress(GOOD) * 2, "not-whole"),
    "a gzip file in a gzip file": (gzip.compress(gzip.compress(GOOD)), "not-utf-8"),
    "another kind of compression": (zlib.compress(GOOD), "not-utf-8"),
    "UTF-16": (GOOD.decode().encode("utf-16"), "not-utf-8"),
    "another report": (report("1\t2", head="Provider\tUnits"), "other-columns"),
    "a column twice": (report(head=f"{HEAD}\tQuantity"), "other-columns"),
    "commas": (GOOD.replace(b"\t", b","), "other-columns"),
    "no head line": (b"\n".join([b"a\tb"] * 50), "other-columns"),
    "a cut row": (report(row("a", 2, "16.32")[:-14]), "not-whole"),
    "a row too long": (report(row("a", 2, "16.32") + "\tx\ty"), "not-whole"),
    "fewer rows than it says": (report(row("a", 2, "16.32"), *totals(2, 2)), "wrong-count"),
    "other units than it says": (report(row("a", 2, "16.32"), *totals(1, 3)), "wrong-sum"),
    "another amount than it says": (report(row("a", 2, "16.32"), *totals(1, 2, "16.33")), "wrong-sum"),
    "a summary of something else": (
        report(row("a", 2, "16.32"), "Country Of Sale\tCurrency\tQuantity\tShare", "DE\tEUR\t2\t16.31"), "wrong-sum",
    ),
    "a cut summary": (report(row("a", 2, "16.32"), "Country Of Sale\tCurrency\tQuantity", "DE\tEUR\t2"), "not-whole"),
    "neither sale nor return": (GOOD.replace(b"\tS\t", b"\tX\t"), "not-whole"),
    "no product": (GOOD.replace(b"\ta\ta\t", b"\ta\t\t"), "not-whole"),
    "a product without end": (report(row("a" * 200, 1, "8.16")), "not-whole"),
    "half a unit": (GOOD.replace(b"\t2\t8.16", b"\t2.5\t8.16"), "bad-amount"),
    "units without end": (report(row("a", 10**12, "1.00")), "bad-amount"),
    "an exponent": (report(row("a", 1, "1e9")), "bad-amount"),
    "a giant amount": (report(row("a", 1, "9" * 40)), "bad-amount"),
    "units and share of other signs": (report(row("a", 1, "-8.16")), "bad-amount"),
    "no currency": (GOOD.replace(b"\tEUR\tS", b"\t\tS"), "bad-amount"),
    "no day": (GOOD.replace(b"09/27/2026", b"13/27/2026"), "other-days"),
    "several periods": (
        report(row("a", 1, "8.16"), row("a", 1, "8.16").replace("10/31/2026", "10/30/2026")), "other-days",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_financial_report_is_refused_by_name(what: str) -> None:
    raw, reason = HOSTILE[what]
    with pytest.raises(ReportRefused) as refused:
        reading.read("apple", raw)
    assert refused.value.reason == reason


def test_a_gzip_file_broken_at_any_byte_raises_only_the_named_error() -> None:
    whole = gzip.compress(GOOD, mtime=0)
    for at in range(len(whole)):
        broken = whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
        try:
            reading.read("apple", broken)
        except ReportRefused:
            continue
