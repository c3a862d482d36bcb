"""What `largesse audit` proves of this room; the promises' numbers are those of docs/reference/invariants.md."""

from largesse.kit.db import ReadTx, sql
from largesse.ledger import Check, Finding


def audit_checks() -> list[Check]:
    """Payouts stand as the books have them, by legal moves, each paid once and within the week's maximum."""
    return [
        Check(7, "payouts stand as the books say, within the week", _payouts),
        Check(7, "payouts in banks' files stand as banks said", _bank_files),
    ]


async def _payouts(tx: ReadTx) -> list[Finding]:
    found = await (await tx.execute(sql("payouts", "audit_payouts"))).fetchall()
    return [Finding(7, about, detail) for about, detail in found]


async def _bank_files(tx: ReadTx) -> list[Finding]:
    found = await (await tx.execute(sql("payouts", "audit_bankfiles"))).fetchall()
    return [Finding(7, about, detail) for about, detail in found]
