import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from largesse.kit import outbox
from largesse.kit.db import Database, WriteTx
from largesse.kit.outbox import Cursor, Row


async def read(
    db: Database, cursor: Cursor, topics: Sequence[str], count: int, subjects: list[int] | None = None
) -> tuple[Cursor, list[Row]]:
    """Read until `count` rows came: transactions of the whole server count, even the making of another database."""
    rows: list[Row] = []
    for _ in range(400):
        async with db.read() as tx:
            cursor, more = await outbox.read(tx, cursor, topics, 4, subjects=subjects)
        rows += more
        if len(rows) >= count and not more:
            break
        await asyncio.sleep(0.05)
    return cursor, rows


async def test_a_reader_sees_each_row_exactly_once_and_in_order(db: Database) -> None:
    for n in range(3):
        async with db.write() as tx:
            await outbox.put_all(tx, [("chat.message", 7, {"n": n * 2}), ("like", 7, {"n": n * 2 + 1})])
    cursor, rows = await read(db, Cursor(), ["chat.message", "like"], 6)
    assert [row.body["n"] for row in rows] == [0, 1, 2, 3, 4, 5]
    async with db.read() as tx:
        assert (await outbox.read(tx, cursor, ["chat.message", "like"], 10))[1] == []


async def test_a_row_of_a_transaction_that_commits_late_is_not_skipped(db: Database) -> None:
    started, go_on = asyncio.Event(), asyncio.Event()

    async def late() -> None:
        async with db.write() as tx:
            await outbox.put(tx, "late", 1, {})
            started.set()
            await go_on.wait()

    writing = asyncio.create_task(late())
    await started.wait()
    async with db.write() as tx:
        await outbox.put(tx, "early", 1, {})
    async with db.read() as tx:
        cursor, rows = await outbox.read(tx, Cursor(), ["early", "late"], 10)
    assert rows == [], "the early row waits for the transaction that began before it"
    go_on.set()
    await writing
    _, rows = await read(db, cursor, ["early", "late"], 2)
    assert [row.topic for row in rows] == ["late", "early"]


async def test_rows_of_a_rolled_back_transaction_are_never_seen(db: Database) -> None:
    connection = await db.connect()
    await connection.execute("BEGIN")
    await outbox.put(WriteTx(connection), "like", 1, {"n": 1})
    await connection.execute("ROLLBACK")
    await connection.close()
    async with db.write() as tx:
        await outbox.put(tx, "like", 1, {"n": 2})
    _, rows = await read(db, Cursor(), ["like"], 1)
    assert [row.body["n"] for row in rows] == [2]


async def test_rows_are_read_by_subject_too(db: Database) -> None:
    async with db.write() as tx:
        await outbox.put_all(tx, [("like", n, {"n": n}) for n in range(5)])
    _, rows = await read(db, Cursor(), ["like"], 2, subjects=[1, 3])
    assert [row.subject for row in rows] == [1, 3]


async def test_a_restored_database_starts_an_epoch_whose_rows_come_after_the_old_ones(db: Database) -> None:
    async with db.write() as tx:
        await outbox.put(tx, "like", 1, {"n": 1})
    cursor, _ = await read(db, Cursor(), ["like"], 1)
    async with db.write() as tx:
        await tx.execute("UPDATE kit.world SET epoch = epoch + 1")
    async with db.write() as tx:
        await outbox.put(tx, "like", 1, {"n": 2})
    _, rows = await read(db, cursor, ["like"], 1)
    assert [row.body["n"] for row in rows] == [2]


async def test_a_named_cursor_moves_forward_only(db: Database) -> None:
    async with db.write() as tx:
        assert await outbox.get_cursor(tx, "webhooks") == Cursor()
        await outbox.move_cursor(tx, "webhooks", Cursor(1, 50, 9))
        await outbox.move_cursor(tx, "webhooks", Cursor(1, 40, 99))
        assert await outbox.get_cursor(tx, "webhooks") == Cursor(1, 50, 9)


async def test_old_rows_are_pruned_by_topic(db: Database) -> None:
    async with db.write() as tx:
        await outbox.put_all(tx, [("like", 1, {}), ("live.ended", 1, {})])
        assert await outbox.prune(tx, ["like"], datetime.now(UTC) - timedelta(days=1), 100) == 0
        assert await outbox.prune(tx, ["like"], datetime.now(UTC) + timedelta(days=1), 100) == 1
