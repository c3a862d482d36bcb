"""Reports of people (R41, R43): made by anybody who has signed in, decided on by moderators of the house."""

from collections.abc import Sequence
from typing import Any, Literal, get_args
from uuid import UUID

import structlog

from largesse.accounts import ACCOUNT_PREFIX, AccountsService
from largesse.kit import ids, outbox, trail
from largesse.kit.db import Database, ReadTx, WriteTx
from largesse.kit.http import Conflict, Invalid, NotFound, TooMany
from largesse.kit.news import News
from largesse.kit.principal import Principal
from largesse.stage import events, store, store_reports, store_rooms
from largesse.stage.store_reports import Mine, Report, Said

log = structlog.get_logger(__name__)
REPORT_PREFIX = "report"
REPORTS_A_DAY_MAX = 30
_DAY_S = 86_400
# What a report is about: a prefix of a public id. Reasons: R41 is `gift-bait`, R43 are `cheap-coins` and `trading`.
KINDS = ("live", "video", "comment", ACCOUNT_PREFIX)
Reason = Literal[
    "spam", "harassment", "hate", "nudity", "violence", "self-harm", "minor", "impersonation", "gift-bait",
    "cheap-coins", "trading", "other",
]  # fmt: skip
REASONS: tuple[str, ...] = get_args(Reason)
Decision = Literal["dismiss", "hide", "ban", "acted"]


class Reports:
    """The verbs of reports."""

    def __init__(self, db: Database, news: News, accounts: AccountsService) -> None:
        self._db = db
        self._news = news
        self._accounts = accounts

    async def report(self, who: Principal, about: str, reason: Reason, text: str) -> tuple[Mine, bool]:
        """Report a LIVE, a video, a comment or a person by its id; the same again is the first one (and True).

        Reports about the same thing are one while it is open. Raises `NotFound`, `Invalid` (of oneself), `TooMany`.
        """
        kind, value = _about(about)
        async with self._db.write() as tx:
            account, stage = await self._subject(tx, kind, value)
            if account == who.account:
                raise Invalid.field("about", "is your own")
            if await store_reports.count_made(tx, who.account) >= REPORTS_A_DAY_MAX:
                raise TooMany(retry_after_s=_DAY_S, limit=REPORTS_A_DAY_MAX)
            await store_reports.open_report(tx, report=ids.new(), kind=kind, about=value, account=account, stage=stage)
            case = await store_reports.find_open(tx, kind, value)
            if case is None:
                raise Conflict(detail="it was decided on at this moment; report it again")
            fresh = await store_reports.join(tx, case, who.account, reason, text)
            mine = next(m for m in await store_reports.list_mine(tx, who.account, None, 100) if m.id == case)
        log.info("report.made", report=str(case), kind=kind, about=str(value), reason=reason, fresh=fresh)
        return mine, not fresh

    async def mine(self, account: int, before: UUID | None, limit: int) -> list[Mine]:
        """What somebody reported, the newest first."""
        async with self._db.read() as tx:
            return await store_reports.list_mine(tx, account, before, limit)

    async def queue(self, status: str, after: UUID, limit: int) -> tuple[list[Report], list[Said]]:
        """Reports of a status, oldest first, and what was said in the first `limit - 1` of them."""
        async with self._db.read() as tx:
            found = await store_reports.list_reports(tx, status, after, limit)
            return found, await store_reports.list_said(tx, [report.id for report in found])

    async def decide(
        self, actor: int, report: UUID, decision: Decision, *, seconds: int | None, note: str
    ) -> tuple[Report, list[Said]]:
        """Close a report by what is done about it, which is in the staff trail.

        Raises `NotFound`, `Conflict` where it is closed, `Invalid` where this cannot be done about it.
        """
        async with self._db.write() as tx:
            found = await store_reports.find(tx, report)
            if found is None:
                raise NotFound
            if found.status != "open":
                raise Conflict(detail="this report is decided on")
            if decision == "hide":
                await self._hide(tx, found, actor)
            elif decision == "ban":
                await self._ban(tx, found, actor, seconds)
            elif decision == "acted" and not note:
                raise Invalid.field("note", "says what was done")
            status = "dismissed" if decision == "dismiss" else "acted"
            await store_reports.decide(tx, report, status=status, actor=actor, decision=decision, note=note)
            closed = await store_reports.find(tx, report)
            assert closed is not None
            said = await store_reports.list_said(tx, [report])
            about = ids.encode(found.kind, found.about)
            body: dict[str, Any] = {"about": about, "decision": decision, "seconds": seconds, "reason": note}
            await trail.write(tx, actor, "report.decide", ids.encode(REPORT_PREFIX, report), body)
        log.info("report.decided", report=str(report), decision=decision, actor=actor)
        await self._news.publish(outbox.NEWS_SUBJECT, b"")
        return closed, said

    async def _hide(self, tx: WriteTx, report: Report, actor: int) -> None:
        if report.kind != "comment" or report.stage is None:
            raise Invalid.field("decision", "only a comment is hidden here")
        await store.hide_comment(tx, report.about, report.stage, actor)
        await store_rooms.remove_pin(tx, report.stage, report.about)
        await self._told(tx, report.stage, "hide", report.account, ids.encode("comment", report.about))

    async def _ban(self, tx: WriteTx, report: Report, actor: int, seconds: int | None) -> None:
        if report.kind != "comment" or report.stage is None or report.account == report.stage_creator:
            raise Invalid.field("decision", "somebody is banned from a room where they said something")
        await store.put_ban(tx, report.stage, report.account, kind="ban", seconds=seconds, actor=actor)
        await store.hide_comment(tx, report.about, report.stage, actor)
        await store_rooms.remove_pin(tx, report.stage, report.about)
        await self._told(tx, report.stage, "hide", report.account, ids.encode("comment", report.about))
        await self._told(tx, report.stage, "ban", report.account, None)

    @staticmethod
    async def _told(tx: WriteTx, stage: int, action: str, account: int, text: str | None) -> None:
        body: dict[str, Any] = {"action": action, "account": account, "text": text}
        await outbox.put(tx, events.MODERATION_ACTION, stage, body)

    async def _subject(self, tx: ReadTx, kind: str, about: UUID) -> tuple[int, int | None]:
        """Who is answerable for something, and the stage that it is on. Raises `NotFound`."""
        if kind == ACCOUNT_PREFIX:
            person = await self._accounts.person_by_id(about)
            if person is None:
                raise NotFound
            return person.key, None
        if kind == "comment":
            comment = await store.find_comment(tx, about)
            if comment is None:
                raise NotFound
            return comment["sender"], comment["stage"]
        stage = await store.find(tx, about)
        if stage is None or stage.kind != kind:
            raise NotFound
        return stage.creator, stage.key


async def export_reports(tx: ReadTx, account: int) -> dict[str, Any]:
    """What somebody reported: `reports`."""
    return {"reports": await store_reports.export(tx, account)}


def _about(text: str) -> tuple[str, UUID]:
    prefix = text.partition("_")[0]
    value = ids.decode(text, prefix) if prefix in KINDS else None
    if value is None:
        raise Invalid.field("about", "is the id of a LIVE, a video, a comment or an account")
    return prefix, value


def people_of(reports: Sequence[Report], said: Sequence[Said]) -> set[int]:
    """Whom reports name."""
    found = {report.account for report in reports} | {one.reporter for one in said}
    return found | {report.decided_by for report in reports if report.decided_by is not None}
