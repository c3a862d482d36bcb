"""What the books refuse, and a caller can act on."""

from dataclasses import dataclass
from typing import ClassVar

from largesse.kit.problems import Problem


@dataclass(eq=False)
class NotEnoughUnspent(Problem):
    """The wallet has fewer unspent coins than would be taken."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "not-enough-unspent"
    needed: int
    available: int


@dataclass(eq=False)
class SourceReused(Problem):
    """This cause is already in the books with another content."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "source-reused"
    source: str
