"""The words of mail as the pages' sources have them, for tests without a build, and a server that takes mail."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

from tree import ROOT


def words(language: str, key: str) -> str:
    """A message of the server; English where the language is not spoken here."""
    return _of(language).get(key) or _of("en")[key]


@cache
def _of(language: str) -> dict[str, str]:
    file = ROOT / "web" / "src" / "i18n" / "server" / f"{language}.json"
    found: dict[str, str] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    return found


class Server:
    """As much of RFC 5321 as a client needs; refuses recipients at `refused.example`.

    `lost` messages are taken without an answer.
    """

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.lost = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 test\r\n")
        while line := (await reader.readline()).decode().strip():
            verb = line.upper()
            if verb == "DATA":
                writer.write(b"354 go on\r\n")
                text = (await reader.readuntil(b"\r\n.\r\n")).decode()
                self.messages.append(text.removesuffix(".\r\n"))
                if self.lost:
                    self.lost -= 1
                    break
                writer.write(b"250 taken\r\n")
            elif verb == "QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"550 no\r\n" if "refused.example" in line else b"250 fine\r\n")
        writer.close()


@asynccontextmanager
async def served() -> AsyncIterator[tuple[Server, str]]:
    """Such a server, and its address as a setting."""
    server = Server()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    yield server, f"smtp://127.0.0.1:{port}"
    listening.close()
    await listening.wait_closed()
