"""What media refuses."""

from dataclasses import dataclass
from typing import ClassVar

from largesse.kit.problems import Problem


@dataclass(eq=False)
class NotOpen(Problem):
    """Nobody can publish for this LIVE: it has not begun, or has ended."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "not-live"


@dataclass(eq=False)
class NotYourStream(Problem):
    """Only the creator of this LIVE publishes for it, and each guest for themselves."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "not-your-live"


@dataclass(eq=False)
class BadMedia(Problem):
    """These pictures cannot be shown."""

    detail: str = ""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "bad-media"
