"""Writing credits for a US bank: a Nacha file of one batch of PPD entries, by `achkit`.

Source: the Nacha Operating Rules, appendix three (record formats). Ids and times are the batch's, so the same batch is
the same file.
"""

import hashlib
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from achkit import AchFile

from largesse.payouts.bankfiles import letters

MINOR_MAX = 9_999_999_999  # ten digits of US cents
TOTAL_MAX = 999_999_999_999  # twelve, of a whole file
CREDITS_MAX = 5_000
MODIFIERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"  # one for each file of a day
ID_LENGTH = 15
_NAME_MAX, _COMPANY_MAX, _BANK_MAX, _COMPANY_ID = 22, 16, 23, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Originator:
    """The operator at its bank (the ODFI). `company_id` is what the bank gave out, at most ten characters."""

    name: str
    company_id: str
    odfi: str
    odfi_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """One transfer. `id` is its individual id number, 15 characters; `minor` are US cents."""

    id: str
    name: str
    routing: str
    account: str
    kind: Literal["checking", "savings"]
    minor: int


def individual_id(key: str) -> str:
    """An attempt's key in the 15 characters that the format allows: 75 bits of its SHA-256."""
    return b32encode(hashlib.sha256(key.encode()).digest()).decode()[:ID_LENGTH]


def write(
    *, made_at: datetime, modifier: str, effective_on: date, originator: Originator, credits_: Sequence[Credit]
) -> bytes:
    """A file of transfers of one day; the same arguments are the same bytes. `made_at` is UTC."""
    assert 0 < len(credits_) <= CREDITS_MAX, len(credits_)
    assert modifier in MODIFIERS, modifier
    assert sum(credit.minor for credit in credits_) <= TOTAL_MAX
    file = AchFile.create(
        origin_dfi=originator.odfi, company_id=originator.company_id,
        destination_name=letters.ach(originator.odfi_name, _BANK_MAX),
        origin_name=letters.ach(originator.name, _BANK_MAX), file_id_modifier=modifier, creation_date=made_at,
    )  # fmt: skip
    batch = file.batch(
        sec="PPD", description="PAYOUT", effective_date=effective_on.isoformat(),
        company_name=letters.ach(originator.name, _COMPANY_MAX), company_id=originator.company_id[:_COMPANY_ID],
    )  # fmt: skip
    for credit in credits_:
        assert 0 < credit.minor <= MINOR_MAX, credit.id
        assert len(credit.id) == ID_LENGTH, credit.id
        batch.credit(
            name=letters.ach(credit.name, _NAME_MAX), routing=credit.routing, account=credit.account,
            amount_cents=credit.minor, account_type=credit.kind, id_number=credit.id,
        )  # fmt: skip
    written: bytes = file.render().encode("ascii")
    return written
