"""Gifts exist in some countries: asked from memory, for a gift of one's own and for those that a program names."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from largesse.accounts import AccountsService
from largesse.catalog import CatalogService, NotInRegion
from largesse.gifting import GiftingService
from largesse.kit.clock import SetClock
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.news import News
from largesse.kit.principal import API_KEY, Principal
from largesse.media import StreamKeys
from largesse.policy import PolicyService
from largesse.stage import StageService
from regional import hold


@pytest.fixture
async def catalog(db: Database, settings: Settings, room: Any) -> CatalogService:
    del room  # has seeded it
    made = CatalogService(db, News(""), PolicyService(db, settings), settings)
    await made.refresh()
    return made


@pytest.fixture
async def gifting(
    db: Database, settings: Settings, room: Any, *, accounts: AccountsService, catalog: CatalogService, clock: SetClock
) -> AsyncIterator[GiftingService]:
    stages = StageService(db, News(""), accounts, clock, settings, keys=StreamKeys(b"stream keys"))
    made = GiftingService(db, None, room.secret, settings, people=accounts, catalog=catalog, stages=stages)
    await made.open()
    yield made
    await made.close()


async def test_nobody_gives_where_giving_does_not_exist_and_nothing_is_asked_of_the_database(  # noqa: PLR0917 - fixtures
    gifting: GiftingService, catalog: CatalogService, db: Database, room: Any, fill: Any, accounts: AccountsService,
    make_person: Any,
) -> None:  # fmt: skip
    aiko = await make_person("aiko", country="JP")
    await fill(aiko.key, 10)
    giver = await accounts.authenticate(aiko.token)
    assert giver is not None
    assert giver.country == "JP"
    place = await gifting.stages.find(await _live(db, room))
    assert place is not None
    given = await gifting.give(giver, place, room.ask(aiko.key))
    assert given.coins_left == 9
    await hold(db, "JP", giving=False)
    await catalog.refresh()
    batches = gifting.committer.batches
    with pytest.raises(NotInRegion) as refused:
        await gifting.give(giver, place, room.ask(aiko.key))
    assert (refused.value.feature, refused.value.country) == ("giving", "JP")
    assert gifting.committer.batches == batches
    async with db.read() as tx:
        assert await tx.scalar("SELECT paid_in - paid_out FROM ledger.wallet WHERE account = %s", [aiko.key]) == 9


async def test_a_program_learns_which_of_its_senders_cannot_give(
    gifting: GiftingService, catalog: CatalogService, db: Database, *, cast: Any, make_person: Any
) -> None:
    await make_person("aiko", country="JP")
    await hold(db, "JP", giving=False)
    await catalog.refresh()
    program = Principal(
        account=cast.olga.key, id=cast.olga.id, username="olga", display_name="Olga", bearer=1, kind=API_KEY,
        adult_from=date(2008, 1, 1), scopes=frozenset({"gifts:write"}),
    )  # fmt: skip
    alice, refused = await gifting.senders_of(program, ["alice", "aiko"])
    assert alice == cast.alice.key
    assert isinstance(refused, NotInRegion)


async def _live(db: Database, room: Any) -> Any:
    async with db.read() as tx:
        return await tx.scalar("SELECT id FROM stage.stage WHERE key = %s", [room.stage])
