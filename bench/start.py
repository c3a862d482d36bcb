"""First and next start until /readyz, and resident memory of everything when idle."""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress

import psutil

from bench import report

PORT = 18_791
SETTLE_S = 20.0


def start(folder: str) -> tuple[subprocess.Popen[bytes], float]:
    """Start `largesse serve` and return it with the seconds until it was ready."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith("LARGESSE_")} | {
        "LARGESSE_DATA_DIR": folder, "LARGESSE_HTTP_PORT": str(PORT), "LARGESSE_SANDBOX": "1", "LARGESSE_LOG_LEVEL": "error",
    }  # fmt: skip
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "largesse.main", "serve"],
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while time.perf_counter() - begin < 60:
        with suppress(OSError):
            if urllib.request.urlopen(f"http://127.0.0.1:{PORT}/readyz", timeout=1).status == 200:
                return process, time.perf_counter() - begin
        time.sleep(0.02)
    process.kill()
    raise SystemExit("serve did not become ready in 60 s")


def stop(process: subprocess.Popen[bytes]) -> None:
    """As an operator does."""
    process.send_signal(signal.SIGTERM)
    process.wait(30)


def memory_mb(process: subprocess.Popen[bytes]) -> tuple[float, float]:
    """Everything that it started, itself included: the sum of proportional sets (shared pages once), and of resident sets."""
    root = psutil.Process(process.pid)
    family = [root, *root.children(recursive=True)]
    infos = [p.memory_full_info() for p in family]
    return sum(i.pss for i in infos) / 2**20, sum(i.rss for i in infos) / 2**20


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    first, following, pss, rss = [], [], [], []
    for _ in range(args.rounds):
        with tempfile.TemporaryDirectory(prefix="largesse-bench-", ignore_cleanup_errors=True) as folder:
            process, seconds = start(f"{folder}/data")
            first.append(seconds)
            stop(process)
            process, seconds = start(f"{folder}/data")
            following.append(seconds)
            time.sleep(SETTLE_S / args.rounds)
            proportional, resident = memory_mb(process)
            pss.append(proportional)
            rss.append(resident)
            stop(process)
    report.show(
        [
            report.Figure("first start on an empty data directory", "s", tuple(first), 15, at_most=True),
            report.Figure("next start", "s", tuple(following), 4, at_most=True),
            report.Figure("memory of everything, idle (shared pages once)", "MB", tuple(pss), 450, at_most=True),
            report.Figure("the same, pages counted in every process that maps them", "MB", tuple(rss)),
        ],
        title="start",
    )


if __name__ == "__main__":
    main()
