"""Why a purchase is refused. Nothing was charged in any of these cases."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from largesse.kit.http import MoneyBody
from largesse.kit.problems import Problem


@dataclass(eq=False)
class AccountFrozen(Problem):
    """This account is frozen; support can say why."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "account-frozen"


@dataclass(eq=False)
class LimitReached(Problem):
    """A limit on buying is reached; it resets at the time given."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "limit-reached"
    limit: str
    resets_at: datetime


@dataclass(eq=False)
class PriceChanged(Problem):
    """The price is not the one that was expected."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "price-changed"
    price: MoneyBody
