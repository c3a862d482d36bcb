"""Euro transfers within SEPA, by pain.001 files; what became of them is read from pain.002, camt.053 and camt.054.

Money is booked by the account statement alone: a status report says that the bank took a file or refused it, and never
that money has left. Source: EPC125-05, SEPA Credit Transfer Scheme Rulebook.
"""

from collections.abc import Sequence
from uuid import UUID

import schwifty
from schwifty import registry
from schwifty.exceptions import SchwiftyException

from largesse.kit import iso20022
from largesse.kit.config import BadSettings, Settings
from largesse.kit.db import Database
from largesse.kit.iso20022 import END_TO_END, MESSAGE, Booked, Statement, Status
from largesse.payouts.bankfiles import letters, pain001
from largesse.payouts.rails.by_file import WINDOW, ByFile, Heard, Letter, Line, Told, What
from largesse.payouts.rails.port import Capabilities

_NAMES = ("sepa_iban", "sepa_bic", "sepa_name")
# ISO 20022 external codes of a payment's status; the rest (received, pending, partly) says nothing new.
_STATUSES: dict[str, What] = {
    "RJCT": "failed", "ACTC": "in_transit", "ACCP": "in_transit", "ACWC": "in_transit", "ACSP": "in_transit",
    "ACSC": "in_transit", "ACCC": "in_transit",
}  # fmt: skip


class Sepa(ByFile):
    """Credit transfers of one account of the operator's. Ends the program where its settings cannot be used."""

    name = "sepa"
    media_type, suffix = "application/xml", "xml"

    def __init__(self, settings: Settings, db: Database) -> None:
        super().__init__(db)
        self._debtor = _debtor(settings)
        zone = frozenset(c for c in registry.get_countries() if registry.get_iban_spec(c).in_sepa_zone)
        self.capabilities = Capabilities(
            currencies=frozenset({"EUR"}), countries=zone, repeats=False, late=WINDOW, window=WINDOW, by_file=True
        )

    def originator(self) -> dict[str, str]:
        """Name, IBAN and BIC of the operator's account."""
        return {"name": self._debtor.name, "iban": self._debtor.iban, "bic": self._debtor.bic}

    def bank_id(self, payout: UUID, attempt: int) -> str:
        """The end-to-end id."""
        return pain001.end_to_end_id(payout, attempt)

    def number_max(self) -> int:
        """A message id tells any two apart; this is a bound."""
        return 1_000

    def write(self, letter: Letter, lines: Sequence[Line]) -> bytes:
        """A pain.001."""
        return pain001.write(
            message=pain001.message_id(letter.id), made_at=letter.made_at, execution_on=letter.execution_on,
            debtor=pain001.Debtor(**letter.originator),
            credits_=[
                pain001.Credit(
                    id=line.bank_id, name=line.account["name"], iban=line.account["iban"], minor=line.money.minor,
                    text=f"Earnings {line.bank_id}",
                )
                for line in lines
            ],
        )  # fmt: skip

    def read(self, raw: bytes) -> Heard:
        """A pain.002, camt.053 or camt.054 of our account."""
        found = iso20022.read(raw, account=self._debtor.iban)
        if isinstance(found, Statement):
            return Heard(kind=found.kind, ref=found.id, told=[_of_entry(entry) for entry in found.entries])
        file = _file(found.original)
        told = [_of_status(n, status, file) for n, status in enumerate(found.statuses, 1)]
        return Heard(kind="pain.002", ref=found.id, told=sorted(told, key=lambda one: not one.bank_id))


def _debtor(settings: Settings) -> pain001.Debtor:
    missing = [f"LARGESSE_{name.upper()}" for name in _NAMES if not getattr(settings, name)]
    if missing:
        raise BadSettings(f"largesse: SEPA is half set: {' and '.join(missing)} must be set too")
    try:
        iban = schwifty.IBAN(settings.sepa_iban, validate_bban=True)
    except SchwiftyException as error:
        raise BadSettings(f"largesse: LARGESSE_SEPA_IBAN is not an IBAN: {error}") from error
    if not iban.in_sepa_zone:
        raise BadSettings("largesse: LARGESSE_SEPA_IBAN is of a country outside SEPA")
    try:
        bic = schwifty.BIC(settings.sepa_bic)
    except SchwiftyException as error:
        raise BadSettings(f"largesse: LARGESSE_SEPA_BIC is not a BIC: {error}") from error
    if not letters.is_writable(settings.sepa_name):
        raise BadSettings("largesse: LARGESSE_SEPA_NAME has no letter that a bank's file can hold")
    return pain001.Debtor(name=settings.sepa_name, iban=iban.compact, bic=bic.compact)


def _of_status(n: int, status: Status, file: UUID | None) -> Told:
    named = status.end_to_end or ""
    return Told(
        place=f"status {n}", what=_STATUSES.get(status.status, "nothing"), bank_id=named,
        file=None if named else file, reason=status.reason or status.status,
        is_ours=bool(END_TO_END.fullmatch(named)) if named else file is not None,
    )  # fmt: skip


def _of_entry(entry: Booked) -> Told:
    named = entry.end_to_end if entry.end_to_end and END_TO_END.fullmatch(entry.end_to_end) else ""
    file = None if named else _file(entry.message or "")
    what: What = "nothing"
    if not entry.is_credit and not entry.is_return:
        what = "paid"
    elif entry.is_credit and entry.is_return:
        what = "returned"
    return Told(
        place=entry.place, what=what, bank_id=named, file=file, money=entry.money, reason=entry.reason,
        is_ours=bool(named) or file is not None,
    )  # fmt: skip


def _file(message: str) -> UUID | None:
    found = MESSAGE.fullmatch(message)
    return UUID(found[1]) if found else None
