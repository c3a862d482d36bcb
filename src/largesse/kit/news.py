"""News between processes, on NATS: lost news harms nothing, for everything on it can be read from the database."""

from collections.abc import Awaitable, Callable
from typing import Any

import nats
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

log = structlog.get_logger(__name__)
Listener = Callable[[str, bytes], Awaitable[None]]


class News:
    """One connection to NATS, kept by the client library's own reconnecting; publishing never raises."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client: Client = Client()

    @property
    def connected(self) -> bool:
        """Whether news travel right now."""
        return self._client.is_connected

    async def open(self) -> None:
        """Connect, and go on trying in the background for ever when the server goes away."""
        self._client = await nats.connect(
            self.url,
            name="largesse",
            allow_reconnect=True,
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.25,
            connect_timeout=5,
            ping_interval=5,
            max_outstanding_pings=2,
            pending_size=16 * 1024 * 1024,
            error_cb=_on_error,
        )

    async def close(self) -> None:
        """Say good-bye."""
        if not self._client.is_closed:
            await self._client.close()

    async def publish(self, subject: str, body: bytes) -> None:
        """Tell everybody; dropped without a word where NATS is away, because the cursor finds it."""
        if not self._client.is_connected:
            return
        try:
            await self._client.publish(subject, body)
        except (nats.errors.Error, OSError) as error:
            log.warning("news.dropped", subject=subject, error=str(error))

    async def listen(self, subject: str, listener: Listener, *, queue: str = "") -> Subscription:
        """Call `listener(subject, body)` for each message; survives reconnects."""

        async def call(message: Msg) -> None:
            await listener(message.subject, message.data)

        return await self._client.subscribe(subject, queue=queue, cb=call)


async def _on_error(error: Any) -> None:
    log.warning("news.error", error=str(error))
