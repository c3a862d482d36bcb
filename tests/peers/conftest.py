"""Books to prove and to read: secrets of their own, and a keeper who writes entries."""

from pathlib import Path

import pytest

from bookkeeping import Bookkeeper
from largesse.kit.db import Database
from largesse.ledger import keys
from largesse.ledger.keys import Keys


@pytest.fixture
def secrets(tmp_path: Path) -> Keys:
    return keys.load_keys(tmp_path / "data")


@pytest.fixture
def books(db: Database, secrets: Keys) -> Bookkeeper:
    return Bookkeeper(db, secrets)
