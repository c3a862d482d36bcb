"""Sends what `letters` wrote: jobs of the worker, each tried until the mail server takes it."""

from uuid import UUID

from largesse import accounts
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.jobs import Jobs
from largesse.kit.mail import Letter, Mail
from largesse.kit.wording import Words
from largesse.payouts import letters, store, store_papers
from largesse.payouts.letters import Kind


class LettersService:
    """Mail about payouts, papers and grants."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self._db = db
        self._origin = settings.origin

    def add_jobs(self, jobs: Jobs, mail: Mail, words: Words) -> None:
        """Let the worker send this room's mail."""

        async def send(name: str, letter: Letter | None) -> None:
            if letter is not None:
                await mail.send(letter.to, letter.subject, letter.text, name=name)

        async def about_payout(payout: str, kind: Kind, letter: str) -> None:
            await send(letter, await self.find(payout, kind, words))

        async def about_paper(paper: str, status: str, letter: str) -> None:
            await send(letter, await self.find_paper(paper, status, words))

        async def about_grant(creator: str, diamonds: str, letter: str) -> None:
            await send(letter, await self.find_grant(int(creator), int(diamonds), words))

        jobs.add(letters.JOB_GRANT, about_grant)
        jobs.add(letters.JOB, about_payout)
        jobs.add(letters.JOB_PAPER, about_paper)

    async def find(self, payout: str, kind: Kind, words: Words) -> Letter | None:
        """A letter about a payout; None where it is true no longer, or there is nobody to send it to."""
        async with self._db.read() as tx:
            found = await store.find_payout(tx, UUID(payout))
            if found is None or not letters.stands(found, kind):
                return None
            person = await accounts.get_account(tx, found.creator)
        return letters.write(found, kind, person=person, origin=self._origin, words=words)

    async def find_paper(self, paper: str, status: str, words: Words) -> Letter | None:
        """A letter about a paper; None where it stands otherwise by now, or there is nobody to send it to."""
        async with self._db.read() as tx:
            found = await store_papers.find(tx, UUID(paper))
            if found is None or found.status != status:
                return None
            person = await accounts.get_account(tx, found.creator)
        return letters.write_paper(found, person=person, origin=self._origin, words=words)

    async def find_grant(self, creator: int, diamonds: int, words: Words) -> Letter | None:
        """A letter about whole diamonds that were granted; None where there is nobody to send it to."""
        async with self._db.read() as tx:
            person = await accounts.get_account(tx, creator)
        return letters.write_grant(diamonds, person=person, origin=self._origin, words=words)
