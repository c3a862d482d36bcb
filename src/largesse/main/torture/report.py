"""What a torture found, as text and as JSON."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from largesse.main.torture.compare import FAIRNESS_REACH
from largesse.main.torture.nemesis import FRAME_S_REACH, SETTLE_S_REACH, Suffered, worst
from largesse.main.torture.tally import Tally
from largesse.main.torture.viewers import Viewer


class Recovery(msgspec.Struct, frozen=True):
    """The longest recovery, in seconds after the end of which fault; None where it did not come."""

    seconds: float | None
    after: str
    reach_s: float

    @property
    def reached(self) -> bool:
        """Whether it was fast enough."""
        return self.seconds is not None and self.seconds <= self.reach_s


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """`ok`: no promise was broken. Reaches of speed and fairness are told beside it, and decide nothing."""

    ok: bool
    seed: int
    seconds: float
    replay: str
    acknowledged: int
    stored: int
    gifts_per_second: float
    resent: int
    conflicts: int
    refused: dict[str, int]
    unknown_outcomes: int
    faults: dict[str, int]
    killed: int
    answers_eaten: int
    settle_again: Recovery
    frames_again: Recovery
    batches_waited_p99: int
    batches_waited_max: int
    batches_waited_reach: int
    conservation_reads: int
    slowness: float
    frames: int
    snapshots: int
    connections: int
    told_again: int
    audit: dict[str, Any]
    failures: dict[str, int]
    details: list[str]
    suffered: list[dict[str, Any]]


def recovery(suffered: Sequence[Suffered], what: str, reach_s: float) -> Recovery:
    """The worst of some faults."""
    seconds, after = worst(suffered, what)
    return Recovery(None if seconds == float("inf") else seconds, after, reach_s)


def of(tally: Tally, viewers: Sequence[Viewer], suffered: Sequence[Suffered], **known: Any) -> Report:
    """Put together what was counted."""
    return Report(
        ok=not tally.failures,
        acknowledged=tally.acknowledged,
        gifts_per_second=round(tally.acknowledged / known["seconds"], 1),
        resent=tally.resent,
        conflicts=tally.conflicts,
        refused=dict(tally.refused),
        unknown_outcomes=tally.unknown_outcomes,
        faults=dict(Counter(one.name for one in suffered)),
        killed=sum(one.killed for one in suffered),
        settle_again=recovery(suffered, "settle_s", SETTLE_S_REACH),
        frames_again=recovery(suffered, "frame_s", FRAME_S_REACH),
        batches_waited_reach=FAIRNESS_REACH,
        frames=sum(v.frames for v in viewers),
        snapshots=sum(v.snapshots for v in viewers),
        connections=sum(v.connections for v in viewers),
        told_again=sum(v.repeated for v in viewers),
        failures=dict(tally.failures),
        details=tally.details,
        suffered=[
            {"fault": s.name, "at_s": s.at_s, "settle_s": s.settle_s, "frame_s": s.frame_s, "killed": s.killed}
            for s in suffered
        ],
        **known,
    )


def text(report: Report) -> str:
    """For people."""
    faults = ", ".join(f"{n} x {name}" for name, n in sorted(report.faults.items()))
    refused = ", ".join(f"{n} {code}" for code, n in sorted(report.refused.items())) or "none"
    waited = f"{report.batches_waited_p99} by 99 in 100 (reach {report.batches_waited_reach})"
    lines = [
        f"torture, seed {report.seed}, {report.seconds:.0f} s",
        f"  gifts acknowledged   {report.acknowledged:,} ({report.gifts_per_second:,.0f}/s); stored {report.stored:,}",
        f"  ids sent again       {report.resent:,}; with other content {report.conflicts:,}, each refused",
        f"  outcomes unknown     {report.unknown_outcomes:,}, each asked again until answered",
        f"  refused              {refused}",
        f"  faults               {sum(report.faults.values())}: {faults}",
        f"  processes killed     {report.killed}; answers eaten after the commit {report.answers_eaten}",
        f"  settles again        {_recovery(report.settle_again)}",
        f"  frames again         {_recovery(report.frames_again)}",
        f"  the machine          took {report.slowness:.1f} s for a second of processor time",
        f"  batches waited       {waited}, at most {report.batches_waited_max}",
        f"  viewers              {report.frames:,} frames, {report.snapshots} snapshots, {report.told_again} twice",
        f"  books                read {report.conservation_reads} times while written; audit: {report.audit}",
    ]
    for promise, n in report.failures.items():
        lines.append(f"  BROKEN               {promise}: {n} times")
    lines += [f"    {detail}" for detail in report.details]
    verdict = "every promise held" if report.ok else f"promises were broken; replay: {report.replay}"
    return "\n".join([*lines, f"  {verdict}"])


def _recovery(found: Recovery) -> str:
    took = "never" if found.seconds is None else f"within {found.seconds:.2f} s"
    return f"{took} at worst, after {found.after} (reach {found.reach_s:g} s{'' if found.reached else ': MISSED'})"
