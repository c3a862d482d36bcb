"""Money goes out. For now: what a creator has earned, and when it can be withdrawn.

Owns no table yet. A day's earnings clear by date, never by a job that moves money: see `model.clears_at`.
"""

from largesse.payouts.model import Balance
from largesse.payouts.service import PayoutsService

__all__ = ["Balance", "PayoutsService"]
