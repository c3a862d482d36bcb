"""What a withdrawal takes and costs, and when a person looks at it: pure rules, no I/O and no clock.

Source: docs/reference/economy.md
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal
from uuid import UUID

import msgspec

from largesse.kit.money import BPS, Money, exponent
from largesse.ledger import DayPart, EarningDay
from largesse.payouts.model import clears_at, left
from largesse.policy import Policy

Status = Literal[
    "requested", "review", "approved", "submitting", "unknown", "submitted", "in_transit", "paid", "returned",
    "rejected", "canceled", "failed",
]  # fmt: skip
OPEN: frozenset[Status] = frozenset(
    {"requested", "review", "approved", "submitting", "unknown", "submitted", "in_transit"}
)
CANCELABLE: frozenset[Status] = frozenset({"requested", "review", "approved"})
NOT_COUNTED: frozenset[Status] = frozenset({"returned", "rejected", "canceled", "failed"})
DOLLAR = "USD"
HELD = "held"  # a reason why a person looks: nobody approves it until it is released
WEEK = timedelta(days=7)
QUOTE_VALID = timedelta(minutes=10)
_CENT = 10_000_000  # milli-diamonds x micros a diamond, in a US cent


class Method(msgspec.Struct, frozen=True, kw_only=True):
    """Where a creator's money goes. `shown` is the account's end; nothing goes there before `cool_until`.

    `noted` is the newest code of what its bank wants changed about it.
    """

    id: UUID
    creator: int
    rail: str
    country: str
    currency: str
    shown: str
    made_at: datetime
    cool_until: datetime
    verified_at: datetime | None
    verified_by: str | None
    removed_at: datetime | None
    noted: str | None = None


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """What a creator is told before confirming. Gross and fee are US cents, net is of `net_currency`.

    `rate` is units of that currency for one US dollar, as `rate_source` had it on `rate_on`.
    """

    id: UUID
    creator: int
    method: UUID
    policy: int
    days: list[DayPart]
    gross_minor: int
    fee_minor: int
    net_minor: int
    net_currency: str
    rate: Decimal
    rate_source: str
    rate_on: date
    made_at: datetime
    expires_at: datetime


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A state that a payout came to; `actor` is `creator`, `system`, `rail`, or an operator's `staff:<key>`."""

    status: str
    actor: str
    reason: str
    at: datetime


class Payout(msgspec.Struct, frozen=True, kw_only=True):
    """A withdrawal. Its money stands in its quote; `history` is every state that it came to, oldest first.

    `reasons` say why a person looks at it; `due_at` is when the rail is asked next.
    """

    id: UUID
    creator: int
    quote: Quote
    rail: str
    shown: str
    status: Status
    reasons: list[str]
    attempt: int
    rail_ref: str | None
    requested_at: datetime
    submitted_at: datetime | None
    due_at: datetime | None
    looks: int
    history: list[Step]

    @property
    def source(self) -> str:
        """Its cause in the books."""
        return source_of(self.id)

    @property
    def key(self) -> str:
        """The idempotency key of its attempt at the rail."""
        return f"payout:{self.id}:{self.attempt}"

    @property
    def is_cancelable(self) -> bool:
        """Whether its creator may still cancel it."""
        return self.status in CANCELABLE

    @property
    def net(self) -> Money:
        """What is to arrive."""
        return Money(self.quote.net_minor, self.quote.net_currency)


@dataclass(frozen=True, slots=True)
class Plan:
    """Which days a withdrawal takes, oldest first, and what they are worth in US cents."""

    days: tuple[DayPart, ...]
    gross_minor: int

    @property
    def milli(self) -> int:
        """Milli-diamonds that it takes."""
        return sum(part.milli for part in self.days)


def payout_of(key: str) -> UUID | None:
    """The payout of which somebody names an attempt's key; None for what is no key of ours."""
    _, _, rest = key.partition(":")
    try:
        return UUID(rest.partition(":")[0])
    except ValueError:
        return None


def source_of(payout: UUID) -> str:
    """The cause of a payout in the books."""
    return f"payout:{payout}"


def available(
    earnings: Sequence[EarningDay], policy_of: Callable[[int], Policy], now: datetime, owed_milli: int = 0
) -> list[DayPart]:
    """What can be withdrawn of each day, oldest first; diamonds that are worth nothing stay where they are.

    What is owed takes the oldest days first.
    """
    found: list[DayPart] = []
    for earning in sorted(earnings, key=lambda e: (e.day, e.policy)):
        policy = policy_of(earning.policy)
        at = clears_at(earning.day, policy.hold_days)
        if left(earning) > 0 and policy.diamond_value_micros and (at is None or at <= now):
            gone = min(owed_milli, left(earning))
            owed_milli -= gone
            if left(earning) > gone:
                found.append(DayPart(earning.day, earning.policy, left(earning) - gone))
    return found


def plan(
    there: Sequence[DayPart], policy_of: Callable[[int], Policy], *, milli: int | None, gross_minor_max: int
) -> Plan | None:
    """Take `milli` from the oldest days, or (None) as much as `gross_minor_max` allows; None where there is too little.

    The gross is rounded down to a US cent, and what is worth less than a cent stays diamonds, of the newest day taken.
    """
    wanted = sum(part.milli for part in there) if milli is None else milli
    taken: list[DayPart] = []
    for part in there:
        take = min(wanted, part.milli)
        if take:
            taken.append(part._replace(milli=take))
            wanted -= take
    if wanted:
        return None
    worth = sum(part.milli * policy_of(part.policy).diamond_value_micros for part in taken)
    gross = worth // _CENT
    if milli is None:
        gross = min(gross, max(0, gross_minor_max))
    return Plan(tuple(_trimmed(taken, policy_of, worth - gross * _CENT)), gross)


def _trimmed(parts: list[DayPart], policy_of: Callable[[int], Policy], excess: int) -> list[DayPart]:
    """Leave out what is worth `excess` (milli-diamonds x micros) at the end, without its last fraction of a milli."""
    kept = list(parts)
    while kept:
        last = kept.pop()
        micros = policy_of(last.policy).diamond_value_micros
        out = min(last.milli, excess // micros)
        excess -= out * micros
        if out < last.milli:
            kept.append(last._replace(milli=last.milli - out))
            break
    return kept


def fee_of(gross_minor: int, policy: Policy) -> int:
    """The fee in US cents: its part of the gross, half-even, and its fixed part."""
    part = (Decimal(gross_minor) * policy.payout_fee_bps / BPS).quantize(Decimal(1), ROUND_HALF_EVEN)
    return int(part) + policy.payout_fee_minor


def exchanged(net: Money, currency: str, per_dollar: Decimal) -> Money:
    """US cents in another currency, half-even to its minor unit. `per_dollar`: units of it for one US dollar."""
    assert net.currency == DOLLAR, net
    if currency == DOLLAR:
        return net
    minor = Decimal(net.minor) * per_dollar * Decimal(10) ** (exponent(currency) - exponent(DOLLAR))
    return Money(int(minor.quantize(Decimal(1), ROUND_HALF_EVEN)), currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What decides whether a person looks at a withdrawal."""

    is_first: bool
    is_new_method: bool
    is_shared_method: bool
    is_over_bound: bool
    is_noted: bool = False


def reasons(facts: Facts) -> list[str]:
    """Why a person looks; none: it is approved at once. Source: docs/reference/economy.md, payouts."""
    named = {
        "first-payout": facts.is_first,
        "new-method": facts.is_new_method,
        "shared-method": facts.is_shared_method,
        "over-four-eyes": facts.is_over_bound,
        "bank-note": facts.is_noted,
    }
    return [name for name, holds in named.items() if holds]


def approvals_needed(gross_minor: int, bound_minor: int) -> int:
    """How many people approve: two above the bound."""
    return 2 if gross_minor > bound_minor else 1
