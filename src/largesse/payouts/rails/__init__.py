"""Rails, one file each, behind the port in `port.py`."""

from largesse.kit.config import BadSettings, Settings
from largesse.kit.db import Database
from largesse.payouts.rails.manual import Manual
from largesse.payouts.rails.port import Rail
from largesse.payouts.rails.sandbox import Sandbox


def configured(settings: Settings, db: Database) -> dict[str, Rail]:
    """The rails of this service by name; ends the program where a setting cannot be used.

    A sandbox has the sandbox's only, so nothing real can leave it.
    """
    if settings.sandbox:
        _refuse_banks(settings)
        return {Sandbox.name: Sandbox(db)}
    rails: list[Rail] = [Manual(db), *_banks(settings, db)]
    if settings.paypal_payouts:
        from largesse.payouts.rails.paypal import PayPal  # noqa: PLC0415 - only where it is used

        rails.append(PayPal(settings))
    return {rail.name: rail for rail in rails}


def _banks(settings: Settings, db: Database) -> list[Rail]:
    """Rails by files, where an account of the operator's is set. Their libraries are loaded for nobody else."""
    banks: list[Rail] = []
    if _is_sepa_set(settings):
        from largesse.payouts.rails.sepa import Sepa  # noqa: PLC0415 - as above

        banks.append(Sepa(settings, db))
    if _is_ach_set(settings):
        from largesse.payouts.rails.ach import Ach  # noqa: PLC0415 - as above

        banks.append(Ach(settings, db))
    return banks


def _refuse_banks(settings: Settings) -> None:
    if _is_sepa_set(settings) or _is_ach_set(settings):
        raise BadSettings("largesse: a sandbox pays nobody: unset LARGESSE_SEPA_… and LARGESSE_ACH_…")


def _is_sepa_set(settings: Settings) -> bool:
    return bool(settings.sepa_iban or settings.sepa_bic or settings.sepa_name)


def _is_ach_set(settings: Settings) -> bool:
    return bool(settings.ach_company_id or settings.ach_company_name or settings.ach_odfi or settings.ach_odfi_name)


__all__ = ["Manual", "Rail", "Sandbox", "configured"]
