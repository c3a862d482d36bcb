"""What anybody may check: the signed checkpoints and the keys that sign them."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import get
from litestar.di import NamedDependency

from largesse.kit import http
from largesse.ledger.checkpoints import Signed
from largesse.ledger.keys import KeyDocument
from largesse.ledger.service import LedgerService


class CheckpointBody(msgspec.Struct, frozen=True):
    """A signed checkpoint; `body` is exactly the text that `signature` (Ed25519, hexadecimal) signs."""

    number: int
    at: datetime
    body: str
    key_id: str
    signature: str


@get("/v1/checkpoints", responses=http.declares(), summary="Signed checkpoints of the books, newest first")
async def list_checkpoints(
    ledger: NamedDependency[LedgerService], cursor: http.Cursor = None, limit: http.Limit = 50
) -> http.Page[CheckpointBody]:
    """Public: keep copies, and nobody can rewrite what they cover without your noticing."""
    if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):  # noqa: PLR2004 - int8
        raise http.Invalid.field("cursor", "not a next_cursor of this list")
    found = await ledger.list_checkpoints(int(cursor) if cursor else None, limit)
    more = len(found) == limit and found[-1].n > 1
    return http.Page([_body(signed) for signed in found], str(found[-1].n) if more else None)


@get("/.well-known/largesse-keys.json", summary="The public keys that sign checkpoints")
async def keys_document(ledger: NamedDependency[LedgerService]) -> KeyDocument:
    """Public: `largesse verify` takes a saved copy of this document."""
    return ledger.key_document()


def _body(signed: Signed) -> CheckpointBody:
    return CheckpointBody(signed.n, signed.at, signed.body.decode(), signed.key_id, signed.signature.hex())


routes: list[Any] = [list_checkpoints, keys_document]
