"""Why a withdrawal is refused. No diamond was reserved in any of these cases."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from largesse.kit.http import MoneyBody
from largesse.kit.problems import Problem


@dataclass(eq=False)
class BelowMinimum(Problem):
    """This is less than the smallest withdrawal."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "below-minimum"
    minimum: MoneyBody


@dataclass(eq=False)
class OverWeeklyMaximum(Problem):
    """This is more than is left to withdraw in seven days."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "over-weekly-maximum"
    maximum: MoneyBody
    left: MoneyBody


@dataclass(eq=False)
class EmailUnverified(Problem):
    """Confirm your e-mail address before the first withdrawal."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "email-unverified"


@dataclass(eq=False)
class MethodCoolingOff(Problem):
    """This payout method is new; it can be used from the time given."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "method-cooling-off"
    until: datetime


@dataclass(eq=False)
class MethodUnverified(Problem):
    """This payout method is not verified yet."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "method-unverified"


@dataclass(eq=False)
class WrongCodes(Problem):
    """These are not the amounts that were sent; after a few tries the method has to be added again."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "wrong-codes"
    tries_left: int


@dataclass(eq=False)
class QuoteOver(Problem):
    """This quote has expired or was used; ask for a new one."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "quote-over"


@dataclass(eq=False)
class NoRate(Problem):
    """There is no recent exchange rate for this currency."""

    status: ClassVar[int] = 503
    code: ClassVar[str] = "no-rate"
    currency: str
    newest_on: date | None


@dataclass(eq=False)
class NotNow(Problem):
    """A payout in this state cannot be changed in this way."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "payout-not-now"
    state: str


@dataclass(eq=False)
class BankFileNotReady(Problem):
    """This file for the bank cannot be handed out now."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "bank-file-not-ready"
    state: str
    findings: int


@dataclass(eq=False)
class BankFileLost(Problem):
    """This file cannot be written again as it was handed out: an account was erased, or the program has changed."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "bank-file-lost"


@dataclass(eq=False)
class NothingToPay(Problem):
    """No approved payout waits for a file of this rail."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "nothing-to-pay"


@dataclass(eq=False)
class IdentityNeeded(Problem):
    """Prove who you are before withdrawing."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "identity-needed"
    standing: str


@dataclass(eq=False)
class TaxFormNeeded(Problem):
    """A tax form is needed before withdrawing."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "tax-form-needed"
    standing: str


@dataclass(eq=False)
class NotPayable(Problem):
    """The platform may not pay this account; support can say more."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "screening"


@dataclass(eq=False)
class PaperOpen(Problem):
    """Another paper about the same is a draft, or waits to be looked at: go on with it, or take it back."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "paper-open"


@dataclass(eq=False)
class PaperNotNow(Problem):
    """A paper in this state cannot be changed in this way."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "paper-not-now"
    state: str


@dataclass(eq=False)
class PictureRefused(Problem):
    """This file cannot be used; nothing of it was kept."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "picture-refused"
    reason: str


@dataclass(eq=False)
class NotCreator(Problem):
    """This account is no creator's: only creators have diamonds."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "not-a-creator"
