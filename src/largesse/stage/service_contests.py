"""The verbs of goals and matches.

A match's scores are counted from the journal once, by whichever worker comes first, in the transaction that ends it.
Rules: docs/decisions/0055-matches.md
"""

import asyncio
import time
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import structlog

from largesse import ledger
from largesse.accounts import AccountsService, PersonBody, person_body
from largesse.catalog import CatalogService
from largesse.kit import outbox
from largesse.kit.config import Settings
from largesse.kit.db import Database, WriteTx
from largesse.kit.http import Invalid, NotFound, TooMany
from largesse.kit.idempotency import IdReused
from largesse.kit.news import News
from largesse.kit.principal import Principal
from largesse.stage import contests, events, store, store_contests
from largesse.stage.contests import GOALS_A_LIVE_MAX, MULTIPLIERS_A_MATCH_MAX, OPEN_INVITES_MAX, Goal, Match
from largesse.stage.errors import LiveEnded, NotLive, NotYourLive
from largesse.stage.errors_contests import (
    Declined,
    InviteOpen,
    InviteOver,
    MatchOver,
    MatchRunning,
    NoRoomForIt,
    TooManyGoals,
)
from largesse.stage.model import ENDED, LIVE, PUBLIC, Pace, Stage
from largesse.stage.store_contests import SecondMatch

log = structlog.get_logger(__name__)
_ASKED_A_MINUTE = 20
_EXPIRED_AT_ONCE = 100


class ContestsService:
    """Goals of LIVEs, and matches between two of them. Build it once, in `main`."""

    def __init__(
        self, db: Database, news: News, accounts: AccountsService, catalog: CatalogService, settings: Settings
    ) -> None:
        self.db = db
        self.catalog = catalog
        self._news = news
        self._accounts = accounts
        self._settings = settings
        self._asking = Pace(settings.limit(_ASKED_A_MINUTE) / 60, settings.limit(_ASKED_A_MINUTE))

    def slug_of(self, kind: int) -> str:
        """The catalogue's id of a kind of gift."""
        gift = self.catalog.gift_by_key(kind)
        return gift.id if gift else str(kind)

    # Goals

    async def set_goal(  # noqa: PLR0917 - what a request says, each
        self, who: Principal, live: UUID, title: str, coins: int | None, gift_id: str | None, count: int | None
    ) -> Goal:
        """Set the goal of a LIVE that has not ended; the same again changes nothing.

        Raises `Invalid`, `NotFound`, `NotYourLive`, `LiveEnded`, `TooManyGoals`, `TooMany`.
        """
        kind = None if gift_id is None else self._kind(gift_id)
        target = coins if kind is None else count
        if target is None or (coins is None) == (kind is None) or (kind is None) != (count is None):
            raise Invalid.field("coins", "either coins, or gift_id and count")
        self._take_pace(who)
        async with self.db.write() as tx:
            stage = await self._own(tx, who, live)
            if stage.status == ENDED:
                raise LiveEnded
            goals = await store_contests.list_goals_of(tx, stage.key, GOALS_A_LIVE_MAX)
            for goal in goals:
                if goal.dropped_at is None and (goal.title, goal.kind, goal.target) == (title, kind, target):
                    return goal
            if len(goals) >= GOALS_A_LIVE_MAX:
                raise TooManyGoals
            made = await store_contests.put_goal(tx, stage.key, title, kind, target)
            await outbox.put(tx, events.GOAL_SET, stage.key, {"title": title, "kind": kind, "target": target})
        log.info("goal.set", stage=stage.key, goal=made.key)
        await self._tell([live])
        return made

    async def drop_goal(self, who: Principal, live: UUID) -> None:
        """Drop the goal of a LIVE; where none stands nothing happens. Raises `NotFound`, `NotYourLive`."""
        async with self.db.write() as tx:
            stage = await self._own(tx, who, live)
            if await store_contests.drop_goal(tx, stage.key):
                await outbox.put(tx, events.GOAL_SET, stage.key, {"title": None})
        await self._tell([live])

    async def get_goal(self, stage: Stage) -> Goal:
        """The goal of a LIVE, counted by now where it runs and by its owner; raises `NotFound`."""
        async with self.db.read() as tx:
            found = await store_contests.list_goals(tx, [stage.key])
        if not found:
            raise NotFound
        return found[0]

    # Matches

    async def invite(self, who: Principal, live: UUID, match: UUID, opponent: UUID, seconds: int) -> tuple[Match, bool]:
        """Invite another running LIVE; a repeat with the same id returns the same (and True).

        Raises `NotFound`, `NotYourLive`, `NotLive`, `Invalid`, `MatchRunning`, `InviteOpen`, `Declined`, `IdReused`,
        `TooMany`.
        """
        self._take_pace(who)
        async with self.db.write() as tx:
            ours, theirs = await self._both(tx, live, opponent)
            if ours.creator != who.account:
                raise NotYourLive
            before = await store_contests.find_match(tx, match)
            if before is not None:
                if (before.stages, before.seconds) != ([ours.key, theirs.key], seconds):
                    raise IdReused
                return before, True
            if theirs.creator == who.account:
                raise Invalid.field("opponent", "is your own LIVE")
            if theirs.visibility != PUBLIC:  # its title and pictures would be in our room
                raise NotFound
            if ours.status != LIVE or theirs.status != LIVE:
                raise NotLive
            against = await store_contests.why_not(tx, ours.key, theirs.key)
            if against["running"]:
                raise MatchRunning
            if against["declined_for_s"]:
                raise Declined(retry_after_s=max(1, against["declined_for_s"]))
            if against["waiting"] or against["asked"] >= OPEN_INVITES_MAX:
                raise InviteOpen
            if not await store_contests.put_match(tx, match, ours.key, theirs.key, seconds):
                raise IdReused
            made = await self._told(tx, match, events.MATCH_INVITED)
        log.info("match.invited", match=made.key, stages=made.stages)
        await self._tell(made.lives)
        return made, False

    async def accept(self, who: Principal, match: UUID) -> Match:
        """Accept an invitation: it begins three seconds later. A running match of one's own stays as it is.

        Raises `NotFound`, `InviteOver`, `MatchRunning`, `NotLive`.
        """
        try:
            async with self.db.write() as tx:
                asked = await store_contests.find_match(tx, match)
                if asked is None:
                    raise NotFound
                both = await self._both(tx, *asked.lives)  # before the match, as who ends a LIVE locks them
                found = await self._sided(tx, who, match, 1)
                if found.status == "running":
                    return found
                if any(stage.status != LIVE for stage in both):
                    raise NotLive
                if not await store_contests.start_match(tx, found.key):
                    raise InviteOver
                started = await self._told(tx, match, events.MATCH_STARTED)
        except SecondMatch:
            raise MatchRunning from None
        log.info("match.started", match=started.key, stages=started.stages)
        await self._tell(started.lives)
        return started

    async def decline(self, who: Principal, match: UUID) -> Match:
        """Decline an invitation, or withdraw one's own. Raises `NotFound`, `InviteOver`."""
        async with self.db.write() as tx:
            found = await self._sided(tx, who, match, None)
            status = "withdrawn" if who.account == found.creators[0] else "declined"
            if not await store_contests.close_match(tx, found.key, status):
                raise InviteOver
            closed = await self._told(tx, match, events.MATCH_CLOSED)
        await self._tell(closed.lives)
        return closed

    async def end(self, who: Principal, match: UUID) -> Match:
        """Give up a running match: the other LIVE has won. Raises `NotFound`, `MatchOver`."""
        async with self.db.write() as tx:
            found = await self._sided(tx, who, match, None)
            ours = found.stages[found.creators.index(who.account)]
            if found.status != "running" or await store_contests.give_up(tx, ours) is None:
                raise MatchOver
            ended = await store_contests.find_match(tx, match)
            assert ended
        log.info("match.given_up", match=ended.key, stage=ours)
        await self._tell(ended.lives)
        return ended

    async def multiply(self, who: Principal, match: UUID, factor: int, after_s: int, seconds: int) -> Match:
        """Announce that coins score more points for a while, in both LIVEs. Scores only: coins and diamonds stay.

        Raises `NotFound`, `MatchOver`, `NoRoomForIt`.
        """
        async with self.db.write() as tx:
            found = await self._sided(tx, who, match, None)
            now = await tx.scalar("SELECT clock_timestamp()")
            if found.status != "running" or found.ends_at is None or found.ends_at <= now:
                raise MatchOver
            starts_at = max(now + timedelta(seconds=after_s), found.started_at or now)
            ends_at = contests.fits(found, starts_at, seconds)
            if ends_at is None or len(found.factors) >= MULTIPLIERS_A_MATCH_MAX:
                raise NoRoomForIt
            await store_contests.put_multiplier(tx, found.key, factor, starts_at, ends_at)
            told = await self._told(tx, match, events.MATCH_MULTIPLIER)
        log.info("match.multiplied", match=told.key, factor=factor)
        await self._tell(told.lives)
        return told

    async def get_match(self, match: UUID) -> Match:
        """A match; raises `NotFound`."""
        async with self.db.read() as tx:
            found = await store_contests.find_match(tx, match)
        if found is None:
            raise NotFound
        return found

    async def list_matches(self, stage: Stage, who: Principal | None, before: int, limit: int) -> list[Match]:
        """Matches of a LIVE, newest first; invitations that stand to its creator alone."""
        async with self.db.read() as tx:
            found = await store_contests.list_matches_of(tx, stage.key, before, limit)
        own = who is not None and who.account == stage.creator
        return [match for match in found if own or match.started_at is not None]

    async def list_opponents(self, who: Principal, limit: int) -> list[Stage]:
        """Running LIVEs that somebody may invite; those of people they follow first."""
        async with self.db.read() as tx:
            return await store_contests.list_opponents(tx, who.account, limit)

    async def people(self, keys: set[int]) -> Mapping[int, PersonBody]:
        """People as everybody sees them."""
        return {key: person_body(person) for key, person in (await self._accounts.people(keys)).items()}

    async def settle_due(self) -> None:
        """Fix the scores of matches whose time is over, and let invitations lapse: a worker's, often."""
        while await self._settle_one():
            pass
        async with self.db.write() as tx:
            expired = await store_contests.expire_matches(tx, _EXPIRED_AT_ONCE)
            matches = await store_contests.list_matches(tx, expired)
            await store_contests.tell(tx, events.MATCH_CLOSED, list(matches.values()))
        if expired:
            await self._tell([live for match in matches.values() for live in match.lives])

    async def _settle_one(self) -> bool:
        """Settle one match, in a transaction that holds its row; False where none can be settled now."""
        async with self.db.write() as tx:
            due = await store_contests.find_due(tx)
            # What was recorded before the end may not be committed yet: another moment, and it is.
            if due is None or not await ledger.is_over(tx, due[1]):
                return False
            match = (await store_contests.list_matches(tx, [due[0]]))[due[0]]
            scores = [
                contests.points(match, await ledger.sum_within(tx, match.windows(stage))) for stage in match.stages
            ]
            won = contests.winner(match, scores)
            assert await store_contests.settle(tx, match, scores, won), match.key
            await store_contests.tell(tx, events.MATCH_ENDED, [match])
        log.info("match.settled", match=match.key, scores=scores, winner=won)
        await self._tell(match.lives)
        return True

    async def _sided(self, tx: WriteTx, who: Principal, match: UUID, side: int | None) -> Match:
        """A match of one's own, locked: of either side, or of one (1 is the invited)."""
        found = await store_contests.find_match_locked(tx, match)
        sides = [] if found is None else found.creators if side is None else [found.creators[side]]
        if found is None or who.account not in sides:
            raise NotFound
        return found

    async def _told(self, tx: WriteTx, match: UUID, topic: str) -> Match:
        found = await store_contests.find_match(tx, match)
        assert found
        await store_contests.tell(tx, topic, [found])
        return found

    @staticmethod
    async def _own(tx: WriteTx, who: Principal, live: UUID) -> Stage:
        stage = await store.find_locked(tx, live)
        if stage is None or stage.kind != "live":
            raise NotFound
        if stage.creator != who.account:
            raise NotYourLive
        return stage

    @staticmethod
    async def _both(tx: WriteTx, live: UUID, opponent: UUID) -> tuple[Stage, Stage]:
        """Two LIVEs, locked in the order of their ids: two that invite each other do not wait for each other."""
        found = {each: await store.find_locked(tx, each) for each in sorted({live, opponent})}
        ours, theirs = found[live], found[opponent]
        if ours is None or theirs is None or ours.kind != LIVE or theirs.kind != LIVE:
            raise NotFound
        return ours, theirs

    def _kind(self, gift_id: str) -> int:
        gift = self.catalog.gift(gift_id)
        if gift is None or gift.retired:
            raise Invalid.field("gift_id", "is not in the catalogue")
        return gift.key

    def _take_pace(self, who: Principal) -> None:
        if wait_s := self._asking.take(who.account, time.monotonic()):
            raise TooMany(retry_after_s=int(wait_s) + 1, limit=self._settings.limit(_ASKED_A_MINUTE))

    async def _tell(self, lives: list[UUID]) -> None:
        await asyncio.gather(
            *(self._news.publish(events.CHANGED_SUBJECT, live.bytes) for live in lives),
            self._news.publish(outbox.NEWS_SUBJECT, b""),
        )
