"""Facts that speak of risk: what they are called, and how much each says. Pure."""

from datetime import datetime
from typing import Literal, get_args

import msgspec

Fact = Literal["shared-payout-method", "payment-disputed"]
FACTS: tuple[Fact, ...] = get_args(Fact)
# Of 100, which would be proof: for sorting by people, and no verdict.
WEIGHTS: dict[Fact, int] = {"shared-payout-method": 60, "payment-disputed": 40}
RELATED_MAX = 20  # other accounts that a signal names


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """A fact about an account (`subject`); `related` are the first of `related_count` others, by their keys."""

    key: int
    kind: Fact
    subject: int
    related: list[int]
    related_count: int
    weight: int
    source: str
    noted_at: datetime
