"""Money comes in: purchases of coins and their states; providers, one file each.

Owns `payments.purchase`, `.purchase_move` (the legal moves, which the database enforces), `.purchase_event` (what
happened, for ever), `.notice` (what providers sent, raw), `.refund`, `.dispute`. Providers are re-read, never believed:
whatever made us look, `reconcile` compares what stands at the provider with our record, and each of its acts is done in
one transaction with coins, journal entry, state and news (events.py). Purchases are `purchase:<uuid>` in the books,
refunds `refund:<uuid>`, disputes `dispute:<uuid>`.
"""

from largesse.payments.errors import AccountFrozen, LimitReached, PriceChanged
from largesse.payments.model import GRANTED, Purchase
from largesse.payments.providers import configured
from largesse.payments.service import PaymentsService
from largesse.payments.service_notices import NoticesService
from largesse.payments.service_office import OfficeService

__all__ = [
    "GRANTED",
    "AccountFrozen",
    "LimitReached",
    "NoticesService",
    "OfficeService",
    "PaymentsService",
    "PriceChanged",
    "Purchase",
    "configured",
]
