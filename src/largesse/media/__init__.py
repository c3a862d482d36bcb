"""How pictures and sound travel: publishing by RTMP, recorders and WebRTC, playlists, recordings, films of videos.

Owns the tables of schema `media`, and the folders in `media` of the data directory (`live`, `recorded`, `stills`,
`uploads`, `work`); finished films lie in the storage. `stage` says which LIVEs and guests are open (`open_stream`,
`open_guest`, `shut_…`), and which videos want a film (`open_film`, `remove_films`). Events: outbox and NATS, see
`events.py`.
Invariants: no byte of media is taken before its key is admitted; a stream has one publisher, whose runs are counted,
and a process that packs one beats, so that a killed one is noticed; what is buffered is bounded, and a slow taker slows
its own publisher alone; FFmpeg opens no address, and of a stranger's file no other file; no offer of a peer makes this
send to one of its choice; an upload's file is its own offset; one process at a time makes a film, and beats; gifts
never wait for pictures, and nothing of a gift is drawn into them.
"""

from largesse.media import events
from largesse.media.captions import BYTES_MAX as CAPTIONS_BYTES_MAX
from largesse.media.captions import BadCaptions
from largesse.media.engines import EngineService
from largesse.media.errors import FileTooLarge
from largesse.media.film import MASTER, POSTER, Caption, Film, Upload
from largesse.media.films import FilmsService
from largesse.media.front import KeyRefused, Limits, RtmpFront, Sink
from largesse.media.mediamtx import MediaMtxService
from largesse.media.model import Stream, StreamKeys, signed
from largesse.media.nginx import NginxRtmpService
from largesse.media.service import MediaService
from largesse.media.store import (
    erase_person,
    export_person,
    list_guest_streams,
    list_silent,
    list_streams,
    open_guest,
    open_stream,
    renew_key,
    show_streams,
    shut_guest,
    shut_stream,
)
from largesse.media.store_films import (
    drop_caption,
    list_captions,
    list_films,
    list_uploads,
    open_film,
    put_caption,
    remove_films,
)
from largesse.media.transcoding import FILE
from largesse.media.uploads import UploadsService
from largesse.media.wire import (
    IngestBody,
    PlaybackBody,
    ReplayState,
    SignalBody,
    ingest_body,
    playback_body,
    poster,
    replay_state,
    signal_body,
)

__all__ = [
    "CAPTIONS_BYTES_MAX",
    "FILE",
    "MASTER",
    "POSTER",
    "BadCaptions",
    "Caption",
    "EngineService",
    "FileTooLarge",
    "Film",
    "FilmsService",
    "IngestBody",
    "KeyRefused",
    "Limits",
    "MediaMtxService",
    "MediaService",
    "NginxRtmpService",
    "PlaybackBody",
    "ReplayState",
    "RtmpFront",
    "SignalBody",
    "Sink",
    "Stream",
    "StreamKeys",
    "Upload",
    "UploadsService",
    "drop_caption",
    "erase_person",
    "events",
    "export_person",
    "ingest_body",
    "list_captions",
    "list_films",
    "list_guest_streams",
    "list_silent",
    "list_streams",
    "list_uploads",
    "open_film",
    "open_guest",
    "open_stream",
    "playback_body",
    "poster",
    "put_caption",
    "remove_films",
    "renew_key",
    "replay_state",
    "show_streams",
    "shut_guest",
    "shut_stream",
    "signal_body",
    "signed",
]
