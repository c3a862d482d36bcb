"""A whole Largesse of the test's own: `largesse serve` in a throw-away data directory, as an operator starts it."""

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pyotp

from largesse.kit import ids

PASSWORD = "a horse, a battery and a staple"
_READY_S_MAX = 60


@dataclass
class Someone:
    """A person with a client of the API."""

    username: str
    account: dict[str, Any]
    token: str
    http: httpx.Client
    phone: pyotp.TOTP | None = None
    _step: int = 0

    def code(self) -> str | None:
        """A code of the second factor that was not given yet, waiting for one where need be; None where it is off."""
        if self.phone is None:
            return None
        self._step = max(self._step + 1, int(time.time()) // 30)
        while self._step > int(time.time()) // 30 + 1:  # the next one is taken, the one after it is not
            time.sleep(0.2)
        return self.phone.at(self._step * 30)


@dataclass
class Service:
    """The running service."""

    base: str
    folder: Path
    environ: dict[str, str]
    process: subprocess.Popen[bytes]
    clients: list[httpx.Client] = field(default_factory=list)

    def is_ready(self) -> bool:
        """Whether it can settle gifts."""
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{self.base}/readyz", timeout=2).status_code == 200
        return False

    def join(self, name: str, *, born: str = "1990-05-17", country: str = "US") -> Someone:
        """Sign somebody up under a name that nobody has."""
        username = f"{name}.{secrets.token_hex(3)}"
        body = {
            "username": username, "email": f"{username}@example.org", "password": PASSWORD, "birth_date": born,
            "country": country, "display_name": name.capitalize(), "accept_terms": True,
        }  # fmt: skip
        answer = httpx.post(f"{self.base}/v1/accounts", json=body, timeout=30)
        assert answer.status_code == 201, answer.text
        joined = answer.json()
        client = httpx.Client(base_url=self.base, headers={"Authorization": f"Bearer {joined['token']}"}, timeout=30)
        self.clients.append(client)
        return Someone(username, joined["account"], joined["token"], client)

    def live(self, creator: Someone, title: str = "Evening songs") -> dict[str, Any]:
        """A running LIVE of somebody, who becomes a creator first."""
        assert creator.http.post("/v1/me/creator", json={"accept_terms": True}).is_success
        made = creator.http.post("/v1/lives", json={"title": title})
        assert made.status_code == 201, made.text
        started = creator.http.post(f"/v1/lives/{made.json()['id']}/start")
        assert started.is_success, started.text
        found: dict[str, Any] = started.json()
        return found

    def recharge(self, who: Someone, coins: int) -> str:
        """Coins from the sandbox provider; the purchase's id."""
        body = {"id": str(ids.new()), "coins": coins, "provider": "sandbox", "channel": "web"}
        answer = who.http.post("/v1/purchases", json=body)
        assert answer.status_code == 201, answer.text
        purchase: str = answer.json()["id"]
        return purchase

    def prove_address(self, who: Someone) -> None:
        """Open the link that was mailed to somebody who joined."""
        to, log = f"{who.username}@example.org:", self.folder / "serve.log"
        deadline = time.monotonic() + _READY_S_MAX
        while time.monotonic() < deadline:
            mails = [mail for mail in log.read_text().split("--- mail to ")[1:] if mail.startswith(to)]
            links = [word for mail in mails for word in mail.split() if "/verify/" in word]
            if links:
                token = links[-1].rpartition("/")[2]
                assert httpx.post(f"{self.base}/v1/email-verifications/{token}", timeout=30).is_success
                return
            time.sleep(0.05)
        raise AssertionError(f"no letter to {to}")

    def turn_on_second_factor(self, who: Someone) -> None:
        """Somebody's second factor, fresh in their session for five minutes."""
        shown = who.http.post("/v1/me/totp", json={"password": PASSWORD})
        assert shown.status_code == 201, shown.text
        who.phone = pyotp.TOTP(shown.json()["secret"])
        assert who.http.post("/v1/me/totp/confirm", json={"code": who.code()}).is_success

    def command(self, *arguments: str, input_: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run `largesse …` against this service."""
        return subprocess.run(
            [sys.executable, "-m", "largesse.main", *arguments], env=self.environ, input=input_, capture_output=True,
            text=True, timeout=120, check=False,
        )  # fmt: skip

    def processes(self) -> dict[str, list[int]]:
        """The pids of the program's processes by role, as the supervisor wrote them down."""
        found: dict[str, list[int]] = {}
        for one in json.loads(Path(self.environ["LARGESSE_DATA_DIR"], "processes.json").read_bytes()):
            found.setdefault(one["role"], []).append(one["pid"])
        return found

    def stop(self) -> None:
        """As an operator does."""
        for client in self.clients:
            client.close()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def free_port() -> int:
    """A port below 32768, where no outgoing connection can take it."""
    for _ in range(200):
        port = 20_000 + secrets.randbelow(12_000)
        with contextlib.closing(socket.socket()) as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no free port")


def start(folder: Path, *, also: Mapping[str, str] | None = None, **settings: str) -> Service:
    """Start it and wait until it is ready; `also` is added to its environment as it stands."""
    port = free_port()
    environ = {k: v for k, v in os.environ.items() if not k.startswith("LARGESSE_")} | {
        "LARGESSE_RTMP_PORT": "0",
        "LARGESSE_WEBRTC_PORTS": "",
        "LARGESSE_DATA_DIR": str(folder / "data dir"), "LARGESSE_HTTP_PORT": str(port), "LARGESSE_SANDBOX": "1",
        "LARGESSE_LOG_LEVEL": "warning", "LARGESSE_CONFIG": os.devnull,
    } | {f"LARGESSE_{name.upper()}": value for name, value in settings.items()} | dict(also or {})  # fmt: skip
    service = Service(f"http://127.0.0.1:{port}", folder, environ, _launch(folder, environ))
    _await_ready(service)
    return service


def restart(service: Service) -> None:
    """Start it again after a kill: the same data directory, the same port."""
    service.process = _launch(service.folder, service.environ)
    _await_ready(service)


def _launch(folder: Path, environ: dict[str, str]) -> subprocess.Popen[bytes]:
    with (folder / "serve.log").open("ab") as log:
        return subprocess.Popen([sys.executable, "-m", "largesse.main", "serve"], env=environ, stdout=log, stderr=log)


def _await_ready(service: Service) -> None:
    deadline = time.monotonic() + _READY_S_MAX
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{service.base}/readyz", timeout=2).status_code == 200:
                return
        if service.process.poll() is not None:
            break
        time.sleep(0.1)
    service.stop()
    raise AssertionError(f"serve did not become ready:\n{(service.folder / 'serve.log').read_text()[-4000:]}")


@contextlib.contextmanager
def running(*, also: Mapping[str, str] | None = None, **settings: str) -> Iterator[Service]:
    """A service for the length of the block; everything of it is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="largesse-serve-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        service = start(Path(name), also=also, **settings)
        try:
            yield service
        finally:
            service.stop()
