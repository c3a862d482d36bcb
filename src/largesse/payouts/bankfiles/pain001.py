"""Writing credit transfers for a bank in the euro area: pain.001.001.09, judged by its XSD before anybody gets it.

Sources: EPC132-08, SEPA Credit Transfer Scheme Customer-to-PSP Implementation Guidelines; the schema that `sepaxml`
carries. `sepaxml` names every message and payment anew at random and dates it by its own clock; ours are the batch's,
so the same batch is the same file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sepaxml import SepaTransfer

from largesse.payouts.bankfiles import letters

SCHEMA = "pain.001.001.09"
MINOR_MAX = 99_999_999_999  # EPC132-08: 999,999,999.99 euros
CREDITS_MAX = 5_000
_NAME_MAX, _TEXT_MAX, _ID_MAX = 70, 140, 35


@dataclass(frozen=True, slots=True, kw_only=True)
class Debtor:
    """The operator's account, from which money goes."""

    name: str
    iban: str
    bic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """One transfer. `id` is its end-to-end id, at most 35 characters; `minor` are euro cents."""

    id: str
    name: str
    iban: str
    minor: int
    text: str


def end_to_end_id(payout: UUID, attempt: int) -> str:
    """An attempt's key, as long as the scheme allows: 35 characters."""
    assert 0 < attempt < 100, attempt  # noqa: PLR2004 - two digits are left
    return f"{payout.hex}-{attempt}"


def message_id(batch: UUID) -> str:
    """A batch's message id: 35 characters."""
    return f"LG-{batch.hex}"


def write(*, message: str, made_at: datetime, execution_on: date, debtor: Debtor, credits_: Sequence[Credit]) -> bytes:
    """A file of transfers of one day; the same arguments are the same bytes. `made_at` is UTC."""
    assert 0 < len(credits_) <= CREDITS_MAX, len(credits_)
    file = _Transfers(message, made_at, debtor)
    for credit in credits_:
        assert 0 < credit.minor <= MINOR_MAX, credit.id
        assert 0 < len(credit.id) <= _ID_MAX, credit.id
        file.add_payment({
            "name": letters.sepa(credit.name, _NAME_MAX), "IBAN": credit.iban, "amount": credit.minor,
            "description": letters.sepa(credit.text, _TEXT_MAX), "execution_date": execution_on,
            "endtoend_id": credit.id,
        })  # fmt: skip
    written: bytes = file.export(validate=True)
    return written


class _Transfers(SepaTransfer):  # type: ignore[misc]
    """`sepaxml`'s file, with an id and a date that are given."""

    def __init__(self, message: str, made_at: datetime, debtor: Debtor) -> None:
        self._message, self._made_at = message, made_at
        config: dict[str, Any] = {
            "name": letters.sepa(debtor.name, _NAME_MAX), "IBAN": debtor.iban, "BIC": debtor.bic, "batch": True,
            "currency": "EUR",
        }  # fmt: skip
        super().__init__(config, schema=SCHEMA, clean=False)

    def _create_header(self) -> None:
        self.msg_id = self._message
        super()._create_header()
        self._xml.find(".//CreDtTm").text = self._made_at.strftime("%Y-%m-%dT%H:%M:%SZ")

    def _finalize_batch(self) -> None:
        super()._finalize_batch()
        (payment,) = self._xml.iter("PmtInfId")  # one day, so one
        payment.text = self._message
