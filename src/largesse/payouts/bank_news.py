"""From what a bank says and how our transfers stand to what follows: one pure function, no I/O and no clock.

A transfer only goes forward: whatever a bank repeats, in one file or another, follows once. What does not fit is never
guessed away: it is a finding, for people, and moves nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import msgspec

from largesse.kit.money import Money
from largesse.payouts.rails.by_file import Told, What
from largesse.payouts.rails.port import State

FINDINGS_MAX = 200
_ORDER: dict[str, int] = {"submitted": 0, "in_transit": 1, "paid": 2, "failed": 2, "returned": 3}
_STATES: dict[What, State] = {"in_transit": "in_transit", "paid": "paid", "failed": "failed", "returned": "returned"}
_RULED: dict[str, State] = {"paid": "paid", "failed": "failed", "returned": "returned"}
_FOR_ALL: frozenset[What] = frozenset({"in_transit", "paid", "failed"})  # what came back is told one by one
_ENDS = {"failed": {"paid", "returned"}, "paid": {"failed"}, "returned": {"failed"}}


class Transfer(msgspec.Struct, frozen=True, kw_only=True):
    """A transfer of a file, as it stands; `status` is its payout's, which people may have ruled."""

    key: str
    bank_id: str
    file: UUID
    minor: int
    currency: str
    state: State
    status: str
    payout: UUID
    creator: int
    method: UUID


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A transfer's next state; `back_minor` is what came back of it."""

    key: str
    state: State
    reason: str
    back_minor: int | None = None


class Misfit(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a bank says and that fits nothing of ours: where, why, and which payout, where there is one."""

    place: str
    reason: str
    payout: UUID | None = None


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What a bank wants changed about the method of a transfer."""

    transfer: Transfer
    code: str
    text: str


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What a file said: statements, transfers moved to each state, repeats, notes, and what is not about payouts."""

    read: int
    moved: dict[str, int]
    repeated: int
    notes: int
    other: int


@dataclass(slots=True)
class Judged:
    """What follows from a file."""

    changes: dict[str, Change] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    misfits: list[Misfit] = field(default_factory=list)
    repeated: int = 0
    other: int = 0

    def counts(self, read: int) -> Counts:
        """Summed up."""
        moved: dict[str, int] = {}
        for change in self.changes.values():
            moved[change.state] = moved.get(change.state, 0) + 1
        return Counts(read=read, moved=moved, repeated=self.repeated, notes=len(self.notes), other=self.other)


def judge(told: Sequence[Told], transfers: Sequence[Transfer]) -> Judged:
    """What follows from what a bank says, in its order, for transfers of ours that it may mean."""
    by_id = {one.bank_id: one for one in transfers}
    by_file: dict[UUID, list[Transfer]] = {}
    for one in transfers:
        by_file.setdefault(one.file, []).append(one)
    found = Judged()
    for one_told in told:
        if one_told.bank_id in by_id:
            _one(found, one_told, by_id[one_told.bank_id])
        elif one_told.file is not None and one_told.file in by_file:
            _whole(found, one_told, by_file[one_told.file])
        elif one_told.is_ours:
            found.misfits.append(Misfit(place=one_told.place, reason="unknown-transfer"))
        else:
            found.other += 1
    del found.misfits[FINDINGS_MAX:]
    return found


def _one(found: Judged, told: Told, transfer: Transfer) -> None:
    if told.what == "changed":
        found.notes.append(Note(transfer=transfer, code=told.reason, text=told.text))
    elif told.what == "nothing":
        if told.money is None:
            found.other += 1
        else:  # money that moved under our name, and is neither a payment nor a return
            found.misfits.append(Misfit(place=told.place, reason="unexplained", payout=transfer.payout))
    elif not _fits(told.what, told.money, transfer):
        found.misfits.append(Misfit(place=told.place, reason="amount-differs", payout=transfer.payout))
    else:
        _move(found, told, _STATES[told.what], transfer)


def _whole(found: Judged, told: Told, transfers: list[Transfer]) -> None:
    """A statement about every transfer of a file that did not fail by itself."""
    if told.what == "nothing" and told.money is None:
        found.other += 1
        return
    alive = [one for one in transfers if _stands(found, one) != "failed"]
    is_sum = told.money is None or _is_sum(told.money, alive)
    if told.what not in _FOR_ALL or not is_sum:
        found.misfits.append(Misfit(place=told.place, reason="sum-differs"))
        return
    for one in alive:
        _move(found, told, _STATES[told.what], one)


def _move(found: Judged, told: Told, state: State, transfer: Transfer) -> None:
    stands = _stands(found, transfer)
    if stands in _ENDS.get(state, ()):
        found.misfits.append(Misfit(place=told.place, reason=f"{state}-after-{stands}", payout=transfer.payout))
    elif _ORDER[state] <= _ORDER[stands]:
        found.repeated += 1
    else:
        back = told.money.minor if told.money is not None and state == "returned" else None
        found.changes[transfer.key] = Change(key=transfer.key, state=state, reason=told.reason, back_minor=back)


def _fits(what: What, money: Money | None, transfer: Transfer) -> bool:
    if money is None:
        return what in {"in_transit", "failed"}
    if money.currency != transfer.currency:
        return False
    return money.minor == transfer.minor if what == "paid" else 0 <= money.minor <= transfer.minor


def _stands(found: Judged, transfer: Transfer) -> State:
    change = found.changes.get(transfer.key)
    if change:
        return change.state
    ruled = _RULED.get(transfer.status)
    return ruled if ruled and _ORDER[ruled] > _ORDER[transfer.state] else transfer.state


def _is_sum(money: Money, transfers: Sequence[Transfer]) -> bool:
    return {one.currency for one in transfers} == {money.currency} and money.minor == sum(
        one.minor for one in transfers
    )
