"""`largesse bench` on a machine of any speed: it measures what is durable, and leaves nothing behind."""

import json
import os
import subprocess
import sys


def test_the_bench_settles_gifts_for_real_and_leaves_nothing_behind(tmp_path):
    environ = {k: v for k, v in os.environ.items() if not k.startswith("LARGESSE_")} | {"TMPDIR": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-m", "largesse.main", "bench", "--seconds", "1", "--processes", "2", "--json"],
        env=environ, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert found["books_hold"]
    assert found["processes"] == 2
    assert found["gifts"] > found["gifts_a_second"] > 0
    assert 0 < found["ms_p50"] <= found["ms_p99"]
    assert 0 < found["alone_ms_p50"] <= found["alone_ms_p99"]
    assert list(tmp_path.iterdir()) == []
