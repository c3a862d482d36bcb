"""The operator's account at a bank, for reconciliation: payments asks for it, payouts know it."""

from largesse.kit.config import Settings
from largesse.kit.db import ReadTx
from largesse.payments import Bank, Moved, Wanted
from largesse.payouts import list_bank_moves


def bank_of(settings: Settings) -> Bank | None:
    """The account that SEPA files are debited to; None where there is none."""
    return Bank("".join(settings.sepa_iban.split()).upper(), _moved) if settings.sepa_iban else None


async def _moved(tx: ReadTx, wanted: Wanted) -> list[Moved]:
    found = await list_bank_moves(
        tx, "sepa", bank_ids=wanted.names, files=wanted.files, from_at=wanted.from_at, to_at=wanted.to_at
    )
    return [
        Moved(
            kind=one.kind, name=one.bank_id, message=f"LG-{one.file.hex}", minor=one.minor, currency=one.currency,
            recorded_at=one.recorded_at,
        )
        for one in found
    ]  # fmt: skip
