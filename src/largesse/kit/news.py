"""News between processes, on NATS: lost news harms nothing, for everything on it can be read from the database."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import nats.errors
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

log = structlog.get_logger(__name__)
Listener = Callable[[str, bytes], Awaitable[None]]
Answerer = Callable[[bytes], Awaitable[bytes]]
_OPEN_S_MAX = 1.0
_HEARD_S_MAX = 1
_TROUBLE = (nats.errors.Error, OSError)


class NoAnswer(OSError):  # noqa: N818
    """NATS is away, or who was asked does not answer in time."""


class Listening:
    """Somebody listens to a subject; before the first connection that is a wish."""

    def __init__(self, news: "News", subject: str, queue: str, call: Callable[[Msg], Awaitable[None]]) -> None:
        self._news = news
        self._subject = subject
        self._queue = queue
        self._call = call
        self._subscription: Subscription | None = None

    async def begin(self, client: Client) -> None:
        """Subscribe, and wait until the server has heard of it; the client does it again whenever it reconnects."""
        self._subscription = await client.subscribe(self._subject, queue=self._queue, cb=self._call)
        if client.is_connected:
            with suppress(*_TROUBLE):
                await client.flush(_HEARD_S_MAX)

    async def unsubscribe(self) -> None:
        """Listen no more."""
        self._news.wishes.discard(self)
        if self._subscription is not None:
            await self._subscription.unsubscribe()


class News:
    """One connection to NATS, which may be away at any time, at the beginning too; publishing never raises.

    Installations that share one NATS differ by their `prefix`, which stands before every subject on the wire alone.
    """

    def __init__(self, url: str, prefix: str = "largesse") -> None:
        self.url = url
        self.prefix = f"{prefix}."
        self.wishes: set[Listening] = set()
        self._client = Client()
        self._connecting: asyncio.Task[None] | None = None
        self._was_connected = False
        self._closing = False
        self._answering: set[asyncio.Task[None]] = set()

    @property
    def connected(self) -> bool:
        """Whether news travel right now."""
        return self._client.is_connected

    async def open(self) -> None:
        """Connect; after a second without an answer, go on trying in the background, for ever.

        Raises `nats.errors.Error` where the address is none.
        """
        self._connecting = asyncio.create_task(self._connect(), name="news")
        await asyncio.wait([self._connecting], timeout=_OPEN_S_MAX)
        if self._connecting.done():
            self._connecting.result()
        else:
            log.warning("news.away")

    async def close(self) -> None:
        """Say good-bye."""
        self._closing = True
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.wait([self._connecting])
        if not self._client.is_closed:
            await self._client.close()

    async def publish(self, subject: str, body: bytes) -> None:
        """Tell everybody; dropped without a word where NATS is away, because the cursor finds it."""
        if not self._client.is_connected:
            return
        try:
            await self._client.publish(self.prefix + subject, body)
        except _TROUBLE as error:
            log.warning("news.dropped", subject=subject, error=str(error))

    async def listen(self, subject: str, listener: Listener, *, queue: str = "") -> Listening:
        """Call `listener(subject, body)` for each message, as soon as there is a connection, and after each loss."""

        async def call(message: Msg) -> None:
            await listener(message.subject.removeprefix(self.prefix), message.data)

        listening = Listening(self, self.prefix + subject, queue, call)
        return await self._begun(listening)

    async def ask(self, subject: str, body: bytes, seconds: float) -> bytes | None:
        """The answer of one who answers on this subject; None where nobody does. Raises `NoAnswer`."""
        if not self._client.is_connected:
            raise NoAnswer("NATS is away")
        try:
            return (await self._client.request(self.prefix + subject, body, timeout=seconds)).data
        except nats.errors.NoRespondersError:
            return None
        except (TimeoutError, *_TROUBLE) as error:
            raise NoAnswer(f"{subject}: {type(error).__name__}") from error

    async def answer(self, subject: str, answerer: Answerer, *, queue: str = "") -> Listening:
        """Answer whoever asks; of several with one `queue`, one is asked. A slow answer holds up no other."""

        async def reply(message: Msg) -> None:
            try:
                answer = await answerer(message.data)
                await self._client.publish(message.reply, answer)
            except _TROUBLE as error:
                log.warning("news.no_answer", subject=subject, error=str(error))
            except Exception:
                log.exception("news.answer", subject=subject)

        async def call(message: Msg) -> None:
            task = asyncio.create_task(reply(message), name=f"answer {subject}")
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)

        listening = Listening(self, self.prefix + subject, queue, call)
        return await self._begun(listening)

    async def _begun(self, listening: Listening) -> Listening:
        if self._was_connected:
            await listening.begin(self._client)
        else:
            self.wishes.add(listening)
        return listening

    async def _connect(self) -> None:
        await self._client.connect(
            self.url,
            name="largesse",
            allow_reconnect=True,
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.25,  # type: ignore[arg-type]  # it sleeps for it, whole or not
            connect_timeout=5,
            ping_interval=5,
            max_outstanding_pings=2,
            pending_size=16 * 1024 * 1024,
            error_cb=self._hear_error,
            disconnected_cb=self._hear_loss,
            reconnected_cb=self._hear_return,
        )
        self._was_connected = True
        while self.wishes:
            with suppress(*_TROUBLE):  # lost again already; what was wished for is asked for when it reconnects
                await self.wishes.pop().begin(self._client)

    async def _hear_error(self, error: Any) -> None:
        if self._client.is_connected:  # while it is away, every attempt fails
            log.warning("news.error", error=str(error))

    async def _hear_loss(self) -> None:
        if not self._closing:
            log.warning("news.lost")

    async def _hear_return(self) -> None:
        log.info("news.back")
