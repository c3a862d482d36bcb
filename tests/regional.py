"""Terms of countries, as tests put them into force."""

from typing import Any

from largesse.kit.db import Database

OPEN = {
    "buying": True, "giving": True, "withdrawing": False, "withdraw_days": 0,
    "providers": ["stripe", "paypal", "apple", "google", "sandbox"], "tax": "included",
}  # fmt: skip
WITHDRAW = {**OPEN, "withdraw_days": 14}


async def hold(db: Database, country: str, *, days: int = 0, **terms: Any) -> None:
    """Let terms hold in a country (`''`: everywhere else) from so many days from now on."""
    async with db.write() as tx:
        await tx.execute(
            "INSERT INTO catalog.region (country, effective_at, announced_at, buying, giving, withdrawing, providers,"
            " withdraw_days, tax, reason) VALUES (%(country)s, now() + make_interval(days => %(days)s),"
            " now() + make_interval(days => least(%(days)s, 0)), %(buying)s, %(giving)s, %(withdrawing)s,"
            " %(providers)s, %(withdraw_days)s, %(tax)s, 'a test')",
            {**OPEN, **terms, "country": country, "days": days},
        )
        await tx.execute("UPDATE catalog.edition SET version = version + 1")
