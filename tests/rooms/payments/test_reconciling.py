"""Providers' reports held against ours: what agrees is counted, and a planted difference is found."""

import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from largesse.kit import ids
from largesse.kit.db import Database
from largesse.kit.money import Money
from largesse.payments import PaymentsService, ReconcilingService
from largesse.payments.errors import ReportRefused
from largesse.payments.reconciling import comparing, lines, reading
from largesse.payments.reconciling.comparing import Ours
from largesse.payments.reconciling.lines import Theirs
from largesse.payments.routes import routes
from largesse.payments.routes_reconciling import routes as reconciling_routes

STRIPE = "balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,source_id,payment_intent_id"
PAYPAL = '"Date","Type","Status","Currency","Gross","Fee","Net","Transaction ID","Invoice Number"'
NEXT = iter(range(1, 10**6))


def stripe(ref: str, gross: str, *, kind: str = "charge", fee: str = "0.59", source: str = "ch_1") -> str:
    return f"txn_{next(NEXT)},2026-11-26 10:00:00,usd,{gross},{fee},0,{kind},{source},{ref}"


def report(*lines: str, head: str = STRIPE) -> bytes:
    return "\n".join([head, *lines, ""]).encode()


@pytest.fixture
async def client(app_client: Any, db: Database, payments: PaymentsService, accounts_service: Any) -> httpx.AsyncClient:
    made: httpx.AsyncClient = await app_client(
        [*reconciling_routes, routes[0]], accounts=accounts_service, payments=payments,
        reconciling=ReconcilingService(db),
    )  # fmt: skip
    return made


async def bought(db: Database, buyer: int, n: int) -> list[str]:
    """Purchases that Stripe was paid for, as the room leaves them; their names there."""
    refs = [f"pi_{ids.new().hex}" for _ in range(n)]
    async with db.write() as tx:
        for ref in refs:
            await tx.execute(
                "INSERT INTO payments.purchase (id, account, coins, price_minor, currency, region, channel, provider,"
                " provider_ref, paid_minor, paid_currency, fee_minor, granted_at)"
                " VALUES (%s, %s, 1000, 1399, 'USD', 'US', 'web', 'stripe', %s, 1399, 'USD', 59,"
                " now() - interval '2 days')",
                [ids.new(), buyer, ref],
            )
    return refs


async def test_one_planted_difference_is_found_and_resolved(client: httpx.AsyncClient, db: Database, cast: Any) -> None:
    one, two, three, four = await bought(db, cast.alice.key, 4)
    twice = stripe(three, "13.99")
    raw = report(
        stripe(one, "13.99"), stripe(two, "13.90"), twice, twice, stripe("pi_stranger", "5.00"),
        stripe("", "-20.00", kind="payout", source="po_1"), stripe("", "-0.10", kind="fee", source="fee_1"),
    )  # fmt: skip
    path = "/v1/office/reconciliations"

    async def post(to: str, status: int = 201, **sent: Any) -> httpx.Response:
        answer = await client.post(f"{path}/{to}", headers=cast.olga.headers, **sent)
        assert answer.status_code == status, answer.text
        return answer

    today = datetime.now(UTC).date()
    days = {"from_on": (today - timedelta(days=9)).isoformat(), "to_on": today.isoformat()}
    made = (await post("stripe", params=days, content=raw)).json()
    assert (made["lines"], made["matched"], made["other"], made["differing"]) == (7, 2, 2, 4)
    again = await post("stripe", params=days, content=raw)
    assert (again.json()["id"], again.headers["Idempotent-Replay"]) == (made["id"], "true")
    found = await client.get(f"{path}/{made['id']}/lines", headers=cast.olga.headers)
    lines = found.json()["items"]
    assert [(line["status"], line["ref"]) for line in lines] == [
        ("differs", two), ("duplicate", three), ("unknown", "pi_stranger"), ("missing", four),
    ]  # fmt: skip
    assert (lines[0]["theirs"]["minor"], lines[0]["ours"]["minor"], lines[0]["place"]) == (1390, 1399, 3)
    done = await post(f"{made['id']}/lines/1/resolve", 200, json={"note": "a fee that Stripe waived: ticket 7"})
    assert done.json()["open"] == 3
    assert (await post(f"{made['id']}/lines/1/resolve", 409, json={"note": "x"})).json()["code"] == "already-decided"
    await post(f"{made['id']}/lines/9/resolve", 404, json={"note": "x"})
    for beyond in (0, 2**31, 2**70):
        await post(f"{made['id']}/lines/{beyond}/resolve", 400, json={"note": "x"})
    left = await client.get(f"{path}/{made['id']}/lines?is_open=true", headers=cast.olga.headers)
    assert [line["n"] for line in left.json()["items"]] == [2, 3, 4]
    assert (await post("stripe", 422, params=days, content=raw[:20])).json()["code"] == "report-refused"
    await post("square", 404, params=days, content=raw)
    await post("stripe", 400, params=days | {"to_on": "2020-01-01"}, content=raw)
    listed = (await client.get(path, headers=cast.olga.headers)).json()["items"]
    assert [one["id"] for one in listed] == [made["id"]]
    assert (await client.get(path, headers=cast.alice.headers)).status_code == 403


def test_paypal_is_read_by_the_ids_that_we_gave_it() -> None:
    purchase, refund = str(UUID(int=1)), str(UUID(int=2))
    raw = report(
        f'"11/26/2026","Express Checkout Payment","Completed","USD","1,013.99","-0.98","0","9AB","{purchase}"',
        f'"11/26/2026","Payment Refund","Completed","USD","-13.99","0.00","0","9AC","{refund}"',
        '"11/26/2026","General Withdrawal","Completed","USD","-500.00","0.00","0","9AD",""',
        f'"11/26/2026","Express Checkout Payment","Pending","USD","13.99","0.00","0","9AE","{purchase}"',
        '"11/26/2026","Chargeback","Completed","USD","-13.99","0.00","0","9AF",""',
        head=PAYPAL,
    )  # fmt: skip
    found = reading.read("paypal", raw)
    assert [(one.kind, one.names[:1], one.money.minor) for one in found] == [
        ("charge", (purchase,), 101_399), ("refund", (refund,), 1_399), ("other", ("9AD",), 50_000),
        ("other", (purchase,), 1_399), ("dispute", ("9AF",), 1_399),
    ]  # fmt: skip
    assert found[0].fee == Money(98, "USD")


HOSTILE = {
    "empty": (b"", "not-whole"),
    "other columns": (report("1,2", head="a,b"), "other-columns"),
    "a column twice": (report(head=f"{STRIPE},fee"), "other-columns"),
    "not UTF-8": (report(stripe("pi_x", "1")).replace(b"pi_x", b"pi_\xff"), "not-utf-8"),
    "cut short": (report(stripe("pi", "1.00"))[:-12], "not-whole"),
    "an open quote": (report('"txn,1'), "not-csv"),
    "a huge amount": (report(stripe("pi", "9" * 99)), "bad-amount"),
    "an exponent": (report(stripe("pi", "1e9")), "bad-amount"),
    "a fraction of a cent": (report(stripe("pi", "1.001")), "bad-amount"),
    "no currency": (report(stripe("pi", "1").replace("usd", "")), "bad-amount"),
    "no id": (report("," + stripe("pi", "1").partition(",")[2]), "not-whole"),
    "too large": (b"x" * (lines.BYTES_MAX + 1), "too-large"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_report_is_refused_by_name(what: str) -> None:
    raw, reason = HOSTILE[what]
    with pytest.raises(ReportRefused) as refused:
        reading.read("stripe", raw)
    assert refused.value.reason == reason


@given(st.binary(max_size=400) | st.text(max_size=200).map(report))
def test_whatever_bytes_come_only_the_named_error_is_raised(raw: bytes) -> None:
    for provider in reading.PROVIDERS:
        with contextlib.suppress(ReportRefused):
            reading.read(provider, raw)


NAMES = st.lists(st.integers(0, 9).map(str), max_size=12)


@given(NAMES, st.sets(st.integers(0, 9).map(str)))
def test_every_line_and_everything_of_ours_is_accounted_for_once(there: list[str], here: set[str]) -> None:
    theirs = [
        Theirs(line=n, id=str(n), kind="charge", names=(name,), money=Money(100, "USD")) for n, name in enumerate(there)
    ]  # fmt: skip
    ours = [
        Ours(kind="charge", purchase=UUID(int=int(name)), names=[name], minor=100, currency="USD", fee_minor=None,
             is_due=True)
        for name in sorted(here)
    ]  # fmt: skip
    found = comparing.compare(theirs, ours)
    assert found.matched == len(here & set(there))
    statuses = [line.status for line in found.lines]
    assert found.matched + sum(status != "missing" for status in statuses) == len(there)
    assert statuses.count("missing") == len(here - set(there))
