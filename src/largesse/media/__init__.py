"""How pictures and sound travel: an RTMP front for encoders, and packaging for players.

Owns no table. Invariants: no byte of media is taken before its key is admitted; one publisher a key; what is buffered
is bounded, and a slow taker slows its own publisher alone; the packager opens no network address.
"""

from largesse.media.front import KeyRefused, Limits, RtmpFront, Sink
from largesse.media.packaging import PLAYLIST, Bounds, Packager, PackagingFailed

__all__ = ["PLAYLIST", "Bounds", "KeyRefused", "Limits", "Packager", "PackagingFailed", "RtmpFront", "Sink"]
