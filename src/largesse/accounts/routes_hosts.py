"""Host platforms over HTTP: their servers with a key, and people who link an account to one."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, JSONBody

from largesse.accounts.errors import (
    AgeKnown,
    AlreadyLinked,
    CodeGone,
    HostNameTaken,
    HostUserKnown,
    PayoutUnderWay,
    StillHolds,
    TooYoung,
)
from largesse.accounts.model import (
    DISPLAY_NAME_CHARS_MAX,
    HOST_PREFIX,
    Host,
    HostAccount,
    HostUserFacts,
    PersonBody,
    person_body,
)
from largesse.accounts.routes_me import Country
from largesse.accounts.service import AccountsService
from largesse.kit import fields, http, ids
from largesse.kit.http import CsrfFailed, Forbidden, Invalid, NotFound, NotSignedIn
from largesse.kit.idempotency import IdempotencyKey, IdReused, chosen_id, created
from largesse.kit.principal import API_KEY, Principal

SCOPE = "users:write"
HOST_NAME_CHARS_MAX = 40
HOST_USER_BYTES_MAX = 200
_OWN = (NotSignedIn, CsrfFailed, Forbidden)
_HOST = (NotSignedIn, Forbidden)
_PRINTABLE = r"^[^\x00-\x1f\x7f]+$"
HostUserName = Annotated[
    str,
    msgspec.Meta(min_length=1, max_length=HOST_USER_BYTES_MAX, pattern=_PRINTABLE, description="the host's own name"),
]


class NewHost(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A platform with viewers of its own; people agree to it by this name. `id` makes a repeat safe."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=4 * HOST_NAME_CHARS_MAX)]
    id: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class HostBody(msgspec.Struct, frozen=True):
    """A host platform."""

    id: str
    name: str
    created_at: datetime


class HostUserPut(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A user of the host. Without a birth date they only watch; `display_name` is made where it is missing."""

    host_user: HostUserName
    country: Country
    birth_date: date | None = None
    display_name: Annotated[str, msgspec.Meta(min_length=1, max_length=4 * DISPLAY_NAME_CHARS_MAX)] | None = None


class HostUserBody(msgspec.Struct, frozen=True, kw_only=True):
    """A user of the host. `linked`: a person's own account, linked by them; else the host made it."""

    host_user: str
    account: PersonBody
    age: Literal["adult", "minor", "unknown"]
    linked: bool
    since: datetime


_KNOWN = {200: ResponseSpec(HostUserBody, description="known before, and changed", generate_examples=False)}


class HostUserRemoval(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to remove; `forfeit` agrees to lose what an account that the host made still holds."""

    host_user: HostUserName
    forfeit: bool = False


class LinkRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The code that a person made for this host, and which of its users they are."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    host_user: HostUserName


class CodeRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The host that may link your account."""

    host: Annotated[str, msgspec.Meta(max_length=64)]


class CodeBody(msgspec.Struct, frozen=True):
    """A code for one host, shown this once; enter it there and nowhere else."""

    code: str
    host: HostBody
    expires_at: datetime


class LinkBody(msgspec.Struct, frozen=True):
    """A host that your account is linked to, and whom it calls you."""

    host: HostBody
    host_user: str
    since: datetime


@post(
    "/v1/office/hosts",
    tags=["Office"],
    summary="Make a host platform",
    responses=http.declares(*_OWN, IdReused, HostNameTaken),
)
async def create_host(
    accounts: NamedDependency[AccountsService],
    principal: NamedDependency[Principal],
    data: JSONBody[NewHost],
    idempotency_key: IdempotencyKey = None,
) -> Response[HostBody]:
    """A platform whose server brings its own users; make a key for it next. Role: admin."""
    http.staff(principal)
    name = fields.line("name", data.name, HOST_NAME_CHARS_MAX)
    host_id = chosen_id(HOST_PREFIX, data.id, idempotency_key, principal)
    made, replayed = await accounts.hosts.create(principal.account, host_id, name)
    return created(_host(made), replayed=replayed)


@get("/v1/hosts", tags=["Developers"], summary="Host platforms", responses=http.declares(NotSignedIn, Forbidden))
async def list_hosts(
    accounts: NamedDependency[AccountsService],
    principal: NamedDependency[Principal],
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> http.Page[HostBody]:
    """The platforms to which an account can be linked, newest first."""
    http.person(principal)
    hosts = await accounts.hosts.list_hosts(http.key_cursor(cursor), limit)
    return http.Page([_host(host) for host in hosts], str(hosts[-1].key) if len(hosts) == limit else None)


# The host's server, with its key


@post(
    "/v1/host-users",
    tags=["Developers"],
    summary="Tell of a user of your platform",
    responses=_KNOWN | http.declares(*_HOST, TooYoung, AgeKnown),
)
async def put_host_user(
    accounts: NamedDependency[AccountsService], principal: NamedDependency[Principal], data: JSONBody[HostUserPut]
) -> Response[HostUserBody]:
    """Make an account for a user, or change the one that you made: 201 where it is new, 200 where it was known.

    A birth date is told once: another one may not make somebody of age sooner. Of an account that a person linked,
    nothing is changed. A host's key with the scope `users:write`.
    """
    facts = HostUserFacts(
        host_user=_host_user(data.host_user),
        country=data.country,
        birth_date=data.birth_date,
        display_name=data.display_name,
    )
    found, new = await accounts.hosts.put_user(_of_host(principal), facts)
    return Response((await _shown(accounts, [found]))[0], status_code=201 if new else 200)


@get("/v1/host-users", tags=["Developers"], summary="Users of your platform", responses=http.declares(*_HOST))
async def list_host_users(
    accounts: NamedDependency[AccountsService],
    principal: NamedDependency[Principal],
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> http.Page[HostUserBody]:
    """Those that you told of, and those who linked themselves, by your names for them."""
    users = await accounts.hosts.list_users(_of_host(principal), _place(cursor), limit)
    more = urlsafe_b64encode(users[-1].host_user.encode()).decode().rstrip("=") if len(users) == limit else None
    return http.Page(await _shown(accounts, users), more)


@post(
    "/v1/host-users/remove",
    tags=["Developers"],
    summary="Remove a user of your platform",
    status_code=204,
    responses=http.declares(*_HOST, NotFound, StillHolds, PayoutUnderWay),
)
async def remove_host_user(
    accounts: NamedDependency[AccountsService], principal: NamedDependency[Principal], data: JSONBody[HostUserRemoval]
) -> None:
    """Erase the account that you made, as a person erases their own; one that a person linked is only unlinked."""
    await accounts.hosts.remove_user(_of_host(principal), data.host_user, forfeit=data.forfeit)


@post(
    "/v1/host-links",
    tags=["Developers"],
    summary="Link a person's account by their code",
    responses=http.declares(*_HOST, CodeGone, HostUserKnown, AlreadyLinked),
)
async def link_account(
    accounts: NamedDependency[AccountsService], principal: NamedDependency[Principal], data: JSONBody[LinkRequest]
) -> Response[HostUserBody]:
    """From now on your key may name the account of whoever made the code. A repeat for the same user is the same."""
    linked, replayed = await accounts.hosts.link(_of_host(principal), data.code, _host_user(data.host_user))
    return created((await _shown(accounts, [linked]))[0], replayed=replayed)


# People


@post(
    "/v1/me/host-codes",
    tags=["People"],
    summary="Let a host platform link your account",
    responses=http.declares(*_OWN, NotFound, AlreadyLinked),
)
async def make_host_code(
    accounts: NamedDependency[AccountsService], principal: NamedDependency[Principal], data: JSONBody[CodeRequest]
) -> Response[CodeBody]:
    """A code for ten minutes, for this host alone. The host may then give with your coins, within your limits."""
    mine = http.person(principal).account
    code, host, expires_at = await accounts.hosts.make_code(mine, http.body_id(HOST_PREFIX, "host", data.host))
    body = CodeBody(code, _host(host), expires_at)
    return Response(body, status_code=201, headers={"Cache-Control": "no-store"})


@get("/v1/me/hosts", tags=["People"], summary="Hosts that you linked", responses=http.declares(*_OWN))
async def list_my_hosts(
    accounts: NamedDependency[AccountsService], principal: NamedDependency[Principal]
) -> http.Page[LinkBody]:
    """The platforms that may act for you, by name."""
    links = await accounts.hosts.list_links(http.person(principal).account)
    return http.Page([LinkBody(_host(link), link.host_user, link.at) for link in links])


@delete(
    "/v1/me/hosts/{host:str}",
    tags=["People"],
    summary="Unlink a host platform",
    status_code=204,
    responses=http.declares(*_OWN, NotFound),
)
async def unlink_host(
    accounts: NamedDependency[AccountsService], principal: NamedDependency[Principal], host: FromPath[str]
) -> None:
    """It acts for you no more, from this moment."""
    await accounts.hosts.unlink(http.person(principal).account, http.path_id(HOST_PREFIX, host))


def _of_host(principal: Principal) -> int:
    if principal.kind != API_KEY or principal.host is None or SCOPE not in principal.scopes:
        raise Forbidden(detail=f"this needs a host's API key with the scope {SCOPE}")
    return principal.host


def _host_user(name: str) -> str:
    if len(name.encode()) > HOST_USER_BYTES_MAX:
        raise Invalid.field("host_user", f"more than {HOST_USER_BYTES_MAX} bytes of UTF-8")
    return name


async def _shown(accounts: AccountsService, users: Sequence[HostAccount]) -> list[HostUserBody]:
    people, today = await accounts.people([user.account for user in users]), accounts.now.date()
    return [
        HostUserBody(
            host_user=user.host_user,
            account=person_body(people[user.account]),
            age=user.age(today),
            linked=not user.made,
            since=user.at,
        )
        for user in users
    ]


def _host(host: Host) -> HostBody:
    return HostBody(ids.encode(HOST_PREFIX, host.id), host.name, host.created_at)


def _place(cursor: str | None) -> str:
    if cursor is None:
        return ""
    try:
        after = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except ValueError as error:
        raise Invalid.field("cursor", "not a cursor of this list") from error
    if "\0" in after:
        raise Invalid.field("cursor", "not a cursor of this list")
    return after


routes_hosts: list[Any] = [
    create_host,
    list_hosts,
    put_host_user,
    list_host_users,
    remove_host_user,
    link_account,
    make_host_code,
    list_my_hosts,
    unlink_host,
]
