"""A server that speaks the contract of MediaMTX: its authentication hook, and its control of RTMP connections.

Source: the page on authentication, `api/openapi.yaml` (RTMPConn, RTMPConnList, RTMPConnState, Error, OK),
`internal/servers/rtmp/conn.go`, `internal/auth/manager.go` and `internal/api/paginate.go` of MediaMTX at 3e09466. It
moves no pictures.
"""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx
from litestar import Litestar, Response, get, post
from litestar.params import FromPath, FromQuery

PASSED = range(200, 300)


@dataclass
class Contract:
    """Connections by id, as `rtmpConnsList` shows them; `hook` is `authHTTPAddress`; `at_most` cuts its pages."""

    hook: str = ""
    connections: dict[str, dict[str, Any]] = field(default_factory=dict)
    at_most: int = 1000
    away: bool = False

    async def ask(self, action: str, path: str, protocol: str, **more: Any) -> httpx.Response:
        """Its question, with every field that it sends; `id` is null where there is no connection."""
        asked = {
            "ip": "192.0.2.7", "user": "", "password": "", "token": "", "action": action, "path": path,
            "protocol": protocol, "id": None, "query": "", "userAgent": "",
        }  # fmt: skip
        async with httpx.AsyncClient(timeout=30) as client:
            return await client.post(self.hook, json=asked | more)

    async def publish(self, address: str) -> str | None:
        """An encoder publishes to an address of RTMP; the id of its connection, None where it was refused."""
        name, query = (parts := urlsplit(address)).path.lstrip("/"), parts.query
        one, given = str(uuid4()), parse_qs(query)
        self.connections[one] = {
            "id": one, "created": "2026-11-26T12:00:00Z", "remoteAddr": "192.0.2.7:5000", "state": "idle", "path": "",
            "query": "", "user": "", "userAgent": "", "inboundBytes": 0, "outboundBytes": 0,
            "bytesReceived": 0, "bytesSent": 0, "outboundFramesDiscarded": 0,
        }  # fmt: skip
        user, password = (given.get(key, [""])[0] for key in ("user", "pass"))
        answer = await self.ask("publish", name, "rtmp", id=one, user=user, password=password, query=query)
        if answer.status_code not in PASSED:
            del self.connections[one]
            return None
        self.connections[one] |= {"state": "publish", "path": name, "query": query, "user": user}
        return one

    def application(self) -> Litestar:
        """The control API."""

        def failed(status: int, error: str) -> Response[Any]:
            return Response({"status": "error", "error": error}, status_code=status)

        @get("/v3/rtmpconns/list")
        async def listed(page: FromQuery[int] = 0, itemsPerPage: FromQuery[int] = 100) -> Response[Any]:  # noqa: N803 - its name
            if self.away:
                return failed(500, "terminated")
            size = min(itemsPerPage, self.at_most)
            every = list(self.connections.values())
            count, shown = -(-len(every) // size), every[page * size : (page + 1) * size]
            return Response({"itemCount": len(every), "pageCount": count, "items": shown})

        @get("/v3/rtmpconns/get/{one:str}")
        async def got(one: FromPath[str]) -> Response[Any]:
            found = self.connections.get(str(UUID(one)))
            return Response(found) if found else failed(404, "connection not found")

        @post("/v3/rtmpconns/kick/{one:str}", status_code=200)
        async def kicked(one: FromPath[str]) -> Response[Any]:
            if self.away:
                return failed(500, "terminated")
            found = self.connections.pop(str(UUID(one)), None)
            return Response({"status": "ok"}) if found else failed(404, "connection not found")

        return Litestar([listed, got, kicked], openapi_config=None)
