"""Why accounts refuse."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from largesse.kit.problems import Problem


@dataclass(eq=False)
class TooYoung(Problem):
    """You must be 13 to join."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "too-young"


@dataclass(eq=False)
class UnderAge(Problem):
    """This is for people who are of age where they live."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "under-age"


@dataclass(eq=False)
class TermsNotAccepted(Problem):
    """These terms must be accepted first."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "terms-not-accepted"
    document: str
    version: int


@dataclass(eq=False)
class UsernameTaken(Problem):
    """Somebody has this username."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "username-taken"


@dataclass(eq=False)
class EmailTaken(Problem):
    """There is an account with this e-mail address."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "email-taken"


@dataclass(eq=False)
class WrongCredentials(Problem):
    """Unknown username or address, or wrong password."""

    status: ClassVar[int] = 401
    code: ClassVar[str] = "wrong-credentials"


@dataclass(eq=False)
class WrongPassword(Problem):
    """That is not your password."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "wrong-password"


@dataclass(eq=False)
class LinkGone(Problem):
    """This link was used before, has expired, or never was."""

    status: ClassVar[int] = 410
    code: ClassVar[str] = "link-gone"


@dataclass(eq=False)
class StillHolds(Problem):
    """The account still holds value that would be lost; confirm that it may be."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "still-holds"
    coins: int
    diamonds_milli: int


@dataclass(eq=False)
class PayoutUnderWay(Problem):
    """A withdrawal is not finished; cancel it, or wait until the money has arrived."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "payout-under-way"


@dataclass(eq=False)
class SelfFollow(Problem):
    """Nobody follows themselves."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "self-follow"


@dataclass(eq=False)
class NotCurrentTerms(Problem):
    """Another version of these terms is in force."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "not-current-terms"
    document: str
    version: int
    effective_at: datetime


@dataclass(eq=False)
class HostNameTaken(Problem):
    """Another host has this name."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "host-name-taken"


@dataclass(eq=False)
class HostUserKnown(Problem):
    """The host has another account under this name; remove that one first."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "host-user-known"


@dataclass(eq=False)
class AlreadyLinked(Problem):
    """This account is linked to this host already."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "already-linked"


@dataclass(eq=False)
class CodeGone(Problem):
    """This code was used for another user, has expired, is of another host, or never was."""

    status: ClassVar[int] = 410
    code: ClassVar[str] = "code-gone"


@dataclass(eq=False)
class AgeKnown(Problem):
    """A birth date is told once: another one may make nobody of age sooner."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "age-known"


@dataclass(eq=False)
class NotJson(Problem):
    """The body must say that it is application/json."""

    status: ClassVar[int] = 415
    code: ClassVar[str] = "unsupported-media-type"


@dataclass(eq=False)
class SecondFactorNeeded(Problem):
    """This account signs in with a code of its second factor too."""

    status: ClassVar[int] = 401
    code: ClassVar[str] = "second-factor-needed"


@dataclass(eq=False)
class FreshSecondFactorNeeded(Problem):
    """This needs a code of the last minutes from your second factor; `enrolled` is whether there is one."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "second-factor-needed"
    enrolled: bool


@dataclass(eq=False)
class WrongSecondFactor(Problem):
    """This code is wrong, too old, or was used before."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "wrong-second-factor"


@dataclass(eq=False)
class SecondFactorOn(Problem):
    """A second factor is on; remove it before another one."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "second-factor-on"


@dataclass(eq=False)
class SecondFactorOff(Problem):
    """No second factor is on, nor does one wait for its first code; begin anew."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "second-factor-off"
