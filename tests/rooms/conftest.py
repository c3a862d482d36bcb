"""Who is calling, for rooms that are tested without the accounts room's own verbs."""

import hashlib
from typing import Any

import pytest

from largesse.kit.db import Database
from largesse.kit.principal import Principal

_WHO = """
SELECT a.key, a.id, a.username, a.display_name, b.key, b.kind, a.adult_from, a.creator_since IS NOT NULL, a.roles
FROM accounts.bearer b JOIN accounts.account a ON a.key = b.account WHERE b.hash = %s
"""


class Bearers:
    """Authenticates the sessions that `make_person` made."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def authenticate(self, token: str) -> Principal | None:
        async with self._db.read() as tx:
            row: Any = await (await tx.execute(_WHO, [hashlib.sha256(token.encode()).digest()])).fetchone()
        if row is None:
            return None
        key, id_, username, display_name, bearer, kind, adult_from, creator, roles = row
        return Principal(
            account=key, id=id_, username=username, display_name=display_name, bearer=bearer, kind=kind,
            adult_from=adult_from, creator=creator, roles=frozenset(roles),
        )  # fmt: skip


@pytest.fixture
def accounts(db: Database) -> Bearers:
    return Bearers(db)
