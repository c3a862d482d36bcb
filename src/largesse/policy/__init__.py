"""Every number of the economy, dated: rates, hold, fees, limits, with announcement and approval by two people.

Owns `policy.version`, whose rows are for ever; the first is installed by a migration. Exactly one is in force at any
instant: the newest with `effective_at <= now`. A gift pins the version under which it was settled. No events yet: the
committer reads the version in force in its own transaction, everything else asks `PolicyService`.
"""

from largesse.policy.model import Policy, Rates
from largesse.policy.service import PolicyService
from largesse.policy.store import ask_in_force, get_in_force

__all__ = ["Policy", "PolicyService", "Rates", "ask_in_force", "get_in_force"]
