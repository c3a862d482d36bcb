"""What a policy would change, before two people announce it. Roles: finance."""

import msgspec
from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from largesse.kit import http
from largesse.kit.http import Forbidden, MoneyBody, NotSignedIn, staff
from largesse.kit.principal import Principal
from largesse.payouts.service import PayoutsService
from largesse.payouts.withdrawal import DOLLAR
from largesse.policy import Rates


class ProposedRates(Rates, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every number of a version that nobody has announced."""


class EffectBody(msgspec.Struct, frozen=True, kw_only=True):
    """Everybody's last `days` by the policy in force and by the proposed one; what was reversed is in neither."""

    days: int
    creators: int
    coins: int
    now_milli: int
    next_milli: int
    now_value: MoneyBody
    next_value: MoneyBody


@post(
    "/v1/office/policies/effect",
    tags=["Office"],
    summary="What a policy would change",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden),
)
async def get_effect(
    data: JSONBody[ProposedRates], payouts: NamedDependency[PayoutsService], principal: NamedDependency[Principal]
) -> EffectBody:
    """Nothing is proposed by it. Share and value are applied to what was given in these days."""
    staff(principal, "finance")
    found = await payouts.get_effect(data)
    return EffectBody(
        days=found.days, creators=found.creators, coins=found.coins, now_milli=found.now_milli,
        next_milli=found.next_milli, now_value=MoneyBody(found.now_minor, DOLLAR),
        next_value=MoneyBody(found.next_minor, DOLLAR),
    )  # fmt: skip


routes = [get_effect]
