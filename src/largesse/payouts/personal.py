"""What payouts keep about a person: shown to them whole, and forgotten with them."""

from typing import Any

import msgspec

from largesse import accounts, ledger
from largesse.accounts import PersonalKeys
from largesse.kit import ids
from largesse.kit.db import ReadTx, WriteTx
from largesse.payouts import sealed_papers, store, store_methods, store_papers
from largesse.payouts.paper import Paper
from largesse.payouts.sealing import Seals
from largesse.payouts.withdrawal import Payout

_ROWS_MAX = 10_000


async def export_person(tx: ReadTx, account: int, seals: Seals, personal: PersonalKeys) -> dict[str, Any]:
    """What is kept here about a person: `payout_methods` with the accounts themselves, `payouts`, `papers`, `earnings`.

    A paper's pictures are named, and read one by one over HTTP.
    """
    key = await store_methods.find_person_key(tx, account)
    methods = []
    for row in await store_methods.export(tx, account):
        sealed = row.pop("sealed")
        methods.append(row | {"account": seals.open(key, account, sealed) if key else {}})
    payouts = await store.list_payouts(tx, creator=account, status=None, before=None, limit=_ROWS_MAX)
    papers = [await _shown(tx, personal, paper) for paper in await store_papers.list_papers(tx, account)]
    return {
        "payout_methods": methods, "payouts": [_plain(payout) for payout in payouts], "papers": papers,
        "earnings": [_earned(day) for day in await ledger.list_earnings(tx, account)],
    }  # fmt: skip


async def erase_person(tx: WriteTx, account: int) -> None:
    """Destroy the key of a person's accounts, what was shown of them, and every paper; what was paid stays, as numbers.

    A fingerprint of an account stays: it says nothing about it, and finds the account again where it was misused.
    Raises `PayoutUnderWay` where money is on its way: it could neither be asked for nor sent again.
    """
    await ledger.lock_creator(tx, account)
    if await store.has_open(tx, account):
        raise accounts.PayoutUnderWay
    await store_methods.forget(tx, account)
    await store_methods.drop_person_key(tx, account)
    await store_papers.forget_person(tx, account)


async def _shown(tx: ReadTx, personal: PersonalKeys, paper: Paper) -> dict[str, Any]:
    """A paper, what it says, and when who looked at it; which operator is not the person's business."""
    looks = await store_papers.list_looks(tx, paper.id)
    shown = msgspec.structs.asdict(paper) | {"id": ids.encode("paper", paper.id), "decided_by": None}
    says = await sealed_papers.open_paper(personal, tx, paper)
    return shown | {"says": says, "looked_at": [{"side": one.side, "at": one.at} for one in looks]}


def _plain(payout: Payout) -> dict[str, Any]:
    quote = payout.quote
    return {
        "id": ids.encode("payout", payout.id), "status": payout.status, "method": quote.method, "rail": payout.rail,
        "gross_minor": quote.gross_minor, "fee_minor": quote.fee_minor, "net_minor": quote.net_minor,
        "net_currency": quote.net_currency, "rate": str(quote.rate), "diamonds_milli": sum(d.milli for d in quote.days),
        "requested_at": payout.requested_at, "history": [msgspec.structs.asdict(step) for step in payout.history],
    }  # fmt: skip


def _earned(day: ledger.EarningDay) -> dict[str, Any]:
    """A day of earnings in milli-diamonds; `policy` is the number that names it everywhere."""
    return {
        "day": day.day, "policy": day.policy, "gifts": day.gifts, "coins": day.coins, "earned_milli": day.milli_in,
        "granted_milli": day.milli_granted, "reversed_milli": day.milli_reversed, "reserved_milli": day.milli_reserved,
        "paid_milli": day.milli_redeemed,
    }  # fmt: skip
