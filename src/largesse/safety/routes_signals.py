"""Risk signals over HTTP. Roles: moderator, finance."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from largesse.accounts import ACCOUNT_PREFIX, AccountsService, PersonBody, person_body
from largesse.kit import http
from largesse.kit.http import Forbidden, NotFound, NotSignedIn, Page, staff
from largesse.kit.principal import Principal
from largesse.safety.model_signals import Fact
from largesse.safety.service_signals import SignalsService


class SignalBody(msgspec.Struct, frozen=True, kw_only=True):
    """A fact about `account`; `related` are the first of `related_count` others. `weight` is of 100, and no verdict.

    `source` is what gave cause for it, such as `payout_method:<uuid>`.
    """

    kind: Fact
    account: PersonBody
    related: list[PersonBody]
    related_count: int
    weight: int
    source: str
    noted_at: datetime


@get(
    "/v1/office/signals",
    tags=["Office"],
    summary="Risk signals",
    responses=http.declares(NotSignedIn, Forbidden, NotFound),
)
async def list_signals(
    *,
    signals: NamedDependency[SignalsService],
    accounts: NamedDependency[AccountsService],
    principal: NamedDependency[Principal],
    account: FromQuery[str | None] = None,
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> Page[SignalBody]:
    """What rooms noted about accounts, the newest first; of one `account` where it is named."""
    staff(principal, "moderator", "finance")
    about = http.path_id(ACCOUNT_PREFIX, account) if account else None
    found = await signals.list_signals(about, http.key_cursor(cursor), limit + 1)
    people = await accounts.people({key for one in found for key in (one.subject, *one.related)})
    shown = [
        SignalBody(
            kind=one.kind, account=person_body(people[one.subject]),
            related=[person_body(people[key]) for key in one.related], related_count=one.related_count,
            weight=one.weight, source=one.source, noted_at=one.noted_at,
        )
        for one in found[:limit]
    ]  # fmt: skip
    return Page(shown, str(found[limit - 1].key) if len(found) > limit else None)


signal_routes: list[Any] = [list_signals]
