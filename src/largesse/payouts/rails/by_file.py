"""Rails whose transfers go out as a file that a person carries to a bank: what both kinds share.

The office makes a file of what is approved (`BankFilesService`), and the attempts are committed with it; what the bank
says comes back by files too, and stands in `payouts.transfer`, where `look` finds it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, Protocol, runtime_checkable
from uuid import UUID

from largesse.kit.db import Database
from largesse.kit.money import Money
from largesse.payouts import store_rails
from largesse.payouts.rails.port import Attempt, Rail, Seen

WINDOW = timedelta(days=10)
PAYOUTS_MAX = 1_000  # of one file
What = Literal["nothing", "in_transit", "paid", "failed", "returned", "changed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One transfer as it goes into a file; `account` is what its method keeps."""

    bank_id: str
    money: Money
    account: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is in a file's head: `number` counts the files of a rail and UTC day, from 0."""

    id: UUID
    made_at: datetime
    number: int
    execution_on: date
    originator: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a bank says of one transfer (`bank_id`), or of a whole file (`file`); `place` is where in its own file.

    `text` is what it says is right, where it wants something changed. `is_ours`: the name is one that we give out.
    """

    place: str
    what: What
    bank_id: str = ""
    file: UUID | None = None
    money: Money | None = None
    reason: str = ""
    text: str = ""
    is_ours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A bank's file: `ref` is its own id, which no other of that kind has; the narrowest statements stand first."""

    kind: str
    ref: str
    told: Sequence[Told]


@runtime_checkable
class FileRail(Rail, Protocol):
    """A rail whose transfers go out as a file."""

    media_type: str
    suffix: str

    def originator(self) -> dict[str, str]:
        """The operator's own account, as a file keeps it."""
        ...

    def bank_id(self, payout: UUID, attempt: int) -> str:
        """How the bank names an attempt back."""
        ...

    def number_max(self) -> int:
        """How many files of a day it can tell apart."""
        ...

    def write(self, letter: Letter, lines: Sequence[Line]) -> bytes:
        """The file; the same arguments are the same bytes."""
        ...

    def read(self, raw: bytes) -> Heard:
        """A file from the bank. Raises `BankFileRefused`."""
        ...


class ByFile:
    """What a rail of files knows of an attempt: what its bank said, as it was read."""

    name: str

    def __init__(self, db: Database) -> None:
        self._db = db

    async def submit(self, attempt: Attempt) -> Seen:
        """Nothing is handed over here: an attempt is committed with its file, and stands as the bank said last."""
        return await self.look(attempt)

    async def look(self, attempt: Attempt) -> Seen:
        """What the bank has said of it."""
        async with self._db.read() as tx:
            return await store_rails.look(tx, attempt.key)

    async def close(self) -> None:
        """Nothing is open."""
