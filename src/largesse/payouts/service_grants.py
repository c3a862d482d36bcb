"""Diamonds that the operator grants a creator: one person proposes, a second one approves, never their own."""

from typing import Any
from uuid import UUID

from largesse import accounts, ledger, policy
from largesse.accounts import Account
from largesse.kit import approval, ids, trail
from largesse.kit.approval import FourEyes, Proposal
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.http import Invalid, NotFound
from largesse.payouts import letters, store
from largesse.payouts.errors import NotCreator

KIND = "diamonds.grant"
_MILLI = 1000


class GrantsOffice:
    """Grants of diamonds, as operators decide them."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self._db = db
        self._milli_max = settings.grant_diamonds_max * _MILLI

    async def propose(
        self, *, by: int, proposal: UUID, account: UUID, milli: int, reason: str, ticket: str
    ) -> tuple[Proposal, bool]:
        """Propose to grant milli-diamonds; True beside it says that it was there before.

        Raises `NotFound` (also for who is erased), `NotCreator`, `FourEyes` for oneself, `Invalid`, `IdReused`.
        """
        if milli > self._milli_max:
            raise Invalid.field("diamonds_milli", f"at most {self._milli_max}")
        async with self._db.write() as tx:
            creator = _creator(await accounts.find_account(tx, account))
            if creator == by:
                raise FourEyes
            body: dict[str, Any] = {"creator": creator, "milli": milli}
            found, replayed = await approval.propose(
                tx, proposal=proposal, kind=KIND, body=body, reason=reason, ticket=ticket, proposed_by=by
            )
            if not replayed:
                about = ids.encode("proposal", proposal)
                await trail.write(tx, by, f"{KIND}.proposed", about, body | {"reason": reason, "ticket": ticket})
        return found, replayed

    async def approve(self, *, by: int, proposal: UUID) -> Proposal:
        """Approve and grant, under the policy in force now.

        Under the creator's lock, which erasing a person takes too, so that nothing is granted to who is gone. Raises
        `NotFound` (also for who is erased), `AlreadyDecided`, `FourEyes` (also for the creator), `NotCreator`: then it
        stays open.
        """
        async with self._db.write() as tx:
            found = await approval.approve(tx, proposal=proposal, kind=KIND, by=by)
            creator: int = found.body["creator"]
            if by == creator:
                raise FourEyes
            await ledger.lock_creator(tx, creator)
            _creator(await accounts.get_account(tx, creator))
            rules = await policy.get_in_force(tx)
            await ledger.grant_diamonds(
                tx, creator=creator, policy=rules.key, micros=rules.diamond_value_micros, milli=found.body["milli"],
                source=f"grant:{proposal}", happened_at=await store.get_now(tx),
            )  # fmt: skip
            about = ids.encode("proposal", proposal)
            await trail.write(tx, by, f"{KIND}.approved", about, found.body | {"proposed_by": found.proposed_by})
            await letters.post_grant(tx, creator, found.body["milli"])
        return found

    async def reject(self, *, by: int, proposal: UUID) -> Proposal:
        """Turn a proposal down, or withdraw one's own. Raises `NotFound`, `AlreadyDecided`."""
        async with self._db.write() as tx:
            return await approval.reject(tx, proposal=proposal, kind=KIND, by=by)

    async def list_proposals(self, *, before: UUID | None, limit: int) -> list[Proposal]:
        """Proposals in every state, the newest first."""
        async with self._db.read() as tx:
            return await approval.list_proposals(tx, kind=KIND, before=before, limit=limit)


def _creator(found: Account | None) -> int:
    """The key of an account that may be granted diamonds."""
    if found is None or found.erased_at is not None:
        raise NotFound
    if found.creator_since is None:
        raise NotCreator
    return found.key
