"""What the test house itself promises."""

from litestar import get
from litestar.di import NamedDependency

from largesse.kit import http
from largesse.kit.principal import Principal


@get("/who")
async def who(
    caller: NamedDependency[Principal | None], limit: http.Limit = 50, cursor: http.Cursor = None
) -> dict[str, str]:
    return {"who": caller.username if caller else "a guest", "page": f"{limit} {cursor}"}


async def test_every_test_has_a_database_of_its_own(db, cast):
    async with db.read() as tx:
        assert await tx.scalar("SELECT count(*) FROM accounts.account") == 4


async def test_a_client_reaches_the_application(app_client):
    client = await app_client([who])
    answer = await client.get("/who")
    assert (answer.status_code, answer.json()) == (200, {"who": "a guest", "page": "50 None"})
    bad = await client.get("/who?limit=0")
    assert (bad.status_code, bad.json()["code"]) == (400, "invalid")
    assert int(answer.headers["x-server-time"]) > 0
