"""API keys over HTTP, for admins."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from largesse.accounts import HOST_PREFIX, ApiKey, Host, Person, PersonBody, person_body
from largesse.kit import fields, http, ids
from largesse.kit.approval import FourEyes
from largesse.kit.http import CsrfFailed, Forbidden, NotFound, NotSignedIn
from largesse.kit.principal import Principal
from largesse.outreach.service import KEY_PREFIX, OutreachService, Scope

_NAME_CHARS_MAX = 80
_ADMIN = (NotSignedIn, CsrfFailed, Forbidden)


class NewKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the key is for, and what it may do; with `host`, for that platform's users and linked accounts only."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=4 * _NAME_CHARS_MAX)]
    scopes: Annotated[list[Scope], msgspec.Meta(min_length=1, max_length=20)]
    host: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class KeyHost(msgspec.Struct, frozen=True):
    """The platform whose key it is."""

    id: str
    name: str


class NewKeyBody(msgspec.Struct, frozen=True, kw_only=True):
    """A key, shown this once. It works once it is approved."""

    id: str
    key: str
    name: str
    scopes: list[str]
    host: KeyHost | None
    approved: bool
    created_at: datetime


class KeyBody(msgspec.Struct, frozen=True, kw_only=True):
    """A key, without itself. `approved_by` and `approved_at` are null while it waits for a second admin."""

    id: str
    name: str
    scopes: list[str]
    host: KeyHost | None
    created_by: PersonBody | None
    created_at: datetime
    seen_at: datetime
    approved_by: PersonBody | None
    approved_at: datetime | None
    revoked_at: datetime | None


class ApprovedKey(msgspec.Struct, frozen=True):
    """A key that works now."""

    id: str
    approved_at: datetime | None


@post("/v1/api-keys", tags=["Developers"], summary="Make an API key", responses=http.declares(*_ADMIN))
async def create_key(
    outreach: NamedDependency[OutreachService], principal: NamedDependency[Principal], data: JSONBody[NewKey]
) -> Response[NewKeyBody]:
    """Make a key. Outside a sandbox a second admin approves it before it works. Role: admin."""
    http.staff(principal)
    name = fields.line("name", data.name, _NAME_CHARS_MAX)
    host_id = http.body_id(HOST_PREFIX, "host", data.host) if data.host is not None else None
    made, token, host = await outreach.create_key(principal.account, name, data.scopes, host_id)
    body = NewKeyBody(
        id=ids.encode(KEY_PREFIX, made.id),
        key=token,
        name=made.name,
        scopes=made.scopes,
        host=_host(host),
        approved=made.approved_at is not None,
        created_at=made.created_at,
    )
    return Response(body, status_code=201, headers={"Cache-Control": "no-store"})


@get("/v1/api-keys", tags=["Developers"], summary="API keys", responses=http.declares(NotSignedIn, Forbidden))
async def list_keys(
    outreach: NamedDependency[OutreachService],
    principal: NamedDependency[Principal],
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> http.Page[KeyBody]:
    """Keys, newest first, revoked ones too. Role: admin."""
    http.staff(principal)
    keys, people, hosts = await outreach.list_keys(http.key_cursor(cursor), limit)
    more = str(keys[-1].key) if len(keys) == limit else None
    return http.Page([_shown(key, people, hosts) for key in keys], more)


@post(
    "/v1/api-keys/{key_id:str}/approve",
    tags=["Developers"],
    summary="Approve an API key",
    status_code=200,
    responses=http.declares(*_ADMIN, NotFound, FourEyes),
)
async def approve_key(
    outreach: NamedDependency[OutreachService], principal: NamedDependency[Principal], key_id: FromPath[str]
) -> ApprovedKey:
    """Let a key that another admin made work. Role: admin."""
    http.staff(principal)
    approved = await outreach.approve_key(principal.account, http.path_id(KEY_PREFIX, key_id))
    return ApprovedKey(ids.encode(KEY_PREFIX, approved.id), approved.approved_at)


@delete(
    "/v1/api-keys/{key_id:str}",
    tags=["Developers"],
    summary="Revoke an API key",
    status_code=204,
    responses=http.declares(*_ADMIN, NotFound),
)
async def revoke_key(
    outreach: NamedDependency[OutreachService], principal: NamedDependency[Principal], key_id: FromPath[str]
) -> None:
    """Let a key never work again. Role: admin."""
    http.staff(principal)
    await outreach.revoke_key(principal.account, http.path_id(KEY_PREFIX, key_id))


def _shown(key: ApiKey, people: Mapping[int, Person], hosts: Mapping[int, Host]) -> KeyBody:
    made, approved = people.get(key.account), people.get(key.approved_by or 0)
    return KeyBody(
        id=ids.encode(KEY_PREFIX, key.id),
        name=key.name,
        scopes=key.scopes,
        host=_host(hosts.get(key.host or 0)),
        created_by=person_body(made) if made else None,
        created_at=key.created_at,
        seen_at=key.seen_at,
        approved_by=person_body(approved) if approved else None,
        approved_at=key.approved_at,
        revoked_at=key.revoked_at,
    )


def _host(host: Host | None) -> KeyHost | None:
    return KeyHost(ids.encode(HOST_PREFIX, host.id), host.name) if host else None


routes: list[Any] = [create_key, list_keys, approve_key, revoke_key]
