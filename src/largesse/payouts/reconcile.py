"""From our record of a payout and what stands at its rail to what follows: one pure function, no I/O.

Whatever made us look, however late or often, the same two say the same. Nothing is guessed: where the rail does not
know an attempt, that counts only once the rail's own delay is over.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from largesse.payouts.rails.port import Capabilities, Seen, State
from largesse.payouts.withdrawal import Status

Act = Literal["submitted", "in_transit", "paid", "failed", "returned"]
_PATHS: dict[tuple[Status, str], tuple[Act, ...]] = {
    ("submitting", "submitted"): ("submitted",),
    ("submitting", "in_transit"): ("submitted", "in_transit"),
    ("submitting", "paid"): ("submitted", "paid"),
    ("submitting", "failed"): ("failed",),
    ("submitting", "returned"): ("submitted", "paid", "returned"),
    ("unknown", "submitted"): ("submitted",),
    ("unknown", "in_transit"): ("submitted", "in_transit"),
    ("unknown", "paid"): ("submitted", "paid"),
    ("unknown", "failed"): ("failed",),
    ("unknown", "returned"): ("submitted", "paid", "returned"),
    ("submitted", "in_transit"): ("in_transit",),
    ("submitted", "paid"): ("paid",),
    ("submitted", "failed"): ("failed",),
    ("submitted", "returned"): ("paid", "returned"),
    ("in_transit", "paid"): ("paid",),
    ("in_transit", "failed"): ("failed",),
    ("in_transit", "returned"): ("paid", "returned"),
    ("paid", "returned"): ("returned",),
}
# Pauses between looks: soon at first, then hourly for as long as the rail's window is open.
_PAUSES = (timedelta(seconds=2), timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_ASKING: frozenset[Status] = frozenset({"submitting", "unknown", "submitted", "in_transit"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What follows: states to move through, whether to hand the same attempt over again, whether a person is needed."""

    acts: tuple[Act, ...] = ()
    again: bool = False
    person: bool = False


def judge(status: Status, seen: Seen, *, capabilities: Capabilities, submitted_at: datetime, now: datetime) -> Verdict:
    """What follows from how the attempt stands at the rail."""
    is_late = now >= submitted_at + capabilities.window
    if seen.state != "absent":
        acts = path(status, seen.state)
        end = acts[-1] if acts else status
        return Verdict(acts=acts, person=is_late and end in _ASKING)
    if status not in {"submitting", "unknown"}:
        return Verdict(person=True)  # the rail has forgotten what it had taken
    is_forgotten = capabilities.known_for is not None and now >= submitted_at + capabilities.known_for
    if is_late or (capabilities.repeats and is_forgotten):
        return Verdict(person=True)
    if capabilities.repeats:
        return Verdict(again=True)
    return Verdict(acts=("failed",) if now >= submitted_at + capabilities.late else ())


def path(status: Status, state: State) -> tuple[Act, ...]:
    """The states to move through, from our record to what stands at the rail; none where it stands there, or beyond."""
    return _PATHS.get((status, state), ())


def next_look(
    status: Status, looks: int, *, capabilities: Capabilities, submitted_at: datetime, now: datetime
) -> datetime | None:
    """When the rail is asked next of an attempt in a state, after it was asked so often; None: not by itself."""
    if status in _ASKING:
        return now + pause(looks)
    if status == "paid" and now < submitted_at + capabilities.watched:
        return now + (_DAY if now < submitted_at + _WEEK else _WEEK)
    return None


def pause(looks: int) -> timedelta:
    """How long until the rail is asked again, after it was asked so often."""
    return _PAUSES[min(looks, len(_PAUSES) - 1)]
