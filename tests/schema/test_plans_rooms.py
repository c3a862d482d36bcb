"""The plan guard of a LIVE's room and its summary: each reads its own rows, however many LIVEs there were."""

from typing import Any

import psycopg
import pytest

from schema.test_plans import NEWEST, analyze, array, wide_reads

STAGES, CREATORS = 400, 200
BATCHES, GIFTS = 5, 100  # of each LIVE, and of each batch
OWN = BATCHES * GIFTS
MINUTES = 200
LETTERS, DUE = 50_000, 30
# A LIVE's batches are its own. Creators have two LIVEs, a day apart; one gift in ten is for a guest. All people follow.
LOAD = f"""
SET session_replication_role = replica;
INSERT INTO stage.stage (key, id, kind, creator, title, status, started_at, ended_at)
    OVERRIDING SYSTEM VALUE
    SELECT i, gen_random_uuid(), 'live', 10000 + i % {CREATORS}, 'A LIVE', 'ended', now() - interval '2 hours', now()
    FROM generate_series(1, {STAGES}) i;
INSERT INTO ledger.batch (batch, n, recorded_at, policy, gifts, root, chain)
    SELECT 64 * i, i, now() - (1 + i / {STAGES}) * interval '1 minute', 1, {GIFTS}, decode(repeat('00', 32), 'hex'),
        decode(repeat('00', 32), 'hex') FROM generate_series(1, {STAGES * BATCHES}) i;
INSERT INTO ledger.gift (id, batch, paid_before, promo_before, diamonds_milli, sender, receiver, stage, coins_paid,
        coins_promo, api_key, kind, count, policy, leaf, flags)
    SELECT encode(int8send(((extract(epoch FROM now()) * 1000)::bigint << 16) + 28672)
            || int8send(i * {GIFTS} + leaf - 9223372036854775807), 'hex')::uuid, 64 * i, 0, 0, 700, 1 + leaf,
        CASE WHEN leaf % 10 = 0 THEN 20000 + i % {STAGES} ELSE 10000 + i % {STAGES} % {CREATORS} END,
        1 + (i - 1) % {STAGES}, 1, 0, 0, 1, 1, 1, leaf, 0
    FROM generate_series(1, {STAGES * BATCHES}) i, generate_series(0, {GIFTS - 1}) leaf;
INSERT INTO ledger.staged (stage, hour, batch)
    SELECT 1 + (n - 1) % {STAGES}, floor(extract(epoch FROM recorded_at) / 3600)::int, batch FROM ledger.batch;
INSERT INTO ledger.hosted (receiver, stage, hour, batch, alone)
    SELECT 20000 + n % {STAGES}, 1 + (n - 1) % {STAGES}, floor(extract(epoch FROM recorded_at) / 3600)::int, batch,
        false FROM ledger.batch;
INSERT INTO ledger.gift_part (transfer, batch, low, coins, milli, dispute, sender, receiver, stage, day, policy, leaf,
        anonymous)
    SELECT i, 64 * i, i, 1, 700, 0, 1, 10000, 1 + (i - 1) % {STAGES}, current_date, 1, 1, false
    FROM generate_series(1, {STAGES * BATCHES}) i;
INSERT INTO insights.gifter (creator, gifter, first_day)
    SELECT 10000 + c, g, current_date FROM generate_series(0, {CREATORS - 1}) c, generate_series(1, {GIFTS}) g;
INSERT INTO stage.minute (stage, minute, viewers, likes)
    SELECT s, m, 5, 5 FROM generate_series(1, {STAGES}) s, generate_series(0, {MINUTES - 1}) m;
INSERT INTO stage.comment (id, stage, sender, text)
    SELECT gen_random_uuid(), 1 + i % {STAGES}, i, 'x' FROM generate_series(1, {STAGES * MINUTES}) i;
INSERT INTO accounts.account (key, id, username, display_name, email, country, adult_from)
    OVERRIDING SYSTEM VALUE
    SELECT i, gen_random_uuid(), 'p' || i, 'P',
        'p' || i || '@example.com', 'DE', '9999-12-31' FROM generate_series(1, {LETTERS}) i;
INSERT INTO stage.broadcast (key, stage, kind, done_at)
    OVERRIDING SYSTEM VALUE SELECT i, i, 'started', now() FROM generate_series(1, {STAGES}) i;
INSERT INTO stage.letter (account, broadcast, why, due_at)
    SELECT i, 1 + i % {STAGES}, 'started', now() + (i - {DUE}) * interval '1 minute'
    FROM generate_series(1, {LETTERS}) i;
INSERT INTO stage.notification (account, stage, broadcast, kind, at)
    SELECT i, 1 + i % {STAGES}, 1 + i % {STAGES}, 'started', now() FROM generate_series(1, {LETTERS}) i;
INSERT INTO stage.mail_wish (account) SELECT i FROM generate_series(1, {LETTERS}) i;
SET session_replication_role = origin;
"""
SINCE = "2020-01-01"
SOME = array(range(1, 21))
# What each statement is sent, and how many rows it touches at most.
READS: dict[str, tuple[dict[str, Any], int]] = {
    "ledger/tally_steps": (
        {"stage": 7, "creator": 10_007, "began": SINCE, "step_s": 60}, 7 * OWN,
    ),
    "stage/curves": ({"stage": 7, "began": SINCE, "step_s": 60, "steps": 120}, 4 * MINUTES + 10),
    "stage/minutes_put": ({"stages": SOME, "viewers": SOME}, 60),
    "insights/newcomers": ({"creator": 10_007, "stage": 7, "others": array([207])}, 5 * OWN),
    "stage/letters_claim": ({"limit": 20, "hold_s": 60}, 20 * 10),
    "ledger/received_page": (
        {"receiver": 20_007, "stages": "{}", "hour": 600_000, "batch": NEWEST, "leaf": 0, "n": 20}, 6 * OWN,
    ),
    "ledger/received_day_page": (
        {"receiver": 20_007, "stages": "{}", "first_hour": 0, "batch": NEWEST, "leaf": 0, "n": 20}, 6 * OWN,
    ),
}  # fmt: skip


@pytest.fixture
def rooms(database_url: str) -> str:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(LOAD.encode())
        analyze(connection)
    return database_url


def test_what_is_asked_of_a_room_reads_its_own_rows_alone(rooms: str) -> None:
    assert wide_reads(rooms, READS) == {}
