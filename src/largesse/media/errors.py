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


@dataclass(eq=False)
class LiveOver(Problem):
    """The LIVE has ended."""

    status: ClassVar[int] = 410
    code: ClassVar[str] = "live-over"


@dataclass(eq=False)
class KeyReplaced(Problem):
    """The stream key was replaced. Copy the new one from the studio."""

    status: ClassVar[int] = 412
    code: ClassVar[str] = "key-replaced"


@dataclass(eq=False)
class TakenOver(Problem):
    """Another encoder took over."""

    status: ClassVar[int] = 423
    code: ClassVar[str] = "taken-over"


@dataclass(eq=False)
class Stopping(Problem):
    """The service stops; connect again."""

    status: ClassVar[int] = 503
    code: ClassVar[str] = "stopping"
