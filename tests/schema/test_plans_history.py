"""The plan guard of a creator's histories: a page reads its own, however long everybody's are."""

from typing import Any

import psycopg

from largesse.ledger import STRIPES
from schema.test_plans import NEWEST, ROOM, SLACK_ROWS, Session, World, analyze, array, faults, fill
from sqlfiles import statement

GIFTS = 200_000
HOUR_ROWS = 2 * 180  # an hour of a room's postings, and as many again for the edge
DAY_ROWS = 24 * 180  # a page of a day's gifts is sorted by batch: the day's postings are read
GIFT_ROWS = 2_000  # a batch is 1,000 gifts; a page of one is found in two at most
OWN = 5  # payouts and grants of each creator, and as many reversed parts of gifts
LOAD = f"""
SET session_replication_role = replica;
INSERT INTO ledger.transfer (key, id, kind, source, happened_at, recorded_at, period) OVERRIDING SYSTEM VALUE
    SELECT 1000000000 + i, gen_random_uuid(), 'payout', 'payout:' || i, now(), now(), date_trunc('month', now())
    FROM generate_series(1, 60000) i;
INSERT INTO ledger.payout (transfer, creator, milli, gross_minor, fee_minor, sent_minor, sent_currency, paid)
    SELECT 1000000000 + i, {{first}} + i / {OWN}, 1, 1, 0, 1, 'USD', 1000000000 + i FROM generate_series(0, 19999) i;
INSERT INTO ledger.diamond_grant (transfer, creator, day, policy, milli, minor)
    SELECT 1000000000 + i, {{first}} + i / {OWN}, current_date, 1, 1, 1 FROM generate_series(0, 19999) i;
INSERT INTO ledger.gift_part (transfer, batch, low, coins, milli, dispute, sender, receiver, stage, day, policy, leaf,
        anonymous)
    SELECT 1000000000 + i, {STRIPES}, i, 1, 700, 0, 1, {{first}} + i / {OWN}, i / {OWN}, current_date, 1, 1, false
    FROM generate_series(0, 19999) i;
"""


def pages(world: World, first_hour: int) -> dict[str, tuple[dict[str, Any], int]]:
    """What each statement is sent for a page of one, and how many rows it may touch."""
    page = {"batch": NEWEST, "leaf": 0, "n": 1}
    received = page | {"receiver": world.wallets + ROOM, "stages": array([ROOM])}
    return {
        "ledger/sent_page": (page | {"sender": 8, "hour": 600_000}, GIFT_ROWS + SLACK_ROWS),
        "ledger/received_page": (received | {"hour": 600_000}, GIFT_ROWS + HOUR_ROWS + SLACK_ROWS),
        "ledger/received_day_page": (received | {"first_hour": first_hour}, GIFT_ROWS + DAY_ROWS + SLACK_ROWS),
        "ledger/creator_moves": (
            {"creator": world.wallets + ROOM, "stages": array([ROOM])}, 8 * OWN + SLACK_ROWS,
        ),
    }  # fmt: skip


def test_a_page_of_a_history_reads_its_own(database_url: str) -> None:
    world = fill(database_url, GIFTS)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(LOAD.format(first=world.wallets))
        analyze(connection)
        row = connection.execute("SELECT min(hour) FROM ledger.staged").fetchone()
        assert row is not None
    with Session(database_url) as reader:
        asked = pages(world, row[0]).items()
        found = {name: faults(reader.explain(statement(name), values), most) for name, (values, most) in asked}
    assert {name: bad for name, bad in found.items() if bad} == {}
