"""Recorded answers over HTTP: what a provider would say to a request, and what it was asked."""

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Asked:
    """A request that came."""

    method: str
    path: str
    headers: dict[str, str]
    form: dict[str, str]


@dataclass
class Recorded:
    """Answers by `METHOD path`: (status, JSON), or a list of them, one a request and the last one for ever.

    `headers` go with every answer.
    """

    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    base: str = ""

    def put(self, request: str, *answers: Any, status: int = 200) -> None:
        """Answer like this; several answers are given one after the other."""
        self.answers[request] = [answer if isinstance(answer, tuple) else (status, answer) for answer in answers]

    def of(self, request: str) -> list[Asked]:
        """The requests of this kind that came."""
        return [one for one in self.asked if f"{one.method} {one.path}" == request]

    def answer(self, asked: Asked) -> tuple[int, Any]:
        """The next answer; what was not recorded is not known there."""
        self.asked.append(asked)
        queue = self.answers.get(f"{asked.method} {asked.path}")
        if queue is None:
            message = f"Unrecognized request URL ({asked.method}: {asked.path})."
            return 404, {"error": {"type": "invalid_request_error", "message": message}}
        found: tuple[int, Any] = queue.pop(0) if len(queue) > 1 else queue[0]
        return found


@contextlib.contextmanager
def recorded() -> Iterator[Recorded]:
    """Such a server for the length of the block."""
    made = Recorded()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            url = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, answer = made.answer(
                Asked(self.command, url.path, headers, dict(parse_qsl(url.query) + parse_qsl(body)))
            )
            sent = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(sent)))
            for name, value in made.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = _serve  # noqa: N815 - the base class's names

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
