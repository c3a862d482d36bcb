"""Every service of a process, built once and in order; rooms never build each other."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from largesse.accounts import AccountsService, Holdings, PersonalKeys
from largesse.catalog import CatalogService
from largesse.gifting import GiftingService
from largesse.insights import FinanceService, InsightsService
from largesse.kit.clock import SystemClock
from largesse.kit.config import Settings
from largesse.kit.db import Database, ReadTx, WriteTx
from largesse.kit.jobs import Jobs
from largesse.kit.mail import Mail
from largesse.kit.news import News
from largesse.kit.storage import storage_of
from largesse.ledger import Finding, Keys, LedgerService, audit, get_wallet, list_earnings, load_keys
from largesse.main import books
from largesse.main.account import bank_of
from largesse.media import (
    EngineService,
    FilmsService,
    MediaMtxService,
    MediaService,
    NginxRtmpService,
    StreamKeys,
    UploadsService,
)
from largesse.media import export_person as export_recordings
from largesse.outreach import OutreachService
from largesse.payments import (
    CampaignsOffice,
    CampaignsService,
    NoticesService,
    OfficeService,
    PaymentsService,
    ReconcilingService,
    name_grants,
)
from largesse.payments import export_person as export_buyer
from largesse.payouts import (
    BankFilesService,
    BatchesService,
    ChecksService,
    GrantsOffice,
    LettersService,
    MethodsService,
    PapersOffice,
    PapersService,
    PayoutsOffice,
    PayoutsService,
    RailsService,
    RequestsService,
    Seals,
    SecondFactor,
)
from largesse.payouts import configured as configured_rails
from largesse.payouts import erase_person as erase_payee
from largesse.payouts import export_person as export_payee
from largesse.policy import PolicyService
from largesse.realtime import RealtimeService
from largesse.safety import BlocksService, LimitsService, SafetyService, SignalsService
from largesse.safety import export_person as export_limits
from largesse.stage import (
    ContestsService,
    LiveLettersService,
    RemindersService,
    StageService,
    StopLinks,
    VideosService,
    export_reports,
)
from largesse.stage import erase_person as erase_shown
from largesse.stage import export_person as export_shown

_ENGINES: dict[str, type[EngineService]] = {"nginx-rtmp": NginxRtmpService, "mediamtx": MediaMtxService}


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What the processes of this program are made of. `settings` carry the addresses of the running servers."""

    settings: Settings
    db: Database
    news: News
    jobs: Jobs
    mail: Mail
    accounts: AccountsService
    policy: PolicyService
    catalog: CatalogService
    ledger: LedgerService
    safety: SafetyService
    blocks: BlocksService
    limits: LimitsService
    signals: SignalsService
    stage: StageService
    contests: ContestsService
    reminders: RemindersService
    letters: LiveLettersService
    media: MediaService
    engine: EngineService
    films: FilmsService
    uploads: UploadsService
    videos: VideosService
    gifting: GiftingService
    payments: PaymentsService
    notices: NoticesService
    office: OfficeService
    campaigns: CampaignsService
    reconciling: ReconcilingService
    campaigns_office: CampaignsOffice
    payouts: PayoutsService
    payout_methods: MethodsService
    withdrawals: RequestsService
    payout_batches: BatchesService
    bank_files: BankFilesService
    rails: RailsService
    payout_letters: LettersService
    payouts_office: PayoutsOffice
    diamond_grants: GrantsOffice
    papers: PapersService
    papers_office: PapersOffice
    insights: InsightsService
    finance: FinanceService
    outreach: OutreachService
    realtime: RealtimeService

    def by_name(self) -> dict[str, Any]:
        """What handlers ask for by the names of their arguments."""
        names = (
            "settings", "accounts", "policy", "catalog", "ledger", "safety", "blocks", "limits", "signals", "stage",
            "contests", "reminders", "letters", "media", "engine", "films", "uploads", "videos", "gifting", "payments",
            "notices", "office", "reconciling",
            "campaigns", "campaigns_office", "payouts", "payout_methods", "withdrawals",
            "payout_batches", "bank_files", "payouts_office", "diamond_grants", "papers", "papers_office",
            "insights", "finance", "outreach", "realtime",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}


def build(settings: Settings) -> Services:
    """Build everything; nothing connects yet."""
    clock = SystemClock()
    db = Database(settings.database_url, connections_max=settings.database_pool_max)
    news = News(settings.nats_url, settings.nats_prefix)
    jobs = Jobs(db)
    mail = Mail(settings)
    keys = load_keys(settings.data_path)
    seals, personal = Seals(keys.salt_secret), PersonalKeys(settings.data_path)
    accounts = AccountsService(
        db, news, clock, settings, holds=holds, keeps=partial(keeps, seals, personal), forgets=forgets
    )
    policy = PolicyService(db, settings)
    catalog = CatalogService(db, news, policy, settings)
    ledger = LedgerService(db, settings, clock, keys)
    safety = SafetyService(db, accounts)
    limits, signals = LimitsService(db), SignalsService(db, accounts)
    stream_keys = StreamKeys(keys.salt_secret)
    stage = StageService(db, news, accounts, clock, settings, keys=stream_keys)
    blocks = BlocksService(db, accounts, stage.guests.put_out)
    contests = ContestsService(db, news, accounts, catalog, settings)
    media = MediaService(db, news, accounts, settings, stream_keys)
    engine = _ENGINES.get(settings.media_engine, EngineService)
    films, uploads = FilmsService(db, settings, storage_of(settings)), UploadsService(db, settings)
    videos = VideosService(stage, films, uploads)
    gifting = GiftingService(
        db, news, keys.salt_secret, settings, people=accounts, catalog=catalog, stages=stage, names=name_grants
    )
    payments = PaymentsService(db, settings)
    office = OfficeService(payments)
    campaigns = CampaignsService(db, settings)
    payouts = PayoutsService(db, policy)
    rails, fresh = configured_rails(settings, db), SecondFactor(db, accounts)
    checks = ChecksService(db, settings, personal, seals)
    payout_methods = MethodsService(db, settings, rails, seals, fresh)
    batches = BatchesService(db, settings, partial(_prove, db, keys))
    carrying = RailsService(db, rails, payout_methods, batches)
    notices = NoticesService(payments, hears=carrying.hear)
    outreach = OutreachService(db, accounts, settings)
    insights = InsightsService(db, accounts, catalog, stage)
    videos.use_given(insights)
    realtime = RealtimeService(db, news, accounts, catalog, stage, settings)
    return Services(
        settings=settings, db=db, news=news, jobs=jobs, mail=mail, accounts=accounts, policy=policy, catalog=catalog,
        ledger=ledger, safety=safety, blocks=blocks, limits=limits, signals=signals, stage=stage, contests=contests,
        reminders=RemindersService(db, accounts),
        letters=LiveLettersService(db, settings, StopLinks(keys.salt_secret)),
        media=media, engine=engine(db, news, settings, stream_keys),
        films=films, uploads=uploads, videos=videos, gifting=gifting,
        payments=payments, notices=notices, office=office, campaigns=campaigns,
        reconciling=ReconcilingService(db, bank_of(settings)), campaigns_office=CampaignsOffice(db),
        payouts=payouts, payout_methods=payout_methods,
        withdrawals=RequestsService(db, settings, policy, fresh, checks),
        payout_batches=batches, bank_files=BankFilesService(db, rails, seals, batches),
        rails=carrying, payout_letters=LettersService(db, settings),
        payouts_office=PayoutsOffice(db, settings, rails, checks), diamond_grants=GrantsOffice(db, settings),
        papers=PapersService(db, settings, personal, checks), papers_office=PapersOffice(db, personal),
        insights=insights, finance=FinanceService(db), outreach=outreach,
        realtime=realtime,
    )  # fmt: skip


async def _prove(db: Database, keys: Keys) -> list[Finding]:
    """What `largesse audit` finds, for batches of payouts."""
    return (await audit(db, keys, checks=books.checks())).findings


async def holds(tx: ReadTx, account: int) -> Holdings:
    """What the books hold for an account: coins, and diamonds that were neither reversed nor redeemed."""
    earned = await list_earnings(tx, account)
    left = sum(day.milli_in - day.milli_reversed - day.milli_redeemed for day in earned)
    return Holdings(coins=(await get_wallet(tx, account)).coins, diamonds_milli=left)


async def keeps(seals: Seals, personal: PersonalKeys, tx: ReadTx, account: int) -> dict[str, Any]:
    """What the rooms above accounts keep about a person, for their export."""
    bought = await export_limits(tx, account) | await export_buyer(tx, account)
    paid = await export_payee(tx, account, seals, personal)
    shown = await export_shown(tx, account) | await export_reports(tx, account)
    return bought | paid | shown | await export_recordings(tx, account)


async def forgets(tx: WriteTx, account: int) -> None:
    """Let the rooms above accounts forget who an account was: what it is paid on, what it said and published.

    Raises `PayoutUnderWay`.
    """
    await erase_payee(tx, account)
    await erase_shown(tx, account)


@asynccontextmanager
async def opened(services: Services, *names: str) -> AsyncIterator[Services]:
    """The database, NATS and the named services, open for the length of the block, closed in reverse."""
    async with AsyncExitStack() as stack:
        await services.db.open()
        stack.push_async_callback(services.db.close)
        await services.news.open()
        stack.push_async_callback(services.news.close)
        for name in names:
            service: Any = getattr(services, name)
            await service.open()
            stack.push_async_callback(service.close)
        yield services
