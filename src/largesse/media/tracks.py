"""What a publisher's tags say of its stream: codecs that browsers play, and words for those that they do not.

Source: Adobe, "Video File Format Specification 10.1", annex E; Veovera, "Enhanced RTMP" 1 (codecs by four letters).
"""

from dataclasses import dataclass

from largesse.media.chunks import Kind

PICTURE_MS_MAX = 2_000  # of sound, until a picture is missed; the packager waits a second longer
SOUND_MS_MAX = 5_000
KEY_FRAME_MS_MAX = 4_500
_LETTERS_FOLLOW = 9
_VIDEO = {2: "Sorenson H.263", 3: "Screen Video", 4: "VP6", 5: "VP6", 6: "Screen Video", 7: "", 12: "HEVC (H.265)"}
_AUDIO = {0: "PCM", 1: "ADPCM", 2: "MP3", 3: "PCM", 7: "G.711", 8: "G.711", 10: "", 11: "Speex", 14: "MP3"}
_LETTERS = {b"hvc1": "HEVC (H.265)", b"av01": "AV1", b"vp09": "VP9", b"vp08": "VP8", b"Opus": "Opus", b".mp3": "MP3"}


class Unplayable(Exception):  # noqa: N818
    """The stream cannot be shown; the text tells its creator what to change."""


@dataclass(slots=True)
class Tracks:
    """Sees every tag, in order; raises Unplayable, or gives a notice worth telling, each once."""

    seen: int = 0  # bits: 1 sound, 2 picture
    first_ms: int = -1
    key_ms: int = -1
    told: int = 0
    shape: bytes = b""  # what a decoder needs to know of the pictures that follow

    def turns(self, kind: int, body: bytes) -> bool:
        """Whether pictures of another shape follow, as of a phone that was turned: no decoder goes on with them."""
        if kind != Kind.VIDEO or body[1:2] == b"" or not _is_shape(body):
            return False
        last, self.shape = self.shape, body[5:]
        return bool(last) and last != self.shape

    def see(self, kind: int, ms: int, body: bytes) -> str:
        """A notice for the creator, or an empty text. An empty body says nothing of a codec."""
        if not body or kind not in {Kind.AUDIO, Kind.VIDEO}:
            return ""
        if kind == Kind.AUDIO:
            self.seen |= 1
            _refuse(_sound(body), "sound", "AAC")
        else:
            self.seen |= 2
            _refuse(_picture(body), "picture", "H.264")
        if self.first_ms < 0:
            self.first_ms = ms
        if kind == Kind.VIDEO and (body[0] >> 4) & 7 == 1:
            self.key_ms = ms
        return self._missed(ms)

    def _missed(self, ms: int) -> str:
        since_ms = ms - self.first_ms
        if self.seen == 1 and since_ms > PICTURE_MS_MAX:
            raise Unplayable("No picture arrives, only sound. Add a video source, and encode it as H.264.")
        if self.seen == 2 and since_ms > SOUND_MS_MAX and not self.told & 1:  # noqa: PLR2004
            self.told |= 1
            return "No sound arrives, only the picture. Add an audio source if there should be sound."
        if self.key_ms >= 0 and ms - self.key_ms > KEY_FRAME_MS_MAX and not self.told & 2:
            self.told |= 2
            return "Key frames are more than 4 s apart, so viewers wait. Set the encoder's keyframe interval to 1 s."
        return ""


def _is_shape(body: bytes) -> bool:
    """Whether this is a decoder's configuration and no picture."""
    return body[0] & 15 == 0 if body[0] & 128 else body[1] == 0


def is_sound_head(body: bytes) -> bool:
    """Whether this is what a decoder of AAC needs to know, and no sound."""
    return len(body) > 1 and body[0] >> 4 == 10 and body[1] == 0  # noqa: PLR2004 - AAC, annex E.4.2.1


def _sound(body: bytes) -> str:
    """The codec's name if it is not AAC."""
    if body[0] >> 4 == _LETTERS_FOLLOW:
        return "" if body[1:5] == b"mp4a" else _LETTERS.get(body[1:5], "an unknown codec")
    return _AUDIO.get(body[0] >> 4, "an unknown codec")


def _picture(body: bytes) -> str:
    """The codec's name if it is not H.264."""
    if body[0] & 128:
        return "" if body[1:5] == b"avc1" else _LETTERS.get(body[1:5], "an unknown codec")
    return _VIDEO.get(body[0] & 15, "an unknown codec")


def _refuse(name: str, what: str, wanted: str) -> None:
    if name:
        raise Unplayable(f"The {what} is {name}, which not every browser plays. Set the encoder to {wanted}.")
