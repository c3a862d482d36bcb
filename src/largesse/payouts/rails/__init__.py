"""Rails, one file each, behind the port in `port.py`."""

from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.payouts.rails.manual import Manual
from largesse.payouts.rails.port import Rail
from largesse.payouts.rails.sandbox import Sandbox


def configured(settings: Settings, db: Database) -> dict[str, Rail]:
    """The rails of this service by name; ends the program where a setting cannot be used.

    A sandbox has the sandbox's only, so nothing real can leave it.
    """
    if settings.sandbox:
        return {Sandbox.name: Sandbox(db)}
    rails: list[Rail] = [Manual(db)]
    if settings.paypal_payouts:
        from largesse.payouts.rails.paypal import PayPal  # noqa: PLC0415 - only where it is used

        rails.append(PayPal(settings))
    return {rail.name: rail for rail in rails}


__all__ = ["Manual", "Rail", "Sandbox", "configured"]
