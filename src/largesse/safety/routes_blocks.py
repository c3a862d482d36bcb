"""Whom one blocks, over HTTP."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from largesse.accounts import PersonBody, person_body
from largesse.kit import http, ids
from largesse.kit.http import Conflict, Forbidden, NotFound, NotSignedIn, Page
from largesse.kit.principal import Principal
from largesse.safety.service_blocks import BLOCK_PREFIX, BlocksService
from largesse.safety.store_blocks import Block


class BlockGiver(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The number of a gift's receipt."""

    receipt: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class BlockBody(msgspec.Struct, frozen=True, kw_only=True):
    """Whom one blocked. `account` is null for an anonymous giver: `receipt` says of which gift, and not who."""

    id: str
    account: PersonBody | None
    receipt: str | None
    at: datetime


@put(
    "/v1/me/blocks/{which:str}",
    summary="Block a person",
    responses=http.declares(NotSignedIn, Forbidden, NotFound, Conflict),
)
async def put_block(
    blocks: NamedDependency[BlocksService], principal: NamedDependency[Principal], which: FromPath[str]
) -> BlockBody:
    """Block a person by id or username: they cannot watch, comment, ask, be a guest or give in your rooms."""
    return await _shown_one(blocks, await blocks.block(http.person(principal).account, which))


@post(
    "/v1/me/blocks",
    summary="Block a giver",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, Conflict),
)
async def post_block(
    blocks: NamedDependency[BlocksService], principal: NamedDependency[Principal], data: JSONBody[BlockGiver]
) -> BlockBody:
    """Block who gave you a gift, also one that was given anonymously: its giver stays unknown to you."""
    return await _shown_one(blocks, await blocks.block_giver(http.person(principal).account, data.receipt))


@delete("/v1/me/blocks/{which:str}", summary="Lift a block", responses=http.declares(NotSignedIn, Forbidden, NotFound))
async def delete_block(
    blocks: NamedDependency[BlocksService], principal: NamedDependency[Principal], which: FromPath[str]
) -> None:
    """Lift a block by its own id, or by the id or username of a named person."""
    await blocks.lift(http.person(principal).account, which)


@get("/v1/me/blocks", summary="Whom you block", responses=http.declares(NotSignedIn, Forbidden))
async def list_blocks(
    blocks: NamedDependency[BlocksService],
    principal: NamedDependency[Principal],
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> Page[BlockBody]:
    """Whom you blocked, the newest first."""
    before = http.id_cursor(BLOCK_PREFIX, cursor)
    found = await blocks.list_of(http.person(principal).account, before, limit + 1)
    bodies = await _shown(blocks, found[:limit])
    return Page(bodies, ids.encode(BLOCK_PREFIX, found[limit - 1].id) if len(found) > limit else None)


async def _shown(blocks: BlocksService, found: Any) -> list[BlockBody]:
    people = await blocks.people.people({block.blocked for block in found if not block.receipt})
    return [
        BlockBody(
            id=ids.encode(BLOCK_PREFIX, block.id),
            account=person_body(people[block.blocked]) if not block.receipt and block.blocked in people else None,
            receipt=block.receipt or None,
            at=block.at,
        )
        for block in found
    ]


async def _shown_one(blocks: BlocksService, block: Block) -> BlockBody:
    return (await _shown(blocks, [block]))[0]


block_routes: list[Any] = [put_block, post_block, delete_block, list_blocks]
