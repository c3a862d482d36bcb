"""What lower renditions of a running LIVE cost: processor seconds of the transcoder for each second of a 720p source.

The source (H.264, 30 pictures a second, a key frame each second, fine grain) comes in real time, piece by piece, as the packager
gives it. Beside it stands how much of it was listed: a transcoder that is too slow leaves fragments out.
"""

import argparse
import asyncio
import os
import resource
import subprocess
import tempfile
from pathlib import Path

import imageio_ffmpeg

from bench import report
from bench.report import Figure
from largesse.media.boxes import Boxes, Piece
from largesse.media.ladder import Ladders
from largesse.media.window import Window

SECONDS = 20
SIZE = "1280x720"


def main() -> int:
    """A figure of processor time, and one of what was listed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--seconds", type=int, default=SECONDS)
    options.add_argument("--lines", default="480,240")
    chosen = options.parse_args()
    lines = [int(part) for part in chosen.lines.split(",")]
    took = [asyncio.run(_run(lines, chosen.seconds)) for _ in range(chosen.rounds)]
    figures = [
        Figure(f"{SIZE} to {chosen.lines}: of a processor", "s/s", tuple(cpu for cpu, _ in took)),
        Figure(f"{SIZE} to {chosen.lines}: fragments listed", "of 1", tuple(listed for _, listed in took)),
    ]
    report.show(figures, title=f"seconds to transcode a second of a LIVE (load {os.getloadavg()[0]:.1f})")
    return 0


async def _run(lines: list[int], seconds: int) -> tuple[float, float]:
    """(processor seconds a second, part of the source's fragments that the renditions listed)."""
    pieces = await asyncio.to_thread(_pieces, seconds)
    with tempfile.TemporaryDirectory() as folder:
        window = Window(Path(folder))
        ladder = Ladders(lines, 1).begin(Path(folder), 1)
        assert ladder is not None
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), asyncio.get_running_loop().time()
        for piece in pieces:
            if piece.first:
                window.begin(1, piece)
                ladder.begin(piece)
            else:
                await asyncio.sleep(max(0.0, start + piece.start_s - asyncio.get_running_loop().time()))
                if done := window.add(piece):
                    ladder.hear(done[0], len(done[1]))
            ladder.give(piece)
        if done := window.finish():
            ladder.hear(done[0], len(done[1]))
        await ladder.close()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        listed = sum(rung.listed for rung in ladder.rungs) / len(lines)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / seconds, listed / window.next


def _pieces(seconds: int) -> list[Piece]:
    sky = f"gradients=size={SIZE}:rate=30:speed=0.02:nb_colors=4:seed=7,noise=alls=6:allf=t"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", sky, "-f", "lavfi", "-i"]
    command += ["sine=frequency=440", "-t", str(seconds), "-c:v", "libx264", "-preset", "veryfast", "-b:v", "3M"]
    command += ["-maxrate", "3M", "-bufsize", "3M", "-g", "30", "-pix_fmt", "yuv420p", "-c:a", "aac", "-f", "mp4"]
    command += ["-frag_duration", "200000", "-movflags", "empty_moov+default_base_moof+frag_keyframe", "pipe:1"]
    return Boxes().feed(subprocess.run(command, check=True, capture_output=True).stdout)


if __name__ == "__main__":
    raise SystemExit(main())
