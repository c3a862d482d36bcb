"""Policies over HTTP: rates are public."""

from datetime import datetime

from litestar import get
from litestar.di import NamedDependency

from largesse.kit import http, ids
from largesse.policy.model import Policy, Rates
from largesse.policy.routes_office import office_routes
from largesse.policy.service import PolicyService


class PolicyVersion(Rates, frozen=True, kw_only=True):
    """One dated version of every rate, limit and fee. `status` is `past`, `in_force` or `announced`."""

    id: str
    announced_at: datetime
    effective_at: datetime
    status: str


def policy_version(policy: Policy, in_force: Policy) -> PolicyVersion:
    """A version as it is shown."""
    later, same = policy.effective_at > in_force.effective_at, policy.key == in_force.key
    return PolicyVersion(
        id=ids.encode("policy", policy.id),
        announced_at=policy.announced_at,
        effective_at=policy.effective_at,
        status="in_force" if same else "announced" if later else "past",
        **{name: getattr(policy, name) for name in Rates.__struct_fields__},
    )


@get("/v1/policies", summary="Every policy, dated", responses=http.declares())
async def list_policies(policy: NamedDependency[PolicyService]) -> http.Page[PolicyVersion]:
    """All versions, the newest first: past ones, the one in force, and those that are announced."""
    versions, in_force = await policy.list_versions()
    return http.Page([policy_version(v, in_force) for v in versions])


routes = [list_policies, *office_routes]
