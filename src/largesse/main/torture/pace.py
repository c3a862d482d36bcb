"""How slow the machine is: how long a moment of processor time takes on it while all of this runs."""

import asyncio
import statistics
import time
from dataclasses import dataclass, field
from typing import Final

_EVERY_S: Final = 0.5
_MOMENT_S: Final = 0.004


@dataclass
class Pace:
    """Felt moments, as multiples of their processor time."""

    felt: list[float] = field(default_factory=list)

    @property
    def slowness(self) -> float:
        """Seconds that a second of processor time took, in the middle: 1 on a machine with a core to spare."""
        return round(statistics.median(self.felt), 2) if self.felt else 1.0

    async def feel(self) -> None:
        """Feel it now and then, until cancelled."""
        while True:
            await asyncio.sleep(_EVERY_S)
            began, worked = time.perf_counter(), time.thread_time()
            while time.thread_time() - worked < _MOMENT_S:
                pass
            self.felt.append((time.perf_counter() - began) / _MOMENT_S)
