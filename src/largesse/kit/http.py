"""HTTP in and out: guards, pages of lists, ids in paths, and problems as answers.

A handler declares the problems it may answer: `responses=http.declares(NotFound, NotEnoughCoins)`. It marks where each
argument comes from, as Litestar asks: `data: JSONBody[Body]`, `id: FromPath[str]`, `status: FromQuery[str | None]`,
`principal: NamedDependency[Principal]`, `stage: NamedDependency[StageService]`, `limit: Limit`, `cursor: Cursor`.
"""

import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Generic, Protocol, TypeVar
from uuid import UUID

import msgspec
import structlog
from litestar import MediaType, Request, Response
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi import ResponseSpec
from litestar.params import QueryParameter
from litestar.types import ASGIApp, Empty, Message, Receive, Scope, Send

from largesse.kit import ids
from largesse.kit.money import Money
from largesse.kit.principal import API_KEY, Principal, csrf_holds, of_scope
from largesse.kit.problems import Problem

log = structlog.get_logger(__name__)
T = TypeVar("T")
PROBLEM_JSON = "application/problem+json"
_MISSING = re.compile(r"missing required field `([^`]+)`")
LIMIT_MAX = 200
KEY_MAX = 2**31 - 1  # PostgreSQL's integer

Limit = Annotated[int, QueryParameter(ge=1, le=LIMIT_MAX, description="items a page")]
Cursor = Annotated[str | None, QueryParameter(max_length=400, description="`next_cursor` of the page before")]


class Page(msgspec.Struct, Generic[T], frozen=True):
    """A page of a list; `next_cursor` is null on the last one."""

    items: list[T]
    next_cursor: str | None = None


class Identified(Protocol):
    """A body with its public id."""

    @property
    def id(self) -> str:
        """It."""


Shown = TypeVar("Shown", bound=Identified)


def page(found: Sequence[T], limit: int, show: Callable[[T], Shown]) -> Page[Shown]:
    """A page of what was found, of which one more than `limit` was asked for; the next begins behind its last id."""
    shown = [show(one) for one in found[:limit]]
    return Page(shown, shown[-1].id if len(found) > limit else None)


class MoneyBody(msgspec.Struct, frozen=True):
    """Minor units of an ISO 4217 currency."""

    minor: int
    currency: str


def money_body(money: Money) -> MoneyBody:
    """Money as it is sent."""
    return MoneyBody(money.minor, money.currency)


class InvalidField(msgspec.Struct, frozen=True):
    """A field that could not be read, and why."""

    name: str
    message: str


class ProblemBody(msgspec.Struct, frozen=True, kw_only=True):
    """RFC 9457 problem details; `code` is stable, other members belong to the code."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    fields: list[InvalidField] | None = None


@dataclass(eq=False)
class NotSignedIn(Problem):
    """This needs somebody signed in: no bearer, or one that is unknown, expired or revoked."""

    status: ClassVar[int] = 401
    code: ClassVar[str] = "not-signed-in"


@dataclass(eq=False)
class CsrfFailed(Problem):
    """A request with the session cookie must repeat its CSRF token in X-CSRF-Token."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "csrf-failed"


@dataclass(eq=False)
class Forbidden(Problem):
    """You may not do this."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "forbidden"
    detail: str = ""


@dataclass(eq=False)
class NotFound(Problem):
    """There is no such thing, or it is not yours to see."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "not-found"


@dataclass(eq=False)
class NotConfigured(Problem):
    """This part is not configured here."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "not-configured"
    detail: str = ""


@dataclass(eq=False)
class Conflict(Problem):
    """This contradicts what is already there."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "conflict"
    detail: str = ""


@dataclass(eq=False)
class Invalid(Problem):
    """Something in the request cannot be used; each field is named."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "invalid"
    detail: str = ""
    fields: list[InvalidField] | None = None

    @classmethod
    def field(cls, name: str, message: str) -> "Invalid":
        """One bad field."""
        return cls(detail=f"{name}: {message}", fields=[InvalidField(name, message)])


@dataclass(eq=False)
class TooMany(Problem):
    """Too many requests; wait as long as Retry-After says."""

    status: ClassVar[int] = 429
    code: ClassVar[str] = "too-many"
    retry_after_s: int = 1
    limit: int | None = None


@dataclass(eq=False)
class Busy(Problem):
    """The service is at its limit right now; nothing was done, try again."""

    status: ClassVar[int] = 503
    code: ClassVar[str] = "busy"
    retry_after_s: int = 1


class StrictRequest(Request[Any, Any, Any]):
    """Reads a JSON body straight into what its handler asks for: no text for a number, no number for a truth value."""

    async def json(self) -> Any:
        """The body as the type of the handler's `data`; raises `Invalid` with the field that is wrong."""
        if self._json is Empty:
            try:
                self._json = _decoder(self.route_handler).decode(await self.body())
            except msgspec.ValidationError as error:
                message, _, at = str(error).partition(" - at `$")
                missing = _MISSING.search(message)
                names = [at.strip("`").lstrip("."), missing.group(1) if missing else ""]
                raise Invalid.field(".".join(filter(None, names)) or "body", message) from error
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise Invalid(detail=f"the body is not JSON: {error}") from error
        return self._json


@lru_cache(maxsize=512)
def _decoder(handler: Any) -> msgspec.json.Decoder[Any]:
    data = handler.parsed_fn_signature.parameters.get("data")
    return msgspec.json.Decoder(data.annotation if data is not None else Any)


EVERYWHERE: tuple[type[Problem], ...] = (Invalid, TooMany)


def declares(*problems: type[Problem]) -> dict[int, ResponseSpec]:
    """What a handler may answer besides its success, for the OpenAPI document."""
    by_status: dict[int, list[type[Problem]]] = {}
    for problem in (*problems, *EVERYWHERE):
        by_status.setdefault(problem.status, []).append(problem)
    return {
        status: ResponseSpec(
            data_container=ProblemBody,
            description="; ".join(f"`{p.code}`: {p.title()}" for p in dict.fromkeys(kinds)),
            media_type=PROBLEM_JSON,
            generate_examples=False,
        )
        for status, kinds in by_status.items()
    }


def signed_in(request: ASGIConnection[Any, Any, Any, Any]) -> Principal:
    """Dependency: the caller; raises `NotSignedIn`, or `CsrfFailed` for a cookie without its token."""
    principal = of_scope(request.scope)
    if principal is None:
        raise NotSignedIn
    if not csrf_holds(request.scope):
        raise CsrfFailed
    return principal


def maybe_signed_in(request: ASGIConnection[Any, Any, Any, Any]) -> Principal | None:
    """Dependency: the person who calls, or None for a guest."""
    return as_person(of_scope(request.scope))


def as_person(principal: Principal | None) -> Principal | None:
    """Who watches and reads: None for a guest, and for a program's key, which is never the person who made it."""
    return None if principal is None or principal.kind == API_KEY else principal


def person(principal: Principal) -> Principal:
    """The principal, if it is somebody's session and not a program's key; raises `Forbidden`."""
    if principal.kind != "session":
        raise Forbidden(detail="this is for people, not for keys")
    return principal


def oneself(principal: Principal) -> Principal:
    """The principal, if it stands for the person themselves and is not a program's key; raises `Forbidden`."""
    if principal.kind == API_KEY:
        raise Forbidden(detail="this is for people, not for keys")
    return principal


def staff(principal: Principal, *roles: str) -> Principal:
    """The principal, if it has one of the roles (admin has all); raises `Forbidden`."""
    if principal.kind != "session" or not principal.roles & {*roles, "admin"}:
        raise Forbidden(detail="this needs the role " + " or ".join(sorted({*roles, "admin"})))
    return principal


def path_id(prefix: str, text: str) -> UUID:
    """The UUID of an id in a path; raises `NotFound` for what is not one."""
    value = ids.decode(text, prefix)
    if value is None:
        raise NotFound
    return value


def body_id(prefix: str, name: str, text: str) -> UUID:
    """The UUID of an id in a body; raises `Invalid` for what is not one."""
    value = ids.decode(text, prefix)
    if value is None:
        raise Invalid.field(name, f"not a UUID, nor an id that begins with {prefix}_")
    return value


def id_cursor(prefix: str, cursor: Cursor) -> UUID | None:
    """The UUID that a list goes on behind; raises `Invalid` for what is not one."""
    return body_id(prefix, "cursor", cursor) if cursor else None


def key_cursor(cursor: Cursor) -> int | None:
    """The integer key that a list goes on behind; raises `Invalid` for what is not one."""
    if cursor is None:
        return None
    if not cursor.isascii() or not cursor.isdecimal() or int(cursor) > KEY_MAX:
        raise Invalid.field("cursor", "not a cursor of this list")
    return int(cursor)


def problem_response(problem: Problem) -> Response[bytes]:
    """A problem as an answer."""
    headers = {"Cache-Control": "no-store"}
    wait = getattr(problem, "retry_after_s", None)
    if wait is not None:
        headers["Retry-After"] = str(wait)
        headers["RateLimit"] = f'"default";r=0;t={wait}'
    if problem.status == NotSignedIn.status:
        headers["WWW-Authenticate"] = 'Bearer realm="largesse"'
    return Response(
        msgspec.json.encode(problem.body()), status_code=problem.status, media_type=PROBLEM_JSON, headers=headers
    )


def on_problem(_: Request[Any, Any, Any], problem: Problem) -> Response[bytes]:
    """Exception handler of `Problem`."""
    return problem_response(problem)


def on_validation(_: Request[Any, Any, Any], error: ValidationException) -> Response[bytes]:
    """Exception handler of Litestar's validation errors: each field is named."""
    extra = error.extra if isinstance(error.extra, list) else []
    named = [
        InvalidField(str(e.get("key", "body")), str(e.get("message", "not usable")))
        for e in extra
        if isinstance(e, dict)
    ]
    return problem_response(
        Invalid(detail="; ".join(f"{f.name}: {f.message}" for f in named) or error.detail, fields=named or None)
    )


def on_too_deep(_: Request[Any, Any, Any], __: RecursionError) -> Response[bytes]:
    """Exception handler of bodies that nest deeper than any of ours does."""
    return problem_response(Invalid(detail="the body nests too deeply"))


def on_http(_: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """Exception handler of Litestar's own refusals (404, 405, 413, …)."""
    codes = {
        400: "invalid",
        404: "not-found",
        405: "method-not-allowed",
        413: "too-large",
        415: "unsupported-media-type",
    }
    code = codes.get(error.status_code, "refused" if error.status_code < 500 else "internal")  # noqa: PLR2004
    title = error.detail.split(" for ")[0][:200] or code
    body = {
        "type": f"urn:largesse:problem:{code}",
        "title": title,
        "status": error.status_code,
        "code": code,
        "detail": title,
    }
    headers = dict(error.headers or {}) | {"Cache-Control": "no-store"}
    return Response(msgspec.json.encode(body), status_code=error.status_code, media_type=PROBLEM_JSON, headers=headers)


def on_bug(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Exception handler of everything else: a bug, logged whole, answered without a secret."""
    log.error("http.bug", path=request.scope["path"], exc_info=error)
    body = {"type": "urn:largesse:problem:internal", "title": "Something broke here", "status": 500, "code": "internal",
            "detail": "Nothing was half-done. The same request with the same id is safe to send again."}  # fmt: skip
    return Response(msgspec.json.encode(body), status_code=500, media_type=PROBLEM_JSON)


class ServerTimeMiddleware:
    """Adds `X-Server-Time` (unix milliseconds), from which pages make their ids."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the header as the answer starts."""
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return

        async def stamped(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", []), (b"x-server-time", b"%d" % (time.time_ns() // 1_000_000))]
                message["headers"] = headers
            await send(message)

        await self.app(scope, receive, stamped)


ExceptionHandler = Callable[[Request[Any, Any, Any], Any], Response[bytes] | Awaitable[Response[bytes]]]
EXCEPTION_HANDLERS: dict[int | type[Exception], Any] = {
    Problem: on_problem,
    ValidationException: on_validation,
    HTTPException: on_http,
    RecursionError: on_too_deep,
    Exception: on_bug,
}
JSON = MediaType.JSON
