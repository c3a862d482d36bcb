"""What the books refuse, and a caller can act on."""

from dataclasses import dataclass
from typing import ClassVar

from largesse.kit.problems import Problem


@dataclass(eq=False)
class NotEnoughUnspent(Problem):
    """Fewer coins are left than would be taken."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "not-enough-unspent"
    needed: int
    available: int


@dataclass(eq=False)
class NotEnoughUnallocated(Problem):
    """Less of that money is still kept than would be given out."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "not-enough-unallocated"
    needed_minor: int
    available_minor: int


@dataclass(eq=False)
class SourceReused(Problem):
    """This cause is already in the books with another content."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "source-reused"
    source: str


@dataclass(eq=False)
class UnknownPurchase(Problem):
    """The books have no purchase of that source."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "unknown-purchase"
    source: str


@dataclass(eq=False)
class UnknownRefund(Problem):
    """The books have no refund of that source."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "unknown-refund"
    source: str


@dataclass(eq=False)
class UnknownDispute(Problem):
    """The books have no dispute of that source."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "unknown-dispute"
    source: str


@dataclass(eq=False)
class NotEnoughDiamonds(Problem):
    """Fewer diamonds are available than would be withdrawn."""

    status: ClassVar[int] = 402
    code: ClassVar[str] = "not-enough-diamonds"
    needed_milli: int
    available_milli: int


@dataclass(eq=False)
class PayoutOpen(Problem):
    """Another payout of this creator is not finished yet."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "payout-open"


@dataclass(eq=False)
class PayoutDecided(Problem):
    """It is known already what became of this payout, and this does not follow."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "payout-decided"


@dataclass(eq=False)
class UnknownPayout(Problem):
    """The books have no payout of that source."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "unknown-payout"
    source: str


@dataclass(eq=False)
class MonthFrozen(Problem):
    """This month is frozen already, or a later one is."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "month-frozen"
    newest: str


@dataclass(eq=False)
class MonthNotOver(Problem):
    """This month is not over."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "month-not-over"


@dataclass(eq=False)
class HoursOpen(Problem):
    """Hours of gifts of this month are not closed yet: the worker closes them within a minute."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "hours-open"
