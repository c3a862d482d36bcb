"""What goals and matches refuse, in ways that a caller can act on."""

from dataclasses import dataclass
from typing import ClassVar

from largesse.kit.problems import Problem


@dataclass(eq=False)
class TooManyGoals(Problem):
    """This LIVE has had as many goals as a LIVE may have."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "too-many-goals"


@dataclass(eq=False)
class MatchRunning(Problem):
    """One of the two LIVEs plays a match already."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "match-running"


@dataclass(eq=False)
class InviteOpen(Problem):
    """An invitation of this LIVE still waits for its answer, or the other LIVE has enough of them."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "invite-open"


@dataclass(eq=False)
class Declined(Problem):
    """The other LIVE has declined a moment ago; wait as long as Retry-After says."""

    retry_after_s: int

    status: ClassVar[int] = 409
    code: ClassVar[str] = "match-declined"


@dataclass(eq=False)
class InviteOver(Problem):
    """This invitation stands no longer: it was answered, withdrawn, or a minute has passed."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "invite-over"


@dataclass(eq=False)
class MatchOver(Problem):
    """This match does not run."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "match-over"


@dataclass(eq=False)
class NoRoomForIt(Problem):
    """A multiplier does not fit there: the match ends, another one is in force, or it has had three."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "multiplier-does-not-fit"
