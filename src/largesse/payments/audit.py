"""What `largesse audit` proves of this room; the promises' numbers are those of docs/reference/invariants.md."""

from largesse.kit.db import ReadTx, sql
from largesse.ledger import Check, Finding


def audit_checks() -> list[Check]:
    """Campaigns granted what they say and the books have, each within its cap a person."""
    return [Check(8, "campaigns granted what they say", _campaigns)]


async def _campaigns(tx: ReadTx) -> list[Finding]:
    found = await (await tx.execute(sql("payments", "audit_campaigns"))).fetchall()
    return [Finding(8, about, detail) for about, detail in found]
