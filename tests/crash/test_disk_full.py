"""The disk under the database fills up in a flood: gifts are refused or unknown, then settled; nothing half-done."""

import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psycopg
import pytest

import running
from largesse.kit import ids

pytestmark = [pytest.mark.crash, pytest.mark.timeout(240)]
_SIZE_MB = 320
_GIFTS = 500
_BATCHES_MAX = 400
_FULL_S = 4.0


@pytest.fixture
def small() -> Iterator[Path]:
    """A file system of its own with room for a database and not much more."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small file system")
    folder = Path(tempfile.mkdtemp(prefix="l-"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={_SIZE_MB}m,mode=0755", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        folder.rmdir()
        pytest.skip(f"this machine mounts nothing: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)
    folder.rmdir()


def _fill(ballast: Path) -> None:
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(64 * 1024))


class Host:
    """A host platform's server: sends batches, and never gives up on an id."""

    def __init__(self, service: running.Service, live: str, senders: list[str]) -> None:
        self.live = live
        self.senders = senders
        self.acknowledged: dict[str, str] = {}
        self.open: list[dict[str, Any]] = []
        self.http = httpx.Client(
            base_url=service.base, timeout=40, headers={"Authorization": f"Bearer {_key(service)}"}
        )

    def send(self) -> bool:
        """Send what is open, or new gifts where nothing is; whether all of it was settled."""
        if not self.open:
            self.open = [
                {"id": str(ids.new()), "sender": self.senders[n % len(self.senders)], "gift_id": "rose", "count": 1,
                 "live_id": self.live}
                for n in range(_GIFTS)
            ]  # fmt: skip
        with suppress(httpx.HTTPError):
            answer = self.http.post("/v1/gifts/batch", json=self.open)
            if answer.status_code == 200:
                results = answer.json()["results"]
                settled = {r["id"]: r["receipt"]["receipt"] for r in results if r["status"] != "refused"}
                assert {r["code"] for r in results if r["status"] == "refused"} <= {"busy"}
                self.acknowledged |= {str(ids.decode(gift, "gift")): number for gift, number in settled.items()}
                self.open = [gift for gift in self.open if gift["id"] not in self.acknowledged]
            else:
                assert answer.status_code >= 500, answer.text
        return not self.open


def _key(service: running.Service) -> str:
    password = secrets.token_urlsafe(16)
    made = service.command("account", "create", "--username", "olga", "--role", "admin", input_=password + "\n")
    assert made.returncode == 0, made.stderr
    with httpx.Client(base_url=service.base, timeout=30) as olga:
        token = olga.post("/v1/sessions", json={"login": "olga", "password": password}).json()["token"]
        bearer = {"Authorization": f"Bearer {token}"}
        key = olga.post("/v1/api-keys", json={"name": "host", "scopes": ["gifts:write"]}, headers=bearer)
    assert key.status_code == 201, key.text
    return str(key.json()["key"])


def test_a_disk_that_fills_up_loses_and_doubles_nothing(small: Path) -> None:
    with running.running(data_dir=str(small / "data")) as service:
        bob, viewers = service.join("bob"), [service.join("alice"), service.join("charlie")]
        live = service.live(bob)["id"]
        for viewer in viewers:
            service.recharge(viewer, 90_000)
        host = Host(service, live, [viewer.username for viewer in viewers])
        assert host.send()
        _fill(small / "ballast")
        for _ in range(_BATCHES_MAX):
            if not host.send():
                break
        assert host.open, "the disk was never full"
        end = time.monotonic() + _FULL_S
        while time.monotonic() < end:
            host.send()
            time.sleep(0.2)
        (small / "ballast").unlink()
        deadline = time.monotonic() + 90
        while not host.send():
            assert time.monotonic() < deadline, "it settles again when there is room"
            time.sleep(0.2)
        assert host.send()
        servers = msgspec.json.decode((small / "data" / "run.json").read_bytes())
        with psycopg.connect(servers["database_url"]) as connection:
            stored = connection.execute("SELECT id::text, batch || '.' || leaf FROM ledger.gift").fetchall()
        assert dict(stored) == host.acknowledged
        assert len(stored) == len(host.acknowledged)
        host.http.close()
        audit = service.command("audit")
        assert audit.returncode == 0, audit.stdout + audit.stderr
