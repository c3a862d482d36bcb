"""One step of a payout: the move, what the books make of it, and the news; in the caller's transaction."""

import structlog

from largesse import ledger
from largesse.kit.db import WriteTx
from largesse.kit.money import Money
from largesse.payouts import letters, store
from largesse.payouts.rails.port import Seen
from largesse.payouts.reconcile import Act
from largesse.payouts.service_requests import tell
from largesse.payouts.withdrawal import DOLLAR, Payout

log = structlog.get_logger(__name__)


async def act(tx: WriteTx, payout: Payout, act: Act, seen: Seen, actor: str) -> None:
    """One state further, in the books too. `actor` says who knows it: `rail:<name>`, or `staff:<key>`."""
    await store.move(tx, payout.id, act, actor, reason=seen.reason, ref=seen.ref or None)
    at = await store.get_now(tx)
    if act == "paid":
        await ledger.pay_payout(
            tx, payout=payout.source, fee=Money(payout.quote.fee_minor, DOLLAR), sent=payout.net,
            cost=seen.cost or Money(0, DOLLAR), happened_at=at,
        )  # fmt: skip
    elif act == "failed":
        await ledger.let_payout_go(tx, payout=payout.source, happened_at=at)
    elif act == "returned":
        await ledger.return_payout(tx, payout=payout.source, back=seen.back or payout.net, happened_at=at)
    await tell(tx, payout, act)
    if act in letters.OF_STATUS:
        await letters.post(tx, letters.OF_STATUS[act], [payout.id])
    log.info("payout.moved", payout=str(payout.id), status=act, by=actor.partition(":")[0])
