"""Pictures for the demo's LIVEs: a slow film that FFmpeg paints once, published over and over as an encoder does."""

import asyncio
import contextlib
from collections.abc import Sequence
from pathlib import Path

import imageio_ffmpeg
import structlog

from largesse.kit.config import Settings

log = structlog.get_logger(__name__)
_SECONDS = 12
_AGAIN_S = 2.0
# Colours and a seed for each LIVE in turn.
_LOOKS = (
    ("c0=0x2b1055:c1=0xd6184f:c2=0xffb86b:c3=0x0f3d5e", 7),
    ("c0=0x14342b:c1=0x60935d:c2=0xf5e6c8:c3=0x2a1f14", 3),
    ("c0=0x3a0d12:c1=0xe2571e:c2=0xffd166:c3=0x1b1b2f", 11),
)


async def publish(settings: Settings, keys: Sequence[str], folder: Path, stop: asyncio.Event) -> None:
    """Publish a film for each of these stream keys until `stop`; nothing where encoders have no port."""
    if not settings.rtmp_port:
        return
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    async with asyncio.TaskGroup() as group:
        for n, key in enumerate(keys):
            group.create_task(_publish(settings, key, folder / f"{n % len(_LOOKS)}.flv", n % len(_LOOKS), stop))


async def _publish(settings: Settings, key: str, film: Path, look: int, stop: asyncio.Event) -> None:
    if await _paint(look, film, film.with_suffix(".new"), stop) is None:
        return
    host = (settings.rtmp_host or settings.http_host).replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - reached locally
    address = f"rtmp://{f'[{host}]' if ':' in host else host}:{settings.rtmp_port}/live/{key}"
    while not stop.is_set():
        await _ffmpeg(["-re", "-stream_loop", "-1", "-i", str(film), "-c", "copy", "-f", "flv", address], stop)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _AGAIN_S)  # the port was not open yet, or the LIVE has ended


async def paint(folder: Path, look: int, stop: asyncio.Event) -> Path | None:
    """A film of its own, for a video; None where `stop` came first."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    look %= len(_LOOKS)
    film = folder / f"video-{look}.flv"
    return await _paint(look, film, film.with_suffix(".new"), stop)


async def _paint(look: int, film: Path, new: Path, stop: asyncio.Event) -> Path | None:
    if not await asyncio.to_thread(film.exists):
        await _ffmpeg(_painting(look, new), stop)
        if stop.is_set() or not await asyncio.to_thread(new.exists):
            return None
        await asyncio.to_thread(new.replace, film)
    return film


def _painting(look: int, film: Path) -> list[str]:
    colours, seed = _LOOKS[look]
    sky = f"gradients=size=406x720:rate=24:speed=0.012:nb_colors=4:{colours}:type=radial:seed={seed}"
    lights = f"life=size=101x180:rate=24:ratio=0.06:mold=30:seed={seed}:life_color=0xfff1d6:mold_color=0x553311"
    tones = "+".join(f"sin(2*PI*{220 * ratio:.2f}*t)" for ratio in (1, 1.26, 1.4983))
    return [
        *("-f", "lavfi", "-i", sky, "-f", "lavfi", "-i", f"{lights},scale=406x720:flags=bilinear,gblur=sigma=5"),
        *("-f", "lavfi", "-i", f"aevalsrc='0.05*({tones})*(0.6+0.4*sin(2*PI*t/4))':s=44100"),
        "-filter_complex",
        "[0:v]format=gbrp[a];[1:v]format=gbrp[b];[a][b]blend=all_mode=screen:all_opacity=0.55,vignette,format=yuv420p",
        *("-t", str(_SECONDS), "-threads", "1", "-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency"),
        *("-g", "24", "-b:v", "700k", "-maxrate", "900k", "-bufsize", "900k", "-c:a", "aac", "-b:a", "64k"),
        *("-f", "flv", str(film)),
    ]


async def _ffmpeg(arguments: list[str], stop: asyncio.Event) -> None:
    """Run FFmpeg until it ends, or until `stop`."""
    ffmpeg = await asyncio.create_subprocess_exec(
        imageio_ffmpeg.get_ffmpeg_exe(),
        *("-hide_banner", "-loglevel", "error", "-nostdin", "-y", *arguments),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    stopped, ended = asyncio.create_task(stop.wait()), asyncio.create_task(ffmpeg.wait())
    try:
        await asyncio.wait({stopped, ended}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped.cancel()
        with contextlib.suppress(ProcessLookupError):
            ffmpeg.kill()
        await ended
    if ffmpeg.returncode and not stop.is_set():
        log.info("demo.no_pictures", status=ffmpeg.returncode)
