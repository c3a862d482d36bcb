"""What gifts of a room count for besides its totals: a goal, and a side of a match. Pure, but for `refresh`.

A meter is counted from the journal when its room meets it, and again when parts of gifts were reversed; in between each
gift that the room folds is added. A goal is told a few times a second at most, and with absolute figures.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from largesse import ledger
from largesse.kit.db import ReadTx
from largesse.ledger import GiftRow, Sum, Window
from largesse.stage import Goal, Match, list_goals, list_running_matches, points

if TYPE_CHECKING:
    from largesse.realtime.model import Room

TOLD_EVERY_S = 0.4


class Score(msgspec.Struct, frozen=True):
    """A match and what its sides stand at: rows (LIVE, score)."""

    match: UUID
    sides: list[tuple[UUID, int]]


class Told(msgspec.Struct, frozen=True):
    """What a frame says of a room's meters: the goal with its figure, and the score; None where it says nothing."""

    goal: Goal | None = None
    score: Score | None = None


NOTHING = Told()


class Meters:
    """The goal and the match of one room, and their figures."""

    def __init__(self, stage: int) -> None:
        self.stage = stage
        self.goal: Goal | None = None
        self.match: Match | None = None
        self.figure = 0
        self.reached = False
        self.scores = [0, 0]
        self.counts = False
        self.stale = False
        self._told: tuple[object, ...] = ()
        self._told_at = -TOLD_EVERY_S

    def meet(self, goal: Goal | None, match: Match | None) -> bool:
        """Take what stands now; whether it must be counted from the journal: it is new, or something was reversed."""
        known = (self.goal.key if self.goal else 0, self.match.key if self.match else 0)
        met = (goal.key if goal else 0, match.key if match else 0)
        new = known != met or self.stale
        if goal and not (self.goal and self.goal.key == goal.key):
            self.reached = goal.reached_at is not None
        if match:
            other = 1 - match.side(self.stage)
            self.scores[other] = match.scores[other]
        self.goal, self.match = goal, match
        self.counts = goal is not None or match is not None
        if not self.counts:
            self._told = ()
        self.stale = False
        return new and self.counts

    @property
    def windows(self) -> list[Window]:
        """What must be summed for them: of the goal, then of the match."""
        found = [self.goal.window] if self.goal else []
        return found + (self.match.windows(self.stage) if self.match else [])

    def count(self, sums: Sequence[Sum]) -> None:
        """Take the sums of `windows`."""
        left = list(sums)
        if self.goal:
            self.figure = self.goal.figure_of(left.pop(0))
            self._reach()
        if self.match:
            self.scores[self.match.side(self.stage)] = points(self.match, left)

    def add(self, gift: GiftRow) -> None:
        """Count one gift more."""
        if gift.context != "live":
            return
        if (goal := self.goal) and gift.recorded_at >= goal.set_at and goal.kind in {None, gift.kind}:
            self.figure += gift.coins if goal.kind is None else gift.count
            self._reach()
        match, at = self.match, gift.recorded_at
        if match and match.started_at and match.ends_at and match.started_at <= at < match.ends_at:
            factor = next((m.factor for m in match.multipliers if m.starts_at <= at < m.ends_at), 1)
            self.scores[match.side(self.stage)] += gift.coins * factor

    def take_other(self, other: "Meters") -> None:
        """Take the other side's score from its room, which this process owns too."""
        if self.match and other.match and other.match.key == self.match.key:
            side = self.match.side(other.stage)
            self.scores[side] = other.scores[side]

    def due_at(self) -> float | None:
        """When the next word of them is due; None where nothing has changed."""
        return None if self._stand() == self._told else self._told_at + TOLD_EVERY_S

    def take(self, now: float) -> Told:
        """What the next frame says of them."""
        stand = self._stand()
        if stand == self._told or now - self._told_at < TOLD_EVERY_S:
            return NOTHING
        before, self._told, self._told_at = self._told, stand, now
        goal = score = None
        if self.goal and before[:1] != stand[:1]:
            goal = msgspec.structs.replace(
                self.goal, figure=self.figure, reached_at=self.goal.set_at if self.reached else None
            )
        if self.match and before[1:] != stand[1:]:
            score = Score(self.match.id, list(zip(self.match.lives, self.scores, strict=True)))
        return Told(goal, score)

    def _stand(self) -> tuple[object, ...]:
        if not self.counts:
            return ()
        goal = (self.goal.key, self.figure, self.reached) if self.goal else None
        return goal, (self.match.key, *self.scores) if self.match else None

    def _reach(self) -> None:
        self.reached = self.reached or (self.goal is not None and self.figure >= self.goal.target)


async def refresh(tx: ReadTx, rooms: Mapping[int, "Room"]) -> None:
    """Let rooms meet the goals and matches that stand; those that are new to them are counted, by one statement."""
    if not rooms:
        return
    goals = {goal.stage: goal for goal in await list_goals(tx, list(rooms))}
    matches = {stage: match for match in await list_running_matches(tx, list(rooms)) for stage in match.stages}
    counted = [room for key, room in rooms.items() if room.meters.meet(goals.get(key), matches.get(key))]
    windows = [msgspec.structs.replace(w, seen=room.cursor) for room in counted for w in room.meters.windows]
    sums = await ledger.sum_within(tx, windows)
    for room in counted:
        size = len(room.meters.windows)
        room.meters.count(sums[:size])
        sums = sums[size:]
        room.persisted = False
    share(rooms)


def share(rooms: Mapping[int, "Room"]) -> None:
    """Let rooms of one process that play against each other know each other's scores as they stand."""
    for key, room in rooms.items():
        if match := room.meters.match:
            other = match.stages[1 - match.side(key)]
            if other in rooms:
                room.meters.take_other(rooms[other].meters)


def figures(rooms: Sequence["Room"]) -> tuple[list[tuple[int, int, bool]], list[tuple[int, int, int]]]:
    """What is persisted of rooms' meters: rows (goal, figure, reached) and (match, stage, score)."""
    goals = [(m.goal.key, m.figure, m.reached) for room in rooms if (m := room.meters).goal]
    sides = [(m.match.key, m.stage, m.scores[m.match.side(m.stage)]) for room in rooms if (m := room.meters).match]
    return goals, sides
