"""What is allowed: for now, freezing and unfreezing an account, and finding one for that.

Owns no table yet: whether an account is frozen is a fact of its wallet. Every deed is in the staff trail.
"""

from largesse.safety.routes_office import routes
from largesse.safety.service import SafetyService

__all__ = ["SafetyService", "routes"]
