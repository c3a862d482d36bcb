"""A viewer turns coins into a gift and a creator's diamonds.

Owns no table: it decides, and `ledger` writes. A request gathers in the process (`kit.batch`), settles in one
transaction (`committer`: lock, read, decide, write) and is answered with a receipt or a refusal. Invariants: an
acknowledged gift is committed; a (sender, id) is charged at most once; a refusal changes nothing. `Badges` folds what
is settled into gifters' levels, which `accounts` keeps.
"""

from largesse.gifting.committer import SETTLED, Committer
from largesse.gifting.model import COUNT_MAX, Facts, Kind, Outcome, Place, Receipt, Request, Terms, decide
from largesse.gifting.service import GiftingService
from largesse.gifting.service_badges import Badges

__all__ = [
    "COUNT_MAX",
    "SETTLED",
    "Badges",
    "Committer",
    "Facts",
    "GiftingService",
    "Kind",
    "Outcome",
    "Place",
    "Receipt",
    "Request",
    "Terms",
    "decide",
]
