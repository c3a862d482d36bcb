"""Papers, and names that a list seems to name, as operators decide them.

Who looks at what is written down, and nobody decides their own.
"""

from datetime import date
from typing import Literal
from uuid import UUID

from largesse import accounts, ledger
from largesse.accounts import PersonalKeys, UnderAge
from largesse.kit import trail
from largesse.kit.approval import FourEyes
from largesse.kit.db import Database, ReadTx, WriteTx
from largesse.kit.http import NotFound
from largesse.payouts import letters, sealed_papers, store, store_papers
from largesse.payouts import paper as rules
from largesse.payouts.errors import PaperNotNow
from largesse.payouts.paper import Details, Paper, Side, Status
from largesse.payouts.pictures import Media
from largesse.payouts.service_papers import about
from largesse.payouts.store_papers import Look, Match, Ruling


class PapersOffice:
    """What creators showed, for those who review it."""

    def __init__(self, db: Database, personal: PersonalKeys) -> None:
        self._db = db
        self._personal = personal

    async def list_papers(self, *, status: Status, after: UUID | None, limit: int) -> list[Paper]:
        """Papers of everybody, oldest first, without what they say."""
        async with self._db.read() as tx:
            return await store_papers.list_by_status(tx, status, after, limit)

    async def look(self, by: int, paper: UUID) -> tuple[Paper, Details | None, list[Look]]:
        """A paper, what it says, and who looked at it before; that somebody looks is written down.

        Raises `NotFound`.
        """
        async with self._db.write() as tx:
            found = await self._anyones(tx, paper)
            says = await sealed_papers.open_paper(self._personal, tx, found)
            before = await store_papers.list_looks(tx, paper)
            await store_papers.note_look(tx, paper, "", by)
            await trail.write(tx, by, "paper.looked", about(paper), {})
        return found, says, before

    async def look_at_picture(self, by: int, paper: UUID, side: Side) -> tuple[Media, bytes]:
        """A picture of a paper; that somebody looks is written down. Raises `NotFound`."""
        async with self._db.write() as tx:
            media, content = await sealed_papers.open_picture(self._personal, tx, await self._anyones(tx, paper), side)
            await store_papers.note_look(tx, paper, side, by)
            await trail.write(tx, by, "paper.looked", about(paper), {"side": side})
        return media, content

    async def approve(self, by: int, paper: UUID, valid_until: date | None) -> Paper:
        """Let a paper count, in the place of the one that did; `valid_until` is its last day, None: as it says itself.

        Raises `NotFound`, `PaperNotNow`, `FourEyes` for one's own, `UnderAge` where the document says so.
        """
        async with self._db.write() as tx:
            found = await self._locked(tx, by, paper)
            if found.status != "waiting":
                raise PaperNotNow(found.status)
            today = (await store.get_now(tx)).date()
            says = await sealed_papers.open_paper(self._personal, tx, found)
            if says is None:
                raise PaperNotNow("forgotten")
            if says.birth_date is not None and found.subject == "identity":
                await _of_age(tx, found.country, says.birth_date, today)
            last = rules.expires(found.kind, valid_until or found.valid_until, today)
            if last is not None and last < today:
                raise PaperNotNow("expired")
            await store_papers.replace(tx, found.creator, found.subject, by)
            return await self._decide(tx, found, "approved", by, valid_until=last)

    async def reject(self, by: int, paper: UUID, reason: str) -> Paper:
        """Say no to a paper that waits, or take an approval back; the creator reads why.

        Raises `NotFound`, `PaperNotNow`, `FourEyes` for one's own.
        """
        async with self._db.write() as tx:
            found = await self._locked(tx, by, paper)
            if found.status not in {"waiting", "approved"}:
                raise PaperNotNow(found.status)
            return await self._decide(tx, found, "rejected", by, reason=reason, valid_until=found.valid_until)

    async def list_matches(self, *, status: Ruling, after: int, limit: int) -> list[Match]:
        """Entries of the operator's list that seem to name somebody, oldest first."""
        async with self._db.read() as tx:
            return await store_papers.list_matches(tx, status, after, limit)

    async def decide_match(self, by: int, key: int, status: Literal["cleared", "confirmed"], reason: str) -> Match:
        """Say whether an entry names the creator. Raises `NotFound`, `FourEyes` for one's own."""
        async with self._db.write() as tx:
            found = await store_papers.find_match(tx, key)
            if found is None:
                raise NotFound
            await ledger.lock_creator(tx, found.creator)
            if found.creator == by:
                raise FourEyes
            await store_papers.decide_match(tx, key, status, by, reason)
            body = {"creator": found.creator, "entry": found.entry, "reason": reason}
            await trail.write(tx, by, f"screening.{status}", str(key), body)
            now = await store_papers.find_match(tx, key)
        if now is None:  # the person was erased meanwhile
            raise NotFound
        return now

    async def _decide(
        self, tx: WriteTx, paper: Paper, status: Status, by: int, *, reason: str = "", valid_until: date | None
    ) -> Paper:
        await store_papers.decide(tx, paper.id, status, by, reason=reason, valid_until=valid_until)
        await trail.write(tx, by, f"paper.{status}", about(paper.id), {"reason": reason})
        await letters.post_paper(tx, paper, status)
        now = await store_papers.find(tx, paper.id)
        assert now is not None, paper
        return now

    async def _locked(self, tx: WriteTx, by: int, paper: UUID) -> Paper:
        found = await self._anyones(tx, paper)
        if found.creator == by:
            raise FourEyes
        await ledger.lock_creator(tx, found.creator)
        return await self._anyones(tx, paper)

    async def _anyones(self, tx: ReadTx, paper: UUID) -> Paper:
        found = await store_papers.find(tx, paper)
        if found is None:
            raise NotFound
        return found


async def _of_age(tx: ReadTx, country: str, born: date, today: date) -> None:
    ages = await accounts.list_ages(tx, today)
    if rules.years_old(born, today) < ages.get(country, ages[""]):
        raise UnderAge
