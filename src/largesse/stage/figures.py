"""What rooms count where nobody counts."""

from collections.abc import Sequence

from largesse.kit.db import ReadTx
from largesse.stage.model import Figure, Stage


class NoFigures:
    """Before anybody counts, everything is zero."""

    async def figures(self, _: ReadTx, __: Sequence[Stage]) -> dict[int, Figure]:
        """Nothing."""
        return {}

    async def top_gifters(self, _: ReadTx, __: Stage, ___: int) -> list[tuple[int, int]]:
        """Nobody."""
        return []


class NoNewcomers:
    """Before anybody knows who gave before, nobody is new."""

    async def newcomers(self, _: ReadTx, __: Stage) -> set[int]:
        """Nobody."""
        return set()
