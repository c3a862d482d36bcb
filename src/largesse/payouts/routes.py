"""A creator's diamonds over HTTP."""

from datetime import date, datetime
from typing import Any

import msgspec
from litestar import get
from litestar.di import NamedDependency

from largesse.kit import http, ids
from largesse.kit.http import Forbidden, MoneyBody, NotSignedIn
from largesse.kit.principal import Principal
from largesse.payouts.model import Difference
from largesse.payouts.routes_bankfiles import routes as bankfile_routes
from largesse.payouts.routes_effect import routes as effect_routes
from largesse.payouts.routes_office import routes as office_routes
from largesse.payouts.routes_statements import routes as statement_routes
from largesse.payouts.routes_withdrawals import RateBody
from largesse.payouts.routes_withdrawals import routes as withdrawal_routes
from largesse.payouts.service import Estimate, PayoutsService
from largesse.policy import Policy

_DOLLAR = "USD"


class Release(msgspec.Struct, frozen=True):
    """Milli-diamonds that become available at 00:00 UTC of `date`."""

    date: date
    milli: int


class PolicyInForce(msgspec.Struct, frozen=True, kw_only=True):
    """The rates of the policy in force.

    `share_bps`: diamonds a coin gives, x 10,000; the value of a diamond is in millionths of a US dollar.
    """

    id: str
    share_bps: int
    diamond_value_micros: int
    hold_days: int
    effective_at: datetime


class OwnNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """What the gifts of the last `days` bring by the policy in force, and would have brought by the next."""

    days: int
    now_milli: int
    next_milli: int
    now_value: MoneyBody
    next_value: MoneyBody


class PolicyAnnounced(PolicyInForce, frozen=True, kw_only=True):
    """The next policy, from the day it is announced, with the difference in the creator's own numbers."""

    announced_at: datetime
    difference: OwnNumbers


class LocalValue(msgspec.Struct, frozen=True, kw_only=True):
    """The estimate in the currency of your newest payout method, at a rate that a withdrawal does not promise."""

    value: MoneyBody
    rate: RateBody


class DiamondsBody(msgspec.Struct, frozen=True, kw_only=True):
    """A creator's diamonds, in milli. lifetime = pending + available + held + reserved + paid.

    `owed_milli` is owed for gifts whose coins went back after their hold: it is set off against what has cleared, the
    oldest first, when you withdraw, and `available_milli` and the estimates are less it already.
    `held_milli` waits for disputes about the coins that were given to be decided; what was reversed is left out of all.
    `estimated_value` is what pending and available diamonds are worth, each at the value pinned when it was earned;
    `estimated_local` the same in the currency that you are paid in, null where that is USD or unknown.
    """

    pending_milli: int
    available_milli: int
    held_milli: int
    reserved_milli: int
    paid_milli: int
    owed_milli: int
    lifetime_milli: int
    estimated_value: MoneyBody
    estimated_local: LocalValue | None
    releases: list[Release]
    policy: PolicyInForce
    next_policy: PolicyAnnounced | None


@get("/v1/me/diamonds", summary="Your diamonds", responses=http.declares(NotSignedIn, Forbidden))
async def get_diamonds(payouts: NamedDependency[PayoutsService], principal: NamedDependency[Principal]) -> DiamondsBody:
    """What you have earned, when it can be withdrawn, and what it is worth. Creators only."""
    if not principal.creator or principal.kind != "session":
        raise Forbidden(detail="only creators have diamonds")
    statement = await payouts.get_statement(principal.account)
    own, coming, difference = statement.balance, statement.coming, statement.difference
    return DiamondsBody(
        pending_milli=own.pending_milli,
        available_milli=own.available_milli,
        held_milli=own.held_milli,
        reserved_milli=own.reserved_milli,
        paid_milli=own.paid_milli,
        owed_milli=own.owed_milli,
        lifetime_milli=own.lifetime_milli,
        estimated_value=MoneyBody(own.estimated_minor, _DOLLAR),
        estimated_local=_local(statement.local) if statement.local else None,
        releases=[Release(day, milli) for day, milli in own.releases],
        policy=PolicyInForce(**_rates(statement.policy)),
        next_policy=_announced(coming, difference) if coming and difference else None,
    )


def _local(estimate: Estimate) -> LocalValue:
    rate = estimate.rate
    return LocalValue(
        value=MoneyBody(estimate.value.minor, estimate.value.currency),
        rate=RateBody(per_dollar=f"{rate.per_dollar.normalize():f}", source=rate.source, on=rate.on),
    )


def _announced(policy: Policy, difference: Difference) -> PolicyAnnounced:
    own = OwnNumbers(
        days=difference.days,
        now_milli=difference.now_milli,
        next_milli=difference.next_milli,
        now_value=MoneyBody(difference.now_minor, _DOLLAR),
        next_value=MoneyBody(difference.next_minor, _DOLLAR),
    )
    return PolicyAnnounced(**_rates(policy), announced_at=policy.announced_at, difference=own)


def _rates(policy: Policy) -> dict[str, Any]:
    return {
        "id": ids.encode("policy", policy.id),
        "share_bps": policy.share_bps,
        "diamond_value_micros": policy.diamond_value_micros,
        "hold_days": policy.hold_days,
        "effective_at": policy.effective_at,
    }


routes = [get_diamonds, *withdrawal_routes, *office_routes, *bankfile_routes, *effect_routes, *statement_routes]
