"""Statements of purchases."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.kit.idempotency import IdReused
from largesse.payments.errors import ReceiptTaken
from largesse.payments.model import Purchase, Step
from largesse.payments.reconcile import DisputeRow, Record, RefundRow


class Buyer(msgspec.Struct, frozen=True, kw_only=True):
    """What the books need of a purchase's buyer."""

    id: UUID
    username: str
    adult_from: date


class Unfinished(msgspec.Struct, frozen=True, kw_only=True):
    """A granted purchase whose store does not know it; `old`: it was granted more than a day ago."""

    provider: str
    provider_ref: str
    old: bool


async def lock_buyer(tx: WriteTx, account: int) -> None:
    """Let no other order of this buyer be judged until the transaction ends."""
    await tx.execute(sql("payments", "lock_buyer"), {"account": account})


async def get_now(tx: ReadTx) -> datetime:
    """The transaction's time, on the database's clock."""
    at: datetime = await tx.scalar(sql("payments", "now"))
    return at


async def bought_since(tx: ReadTx, account: int, since: datetime) -> int:
    """US cents that count against the buying limit since then."""
    minor: int = await tx.scalar(sql("payments", "bought_since"), {"account": account, "since": since})
    return minor


async def find(tx: ReadTx, purchase: UUID) -> Purchase | None:
    """A purchase, whoever's it is."""
    row = await tx.row(sql("payments", "find"), {"id": purchase})
    return _purchase(row) if row else None


async def find_by_ref(tx: ReadTx, provider: str, ref: str) -> UUID | None:
    """The purchase of a provider's object."""
    found: UUID | None = await tx.scalar(sql("payments", "by_ref"), {"provider": provider, "ref": ref})
    return found


async def find_product(tx: ReadTx, provider: str, receipt: str) -> str | None:
    """The product of a store's receipt that is somebody's here; None where it is nobody's."""
    found: str | None = await tx.scalar(sql("payments", "product_of"), {"provider": provider, "receipt": receipt})
    return found


async def list_page(tx: ReadTx, account: int, before: tuple[datetime, UUID] | None, limit: int) -> list[Purchase]:
    """A buyer's purchases, newest first, behind a place."""
    at, last = before or (None, None)
    values = {"account": account, "before_at": at, "before_id": last, "limit": limit}
    return [_purchase(row) for row in await tx.rows(sql("payments", "page"), values)]


async def enter_order(tx: WriteTx, **columns: Any) -> None:
    """Enter an order as created.

    Raises `IdReused` where somebody used the id a moment ago, `ReceiptTaken` where the provider's object is somebody's.
    """
    try:
        await tx.execute(sql("payments", "order"), columns)
    except psycopg.errors.UniqueViolation as error:
        if error.diag.constraint_name == "purchase_pkey":
            raise IdReused from error
        if error.diag.constraint_name in {"purchase_provider_provider_ref_key", "purchase_receipt"}:
            raise ReceiptTaken from error
        raise


async def lock(tx: WriteTx, purchase: UUID) -> None:
    """Lock a purchase until the transaction ends; inside a pipeline it does not wait for the answer."""
    await tx.execute(sql("payments", "lock"), {"id": purchase})


async def find_record(
    tx: WriteTx, purchase: UUID, *, sandbox: bool, testers: Sequence[str]
) -> tuple[Record, Buyer] | None:
    """A locked purchase with all that is known of its money, and its buyer; None where there is no such purchase."""
    row = await tx.row(sql("payments", "record"), {"id": purchase})
    if row is None:
        return None
    buyer = Buyer(id=row.pop("buyer"), username=row.pop("username"), adult_from=row.pop("adult_from"))
    product, refunds, disputes = row.pop("product_id"), row.pop("refunds"), row.pop("disputes")
    now = row.pop("now")
    record = Record(
        purchase=_purchase(row),
        buyer=buyer.id,
        product_id=product,
        refunds=msgspec.convert(refunds, list[RefundRow]),
        disputes=msgspec.convert(disputes, list[DisputeRow]),
        sandbox=sandbox,
        tester=buyer.username in testers,
        now=now,
    )
    return record, buyer


async def move(
    tx: WriteTx, purchase: UUID, status: str, actor: str, *, reason: str = "", provider_ref: str | None = None
) -> None:
    """Move a purchase on; the database refuses an illegal move, which is a bug."""
    values = {"id": purchase, "status": status, "actor": actor, "reason": reason, "provider_ref": provider_ref}
    await tx.execute(sql("payments", "move"), values)


async def arrive(tx: WriteTx, purchase: UUID, **columns: Any) -> None:
    """Enter that the money is there, and where the purchase stands with it; columns as in sql/arrived.sql."""
    await tx.execute(sql("payments", "arrive"), {"id": purchase, "actor": columns["actor"]})
    await tx.execute(sql("payments", "arrived"), {"id": purchase, **columns})


async def looked(tx: WriteTx, purchase: UUID, ref: str | None, order: str | None = None) -> None:
    """Note that the provider was asked, and its object and order where we did not know them."""
    await tx.execute(sql("payments", "looked"), {"id": purchase, "ref": ref, "order": order})


async def flag(tx: WriteTx, purchase: UUID, word: str) -> None:
    """Put a purchase before a person."""
    await tx.execute(sql("payments", "flag"), {"id": purchase, "word": word})


async def finished(tx: WriteTx, purchase: UUID) -> None:
    """Note that the store knows of the coins."""
    await tx.execute(sql("payments", "finished"), {"id": purchase})


async def list_unfinished(tx: ReadTx, providers: Sequence[str], limit: int) -> list[tuple[UUID, str]]:
    """Granted purchases (id, provider) whose store is to be told now, `limit` of each provider."""
    rows = await tx.execute(sql("payments", "unfinished"), {"providers": list(providers), "limit": limit})
    return await rows.fetchall()


async def take_unfinished(tx: WriteTx, purchase: UUID, *, pause_s: int, pause_s_max: int) -> Unfinished | None:
    """Note that a store is about to be told, so that it is not told again at once; None where it knows already."""
    values = {"id": purchase, "pause_s": pause_s, "pause_s_max": pause_s_max}
    return await tx.one(Unfinished, sql("payments", "finish_take"), values)


async def list_waiting(
    tx: ReadTx, providers: Sequence[str], *, young_s: int, pause_s: int, limit: int
) -> list[tuple[UUID, str, str | None, bool]]:
    """Orders (id, provider, ref, older than a day) that wait for money and were not looked at for a while.

    Those that were looked at longest ago come first, `limit` of each provider.
    """
    values = {"providers": list(providers), "young_s": young_s, "pause_s": pause_s, "limit": limit}
    rows = await tx.execute(sql("payments", "waiting"), values)
    return await rows.fetchall()


def _purchase(row: dict[str, Any]) -> Purchase:
    return Purchase(**row | {"history": msgspec.convert(row["history"], list[Step])})
