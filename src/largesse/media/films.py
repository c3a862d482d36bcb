"""The verbs of films: made of uploads and recordings, read, captioned, deleted."""

import structlog

from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.storage import Storage

log = structlog.get_logger(__name__)


class FilmsService:
    """Films of videos. Build it once, in `main`."""

    def __init__(self, db: Database, settings: Settings, storage: Storage) -> None:
        self._db = db
        self._settings = settings
        self.storage = storage
