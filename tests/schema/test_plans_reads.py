"""The plan guard of what a person waits for: their own rows are read, however many others have theirs beside them.

Each statement runs by the plan for its values and by the one that a connection keeps for all values.
"""

from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from schema.test_plans import GIVERS_ROWS, ROOM, STAGES, Session, Values, World, analyze, array, batch, faults, fill
from sqlfiles import statement

GIFTS = 200_000
BATCH_ROWS = 1_000  # a batch is read whole, by its index
GIVERS, DAYS = 100, 7  # of a creator in a day; what is asked for of a month
SLACK_ROWS = 170  # a creator's month is 120 rows of earnings
# Ten purchases a wallet, of which every tenth was refunded; a payout of three days, a month for each creator.
LOAD = """
SET session_replication_role = replica;
INSERT INTO ledger.transfer (key, id, kind, source, happened_at, period) OVERRIDING SYSTEM VALUE
    SELECT i, gen_random_uuid(), 'purchase', 'p:' || i, now(), date_trunc('month', now())
    FROM generate_series(1, {gifts}) i
    UNION ALL SELECT {gifts} + i, gen_random_uuid(), 'refund', 'r:' || i, now(), date_trunc('month', now())
    FROM generate_series(10, {gifts}, 10) i
    UNION ALL SELECT 3 * {gifts} + i, gen_random_uuid(), 'payout', 'w:' || i, now(), date_trunc('month', now())
    FROM generate_series(1, 30 * {stages}) i;
INSERT INTO ledger.leg (transfer, n, book, holder, amount)
    SELECT i, n, n, CASE n WHEN 2 THEN 1 + i % {wallets} ELSE 0 END, CASE n WHEN 1 THEN -10 ELSE 10 END
    FROM generate_series(1, {gifts}) i, generate_series(1, 2) n;
INSERT INTO ledger.leg (transfer, n, book, holder, amount)
    SELECT {gifts} + i, 2, 2, 1 + i % {wallets}, -5 FROM generate_series(10, {gifts}, 10) i;
INSERT INTO ledger.lot (key, account, class, kind, start, coins, transfer, net_minor, gross_minor, currency)
    OVERRIDING SYSTEM VALUE
    SELECT i, 1 + i % {wallets}, 'paid', 'purchase', i / {wallets} * 10, 10, i, 10, 12, 'USD'
    FROM generate_series(1, {gifts}) i;
INSERT INTO ledger.taking (transfer, account, lot, money_minor, removed)
    SELECT {gifts} + i, 1 + i % {wallets}, i, 6, 5 FROM generate_series(10, {gifts}, 10) i;
INSERT INTO ledger.lot_cut (lot, transfer, what, coins)
    SELECT i, {gifts} + i, 'removed', 5 FROM generate_series(10, {gifts}, 10) i;
INSERT INTO ledger.gift_part (transfer, batch, leaf, low, coins, milli, dispute, sender, receiver, stage, day, policy,
        anonymous)
    SELECT {gifts} + i, 64, i % 1000, n, 1, 700, 0, 1 + i % {wallets}, {wallets} + 1, 1, current_date, 1, false
    FROM generate_series(10, {gifts}, 10) i, generate_series(1, 3) n;
INSERT INTO ledger.held (dispute, transfer, creator, day, policy, stripe, milli)
    SELECT {gifts} + i, {gifts} + i, {wallets} + 1, current_date, 1, 0, 700 FROM generate_series(10, {gifts}, 10) i;
INSERT INTO ledger.payout (transfer, creator, milli, gross_minor, let_go)
    SELECT 3 * {gifts} + i, {wallets} + 1 + i % {stages}, 3, 100, i FROM generate_series(1, 30 * {stages}) i;
INSERT INTO ledger.payout_part (payout, day, policy, stripe, milli)
    SELECT 3 * {gifts} + i, current_date - d, 1, 0, 1 FROM generate_series(1, 30 * {stages}) i, generate_series(0, 2) d;
UPDATE ledger.earning SET milli_in = 100;
INSERT INTO insights.hour SELECT {wallets} + s, h, 1, 1, 1
    FROM generate_series(1, {stages}) s, generate_series(1, 720) h;
INSERT INTO insights.live SELECT {wallets} + s, current_date - d, s, 1, 1, 1
    FROM generate_series(1, {stages}) s, generate_series(0, 29) d;
INSERT INTO insights.gift SELECT {wallets} + s, current_date - d, k, 1, 1, 1, 1
    FROM generate_series(1, {stages}) s, generate_series(0, 29) d, generate_series(1, 40) k;
INSERT INTO insights.gifter_day SELECT {wallets} + s, current_date - d, g, 1, 1, 1
    FROM generate_series(1, {stages}) s, generate_series(0, 29) d, generate_series(1, {givers}) g;
INSERT INTO insights.gifter SELECT {wallets} + s, g, current_date - g % 30
    FROM generate_series(1, {stages}) s, generate_series(1, {givers}) g;
SET session_replication_role = origin;
"""


@dataclass(frozen=True)
class Books:
    """A database with the rows of many people, and the values for those of one of them."""

    url: str
    world: World
    since: Any
    until: Any

    def values(self, name: str) -> Values:
        """Account 8's purchase 7 and its refund, creator 7's rows; one's own batch of a thousand gifts."""
        gift, sender = self.world.known[0]
        creator, refund, payout = self.world.wallets + ROOM, GIFTS + 20_010, 3 * GIFTS + ROOM
        sources = {"find_payout": "w:7", "find_taking": "r:20010", "last_cause": "r:20010"}
        return {
            "id": gift, "sender": sender, "ids": array([gift]), "stage": 1, "batch": batch(0), "leaf": 3,
            "batches": array([batch(0)]), "stages": array([1]), "stripe": 0, "n": 20, "last": 30,
            "creator": creator, "account": 8, "class": "paid", "source": sources.get(name, "p:7"),
            "sources": "{p:7,p:20007}", "kind": "refund" if name in sources else "purchase", "before": 1 << 30,
            "start": 15, "end": 35, "transfer": refund, "topic": "t", "reason": "asked", "taken": refund - 10,
            "dispute": refund, "lot": 7,
            "days": array([self.until, self.since]), "policies": "{1,1}", "payout": payout, "reserved": 1,
            "redeemed": 0,
            "since": self.since, "until": self.until, "coins": 1 << 60, "gifter": 1 << 30, "milli": 1 << 60,
        }  # fmt: skip


# What is touched at most: one's own rows, twice where they are changed or joined.
READS = {
    "ledger/gift_by_id": 0,
    "ledger/gift_by_receipt": BATCH_ROWS,
    "ledger/gifts_by_ids": 0,
    "ledger/gifts_of_batches_on_stages": BATCH_ROWS,
    "ledger/rows_of_batch": BATCH_ROWS,
    "ledger/batch_place": 0,
    "ledger/batch_for_proof": 0,
    "ledger/chain_links": 0,
    "ledger/list_lots": 0,
    "ledger/own_lots": 0,
    "ledger/next_lots": 0,
    "ledger/wallet_transfers": 0,
    "ledger/find_purchase": 0,
    "ledger/find_transfer": 0,
    "ledger/find_taking": 0,
    "ledger/last_cause": 0,
    "ledger/takings_of": 0,
    "ledger/transfer_content": 0,
    "ledger/list_legs": 0,
    "ledger/list_changes": 0,
    "ledger/list_held": 0,
    "ledger/sum_parts": 0,
    "ledger/tell_parts": 0,
    "ledger/give_back_parts": 0,
    "ledger/open_disputes": 0,
    "ledger/earnings": 0,
    "ledger/lock_earnings": 0,
    "ledger/reserve_earnings": 0,
    "ledger/find_payout": 0,
    "insights/hours": 0,
    "insights/lives": 0,
    "insights/gifts": DAYS * 40,
    "insights/days": 2 * DAYS * GIVERS,
    "insights/gifters": DAYS * GIVERS + 2 * GIVERS,
}

# Names that mean something else in one statement than in the others.
OTHERWISE: dict[str, Values] = {
    "insights/hours": {"since": 100, "until": 200, "after": 120, "n": 24},
    "insights/gifts": {"kind": 32_767},
}


@pytest.fixture
def books(database_url: str) -> Books:
    world = fill(database_url, GIFTS)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(LOAD.format(gifts=GIFTS, wallets=world.wallets, stages=STAGES, givers=GIVERS).encode())
        analyze(connection)
        found = connection.execute("SELECT current_date - %s::int, current_date", [DAYS - 1]).fetchone()
        assert found is not None
    return Books(database_url, world, *found)


def test_what_a_person_waits_for_reads_their_own_rows_alone(books: Books) -> None:
    found = {}
    for mode in ("force_custom_plan", "force_generic_plan"):
        # Two hundred batches are fewer pages than their index: what has one is to use it.
        with Session(books.url, plan_cache_mode=mode, enable_seqscan="off") as session:
            for name, rows in READS.items():
                values = books.values(name.partition("/")[2])
                values |= OTHERWISE.get(name, {})
                if bad := faults(session.explain(statement(name), values), rows + SLACK_ROWS):
                    found[f"{name}, {mode}"] = bad
    assert list(found) == [], found


POLICIES = """
INSERT INTO policy.version (id, share_bps, promo_share_bps, diamond_value_micros, hold_days, payout_minor_min,
    payout_week_minor_max, payout_fee_bps, payout_fee_minor, give_day_coins_max, buy_day_minor_max, announced_at,
    effective_at, reason)
SELECT gen_random_uuid(), v.share_bps, v.promo_share_bps, v.diamond_value_micros, v.hold_days, v.payout_minor_min,
    v.payout_week_minor_max, v.payout_fee_bps, v.payout_fee_minor, v.give_day_coins_max, v.buy_day_minor_max,
    v.announced_at, v.effective_at + i * interval '1 day', 'again' FROM policy.version v, generate_series(1, 30) i
"""


def test_a_chargeback_reads_its_givers_batches_once_however_many_policies_there_were(database_url: str) -> None:
    fill(database_url, GIFTS)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(POLICIES)
        analyze(connection)
    traced: Values = {
        "transfer": 1, "dispute": 1, "giver": 8, "pieces": '{"[0,10)"}', "as_of": array(["now"]), "disputes": "{0}",
        "since": "2000-01-01",
    }  # fmt: skip
    with Session(database_url, enable_seqscan="off") as session:
        for name in ("ledger/reverse_parts", "ledger/hold_parts"):
            assert faults(session.explain(statement(name), traced), GIVERS_ROWS) == []
