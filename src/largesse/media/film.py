"""A video's film and its upload as their rows stand; what may be uploaded, why a film fails: pure, without a clock."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from largesse.kit import ids
from largesse.kit.config import Settings

MASTER = "master.m3u8"
POSTER = "poster.jpg"
NAME_CHARS_MAX = 255
ISO_MEDIA, MATROSKA, AVI, MPEG_TS, FLV = "mov", "matroska", "avi", "mpegts", "flv"
_TS_PACKET, _TS_SYNC = 188, 0x47
HEAD_BYTES = 2 * _TS_PACKET + 1
# What a film of ISO media begins with: QuickTime wrote it without `ftyp` for years.
_ISO_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")


class Film(msgspec.Struct, frozen=True, kw_only=True):
    """The pictures and sound of a video. `recording` is the LIVE that it is made of, `upload` the upload."""

    stage: int
    id: UUID
    creator: int
    state: str
    recording: UUID | None
    upload: UUID | None
    failure: str | None
    failure_detail: str | None
    progress: int
    duration_ms: int
    width: int
    height: int
    file_bytes: int
    attempt: int

    @property
    def folder(self) -> str:
        """Where its files lie in the storage."""
        return f"videos/{self.id.hex}"


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is on its way. `name` and `kind` are what its sender calls them, for nobody but them."""

    id: UUID
    film: int
    creator: int
    length: int
    name: str
    kind: str
    expires_at: datetime
    ended_at: datetime | None
    completed: bool

    @property
    def gone(self) -> bool:
        """Whether it was ended before it was complete."""
        return self.ended_at is not None and not self.completed

    @property
    def public_id(self) -> str:
        """`upload_…`."""
        return ids.encode("upload", self.id)


class Caption(msgspec.Struct, frozen=True, kw_only=True):
    """Captions of a video in a language; `name` is their file."""

    stage: int
    lang: str
    label: str
    name: str


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """What an account may upload, and what the disk keeps for others."""

    bytes_max: int
    open_max: int
    day_bytes_max: int
    hours: int
    free_bytes_min: int

    @classmethod
    def of(cls, settings: Settings) -> "UploadLimits":
        """As the operator set them."""
        return cls(
            settings.video_bytes_max,
            settings.video_uploads_max,
            settings.video_day_bytes_max,
            settings.video_upload_hours,
            settings.storage_free_bytes_min,
        )


class Unfit(Exception):  # noqa: N818 - why a file makes no video
    """Why a file makes no video: a stable code, and a sentence for its creator."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


def container(head: bytes) -> str:
    """The container that a file's first bytes are of, by FFmpeg's name of its demuxer. Raises `Unfit`.

    FFmpeg is told which it is and looks for no other: so no playlist is read that names other files or addresses.
    """
    if head[4:8] in _ISO_BOXES:
        return ISO_MEDIA
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return MATROSKA
    if head.startswith(b"RIFF") and head[8:12] == b"AVI ":
        return AVI
    if head.startswith(b"FLV\x01"):
        return FLV
    if len(head) == HEAD_BYTES and all(head[at] == _TS_SYNC for at in (0, _TS_PACKET, 2 * _TS_PACKET)):
        return MPEG_TS
    raise Unfit("not-a-video", "This file is none of MP4, QuickTime, WebM, Matroska, AVI, FLV or MPEG-TS.")
