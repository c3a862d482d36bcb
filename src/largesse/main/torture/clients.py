"""Clients that never give up on an id: they send it until an answer is final, whatever happens in between."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from largesse.kit import ids
from largesse.main.torture.tally import Gift, Tally, new_id
from largesse.main.torture.wire import Answer, Lost, Wire
from largesse.main.torture.world import Person, World

ANSWER_S_MAX: Final = 6.0
GIVE_UP_S: Final = 45.0
RESENT_SHARE, CHANGED_SHARE, POOR_SHARE = 0.05, 0.01, 0.02
HOT_SHARE = 0.8
BATCH_GIFTS = (150, 450)
_PAUSE_S = 0.05
_PAUSE_S_MAX = 0.5
_CREATED, _OK, _CONFLICT = 201, 200, 409
# Not final: nothing was done, or nobody knows.
_TRY_AGAIN = frozenset({500, 502, 503, 504, 429})
_REFUSALS = frozenset({402, 403})
_BUSY = frozenset({"busy", "too-many"})


@dataclass
class Flood:
    """What all clients share. `open` until no new ids are to be sent."""

    world: World
    tally: Tally
    batch_pause_s: float
    open: bool = True
    giving_up_at: float = float("inf")

    def close(self) -> None:
        """Send no new ids; those that are under way still want their answers."""
        self.open = False
        self.giving_up_at = time.monotonic() + GIVE_UP_S

    def gift(self, rng: random.Random, giver: Person) -> Gift:
        """A new gift of somebody's."""
        live = 0 if rng.random() < HOT_SHARE else rng.randrange(len(self.world.lives))
        gift = Gift(new_id(), giver.key, live, "rose", rng.choice((1, 1, 1, 2, 3)))
        self.tally.ask(gift)
        return gift

    def giver(self, rng: random.Random) -> Person:
        """Anybody; some have next to nothing."""
        return rng.choice(self.world.poor if rng.random() < POOR_SHARE else self.world.viewers)

    async def wait(self, tries: int) -> bool:
        """Pause before the next try; False when it is time to give up, which is a failure."""
        await asyncio.sleep(min(_PAUSE_S * 2 ** min(tries, 6), _PAUSE_S_MAX))
        return time.monotonic() < self.giving_up_at


async def give_singly(flood: Flood, rng: random.Random) -> None:
    """One person after another gives one gift, over one keep-alive connection."""
    wire = flood.world.wire()
    people = {person.key: person for person in (*flood.world.viewers, *flood.world.poor)}
    while flood.open:
        dice = rng.random()
        if flood.tally.again and dice < RESENT_SHARE:
            gift = flood.tally.again.pop(rng.randrange(len(flood.tally.again)))
            await _send_again(flood, wire, gift, people[gift.sender], changed=dice < CHANGED_SHARE)
        else:
            giver = flood.giver(rng)
            gift = flood.gift(rng, giver)
            await _send(flood, wire, gift, giver)
            if rng.random() < RESENT_SHARE:
                flood.tally.keep_for_later(gift)
    wire.close()


async def _send(flood: Flood, wire: Wire, gift: Gift, giver: Person) -> None:
    sent_at, tries = time.time(), 0
    while True:
        answer = await _try(flood, wire, gift, giver, gift.count)
        if answer is not None and _settled(flood, gift, answer, sent_at, first_try=tries == 0):
            return
        tries += 1
        if not await flood.wait(tries):
            flood.tally.fail("every id gets an answer", f"{gift.text_id} has none after {GIVE_UP_S:.0f} s")
            return


async def _try(flood: Flood, wire: Wire, gift: Gift, giver: Person, count: int) -> Answer | None:
    body = {"id": gift.text_id, "gift_id": gift.gift_id, "count": count}
    path = f"/v1/lives/{flood.world.lives[gift.live]}/gifts"
    try:
        return await wire.ask("POST", path, body, token=giver.token, seconds=ANSWER_S_MAX)
    except Lost:
        flood.tally.unknown_outcomes += 1
        return None


def _settled(flood: Flood, gift: Gift, answer: Answer, sent_at: float, *, first_try: bool) -> bool:
    """Take an answer; False where it is not final."""
    if answer.status in _TRY_AGAIN:
        return False
    body = answer.json()
    if answer.status == _CREATED:
        if body["count"] != gift.count or body["gift_id"] != gift.gift_id or _bare(body["id"]) != gift.id:
            flood.tally.fail("a receipt is of the gift that was sent", f"{gift.text_id}: {body}")
        flood.tally.acknowledge(gift, body["receipt"], sent_at, first_try=first_try)
    elif answer.status in _REFUSALS:
        flood.tally.refuse(gift, body["code"])
    else:
        flood.tally.fail("answers are those of the contract", f"{answer.status} {body.get('code')} to {gift.text_id}")
    return True


def _bare(text: str) -> bytes:
    found = ids.decode(text, "gift")
    return found.bytes if found else b""


async def _send_again(flood: Flood, wire: Wire, gift: Gift, giver: Person, *, changed: bool) -> None:
    """Send an answered id again: as it was, or with another count, which must be refused where it is in the books."""
    flood.tally.resent += 1
    if not (changed and gift.receipt):
        await _send(flood, wire, gift, giver)
        return
    for tries in range(1, 1_000):
        answer = await _try(flood, wire, gift, giver, gift.count + 7)
        if answer is not None and answer.status not in _TRY_AGAIN:
            if answer.status == _CONFLICT and answer.json()["code"] == "id-reused":
                flood.tally.conflicts += 1
            else:
                flood.tally.fail("an id with other content is refused", f"{answer.status} to {gift.text_id}")
            return
        if not await flood.wait(tries):
            return


async def give_in_batches(flood: Flood, rng: random.Random) -> None:
    """A host platform gives for many people with its API key; the whole batch is sent again while any is open."""
    wire = flood.world.wire(flood.world.api_key)
    people = {person.key: person for person in (*flood.world.viewers, *flood.world.poor)}
    while flood.open:
        gifts = [flood.gift(rng, flood.giver(rng)) for _ in range(rng.randint(*BATCH_GIFTS))]
        for _ in range(min(len(flood.tally.again), int(len(gifts) * RESENT_SHARE))):
            gifts.append(flood.tally.again.pop(rng.randrange(len(flood.tally.again))))
            flood.tally.resent += 1
        await _send_all(flood, wire, gifts, people)
        for gift in rng.sample(gifts, max(1, int(len(gifts) * RESENT_SHARE))):
            flood.tally.keep_for_later(gift)
        await asyncio.sleep(flood.batch_pause_s)
    wire.close()


async def _send_all(flood: Flood, wire: Wire, gifts: Sequence[Gift], people: dict[int, Person]) -> None:
    sent_at, tries, waiting = time.time(), 0, list(gifts)
    while waiting:
        body = [
            {"id": g.text_id, "sender": people[g.sender].username, "gift_id": g.gift_id, "count": g.count,
             "live_id": flood.world.lives[g.live]}
            for g in waiting
        ]  # fmt: skip
        try:
            answer = await wire.ask("POST", "/v1/gifts/batch", body, seconds=ANSWER_S_MAX)
        except Lost:
            flood.tally.unknown_outcomes += len(waiting)
        else:
            if answer.status == _OK:
                waiting = _take(flood, waiting, answer.json()["results"], sent_at, first_try=tries == 0)
            elif answer.status not in _TRY_AGAIN:
                flood.tally.fail("answers are those of the contract", f"{answer.status} to a batch: {answer.body!r}")
                return
        if not waiting:
            return
        tries += 1
        if not await flood.wait(tries):
            flood.tally.fail("every id gets an answer", f"{len(waiting)} of a batch have none after {GIVE_UP_S:.0f} s")
            return


def _take(
    flood: Flood, gifts: Sequence[Gift], results: list[dict[str, Any]], sent_at: float, *, first_try: bool
) -> list[Gift]:
    """Take a batch's results; returns the gifts that have no final answer."""
    if [r["id"] for r in results] != [g.text_id for g in gifts]:
        flood.tally.fail("a batch is answered in order", f"{len(results)} results to {len(gifts)} gifts")
    again = []
    for gift, result in zip(gifts, results, strict=False):
        if result["status"] != "refused":
            flood.tally.acknowledge(gift, result["receipt"]["receipt"], sent_at, first_try=first_try)
        elif result["code"] in _BUSY:
            again.append(gift)
        else:
            flood.tally.refuse(gift, result["code"])
    return again
