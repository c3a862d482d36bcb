"""Four eyes: what one person proposes and a second one approves.

A room proposes under a `kind` of its own and acts on the approved body in the same transaction.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import msgspec

from largesse.kit import ids, trail
from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.kit.http import NotFound
from largesse.kit.idempotency import IdReused
from largesse.kit.problems import Problem


@dataclass(eq=False)
class FourEyes(Problem):
    """Two different people decide this: whoever proposed it cannot approve it."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "four-eyes"


@dataclass(eq=False)
class AlreadyDecided(Problem):
    """This proposal was decided before."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "already-decided"
    state: str


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody proposed. `state` is open, approved, rejected or withdrawn; people are account keys."""

    id: UUID
    kind: str
    body: dict[str, Any]
    reason: str
    ticket: str
    proposed_by: int
    proposed_at: datetime
    state: str
    decided_by: int | None
    decided_at: datetime | None


async def propose(
    tx: WriteTx,
    *,
    proposal: UUID,
    kind: str,
    body: dict[str, Any],
    reason: str,
    ticket: str,
    proposed_by: int,
) -> tuple[Proposal, bool]:
    """Put a proposal down; True beside it says that it was there before.

    The same id with the same content gives the first one again; other content raises `IdReused`.
    """
    wanted = {
        "id": proposal,
        "kind": kind,
        "body": msgspec.json.encode(body).decode(),
        "reason": reason,
        "ticket": ticket,
        "proposed_by": proposed_by,
    }
    made = await tx.one(Proposal, sql("kit", "proposal_put"), wanted)
    if made is not None:
        return made, False
    before = await tx.one(Proposal, sql("kit", "proposal_get"), {"id": proposal})
    assert before is not None
    same = (before.kind, before.body, before.reason, before.ticket, before.proposed_by)
    if same != (kind, body, reason, ticket, proposed_by):
        raise IdReused
    return before, True


async def approve(tx: WriteTx, *, proposal: UUID, kind: str, by: int) -> Proposal:
    """Approve an open proposal and return it; raises `NotFound`, `AlreadyDecided`, `FourEyes`.

    The row stays locked until the transaction ends, so of two people one acts. Let the act be in this transaction.
    """
    found = await _lock(tx, proposal, kind)
    if found.proposed_by == by:
        raise FourEyes
    return await _decide(tx, proposal, "approved", by)


async def reject(tx: WriteTx, *, proposal: UUID, kind: str, by: int, prefix: str = "proposal") -> Proposal:
    """Turn an open proposal down, or withdraw one's own; the trail says `<kind>.rejected` or `<kind>.withdrawn`.

    `prefix` is that of its id there. Raises `NotFound`, `AlreadyDecided`.
    """
    found = await _lock(tx, proposal, kind)
    state = "withdrawn" if found.proposed_by == by else "rejected"
    await trail.write(tx, by, f"{kind}.{state}", ids.encode(prefix, proposal), {})
    return await _decide(tx, proposal, state, by)


async def list_proposals(tx: ReadTx, *, kind: str, before: UUID | None, limit: int) -> list[Proposal]:
    """Proposals of a kind, newest id first, behind `before`; at most `limit`."""
    return await tx.all(Proposal, sql("kit", "proposal_list"), {"kind": kind, "before": before, "limit": limit})


async def _lock(tx: WriteTx, proposal: UUID, kind: str) -> Proposal:
    found = await tx.one(Proposal, sql("kit", "proposal_lock"), {"id": proposal, "kind": kind})
    if found is None:
        raise NotFound
    if found.state != "open":
        raise AlreadyDecided(found.state)
    return found


async def _decide(tx: WriteTx, proposal: UUID, state: str, by: int) -> Proposal:
    decided = await tx.one(Proposal, sql("kit", "proposal_decide"), {"id": proposal, "state": state, "by": by})
    assert decided is not None
    return decided
