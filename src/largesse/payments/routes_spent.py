"""What somebody has spent on coins so far, of their own limits on buying."""

from datetime import datetime

import msgspec
from litestar import get
from litestar.di import NamedDependency

from largesse.kit import http
from largesse.kit.http import Forbidden, MoneyBody, NotSignedIn
from largesse.kit.principal import Principal
from largesse.payments.model import Spent
from largesse.payments.service import PaymentsService


class SpentBody(msgspec.Struct, frozen=True, kw_only=True):
    """`spent` in the limit's currency, or in that of the caller's prices; `left` of the limit (null: there is none)."""

    spent: MoneyBody
    left: MoneyBody | None
    resets_at: datetime


class BuyingBody(msgspec.Struct, frozen=True, kw_only=True):
    """Of this UTC day, week (from Monday) and month."""

    day: SpentBody
    week: SpentBody
    month: SpentBody


@get("/v1/me/buying", summary="What you spent on coins", responses=http.declares(NotSignedIn, Forbidden))
async def get_buying(payments: NamedDependency[PaymentsService], principal: NamedDependency[Principal]) -> BuyingBody:
    """As orders are judged: those that are paid, or may be; other currencies by what price books say they are worth."""
    found = await payments.list_spent(http.person(principal).account)
    return BuyingBody(day=_body(found["buy_day"]), week=_body(found["buy_week"]), month=_body(found["buy_month"]))


def _body(spent: Spent) -> SpentBody:
    left = http.money_body(spent.left) if spent.left else None
    return SpentBody(spent=http.money_body(spent.spent), left=left, resets_at=spent.resets_at)


routes = [get_buying]
