"""The plan guard of the rounds that ask providers: they read what they ask about, however much waits behind it."""

from typing import Any

import psycopg

from schema.test_plans import Session, faults
from sqlfiles import statement

LIMIT, DUE, WAITING = 100, 60_000, 40_000
PROVIDERS = "{stripe,paypal,google}"
SLACK_ROWS = 10
LOAD = f"""
SET session_replication_role = replica;
INSERT INTO payments.purchase (id, account, coins, price_minor, currency, region, channel, provider, provider_ref,
        status, created_at, granted_at, looked_at, unfinished, finish_at)
    SELECT gen_random_uuid(), 1, 70, 99, 'USD', 'US', 'web', (ARRAY['stripe', 'paypal', 'google'])[1 + i % 3],
        'p:' || i, CASE WHEN i <= {WAITING} THEN 'awaiting_payment' ELSE 'granted' END, now() - i * interval '1 second',
        CASE WHEN i > {WAITING} THEN now() END, now() - i * interval '1 minute', i > {WAITING} AND i <= {DUE},
        now() - i * interval '1 second'
    FROM generate_series(1, 2 * {DUE}) i;
INSERT INTO payments.refund (id, purchase, provider, minor, currency, status, wanted_by, moved_at)
    SELECT gen_random_uuid(), id, provider, 99, 'USD', 'wanted', 1, created_at - interval '1 hour'
    FROM payments.purchase LIMIT {DUE};
INSERT INTO payments.notice (provider, event, kind, refs, body, due_at)
    SELECT provider, id::text, 'k', '{{}}', '', created_at FROM payments.purchase LIMIT {DUE};
ANALYZE payments.purchase, payments.refund, payments.notice;
"""
ROUNDS: dict[str, dict[str, Any]] = {
    "payments/waiting": {"providers": PROVIDERS, "young_s": 900, "pause_s": 15, "limit": LIMIT},
    "payments/unfinished": {"providers": PROVIDERS, "limit": LIMIT},
    "payments/refunds_wanted": {"providers": PROVIDERS, "limit": LIMIT},
    "payments/notices_due": {"providers": PROVIDERS},
    "payments/notices_take": {"provider": "stripe", "limit": LIMIT, "lease_s": 60},
}


def test_a_round_reads_what_it_asks_about_and_no_more(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(LOAD)
    with Session(database_url) as session:
        found = {name: session.explain(statement(name), values) for name, values in ROUNDS.items()}
    # Of three providers a hundred each; a refund with its purchase, a notice once more where it is changed.
    assert {name: bad for name, scans in found.items() if (bad := faults(scans, 2 * 3 * LIMIT + SLACK_ROWS))} == {}
