import asyncio
from typing import Any
from uuid import UUID

import pytest

from largesse.kit import approval, ids
from largesse.kit.approval import AlreadyDecided, FourEyes, Proposal
from largesse.kit.db import Database
from largesse.kit.http import NotFound
from largesse.kit.idempotency import IdReused
from largesse.kit.problems import Problem

ALICE, OLGA, OSCAR = 1, 2, 3


async def propose(db: Database, id_: UUID, body: dict[str, Any], by: int = OLGA) -> Proposal:
    async with db.write() as tx:
        proposal, _ = await approval.propose(
            tx, proposal=id_, kind="policy", body=body, reason="because", ticket="T-1", proposed_by=by
        )
        return proposal


async def test_a_second_person_approves_and_only_once(db: Database) -> None:
    made = await propose(db, ids.new(), {"share_bps": 7000})
    with pytest.raises(FourEyes):
        async with db.write() as tx:
            await approval.approve(tx, proposal=made.id, kind="policy", by=OLGA)
    async with db.write() as tx:
        done = await approval.approve(tx, proposal=made.id, kind="policy", by=OSCAR)
    assert (done.state, done.decided_by, done.body) == ("approved", OSCAR, {"share_bps": 7000})
    with pytest.raises(AlreadyDecided):
        async with db.write() as tx:
            await approval.approve(tx, proposal=made.id, kind="policy", by=ALICE)


async def test_of_two_people_who_approve_at_once_one_acts(db: Database) -> None:
    made = await propose(db, ids.new(), {})

    async def approve(by: int) -> str:
        try:
            async with db.write() as tx:
                await approval.approve(tx, proposal=made.id, kind="policy", by=by)
        except Problem as problem:
            return problem.code
        return "approved"

    assert sorted(await asyncio.gather(approve(ALICE), approve(OSCAR))) == ["already-decided", "approved"]


async def test_a_repeated_proposal_is_the_first_one_and_other_content_is_refused(db: Database) -> None:
    id_ = ids.new()
    first = await propose(db, id_, {"a": 1})
    assert await propose(db, id_, {"a": 1}) == first
    with pytest.raises(IdReused):
        await propose(db, id_, {"a": 2})
    with pytest.raises(IdReused):
        await propose(db, id_, {"a": 1}, by=OSCAR)


async def test_turning_down_ones_own_proposal_withdraws_it(db: Database) -> None:
    own, others = await propose(db, ids.new(), {}), await propose(db, ids.new(), {})
    async with db.write() as tx:
        assert (await approval.reject(tx, proposal=own.id, kind="policy", by=OLGA)).state == "withdrawn"
        assert (await approval.reject(tx, proposal=others.id, kind="policy", by=OSCAR)).state == "rejected"
        listed = await approval.list_proposals(tx, kind="policy", before=None, limit=10)
    assert [p.id for p in listed] == [others.id, own.id]


async def test_a_proposal_of_another_kind_is_not_found(db: Database) -> None:
    made = await propose(db, ids.new(), {})
    with pytest.raises(NotFound):
        async with db.write() as tx:
            await approval.approve(tx, proposal=made.id, kind="adjustment", by=OSCAR)
