"""What is allowed: people's own limits and breaks, whom they block; freezing an account; facts that speak of risk.

Owns schema `safety`: `.block` (whom somebody blocked: they are banned from all rooms of who blocked them, and an
anonymous giver stays unknown), `.own_limit` (in force and to come), `.own_limit_change` and `.rest` (what was asked
for, for ever). Limits on giving are copied to the wallet, where a batch reads them under its lock; loosening waits
24 hours. Whether an account is frozen is a fact of its wallet. Every deed of staff is in the staff trail. `.signal`
is what the rooms above come to know (`note_fact`), once for each cause and for ever: people read it, and nothing
decides by it.
"""

from largesse.safety.errors import Resting
from largesse.safety.model import BUY, Amount, Rest
from largesse.safety.model_signals import Fact, Signal
from largesse.safety.routes_blocks import block_routes
from largesse.safety.routes_limits import limit_routes
from largesse.safety.routes_office import routes
from largesse.safety.routes_signals import signal_routes
from largesse.safety.service import SafetyService
from largesse.safety.service_blocks import BlocksService
from largesse.safety.service_limits import LimitsService, export_person, find_rest, list_buy_limits
from largesse.safety.service_signals import SignalsService, list_signals_of, note_fact
from largesse.safety.store_blocks import is_blocked

__all__ = [
    "BUY",
    "Amount",
    "BlocksService",
    "Fact",
    "LimitsService",
    "Rest",
    "Resting",
    "SafetyService",
    "Signal",
    "SignalsService",
    "block_routes",
    "export_person",
    "find_rest",
    "is_blocked",
    "limit_routes",
    "list_buy_limits",
    "list_signals_of",
    "note_fact",
    "routes",
    "signal_routes",
]
