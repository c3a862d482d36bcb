"""What a report moves in all beside what the books moved: a planted cent is their difference."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from largesse import ledger
from largesse.kit import ids
from largesse.kit.db import Database
from largesse.kit.money import Money
from largesse.payments import ReconcilingService
from largesse.payments.routes_reconciling import routes as reconciling_routes

HEAD = "balance_transaction_id,currency,gross,fee,reporting_category,source_id,payment_intent_id"
ADULT = datetime(2000, 1, 1, tzinfo=UTC).date()


async def bought(db: Database, buyer: int, currency: str = "USD", *, back: int = 0) -> str:
    """A purchase of 13.99 with a fee of 0.59, granted and in the books, and a refund; its name at Stripe."""
    made, refund, now = ids.new(), ids.new(), datetime.now(UTC)
    ref = f"pi_{made.hex}"
    async with db.write() as tx:
        await tx.execute(
            "INSERT INTO payments.purchase (id, account, coins, price_minor, currency, region, channel, provider,"
            " provider_ref, status, paid_minor, paid_currency, fee_minor, granted_at)"
            " VALUES (%s, %s, 1000, 1399, %s, 'US', 'web', 'stripe', %s, 'paid', 1399, %s, 59, %s)",
            [made, buyer, currency, ref, currency, now - timedelta(days=2)],
        )
        await ledger.sell_coins(
            tx, account=buyer, gives_from=ADULT, coins=1000, gross=Money(1399, currency), tax=Money(0, currency),
            provider_fee=Money(59, currency), source=f"purchase:{made}", happened_at=now,
        )  # fmt: skip
        if back:
            await put_refund(tx, made, refund, back, currency)
            await ledger.refund_coins(
                tx, purchase=f"purchase:{made}", refunded=Money(back, currency), via="psp", source=f"refund:{refund}",
                reason="asked for", happened_at=now,
            )  # fmt: skip
    return ref


async def put_refund(tx: Any, purchase: UUID, refund: UUID, minor: int, currency: str) -> None:
    await tx.execute(
        "INSERT INTO payments.refund (id, purchase, provider, ref, minor, currency, status, moved_at)"
        " VALUES (%s, %s, 'stripe', %s, %s, %s, 'done', now() - interval '1 day')",
        [refund, purchase, f"re_{purchase.hex}", minor, currency],
    )


async def test_a_cent_less_in_a_report_is_the_difference_of_its_sums(
    app_client: Any, db: Database, accounts_service: Any, cast: Any
) -> None:
    client: httpx.AsyncClient = await app_client(
        reconciling_routes, accounts=accounts_service, reconciling=ReconcilingService(db)
    )
    one, other, euros = [await bought(db, cast.alice.key, *given) for given in ((), (), ("EUR",))]
    back = await bought(db, cast.alice.key, back=1399)
    rows = [
        f"txn_1,usd,13.99,0.59,charge,ch_1,{one}", f"txn_2,usd,13.98,0.59,charge,ch_2,{other}",
        f"txn_3,eur,13.99,0.59,charge,ch_3,{euros}", f"txn_4,usd,13.99,0.59,charge,ch_4,{back}",
        f"txn_5,usd,-13.99,0.00,refund,re_{back[3:]},", "txn_6,usd,-500.00,0.00,payout,po_1,",
    ]  # fmt: skip
    today = datetime.now(UTC).date()
    days = {"from_on": (today - timedelta(days=9)).isoformat(), "to_on": today.isoformat()}
    made = await client.post(
        "/v1/office/reconciliations/stripe", params=days, content="\n".join([HEAD, *rows, ""]).encode(),
        headers=cast.olga.headers,
    )  # fmt: skip
    assert made.status_code == 201, made.text
    assert (made.json()["matched"], made.json()["differing"]) == (4, 1)
    got = await client.get(f"/v1/office/reconciliations/{made.json()['id']}", headers=cast.olga.headers)
    assert got.json() == made.json()
    assert got.json()["sums"] == [
        {
            "currency": "EUR", "theirs_minor": 1340, "ours_minor": 1340, "difference_minor": 0, "opening_minor": None,
            "closing_minor": None,
        },
        {
            "currency": "USD", "theirs_minor": 2620, "ours_minor": 2621, "difference_minor": -1, "opening_minor": None,
            "closing_minor": None,
        },
    ]  # fmt: skip
    hidden = await client.get(f"/v1/office/reconciliations/{made.json()['id']}", headers=cast.alice.headers)
    assert hidden.status_code == 403
