"""The statements about host platforms and their users here."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from largesse.accounts.errors import AlreadyLinked, HostNameTaken, HostUserKnown
from largesse.accounts.model import Host, HostAccount, HostLink
from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.kit.idempotency import IdReused
from largesse.kit.problems import Problem

_TAKEN: dict[str, type[Problem]] = {
    "host_id_key": IdReused,
    "host_name": HostNameTaken,
    "host_user_pkey": HostUserKnown,
    "host_user_once": AlreadyLinked,
}


@contextmanager
def _taken() -> Iterator[None]:
    try:
        yield
    except psycopg.errors.UniqueViolation as error:
        problem = _TAKEN.get(error.diag.constraint_name or "")
        if problem is None:
            raise
        raise problem from error


async def insert_host(tx: WriteTx, host: UUID, name: str, now: datetime) -> Host:
    """Make a host; raises `IdReused`, `HostNameTaken`."""
    with _taken():
        made = await tx.one(Host, sql("accounts", "host_insert"), {"id": host, "name": name, "now": now})
    assert made is not None
    return made


async def find_host(tx: ReadTx, host: UUID) -> Host | None:
    """The host with a public id."""
    return await tx.one(Host, sql("accounts", "host_find"), {"id": host})


async def lock_host(tx: WriteTx, host: int) -> Host:
    """The host, whose users change one at a time until the transaction ends."""
    found = await tx.one(Host, sql("accounts", "host_lock"), {"host": host})
    assert found is not None, host
    return found


async def hosts_by_key(tx: ReadTx, hosts: Iterable[int]) -> dict[int, Host]:
    """Hosts by key."""
    found = await tx.all(Host, sql("accounts", "hosts_get"), {"hosts": sorted(set(hosts))})
    return {host.key: host for host in found}


async def list_hosts(tx: ReadTx, before: int | None, limit: int) -> list[Host]:
    """Hosts, newest first."""
    return await tx.all(Host, sql("accounts", "hosts_list"), {"before": before, "limit": limit})


async def find_user(tx: ReadTx, host: int, host_user: str) -> HostAccount | None:
    """A user of a host."""
    return await tx.one(HostAccount, sql("accounts", "host_user_get"), {"host": host, "host_user": host_user})


async def list_users(tx: ReadTx, host: int, after: str, limit: int) -> list[HostAccount]:
    """Users of a host by their names there, behind `after`."""
    values = {"host": host, "after": after, "limit": limit}
    return await tx.all(HostAccount, sql("accounts", "host_users_list"), values)


async def insert_user(tx: WriteTx, **values: Any) -> None:
    """Make an account known to a host; raises `HostUserKnown`, `AlreadyLinked`."""
    with _taken():
        await tx.execute(sql("accounts", "host_user_insert"), values)


async def update_user(tx: WriteTx, account: int, **values: Any) -> None:
    """Change an account that a host made."""
    await tx.execute(sql("accounts", "host_user_update"), {"account": account, **values})


async def delete_user(tx: WriteTx, host: int, account: int) -> bool:
    """Let a host forget an account; whether it knew it."""
    return (await tx.execute(sql("accounts", "host_user_delete"), {"host": host, "account": account})).rowcount > 0


async def list_links(tx: ReadTx, account: int) -> list[HostLink]:
    """The hosts that a person linked an account to, by name."""
    return await tx.all(HostLink, sql("accounts", "host_links"), {"account": account})


async def put_code(tx: WriteTx, **values: Any) -> None:
    """Keep a person's agreement to a host; the one before it goes."""
    await tx.execute(sql("accounts", "host_code_put"), values)


async def use_code(tx: WriteTx, **values: Any) -> int | None:
    """The account of an agreement, used for one user of the host; None where it is gone."""
    account: int | None = await tx.scalar(sql("accounts", "host_code_use"), values)
    return account


async def names_of_keys(tx: ReadTx, keys: Sequence[int]) -> dict[int, str]:
    """By what name API keys gave: their host's, or their own where they are the operator's."""
    return {row["key"]: row["name"] for row in await tx.rows(sql("accounts", "keys_name"), {"keys": list(keys)})}
