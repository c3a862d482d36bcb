"""nginx-rtmp as the engine.

It asks by its hooks when an encoder comes, every two seconds while it sends, and when it has gone.

Its HLS module names files before the hook may rename a stream: the answer has it pushed to a second application.
Source: `ngx_rtmp_notify_module.c` and `ngx_rtmp_control_module.c` of nginx-rtmp-module 1.2.
"""

from collections.abc import Sequence

import httpx
import structlog

from largesse.media.engines import EngineService
from largesse.media.model import Stream

log = structlog.get_logger(__name__)
_TIMEOUT_S = 3.0


class NginxRtmpService(EngineService):
    """Its control ends publishers by the number of their connection."""

    async def _drop(self, unwelcome: Sequence[tuple[Stream, str]]) -> int:
        app, count = self.settings.engine_rtmp_url.rpartition("/")[2], 0
        async with httpx.AsyncClient(timeout=_TIMEOUT_S, trust_env=False) as client:
            for stream, connection in unwelcome:
                asked = {"app": app, "clientid": connection}
                answer = await client.get(f"{self.settings.engine_control_url}/drop/publisher", params=asked)
                answer.raise_for_status()
                count += int(answer.text) if answer.text.isdecimal() else 0
                log.info("engine.dropped", stage=stream.stage, guest=stream.guest)
        return count
