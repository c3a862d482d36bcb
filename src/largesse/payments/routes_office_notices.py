"""What providers and apps told us and could not be worked on yet, for the office. Roles: finance; support may look."""

from datetime import datetime

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from largesse.kit import http
from largesse.kit.http import Forbidden, NotFound, NotSignedIn, Page, staff
from largesse.kit.principal import Principal
from largesse.payments.service_notices import NoticesService
from largesse.payments.store_notices import Stuck


class StuckNotice(msgspec.Struct, frozen=True, kw_only=True):
    """A notice that waits. `kind` is `claim` for what an app claimed; `why` is what stood against it the last time."""

    id: str
    provider: str
    event: str
    kind: str
    why: str
    tries: int
    received_at: datetime
    due_at: datetime


@get(
    "/v1/office/provider-notices",
    tags=["Office"],
    summary="Notices and claims that wait",
    responses=http.declares(NotSignedIn, Forbidden),
)
async def list_stuck_notices(
    notices: NamedDependency[NoticesService],
    principal: NamedDependency[Principal],
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> Page[StuckNotice]:
    """Tried in vain and tried again at `due_at`, the newest first. Roles: finance, support, admin."""
    staff(principal, "finance", "support")
    found = await notices.list_stuck(before=http.key_cursor(cursor), limit=limit + 1)
    return http.page(found, limit, _shown)


@post(
    "/v1/office/provider-notices/{notice:str}/retry",
    tags=["Office"],
    summary="Try a notice again now",
    status_code=204,
    responses=http.declares(NotSignedIn, Forbidden, NotFound),
)
async def retry_notice(
    notices: NamedDependency[NoticesService], principal: NamedDependency[Principal], notice: FromPath[str]
) -> None:
    """Whatever comes of it, it is safe to do again. Roles: finance, admin."""
    staff(principal, "finance")
    if not (notice.isascii() and notice.isdecimal() and int(notice) <= http.KEY_MAX):
        raise NotFound
    await notices.try_again(int(notice))


def _shown(one: Stuck) -> StuckNotice:
    return StuckNotice(
        id=str(one.key), provider=one.provider, event=one.event[:200], kind=one.kind, why=one.outcome, tries=one.tries,
        received_at=one.received_at, due_at=one.due_at,
    )  # fmt: skip


routes = [list_stuck_notices, retry_notice]
