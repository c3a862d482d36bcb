"""How others plug in: API keys (webhooks, embedding and tokens stand on the same bearers).

Owns no table yet: keys are rows of `accounts.bearer`. A key works once it is approved: in a sandbox at once, elsewhere
by a second admin. Every deed is in the staff trail.
"""

from largesse.outreach.routes import routes
from largesse.outreach.service import OutreachService

__all__ = ["OutreachService", "routes"]
