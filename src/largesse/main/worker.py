"""The worker process: jobs, the journal's partitions, gifters' levels, insights, campaigns, coming prices, old news."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from datetime import timedelta

import psycopg
import structlog

from largesse import stage, web
from largesse.gifting import Badges
from largesse.insights import Fold
from largesse.kit import jobs, outbox
from largesse.kit.config import Settings
from largesse.main.compose import Services, build, opened

log = structlog.get_logger(__name__)
_PARTITIONS_EVERY_S = 3600.0
_MONTHS_AHEAD = 4
_NEWS_EVERY_S = 60.0
_BADGES_EVERY_S = 2.0
_INSIGHTS_EVERY_S = 0.5
_CAMPAIGNS_EVERY_S = 2.0
_BOOKS_EVERY_S = 5.0
_HOURS_EVERY_S = 60.0
_MEDIA_EVERY_S = 2.0
_RECORDINGS_EVERY_S = 15.0
_SWEEP_EVERY_S = 10.0
_PAYOUTS_EVERY_S = 2.0
_MATCHES_EVERY_S = 0.5
_NOTICES_EVERY_S = 2.0
_ROOM_NEWS_KEPT = timedelta(days=1)
_NEWS_AT_ONCE = 20_000


async def run_worker(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT."""
    services = build(settings)
    services.accounts.add_jobs(services.jobs, services.mail, web.words)
    services.notices.add_jobs(services.jobs, services.mail, web.words)
    services.rails.add_jobs(services.jobs)
    services.papers.add_jobs(services.jobs)
    services.payout_letters.add_jobs(services.jobs, services.mail, web.words)
    badges, insights = Badges(services.db, services.accounts), Fold(services.db)
    services.jobs.add_periodic("* * * * *", "safety.limits_due", services.limits.apply_due)
    stop = asyncio.Event()
    async with opened(services, "ledger", "payments", "rails"):
        keepers = [
            asyncio.create_task(_every(_PARTITIONS_EVERY_S, lambda: make_partitions(services))),
            asyncio.create_task(_every(_NEWS_EVERY_S, lambda: forget_news(services))),
            asyncio.create_task(_every(_BADGES_EVERY_S, lambda: fold_badges(badges))),
            asyncio.create_task(_every(_INSIGHTS_EVERY_S, lambda: fold_insights(insights))),
            asyncio.create_task(_every(_CAMPAIGNS_EVERY_S, lambda: grant_campaigns(services))),
            asyncio.create_task(_every(_PAYOUTS_EVERY_S, services.rails.hand_over)),
            asyncio.create_task(_every(_PAYOUTS_EVERY_S, services.bank_files.make_wanted)),
            asyncio.create_task(_every(_BOOKS_EVERY_S, services.catalog.books.apply_due)),
            asyncio.create_task(_every(_MEDIA_EVERY_S, services.media.lapse)),
            asyncio.create_task(_every(_MEDIA_EVERY_S, services.engine.follow)),
            asyncio.create_task(_every(_MEDIA_EVERY_S, services.stage.end_silent)),
            asyncio.create_task(_every(_MEDIA_EVERY_S, services.media.make_replays)),
            asyncio.create_task(_every(_RECORDINGS_EVERY_S, services.media.drop_recordings)),
            asyncio.create_task(_every(_NOTICES_EVERY_S, services.reminders.tell_due)),
            asyncio.create_task(_every(_PARTITIONS_EVERY_S, services.reminders.prune)),
            asyncio.create_task(_every(_NOTICES_EVERY_S, lambda: services.letters.send_due(services.mail, web.words))),
            asyncio.create_task(_every(_MATCHES_EVERY_S, services.contests.settle_due)),
            asyncio.create_task(_every(_MEDIA_EVERY_S, services.films.make_wanted)),
            asyncio.create_task(_every(_SWEEP_EVERY_S, services.films.sweep)),
            asyncio.create_task(_every(_HOURS_EVERY_S, lambda: close_hours(services))),
        ]
        worker = asyncio.create_task(jobs.run_worker(services.jobs, stop))
        await _until_told(stop)
        for keeper in keepers:
            keeper.cancel()
        await worker


async def _until_told(stop: asyncio.Event) -> None:
    """Set `stop` at SIGTERM or SIGINT, and wait for it."""
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()


async def _every(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except (psycopg.Error, OSError) as error:
            log.warning("worker.database_away", error=type(error).__name__)
        except Exception:  # what one keeper cannot do keeps no other from its work, and is tried again
            log.exception("worker.keeper_failed")
        await asyncio.sleep(seconds)


async def make_partitions(services: Services) -> None:
    """Keep the journal's partitions ahead of the calendar."""
    async with services.db.write() as tx:
        made = await tx.scalar("SELECT ledger.make_partitions(now() - interval '2 days', %s)", [_MONTHS_AHEAD])
    if made:
        log.info("ledger.partitions_made", partitions=made)


async def fold_badges(badges: Badges) -> None:
    """Bring gifters' levels up to what is settled."""
    while await badges.fold():
        pass


async def fold_insights(insights: Fold) -> None:
    """Bring the read models of what earned up to what is settled."""
    while await insights.fold():
        pass


async def grant_campaigns(services: Services) -> None:
    """Let campaigns grant for what has happened."""
    while await services.campaigns.follow():
        pass


async def close_hours(services: Services) -> None:
    """Close hours of gifts that have ended: no job, because a big hour takes longer than a job may."""
    await services.ledger.close_hours()


async def forget_news(services: Services) -> None:
    """Drop what was said and done in rooms after a day; gifts and what moved money stay in the books for ever."""
    async with services.db.write() as tx:
        now = await tx.scalar("SELECT now()")
        await outbox.prune(tx, stage.events.MOMENTARY, now - _ROOM_NEWS_KEPT, _NEWS_AT_ONCE)
