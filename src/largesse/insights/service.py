"""The verbs of insights: they only read."""

from collections.abc import Sequence

from largesse.accounts import AccountsService, Person
from largesse.catalog import CatalogService, Gift
from largesse.insights import store
from largesse.insights.model import DayEarned, GiftEarned, GifterEarned, HourEarned, Span, StageEarned
from largesse.kit.db import Database, ReadTx
from largesse.stage import Stage, StageService, list_keys_of


class InsightsService:
    """What creators see of what earned; lists ask for one row more than a page, to know whether there is a next."""

    def __init__(self, db: Database, people: AccountsService, catalog: CatalogService, stages: StageService) -> None:
        self._db = db
        self._people = people
        self._catalog = catalog
        self._stages = stages
        stages.use_newcomers(self)

    async def given(self, tx: ReadTx, stages: Sequence[int]) -> dict[int, tuple[int, int]]:
        """(gifts, coins) of LIVEs and videos, half a second old; one without gifts is missing."""
        return await store.sum_given(tx, stages)

    async def list_days(self, creator: int, span: Span) -> list[DayEarned]:
        """Days on which something was given, oldest first: all of the span."""
        async with self._db.read() as tx:
            return await store.list_days(tx, creator, span)

    async def list_hours(self, creator: int, span: Span, after: int, limit: int) -> list[HourEarned]:
        """Hours in which something was given, oldest first, behind the hour `after`."""
        async with self._db.read() as tx:
            return await store.list_hours(tx, creator, span, after, limit + 1)

    async def list_stages(
        self, creator: int, span: Span, before: int, limit: int
    ) -> tuple[list[StageEarned], dict[int, Stage]]:
        """LIVEs and videos on which something was given, the newest first, and what they are by key."""
        async with self._db.read() as tx:
            earned = await store.list_stages(tx, creator, span, before, limit + 1)
        return earned, await self._stages.list_by_key([e.stage for e in earned])

    async def list_gifts(self, creator: int, span: Span, after: tuple[int, int], limit: int) -> list[GiftEarned]:
        """What each kind of gift brought, the most diamonds first."""
        async with self._db.read() as tx:
            return await store.list_gifts(tx, creator, span, after, limit + 1)

    async def list_gifters(
        self, creator: int, span: Span, after: tuple[int, int], limit: int
    ) -> tuple[list[GifterEarned], dict[int, Person]]:
        """Who gave, the most coins first, and who they are by key."""
        async with self._db.read() as tx:
            earned = await store.list_gifters(tx, creator, span, after, limit + 1)
        return earned, await self._named([e.gifter for e in earned if e.gifter])

    async def newcomers(self, tx: ReadTx, stage: Stage) -> set[int]:
        """Accounts that gave to this creator by name for the first time ever, on this stage."""
        others = [key for key in await list_keys_of(tx, stage.creator) if key != stage.key]
        return await store.list_newcomers(tx, stage.creator, stage.key, others)

    def gift(self, kind: int) -> Gift | None:
        """The gift of the catalogue with this key."""
        return self._catalog.gift_by_key(kind)

    async def _named(self, gifters: Sequence[int]) -> dict[int, Person]:
        return await self._people.people(gifters) if gifters else {}
