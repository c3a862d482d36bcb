"""Who sees a LIVE: everybody, its creator's followers, or who has its address, while no list names it."""

from typing import Literal
from uuid import UUID

from largesse.kit.principal import Principal
from largesse.stage import store_rooms
from largesse.stage.errors import ForFollowers
from largesse.stage.model import FOLLOWERS, Stage
from largesse.stage.service import StageService

Visibility = Literal["public", "followers", "unlisted"]
_OFFICE = frozenset({"moderator", "support", "admin"})


async def see(stages: StageService, live: UUID, caller: Principal | None) -> Stage:
    """A LIVE that its caller may see; raises `NotFound`, `ForFollowers`."""
    stage = await stages.get(live)
    if not await may_see(stages, stage, caller):
        raise ForFollowers(creator=(await stages.accounts.people([stage.creator]))[stage.creator].username)
    return stage


async def may_see(stages: StageService, stage: Stage, caller: Principal | None) -> bool:
    """Whether somebody sees a LIVE: of one for followers they, who moderates there, and the office."""
    if stage.visibility != FOLLOWERS:
        return True
    if caller is None:
        return False
    if caller.account == stage.creator or caller.roles & _OFFICE:
        return True
    if await stages.list_followed(caller.account, [stage.creator]):
        return True
    async with stages.db.read() as tx:
        return await store_rooms.moderates(tx, stage.creator, caller.account)
