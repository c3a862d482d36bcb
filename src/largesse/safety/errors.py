"""What a person's own wish refuses."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from largesse.kit.problems import Problem


@dataclass(eq=False)
class Resting(Problem):
    """This account takes a break from buying and giving, which it chose and nobody shortens."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "resting"
    until: datetime | None = None
