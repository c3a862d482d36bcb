"""The media process: encoders publish to it by RTMP, cameras by WebRTC, apart from what answers requests."""

import asyncio
import signal

import structlog

from largesse.kit.config import Settings
from largesse.main.compose import Services, build, opened

log = structlog.get_logger(__name__)
_AGAIN_S = 5.0


async def run_media(settings: Settings) -> None:
    """Take encoders, cameras and their viewers until SIGTERM or SIGINT."""
    services = build(settings)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with opened(services, "media"):
        await asyncio.gather(_take_encoders(services, stop), _take_peers(services, stop))


async def _take_encoders(services: Services, stop: asyncio.Event) -> None:
    """RTMP, where it is not off; where the port is taken, try again and say so."""
    settings = services.settings
    host, port = settings.rtmp_host or settings.http_host, settings.rtmp_port
    while port and not stop.is_set():
        try:
            await services.media.front.start(host, port)
        except OSError as error:
            log.warning("rtmp.port_taken", host=host, port=port, error=str(error))
            await asyncio.wait([asyncio.create_task(stop.wait())], timeout=_AGAIN_S)
        else:
            log.info("rtmp.listening", host=host, port=port)
            await stop.wait()


async def _take_peers(services: Services, stop: asyncio.Event) -> None:
    """WebRTC, where it is not off."""
    if not services.settings.webrtc_ports:
        return
    async with services.media.taking_peers():
        log.info("webrtc.listening", ports=services.settings.webrtc_ports)
        await stop.wait()
