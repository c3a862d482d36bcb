"""One's own second factor: an authenticator's codes."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from largesse.accounts.errors import SecondFactorOff, SecondFactorOn, WrongPassword, WrongSecondFactor
from largesse.accounts.routes_me import AccountBody, Password, show_account
from largesse.accounts.service import AccountsService
from largesse.accounts.totp import Enrolment
from largesse.kit import http
from largesse.kit.http import CsrfFailed, Forbidden, NotSignedIn
from largesse.kit.principal import Principal

_OWN = (NotSignedIn, CsrfFailed, Forbidden)
Code = Annotated[
    str, msgspec.Meta(min_length=1, max_length=20, description="six digits from the authenticator; blanks are left out")
]


class ByPassword(msgspec.Struct, frozen=True):
    """The password again."""

    password: Password


class ByCode(msgspec.Struct, frozen=True):
    """A code that was not used before."""

    code: Code


class FreshBody(msgspec.Struct, frozen=True):
    """Until when this session may do what needs a fresh second factor."""

    fresh_until: datetime


@post(
    "/v1/me/totp",
    tags=["People"],
    summary="Begin a second factor",
    responses=http.declares(*_OWN, WrongPassword, SecondFactorOn, http.Busy),
)
async def enrol_totp(
    accounts: NamedDependency[AccountsService], principal: NamedDependency[Principal], data: JSONBody[ByPassword]
) -> Response[Enrolment]:
    """A secret for an authenticator, shown this once. It counts from its first code on, for which it waits an hour."""
    shown = await accounts.second_factor.enrol(http.person(principal).account, data.password)
    return Response(shown, status_code=201, headers={"Cache-Control": "no-store"})


@post(
    "/v1/me/totp/confirm",
    tags=["People"],
    summary="Turn the second factor on",
    status_code=200,
    responses=http.declares(*_OWN, WrongSecondFactor, SecondFactorOn, SecondFactorOff),
)
async def confirm_totp(
    accounts: NamedDependency[AccountsService], principal: NamedDependency[Principal], data: JSONBody[ByCode]
) -> AccountBody:
    """Turn it on by its first code. From now on signing in asks for one too; you are told by mail."""
    mine = http.person(principal)
    return await show_account(accounts, await accounts.second_factor.confirm(mine.account, mine.bearer, data.code))


@post(
    "/v1/me/totp/remove",
    tags=["People"],
    summary="Turn the second factor off",
    status_code=204,
    responses=http.declares(*_OWN, WrongSecondFactor, SecondFactorOff),
)
async def remove_totp(
    accounts: NamedDependency[AccountsService], principal: NamedDependency[Principal], data: JSONBody[ByCode]
) -> None:
    """Turn it off by a code of it; you are told by mail."""
    await accounts.second_factor.remove(http.person(principal).account, data.code)


@post(
    "/v1/sessions/current/second-factor",
    tags=["People"],
    summary="Give a code",
    status_code=200,
    responses=http.declares(*_OWN, WrongSecondFactor, SecondFactorOff),
)
async def step_up(
    accounts: NamedDependency[AccountsService], principal: NamedDependency[Principal], data: JSONBody[ByCode]
) -> FreshBody:
    """Prove that it is still you: for five minutes this session may do what answers `second-factor-needed` else."""
    mine = http.person(principal)
    return FreshBody(await accounts.second_factor.step_up(mine.account, mine.bearer, data.code))


second_factor_routes: list[Any] = [enrol_totp, confirm_totp, remove_totp, step_up]
