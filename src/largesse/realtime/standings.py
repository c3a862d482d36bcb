"""What rooms count, for those who ask: from the owner's memory, from its persisted fold, or exact where nobody owns."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from largesse import ledger
from largesse.kit.db import ReadTx
from largesse.realtime import store
from largesse.realtime.frames import Totals
from largesse.realtime.model import TOP, Lease, Rank, Room
from largesse.realtime.takeover import load_rooms
from largesse.stage import Figure, Stage


class Standing(msgspec.Struct, frozen=True):
    """A room at a moment. `seq` is of its newest kept frame."""

    totals: Totals
    diamonds_milli: int
    seq: int
    top: list[Rank]
    received: Mapping[int, int]


class Standings:
    """Implements `stage.Figures`. A running room's figures are a second old at most, a resting room's are exact."""

    def __init__(self, owned: Mapping[int, Room], big: Callable[[int], bool]) -> None:
        self._owned = owned
        self._big = big

    async def figures(self, tx: ReadTx, stages: Sequence[Stage]) -> dict[int, Figure]:
        """What rooms count, by stage."""
        found = await self.standings(tx, stages, top=0)
        return {
            stage: Figure(t.viewers, t.likes, t.gifts, t.gifters, t.coins, standing.received)
            for stage, standing, t in ((stage, standing, standing.totals) for stage, standing in found.items())
        }

    async def top_gifters(self, tx: ReadTx, stage: Stage, count: int) -> list[Rank]:
        """(account, coins not given anonymously), most coins first; ten at most."""
        return (await self.standings(tx, [stage], top=min(count, TOP)))[stage.key].top

    async def standings(self, tx: ReadTx, stages: Sequence[Stage], *, top: int) -> dict[int, Standing]:
        """Rooms as they stand, with the first `top` givers each; 0 asks for none."""
        found = {s.key: _of_room(self._owned[s.key], top) for s in stages if s.key in self._owned}
        others = {stage.key: stage for stage in stages if stage.key not in found}
        leases = await store.list_leases(tx, list(others)) if others else {}
        for key, stage in others.items():
            lease = leases.get(key)
            if lease is not None and (lease.fresh or not (lease.reversed_since or await _has_new(tx, lease))):
                first = await store.list_top(tx, key, top) if top else []
                found[key] = _of_lease(lease, first)
            else:
                (room,) = await load_rooms(tx, [lease or _unowned(stage)], {key: stage}, self._big)
                found[key] = _of_room(room, top)
        return found


def _of_room(room: Room, top: int) -> Standing:
    return Standing(room.totals, room.diamonds_milli, room.told_seq, room.top[:top], dict(room.received))


def _of_lease(lease: Lease, top: list[Rank]) -> Standing:
    viewers = lease.viewers if lease.fresh else 0
    totals = Totals(viewers, lease.likes, lease.gifts, lease.gifters, lease.coins)
    received = {int(account): coins for account, coins in lease.guests.items()}
    return Standing(totals, lease.diamonds_milli, lease.seq, top, received)


async def _has_new(tx: ReadTx, lease: Lease) -> bool:
    return bool((await ledger.list_staged(tx, lease.stage, lease.cursor or ledger.start(), 1)).gifts)


def _unowned(stage: Stage) -> Lease:
    return Lease(
        stage=stage.key, owner="", epoch=0, cursor=[], outbox_epoch=0, outbox_xid=0, outbox_id=0, gifts=0, gifters=0,
        coins=0, diamonds_milli=0, likes=0, viewers=0, seq=0, fresh=False,
    )  # fmt: skip
