"""Makes a new id when it tries again: what was committed before its answer was lost is given twice."""

from typing import Any

import psycopg

from largesse.gifting.committer import Committer
from largesse.kit import ids


def plant() -> None:
    settle_once = Committer._settle_once

    async def settle(self: Committer, requests: Any) -> Any:
        try:
            return await settle_once(self, requests)
        except (psycopg.OperationalError, OSError):
            for request in requests:
                request.id = ids.new().bytes
            raise

    Committer._settle_once = settle  # type: ignore[method-assign]
