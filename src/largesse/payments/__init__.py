"""Money comes in: purchases of coins and their states; providers, one file each.

Owns `payments.purchase`, `.purchase_move` (the legal moves, which the database enforces) and `.purchase_event` (what
happened, for ever). A grant is one transaction: order, lot, wallet, journal entry, and the outbox row
`purchase.granted` (subject: the buyer, body {"purchase": uuid, "account": key, "coins": n, "transfer": key}).
"""

from largesse.payments.errors import AccountFrozen, LimitReached, PriceChanged
from largesse.payments.model import GRANTED, Purchase
from largesse.payments.service import PaymentsService

__all__ = ["GRANTED", "AccountFrozen", "LimitReached", "PaymentsService", "PriceChanged", "Purchase"]
