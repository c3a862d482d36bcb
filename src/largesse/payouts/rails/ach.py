"""Transfers to US accounts, by Nacha files; returns and notices of change are read back.

ACH says nothing of a transfer that arrived: a person says that the bank has debited a file. A bank has two banking days
to send a credit back, and sends some later. Source: the Nacha Operating Rules.
"""

import re
from collections.abc import Sequence
from uuid import UUID

from stdnum.us import rtn

from largesse.kit.bankfile import BankFileRefused
from largesse.kit.config import BadSettings, Settings
from largesse.kit.db import Database
from largesse.kit.money import Money
from largesse.payouts.bankfiles import letters, nacha, nacha_returns
from largesse.payouts.bankfiles.nacha_returns import Entry
from largesse.payouts.rails.by_file import WINDOW, ByFile, Heard, Letter, Line, Told
from largesse.payouts.rails.port import Capabilities

_NAMES = ("ach_company_id", "ach_company_name", "ach_odfi", "ach_odfi_name")
_COMPANY = re.compile(r"[A-Z0-9]{1,10}")
_CREDIT_RETURNS = {21, 31}  # of a checking account, of a savings account


class Ach(ByFile):
    """Credits of one originator at its bank. Ends the program where its settings cannot be used."""

    name = "ach"
    media_type, suffix = "text/plain", "ach"
    capabilities = Capabilities(
        currencies=frozenset({"USD"}), countries=frozenset({"US"}), repeats=False, late=WINDOW, window=WINDOW,
        by_file=True,
    )  # fmt: skip

    def __init__(self, settings: Settings, db: Database) -> None:
        super().__init__(db)
        self._at = _originator(settings)

    def originator(self) -> dict[str, str]:
        """The operator at its bank."""
        at = self._at
        return {"name": at.name, "company_id": at.company_id, "odfi": at.odfi, "odfi_name": at.odfi_name}

    def bank_id(self, payout: UUID, attempt: int) -> str:
        """The individual id number."""
        return nacha.individual_id(f"payout:{payout}:{attempt}")

    def number_max(self) -> int:
        """One file of a day for each modifier."""
        return len(nacha.MODIFIERS)

    def write(self, letter: Letter, lines: Sequence[Line]) -> bytes:
        """A Nacha file."""
        return nacha.write(
            made_at=letter.made_at, modifier=nacha.MODIFIERS[letter.number], effective_on=letter.execution_on,
            originator=nacha.Originator(**letter.originator),
            credits_=[
                nacha.Credit(
                    id=line.bank_id, name=line.account["name"], routing=line.account["routing"],
                    account=line.account["account"],
                    kind="savings" if line.account.get("type") == "savings" else "checking", minor=line.money.minor,
                )
                for line in lines
            ],
        )  # fmt: skip

    def read(self, raw: bytes) -> Heard:
        """Returns and notices of change for our company."""
        found = nacha_returns.read(raw)
        if set(found.company_ids) != {self._at.company_id}:
            raise BankFileRefused("other-account", "it is not of our company id alone")
        return Heard(kind="ach", ref=found.id, told=[_told(entry) for entry in found.entries])


def _originator(settings: Settings) -> nacha.Originator:
    missing = [f"LARGESSE_{name.upper()}" for name in _NAMES if not getattr(settings, name)]
    if missing:
        raise BadSettings(f"largesse: ACH is half set: {' and '.join(missing)} must be set too")
    if not _COMPANY.fullmatch(settings.ach_company_id):
        raise BadSettings("largesse: LARGESSE_ACH_COMPANY_ID is not 1 to 10 capital letters and digits")
    if not rtn.is_valid(settings.ach_odfi) or rtn.compact(settings.ach_odfi) != settings.ach_odfi:
        raise BadSettings("largesse: LARGESSE_ACH_ODFI is not a routing number: nine digits, the last one a check")
    for name in ("ach_company_name", "ach_odfi_name"):
        if not letters.is_writable(getattr(settings, name)):
            raise BadSettings(f"largesse: LARGESSE_{name.upper()} has no letter that a bank's file can hold")
    return nacha.Originator(
        name=settings.ach_company_name, company_id=settings.ach_company_id, odfi=settings.ach_odfi,
        odfi_name=settings.ach_odfi_name,
    )  # fmt: skip


def _told(entry: Entry) -> Told:
    place, added = f"line {entry.line}", entry.addendum
    if added is not None and added.type == "98":
        return Told(place=place, what="changed", bank_id=entry.id, reason=added.code, text=added.text, is_ours=True)
    is_return = added is not None and entry.code in _CREDIT_RETURNS
    return Told(
        place=place, what="returned" if is_return else "nothing", bank_id=entry.id, money=Money(entry.minor, "USD"),
        reason=added.code if added else "", is_ours=True,
    )  # fmt: skip
