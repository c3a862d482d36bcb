"""What papers say, and their pictures, under the key of the person whose they are.

Each is sealed as what it is, so that nothing sealed passes for another paper, or for another side of it.
"""

from uuid import UUID

import msgspec

from largesse.accounts import PersonalKeys
from largesse.kit.db import ReadTx, WriteTx
from largesse.kit.http import NotFound
from largesse.payouts import store_papers
from largesse.payouts.paper import Details, Paper, Side
from largesse.payouts.pictures import Media


async def seal(personal: PersonalKeys, tx: WriteTx, account: int, paper: UUID, says: Details) -> bytes:
    """What a paper says, sealed. Raises `NotFound` for an erased account."""
    return await personal.seal(tx, account, _what(paper), msgspec.json.encode(says))


async def seal_picture(personal: PersonalKeys, tx: WriteTx, paper: Paper, side: Side, content: bytes) -> bytes:
    """A picture, sealed. Raises `NotFound` for an erased account."""
    return await personal.seal(tx, paper.creator, _what(paper.id, side), content)


async def open_sealed(personal: PersonalKeys, tx: ReadTx, account: int, paper: UUID, sealed: bytes) -> Details | None:
    """What was sealed; None where the person was erased."""
    plain = await personal.open(tx, account, _what(paper), sealed)
    return None if plain is None else msgspec.json.decode(plain, type=Details)


async def open_paper(personal: PersonalKeys, tx: ReadTx, paper: Paper) -> Details | None:
    """What a paper says; None once it is kept no longer."""
    sealed = await store_papers.get_sealed(tx, paper.id)
    return None if sealed is None else await open_sealed(personal, tx, paper.creator, paper.id, sealed)


async def open_picture(personal: PersonalKeys, tx: ReadTx, paper: Paper, side: Side) -> tuple[Media, bytes]:
    """What a picture is, and it. Raises `NotFound` where there is none, or it is kept no longer."""
    found = await store_papers.find_file(tx, paper.id, side)
    plain = None if found is None else await personal.open(tx, paper.creator, _what(paper.id, side), found[1])
    if found is None or plain is None:
        raise NotFound
    return found[0], plain


def _what(paper: UUID, side: str = "") -> str:
    return f"paper:{paper}:{side}"
