"""What `largesse audit` proves of this room; the promises' numbers are those of docs/reference/invariants.md."""

from largesse import ledger
from largesse.insights.service_fold import READER
from largesse.kit.db import ReadTx, sql
from largesse.ledger import Check, Finding


def audit_checks() -> list[Check]:
    """Every read model is the sum of its gifts, as far as it has been folded."""
    return [Check(6, "insights sum to the gifts they were folded from", _insights)]


async def _insights(tx: ReadTx) -> list[Finding]:
    asked = {"reader": READER, "topic": ledger.GIFT_REVERSED}
    found = await (await tx.execute(sql("insights", "audit_insights"), asked)).fetchall()
    return [Finding(6, about, detail) for about, detail in found]
