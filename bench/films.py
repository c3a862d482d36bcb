"""How long a film takes to be made: processor seconds for each second of it, by the size of its source.

The source is a slow film with fine grain, which is harder than most; sound is AAC. Made as a worker makes it, to all of its
renditions and a poster, alone and with `nice`.
"""

import argparse
import asyncio
import resource
import subprocess
import tempfile
import time
from pathlib import Path

import imageio_ffmpeg

from bench import report
from bench.report import Figure
from largesse.media.probing import of_file, probe
from largesse.media.transcoding import transcode

SECONDS = 20
SIZES = ("640x360", "1280x720", "1920x1080", "3840x2160")


def main() -> int:
    """A figure for each size of a source."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--seconds", type=int, default=SECONDS)
    chosen = options.parse_args()
    figures = []
    for size in SIZES:
        took = [asyncio.run(_made(size, chosen.seconds)) for _ in range(chosen.rounds)]
        figures.append(Figure(f"{size}: of a clock", "s/s", tuple(wall for wall, _ in took)))
        figures.append(Figure(f"{size}: of a processor", "s/s", tuple(cpu for _, cpu in took)))
    report.show(figures, title="seconds to make a second of film")
    return 0


async def _made(size: str, seconds: int) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        film, work = Path(folder) / "film.mp4", Path(folder) / "work"
        work.mkdir()
        sky = f"gradients=size={size}:rate=30:speed=0.02:nb_colors=4:seed=7,noise=alls=6:allf=t"
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", sky, "-f", "lavfi", "-i"]
        command += ["sine=frequency=440", "-t", str(seconds), "-c:v", "libx264", "-preset", "ultrafast"]
        command += ["-pix_fmt", "yuv420p", "-c:a", "aac", str(film)]
        await asyncio.to_thread(subprocess.run, command, check=True)
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()

        async def tell(_: int) -> bool:
            return True

        source = of_file(film)
        await transcode(
            source, await probe(source, work, 3600), work, tell, lines_max=1080, fps_max=30, length_s_max=3600,
            file_bytes_max=4 << 30,
        )  # fmt: skip
        wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall / seconds, cpu / seconds


if __name__ == "__main__":
    raise SystemExit(main())
