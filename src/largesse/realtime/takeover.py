"""Beginning with a room where its last owner stopped: nothing is lost, and what was shown is not shown again."""

from collections.abc import Callable, Mapping, Sequence

from largesse import ledger
from largesse.kit import outbox
from largesse.kit.db import ReadTx
from largesse.realtime import store
from largesse.realtime.model import Lease, Room
from largesse.stage import Stage, events

_ROWS_A_READ = 1_000


async def load_rooms(
    tx: ReadTx, leases: Sequence[Lease], stages: Mapping[int, Stage], big: Callable[[int], bool]
) -> list[Room]:
    """Rooms as of this transaction's snapshot: the persisted folds, and all that came since.

    What the frames after a fold have shown is counted only; the rest waits to be told.
    """
    rooms = {lease.stage: Room(lease, stages[lease.stage]) for lease in leases}
    for stage, givers in (await store.list_givers(tx, list(rooms))).items():
        rooms[stage].load_givers(givers)
    for row in await store.list_shown(tx, leases):
        told = outbox.Cursor(row["outbox_epoch"], row["outbox_xid"], row["outbox_id"])
        rooms[row["stage"]].load_shown(row["batches"], told, row["seq"])
    for room in rooms.values():
        await catch_up(tx, room, big)
        room.begin()
    return list(rooms.values())


async def catch_up(tx: ReadTx, room: Room, big: Callable[[int], bool]) -> None:
    """Fold everything that this transaction sees and the room has not."""
    cursor, more = list(room.cursor), True
    while more:
        feed = await ledger.list_staged(tx, room.stage.key, cursor)
        room.add_gifts(feed.gifts, big)
        cursor, more = feed.cursor, feed.more
    subjects = ((events.STAGED, room.stage.key), ((events.FOLLOW,), room.stage.creator))
    rows: list[outbox.Row] = []
    place = room.counted
    for topics, subject in subjects:
        place = room.counted
        while True:
            place, found = await outbox.read(tx, place, topics, _ROWS_A_READ, subjects=[subject])
            rows += found
            if len(found) < _ROWS_A_READ:
                break
    room.add_rows(sorted(rows, key=lambda row: row.place))
    room.counted = max(room.counted, place)
    room.told = max(room.told, place)
