"""From numbers to events: names, art and words are put to what a room counted."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from uuid import UUID

import msgspec

from largesse.accounts import AccountsService, Person, PersonBody, person_body
from largesse.catalog import CatalogService
from largesse.kit import ids
from largesse.kit.db import ReadTx
from largesse.kit.outbox import Row
from largesse.ledger import GiftRow
from largesse.realtime import frames
from largesse.realtime.frames import Event, Frame, FrameBody, GiftSent, GuestCoins
from largesse.realtime.model import Draft
from largesse.stage import (
    GoalBody,
    Match,
    Note,
    creators_of,
    events,
    goal_body,
    goal_told,
    list_goals,
    list_matches,
    list_running_matches,
    match_body,
    ranks,
    read_notes,
)

People = Mapping[int, PersonBody]
Notes = Mapping[tuple[int, UUID], Note]
_NO_NOTE = Note(None, None)
# Rows whose body says what the event does.
_PLAIN: Mapping[str, type[frames.SignalBack | frames.SignalLost | frames.RecordingStopped | frames.GuestAsked]] = {
    events.SIGNAL_BACK: frames.SignalBack,
    events.SIGNAL_LOST: frames.SignalLost,
    events.RECORDING_STOPPED: frames.RecordingStopped,
    events.GUEST_ASKED: frames.GuestAsked,
}
_OF_GUESTS: Mapping[str, type[frames.GuestInvited | frames.GuestJoined | frames.GuestLeft]] = {
    events.GUEST_INVITED: frames.GuestInvited,
    events.GUEST_JOINED: frames.GuestJoined,
    events.GUEST_LEFT: frames.GuestLeft,
}
_OF_MATCHES = {
    events.MATCH_INVITED: frames.MatchInvited,
    events.MATCH_STARTED: frames.MatchStarted,
    events.MATCH_MULTIPLIER: frames.MatchMultiplier,
    events.MATCH_ENDED: frames.MatchEnded,
    events.MATCH_CLOSED: frames.MatchClosed,
}


class Teller:
    """Describes gifts and frames; people and kinds come out of their rooms' caches, notes by one statement."""

    def __init__(self, accounts: AccountsService, catalog: CatalogService) -> None:
        self.accounts = accounts
        self.catalog = catalog

    async def tell(self, tx: ReadTx, drafts: Sequence[Draft]) -> list[Frame]:
        """Each draft as a serialised frame, in order."""
        gifts = [gift for draft in drafts for gift in draft.gifts]
        notes = await read_notes(tx, [(gift.sender, gift.id) for gift in gifts])
        keys = {row.body["match"] for draft in drafts for row in draft.rows if row.topic in _OF_MATCHES}
        matches = await list_matches(tx, sorted(keys))
        named = await self.accounts.people(_accounts(drafts) | creators_of(list(matches.values())))
        people = {key: person_body(person) for key, person in named.items()}
        hidden = {key for key, person in named.items() if person.badge_hidden or person.erased}
        return [self._frame(draft, people, notes, hidden, matches) for draft in drafts]

    async def tell_gifts(self, tx: ReadTx, gifts: Sequence[GiftRow]) -> list[GiftSent]:
        """Gifts as the events they were, in order."""
        notes = await read_notes(tx, [(gift.sender, gift.id) for gift in gifts])
        people = await self.people(account for gift in gifts for account in (gift.sender, gift.receiver))
        return [self._gift(gift, people, notes) for gift in gifts]

    async def people(self, accounts: Iterable[int]) -> dict[int, PersonBody]:
        """People as everybody sees them; unknown ones are missing."""
        found: Mapping[int, Person] = await self.accounts.people(set(accounts))
        return {key: person_body(person) for key, person in found.items()}

    async def contests(self, tx: ReadTx, stage: int) -> tuple[bytes, bytes]:
        """The goal of a LIVE and the match that it plays, as JSON; each null where there is none."""
        goals, matches = await list_goals(tx, [stage]), await list_running_matches(tx, [stage])
        people = await self.people(creators_of(matches))
        goal = goal_body(goals[0], self._slug) if goals else None
        match = match_body(matches[0], people) if matches else None
        return msgspec.json.encode(goal), msgspec.json.encode(match)

    def is_big(self, kind: int) -> bool:
        """Whether a kind of gift takes the stage."""
        gift = self.catalog.gift_by_key(kind)
        return gift is not None and gift.tier == "big"

    def _frame(
        self, draft: Draft, people: People, notes: Notes, hidden: AbstractSet[int], matches: Mapping[int, Match]
    ) -> Frame:
        lit = {account: rank for account, rank in draft.givers.items() if account not in hidden}
        told: list[Event] = []
        for row in draft.rows:
            if row.topic in _OF_MATCHES:
                if match := matches.get(row.body["match"]):
                    told.append(_OF_MATCHES[row.topic](at=row.at, match=match_body(match, people)))
            elif row.topic == events.GOAL_SET:
                told.append(frames.GoalSet(at=row.at, goal=self._goal_set(row)))
            elif event := _event(row, draft, people, lit):
                told.append(event)
        count, members = draft.joined
        if count:
            named = [people[m] for m in members if m in people]
            told.append(frames.MemberJoined(at=draft.at, members=named, count=count))
        if draft.liked[0]:
            told.append(frames.Like(at=draft.at, count=draft.liked[0], senders=draft.liked[1]))
        told += [self._gift(gift, people, notes) for gift in draft.gifts]
        if draft.top is not None:
            first = [rank for rank in draft.top if rank[0] in people]
            told.append(frames.RankUpdated(at=draft.at, top_gifters=ranks(first, people)))
        if goal := draft.meters.goal:
            told.append(frames.GoalProgress(at=draft.at, goal=goal_body(goal, self._slug)))
        if score := draft.meters.score:
            sides = [frames.SideScore(ids.encode("live", live), n) for live, n in score.sides]
            told.append(frames.MatchScore(at=draft.at, id=ids.encode("match", score.match), scores=sides))
        folded = draft.folded or msgspec.UNSET
        guests = [GuestCoins(people[account].id, coins) for account, coins in draft.received if account in people]
        body = FrameBody(
            seq=draft.seq, at=draft.at, events=told, folded=folded, guests=guests or msgspec.UNSET, totals=draft.totals
        )
        return frames.make(body, draft.prev, draft.diamonds_milli)

    def _slug(self, kind: int) -> str:
        gift = self.catalog.gift_by_key(kind)
        return gift.id if gift else str(kind)

    def _goal_set(self, row: Row) -> GoalBody | None:
        body = row.body
        if body["title"] is None:
            return None
        return goal_told(body["title"], body["kind"], body["target"], 0, reached=False, slug_of=self._slug)

    def _gift(self, gift: GiftRow, people: People, notes: Notes) -> GiftSent:
        kind = self.catalog.gift_by_key(gift.kind)
        note = notes.get((gift.sender, gift.id), _NO_NOTE)
        return GiftSent(
            at=gift.recorded_at,
            id=ids.encode("gift", gift.id),
            gift_id=kind.id if kind else str(gift.kind),
            repeat_count=gift.count,
            streakable=kind.streakable if kind else False,
            combo_id=note.combo,
            coins=gift.coins,
            diamond_count=gift.coins // gift.count,
            sender=None if gift.anonymous else people.get(gift.sender),
            receiver=people[gift.receiver],
            receipt=gift.receipt,
            message=note.message,
        )


def _accounts(drafts: Iterable[Draft]) -> set[int]:
    wanted: set[int] = set()
    for draft in drafts:
        wanted.add(draft.stage.creator)
        wanted.update(account for gift in draft.gifts for account in (gift.sender, gift.receiver))
        wanted.update(account for account, _ in draft.received)
        wanted.update(draft.joined[1])
        wanted.update(account for account, _ in draft.top or ())
        for row in draft.rows:
            if row.topic == events.GIFT_REVERSED:
                continue  # nobody is named
            wanted.update(found for name in ("sender", "account", "follower") if (found := row.body.get(name)))
            wanted.update(row.body.get("accounts", ()))
    return wanted


def _event(row: Row, draft: Draft, people: People, lit: Mapping[int, int | None]) -> Event | None:
    """A row of the outbox as an event; None where it names somebody who is gone. `lit`: whose comments stand out."""
    body, at = row.body, row.at
    named = people.get(body.get("sender") or body.get("account") or body.get("follower") or 0)
    if row.topic == events.GIFT_REVERSED:
        told = {name: body[name] for name in ("receipt", "coins", "diamonds_milli", "reason")}
        return frames.GiftReversed(at=at, **told)
    if row.topic == events.LIVE_STARTED:
        return frames.LiveStarted(at=at)
    if row.topic == events.LIVE_ENDED:
        return frames.LiveEnded(at=at, summary_url=f"/v1/lives/{draft.stage.public_id}/summary")
    if row.topic in _PLAIN:
        return _PLAIN[row.topic](at=at, **body)
    if row.topic in {events.MODERATION_ACTION, events.THANKS}:
        return _kept_in_order(row, named) if row.topic == events.MODERATION_ACTION else _thanks(row, people)
    return _named_event(row, named, lit) if named else None


def _kept_in_order(row: Row, named: PersonBody | None) -> Event:
    body = row.body
    return frames.ModerationAction(
        at=row.at, action=body["action"], account=named, text=body["text"], said=body.get("said")
    )


def _thanks(row: Row, people: People) -> Event | None:
    thanked = [people[account] for account in row.body["accounts"] if account in people]
    return (
        frames.Thanks(at=row.at, accounts=thanked, count=row.body["count"], text=row.body["text"]) if thanked else None
    )


def _named_event(row: Row, named: PersonBody, lit: Mapping[int, int | None]) -> Event:
    """A row about somebody as an event."""
    if row.topic == events.FOLLOW:
        return frames.Follow(at=row.at, account=named)
    if row.topic == events.SHARE:
        return frames.Share(at=row.at, account=named)
    if row.topic in _OF_GUESTS:
        return _OF_GUESTS[row.topic](at=row.at, account=named)
    if row.topic == events.QUESTION_NEW:
        question = ids.encode("question", UUID(row.body["id"]))
        return frames.QuestionNew(at=row.at, id=question, sender=named, text=row.body["text"])
    assert row.topic == events.CHAT_MESSAGE, row.topic
    comment, sender = ids.encode("comment", UUID(row.body["id"])), int(row.body["sender"])
    return frames.ChatMessage(
        at=row.at, id=comment, sender=named, text=row.body["text"], highlight=sender in lit, rank=lit.get(sender)
    )
