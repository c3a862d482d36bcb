"""The statements of the second factor."""

from datetime import datetime

import msgspec

from largesse.kit.db import ReadTx, WriteTx, sql


class Totp(msgspec.Struct, frozen=True, kw_only=True):
    """A person's authenticator; `secret` is sealed under their key, `confirmed_at` None until its first code."""

    secret: bytes
    created_at: datetime
    confirmed_at: datetime | None
    last_step: int


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """Since when a second factor is on, and when a session last gave a code of it."""

    confirmed_at: datetime | None
    proved_at: datetime | None


async def begin_totp(tx: WriteTx, account: int, secret: bytes, now: datetime) -> bool:
    """Keep a sealed secret that waits for its first code, in place of an earlier one; False where one is on."""
    values = {"account": account, "secret": secret, "now": now}
    return await tx.scalar(sql("accounts", "totp_begin"), values) is not None


async def lock_totp(tx: WriteTx, account: int) -> Totp | None:
    """The person's authenticator, locked until the transaction ends."""
    return await tx.one(Totp, sql("accounts", "totp_lock"), {"account": account})


async def accept_step(tx: WriteTx, account: int, step: int, now: datetime) -> None:
    """Note the step of an accepted code, after `lock_totp`; the first one turns it on."""
    await tx.execute(sql("accounts", "totp_accept"), {"account": account, "step": step, "now": now})


async def delete_totp(tx: WriteTx, account: int) -> datetime | None:
    """Remove the authenticator; since when it was on, None where it was not."""
    row = await tx.row(sql("accounts", "totp_delete"), {"account": account})
    return row["confirmed_at"] if row else None


async def note_proof(tx: WriteTx, account: int, bearer: int, now: datetime) -> bool:
    """Note that a session gave a code; False where it has ended."""
    values = {"account": account, "bearer": bearer, "now": now}
    return (await tx.execute(sql("accounts", "second_factor_note"), values)).rowcount == 1


async def get_proof(tx: ReadTx, account: int, bearer: int) -> Proof:
    """Since when the second factor is on, and when this session gave a code."""
    found = await tx.one(Proof, sql("accounts", "second_factor_get"), {"account": account, "bearer": bearer})
    assert found is not None
    return found
