"""What creators show so that money may go out: written as a draft, sealed, handed to a person."""

from datetime import date
from uuid import UUID

import structlog

from largesse import ledger
from largesse.accounts import PersonalKeys
from largesse.kit import ids, throttle
from largesse.kit.config import Settings
from largesse.kit.db import Database, ReadTx, WriteTx
from largesse.kit.http import Invalid, NotFound
from largesse.kit.idempotency import IdReused
from largesse.kit.jobs import Jobs
from largesse.payouts import paper as rules
from largesse.payouts import pictures, sealed_papers, store, store_papers
from largesse.payouts.checks import ChecksService, Level
from largesse.payouts.errors import PaperNotNow, PictureRefused
from largesse.payouts.paper import Details, Kind, Paper, Side, Standing, Subject
from largesse.payouts.pictures import Media, NotAPicture

log = structlog.get_logger(__name__)
PREFIX = "paper"
_UPLOADS_MAX = 30
_HOUR_S = 3600
_ROWS_A_RUN = 200
_SUBJECTS: tuple[tuple[Subject, str], ...] = (("identity", "identity-needed"), ("tax_form", "tax-form-needed"))


class PapersService:
    """A creator's own papers."""

    def __init__(self, db: Database, settings: Settings, personal: PersonalKeys, checks: ChecksService) -> None:
        self._db = db
        self._personal = personal
        self._checks = checks
        self._keep_days = settings.paper_keep_days
        self._uploads_max = settings.limit(_UPLOADS_MAX)

    async def begin(
        self, creator: int, *, paper: UUID, kind: Kind, country: str, given: Details, told: date | None
    ) -> tuple[Paper, bool]:
        """Write a draft, or write it anew; True beside it: it was begun before under this id.

        `told` is the last day that the document itself names, or None. Raises `Invalid`, `IdReused`, `PaperOpen`,
        `PaperNotNow` for a paper that is a draft no longer.
        """
        async with self._db.write() as tx:
            await ledger.lock_creator(tx, creator)
            today = (await store.get_now(tx)).date()
            says = rules.read(kind, country, given, today)
            if told is not None and told < today:
                raise Invalid.field("valid_until", "has passed")
            before = await store_papers.find(tx, paper)
            sealed = await sealed_papers.seal(self._personal, tx, creator, paper, says)
            if before is None:
                await store_papers.put(
                    tx, id=paper, creator=creator, subject=rules.subject_of(kind), kind=kind, country=country,
                    valid_until=told, sealed=sealed,
                )  # fmt: skip
            elif (before.creator, before.kind) != (creator, kind):
                raise IdReused
            elif before.status != "draft":
                raise PaperNotNow(before.status)
            else:
                await store_papers.rewrite(tx, paper, country=country, valid_until=told, sealed=sealed)
            made = await store_papers.find(tx, paper)
        assert made is not None, paper
        log.info("paper.written", paper=str(paper), account=creator, kind=kind)
        return made, before is not None

    async def attach(self, creator: int, paper: UUID, side: Side, content: bytes) -> Paper:
        """Put a picture into a draft, in the place of one of the same side.

        Raises `TooMany`, `PictureRefused`, `NotFound`, `PaperNotNow`.
        """
        async with self._db.write() as tx:
            await throttle.hit(tx, f"pictures:{creator}", _HOUR_S, self._uploads_max)
        try:
            media = pictures.media_of(content)
        except NotAPicture as error:
            raise PictureRefused(str(error)) from error
        async with self._db.write() as tx:
            await ledger.lock_creator(tx, creator)
            draft = await self._draft(tx, creator, paper)
            sealed = await sealed_papers.seal_picture(self._personal, tx, draft, side, content)
            await store_papers.put_file(tx, paper, side, media=media, size_bytes=len(content), sealed=sealed)
            made = await store_papers.find(tx, paper)
        assert made is not None, paper
        log.info("paper.picture", paper=str(paper), account=creator, side=side, media=media, size_bytes=len(content))
        return made

    async def submit(self, creator: int, paper: UUID) -> Paper:
        """Hand a draft to a person; one that waits already waits on. Raises `NotFound`, `PaperNotNow`, `Invalid`."""
        async with self._db.write() as tx:
            await ledger.lock_creator(tx, creator)
            found = await self._own(tx, creator, paper)
            if found.status == "waiting":
                return found
            await self._draft(tx, creator, paper)
            if found.subject == "identity" and not any(one.side == "front" for one in found.files):
                raise Invalid.field("front", "a picture of the document's front is needed first")
            await store_papers.submit(tx, paper)
            made = await store_papers.find(tx, paper)
        assert made is not None, paper
        log.info("paper.submitted", paper=str(paper), account=creator)
        return made

    async def withdraw(self, creator: int, paper: UUID) -> None:
        """Take a paper back before it is decided; what it says and its pictures are destroyed at once.

        One that was taken back stays so. Raises `NotFound`, `PaperNotNow`.
        """
        async with self._db.write() as tx:
            await ledger.lock_creator(tx, creator)
            found = await self._own(tx, creator, paper)
            if found.status == "withdrawn":
                return
            if found.status not in {"draft", "waiting"}:
                raise PaperNotNow(found.status)
            await store_papers.withdraw(tx, paper)

    async def list_own(self, creator: int) -> list[Paper]:
        """A creator's papers, newest first."""
        async with self._db.read() as tx:
            return await store_papers.list_papers(tx, creator)

    async def get(self, creator: int, paper: UUID) -> tuple[Paper, Details | None]:
        """A creator's paper and what it says; None once that is kept no longer. Raises `NotFound`."""
        async with self._db.read() as tx:
            found = await self._own(tx, creator, paper)
            return found, await sealed_papers.open_paper(self._personal, tx, found)

    async def get_picture(self, creator: int, paper: UUID, side: Side) -> tuple[Media, bytes]:
        """A picture of a creator's paper. Raises `NotFound`."""
        async with self._db.read() as tx:
            return await sealed_papers.open_picture(self._personal, tx, await self._own(tx, creator, paper), side)

    async def standings(self, creator: int) -> dict[Subject, tuple[Level, Standing]]:
        """How far a creator has come with each subject, and how much it is asked for."""
        levels = self._checks.levels()
        async with self._db.read() as tx:
            today = (await store.get_now(tx)).date()
            papers = await store_papers.list_papers(tx, creator)
        return {subject: (levels[reason], rules.standing(papers, subject, today)) for subject, reason in _SUBJECTS}

    def add_jobs(self, jobs: Jobs) -> None:
        """Let the worker forget by night what need not be kept."""
        jobs.add_periodic("23 3 * * *", "payouts.forget_papers", self.forget_outlived)

    async def forget_outlived(self) -> None:
        """For a nightly job: what was shown is kept no longer than it is needed."""
        emptied = _ROWS_A_RUN
        while emptied >= _ROWS_A_RUN:
            async with self._db.write() as tx:
                emptied = await store_papers.forget_outlived(tx, self._keep_days, _ROWS_A_RUN)

    async def _draft(self, tx: WriteTx, creator: int, paper: UUID) -> Paper:
        found = await self._own(tx, creator, paper)
        if found.status != "draft":
            raise PaperNotNow(found.status)
        return found

    async def _own(self, tx: ReadTx, creator: int, paper: UUID) -> Paper:
        found = await store_papers.find(tx, paper)
        if found is None or found.creator != creator:
            raise NotFound
        return found


def about(paper: UUID) -> str:
    """A paper as the staff trail names it."""
    return ids.encode(PREFIX, paper)
