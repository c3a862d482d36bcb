"""Money comes in: purchases of coins and their states; providers, one file each.

Owns `payments.purchase`, `.purchase_move` (the legal moves, which the database enforces), `.purchase_event` (what
happened, for ever), `.notice` (what providers sent, raw), `.refund`, `.dispute`, `.campaign`, `.campaign_grant`,
`.reconciliation` with its lines (providers' reports held against these).
Providers are re-read, never believed: whatever made us look, `reconcile` compares what stands at the provider with our
record, and each of its acts is done in one transaction with coins, journal entry, state and news (events.py). Purchases
are `purchase:<uuid>` in the books, refunds `refund:<uuid>`, disputes `dispute:<uuid>`, grants of campaigns
`campaign:<uuid>`.

Campaigns are of this room because they ask for the first purchase, which only it knows, and for what stands below it:
breaks (safety), wallets (ledger), who is new (accounts). They hear of both from the outbox, never from a caller.
"""

from largesse.payments.audit import audit_checks
from largesse.payments.errors import AccountFrozen, LimitReached, PriceChanged
from largesse.payments.model import GRANTED, Purchase
from largesse.payments.providers import configured
from largesse.payments.reconciling.bank_statement import Bank, Moved, Wanted
from largesse.payments.service import PaymentsService
from largesse.payments.service_campaigns import CampaignsService, name_grants
from largesse.payments.service_notices import NoticesService
from largesse.payments.service_office import OfficeService
from largesse.payments.service_office_campaigns import CampaignsOffice
from largesse.payments.service_reconciling import ReconcilingService
from largesse.payments.store_notices import export_person

__all__ = [
    "GRANTED",
    "AccountFrozen",
    "Bank",
    "CampaignsOffice",
    "CampaignsService",
    "LimitReached",
    "Moved",
    "NoticesService",
    "OfficeService",
    "PaymentsService",
    "PriceChanged",
    "Purchase",
    "ReconcilingService",
    "Wanted",
    "audit_checks",
    "configured",
    "export_person",
    "name_grants",
]
