"""Who is calling: set on every connection by a middleware that `main` installs."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable
from datetime import date
from http.cookies import CookieError, SimpleCookie
from typing import Any
from uuid import UUID

import msgspec
from litestar.types import ASGIApp, Receive, Scope, Send

SESSION_COOKIE = "largesse_session"
CSRF_COOKIE = "largesse_csrf"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_KEY = "largesse_principal"
_TOKEN_BYTES_MAX = 200
API_KEY = "api_key"  # a program's bearer: it belongs to an account, and is never the person of it


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """An authenticated caller. `account` and `bearer` are the books' integer keys, `id` is the public id.

    `badge` is the gifter's level as others see it, 0 for none.
    """

    account: int
    id: UUID
    username: str
    display_name: str
    bearer: int
    kind: str
    adult_from: date
    creator: bool = False
    roles: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    host: int | None = None
    badge: int = 0
    country: str = ""
    via_cookie: bool = False

    @property
    def api_key(self) -> int:
        """The key of the API key that calls; 0 for people."""
        return self.bearer if self.kind == API_KEY else 0


Authenticate = Callable[[str], Awaitable[Principal | None]]


def csrf_of(token: str) -> str:
    """The CSRF token that belongs to a session token; derived, so there is nothing to store."""
    return urlsafe_b64encode(hashlib.sha256(b"largesse-csrf:" + token.encode()).digest()[:18]).decode()


def of_scope(scope: Scope) -> Principal | None:
    """The caller of this connection, or None."""
    found = scope.get(_KEY)
    return found if isinstance(found, Principal) else None


def csrf_holds(scope: Scope) -> bool:
    """Whether a cookie-borne unsafe request repeated its CSRF token; True for bearers and for safe methods."""
    return bool(scope.get(_KEY + "_csrf", True))


def bearer_token(scope: Scope) -> tuple[str | None, bool]:
    """The token of a request and whether it came in the cookie. The header wins."""
    cookie = ""
    for name, value in scope["headers"]:
        if name == b"authorization":
            kind, _, token = value.decode("latin-1").partition(" ")
            if kind.lower() == "bearer" and len(token) <= _TOKEN_BYTES_MAX:
                return token.strip(), False
            return None, False
        if name == b"cookie":
            cookie = value.decode("latin-1")
    if SESSION_COOKIE not in cookie:
        return None, False
    try:
        morsel = SimpleCookie(cookie).get(SESSION_COOKIE)
    except CookieError:
        return None, False
    return (morsel.value, True) if morsel and len(morsel.value) <= _TOKEN_BYTES_MAX else (None, False)


class PrincipalMiddleware:
    """Reads the bearer of HTTP requests and sockets, and leaves the principal in the scope.

    Pure ASGI, so that it costs one dictionary look-up where `authenticate` has the token in its cache.
    """

    def __init__(self, app: ASGIApp, authenticate: Authenticate) -> None:
        self.app = app
        self.authenticate = authenticate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Authenticate, then go on."""
        if scope["type"] in {"http", "websocket"}:
            token, in_cookie = bearer_token(scope)
            if token:
                extra: dict[str, Any] = scope  # type: ignore[assignment]
                principal = await self.authenticate(token)
                if principal and in_cookie:
                    principal = msgspec.structs.replace(principal, via_cookie=True)
                    if scope.get("method", "GET") not in _SAFE_METHODS:
                        sent = next((v for n, v in scope["headers"] if n == b"x-csrf-token"), b"")
                        extra[_KEY + "_csrf"] = sent == csrf_of(token).encode()
                extra[_KEY] = principal
        await self.app(scope, receive, send)
