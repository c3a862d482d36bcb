"""Tell everyone now: one owner a room makes its frames, gateways write them to the viewers.

Owns the tables of schema `realtime` and no truth: folds are counted again from the journal and the outbox. On NATS:
`room.<stage>` carries packed frames, `rooms.viewers` the gateways' reports; it hears `gifts.settled`, `outbox` and
`stage.changed`. Invariants: a room has one owner, whose epoch guards every write; `seq` = epoch * 2^32 + n never goes
back; a frame is kept before it is published, so a viewer at any kept seq misses nothing and sees nothing twice; totals
are exact; what a socket does not drain is conflated.
"""

from largesse.realtime.service import RealtimeService
from largesse.realtime.store import skip_epochs

__all__ = ["RealtimeService", "skip_epochs"]
