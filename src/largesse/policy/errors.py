"""Refusals of the policy room."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from largesse.kit.problems import Problem


@dataclass(eq=False)
class AnnouncedTooLate(Problem):
    """A version begins at 00:00 UTC, announced ahead, seven days where it lowers a creator's part."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "announced-too-late"
    earliest: datetime


@dataclass(eq=False)
class DateTaken(Problem):
    """Another version begins at that instant."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "date-taken"
