"""What left the operator's account and came back to it, by the names that its bank has for it: for reconciliation."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from largesse import ledger
from largesse.kit.db import ReadTx
from largesse.payouts import store_bank
from largesse.payouts.withdrawal import source_of


class BankMove(msgspec.Struct, frozen=True, kw_only=True):
    """A payout's money as the books have it; `bank_id` names the transfer at the bank, `file` what carried it there.

    `minor` is plus: it left (`payout`) or came back (`return`).
    """

    kind: Literal["payout", "return"]
    payout: UUID
    bank_id: str
    file: UUID
    minor: int
    currency: str
    recorded_at: datetime


async def list_bank_moves(
    tx: ReadTx, rail: str, *, bank_ids: Sequence[str], files: Sequence[UUID], from_at: datetime, to_at: datetime
) -> list[BankMove]:
    """What moved by a rail of files: all that a bank names, whenever, and all that the books have in some time."""
    named = await store_bank.list_named(tx, rail, bank_ids=bank_ids, files=files)
    sources = [source_of(one.payout) for one in named]
    moves = await ledger.list_payout_moves(tx, sources=sources, from_at=from_at, to_at=to_at)
    others = {one.source for one in moves} - set(sources)
    named += await store_bank.list_named(tx, rail, payouts=[UUID(one.partition(":")[2]) for one in sorted(others)])
    by_source = {source_of(one.payout): one for one in named}
    return [
        BankMove(
            kind="payout" if one.kind == "paidout" else "return", payout=by_source[one.source].payout,
            bank_id=by_source[one.source].bank_id, file=by_source[one.source].file, minor=one.minor,
            currency=one.currency, recorded_at=one.recorded_at,
        )
        for one in moves if one.source in by_source
    ]  # fmt: skip
