"""What a room refuses, in ways that a caller can act on."""

from dataclasses import dataclass
from typing import ClassVar

from largesse.kit.problems import Problem


@dataclass(eq=False)
class CreatorsOnly(Problem):
    """Only creators go LIVE; become one with POST /v1/me/creator."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "creators-only"


@dataclass(eq=False)
class NotYourLive(Problem):
    """Only the creator of this LIVE may do this, and for some of it who moderates there."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "not-your-live"


@dataclass(eq=False)
class AlreadyLive(Problem):
    """You are LIVE already; end that LIVE first."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "already-live"
    live_id: str


@dataclass(eq=False)
class LiveEnded(Problem):
    """This LIVE has ended, and a LIVE does not start twice."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "live-ended"


@dataclass(eq=False)
class EveryoneOnly(Problem):
    """Here an external engine shows LIVEs, to everybody who has the address: none can be for followers alone."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "everyone-only"


@dataclass(eq=False)
class NotLive(Problem):
    """This LIVE is not running."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "not-live"


@dataclass(eq=False)
class YourOwnLive(Problem):
    """This is your own LIVE: you are in it already."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "your-own-live"


@dataclass(eq=False)
class GuestsFull(Problem):
    """This LIVE has as many guests as it may."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "guests-full"


@dataclass(eq=False)
class TooManyAsks(Problem):
    """As many as may wait do so already; ask again later."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "too-many-asks"


@dataclass(eq=False)
class NotAsked(Problem):
    """This person has not asked to come in, or asks no longer."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "not-asked"


@dataclass(eq=False)
class NotInvited(Problem):
    """You were not invited to come in, or are no longer."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "not-invited"


@dataclass(eq=False)
class GuestFrozen(Problem):
    """This account is frozen, and can be nobody's guest; support can say why."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "account-frozen"


@dataclass(eq=False)
class ForFollowers(Problem):
    """Only the creator's followers see this LIVE."""

    creator: str

    status: ClassVar[int] = 403
    code: ClassVar[str] = "for-followers"


@dataclass(eq=False)
class BannedFromRoom(Problem):
    """The creator has banned this account from the room."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "banned-from-room"


@dataclass(eq=False)
class Muted(Problem):
    """The creator has muted this account in the room."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "muted"


@dataclass(eq=False)
class SlowRoom(Problem):
    """This room is slow: wait before the next comment."""

    retry_after_s: int

    status: ClassVar[int] = 429
    code: ClassVar[str] = "slow-room"


@dataclass(eq=False)
class EmojiOnly(Problem):
    """In this room people speak in emoji only."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "emoji-only"


@dataclass(eq=False)
class FollowersOnly(Problem):
    """In this room only the creator's followers speak."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "followers-only"


@dataclass(eq=False)
class MutedWord(Problem):
    """The creator does not want this word in the room."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "muted-word"


@dataclass(eq=False)
class NotYourVideo(Problem):
    """Only the creator of this video may do this, and for some of it who moderates there."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "not-your-video"


@dataclass(eq=False)
class NotReady(Problem):
    """This video cannot be published yet, or was removed."""

    state: str

    status: ClassVar[int] = 409
    code: ClassVar[str] = "not-ready"


@dataclass(eq=False)
class NoRecording(Problem):
    """There is no recording of this LIVE (yet): it has to have ended a moment ago, with its signal recorded."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "no-recording"


@dataclass(eq=False)
class VideoMade(Problem):
    """There is a video of this LIVE already."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "video-made"


@dataclass(eq=False)
class CommentsOff(Problem):
    """The creator takes no comments on this video."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "comments-off"
