"""What payouts keep about a person: shown to them whole, and forgotten with them."""

from typing import Any

import msgspec

from largesse import accounts, ledger
from largesse.kit import ids
from largesse.kit.db import ReadTx, WriteTx
from largesse.payouts import store, store_methods
from largesse.payouts.sealing import Seals
from largesse.payouts.withdrawal import Payout

_ROWS_MAX = 10_000


async def export_person(tx: ReadTx, account: int, seals: Seals) -> dict[str, Any]:
    """What is kept here about a person: `payout_methods` with the accounts themselves, and `payouts`."""
    key = await store_methods.find_person_key(tx, account)
    methods = []
    for row in await store_methods.export(tx, account):
        sealed = row.pop("sealed")
        methods.append(row | {"account": seals.open(key, account, sealed) if key else {}})
    payouts = await store.list_payouts(tx, creator=account, status=None, before=None, limit=_ROWS_MAX)
    return {"payout_methods": methods, "payouts": [_plain(payout) for payout in payouts]}


async def erase_person(tx: WriteTx, account: int) -> None:
    """Destroy the key of a person's accounts, and what was shown of them; what was paid stays, as numbers.

    A fingerprint of an account stays: it says nothing about it, and finds the account again where it was misused.
    Raises `PayoutUnderWay` where money is on its way: it could neither be asked for nor sent again.
    """
    await ledger.lock_creator(tx, account)
    if await store.has_open(tx, account):
        raise accounts.PayoutUnderWay
    await store_methods.forget(tx, account)
    await store_methods.drop_person_key(tx, account)


def _plain(payout: Payout) -> dict[str, Any]:
    quote = payout.quote
    return {
        "id": ids.encode("payout", payout.id), "status": payout.status, "method": quote.method, "rail": payout.rail,
        "gross_minor": quote.gross_minor, "fee_minor": quote.fee_minor, "net_minor": quote.net_minor,
        "net_currency": quote.net_currency, "rate": str(quote.rate), "diamonds_milli": sum(d.milli for d in quote.days),
        "requested_at": payout.requested_at, "history": [msgspec.structs.asdict(step) for step in payout.history],
    }  # fmt: skip
