"""What happens to a LIVE's signal: topics of the outbox, whose subject is the stage, and subjects of NATS.

| topic | body |
|---|---|
| signal.back | {"run": n}: somebody publishes, for the first time or again |
| signal.lost | {}: nobody does any more; half a minute is given to return |
| recording.stopped | {}: the disk is full; the LIVE goes on |

Signals say of a guest's stream `"guest": "acct_…"` too; without it, they are of the creator's.
"""

from typing import Any
from uuid import UUID

from largesse.media.model import Stream

SIGNAL_BACK = "signal.back"
SIGNAL_LOST = "signal.lost"
RECORDING_STOPPED = "recording.stopped"

# On NATS: `media.shut` with the 16 bytes of a LIVE's id wakes who packs it to look whether it may go on;
# `media.<stream>` carries pieces of a running stream, `media.want.<stream>` asks for those since the last key frame.
SHUT_SUBJECT = "media.shut"


def back(stream: Stream) -> tuple[str, int, dict[str, Any]]:
    """Somebody publishes: (topic, stage, body)."""
    return SIGNAL_BACK, stream.stage, {"run": stream.run} | _whose(stream)


def lost(stream: Stream) -> tuple[str, int, dict[str, Any]]:
    """Nobody publishes any more: (topic, stage, body)."""
    return SIGNAL_LOST, stream.stage, _whose(stream)


def pieces_subject(stream: UUID) -> str:
    """Where pieces of a stream travel."""
    return f"media.{stream.hex}"


def want_subject(stream: UUID) -> str:
    """Where they are asked for."""
    return f"media.want.{stream.hex}"


def _whose(stream: Stream) -> dict[str, Any]:
    return {"guest": stream.guest_public_id} if stream.guest_public_id else {}
