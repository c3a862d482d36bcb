"""Rails, one file each, behind the port in `port.py`."""

from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.payouts.rails.manual import Manual
from largesse.payouts.rails.port import Rail
from largesse.payouts.rails.sandbox import Sandbox


def configured(settings: Settings, db: Database) -> dict[str, Rail]:
    """The rails of this service by name. A sandbox has the sandbox's only, so nothing real can leave it."""
    rails: list[Rail] = [Sandbox(db)] if settings.sandbox else [Manual(db)]
    return {rail.name: rail for rail in rails}


__all__ = ["Manual", "Rail", "Sandbox", "configured"]
