"""Figures: the median of some rounds with its range, as a table or as JSON."""

import json
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measure. `values` are one a round; `reach` is what it should be, with its direction."""

    name: str
    unit: str
    values: tuple[float, ...]
    reach: float | None = None
    at_most: bool = False

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def reached(self) -> bool | None:
        if self.reach is None:
            return None
        return self.median <= self.reach if self.at_most else self.median >= self.reach


def ratio(name: str, above: Sequence[float], below: Sequence[float], reach: float | None) -> Figure:
    """The ratio pair by pair: what drifts with the machine drops out."""
    return Figure(name, "x", tuple(a / b for a, b in zip(above, below, strict=True)), reach)


def show(figures: Sequence[Figure], *, title: str) -> None:
    """Print a table; with --json on the command line, JSON lines instead."""
    if "--json" in sys.argv:
        for f in figures:
            row = {"bench": title, "name": f.name, "unit": f.unit, "median": f.median, "min": min(f.values), "max": max(f.values),
                   "rounds": len(f.values), "reach": f.reach, "reached": f.reached}  # fmt: skip
            print(json.dumps(row))
        return
    print(f"\n{title}")
    for f in figures:
        want = (
            ""
            if f.reach is None
            else f"  reach {'<=' if f.at_most else '>='} {f.reach:g}: {'yes' if f.reached else 'NO'}"
        )
        print(f"  {f.name:<58} {f.median:>12,.2f} {f.unit:<10} ({min(f.values):,.2f} .. {max(f.values):,.2f}){want}")
