"""The control API of MediaMTX: which encoders are connected by RTMP, and the end of one.

It has no hook that beats, so it is asked. Source: `api/openapi.yaml` of MediaMTX (`rtmpConnsList`,
`rtmpConnectionsGet`, `rtmpConnsKick`), and `internal/servers/rtmp/conn.go`: the `id` that its authentication hook
shows is the connection's `id` here, and a connection is listed from before it is asked about until it has closed.
"""

from typing import Self

import httpx
import msgspec

_TIMEOUT_S = 3.0
_AT_ONCE = 1000


class Connection(msgspec.Struct, frozen=True):
    """One of RTMP: `state` is idle, read or publish; `path` is empty before it reads or publishes."""

    id: str
    state: str = "idle"
    path: str = ""


class _Listed(msgspec.Struct, frozen=True, rename="camel"):
    page_count: int
    items: list[Connection] | None = None


class MediaMtx:
    """Its control, for the length of an `async with`.

    Calls raise `httpx.HTTPError`, and `msgspec.MsgspecError` for an answer that is not of MediaMTX.
    """

    def __init__(self, url: str) -> None:
        self._client = httpx.AsyncClient(base_url=f"{url}/v3/rtmpconns/", timeout=_TIMEOUT_S, trust_env=False)

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def list_connections(self) -> dict[str, Connection]:
        """Those of now, by id. One that stays may be missing, where others went between two pages: see `is_gone`."""
        found: dict[str, Connection] = {}
        page = pages = 0
        while page == 0 or page < pages:
            answer = await self._client.get("list", params={"page": page, "itemsPerPage": _AT_ONCE})
            listed = msgspec.json.decode(answer.raise_for_status().content, type=_Listed)
            found |= {each.id: each for each in listed.items or ()}
            page, pages = page + 1, listed.page_count
        return found

    async def is_gone(self, connection: str) -> bool:
        """Whether it has no such connection any more."""
        answer = await self._client.get(f"get/{connection}")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return True
        answer.raise_for_status()
        return False

    async def kick(self, connection: str) -> bool:
        """End a connection; False where it had gone already."""
        answer = await self._client.post(f"kick/{connection}")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return False
        answer.raise_for_status()
        return True
