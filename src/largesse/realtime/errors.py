"""What a stream refuses. On a socket the code is the reason of the close, 4000 + the status its number."""

from dataclasses import dataclass
from typing import ClassVar

from largesse.kit.problems import Problem


@dataclass(eq=False)
class AuthNeeded(Problem):
    """The first message within five seconds is {"auth": token}, or {"auth": null} for a guest."""

    status: ClassVar[int] = 401
    code: ClassVar[str] = "not-signed-in"


@dataclass(eq=False)
class OriginRefused(Problem):
    """A page of another origin cannot use the session cookie; send {"auth": token} instead."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "origin-refused"


@dataclass(eq=False)
class BadMessage(Problem):
    """This is not a message that a socket takes."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad-message"
