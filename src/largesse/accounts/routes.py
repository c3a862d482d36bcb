"""Signing up, in and out; passwords by mail."""

import ipaddress
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, JSONBody

from largesse.accounts.errors import (
    EmailTaken,
    LinkGone,
    NotJson,
    SecondFactorNeeded,
    TooYoung,
    UsernameTaken,
    WrongCredentials,
    WrongSecondFactor,
)
from largesse.accounts.model import (
    ACCOUNT_PREFIX,
    DISPLAY_NAME_CHARS_MAX,
    SESSION_PREFIX,
    Device,
    NewAccount,
    Session,
    SignedIn,
)
from largesse.accounts.routes_hosts import routes_hosts
from largesse.accounts.routes_me import AccountBody, Country, Language, NewPassword, Password, routes_me, show_account
from largesse.accounts.routes_office import office_routes
from largesse.accounts.routes_second_factor import Code, second_factor_routes
from largesse.accounts.service import AccountsService
from largesse.kit import http, ids
from largesse.kit.config import Settings
from largesse.kit.http import Forbidden, Invalid, NotFound, NotSignedIn
from largesse.kit.idempotency import REPLAY_HEADER, IdReused
from largesse.kit.principal import CSRF_COOKIE, SESSION_COOKIE, Principal, csrf_of

# A cookie makes the handler return a Response, from whose type alone the document would promise a body.
_SIGNED_OUT = {204: ResponseSpec(None, description="signed out; the cookies are cleared")}
_PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
Email = Annotated[str, msgspec.Meta(min_length=3, max_length=254, pattern=_PRINTABLE)]


class SignUp(msgspec.Struct, frozen=True, kw_only=True):
    """A new account. `display_name` is the username where it is missing; `id` makes a repeat safe."""

    username: Annotated[str, msgspec.Meta(min_length=2, max_length=24, pattern=r"^[A-Za-z0-9_.]{2,24}$")]
    email: Email
    password: NewPassword
    birth_date: Annotated[date, msgspec.Meta(description="decides, with the country, what you may do")]
    country: Country
    accept_terms: Annotated[bool, msgspec.Meta(description="true: the service's and the coins' terms in force")]
    display_name: Annotated[str, msgspec.Meta(min_length=1, max_length=4 * DISPLAY_NAME_CHARS_MAX)] | None = None
    language: Language | None = None
    id: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class SignIn(msgspec.Struct, frozen=True):
    """A username or an e-mail address, the password, and a code where a second factor is on."""

    login: Annotated[str, msgspec.Meta(min_length=1, max_length=254, pattern=_PRINTABLE)]
    password: Password
    second_factor: Code | None = None


class SignedInBody(msgspec.Struct, frozen=True):
    """A new session; the token is shown this once. Browsers have it in a cookie too."""

    account: AccountBody
    token: str
    expires_at: datetime


class SessionBody(msgspec.Struct, frozen=True):
    """A device that is signed in; `current` is the one that asks."""

    id: str
    device: str
    address: str | None
    created_at: datetime
    seen_at: datetime
    expires_at: datetime | None
    current: bool


class ResetRequest(msgspec.Struct, frozen=True):
    """The address of the account whose password is forgotten."""

    email: Email


class Reset(msgspec.Struct, frozen=True):
    """The new password."""

    password: NewPassword


def only_json(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Guard: a body that says it is JSON, which no form of another site can send without being asked."""
    kind = connection.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise NotJson


def device_of(request: Request[Any, Any, Any]) -> Device:
    """The device that asks."""
    name = "".join(c for c in request.headers.get("user-agent", "") if c.isprintable())[:200]
    try:
        return Device(str(ipaddress.ip_address(request.client.host)) if request.client else None, name)
    except ValueError:
        return Device(None, name)


@post(
    "/v1/accounts",
    tags=["People"],
    summary="Sign up",
    guards=[only_json],
    responses=http.declares(TooYoung, UsernameTaken, EmailTaken, IdReused, NotJson, http.Busy),
)
async def sign_up(
    request: Request[Any, Any, Any],
    accounts: NamedDependency[AccountsService],
    settings: NamedDependency[Settings],
    data: JSONBody[SignUp],
) -> Response[SignedInBody]:
    """Make an account and sign it in. Minors may join and watch; nobody under 13."""
    if not data.accept_terms:
        raise Invalid.field("accept_terms", "the terms must be accepted")
    new = NewAccount(
        username=data.username,
        email=data.email,
        password=data.password,
        birth_date=data.birth_date,
        country=data.country,
        display_name=data.username if data.display_name is None else data.display_name,
        language=data.language,
        id=http.body_id(ACCOUNT_PREFIX, "id", data.id) if data.id is not None else None,
    )
    return await _signed_in(await accounts.sign_up(new, device_of(request)), accounts, settings)


@post(
    "/v1/sessions",
    tags=["People"],
    summary="Sign in",
    guards=[only_json],
    responses=http.declares(WrongCredentials, SecondFactorNeeded, WrongSecondFactor, NotJson, http.Busy),
)
async def sign_in(
    request: Request[Any, Any, Any],
    accounts: NamedDependency[AccountsService],
    settings: NamedDependency[Settings],
    data: JSONBody[SignIn],
) -> Response[SignedInBody]:
    """Open a session: a bearer token, and the same in a cookie."""
    done = await accounts.sign_in(data.login, data.password, device_of(request), data.second_factor)
    return await _signed_in(done, accounts, settings)


@get("/v1/sessions", tags=["People"], summary="Devices", responses=http.declares(NotSignedIn, Forbidden))
async def list_sessions(
    accounts: NamedDependency[AccountsService], principal: NamedDependency[Principal]
) -> http.Page[SessionBody]:
    """The devices that are signed in, newest first."""
    sessions = await accounts.list_sessions(http.person(principal).account)
    return http.Page([_session(s, principal) for s in sessions])


@get("/v1/sessions/current", tags=["People"], summary="This device", responses=http.declares(NotSignedIn, Forbidden))
async def get_session(accounts: NamedDependency[AccountsService], principal: NamedDependency[Principal]) -> SessionBody:
    """The session that asks."""
    sessions = await accounts.list_sessions(http.person(principal).account)
    found = next((s for s in sessions if s.key == principal.bearer), None)
    if found is None:
        raise NotSignedIn
    return _session(found, principal)


@delete(
    "/v1/sessions/current",
    tags=["People"],
    summary="Sign out",
    status_code=204,
    responses=_SIGNED_OUT | http.declares(NotSignedIn, http.CsrfFailed, Forbidden),
)
async def sign_out(
    accounts: NamedDependency[AccountsService],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
) -> Response[None]:
    """End this session."""
    await accounts.sign_out_key(http.person(principal).account, principal.bearer)
    return _signed_out(settings)


@delete(
    "/v1/sessions",
    tags=["People"],
    summary="Sign out everywhere",
    status_code=204,
    responses=_SIGNED_OUT | http.declares(NotSignedIn, http.CsrfFailed, Forbidden),
)
async def sign_out_everywhere(
    accounts: NamedDependency[AccountsService],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
) -> Response[None]:
    """End every session, this one too."""
    await accounts.sign_out_everywhere(http.person(principal).account)
    return _signed_out(settings)


@delete(
    "/v1/sessions/{session_id:str}",
    tags=["People"],
    summary="Sign a device out",
    status_code=204,
    responses=http.declares(NotSignedIn, http.CsrfFailed, Forbidden, NotFound),
)
async def sign_out_device(
    accounts: NamedDependency[AccountsService], principal: NamedDependency[Principal], session_id: FromPath[str]
) -> None:
    """End one of your sessions."""
    await accounts.sign_out(http.person(principal).account, http.path_id(SESSION_PREFIX, session_id))


@post("/v1/password-resets", tags=["People"], summary="Forgot the password", status_code=202, responses=http.declares())
async def request_reset(
    request: Request[Any, Any, Any], accounts: NamedDependency[AccountsService], data: JSONBody[ResetRequest]
) -> None:
    """Mail a link, if there is such an account: the answer is the same."""
    await accounts.me.request_reset(data.email, device_of(request))


@post(
    "/v1/password-resets/{token:str}",
    tags=["People"],
    summary="Set a password by a link",
    status_code=204,
    responses=http.declares(LinkGone, http.Busy),
)
async def reset_password(
    accounts: NamedDependency[AccountsService], token: FromPath[str], data: JSONBody[Reset]
) -> None:
    """Set a new password; every device is signed out. A link works once and for an hour."""
    await accounts.me.reset_password(token, data.password)


@post(
    "/v1/email-verifications",
    tags=["People"],
    summary="Mail the link again",
    status_code=202,
    responses=http.declares(NotSignedIn, http.CsrfFailed, Forbidden),
)
async def request_verification(
    accounts: NamedDependency[AccountsService], principal: NamedDependency[Principal]
) -> None:
    """Mail another link that proves your address."""
    await accounts.me.request_verification(http.person(principal).account)


@post(
    "/v1/email-verifications/{token:str}",
    tags=["People"],
    summary="Prove an address by a link",
    status_code=204,
    responses=http.declares(LinkGone),
)
async def verify_email(accounts: NamedDependency[AccountsService], token: FromPath[str]) -> None:
    """Prove the address. A link works once and for three days."""
    await accounts.me.verify_email(token)


def _session(session: Session, principal: Principal) -> SessionBody:
    return SessionBody(
        ids.encode(SESSION_PREFIX, session.id),
        session.device,
        session.address,
        session.created_at,
        session.seen_at,
        session.expires_at,
        current=session.key == principal.bearer,
    )


async def _signed_in(done: SignedIn, accounts: AccountsService, settings: Settings) -> Response[SignedInBody]:
    body = SignedInBody(await show_account(accounts, done.account), done.token, done.expires_at)
    life_s = settings.session_days * 86_400
    headers = {"Cache-Control": "no-store"} | ({REPLAY_HEADER: "true"} if done.replayed else {})
    return Response(body, status_code=201, headers=headers, cookies=_cookies(settings, done.token, life_s))


def _signed_out(settings: Settings) -> Response[None]:
    return Response(None, status_code=204, cookies=_cookies(settings, "", 0))


def _cookies(settings: Settings, token: str, life_s: int) -> list[Cookie]:
    secure = settings.origin.startswith("https:")
    return [
        Cookie(SESSION_COOKIE, value=token, path="/", max_age=life_s, httponly=True, samesite="lax", secure=secure),
        Cookie(
            CSRF_COOKIE, value=csrf_of(token) if token else "", path="/", max_age=life_s, samesite="lax", secure=secure
        ),
    ]


routes: list[Any] = [
    sign_up,
    sign_in,
    list_sessions,
    get_session,
    sign_out,
    sign_out_everywhere,
    sign_out_device,
    request_reset,
    reset_password,
    request_verification,
    verify_email,
    *routes_me,
    *second_factor_routes,
    *office_routes,
    *routes_hosts,
]
