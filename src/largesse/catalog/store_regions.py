"""Statements of regions."""

from datetime import datetime

import msgspec
import psycopg

from largesse.catalog.regions import Region, Regions, Terms, by_country
from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.kit.http import Conflict


async def read_regions(tx: ReadTx) -> Regions:
    """Every version of every country's terms."""
    return by_country(await tx.all(Region, sql("catalog", "regions")))


async def add_regions(
    tx: WriteTx,
    countries: list[str],
    terms: Terms,
    *,
    effective_at: datetime | None,
    proposed_by: int,
    approved_by: int,
    reason: str,
) -> None:
    """Announce terms for each country, now; `effective_at` None means this instant.

    Raises `Conflict` for a date that has passed, or at which another version of one of them begins.
    """
    values = msgspec.structs.asdict(terms) | {"countries": countries, "effective_at": effective_at}
    values |= {"proposed_by": proposed_by, "approved_by": approved_by, "reason": reason}
    try:
        await tx.execute(sql("catalog", "add_regions"), values)
    except psycopg.errors.UniqueViolation as error:
        if error.diag.constraint_name == "region_country_effective_at_key":
            raise Conflict("another version of one of these countries begins at that instant") from error
        raise
    except psycopg.errors.CheckViolation as error:
        if error.diag.constraint_name == "region_announced_first":
            raise Conflict("its date has passed: propose it anew") from error
        raise
