"""The refusal of what a bank sent: its files are somebody else's, and used whole or not at all."""

from dataclasses import dataclass
from typing import ClassVar

from largesse.kit.problems import Problem


@dataclass(eq=False)
class BankFileRefused(Problem):
    """This file from the bank cannot be used; nothing of it was."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "bank-file-refused"
    reason: str
    detail: str = ""
