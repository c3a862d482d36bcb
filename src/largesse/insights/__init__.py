"""What happened: what earned, by LIVE, hour, gift, and new and returning gifter.

Owns the read models of schema `insights`, which a worker folds from the committed gifts behind their settling (`Fold`).
They are sums, net of what is reversed, and hold nothing that the books do not: emptied with their reader's cursors,
they fold again to the same rows. `audit_checks` compares them with the books. Nothing here changes a balance.
Finance's reports are read from the books through the ledger's face; a month is frozen by two people (`FinanceService`,
`kit.approval` of kind `period.close`), and its numbers are those that the ledger wrote down then.
"""

from largesse.insights.audit import audit_checks
from largesse.insights.service import InsightsService
from largesse.insights.service_fold import Fold
from largesse.insights.service_office import FinanceService

__all__ = ["FinanceService", "Fold", "InsightsService", "audit_checks"]
