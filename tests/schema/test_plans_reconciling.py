"""The plan guard of reconciliation: the books are read for what a report names and for its days, not all of them."""

from typing import Any

import psycopg

from schema.test_plans import Session, faults
from sqlfiles import statement

TRANSFERS, NAMED, DAY = 60_000, 100, 1_440  # a transfer a minute
LOAD = f"""
SET session_replication_role = replica;
INSERT INTO ledger.transfer (id, kind, source, happened_at, recorded_at, period)
    SELECT gen_random_uuid(), (ARRAY['purchase', 'payout', 'paidout', 'refund'])[1 + i % 4], 'cause:' || i - i % 4 / 2,
        at, at, date_trunc('month', at)
    FROM generate_series(1, {TRANSFERS}) i,
        LATERAL (SELECT '2026-01-01T00:00Z'::timestamptz + i * interval '1 minute' AS at);
INSERT INTO ledger.leg (transfer, n, book, currency, amount)
    SELECT key, n, (ARRAY[21, 51, 41])[n], 'EUR', 1 FROM ledger.transfer, generate_series(1, 3) n;
INSERT INTO ledger.payout (transfer, creator, milli, gross_minor, fee_minor, sent_minor, sent_currency, paid)
    SELECT key, 1, 1, 100, 1, 99, 'EUR', key + 1 FROM ledger.transfer WHERE kind = 'payout';
SELECT brin_summarize_new_values('ledger.transfer_recorded');
ANALYZE ledger.transfer, ledger.leg, ledger.payout;
"""
ASKED: dict[str, tuple[dict[str, Any], int]] = {
    # A transfer and its legs, each once.
    "ledger/sum_clearing": (
        {
            "kinds": "{" + ",".join(["purchase"] * NAMED) + "}",
            "sources": "{" + ",".join(f"cause:{4 * n}" for n in range(1, NAMED + 1)) + "}",
        },
        5 * NAMED,
    ),
    # A day's transfers with those of the ranges of pages that hold it (the plan counts ten a page); a quarter left.
    "ledger/payouts_moved": (
        {
            "sources": "{" + ",".join(f"cause:{4 * n + 1}" for n in range(1, NAMED + 1)) + "}",
            "from_at": "2026-01-20T00:00Z", "to_at": "2026-01-21T00:00Z",
        },
        15 * DAY,
    ),
}  # fmt: skip


def test_the_books_are_read_for_what_a_report_names_and_for_its_days(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(LOAD)
    with Session(database_url) as session:
        found = {name: session.explain(statement(name), values) for name, (values, _) in ASKED.items()}
    assert {name: bad for name, scans in found.items() if (bad := faults(scans, ASKED[name][1]))} == {}
