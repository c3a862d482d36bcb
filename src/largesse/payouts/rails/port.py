"""What every rail offers the room. No rail knows a table of payouts, and none decides.

`submit` hands an attempt over, `look` says what stands at the rail; `payouts.reconcile` decides what follows. Calls go
out between transactions, never inside one: *intend, commit, call, record*. What a call raises:

- `Away`: no answer, or a fault of theirs. The outcome is unknown, and is asked for; never guessed.
- `Refused`: the rail said no, and moved nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Protocol, runtime_checkable
from uuid import UUID

from largesse.kit import outside
from largesse.kit.money import Money

State = Literal["absent", "submitted", "in_transit", "paid", "failed", "returned"]


Away = outside.Away
Refused = outside.Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a rail can do. `currencies` and `countries` empty: all.

    `repeats`: the same key submitted again is the same transfer, so an attempt that the rail does not know can be
    handed over again; where it cannot, it has failed once the rail's own delay `late` is over. `window` is how long
    after an attempt the rail is asked what became of it before a person is. `known_for` is how long the rail remembers
    a key: after that an attempt is never handed over again, for it would be another transfer (None: for ever).
    `watched` is how long after an attempt one that has arrived is asked for, since it may come back untold. `by_file`:
    transfers go out as a file that the office makes, and the worker hands none over.
    """

    currencies: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    repeats: bool
    late: timedelta
    window: timedelta
    known_for: timedelta | None = None
    watched: timedelta = timedelta(0)
    by_file: bool = False

    def reaches(self, country: str, currency: str) -> bool:
        """Whether money of a currency can go to an account in a country."""
        return (not self.countries or country in self.countries) and (
            not self.currencies or currency in self.currencies
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What is to be paid. `key` is the attempt's idempotency key; `account` names where to, as its method kept it.

    `ref` is the rail's own number of it, once the rail has told one.
    """

    key: str
    payout: UUID
    money: Money
    account: Mapping[str, str]
    ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An attempt as it stands at the rail, whole: looking twice, or late, says the same.

    `cost` is what the rail takes beside the money; `back` is what came back of a returned one. `absent`: the rail has
    never heard of it.
    """

    state: State
    ref: str = ""
    cost: Money | None = None
    back: Money | None = None
    reason: str = ""


@runtime_checkable
class Rail(Protocol):
    """One way for money to go out."""

    name: str
    capabilities: Capabilities

    async def submit(self, attempt: Attempt) -> Seen:
        """Hand an attempt over. Raises `Away`, `Refused`."""
        ...

    async def look(self, attempt: Attempt) -> Seen:
        """How the attempt stands. Raises `Away`."""
        ...

    async def close(self) -> None:
        """Close what is open."""
        ...
