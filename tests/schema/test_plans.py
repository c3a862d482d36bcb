"""The plan guard: what a hot statement touches grows with its batch, never with the books.

Plans are those that a committer keeps: prepared and first run on an empty database, then used while the books grow, and
planned anew when the statistics say how large they are. Rows are counted by EXPLAIN (ANALYZE) EXECUTE.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

import psycopg
import pytest
from psycopg import ClientCursor
from psycopg.rows import scalar_row

from largesse import ledger
from largesse.kit.db import PLANNING
from sqlfiles import Statement, statement

ROOM = 7
STAGES = 200
SLACK_ROWS = 160  # the 64 stripes' heads, and catalogue and policies, which are small for ever
HOUR_ROWS = 2 * 4 * 180  # two hours of a room's postings, 180 batches each, once for each of the four stripes in use
CLOSER_ROWS = 4_000  # the batch of 1,000 gifts that is closed, and its givers' lots
GIVERS_ROWS = 12_000  # a giver of this world gave ten gifts, in ten batches of 1,000: those are read
SMALL = {"catalog.gift", "policy.version", "ledger.stripe", "kit.world"}  # the only tables that may be scanned
LOAD = """
ALTER TABLE ledger.wallet DROP CONSTRAINT wallet_account_fkey;
ALTER TABLE stage.stage DROP CONSTRAINT stage_creator_fkey;
ALTER TABLE stage.ban DROP CONSTRAINT ban_account_fkey;
ALTER TABLE ledger.held DROP CONSTRAINT held_dispute_fkey;
ALTER TABLE ledger.held DROP CONSTRAINT held_transfer_fkey;
INSERT INTO ledger.wallet (account, paid_in, paid_out, gives_from)
    SELECT a, 1000000000, 0, '2000-01-01' FROM generate_series(1, {wallets} + {stages}) a;
INSERT INTO stage.stage (id, kind, creator, title, status, started_at)
    SELECT gen_random_uuid(), 'live', {wallets} + s, 'A LIVE', 'live', now() FROM generate_series(1, {stages}) s;
INSERT INTO stage.ban (stage, account, kind, actor)
    SELECT 1 + i % {stages}, i, 'mute', 1 FROM generate_series(1, {wallets}) i;
INSERT INTO catalog.gift (id, name, coins, tier, streakable, art, position)
    SELECT 'gift-' || i, 'Gift', i, 'small', true, '{{}}', i FROM generate_series(1, 40) i;
CREATE FUNCTION pg_temp.batch_of(i bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
    $$ SELECT (1 + (i - 1) / 1000) * 64 + ((i - 1) / 1000) % 4 $$;
INSERT INTO ledger.batch (batch, n, recorded_at, policy, gifts, root, chain)
    SELECT pg_temp.batch_of(i * 1000), i, '{start}'::timestamptz + i * interval '20 s', 1, 1000,
        decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex') FROM generate_series(1, {gifts} / 1000) i;
SELECT setval('ledger.batch_sequence', {gifts} / 1000);
UPDATE ledger.stripe s SET n = b.n, batch = b.batch
    FROM (SELECT batch & 63 AS stripe, max(n) AS n, max(batch) AS batch FROM ledger.batch GROUP BY 1) b
    WHERE b.stripe = s.stripe;
CREATE TEMP TABLE made AS
    SELECT i, pg_temp.batch_of(i) AS batch, encode(
            int8send(((extract(epoch FROM '{start}'::timestamptz) * 1000)::bigint + i << 16) + 28672 + i % 4096)
            || int8send(i - 9223372036854775807), 'hex')::uuid AS id,
        (1 + i * 7919 % {wallets})::int AS sender, (1 + i % {stages})::int AS stage, ((i - 1) % 1000)::smallint AS leaf
    FROM generate_series(1, {gifts}::bigint) i;
INSERT INTO ledger.gift (id, batch, paid_before, promo_before, diamonds_milli, sender, receiver, stage, coins_paid,
        coins_promo, api_key, kind, count, policy, leaf, flags)
    SELECT id, batch, 0, 0, 700, sender, {wallets} + stage, stage, 1, 0, 0, 1, 1, 1, leaf, 0 FROM made;
CREATE TEMP VIEW hour AS SELECT batch, floor(extract(epoch FROM recorded_at) / 3600)::int AS hour FROM ledger.batch;
INSERT INTO ledger.sent SELECT sender, hour, batch FROM made JOIN hour USING (batch);
INSERT INTO ledger.staged SELECT stage, hour, batch FROM hour CROSS JOIN generate_series(1, {stages}) stage;
INSERT INTO ledger.earning (creator, day, policy, stripe)
    SELECT {wallets} + s, current_date - d, 1, t FROM generate_series(1, {stages}) s, generate_series(0, 29) d,
        generate_series(0, 3) t;
INSERT INTO stage.note (sender, gift, stage, message)
    SELECT sender, id, stage, 'hello' FROM made WHERE leaf % 10 = 0;
INSERT INTO kit.outbox (epoch, topic, subject, body)
    SELECT 1, 'stage.changed', i % {stages}, '{{}}' FROM generate_series(1, {gifts} / 10) i;
"""


@dataclass(frozen=True)
class World:
    """How much is in the books; `known` are ids and givers of gifts from the first to the last."""

    gifts: int
    known: tuple[tuple[str, int], ...] = ()

    @property
    def wallets(self) -> int:
        return max(self.gifts // 10, 2000)


Values = dict[str, object]


def array(values) -> str:
    return "{" + ",".join(str(v) for v in values) + "}"


def senders(world: World, n: int) -> list[int]:
    return [1 + i * (world.wallets // n) for i in range(n)]


def stages(n: int) -> list[int]:
    return [1 + i * (STAGES // n) for i in range(n)] if n <= STAGES else list(range(1, STAGES + 1))


def counters(world: World, n: int) -> Values:
    return {
        "accounts": array(senders(world, n)), "paid_out": array([5] * n), "promo_out": array([0] * n),
        "given": array([5] * n), "today": "2026-01-02", "week": "2025-12-29", "month": "2026-01-01",
    }  # fmt: skip


def earnings(world: World, n: int) -> Values:
    creators = [world.wallets + s for s in stages(n)]
    ones = array([1] * len(creators))
    return {
        "creators": array(creators), "gifts": ones, "coins": ones, "milli": ones, "day": "2026-01-02", "policy": 1,
        "stripe": 0,
    }  # fmt: skip


def notes(world: World, n: int) -> Values:
    return {
        "senders": array(senders(world, n)), "gifts": array(new_ids(n)), "stages": array([1] * n),
        "combos": array(["c"] * n), "messages": array(["m"] * n),
    }  # fmt: skip


def new_ids(n: int) -> list[str]:
    return [f"0196ffff-ffff-7000-8000-{i:012x}" for i in range(n)]


def lookups(world: World, n: int) -> Values:
    """Ids that the books have, from one end of the partition to the other, and as many that they do not have."""
    pairs = [*world.known[:: max(2 * len(world.known) // n, 1)], *zip(new_ids(n), senders(world, n), strict=True)][:n]
    ids = [pair[0] for pair in pairs]
    return {"ids": array(ids), "senders": array(p[1] for p in pairs), "low": min(ids), "high": max(ids)}


BATCH: Values = {
    "batch": 1 << 40, "n": 1 << 30, "recorded_at": "2026-01-02", "policy": 1, "gifts": 1, "root": b"\0" * 32,
    "chain": b"\0" * 32, "stripe": 0, "coins_paid": 1, "coins_promo": 0, "milli": 1,
}  # fmt: skip
# What a committer sends for a batch of n gifts, in its order.
COMMITTER: dict[str, Callable[[World, int], Values]] = {
    "ledger/lock_wallets": lambda w, n: {"accounts": array(senders(w, n))},
    "ledger/lock_wallets_waiting": lambda w, n: {"accounts": array(senders(w, n))},
    "ledger/existing_wallets": lambda w, n: {"accounts": array(senders(w, n))},
    "ledger/next_batch": lambda _, __: {"stripe": 0},
    "ledger/known_gifts": lookups,
    "catalog/ask_kinds": lambda _, __: {"kinds": array(range(1, 41))},
    "policy/ask_in_force": lambda _, __: {},
    "stage/ask_facts": lambda _, n: {"stages": array(stages(n))},
    "stage/ask_bans": lambda w, n: {"stages": array([ROOM]), "accounts": array(senders(w, n))},
    "stage/ask_guests": lambda w, n: {
        "stages": array([ROOM] * n),
        "accounts": array(senders(w, n)),
        "senders": array(senders(w, n)),
    },
    "ledger/debit_wallets": counters,
    "ledger/post_sent": lambda w, n: {"senders": array(senders(w, n)), "hour": 500000, "batch": 1 << 40},
    "ledger/post_staged": lambda _, n: {"stages": array(stages(n)), "hour": 493_000, "batch": 1 << 40},
    "ledger/post_hosted": lambda w, n: {
        "receivers": array(senders(w, n)),
        "stages": array([ROOM] * n),
        "alone": array([True] * n),
        "hour": 493_000,
        "batch": 1 << 40,
    },
    "ledger/credit_earnings": earnings,
    "ledger/put_batch": lambda _, __: BATCH,
    "ledger/move_stripe": lambda _, __: BATCH,
    "stage/notes_put": notes,
}


def batch(k: int) -> int:
    """The number of the k-th batch of LOAD, from 0."""
    return (1 + k) * 64 + k % 4


def seen(world: World, n: int) -> str:
    """A feed's cursor that is n gifts behind."""
    heads = [0] * ledger.STRIPES
    for k in range(max(world.gifts - n, 0) // 1000):
        heads[k % 4] = batch(k)
    return array(heads)


def news(world: World, n: int) -> Values:
    return {"epoch": 1, "xid": "0", "id": max(world.gifts // 10 - n, 0), "topics": "{stage.changed}", "limit": n}


NEWEST = 1 << 60
# What readers send again and again. A batch is 1,000 gifts, read whole by its index; n gifts are due.
READERS: dict[str, Callable[[World, int], Values]] = {
    "ledger/heads": lambda _, __: {},
    "ledger/new_batches": lambda w, n: {"seen": seen(w, n), "batches_max": n},
    "ledger/gifts_of_batches": lambda _, n: {"batches": array(map(batch, range(n // 1000)))},
    "ledger/named_of_batches": lambda _, n: {"batches": array(map(batch, range(n // 1000)))},
    "ledger/sent_page": lambda _, n: {"sender": 8, "hour": 600000, "batch": NEWEST, "leaf": 0, "n": n // 1000},
    "ledger/get_wallet": lambda _, __: {"account": 8},
    "ledger/earnings": lambda w, _: {"creator": w.wallets + ROOM},
    "kit/outbox_read": news,
}


def last_batches(world: World, n: int) -> Values:
    """The hour's gifts are those of the last n // 1000 batches, one at least."""
    count, batches = max(n // 1000, 1), world.gifts // 1000
    behind = seen(world, 1000 * count)
    return {
        "before": behind, "after": seen(world, 0), "cursor": behind, "at": "2100-01-01", "hour": 1,
        "first": batch(max(batches - count, 0)), "last": batch(max(batches - 1, 0)),
        "id_low": "00000000-0000-0000-0000-000000000000", "id_high": "ffffffff-ffff-ffff-ffff-ffffffffffff",
    }  # fmt: skip


# What closing an hour of a batch sends; its plans are made for the hour.
CLOSERS: dict[str, Callable[[World, int], Values]] = {
    "ledger/closed_hour": lambda _, __: {},
    "ledger/first_unclosed": last_batches,
    "ledger/hour_batches": last_batches,
    "ledger/hour_gifts": last_batches,
    "ledger/close_lots": last_batches,
}
# Histories of a room: an hour's postings share a key of the index.
ROOM_READERS: dict[str, Callable[[World, int], Values]] = {
    "ledger/staged_batches": lambda w, n: {"seen": seen(w, n), "stage": ROOM, "batches_max": n},
}


def traced(_: World, n: int) -> Values:
    return {
        "transfer": 1, "dispute": 1, "giver": 8, "pieces": '{"[0,10)"}', "as_of": array(["now"]), "disputes": "{0}",
        "since": "2000-01-01",
    }  # fmt: skip


def days_earned(world: World, n: int) -> Values:
    rows = [(world.wallets + 1 + i % STAGES, i // STAGES % 29) for i in range(n)]
    now = datetime.now(UTC).date()
    return {
        "creators": array(creator for creator, _ in rows), "days": array(now - timedelta(days=d) for _, d in rows),
        "policies": array([1] * n), "stripes": array([0] * n), "reversed": array([0] * n), "held": array([0] * n),
    }  # fmt: skip


# What a refund or a dispute sends: the giver's own batches are read, and the creators' own days are changed.
TRACERS: dict[str, Callable[[World, int], Values]] = {
    "ledger/reverse_parts": traced,
    "ledger/hold_parts": traced,
    "ledger/book_earnings": days_earned,
}


@dataclass(frozen=True)
class Scan:
    """What one node of a plan touched."""

    table: str
    kind: str
    rows: float


def scans(plan: dict) -> Iterator[Scan]:
    if "Relation Name" in plan and plan["Node Type"] != "ModifyTable":
        removed = sum(v for k, v in plan.items() if k.startswith("Rows Removed by"))
        rows = plan.get("Actual Loops", 0) * (plan.get("Actual Rows", 0) + removed)
        yield Scan(f"{plan.get('Schema', '?')}.{plan['Relation Name']}", plan["Node Type"], rows)
    elif plan["Node Type"] == "Bitmap Index Scan":
        yield Scan(plan["Index Name"], plan["Node Type"], plan.get("Actual Loops", 0) * plan.get("Actual Rows", 0))
    for below in plan.get("Plans", ()):
        yield from scans(below)


class Session:
    """A connection that prepares statements once and keeps its plans, as a committer does."""

    def __init__(self, url: str, **options: str) -> None:
        words = " ".join(f"-c {name}={value}" for name, value in (PLANNING | options).items())
        self.connection = psycopg.connect(url, autocommit=True, options=words, cursor_factory=ClientCursor)
        self._prepared: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def prepare(self, asked: Statement) -> str:
        name = f"s{len(self._prepared)}"
        self.connection.execute(f"PREPARE {name} AS {asked.numbered}")
        self._prepared[asked.name] = name
        return name

    def explain(self, asked: Statement, values: Values) -> list[Scan]:
        """What it touches, run for real and rolled back."""
        name = self._prepared.get(asked.name) or self.prepare(asked)
        places = ", ".join(["%s"] * len(asked.parameters))
        text = f"EXPLAIN (ANALYZE, VERBOSE, FORMAT JSON) EXECUTE {name}{f'({places})' if places else ''}"
        with self.connection.transaction(force_rollback=True), self.connection.cursor(row_factory=scalar_row) as cursor:
            cursor.execute(text, [values[p] for p in asked.parameters])
            plan = cursor.fetchone()
        return list(scans((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]))


def faults(found: list[Scan], rows_max: int) -> list[str]:
    """Why a statement is not fit for the hot path; empty where it is."""
    bad = [f"scans {s.table}" for s in found if s.kind == "Seq Scan" and s.table not in SMALL]
    touched = sum(s.rows for s in found)
    return bad + ([f"touches {touched:.0f} rows, {rows_max} are due: {found}"] if touched > rows_max else [])


def fill(url: str, gifts: int) -> World:
    hurried = "-c synchronous_commit=off -c work_mem=256MB"
    with psycopg.connect(url, autocommit=True, options=hurried) as connection:
        start = connection.execute(
            "SELECT date_trunc('month', now() - interval '2 days') + interval '1 hour'"
        ).fetchone()
        world = World(gifts)
        connection.execute(LOAD.format(wallets=world.wallets, stages=STAGES, gifts=gifts, start=start[0].isoformat()))
        known = connection.execute("SELECT id::text, sender FROM ledger.gift WHERE leaf = 0 ORDER BY id").fetchall()
        return World(gifts, tuple(known))


def analyze(connection: psycopg.Connection) -> None:
    """New statistics for what has rows: nobody gathers them for a partition of next month."""
    tables = connection.execute(
        "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND oid >= 16384 AND pg_relation_size(oid) > 0"
    ).fetchall()
    connection.execute("ANALYZE " + ", ".join(table for (table,) in tables))


def wide_reads(url: str, asked: dict[str, tuple[Values, int]]) -> dict[str, list[str]]:
    """The faults of statements by name and kind of plan: what each is sent, and how many rows it may touch."""
    found = {}
    for mode in ("force_custom_plan", "force_generic_plan"):
        with Session(url, plan_cache_mode=mode, enable_seqscan="off") as session:
            for name, (values, rows) in asked.items():
                if bad := faults(session.explain(statement(name), values), rows):
                    found[f"{name}, {mode}"] = bad
    return found


def until_told(connection: psycopg.Connection) -> None:
    """Wait until the outbox tells what is in it: transactions in the server's other databases hold it back."""
    told = "SELECT pg_snapshot_xmin(pg_current_snapshot()) > max(xid) FROM kit.outbox"
    end = time.monotonic() + 120
    while connection.execute(told).fetchone() != (True,):
        assert time.monotonic() < end
        time.sleep(0.1)


def guard(url: str, gifts: int) -> dict[str, list[str]]:
    """The faults of the hot statements, by name, gifts and moment; each runs for 1 gift and for 1,000."""
    found: dict[str, list[str]] = {}

    def run(moment: str, session: Session, hot: dict[str, Callable[[World, int], Values]], slack: int) -> None:
        for name, values in hot.items():
            for n in (1, 1000):
                scanned = session.explain(statement(name), values(world, n))
                bad = faults(scanned, 4 * n + slack)
                if bad:
                    found[f"{name}, {n} gifts, {moment}"] = bad

    with (
        Session(url, **ledger.COMMITTER_OPTIONS) as committer,
        Session(url) as reader,
        Session(url, enable_seqscan="off", plan_cache_mode="force_generic_plan") as tracer,
        Session(url, plan_cache_mode="force_custom_plan") as closer,
    ):
        for session, hot in ((committer, COMMITTER), (tracer, TRACERS)):
            for name, values in hot.items():
                session.explain(statement(name), values(World(0), 1))
        world = fill(url, gifts)
        run("plans of the empty books", committer, COMMITTER, SLACK_ROWS)
        run("plans of the empty books", tracer, TRACERS, GIVERS_ROWS)
        analyze(reader.connection)
        until_told(reader.connection)
        run("plans of the full books", committer, COMMITTER, SLACK_ROWS)
        run("plans of the full books", reader, READERS, SLACK_ROWS)
        run("plans of the full books", reader, ROOM_READERS, HOUR_ROWS + SLACK_ROWS)
        run("plans of the full books", tracer, TRACERS, GIVERS_ROWS)
        run("plans of the full books", closer, CLOSERS, CLOSER_ROWS)
    return found


def test_a_hot_statement_touches_its_batch_only(database_url):
    assert guard(database_url, 200_000) == {}


@pytest.mark.slow
def test_a_hot_statement_touches_its_batch_only_in_five_million_gifts(database_url):
    assert guard(database_url, 5_000_000) == {}


def test_the_guard_sees_a_scan_and_a_wide_range(database_url):
    fill(database_url, 5_000)
    scan = Statement("planted/scan", "SELECT count(*) FROM ledger.gift WHERE receiver = %(receiver)s")
    wide = Statement("planted/wide", "SELECT count(*) FROM ledger.gift WHERE batch > %(batch)s")
    with Session(database_url, **ledger.COMMITTER_OPTIONS) as session:
        assert any("scans ledger.gift" in bad for bad in faults(session.explain(scan, {"receiver": 1}), 10_000))
        assert any("touches" in bad for bad in faults(session.explain(wide, {"batch": 0}), 4 + SLACK_ROWS))
