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


@dataclass(eq=False)
class ReceiptTaken(Problem):
    """This receipt belongs to another account, or is not for yours."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "receipt-taken"


@dataclass(eq=False)
class BadReceipt(Problem):
    """The store did not sign this receipt, or not for this app."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "bad-receipt"
    detail: str = ""


@dataclass(eq=False)
class UnknownProduct(BadReceipt):
    """The receipt is good, and no price book has its product: it is kept, and tried again until one has."""


@dataclass(eq=False)
class PaymentRefused(Problem):
    """The payment provider refused; nothing was charged."""

    status: ClassVar[int] = 402
    code: ClassVar[str] = "payment-refused"
    reason: str
    detail: str = ""


@dataclass(eq=False)
class ProviderAway(Problem):
    """The payment provider does not answer right now; the same id can be sent again, and is charged once."""

    status: ClassVar[int] = 503
    code: ClassVar[str] = "provider-away"
    retry_after_s: int = 3


@dataclass(eq=False)
class BadNoticeSent(Problem):
    """The provider did not sign this, or not for us."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad-notice"


@dataclass(eq=False)
class NotRefundable(Problem):
    """This much of the purchase cannot be given back."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "not-refundable"
    detail: str = ""


@dataclass(eq=False)
class NoWithdrawalRight(Problem):
    """Coins bought in your country cannot be given back."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "no-withdrawal-right"
    country: str


@dataclass(eq=False)
class WithdrawalOver(Problem):
    """The days in which these coins could be given back have passed."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "withdrawal-over"
    ended_at: datetime


@dataclass(eq=False)
class NothingUnspent(Problem):
    """Every coin of this purchase is spent."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "nothing-unspent"


@dataclass(eq=False)
class AlreadyWithdrawn(Problem):
    """These coins have been given back already."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "already-withdrawn"


@dataclass(eq=False)
class PurchaseDisputed(Problem):
    """Your bank asks about this purchase; it decides where the money goes."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "purchase-disputed"


@dataclass(eq=False)
class AskTheStore(Problem):
    """The app store sold these coins, and gives money back itself: ask it there."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "ask-the-store"
    store: str


@dataclass(eq=False)
class NotJson(Problem):
    """A notice is JSON, and says so."""

    status: ClassVar[int] = 415
    code: ClassVar[str] = "unsupported-media-type"


@dataclass(eq=False)
class NoticeTooLarge(Problem):
    """A notice is smaller than this."""

    status: ClassVar[int] = 413
    code: ClassVar[str] = "too-large"


@dataclass(eq=False)
class ReportRefused(Problem):
    """This report of a provider cannot be used; nothing of it was."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "report-refused"
    reason: str
    detail: str = ""
