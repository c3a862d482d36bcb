"""The office's side of accounts: find, freeze, unfreeze."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from largesse.accounts import ACCOUNT_PREFIX, Account
from largesse.kit import fields, http, ids
from largesse.kit.http import CsrfFailed, Forbidden, Invalid, NotFound, NotSignedIn
from largesse.kit.principal import Principal
from largesse.safety.service import SafetyService

_REASON_CHARS_MAX = 500
Query = Annotated[
    str,
    QueryParameter(
        name="query",
        max_length=254,
        pattern=r"^[^\x00-\x1f\x7f]*$",
        description="an id, an address, or how the username begins",
    ),
]


class Reason(msgspec.Struct, frozen=True):
    """Why; it is kept in the staff trail."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=_REASON_CHARS_MAX)]


class OfficeAccount(msgspec.Struct, frozen=True, kw_only=True):
    """An account, as operators see it."""

    id: str
    username: str
    display_name: str
    email: str | None
    email_verified: bool
    country: str
    age: Literal["adult", "minor"]
    roles: list[str]
    simulated: bool
    created_at: datetime
    erased_at: datetime | None


class FrozenAccount(msgspec.Struct, frozen=True):
    """An account, and whether it is frozen: by an `operator`, for an open `dispute`, for the `debt` of a lost one."""

    account: OfficeAccount
    frozen: bool
    frozen_for: list[str]


@get("/v1/office/accounts", tags=["Office"], summary="Find accounts", responses=http.declares(NotSignedIn, Forbidden))
async def find_accounts(
    safety: NamedDependency[SafetyService],
    principal: NamedDependency[Principal],
    text: Query = "",
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> http.Page[OfficeAccount]:
    """Accounts, newest first. Roles: support, moderator, finance, admin."""
    http.staff(principal, "support", "moderator", "finance")
    found = await safety.find_accounts(text, http.key_cursor(cursor), limit)
    more = str(found[-1].key) if len(found) == limit else None
    return http.Page([_shown(account, safety.now) for account in found], more)


@get(
    "/v1/office/accounts/{account_id:str}",
    tags=["Office"],
    summary="An account",
    responses=http.declares(NotSignedIn, Forbidden, NotFound),
)
async def get_account(
    safety: NamedDependency[SafetyService], principal: NamedDependency[Principal], account_id: FromPath[str]
) -> FrozenAccount:
    """An account, and whether it is frozen. Roles: support, moderator, finance, admin."""
    http.staff(principal, "support", "moderator", "finance")
    account, causes = await safety.get_account(http.path_id(ACCOUNT_PREFIX, account_id))
    return FrozenAccount(_shown(account, safety.now), bool(causes), causes)


@post(
    "/v1/office/accounts/{account_id:str}/freeze",
    tags=["Office"],
    summary="Freeze an account",
    status_code=200,
    responses=http.declares(NotSignedIn, CsrfFailed, Forbidden, NotFound),
)
async def freeze(
    safety: NamedDependency[SafetyService],
    principal: NamedDependency[Principal],
    account_id: FromPath[str],
    data: JSONBody[Reason],
) -> FrozenAccount:
    """Stop an account from spending. Roles: finance, admin."""
    return await _set_frozen(safety, principal, account_id, data, frozen=True)


@post(
    "/v1/office/accounts/{account_id:str}/unfreeze",
    tags=["Office"],
    summary="Unfreeze an account",
    status_code=200,
    responses=http.declares(NotSignedIn, CsrfFailed, Forbidden, NotFound),
)
async def unfreeze(
    safety: NamedDependency[SafetyService],
    principal: NamedDependency[Principal],
    account_id: FromPath[str],
    data: JSONBody[Reason],
) -> FrozenAccount:
    """Let an account spend again, unless a dispute about its money is open. Roles: finance, admin."""
    return await _set_frozen(safety, principal, account_id, data, frozen=False)


async def _set_frozen(
    safety: SafetyService, principal: Principal, account_id: str, data: Reason, *, frozen: bool
) -> FrozenAccount:
    http.staff(principal, "finance")
    reason = fields.paragraphs("reason", data.reason, _REASON_CHARS_MAX)
    if not reason:
        raise Invalid.field("reason", "is empty")
    account, causes = await safety.set_frozen(
        principal.account, http.path_id(ACCOUNT_PREFIX, account_id), reason, frozen=frozen
    )
    return FrozenAccount(_shown(account, safety.now), bool(causes), causes)


def _shown(account: Account, now: datetime) -> OfficeAccount:
    return OfficeAccount(
        id=ids.encode(ACCOUNT_PREFIX, account.id),
        username=account.username,
        display_name=account.display_name,
        email=account.email,
        email_verified=account.email_verified_at is not None,
        country=account.country,
        age="adult" if account.is_adult(now) else "minor",
        roles=[*(["creator"] if account.creator_since else []), *account.roles],
        simulated=account.simulated,
        created_at=account.created_at,
        erased_at=account.erased_at,
    )


routes: list[Any] = [find_accounts, get_account, freeze, unfreeze]
