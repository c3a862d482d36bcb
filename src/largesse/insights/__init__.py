"""What happened: what earned, by LIVE, hour, gift, and new and returning gifter.

Owns the read models of schema `insights`, which a worker folds from the committed gifts behind their settling (`Fold`).
They are sums, net of what is reversed, and hold nothing that the books do not: emptied with their reader's cursors,
they fold again to the same rows. `audit_checks` compares them with the books. Nothing here changes a balance.
"""

from largesse.insights.audit import audit_checks
from largesse.insights.service import InsightsService
from largesse.insights.service_fold import Fold

__all__ = ["Fold", "InsightsService", "audit_checks"]
