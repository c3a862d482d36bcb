"""The statements of this room. Store functions take a transaction; constraint names become problems here only."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, LiteralString, TypeVar
from uuid import UUID

import msgspec
import psycopg

from largesse.accounts.errors import EmailTaken, UsernameTaken
from largesse.accounts.model import Account, AgeRule, Device, Gifter, Person, Session, Terms, is_username
from largesse.kit.db import ReadTx, WriteTx, int_array, sql
from largesse.kit.idempotency import IdReused
from largesse.kit.problems import Problem

T = TypeVar("T")
SESSION = ("session",)
ALL_KINDS = ("session", "api_key", "embed", "overlay", "dock")
_TAKEN: dict[str, type[Problem]] = {
    "account_id_key": IdReused,
    "account_username": UsernameTaken,
    "account_email": EmailTaken,
}


class Credential(msgspec.Struct, frozen=True):
    """What a password is checked against."""

    key: int
    password_hash: str
    username: str
    email: str | None


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """A valid bearer and its account."""

    hash: bytes
    bearer: int
    kind: str
    scopes: list[str]
    host: int | None
    expires_at: datetime | None
    account: int
    id: UUID
    username: str
    display_name: str
    adult_from: date
    creator: bool
    roles: list[str]
    badge: int
    country: str


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """A program's bearer; `account` and `approved_by` are keys of people."""

    key: int
    id: UUID
    account: int
    name: str
    scopes: list[str]
    host: int | None
    created_at: datetime
    seen_at: datetime
    approved_by: int | None
    approved_at: datetime | None
    revoked_at: datetime | None


class HostUser(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody by the name that the host platform has for them."""

    host_user: str


def _sql(name: str) -> LiteralString:
    return sql("accounts", name)


@contextmanager
def _taken() -> Iterator[None]:
    try:
        yield
    except psycopg.errors.UniqueViolation as error:
        problem = _TAKEN.get(error.diag.constraint_name or "")
        if problem is None:
            raise
        raise problem from error


# Accounts


async def insert_account(tx: WriteTx, *, language: str | None = None, **values: Any) -> Account:
    """Make an account; raises `IdReused`, `UsernameTaken`, `EmailTaken`."""
    with _taken():
        made = await tx.one(Account, _sql("account_insert"), {"language": language, **values})
    assert made is not None
    return made


async def get_account(tx: ReadTx, account: int) -> Account:
    """The account, erased or not."""
    found = await tx.one(Account, _sql("account_get"), {"account": account})
    assert found is not None, account
    return found


async def find_account(tx: ReadTx, account_id: UUID) -> Account | None:
    """The account with a public id, erased or not."""
    return await tx.one(Account, _sql("account_find"), {"id": account_id})


async def search(tx: ReadTx, text: str, account_id: UUID | None, before: int | None, limit: int) -> list[Account]:
    """Accounts whose id, address or beginning of the username is this text, newest first."""
    lowered = text.lower()
    escaped = lowered.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    values = {"id": account_id, "text": lowered, "prefix": escaped + "%", "before": before, "limit": limit}
    return await tx.all(Account, _sql("account_search"), values)


async def update_account(tx: WriteTx, account: int, **values: Any) -> Account | None:
    """Change what is not None; the day of being of age only moves later."""
    return await tx.one(Account, _sql("account_update"), {"account": account, **values})


async def become_creator(tx: WriteTx, account: int, now: datetime) -> Account | None:
    """The account, now a creator's; None where the person is not of age."""
    return await tx.one(Account, _sql("account_become_creator"), {"account": account, "now": now})


async def erase(tx: WriteTx, account: int, now: datetime) -> None:
    """Replace everything here that names the person."""
    names = {"username": f"former.{account}", "display_name": "Former member"}
    await tx.execute(_sql("account_erase"), {"account": account, "now": now, **names})
    await tx.execute(_sql("traces_erase"), {"account": account})


async def age_rules(tx: ReadTx) -> dict[str, list[AgeRule]]:
    """The rules by country; '' is every other one."""
    rules: dict[str, list[AgeRule]] = {}
    for row in await tx.rows(_sql("age_rules")):
        rules.setdefault(row["country"], []).append(AgeRule(row["effective_on"], row["years"]))
    return rules


def rules_of(rules: dict[str, list[AgeRule]], country: str) -> list[AgeRule]:
    """The rules of one country."""
    return rules.get(country) or rules[""]


# People, for other rooms


async def people(tx: ReadTx, accounts: Sequence[int]) -> list[Person]:
    """The people with these keys, in no order."""
    return await tx.all(Person, _sql("people_get"), {"accounts": list(accounts)})


async def find_person(tx: ReadTx, username: str) -> Person | None:
    """The person with a username in lower case."""
    if not is_username(username):
        return None
    return await tx.one(Person, _sql("person_find"), {"username": username})


async def find_person_by_id(tx: ReadTx, account_id: UUID) -> Person | None:
    """The person with a public id."""
    return await tx.one(Person, _sql("person_find_by_id"), {"id": account_id})


async def make_people(tx: WriteTx, **columns: Any) -> dict[str, int]:
    """Make simulated people; keys by username, of those that existed too where they are simulated."""
    return {row["username"]: row["key"] for row in await tx.rows(_sql("people_make"), columns)}


async def resolve_senders(tx: ReadTx, host: int | None, senders: Sequence[UUID | str | HostUser]) -> list[int | None]:
    """The keys of the accounts that a batch names, in order; None for who is unknown, erased, or not that host's."""
    columns = {
        "ids": [s if isinstance(s, UUID) else None for s in senders],
        "usernames": [s.lower() if isinstance(s, str) and is_username(s.lower()) else None for s in senders],
        "host_users": [s.host_user if isinstance(s, HostUser) and "\0" not in s.host_user else None for s in senders],
        "host": host,
    }
    return [row["account"] for row in await tx.rows(_sql("senders_resolve"), columns)]


async def add_given(tx: WriteTx, given: Sequence[tuple[int, int]]) -> list[int]:
    """Add (account, paid coins given by name) to what is known; the accounts whose level changed by it.

    Coins are negative where gifts were reversed.
    """
    ordered = sorted(given)
    columns = {"accounts": int_array([row[0] for row in ordered]), "coins": int_array([row[1] for row in ordered])}
    return [row["account"] for row in await tx.rows(_sql("gifters_add"), columns)]


async def get_gifter(tx: ReadTx, account: int) -> Gifter:
    """What somebody gave by name, and the level of it under the rule in force."""
    found = await tx.one(Gifter, _sql("gifter_get"), {"account": account})
    assert found is not None
    return found


# Passwords and links


async def find_credential(tx: ReadTx, login: str) -> Credential | None:
    """Whose username or address this is, if there is a password."""
    return await tx.one(Credential, _sql("credential_find"), {"login": login.lower()})


async def find_credential_by_id(tx: ReadTx, account_id: UUID) -> Credential | None:
    """The credential of a public id."""
    return await tx.one(Credential, _sql("credential_find_by_id"), {"id": account_id})


async def lock_credential(tx: WriteTx, account: int) -> Credential | None:
    """The credential, locked until the transaction ends."""
    return await tx.one(Credential, _sql("credential_get"), {"account": account})


async def set_password(tx: WriteTx, account: int, password_hash: str) -> None:
    """Replace the hash."""
    await tx.execute(_sql("credential_set"), {"account": account, "password_hash": password_hash})


async def verify_email(tx: WriteTx, account: int, email: str, now: datetime) -> bool:
    """Note that the address is the person's, where it still is the account's; whether that is news."""
    noted = await tx.execute(_sql("email_verify"), {"account": account, "email": email, "now": now})
    return noted.rowcount == 1


async def insert_link(tx: WriteTx, **values: Any) -> None:
    """Make a one-time link; it replaces an unused one of its kind."""
    await tx.execute(_sql("link_insert"), values)


async def use_link(tx: WriteTx, link_hash: bytes, kind: str, now: datetime) -> tuple[int, str] | None:
    """The account and address of a link, used from now on; None where it is gone."""
    row = await tx.row(_sql("link_use"), {"hash": link_hash, "kind": kind, "now": now})
    return (row["account"], row["email"]) if row else None


# Bearers


async def load_bearers(tx: WriteTx, hashes: Sequence[bytes], now: datetime) -> list[Caller]:
    """The valid ones among these, noting at most once a minute that they were seen."""
    return await tx.all(Caller, _sql("bearers_load"), {"hashes": list(hashes), "now": now})


async def insert_sessions(
    tx: WriteTx,
    ids: Sequence[UUID],
    hashes: Sequence[bytes],
    accounts: Sequence[int],
    *,
    now: datetime,
    expires_at: datetime,
    device: Device,
    second_factor_at: datetime | None = None,
) -> None:
    """Sign accounts in by one statement; `second_factor_at` where they gave a code with it."""
    columns = {"ids": list(ids), "hashes": list(hashes), "accounts": list(accounts)}
    shared = {"now": now, "expires_at": expires_at, "device": device.name[:200], "address": device.address}
    shared["second_factor_at"] = second_factor_at
    await tx.execute(_sql("sessions_insert"), columns | shared)


async def list_sessions(tx: ReadTx, account: int, now: datetime) -> list[Session]:
    """The devices that are signed in, newest first, at most 500."""
    return await tx.all(Session, _sql("sessions_list"), {"account": account, "now": now})


async def revoke(
    tx: WriteTx,
    account: int,
    kinds: Sequence[str],
    now: datetime,
    *,
    session: UUID | None = None,
    only: int | None = None,
    keep: int | None = None,
) -> list[bytes]:
    """Revoke an account's bearers of these kinds, or only one by id or key, but never `keep`; their hashes."""
    values = {"account": account, "kinds": list(kinds), "id": session, "only": only, "keep": keep, "now": now}
    return [row["hash"] for row in await tx.rows(_sql("bearers_revoke"), values)]


async def bearers_of(tx: ReadTx, account: int) -> list[bytes]:
    """The hashes of an account's bearers that are not revoked."""
    return [row["hash"] for row in await tx.rows(_sql("bearers_of"), {"account": account})]


async def insert_key(tx: WriteTx, **values: Any) -> ApiKey:
    """Make an API key; it works once it is approved."""
    made = await tx.one(ApiKey, _sql("key_insert"), values)
    assert made is not None
    return made


async def list_keys(tx: ReadTx, before: int | None, limit: int) -> list[ApiKey]:
    """API keys, newest first."""
    return await tx.all(ApiKey, _sql("keys_list"), {"before": before, "limit": limit})


async def lock_key(tx: WriteTx, key_id: UUID) -> ApiKey | None:
    """An API key that is not revoked, locked until the transaction ends."""
    return await tx.one(ApiKey, _sql("key_lock"), {"id": key_id})


async def approve_key(tx: WriteTx, key: int, by: int, now: datetime) -> ApiKey:
    """Approve a locked key."""
    approved = await tx.one(ApiKey, _sql("key_approve"), {"key": key, "by": by, "now": now})
    assert approved is not None
    return approved


async def revoke_key(tx: WriteTx, key_id: UUID, now: datetime) -> bytes | None:
    """Revoke an API key; its hash, or None where there is no such key."""
    revoked: bytes | None = await tx.scalar(_sql("key_revoke"), {"id": key_id, "now": now})
    return revoked


async def forget_ended(tx: WriteTx, before: datetime, rows_max: int) -> int:
    """Remove sessions and links that ended before then, the oldest first; how many."""
    gone: int = await tx.scalar(_sql("ended_forget"), {"before": before, "rows": rows_max})
    return gone


# Terms, follows, what is kept


async def current_terms(tx: ReadTx, now: datetime) -> list[Terms]:
    """The version of each document that is in force."""
    return await tx.all(Terms, _sql("terms_current"), {"now": now})


async def accept_terms(tx: WriteTx, account: int, documents: Sequence[str], now: datetime) -> None:
    """Accept the versions in force."""
    await tx.execute(_sql("terms_accept"), {"account": account, "documents": list(documents), "now": now})


async def accepted(tx: ReadTx, account: int, document: str) -> tuple[int, bool]:
    """The version in force at the transaction's time, and whether the account accepted it."""
    row = await tx.row(_sql("terms_accepted"), {"account": account, "document": document})
    assert row is not None, document
    return row["version"], row["accepted"]


async def follow(tx: WriteTx, follower: int, followed: int, now: datetime) -> bool:
    """Follow; whether that is new."""
    values = {"follower": follower, "followed": followed, "now": now}
    return await tx.scalar(_sql("follow"), values) is not None


async def unfollow(tx: WriteTx, follower: int, followed: int) -> None:
    """Stop following."""
    await tx.execute(_sql("unfollow"), {"follower": follower, "followed": followed})


async def profile(tx: ReadTx, kind: type[T], account: int, viewer: int | None) -> T:
    """What a public profile adds to a person, as `kind`."""
    found = await tx.one(kind, _sql("profile"), {"account": account, "viewer": viewer})
    assert found is not None
    return found


async def export(tx: ReadTx, account: int) -> dict[str, Any]:
    """Everything else that is kept about a person in this room."""
    found: dict[str, Any] = msgspec.json.decode(await tx.scalar(_sql("export"), {"account": account}))
    return found
