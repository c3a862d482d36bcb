"""An api process as `serve` runs it, with one more route: an authenticated POST that does nothing."""

import sys

import uvloop
from litestar import post
from litestar.di import NamedDependency

from largesse.kit import config, http
from largesse.kit.log import set_up
from largesse.kit.principal import Principal
from largesse.main import app as application
from largesse.main import process
from largesse.main.serve import bind


@post("/bench/empty", status_code=201, responses=http.declares(http.NotSignedIn))
async def empty(data: dict[str, object], principal: NamedDependency[Principal]) -> dict[str, int]:  # noqa: ARG001
    """Same middleware, same parsing of a body, no work."""
    return {"account": principal.account}


if __name__ == "__main__":
    set_up("warning")
    settings = config.load()
    application.EXTRA_ROUTES.append(empty)
    uvloop.run(process.run_api(settings, bind(settings)))
    sys.exit(0)
