"""NATS from the wheel, on loopback, with a token of its data directory. Nothing on it is kept: no JetStream."""

import asyncio
import signal
from pathlib import Path

from largesse.kit.embedded import child
from largesse.kit.embedded.child import Child, Program
from largesse.kit.embedded.datadir import DataDir
from largesse.kit.embedded.errors import CannotServe
from largesse.kit.embedded.install import nats_program
from largesse.kit.embedded.ports import LOOPBACK

_CONFIG = "nats.conf"
_READY_S_MAX = 10.0
_POLL_S = 0.02
_SETTINGS = """\
# Written by Largesse at every start.
host: "{host}"
port: {port}
server_name: "largesse"
authorization {{ token: "{token}" }}
max_payload: 4MB  # a room's frame is at most 1 MB
max_pending: 64MB
write_deadline: "5s"
max_connections: 1000
"""


class Nats:
    """The NATS server of one data directory."""

    name = "nats"

    def __init__(self, data: DataDir, port: int) -> None:
        self._data = data
        self._port = port
        self._log = data.folder("log") / "nats.log"
        self._token = data.secret("nats-token")

    @property
    def log(self) -> Path:
        """Its log file."""
        return self._log

    @property
    def url(self) -> str:
        """How to connect."""
        return f"nats://{self._token}@{LOOPBACK}:{self._port}"

    async def prepare(self) -> None:
        """Write its settings, and stop what an earlier start left."""
        text = _SETTINGS.format(host=LOOPBACK, port=self._port, token=self._token)
        self._data.write_private(_CONFIG, text)
        await self.clear()

    async def clear(self) -> None:
        """Stop a server whose starter was killed."""
        left = child.running_in(self._data.path, "nats-server")
        await child.stop_leftovers(self._data.path, "nats-server", left, signal.SIGTERM, 1.0)

    def start(self) -> Child:
        """Start the server; it is not ready yet."""
        return child.start(
            Program(
                name=self.name,
                path=nats_program(),
                arguments=("-c", _CONFIG),
                folder=self._data.path,
                log=self._log,
                account=self._data.account,
                end_signal=signal.SIGTERM,
                standalone=True,
            )
        )

    async def ready(self, process: Child) -> None:
        """Wait until it greets; raises `CannotServe` where it ended or is too slow."""
        while not process.ended.is_set() and process.age_s < _READY_S_MAX:
            if await self._greets():
                return
            await asyncio.sleep(_POLL_S)
        raise CannotServe(f"NATS did not start (status {process.exit_status}):\n{child.tail(self._log)}")

    async def stop(self, process: Child) -> None:
        """Stop it; what was published before has been sent."""
        await process.stop((signal.SIGTERM, 5.0))

    async def _greets(self) -> bool:
        try:
            async with asyncio.timeout(1):
                reader, writer = await asyncio.open_connection(LOOPBACK, self._port)
                try:
                    return (await reader.read(5)) == b"INFO "
                finally:
                    writer.close()
        except (OSError, TimeoutError):
            return False
