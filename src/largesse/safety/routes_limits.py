"""People's own limits and breaks over HTTP."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from largesse.kit import http
from largesse.kit.http import CsrfFailed, Forbidden, Invalid, MoneyBody, NotSignedIn
from largesse.kit.money import Money
from largesse.kit.principal import Principal
from largesse.safety.model import COOL_OFF_DAYS_MAX, EXCLUSION_MONTHS, NAMES, Amount, OwnLimit, Rest
from largesse.safety.service_limits import LimitsService

_COINS_MAX = 10**12
Coins = Annotated[int, msgspec.Meta(ge=0, le=_COINS_MAX)]


class LimitMoney(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Minor units of a currency."""

    minor: Annotated[int, msgspec.Meta(ge=0, le=10**12)]
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]


class WantedGive(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Coins a UTC day, week (from Monday), month, and a gift. Null: no limit; left out: as it is."""

    day: Coins | msgspec.UnsetType | None = msgspec.UNSET
    week: Coins | msgspec.UnsetType | None = msgspec.UNSET
    month: Coins | msgspec.UnsetType | None = msgspec.UNSET
    per_gift: Coins | msgspec.UnsetType | None = msgspec.UNSET


class WantedBuy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Money a UTC day, week and month. Null: no limit; left out: as it is."""

    day: LimitMoney | msgspec.UnsetType | None = msgspec.UNSET
    week: LimitMoney | msgspec.UnsetType | None = msgspec.UNSET
    month: LimitMoney | msgspec.UnsetType | None = msgspec.UNSET


class WantedLimits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change."""

    give: WantedGive | None = None
    buy: WantedBuy | None = None


class CoinLimit(msgspec.Struct, frozen=True, kw_only=True):
    """`coins` is in force (null: none); `next_coins` comes at `next_at`, if that is not null."""

    coins: int | None
    next_coins: int | None
    next_at: datetime | None


class MoneyLimit(msgspec.Struct, frozen=True, kw_only=True):
    """`money` is in force (null: none); `next_money` comes at `next_at`, if that is not null."""

    money: MoneyBody | None
    next_money: MoneyBody | None
    next_at: datetime | None


class GiveLimitsBody(msgspec.Struct, frozen=True, kw_only=True):
    """Limits on giving."""

    day: CoinLimit
    week: CoinLimit
    month: CoinLimit
    per_gift: CoinLimit


class BuyLimitsBody(msgspec.Struct, frozen=True, kw_only=True):
    """Limits on buying."""

    day: MoneyLimit
    week: MoneyLimit
    month: MoneyLimit


class RestBody(msgspec.Struct, frozen=True):
    """A break from buying and giving."""

    kind: Literal["cool_off", "exclusion"]
    since: datetime
    until: datetime


class LimitsBody(msgspec.Struct, frozen=True, kw_only=True):
    """Your own limits, and your break (null: none runs). The platform's limits are on top."""

    give: GiveLimitsBody
    buy: BuyLimitsBody
    rest: RestBody | None


class WantedRest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A cool-off of some days, or an exclusion of some months; one of them."""

    days: Annotated[int, msgspec.Meta(ge=1, le=COOL_OFF_DAYS_MAX)] | None = None
    months: Annotated[int, msgspec.Meta(ge=EXCLUSION_MONTHS[0], le=EXCLUSION_MONTHS[1])] | None = None


_OWN = http.declares(NotSignedIn, CsrfFailed, Forbidden)


@get("/v1/me/limits", summary="Your own limits", responses=_OWN)
async def get_limits(limits: NamedDependency[LimitsService], principal: NamedDependency[Principal]) -> LimitsBody:
    """What is in force and what is to come."""
    return _body(*await limits.get(http.person(principal).account))


@put("/v1/me/limits", summary="Set your own limits", responses=_OWN)
async def put_limits(
    limits: NamedDependency[LimitsService], principal: NamedDependency[Principal], data: JSONBody[WantedLimits]
) -> LimitsBody:
    """A tighter limit holds at once, a looser one (or none) in 24 hours."""
    account = http.person(principal).account
    wanted: dict[str, Amount] = {}
    for kind, asked in (("give", data.give), ("buy", data.buy)):
        for field in asked.__struct_fields__ if asked else ():
            amount = getattr(asked, field)
            if amount is not msgspec.UNSET:
                name = f"{kind}_{field.removeprefix('per_')}"
                wanted[name] = Money(amount.minor, amount.currency) if isinstance(amount, LimitMoney) else amount
    assert wanted.keys() <= set(NAMES), wanted
    if wanted:
        await limits.set_limits(account, wanted)
    return _body(*await limits.get(account))


@post("/v1/me/cool-off", summary="Take a break from buying and giving", status_code=200, responses=_OWN)
async def cool_off(
    limits: NamedDependency[LimitsService], principal: NamedDependency[Principal], data: JSONBody[WantedRest]
) -> RestBody:
    """It begins at once, and nobody shortens it: neither you nor we. What you have earned stays yours to withdraw."""
    if (data.days is None) == (data.months is None):
        raise Invalid.field("days", "either days or months")
    kind: Literal["cool_off", "exclusion"] = "cool_off" if data.days else "exclusion"
    rest = await limits.rest(http.person(principal).account, kind, days=data.days or 0, months=data.months or 0)
    return RestBody(rest.kind, rest.since, rest.until)


def _body(found: dict[str, OwnLimit], rest: Rest | None) -> LimitsBody:
    return LimitsBody(
        give=GiveLimitsBody(
            day=_coins(found["give_day"]),
            week=_coins(found["give_week"]),
            month=_coins(found["give_month"]),
            per_gift=_coins(found["give_gift"]),
        ),
        buy=BuyLimitsBody(
            day=_money(found["buy_day"]), week=_money(found["buy_week"]), month=_money(found["buy_month"])
        ),
        rest=RestBody(rest.kind, rest.since, rest.until) if rest else None,
    )


def _coins(limit: OwnLimit) -> CoinLimit:
    coins, following = limit.amount, limit.next_amount
    assert not isinstance(coins, Money), limit
    assert not isinstance(following, Money), limit
    return CoinLimit(coins=coins, next_coins=following, next_at=limit.next_at)


def _money(limit: OwnLimit) -> MoneyLimit:
    return MoneyLimit(money=_shown(limit.amount), next_money=_shown(limit.next_amount), next_at=limit.next_at)


def _shown(amount: Amount) -> MoneyBody | None:
    return MoneyBody(amount.minor, amount.currency) if isinstance(amount, Money) else None


limit_routes = [get_limits, put_limits, cool_off]
