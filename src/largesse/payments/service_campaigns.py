"""Granting what campaigns promise: for what happened, read from the outbox, and for codes that people enter.

A purchase's grant knows nothing of campaigns: its news is a row of the outbox in its own transaction, and a worker
reads on from its cursor. So a worker that dies begins again where it stopped, and what it granted is there once.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from largesse import accounts, catalog, ledger, policy, safety
from largesse.accounts import UnderAge
from largesse.catalog import NotInRegion, Shelf
from largesse.kit import ids, outbox, throttle
from largesse.kit.config import Settings
from largesse.kit.db import Database, ReadTx, WriteTx
from largesse.kit.idempotency import IdReused
from largesse.kit.outbox import Row
from largesse.kit.problems import Problem
from largesse.payments import model_campaigns as model
from largesse.payments import store, store_campaigns
from largesse.payments.errors import AccountFrozen
from largesse.payments.errors_campaigns import AlreadyGranted, CampaignExhausted, CampaignOver, UnknownCode
from largesse.payments.events import TOPIC_GRANTED
from largesse.payments.model_campaigns import Campaign, Grant, Nothing, Standing, Trigger
from largesse.safety import Resting

log = structlog.get_logger(__name__)
READER = "payments.campaigns"
_TRIGGERS: dict[str, Trigger] = {TOPIC_GRANTED: "first_purchase", accounts.EMAIL_VERIFIED: "email_verified"}
_ROWS_AT_ONCE = 500
_RUNNING_MAX = 20
_TRIES_MAX, _HOUR_S = 10, 3_600


@dataclass(frozen=True, slots=True)
class Running:
    """What runs for somebody; `codes` says whether any campaign takes codes; `promo_share_bps` is a creator's part."""

    campaigns: list[Campaign]
    codes: bool
    promo_share_bps: int


class CampaignsService:
    """Grants promotional coins, each campaign within its budget, and a person no more than its cap."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self._db = db
        self._tries_max = settings.limit(_TRIES_MAX)
        self._seen = outbox.Cursor()  # up to here is nothing of ours: not looked at again

    async def list_running(self, account: int) -> Running:
        """What runs for somebody now: nothing for whoever would be granted nothing."""
        async with self._db.read() as tx:
            now = await store.get_now(tx)
            earns = not (await ledger.get_wallet(tx, account)).test_money
            share = (await policy.get_in_force(tx)).promo_share_bps if earns else 0
            person = await accounts.get_account(tx, account)
            bars = await ledger.list_freezes(tx, account) or await safety.find_rest(tx, account)
            region = (await catalog.read_shelf(tx)).region(person.country, now)
            if bars or not person.is_adult(now) or not region.giving:
                return Running([], codes=False, promo_share_bps=share)
            found = await store_campaigns.list_running(tx, _RUNNING_MAX)
            bought = await store_campaigns.has_bought(tx, account)
        for_me = [
            one
            for one in found
            if (one.trigger == "first_purchase" and not bought and region.buying)
            or (
                one.trigger == "email_verified"
                and person.email_verified_at is None
                and person.created_at >= one.starts_at
            )
        ]
        return Running(for_me, codes=any(one.trigger == "code" for one in found), promo_share_bps=share)

    async def enter_code(self, account: int, grant: UUID, typed: str) -> tuple[Grant, bool]:
        """Grant what a code promises; the same `grant` again is the same one, and True beside it says so.

        Raises `TooMany` (so that nobody guesses), `UnknownCode`, `IdReused`, `UnderAge`, `NotInRegion`,
        `AccountFrozen`, `Resting`, `AlreadyGranted`, `CampaignOver`, `CampaignExhausted`.
        """
        async with self._db.write() as tx:
            await throttle.hit(tx, f"campaign-codes:{account}", _HOUR_S, self._tries_max)
        async with self._db.write() as tx:
            now, shelf = await store.get_now(tx), await catalog.read_shelf(tx)
            campaign = await store_campaigns.lock_code(tx, model.plain_code(typed))
            if campaign is None or now < campaign.starts_at:
                raise UnknownCode
            before = await store_campaigns.find_grants(tx, [grant])
            if before:
                if (before[0].account, before[0].campaign) != (account, campaign.id):
                    raise IdReused
                return before[0], True
            why = await self._grant(tx, campaign, account, at=now, grant=grant, shelf=shelf)
            if why is not None:
                raise await _refusal(tx, account, why)
            made = (await store_campaigns.find_grants(tx, [grant]))[0]
        log.info("campaign.granted", campaign=str(campaign.id), account=account, grant=str(grant))
        return made, False

    async def follow(self) -> bool:
        """Grant for what has happened since the last time; whether there may be more."""
        async with self._db.read() as tx:
            known = max(self._seen, await outbox.get_cursor(tx, READER))
            place, rows = await outbox.read(tx, known, list(_TRIGGERS), _ROWS_AT_ONCE)
            campaigns = await self._counting(tx, rows)
            shelf = await catalog.read_shelf(tx) if campaigns else None
        for row in rows:
            for campaign in campaigns:
                if campaign.trigger == _TRIGGERS[row.topic] and model.is_in_window(campaign, row.at):
                    assert shelf is not None, campaign
                    await self._grant_for(row, campaign.id, shelf)
        if rows:
            async with self._db.write() as tx:
                await outbox.move_cursor(tx, READER, place)
        self._seen = place
        return len(rows) == _ROWS_AT_ONCE

    async def _counting(self, tx: ReadTx, rows: list[Row]) -> list[Campaign]:
        if not rows:
            return []
        since, until = min(row.at for row in rows), max(row.at for row in rows)
        return await store_campaigns.list_counting(tx, list(_TRIGGERS.values()), since, until)

    async def _grant_for(self, row: Row, campaign: UUID, shelf: Shelf) -> None:
        """One grant, in a transaction of its own: it holds one campaign's row and one wallet."""
        account, grant = int(row.body["account"]), ids.new()
        async with self._db.write() as tx:
            if row.topic == TOPIC_GRANTED and not await store_campaigns.is_first_purchase(
                tx, UUID(row.body["purchase"])
            ):
                return
            locked = await store_campaigns.lock(tx, campaign)
            assert locked is not None, campaign
            why = await self._grant(tx, locked, account, at=row.at, grant=grant, shelf=shelf)
        outcome = "campaign.granted" if why is None else "campaign.nothing"
        log.info(outcome, campaign=str(campaign), account=account, why=why or "")

    async def _grant(
        self, tx: WriteTx, campaign: Campaign, account: int, *, at: datetime, grant: UUID, shelf: Shelf
    ) -> Nothing | None:
        """Grant out of a locked campaign for what happened at `at`, or say why nothing is granted."""
        person = await accounts.get_account(tx, account)
        if person.erased_at is not None or not person.is_adult(at):
            return "under-age"
        wallet = await ledger.open_wallet(tx, account, person.adult_from)
        standing = Standing(
            adult=True,
            may_give=shelf.region(person.country, at).giving,
            frozen=wallet.frozen,
            resting=await safety.find_rest(tx, account) is not None,
            joined_at=person.created_at,
            grants=await store_campaigns.count_grants(tx, campaign.id, account),
        )
        why = model.why_nothing(campaign, standing, at)
        if why is None:
            await store_campaigns.enter_grant(tx, grant, campaign, account, standing.grants + 1)
            await ledger.grant_promo(
                tx, account=account, gives_from=person.adult_from, coins=campaign.coins,
                source=model.source_of(grant), happened_at=at,
            )  # fmt: skip
        return why


async def _refusal(tx: ReadTx, account: int, why: Nothing) -> Problem:
    if why == "not-in-region":
        return NotInRegion("giving", (await accounts.get_account(tx, account)).country)
    if why == "resting":
        rest = await safety.find_rest(tx, account)
        return Resting(rest.until if rest else None)
    refusals: dict[Nothing, Problem] = {
        "under-age": UnderAge(),
        "frozen": AccountFrozen(),
        "already-granted": AlreadyGranted(),
        "over": CampaignOver(),
        "exhausted": CampaignExhausted(),
    }
    return refusals[why]


async def name_grants(tx: ReadTx, sources: list[str]) -> dict[str, str]:
    """The names of campaigns by the causes of their grants in the books; causes of other kinds are left out."""
    found = [grant for source in sources if (grant := model.grant_of(source)) is not None]
    return await store_campaigns.name_grants(tx, found)
