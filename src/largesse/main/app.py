"""The HTTP application of an api process: every room's routes over the services of this process."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from litestar import Litestar, MediaType, Request, Response, get
from litestar.config.response_cache import ResponseCacheConfig
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.exceptions import NotFoundException
from litestar.middleware import DefineMiddleware
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, Contact, License, SecurityScheme
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from largesse import __version__
from largesse.accounts.routes import routes as accounts_routes
from largesse.catalog.routes import routes as catalog_routes
from largesse.gifting.routes import Giving
from largesse.gifting.routes import routes as gifting_routes
from largesse.insights.routes import routes as insights_routes
from largesse.insights.routes_office import office_routes as finance_routes
from largesse.kit import http
from largesse.kit.principal import PrincipalMiddleware
from largesse.ledger.routes import routes as ledger_routes
from largesse.main.compose import Services, opened
from largesse.media.routes import routes as media_routes
from largesse.media.routes_engines import engine_routes
from largesse.media.routes_uploads import upload_routes
from largesse.media.routes_webrtc import routes as webrtc_routes
from largesse.outreach.routes import routes as outreach_routes
from largesse.payments.routes import routes as payments_routes
from largesse.payments.routes_campaigns import campaign_routes
from largesse.payments.routes_reconciling import routes as reconciling_routes
from largesse.payouts.routes import routes as payouts_routes
from largesse.payouts.routes_grants import routes as grants_routes
from largesse.payouts.routes_papers import papers_routes
from largesse.policy.routes import routes as policy_routes
from largesse.realtime.routes import routes as realtime_routes
from largesse.safety.routes_blocks import block_routes
from largesse.safety.routes_limits import limit_routes
from largesse.safety.routes_office import routes as safety_routes
from largesse.safety.routes_signals import signal_routes
from largesse.stage.routes import routes as stage_routes
from largesse.stage.routes_contests import contest_routes
from largesse.stage.routes_letters import letter_routes
from largesse.stage.routes_reminders import reminder_routes
from largesse.stage.routes_videos import video_routes
from largesse.web import Cards, missing_handler
from largesse.web.routes import routes_with as pages_with

OPENED = (
    "accounts", "catalog", "ledger", "stage", "media", "engine", "videos", "gifting", "payments", "notices", "realtime",
)  # fmt: skip
_PARTITION_DAYS_MIN = 3
# Routes that benchmarks measure against; empty in the product.
EXTRA_ROUTES: list[Any] = []
_READY = """
SELECT EXISTS (
    SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'ledger'
        AND c.relname = 'gift_' || to_char((now() + make_interval(days => %s)) AT TIME ZONE 'UTC', 'YYYYMM')
)
"""


@get("/healthz", summary="Whether this process runs", media_type=MediaType.JSON, include_in_schema=True)
async def healthz() -> dict[str, str]:
    """Says nothing of the database: see /readyz."""
    return {"status": "ok", "version": __version__}


@get("/readyz", summary="Whether this process can settle gifts", responses=http.declares(http.Busy))
async def readyz(services: NamedDependency[Services]) -> dict[str, str]:
    """503 while the database is away, or the journal's partitions end in under three days."""
    try:
        async with services.db.read() as tx:
            if not await tx.scalar(_READY, [_PARTITION_DAYS_MIN]):
                raise http.Busy
    except (psycopg.Error, OSError) as error:
        raise http.Busy from error
    return {"status": "ready", "news": "connected" if services.news.connected else "polling"}


@get("/metrics", summary="Figures for Prometheus", media_type=MediaType.TEXT, include_in_schema=True)
async def metrics(services: NamedDependency[Services]) -> Response[bytes]:
    """Of this process alone."""
    services.gifting.observe()
    return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def build_app(services: Services) -> Litestar:
    """The application; its lifespan opens and closes the services."""

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        async with opened(services, *OPENED):
            yield

    given = services.by_name() | {"services": services}
    return Litestar(
        route_handlers=[
            healthz, readyz, metrics,
            *accounts_routes, *policy_routes, *catalog_routes, *ledger_routes,
            *safety_routes, *block_routes, *signal_routes, *limit_routes, *stage_routes, *contest_routes,
            *reminder_routes, *letter_routes, *video_routes,
            *media_routes, *engine_routes, *webrtc_routes, *upload_routes, *gifting_routes,
            *payments_routes, *campaign_routes, *reconciling_routes,
            *payouts_routes, *papers_routes, *grants_routes, *insights_routes,
            *finance_routes,
            *outreach_routes, *realtime_routes, *pages_with(Cards(services.stage)), *EXTRA_ROUTES,
        ],
        dependencies={
            "principal": Provide(http.signed_in, sync_to_thread=False),
            "caller": Provide(http.maybe_signed_in, sync_to_thread=False),
            "giving": Provide(_giving_for(services), sync_to_thread=False),
            **{name: Provide(_giving(service), sync_to_thread=False) for name, service in given.items()},
        },
        request_class=http.StrictRequest,
        middleware=[
            http.ServerTimeMiddleware,
            DefineMiddleware(PrincipalMiddleware, authenticate=services.accounts.authenticate),
        ],
        exception_handlers={**http.EXCEPTION_HANDLERS, NotFoundException: missing_handler(services.settings)},
        lifespan=[lifespan],
        openapi_config=_openapi(),
        request_max_body_size=services.settings.body_bytes_max,
        response_cache_config=ResponseCacheConfig(),
        state=State({"services": services}),
        debug=False,
        logging_config=None,
    )  # fmt: skip


def _giving(service: Any) -> Callable[[], Any]:
    def give() -> Any:
        return service

    return give


def _giving_for(services: Services) -> Callable[[Request[Any, Any, Any]], Giving]:
    def giving(request: Request[Any, Any, Any]) -> Giving:
        return Giving(http.signed_in(request), services.gifting, services.policy)

    return giving


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Largesse",
        version=__version__,
        description="Live gifting with books that anyone can check.",
        license=License(name="Apache-2.0", identifier="Apache-2.0"),
        contact=Contact(name="The Largesse authors"),
        path="/openapi",
        render_plugins=[],
        components=Components(
            security_schemes={
                "bearer": SecurityScheme(type="http", scheme="bearer", description="a session token or an API key"),
                "cookie": SecurityScheme(
                    type="apiKey",
                    security_scheme_in="cookie",
                    name="largesse_session",
                    description="with X-CSRF-Token on unsafe methods",
                ),
            }
        ),
        security=[{}, {"bearer": []}, {"cookie": []}],
    )
