"""Why a code gives nothing. Nothing was granted in any of these cases."""

from dataclasses import dataclass
from typing import ClassVar

from largesse.kit.problems import Problem


@dataclass(eq=False)
class UnknownCode(Problem):
    """No campaign has this code."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "unknown-code"


@dataclass(eq=False)
class CampaignOver(Problem):
    """The campaign of this code is over."""

    status: ClassVar[int] = 410
    code: ClassVar[str] = "campaign-over"


@dataclass(eq=False)
class CampaignExhausted(Problem):
    """The campaign of this code has granted all of its coins."""

    status: ClassVar[int] = 410
    code: ClassVar[str] = "campaign-exhausted"


@dataclass(eq=False)
class AlreadyGranted(Problem):
    """You have had the coins of this code."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "already-granted"
