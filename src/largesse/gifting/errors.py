"""Why a gift is refused. Codes are the public contract's; a refusal is a value in a batch, an answer on HTTP."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from largesse.catalog import NotInRegion
from largesse.kit.http import Busy, NotFound, TooMany
from largesse.kit.problems import Problem
from largesse.safety import Resting


@dataclass(eq=False)
class NotEnoughCoins(Problem):
    """The wallet holds fewer coins than this gift costs."""

    status: ClassVar[int] = 402
    code: ClassVar[str] = "not-enough-coins"
    needed: int
    available: int


@dataclass(eq=False)
class UnderAge(Problem):
    """Giving is for those who are of age where they live."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "under-age"


@dataclass(eq=False)
class SelfGift(Problem):
    """Nobody can give to themselves."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "self-gift"


@dataclass(eq=False)
class NotAGuest(Problem):
    """Who should get this gift is not a guest of this LIVE now, or may get none; nothing was charged."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "not-a-guest"


@dataclass(eq=False)
class GiftingOff(Problem):
    """Gifts are switched off here, or it has not begun."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "gifting-off"


@dataclass(eq=False)
class AccountFrozen(Problem):
    """This account is frozen; support can say why."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "account-frozen"


@dataclass(eq=False)
class InDebt(Problem):
    """Coins of this account were charged back after they were given; the next purchase repays them first."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "in-debt"


@dataclass(eq=False)
class BannedFromRoom(Problem):
    """The creator has banned this account from the room."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "banned-from-room"


@dataclass(eq=False)
class LimitReached(Problem):
    """A limit on giving is reached; it resets at the time given, where it does.

    `limit`: platform-day, own-day, own-week, own-month, or own-gift, which never resets.
    """

    status: ClassVar[int] = 403
    code: ClassVar[str] = "limit-reached"
    limit: str
    resets_at: datetime | None


@dataclass(eq=False)
class GiftRetired(Problem):
    """This gift is no longer in the catalogue."""

    status: ClassVar[int] = 410
    code: ClassVar[str] = "gift-retired"


@dataclass(eq=False)
class UnknownGift(NotFound):
    """There is no such gift in the catalogue."""

    code: ClassVar[str] = "unknown-gift"


@dataclass(eq=False)
class UnknownSender(NotFound):
    """There is no such sender, or this key may not act for them."""

    code: ClassVar[str] = "unknown-sender"


@dataclass(eq=False)
class NotStreakable(Problem):
    """This gift is sent one at a time."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "not-streakable"


@dataclass(eq=False)
class PriceChanged(Problem):
    """The price is not the one that was expected; nothing was charged."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "price-changed"
    coins: int


@dataclass(eq=False)
class IdReused(Problem):
    """This id was used for another gift; make a new one."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "id-reused"


@dataclass(eq=False)
class IdOutOfWindow(Problem):
    """A gift's id is a UUIDv7 made within 24 hours of now."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "id-out-of-window"


@dataclass(eq=False)
class Expired(Problem):
    """The gift's `not_after` has passed; nothing was charged."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "expired"


@dataclass(eq=False)
class TooFast(TooMany):
    """More gifts a second than an account may give."""


REFUSALS: tuple[type[Problem], ...] = (
    NotEnoughCoins, UnderAge, NotInRegion, SelfGift, NotAGuest, GiftingOff, AccountFrozen, Resting, InDebt,
    BannedFromRoom, LimitReached, GiftRetired, UnknownGift, NotStreakable, PriceChanged, IdReused, IdOutOfWindow,
    Expired, TooFast, Busy, NotFound,
)  # fmt: skip
