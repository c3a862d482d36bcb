"""Comparing the books with what was answered: sums while it runs, every id at the end."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from largesse.main.torture.tally import KEY_BYTES, RECORD, Sample, Tally
from largesse.main.torture.viewers import Viewer
from largesse.main.torture.world import World, run_audit

FAIRNESS_REACH = 5
_READ_EVERY_S: Final = 1.0
_AUDIT_S_MAX: Final = 1_800
_UNHURRIED: Final = "-c statement_timeout=0 -c timezone=UTC -c application_name=torture"

# One moment: what left the wallets is what the stripes counted and what the creators' days counted; what the stripes
# made in diamonds is what creators hold; no wallet is overdrawn; what lies in lots is what came into wallets.
_CONSERVED = """
SELECT
    (SELECT coalesce(sum(paid_out + promo_out), 0) FROM ledger.wallet)::bigint AS coins_given,
    (SELECT sum(coins_paid + coins_promo) FROM ledger.stripe)::bigint AS coins_striped,
    (SELECT coalesce(sum(coins), 0) FROM ledger.earning)::bigint AS coins_earned,
    (SELECT sum(diamonds_milli) FROM ledger.stripe)::bigint AS milli_striped,
    (SELECT coalesce(sum(milli_in), 0) FROM ledger.earning)::bigint AS milli_earned,
    (SELECT sum(gifts) FROM ledger.stripe)::bigint AS gifts_striped,
    (SELECT coalesce(sum(gifts), 0) FROM ledger.earning)::bigint AS gifts_earned,
    (SELECT coalesce(sum(gifts), 0) FROM ledger.batch)::bigint AS gifts_batched,
    (SELECT count(*) FROM ledger.wallet WHERE paid_out > paid_in OR promo_out > promo_in) AS overdrawn,
    (SELECT coalesce(sum(paid_in + promo_in), 0) FROM ledger.wallet)::bigint AS coins_bought,
    (SELECT coalesce(sum(coins - removed - to_debt), 0) FROM ledger.lot)::bigint AS coins_in_lots
"""
_SAME: Final = (
    ("coins_given", "coins_striped"),
    ("coins_given", "coins_earned"),
    ("milli_striped", "milli_earned"),
    ("gifts_striped", "gifts_earned"),
    ("gifts_striped", "gifts_batched"),
    ("coins_bought", "coins_in_lots"),
)
# Sums by person, from the journal itself.
_BY_SENDER = """
SELECT w.account, w.paid_out, w.promo_out, coalesce(g.paid, 0)::bigint AS paid, coalesce(g.promo, 0)::bigint AS promo
FROM ledger.wallet w
LEFT JOIN (SELECT sender, sum(coins_paid) AS paid, sum(coins_promo) AS promo FROM ledger.gift GROUP BY sender) g
    ON g.sender = w.account
WHERE (w.paid_out, w.promo_out) IS DISTINCT FROM (coalesce(g.paid, 0), coalesce(g.promo, 0)) LIMIT 20
"""
_BY_CREATOR = """
SELECT creator, e.coins, g.coins, e.milli, g.milli FROM
    (SELECT creator, sum(coins) AS coins, sum(milli_in) AS milli FROM ledger.earning GROUP BY creator) e
    FULL JOIN (SELECT receiver AS creator, sum(coins_paid + coins_promo) AS coins, sum(diamonds_milli) AS milli
        FROM ledger.gift GROUP BY receiver) g USING (creator)
WHERE (e.coins, e.milli) IS DISTINCT FROM (g.coins, g.milli) LIMIT 20
"""
_STORED = "COPY (SELECT id, sender, batch, leaf FROM ledger.gift ORDER BY id, sender) TO STDOUT (FORMAT binary)"
_OF_STAGE = """
SELECT count(*), coalesce(sum(coins_paid + coins_promo), 0)::bigint FROM ledger.gift WHERE stage = %s
"""
# Of each sample: the batches of its stripe that began after it was sent, its own among them; 99 in 100, and the most.
_WAITED = """
SELECT coalesce(percentile_disc(0.99) WITHIN GROUP (ORDER BY w.batches), 0)::int, coalesce(max(w.batches), 0)::int
FROM unnest(%(sent)s::float8[], %(batches)s::bigint[]) AS s (sent, batch)
CROSS JOIN LATERAL (
    SELECT count(*) AS batches FROM ledger.batch b
    WHERE (b.batch & 63) = (s.batch & 63) AND b.batch <= s.batch AND b.batch > s.batch - 64 * 5000
        AND b.recorded_at > to_timestamp(s.sent)
) w
"""


@dataclass
class Read:
    """How often the books were read while they were written."""

    times: int = 0


async def read_while_running(world: World, tally: Tally, read: Read) -> None:
    """Read conservation in one snapshot, again and again, until cancelled; a database that is away is no failure."""
    while True:
        await asyncio.sleep(_READ_EVERY_S)
        try:
            found = await asyncio.to_thread(_conserved, world)
        except psycopg.Error:
            continue
        read.times += 1
        check_conserved(found, tally)


def check_conserved(found: dict[str, int], tally: Tally) -> None:
    """Sums that must be equal are."""
    for one, other in _SAME:
        if found[one] != found[other]:
            tally.fail("nothing is made or lost on the way", f"{one} {found[one]}, {other} {found[other]}")
    if found["overdrawn"]:
        tally.fail("no wallet is overdrawn", f"{found['overdrawn']} are")


def compare(world: World, tally: Tally) -> int:
    """Compare every id and every person's sums with the books at rest; returns the gifts stored."""
    with _connect(world) as connection:
        for row in connection.execute(_BY_SENDER):
            tally.fail("a wallet moves by what its gifts cost", f"account {row[0]}: out {row[1:3]}, gifts {row[3:]}")
        for row in connection.execute(_BY_CREATOR):
            tally.fail("a creator is credited for every gift", f"account {row[0]}: coins {row[1:3]}, milli {row[3:]}")
        acknowledged = iter(sorted(_records(tally.acked)))
        return _merge(_stored(connection), acknowledged, tally)


def have_arrived(world: World, viewers: list[Viewer]) -> bool:
    """Whether every viewer has arrived at the totals of the books; `tell_viewers` says what is missing."""
    books = books_of_room(world)
    return all((v.gifts, v.coins) == books for v in viewers)


def books_of_room(world: World) -> tuple[int, int]:
    """Gifts and coins of the room that is watched."""
    with _connect(world) as connection:
        row = connection.execute(_OF_STAGE, [world.stages[0]]).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def tell_viewers(world: World, tally: Tally, viewers: list[Viewer]) -> None:
    """Fail for every viewer whose last totals are not those of the books."""
    books = books_of_room(world)
    for viewer in viewers:
        if (viewer.gifts, viewer.coins) != books:
            tally.fail(
                "the last totals equal the books", f"{viewer.name} saw {(viewer.gifts, viewer.coins)} of {books}"
            )


def fairness(world: World, samples: list[Sample]) -> tuple[int, int]:
    """Batches of one committer that began after a gift was sent, its own among them: for 99 in 100, and at most.

    From outside, the way of a request into its process counts too.
    """
    with _connect(world) as connection:
        wanted = {"sent": [s.sent_at for s in samples], "batches": [s.batch for s in samples]}
        row = connection.execute(_WAITED, wanted).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def audit(world: World, tally: Tally) -> dict[str, Any]:
    """`largesse audit` on these books, as an operator runs it."""
    process = run_audit(world)
    output, _ = process.communicate(timeout=_AUDIT_S_MAX)
    try:
        report = json.loads(output)
    except ValueError:
        report = {"ok": False, "findings": [output.decode("utf-8", "replace")[-300:]]}
    if process.returncode or not report["ok"]:
        for finding in report.get("findings", [])[:10] or [f"status {process.returncode}"]:
            tally.fail("the audit is clean", str(finding))
    return {name: report.get(name) for name in ("ok", "gifts", "batches", "checkpoints", "seconds")}


def _merge(stored: Iterator[bytes], acknowledged: Iterator[bytes], tally: Tally) -> int:
    """Walk both in order of (id, sender)."""
    rows = 0
    ours = next(acknowledged, None)
    for theirs in stored:
        rows += 1
        while ours is not None and ours[:KEY_BYTES] < theirs[:KEY_BYTES]:
            tally.fail("an acknowledged gift is in the books", f"{ours[:16].hex()} is not")
            ours = next(acknowledged, None)
        if ours is not None and ours[:KEY_BYTES] == theirs[:KEY_BYTES]:
            if ours != theirs:
                told, kept = RECORD.unpack(ours)[2:], RECORD.unpack(theirs)[2:]
                tally.fail("a receipt names its place", f"{ours[:16].hex()} was told {told} and is at {kept}")
            ours = next(acknowledged, None)
        else:
            _explain(theirs[:KEY_BYTES], tally)
    while ours is not None:
        tally.fail("an acknowledged gift is in the books", f"{ours[:16].hex()} is not")
        ours = next(acknowledged, None)
    return rows


def _explain(key: bytes, tally: Tally) -> None:
    """A gift in the books that was not acknowledged: fine only where its answer never came."""
    if key in tally.refused_ids:
        tally.fail("a refused gift is not in the books", key[:16].hex())
    elif key not in tally.asked:
        tally.fail("the books hold only gifts that were sent", f"{key[:16].hex()} was not, or is there twice")


def _records(packed: bytearray) -> Iterator[bytes]:
    for at in range(0, len(packed), RECORD.size):
        yield bytes(packed[at : at + RECORD.size])


def _stored(connection: psycopg.Connection[Any]) -> Iterator[bytes]:
    with connection.cursor().copy(_STORED) as copy:
        copy.set_types(["uuid", "int4", "int8", "int2"])
        for id_, sender, batch, leaf in copy.rows():
            yield RECORD.pack(id_.bytes, sender, batch, leaf)


def _conserved(world: World) -> dict[str, int]:
    with _connect(world) as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor = connection.cursor(row_factory=psycopg.rows.dict_row)
        found = cursor.execute(_CONSERVED).fetchone()
    assert found is not None
    return found


def _connect(world: World) -> psycopg.Connection[Any]:
    return psycopg.connect(world.servers.database_url, autocommit=True, options=_UNHURRIED, connect_timeout=5)
