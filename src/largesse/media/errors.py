"""What media refuses."""

from dataclasses import dataclass
from typing import ClassVar

from largesse.kit.problems import Problem


@dataclass(eq=False)
class NotOpen(Problem):
    """Nobody can publish for this LIVE: it has not begun, or has ended."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "not-live"


@dataclass(eq=False)
class NotYourStream(Problem):
    """Only the creator of this LIVE publishes for it, and each guest for themselves."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "not-your-live"


@dataclass(eq=False)
class NotShown(Problem):
    """This LIVE is not for everybody, and the address is not signed, or its time is over. Ask for the LIVE again."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "not-shown"


@dataclass(eq=False)
class BadMedia(Problem):
    """These pictures cannot be shown."""

    detail: str = ""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "bad-media"


@dataclass(eq=False)
class LiveOver(Problem):
    """The LIVE has ended."""

    status: ClassVar[int] = 410
    code: ClassVar[str] = "live-over"


@dataclass(eq=False)
class KeyReplaced(Problem):
    """The stream key was replaced. Copy the new one from the studio."""

    status: ClassVar[int] = 412
    code: ClassVar[str] = "key-replaced"


@dataclass(eq=False)
class TakenOver(Problem):
    """Another encoder took over."""

    status: ClassVar[int] = 423
    code: ClassVar[str] = "taken-over"


@dataclass(eq=False)
class Stopping(Problem):
    """The service stops; connect again."""

    status: ClassVar[int] = 503
    code: ClassVar[str] = "stopping"


@dataclass(eq=False)
class NotAwaited(Problem):
    """This video awaits no upload: it has its film, or is made of a recording."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "not-uploading"


@dataclass(eq=False)
class FileTooLarge(Problem):
    """This file is larger than videos may be here."""

    bytes_max: int

    status: ClassVar[int] = 413
    code: ClassVar[str] = "file-too-large"


@dataclass(eq=False)
class StorageFull(Problem):
    """The disk has no room for this now."""

    status: ClassVar[int] = 507
    code: ClassVar[str] = "storage-full"


@dataclass(eq=False)
class UploadLimit(Problem):
    """You upload as much as one may: `open` files at once, or bytes of a `day`."""

    limit: str
    most: int

    status: ClassVar[int] = 403
    code: ClassVar[str] = "upload-limit"


@dataclass(eq=False)
class UploadGone(Problem):
    """This upload was ended, or expired; begin another one."""

    status: ClassVar[int] = 410
    code: ClassVar[str] = "upload-gone"


@dataclass(eq=False)
class WrongOffset(Problem):
    """The upload goes on at another byte."""

    offset: int

    status: ClassVar[int] = 409
    code: ClassVar[str] = "wrong-offset"


@dataclass(eq=False)
class UploadBusy(Problem):
    """Another request writes to this upload."""

    status: ClassVar[int] = 423
    code: ClassVar[str] = "upload-busy"


@dataclass(eq=False)
class TusVersion(Problem):
    """This speaks tus 1.0.0 alone; say so in Tus-Resumable."""

    status: ClassVar[int] = 412
    code: ClassVar[str] = "tus-version"


@dataclass(eq=False)
class NotTusBytes(Problem):
    """The bytes of an upload come as application/offset+octet-stream."""

    status: ClassVar[int] = 415
    code: ClassVar[str] = "not-tus-bytes"


@dataclass(eq=False)
class WrongChecksum(Problem):
    """The bytes are not those of the checksum; none of them was kept."""

    status: ClassVar[int] = 460
    code: ClassVar[str] = "wrong-checksum"


@dataclass(eq=False)
class NotAVideo(Problem):
    """This file is no video."""

    detail: str = ""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "not-a-video"


@dataclass(eq=False)
class BadOffer(Problem):
    """No connection can be made from this session description."""

    detail: str = ""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "bad-offer"


@dataclass(eq=False)
class NotSdp(Problem):
    """The body is a session description, of type application/sdp."""

    status: ClassVar[int] = 415
    code: ClassVar[str] = "not-sdp"


@dataclass(eq=False)
class BadStreamKey(Problem):
    """This stream key is not valid for this stream."""

    status: ClassVar[int] = 401
    code: ClassVar[str] = "bad-stream-key"


@dataclass(eq=False)
class AlreadyPublishing(Problem):
    """Another camera or encoder publishes this stream; it keeps its place until it has been silent for seconds."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "already-publishing"


@dataclass(eq=False)
class NoCamera(Problem):
    """Nobody publishes this stream by WebRTC right now; it may be playing by other means."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "no-whep"
