"""Torture itself: it holds on the product, and it has teeth: each of six planted bugs is caught."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PLANTED = Path(__file__).with_name("planted")
# Runs in a process of its own: the kernel ends its servers with it. Arguments: keyword arguments of `torture` as JSON.
PROGRAM = """
import asyncio, json, sys
import msgspec
from largesse.main.torture import torture
print(msgspec.json.encode(asyncio.run(torture(**json.loads(sys.argv[1])))).decode())
"""
# A gift that was acknowledged and lost is missing, refused, or settled under another receipt when its id comes again.
LOST = {"an acknowledged gift is in the books", "an acknowledged gift is never refused", "a gift has one receipt"}
# A bug, the faults that bring it out, the api processes it needs, the promises of which one is seen broken.
BUGS = [
    ("early_answer", ["api"], 2, LOST),
    ("new_id_on_retry", ["answers eaten"], 1, {"a receipt is of the gift that was sent", "a gift has one receipt"}),
    ("no_row_lock", ["worker"], 2, {"nothing is made or lost on the way"}),
    ("lost_update", ["worker"], 2, {"nothing is made or lost on the way"}),
    ("skipped_share", ["worker"], 1, {"nothing is made or lost on the way"}),
    ("forgetful_relay", ["nats"], 1, {"viewers catch up without gap"}),
]


async def _torture(**wanted: Any) -> dict[str, Any]:
    process = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", PROGRAM, json.dumps(wanted)], capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stderr[-3000:]
    found: dict[str, Any] = json.loads(process.stdout)
    return found


@pytest.mark.crash
@pytest.mark.timeout(240)
@pytest.mark.parametrize(("bug", "faults", "processes", "broken"), BUGS, ids=[bug for bug, *_ in BUGS])
async def test_torture_catches_a_planted_bug(bug: str, faults: list[str], processes: int, broken: set[str]) -> None:
    """Two processes must meet on a wallet for some of them, which is chance: the third try is the last."""
    for seed in (1, 2, 3):
        found = await _torture(
            seconds=10 * seed, seed=seed, plant=f"{PLANTED}:{bug}", faults=faults, processes=processes
        )
        if not found["ok"]:
            break
    assert not found["ok"]
    assert broken & set(found["failures"]), found["details"]
    assert found["replay"].endswith(f"--seed {seed}")


@pytest.mark.crash
@pytest.mark.timeout(480)
async def test_no_acknowledged_gift_is_lost_or_doubled_in_a_minute_of_faults() -> None:
    found = await _torture(seconds=60, seed=20_261_122, gifts_min=50_000)
    assert found["ok"], json.dumps(found["details"], indent=1)
    assert found["acknowledged"] == found["stored"] >= 50_000
    assert found["audit"]["ok"]
    assert found["conservation_reads"] > 10
    # Torture takes the whole machine, and the suite beside it some more: longer is allowed only where a second of
    # processor time took over three.
    allowed = max(1.0, found["slowness"] / 3)
    for name in ("settle_again", "frames_again"):
        recovery = found[name]
        assert recovery["seconds"] is not None, f"{name}: never, after {recovery['after']}"
        assert recovery["seconds"] <= recovery["reach_s"] * allowed, (found["slowness"], found["suffered"])


@pytest.mark.crash
@pytest.mark.slow
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("seed", range(2, 8))
async def test_other_seeds_hold_too(seed: int) -> None:
    found = await _torture(seconds=90, seed=seed)
    assert found["ok"], json.dumps(found["details"], indent=1)
