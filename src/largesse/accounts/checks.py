"""What other rooms ask inside their own transactions: of age, terms accepted, a fresh second factor, follows."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from largesse.accounts import store, store_second_factor
from largesse.accounts.errors import FreshSecondFactorNeeded, TermsNotAccepted
from largesse.accounts.totp import FRESH
from largesse.kit.db import ReadTx, sql


async def is_adult(tx: ReadTx, account: int, at: datetime) -> bool:
    """Whether the person was of age at that moment where they live; False for an erased account."""
    found = await store.get_account(tx, account)
    return found.adult_from <= at.astimezone(UTC).date()


async def list_ages(tx: ReadTx, on: date) -> dict[str, int]:
    """From how many years people may buy, give and collect on a UTC day, by country; '' is every other one."""
    rules = await store.age_rules(tx)
    return {country: [rule.years for rule in own if rule.effective_on <= on][-1] for country, own in rules.items()}


async def accepted_terms(tx: ReadTx, account: int, document: str) -> bool:
    """True where the version in force was accepted; raises `TermsNotAccepted` with what is missing where not."""
    version, accepted = await store.accepted(tx, account, document)
    if not accepted:
        raise TermsNotAccepted(document, version)
    return True


async def require_fresh_second_factor(tx: ReadTx, account: int, bearer: int, at: datetime) -> None:
    """Go on where this session gave a code in the last five minutes; raises `FreshSecondFactorNeeded` where not.

    `bearer` is the session's key, `at` the moment by which this is asked. A code that seems to lie in the future,
    after a clock was set back, is fresh for as long, and no longer.
    """
    found = await store_second_factor.get_proof(tx, account, bearer)
    if found.confirmed_at is None:
        raise FreshSecondFactorNeeded(enrolled=False)
    proved = found.proved_at
    if proved is None or proved < found.confirmed_at or abs(at - proved) > FRESH:
        raise FreshSecondFactorNeeded(enrolled=True)


async def list_followed(tx: ReadTx, follower: int, accounts: Sequence[int]) -> set[int]:
    """Whom of these accounts somebody follows."""
    params = {"follower": follower, "accounts": list(accounts)}
    return {row["followed"] for row in await tx.rows(sql("accounts", "followed_among"), params)}
