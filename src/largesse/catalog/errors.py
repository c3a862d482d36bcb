"""Refusals of the catalogue."""

from dataclasses import dataclass
from typing import ClassVar

from largesse.kit.problems import Problem


@dataclass(eq=False)
class GiftRetired(Problem):
    """This gift is no longer in the catalogue."""

    status: ClassVar[int] = 410
    code: ClassVar[str] = "gift-retired"


@dataclass(eq=False)
class NotInRegion(Problem):
    """This does not exist in your country; /regions says what does.

    `feature` is buying, giving, withdrawing, or the name of a provider.
    """

    status: ClassVar[int] = 403
    code: ClassVar[str] = "not-in-region"
    feature: str
    country: str


@dataclass(eq=False)
class BookOutOfLine(Problem):
    """In a price book a bigger bundle costs more in all, and no more per coin."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "book-out-of-line"
