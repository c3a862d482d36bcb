"""Statements of payout methods."""

from typing import Any
from uuid import UUID

import psycopg

from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.kit.idempotency import IdReused
from largesse.payouts.withdrawal import Method


async def get_person_key(tx: WriteTx, account: int, fresh: bytes) -> bytes:
    """A person's sealed key; `fresh` becomes it where they have none."""
    key: bytes = await tx.scalar(sql("payouts", "person_key"), {"account": account, "fresh": fresh})
    return key


async def find_person_key(tx: ReadTx, account: int) -> bytes | None:
    """A person's sealed key; None where they were erased or have none."""
    key: bytes | None = await tx.scalar(sql("payouts", "person_key_find"), {"account": account})
    return key


async def drop_person_key(tx: WriteTx, account: int) -> None:
    """Destroy a person's key: nothing that was sealed for them can be read again."""
    await tx.execute(sql("payouts", "person_key_drop"), {"account": account})


async def put_method(tx: WriteTx, **columns: Any) -> None:
    """Put a method down. Raises `IdReused` where the id is somebody's."""
    try:
        await tx.execute(sql("payouts", "method_put"), columns)
    except psycopg.errors.UniqueViolation as error:
        raise IdReused from error


async def list_methods(tx: ReadTx, creator: int) -> list[Method]:
    """A creator's methods, newest first."""
    return await tx.all(Method, sql("payouts", "methods"), {"creator": creator})


async def export(tx: ReadTx, creator: int) -> list[dict[str, Any]]:
    """Every method that a creator ever had, with its sealed account, newest first."""
    return await tx.rows(sql("payouts", "methods_export"), {"creator": creator})


async def forget(tx: WriteTx, creator: int) -> None:
    """Remove a creator's methods, and what was shown of them."""
    await tx.execute(sql("payouts", "methods_forget"), {"creator": creator})


async def find_sealed(tx: ReadTx, method: UUID) -> tuple[bytes, bytes, bytes | None] | None:
    """A method's sealed account, its fingerprint, and what its two deposits come to."""
    row = await tx.row(sql("payouts", "method_sealed"), {"id": method})
    return (row["sealed"], row["fingerprint"], row["codes"]) if row else None


async def list_sharers(tx: ReadTx, fingerprint: bytes, creator: int, limit: int) -> list[int]:
    """Other creators that have, or had, the same account."""
    named = {"fingerprint": fingerprint, "creator": creator, "limit": limit}
    return [row["creator"] for row in await tx.rows(sql("payouts", "method_sharers"), named)]


async def verify(tx: WriteTx, method: UUID, by: str) -> None:
    """Note that a method is verified, the first time that it is."""
    await tx.execute(sql("payouts", "method_verify"), {"id": method, "by": by})


async def put_codes(tx: WriteTx, method: UUID, codes: bytes) -> None:
    """Note what two deposits come to; tries begin anew."""
    await tx.execute(sql("payouts", "method_codes"), {"id": method, "codes": codes})


async def count_try(tx: WriteTx, method: UUID) -> int:
    """Count a try at a method's codes; returns how many there were."""
    tries: int = await tx.scalar(sql("payouts", "method_try"), {"id": method})
    return tries


async def remove(tx: WriteTx, method: UUID) -> None:
    """Note that a method is removed."""
    await tx.execute(sql("payouts", "method_remove"), {"id": method})
