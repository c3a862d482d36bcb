"""Small real films, and videos of a whole service that are made of them."""

import subprocess
import time
from base64 import b64encode
from pathlib import Path
from typing import Any

import imageio_ffmpeg

from running import Someone

READY_S_MAX = 120


def film(path: Path, *, seconds: int = 3, size: str = "180x320", rate: str = "200k") -> Path:
    """A film with a picture that moves and a tone, upright as a phone takes it."""
    command = [
        *(imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-y"),
        *("-f", "lavfi", "-i", f"testsrc2=size={size}:rate=15", "-f", "lavfi", "-i", "sine=frequency=440"),
        *("-t", str(seconds), "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-threads", "1"),
        *("-b:v", rate, "-minrate", rate, "-maxrate", rate, "-bufsize", rate, "-x264-params", "nal-hrd=cbr"),
        *("-c:a", "aac", str(path)),
    ]
    subprocess.run(command, check=True)
    return path


def upload(creator: Someone, path: Path, title: str, **more: Any) -> str:
    """A video of a film in one request, made and ready; its id."""
    made = creator.http.post("/v1/videos", json={"title": title, **more})
    assert made.status_code == 201, made.text
    video: str = made.json()["id"]
    said = ",".join(f"{k} {b64encode(v.encode()).decode()}" for k, v in (("video", video), ("filename", path.name)))
    body = path.read_bytes()
    headers = {
        "Tus-Resumable": "1.0.0", "Upload-Length": str(len(body)), "Upload-Metadata": said,
        "Content-Type": "application/offset+octet-stream",
    }  # fmt: skip
    sent = creator.http.post("/v1/videos/uploads", content=body, headers=headers)
    assert sent.status_code == 201, sent.text
    deadline = time.monotonic() + READY_S_MAX
    while (status := creator.http.get(f"/v1/videos/{video}").json()["status"]) != "ready":
        assert status == "processing", status
        assert time.monotonic() < deadline
        time.sleep(0.3)
    return video
