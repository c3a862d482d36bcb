"""What a caller may send again: ids that callers choose, and answers that say they are repeats.

A `POST` that creates takes the caller's `id` in its body (UUIDv7, bare or prefixed) or an `Idempotency-Key` header.
"""

import hashlib
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, TypeVar
from uuid import UUID

from litestar import Response
from litestar.params import HeaderParameter

from largesse.kit import ids
from largesse.kit.http import Invalid, body_id
from largesse.kit.principal import Principal
from largesse.kit.problems import Problem

T = TypeVar("T")
REPLAY_HEADER = "Idempotent-Replay"
_VERSION_TIMED = 7
_VERSION_CUSTOM = 8

IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="the same key of the same caller names the same thing; the body's `id` wins over it",
    ),
]


@dataclass(eq=False)
class IdReused(Problem):
    """This id was used before, with other content."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "id-reused"


def chosen_id(prefix: str, given: str | None, key: str | None, caller: Principal) -> UUID:
    """The id of what a caller creates: the body's, or one derived from the caller and the key, or a fresh one.

    Raises `Invalid` for an `id` that is not a UUIDv7. A derived one is a UUIDv8, so it cannot meet a chosen one.
    """
    if given is not None:
        value = body_id(prefix, "id", given)
        if value.version != _VERSION_TIMED:
            raise Invalid.field("id", "not a UUID of version 7")
        return value
    if key is None:
        return ids.new()
    digest = hashlib.sha256(f"{prefix}:{caller.account}:{key}".encode()).digest()
    bits = int.from_bytes(digest[:16])
    bits = bits & ~(0xF << 76) & ~(3 << 62) | _VERSION_CUSTOM << 76 | 2 << 62
    return UUID(int=bits)


def created(body: T, *, replayed: bool, headers: dict[str, Any] | None = None) -> Response[T]:
    """201, or 201 as the first time with `Idempotent-Replay: true`."""
    extra = {REPLAY_HEADER: "true"} if replayed else {}
    return Response(body, status_code=201, headers={**(headers or {}), **extra})
