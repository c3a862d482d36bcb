"""The office's side of prices: a whole price book is proposed by one and approved by another, and it is dated."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from largesse.catalog.errors import BookOutOfLine
from largesse.catalog.model import BookContent, Channel
from largesse.catalog.service import CatalogService
from largesse.catalog.service_books import WantedBook
from largesse.catalog.store_books import BookRow, BookStatus
from largesse.kit import http, ids
from largesse.kit.approval import AlreadyDecided, FourEyes
from largesse.kit.http import Conflict, Forbidden, NotFound, NotSignedIn, Page, staff
from largesse.kit.idempotency import IdempotencyKey, IdReused, chosen_id, created
from largesse.kit.principal import Principal

_NO_CONTROL = r"^[^\x00-\x1f\x7f]*$"
_REGION_CHARS = 2


class ProposeBook(BookContent, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a book shall be from `effective_at` on; null, and what has passed, is the moment of the approval."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=_NO_CONTROL)]
    ticket: Annotated[str, msgspec.Meta(max_length=100, pattern=_NO_CONTROL)] = ""
    effective_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    id: Annotated[str, msgspec.Meta(max_length=64, description="UUIDv7, bare or prefixed")] | None = None


class BookProposal(msgspec.Struct, frozen=True, kw_only=True):
    """A proposed book. `status` is proposed, rejected or withdrawn; then coming, applied or canceled.

    `effective_at` null is the moment of the approval. People are account keys.
    """

    id: str
    region: str
    channel: Channel
    status: BookStatus
    book: BookContent
    effective_at: datetime | None
    reason: str
    ticket: str
    proposed_by: int
    proposed_at: datetime
    decided_by: int | None
    decided_at: datetime | None


@post(
    "/v1/office/price-books/{region:str}/{channel:str}/proposals",
    summary="Propose a price book",
    responses=http.declares(NotSignedIn, Forbidden, NotFound, Conflict, IdReused, BookOutOfLine),
)
async def propose_book(
    *, catalog: NamedDependency[CatalogService], principal: NamedDependency[Principal], region: FromPath[str],
    channel: FromPath[str], data: JSONBody[ProposeBook], idempotency_key: IdempotencyKey = None,
) -> Response[BookProposal]:  # fmt: skip
    """Say a book whole, bundles and all; it holds when a second person has approved it. Roles: finance, admin."""
    staff(principal, "finance")
    region, through = place_of(region, channel)
    content = BookContent(**{name: getattr(data, name) for name in BookContent.__struct_fields__})
    found, replayed = await catalog.books.propose(
        by=principal.account,
        proposal=chosen_id("proposal", data.id, idempotency_key, principal),
        wanted=WantedBook(region=region, channel=through, effective_at=data.effective_at, content=content),
        reason=data.reason,
        ticket=data.ticket,
    )
    return created(_shown(found), replayed=replayed)


@get(
    "/v1/office/price-book-proposals",
    summary="Proposed price books",
    responses=http.declares(NotSignedIn, Forbidden),
)
async def list_book_proposals(
    catalog: NamedDependency[CatalogService],
    principal: NamedDependency[Principal],
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> Page[BookProposal]:
    """Proposed books in every state, the newest first. Roles: finance, admin."""
    staff(principal, "finance")
    before = http.id_cursor("proposal", cursor)
    found = await catalog.books.list_proposals(before=before, limit=limit + 1)
    return http.page(found, limit, _shown)


@post(
    "/v1/office/price-book-proposals/{proposal:str}/approve",
    summary="Approve a price book",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, FourEyes, AlreadyDecided, Conflict),
)
async def approve_book(
    catalog: NamedDependency[CatalogService], principal: NamedDependency[Principal], proposal: FromPath[str]
) -> BookProposal:
    """Let it come, as a second person. Roles: finance, admin."""
    staff(principal, "finance")
    return _shown(await catalog.books.approve(by=principal.account, proposal=http.path_id("proposal", proposal)))


@post(
    "/v1/office/price-book-proposals/{proposal:str}/reject",
    summary="Reject or withdraw a price book",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, AlreadyDecided),
)
async def reject_book(
    catalog: NamedDependency[CatalogService], principal: NamedDependency[Principal], proposal: FromPath[str]
) -> BookProposal:
    """Turn a proposal down; one's own is withdrawn. Roles: finance, admin."""
    staff(principal, "finance")
    return _shown(await catalog.books.reject(by=principal.account, proposal=http.path_id("proposal", proposal)))


@post(
    "/v1/office/price-book-proposals/{proposal:str}/cancel",
    summary="Take back an approved price book before its time",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, Conflict),
)
async def cancel_book(
    catalog: NamedDependency[CatalogService], principal: NamedDependency[Principal], proposal: FromPath[str]
) -> BookProposal:
    """Prices stay as they are; one person is enough for that. Roles: finance, admin."""
    staff(principal, "finance")
    return _shown(await catalog.books.cancel(by=principal.account, proposal=http.path_id("proposal", proposal)))


def place_of(region: str, channel: str) -> tuple[str, Channel]:
    """The region and channel of a path; raises `NotFound` for what is none."""
    if not (len(region) == _REGION_CHARS and region.isascii() and region.isalpha() and region.isupper()):
        raise NotFound
    try:
        return region, msgspec.convert(channel, Channel)
    except msgspec.ValidationError as error:
        raise NotFound from error


def _shown(one: BookRow) -> BookProposal:
    wanted = msgspec.convert(one.body, WantedBook)
    return BookProposal(
        id=ids.encode("proposal", one.id),
        region=wanted.region,
        channel=wanted.channel,
        status=one.status,
        book=wanted.content,
        effective_at=one.effective_at or wanted.effective_at,
        reason=one.reason,
        ticket=one.ticket,
        proposed_by=one.proposed_by,
        proposed_at=one.proposed_at,
        decided_by=one.decided_by,
        decided_at=one.decided_at,
    )


book_routes = [propose_book, list_book_proposals, approve_book, reject_book, cancel_book]
